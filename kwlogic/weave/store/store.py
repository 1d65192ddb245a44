"""The store's service: typed records in, typed records out. See ``open_store``; ``data`` has the records.

Writes are atomic and durable on return; reads verify checksums. One ``Store`` may be used from several threads, and
one file or server by several processes at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic
from kwlogic.weave.store import convert
from kwlogic.weave.store.data import (
    CacheEntry,
    Certificate,
    ClauseVerdict,
    Feedback,
    Link,
    Row,
    Run,
    RunState,
    State,
    Status,
    Step,
    StoredKernel,
    StoredTrace,
    Transition,
    digest_of,
)
from kwlogic.weave.store.database import open_database
from kwlogic.weave.store.log import Op

if TYPE_CHECKING:
    from sqlalchemy import Connection

DEFAULT = ".kwlogic/store.sqlite"
MAX_ID = 500


def open_store(url: str | None = None, root: Path | None = None) -> Store:
    """The store at an address (a path, ``sqlite:///PATH`` or ``postgresql://…``); made where it is missing.

    A relative path counts from ``root``. Raises Diagnosed (KW803, KW804) where it cannot be opened.
    """
    return Store(url or DEFAULT, (root or Path.cwd()).absolute())


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def check_id(what: str, text: str) -> str:
    """An id is any text that every database keeps exactly."""
    if not text or len(text) > MAX_ID or "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        shown = ascii(text[:60])
        raise Diagnosed(
            diagnostic(
                "KW808", f"{shown} cannot be the {what}: it must be 1 to {MAX_ID} characters, none of them NUL or half a surrogate pair"
            )
        )
    return text


class Store:
    def __init__(self, url: str, root: Path) -> None:
        self.url = url
        self.database = open_database(url, root)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What was put right since the store was opened."""
        return tuple(self.database.warnings)

    def close(self) -> None:
        self.database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------ kernels

    def put_kernel(self, kernel: StoredKernel) -> StoredKernel:
        return self.put_kernels((kernel,))[0]

    def put_kernels(self, kernels: Iterable[StoredKernel]) -> list[StoredKernel]:
        """Store versions of kernels, in one transaction; one that is there already (same digest) keeps its place."""
        wanted = [replace(k, at=k.at or now()) for k in kernels]
        for kernel in wanted:
            check_id("name of a kernel", kernel.name)
            check_id("family of a kernel", kernel.family or "none")
            convert.verify(kernel)

        def build(connection: Connection) -> tuple[list[Op], list[StoredKernel]]:
            known = _known(connection, [k.digest for k in wanted])
            seq, ops, stored = _last_seq(connection, "kernels"), [], []
            for kernel in wanted:
                if kernel.digest not in known:
                    seq += 1
                    known[kernel.digest] = seq
                    ops += convert.kernel_ops(replace(kernel, seq=seq))
                stored.append(replace(kernel, seq=known[kernel.digest]))
            return ops, stored

        return self.database.write(build)

    def kernel(self, digest: str) -> StoredKernel | None:
        found = self._kernels(digest=digest)
        return found[0] if found else None

    def kernels(self, name: str | None = None, family: str | None = None) -> list[StoredKernel]:
        """All versions of all kernels, oldest first, or those of one name or family."""
        return self._kernels(**{k: v for k, v in (("name", name), ("family", family)) if v is not None})

    def latest(self, name: str) -> StoredKernel | None:
        """The version of a kernel that was stored last."""
        from sqlalchemy import select

        from kwlogic.weave.store.models import TABLES

        table = TABLES["kernels"]
        rows = self.database.read("kernels", select(table).where(table.c.name == name).order_by(table.c.seq.desc()).limit(1))
        return self._with_spec(rows)[0] if rows else None

    def put_texts(self, texts: Iterable[str]) -> list[str]:
        """Keep texts that kernels rest on; their digests."""
        wanted = [(digest_of(t), t) for t in texts]
        self._put_all([("texts", {"digest": d, "text": t}) for d, t in dict(wanted).items()])
        return [d for d, _ in wanted]

    def text(self, digest: str) -> str | None:
        """A text by its digest."""
        rows = self._rows("texts", "digest", digest=digest)
        return str(rows[0]["text"]) if rows else None

    def latest_of_module(self, module: str) -> StoredKernel | None:
        """The kernel of a module that was stored last: its text is the module's."""
        found = self._kernels(module=module)
        return found[-1] if found else None

    def _kernels(self, **where: str) -> list[StoredKernel]:
        return self._with_spec(self._rows("kernels", "seq", **where))

    def _with_spec(self, rows: list[Row]) -> list[StoredKernel]:
        texts: dict[str, str] = {}
        for digest in {r["spec"] for r in rows if r["spec"]}:
            texts |= {t["digest"]: t["text"] for t in self._rows("texts", "digest", digest=digest)}
        return [convert.row_to_kernel(r, texts.get(r["spec"], "")) for r in rows]

    def set_status(self, status: Status) -> None:
        self._put("status", convert.status_row(status, now()))

    def count_outcome(self, digest: str, passed: bool) -> Status:
        """Add one to the passes or failures of a kernel."""

        def build(connection: Connection) -> tuple[list[Op], Status]:
            from sqlalchemy import select

            from kwlogic.weave.store.models import TABLES
            from kwlogic.weave.store.rows import put

            table = TABLES["status"]
            row = connection.execute(select(table).where(table.c.digest == digest)).mappings().first()
            old = convert.row_to_status(dict(row)) if row is not None else Status(digest, State.CANDIDATE)
            status = replace(old, passes=old.passes + passed, failures=old.failures + (not passed))
            return [put("status", convert.status_row(status, now()))], status

        return self.database.write(build)

    def status(self, digest: str) -> Status:
        rows = self._rows("status", "digest", digest=digest)
        return convert.row_to_status(rows[0]) if rows else Status(digest, State.CANDIDATE)

    def in_state(self, state: State) -> list[Status]:
        """The kernels that are in a state now."""
        return [convert.row_to_status(r) for r in self._rows("status", "digest", state=state.value)]

    def transition(self, made: Transition) -> Transition | None:
        """Change the state of a kernel and say why, in one transaction; None where it is in another state by now."""

        def build(connection: Connection) -> tuple[list[Op], Transition | None]:
            from sqlalchemy import func, select

            from kwlogic.weave.store.models import TABLES
            from kwlogic.weave.store.rows import new, put

            table, past = TABLES["status"], TABLES["transitions"]
            row = connection.execute(select(table).where(table.c.digest == made.kernel)).mappings().first()
            old = convert.row_to_status(dict(row)) if row is not None else Status(made.kernel, State.CANDIDATE)
            if old.state is not made.before:
                return [], None
            last = connection.execute(select(func.max(past.c.seq)).where(past.c.kernel == made.kernel)).scalar()
            stored = replace(made, seq=int(last or 0) + 1, at=made.at or now())
            status = convert.status_row(replace(old, state=made.after), stored.at)
            return [put("status", status), new("transitions", convert.transition_row(stored))], stored

        return self.database.write(build)

    def transitions(self, digest: str | None = None) -> list[Transition]:
        """The life of a kernel, or of all, oldest first."""
        where = {} if digest is None else {"kernel": digest}
        return [convert.row_to_transition(r) for r in self._rows("transitions", "at" if digest is None else "seq", **where)]

    # ------------------------------------------------------------ what is known of a kernel

    def put_verdicts(self, verdicts: Iterable[ClauseVerdict]) -> None:
        at = now()
        self._put_all([("verdicts", convert.verdict_row(v, at)) for v in verdicts])

    def verdicts(self, digest: str) -> list[ClauseVerdict]:
        return [convert.row_to_verdict(r) for r in self._rows("verdicts", "obligation", kernel=digest)]

    def put_certificates(self, certificates: Iterable[Certificate]) -> None:
        self._put_all([row for c in certificates for row in convert.certificate_rows(c)])

    def certificates(self, digest: str) -> list[Certificate]:
        found = []
        for row in self._rows("certificates", "obligation", kernel=digest):
            texts = self._rows("texts", "digest", digest=row["text"])
            found.append(Certificate(row["kernel"], row["obligation"], texts[0]["text"] if texts else ""))
        return found

    def link(self, *links: Link) -> None:
        self._put_all(
            [
                ("lineage", {"child": check_id("child", k.child), "relation": k.relation, "parent": check_id("parent", k.parent)})
                for k in links
            ]
        )

    def parents(self, child: str) -> list[Link]:
        return [Link(r["child"], r["relation"], r["parent"]) for r in self._rows("lineage", "relation", child=child)]

    def children(self, parent: str) -> list[Link]:
        return [Link(r["child"], r["relation"], r["parent"]) for r in self._rows("lineage", "relation", parent=parent)]

    # ------------------------------------------------------------ runs, traces, feedback

    def start_run(self, run: Run) -> None:
        check_id("id of a run", run.run_id)
        self._put("runs", convert.run_row(replace(run, at=run.at or now())))

    def finish_run(self, run: Run) -> None:
        """How a run ended; when it began stays as it was stored."""
        if not run.at:
            began = self.run(run.run_id)
            run = replace(run, at=began.at if began is not None else now())
        self._put("runs", convert.run_row(replace(run, ended=run.ended or now())))

    def run(self, run_id: str) -> Run | None:
        rows = self._rows("runs", "at", run_id=run_id)
        return convert.row_to_run(rows[0]) if rows else None

    def runs(self, kernel: str | None = None, state: RunState | None = None) -> list[Run]:
        where = {k: v for k, v in (("kernel", kernel), ("state", state.value if state else None)) if v is not None}
        return [convert.row_to_run(r) for r in self._rows("runs", "at", **where)]

    def put_step(self, step: Step) -> None:
        """Journal a finished step; on return a resumed run will not do it again."""
        self._put("steps", convert.step_row(replace(step, at=step.at or now())))

    def step(self, run_id: str, step: str) -> Step | None:
        rows = self._rows("steps", "at", run_id=run_id, step=step)
        return convert.row_to_step(rows[0]) if rows else None

    def steps(self, run_id: str) -> list[Step]:
        return [convert.row_to_step(r) for r in self._rows("steps", "at", run_id=run_id)]

    def put_trace(self, trace: StoredTrace) -> None:
        self.put_traces((trace,))

    def put_traces(self, traces: Iterable[StoredTrace]) -> None:
        wanted = [replace(t, at=t.at or now()) for t in traces]
        for trace in wanted:
            check_id("id of a trace", trace.trace_id)
            check_id("family of a trace", trace.family or "none")
        self._put_all([("traces", convert.trace_row(t)) for t in wanted])

    def trace(self, trace_id: str) -> StoredTrace | None:
        rows = self._rows("traces", "at", trace_id=trace_id)
        return convert.row_to_trace(rows[0]) if rows else None

    def traces(self, family: str | None = None) -> list[StoredTrace]:
        where = {} if family is None else {"family": family}
        return [convert.row_to_trace(r) for r in self._rows("traces", "at", **where)]

    def add_feedback(self, feedback: Feedback) -> Feedback:
        check_id("id of a feedback", feedback.feedback_id)

        def build(connection: Connection) -> tuple[list[Op], Feedback]:
            from kwlogic.weave.store.rows import put

            seq = feedback.seq or _last_seq(connection, "feedback") + 1
            stored = replace(feedback, seq=seq, at=feedback.at or now())
            return [put("feedback", convert.feedback_row(stored))], stored

        return self.database.write(build)

    def feedback(self, kernel: str | None = None) -> list[Feedback]:
        where = {} if kernel is None else {"kernel": kernel}
        return [convert.row_to_feedback(r) for r in self._rows("feedback", "seq", **where)]

    # ------------------------------------------------------------ the verified cache

    def cache_get(self, key: str) -> CacheEntry | None:
        """An entry whose checksum holds. Whether its output keeps the contract is checked by whoever takes it."""
        rows = self._rows("cache", "key", key=key)
        return convert.row_to_cache(rows[0]) if rows else None

    def cache_put(self, entry: CacheEntry) -> None:
        self._put("cache", convert.cache_row(replace(entry, at=entry.at or now())))

    def cache_drop(self, kernel: str | None = None, key: str | None = None) -> None:
        """Forget the entries of a kernel version, or one entry."""
        from kwlogic.weave.store.rows import drop

        where = {k: v for k, v in (("kernel", kernel), ("key", key)) if v is not None}
        if where:
            self.database.write(lambda _: ([drop("cache", where)], None))

    # ------------------------------------------------------------ the store as a whole

    def counts(self) -> dict[str, int]:
        from sqlalchemy import func, select

        from kwlogic.weave.store.models import TABLES

        return {name: int(self.database.scalar(select(func.count()).select_from(t)) or 0) for name, t in TABLES.items()}

    def rows(self, table: str) -> list[Row]:
        """Every row of a table by its key, as exports and tools want them."""
        return self._rows(table, None)

    def _rows(self, table_name: str, order: str | None, **where: str) -> list[Row]:
        from sqlalchemy import select

        from kwlogic.weave.store.models import TABLES

        table = TABLES[table_name]
        columns: tuple[Any, ...] = tuple(table.primary_key.columns)
        first = (table.c[order], *columns) if order is not None else columns
        statement = select(table).where(*(table.c[k] == v for k, v in where.items())).order_by(*first)
        return self.database.read(table_name, statement)

    def _put(self, table: str, row: Row) -> None:
        self._put_all([(table, row)])

    def _put_all(self, rows: list[tuple[str, Row]]) -> None:
        from kwlogic.weave.store.rows import put

        if rows:
            self.database.write(lambda _: ([put(table, row) for table, row in rows], None))


def _known(connection: Connection, digests: list[str]) -> dict[str, int]:
    from sqlalchemy import select

    from kwlogic.weave.store.models import TABLES

    table = TABLES["kernels"]
    found: dict[str, int] = {}
    for start in range(0, len(digests), 500):
        part = digests[start : start + 500]
        found |= {r[0]: r[1] for r in connection.execute(select(table.c.digest, table.c.seq).where(table.c.digest.in_(part)))}
    return found


def _last_seq(connection: Connection, name: str) -> int:
    from sqlalchemy import func, select

    from kwlogic.weave.store.models import TABLES

    return int(connection.execute(select(func.max(TABLES[name].c.seq))).scalar() or 0)
