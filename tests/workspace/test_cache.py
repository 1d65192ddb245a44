"""The cache never answers wrongly: not when damaged, killed in mid-write, shared, or read-only."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kwlogic.solve.cache import FILE, FOLDER, open_cache

WRITER = """
import sys
from pathlib import Path
from kwlogic.solve.cache import open_cache
cache, _ = open_cache(Path(sys.argv[1]))
for n in range(int(sys.argv[3])):
    cache.put_many([(f"{sys.argv[2]}{n}-{i}", b"%d-%d" % (n, i) * 50) for i in range(20)])
    print(n, flush=True)
cache.close()
"""


def start(root: Path, name: str, rounds: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(root), name, str(rounds)], stdout=subprocess.PIPE)


def test_round_trip(tmp_path: Path) -> None:
    cache, notices = open_cache(tmp_path)
    assert cache is not None
    assert notices == ()
    cache.put_many([(f"k{i}", b"\0%d" % i) for i in range(1200)])
    cache.put_many([("k1", b"new")])
    cache.close()
    again, _ = open_cache(tmp_path)
    assert again is not None
    assert again.get("k1") == b"new"
    assert again.get("absent") is None
    found = again.get_many([f"k{i}" for i in range(1300)])
    assert len(found) == 1200
    assert found["k7"] == b"\x007"
    assert (tmp_path / FOLDER / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    again.close()


@pytest.mark.parametrize("junk", [b"not a database at all" * 100, b"SQLite format 3\0" + os.urandom(5000)])
def test_damaged_file_is_set_aside(tmp_path: Path, junk: bytes) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / FILE).write_bytes(junk)
    cache, notices = open_cache(tmp_path)
    assert cache is not None
    assert [d.code for d in notices] == ["KW707"]
    cache.put_many([("a", b"1")])
    assert cache.get("a") == b"1"
    cache.close()
    assert (tmp_path / FOLDER / (FILE + ".damaged")).read_bytes() == junk


def test_damage_in_the_middle(tmp_path: Path) -> None:
    cache, _ = open_cache(tmp_path)
    assert cache is not None
    expected = {f"k{i}": b"%d" % i * 200 for i in range(500)}
    cache.put_many(expected.items())
    cache.close()
    path = tmp_path / FOLDER / FILE
    data = bytearray(path.read_bytes())
    for at in range(9000, len(data), 977):
        data[at] ^= 0x55
    path.write_bytes(bytes(data))
    again, _ = open_cache(tmp_path)
    assert again is not None
    found = again.get_many(expected)
    assert all(expected[k] == v for k, v in found.items())
    again.put_many([("a", b"1")])
    assert again.get("a") in (b"1", None)
    again.close()


def test_a_tampered_value_is_missed(tmp_path: Path) -> None:
    cache, _ = open_cache(tmp_path)
    assert cache is not None
    cache.put_many([("a", b"proved"), ("b", b"refuted")])
    cache.close()
    with sqlite3.connect(tmp_path / FOLDER / FILE) as connection:
        connection.execute("UPDATE verdicts SET value = ? WHERE key = 'b'", (b"proved",))
    connection.close()
    again, _ = open_cache(tmp_path)
    assert again is not None
    assert again.get_many(["a", "b"]) == {"a": b"proved"}
    again.close()


def test_another_version_is_emptied(tmp_path: Path) -> None:
    cache, _ = open_cache(tmp_path)
    assert cache is not None
    cache.put_many([("a", b"1")])
    cache.close()
    with sqlite3.connect(tmp_path / FOLDER / FILE) as connection:
        connection.execute("PRAGMA user_version = 77")
    connection.close()
    again, notices = open_cache(tmp_path)
    assert again is not None
    assert notices == ()
    assert again.get("a") is None
    again.close()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("a file stands here")
    cache, notices = open_cache(tmp_path)
    assert cache is None
    assert [d.code for d in notices] == ["KW708"]


def test_killed_while_writing(tmp_path: Path) -> None:
    for round_ in range(2):
        process = start(tmp_path, f"w{round_}.", 100_000)
        assert process.stdout is not None
        for _ in range(3):
            process.stdout.readline()
        time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    cache, notices = open_cache(tmp_path)
    assert cache is not None
    assert notices == ()
    found = cache.get_many([f"w{r}.{n}-{i}" for r in range(2) for n in range(3) for i in range(20)])
    assert len(found) == 120
    assert found["w1.2-5"] == b"2-5" * 50
    cache.close()


def test_two_runs_at_once(tmp_path: Path) -> None:
    runs = [start(tmp_path, name, 30) for name in ("a.", "b.")]
    for run in runs:
        assert run.communicate()[0].split()[-1] == b"29"
        assert run.returncode == 0
    cache, notices = open_cache(tmp_path)
    assert cache is not None
    assert notices == ()
    assert len(cache.get_many([f"{name}{n}-{i}" for name in ("a.", "b.") for n in range(30) for i in range(20)])) == 1200
    cache.close()
