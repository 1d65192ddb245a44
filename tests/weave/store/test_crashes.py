"""Nothing acknowledged is lost: concurrent writers, kills in mid-write, files overwritten, cut and removed."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kwlogic.weave.store.convert import kernel_of
from kwlogic.weave.store.data import StoredTrace
from kwlogic.weave.store.store import open_store

ROUNDS = 1  # each of them takes a second
WRITER = Path(__file__).with_name("writer.py")


class Nursery:
    """Writers in processes of their own; see writer.py."""

    def __init__(self) -> None:
        self.process = subprocess.Popen([sys.executable, str(WRITER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def tell(self, text: str) -> None:
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def line(self) -> str:
        found = self.process.stdout.readline()
        assert found, "the nursery has died"
        return found.strip()


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    found = Nursery()
    yield found
    found.process.stdin.close()
    found.process.wait(timeout=60)


def killed_while_writing(nursery: Nursery, path: Path, kills: int, seed: int) -> tuple[list[str], list[str]]:
    """Kill one writer after another, each after some of its writes; what was acknowledged, and what is there."""
    chance = random.Random(seed)
    acknowledged: list[str] = []
    for number in range(kills):
        nursery.tell(f"start {path} w{number} 100000")
        child = nursery.line().removeprefix("pid ")
        acknowledged.append(nursery.line())
        time.sleep(chance.random() * 0.02)
        nursery.tell(f"kill {child}")
        while (line := nursery.line()) != "dead":
            acknowledged.append(line)
    with open_store(str(path)) as store:
        assert store.warnings == ()
        there = [t.trace_id for t in store.traces()]
        assert store.database.check() == []
    return acknowledged, there


def holds(acknowledged: list[str], there: list[str]) -> None:
    found = set(there)
    assert [a for a in acknowledged if a not in found] == []
    assert all((name + "+" in found) for name in found if not name.endswith("+")), "transactions are whole or not at all"


def test_kill_in_mid_write(nursery: Nursery, tmp_path: Path):
    holds(*killed_while_writing(nursery, tmp_path / "s.sqlite", 10, 1))


@pytest.mark.slow
def test_two_hundred_kills(nursery: Nursery, tmp_path: Path):
    acknowledged, there = killed_while_writing(nursery, tmp_path / "s.sqlite", 200, 2)
    assert len(acknowledged) >= 200
    holds(acknowledged, there)


@pytest.mark.parametrize("at", ["before", "torn", "after"])
def test_killed_between_log_and_database(tmp_path: Path, at: str, monkeypatch: pytest.MonkeyPatch):
    """The windows that a kill from outside seldom meets: before the log, within its line, between log and database."""
    from kwlogic.weave.store import filebase
    from kwlogic.weave.store.log import Log, line_of

    class Killed(BaseException):
        pass

    def append(self: Log, offset: int, ops: list) -> int:
        if at != "before":
            line = line_of(ops)
            with self.path.open("r+b") as handle:
                handle.seek(offset)
                handle.write(line[: len(line) // 2] if at == "torn" else line)
        raise Killed

    path = tmp_path / "s.sqlite"
    with open_store(str(path)) as store:
        store.put_trace(StoredTrace("a", "", "{}"))
        monkeypatch.setattr(filebase.Log, "append", append)
        with pytest.raises(Killed):
            store.put_trace(StoredTrace("b", "", "{}"))
    monkeypatch.undo()
    with open_store(str(path)) as store:
        store.put_trace(StoredTrace("c", "", "{}"))
        assert {t.trace_id for t in store.traces()} == ({"a", "b", "c"} if at == "after" else {"a", "c"})
        assert store.database.check() == []
        assert store.warnings == ()


def test_writers_side_by_side(nursery: Nursery, tmp_path: Path):
    path = tmp_path / "s.sqlite"
    for number in range(3):
        nursery.tell(f"start {path} p{number} 25")
    with open_store(str(path)) as store:

        def write(number: int) -> None:
            for i in range(25):
                store.put_kernel(kernel_of(f"k{number}.{i}", {}))

        threads = [threading.Thread(target=write, args=(n,)) for n in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        done = 0
        while done < 3:
            done += nursery.line().startswith("done")
        assert len(store.traces()) == 150
        assert sorted(k.seq for k in store.kernels()) == list(range(1, 76))
        assert store.warnings == ()


def full(path: Path) -> list[str]:
    with open_store(str(path)) as store:
        for number in range(30):
            store.put_trace(StoredTrace(f"t{number}", "f", "[" + "7," * 500 + "7]"))
        return [t.trace_id for t in store.traces()]


def damage(path: Path, how: str, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    if how == "random":
        at = chance.randrange(len(data))
        data[at : at + 4096] = chance.randbytes(len(data[at : at + 4096]))
    elif how == "bit":
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    elif how == "cut":
        del data[chance.randrange(len(data)) :]
    elif how == "zeroes":
        at = chance.randrange(0, len(data), 4096)
        data[at : at + 4096] = bytes(len(data[at : at + 4096]))
    elif how == "text":
        data[:] = b"not a database\n" * 100
    path.write_bytes(data)


MORE = [pytest.param(how, marks=pytest.mark.slow) for how in ("bit", "zeroes", "text", "empty", "gone")]


@pytest.mark.parametrize("how", ["random", "cut", *MORE])
@pytest.mark.parametrize("which", ["", ".log"])
def test_one_damaged_file_loses_nothing(tmp_path: Path, how: str, which: str):
    chance = random.Random(f"{how}{which}")
    for number in range(ROUNDS):
        path = tmp_path / f"s{number}.sqlite"
        before = full(path)
        victim = Path(f"{path}{which}")
        if how == "gone":
            victim.unlink()
        elif how == "empty":
            victim.write_bytes(b"")
        else:
            damage(victim, how, chance)
        with open_store(str(path)) as store:
            store.put_trace(StoredTrace("after", "", "{}"))
            assert {t.trace_id for t in store.traces()} == {*before, "after"}
            assert all(t.document.startswith("[7,") for t in store.traces("f"))
            if store.database.check():
                store.database.repair()
            assert store.database.check() == []
            assert {t.trace_id for t in store.traces()} == {*before, "after"}


def test_damage_while_open_is_mended(tmp_path: Path):
    path = tmp_path / "s.sqlite"
    with open_store(str(path)) as store:
        for number in range(40):
            store.put_trace(StoredTrace(f"t{number}", "f", "[" + "7," * 500 + "7]"))
        store.database.engine.dispose()
        data = bytearray(path.read_bytes())
        data[8192:] = bytes(len(data) - 8192)
        path.write_bytes(data)
        assert len(store.traces()) == 40
        assert [w.code for w in store.warnings] == ["KW801"]
        assert [p.name for p in tmp_path.iterdir() if "damaged" in p.name]


def test_a_row_that_was_tampered_with_is_not_believed(tmp_path: Path):
    from sqlalchemy import text

    with open_store("s.sqlite", tmp_path) as store:
        store.put_trace(StoredTrace("t", "f", "[1]"))
        with store.database.engine.begin() as connection:
            connection.execute(text("UPDATE traces SET document = '[2]'"))
        assert store.trace("t").document == "[1]"
        assert [w.code for w in store.warnings] == ["KW801"]


def test_compaction_keeps_everything_and_may_be_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "s.sqlite"
    with open_store(str(path)) as store:
        for number in range(60):
            store.put_trace(StoredTrace("t", "f", f"[{number}]" + " " * 5_000))
        before = store.database.size()
        store.database.compact()
        assert store.database.size() < before / 3
        store.put_trace(StoredTrace("u", "f", "[]"))
        assert store.database.check() == []
        monkeypatch.setattr(type(store.database), "_set_applied", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            store.database.compact()
    monkeypatch.undo()
    with open_store(str(path)) as store:
        assert [t.document.strip() for t in store.traces()] == ["[59]", "[]"]
        store.put_trace(StoredTrace("v", "f", "[]"))
        assert store.database.check() == []
    path.unlink()
    with open_store(str(path)) as store:
        assert len(store.traces()) == 3


def test_where_both_files_are_damaged_what_is_whole_in_either_is_saved(tmp_path: Path):
    path = tmp_path / "s.sqlite"
    before = full(path)
    log = Path(f"{path}.log")
    lines = log.read_bytes().split(b"\n")
    lines[5] = lines[5].replace(b"7,", b"8,", 1)
    log.write_bytes(b"\n".join(lines))
    data = bytearray(path.read_bytes())
    data[:100] = bytes(100)
    path.write_bytes(data)
    with open_store(str(path)) as store:
        assert {w.code for w in store.warnings} == {"KW801", "KW802"}
        there = {t.trace_id for t in store.traces()}
        assert there < set(before)
        assert len(there) >= len(before) - 1
        store.put_trace(StoredTrace("after", "", "{}"))
        assert store.database.check() == []
    assert len([p for p in tmp_path.iterdir() if "damaged" in p.name and p.suffix != ".log"]) >= 2
