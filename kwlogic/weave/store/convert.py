"""Between the records of ``data`` and the rows of ``models``.

The document of a kernel is the canonical JSON of its content, and its digest is the kernel's; ``verify`` holds the two
together, on the way in and on the way out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed
from kwlogic.weave.store.data import (
    CacheEntry,
    Certificate,
    ClauseVerdict,
    Feedback,
    Formal,
    Informal,
    Row,
    Run,
    RunState,
    State,
    Status,
    Step,
    StoredKernel,
    StoredTrace,
    Transition,
    canonical,
    digest_of,
)
from kwlogic.weave.store.log import Op


def verify(kernel: StoredKernel) -> None:
    if digest_of(kernel.document) != kernel.digest:
        raise Diagnosed(diagnostic("KW806", f"the digest of the kernel `{kernel.name}` is not that of its content"))


def kernel_ops(kernel: StoredKernel) -> list[Op]:
    from kwlogic.weave.store.rows import new

    spec = digest_of(kernel.spec) if kernel.spec else ""
    names = ("digest", "name", "module", "version", "family", "origin", "document", "seq", "at")
    row = {n: getattr(kernel, n) for n in names} | {"spec": spec}
    texts = [new("texts", {"digest": spec, "text": kernel.spec})] if spec else []
    return [*texts, new("kernels", row)]


def row_to_kernel(row: Row, spec: str) -> StoredKernel:
    names = ("digest", "name", "module", "version", "family", "origin", "document", "seq", "at")
    return with_content(StoredKernel(spec=spec, **{n: row[n] for n in names}))


def with_content(kernel: StoredKernel) -> StoredKernel:
    """The record with what its document says of ports and clauses."""
    from dataclasses import replace

    content = json.loads(kernel.document)
    return replace(
        kernel,
        inputs=_pairs(content.get("inputs")),
        outputs=_pairs(content.get("outputs")),
        formal=tuple(Formal(*map(str, c[:3])) for c in content.get("clauses", ())),
        informal=tuple(Informal(str(c[0]), str(c[1])) for c in content.get("informal", ())),
    )


def _pairs(found: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(n), str(t)) for n, t in found or ())


def kernel_of(
    name: str, content: Row, *, module: str = "", version: str = "", family: str = "", origin: str = "kwlogic", spec: str = ""
) -> StoredKernel:
    """A kernel out of its content; keys with a meaning here: ``inputs``, ``outputs``, ``clauses``, ``informal``."""
    document = canonical({**content, "name": name, "module": module, "version": version, "family": family})
    return with_content(StoredKernel(digest_of(document), name, module, version, family, origin, document, spec, 0, ""))


def status_row(status: Status, at: str) -> Row:
    return {
        "digest": status.digest,
        "state": status.state.value,
        "passes": status.passes,
        "failures": status.failures,
        "note": status.note,
        "at": at,
    }


def row_to_status(row: Row) -> Status:
    return Status(row["digest"], State(row["state"]), row["passes"], row["failures"], row["note"])


def transition_row(made: Transition) -> Row:
    return {**_fields(made, _TRANSITION), "before": made.before.value, "after": made.after.value}


def row_to_transition(row: Row) -> Transition:
    return Transition(**{n: row[n] for n in _TRANSITION}, before=State(row["before"]), after=State(row["after"]))


_TRANSITION = ("kernel", "reason", "by", "evidence", "seq", "at")
_VERDICT = ("kernel", "obligation", "kind", "label", "text", "verdict", "tier", "reason", "counterexample")
_RUN = ("run_id", "kernel", "name", "inputs", "outputs", "reason", "trace_id", "at", "ended")
_STEP = ("run_id", "step", "kernel", "key", "inputs", "outputs", "reason", "at")
_CACHE = ("key", "kernel", "inputs", "outputs", "settings", "at")


def _fields(record: object, names: Sequence[str]) -> Row:
    return {n: getattr(record, n) for n in names}


def verdict_row(verdict: ClauseVerdict, at: str) -> Row:
    return {**_fields(verdict, _VERDICT), "rests_on": canonical(list(verdict.rests_on)), "at": at}


def row_to_verdict(row: Row) -> ClauseVerdict:
    return ClauseVerdict(**{n: row[n] for n in _VERDICT}, rests_on=tuple(json.loads(row["rests_on"])))


def certificate_rows(certificate: Certificate) -> list[tuple[str, Row]]:
    digest = digest_of(certificate.text)
    row = {"kernel": certificate.kernel, "obligation": certificate.obligation, "text": digest}
    return [("texts", {"digest": digest, "text": certificate.text}), ("certificates", row)]


def run_row(run: Run) -> Row:
    return {**_fields(run, _RUN), "state": run.state.value}


def row_to_run(row: Row) -> Run:
    return Run(**{n: row[n] for n in _RUN}, state=RunState(row["state"]))


def step_row(step: Step) -> Row:
    return {**_fields(step, _STEP), "state": step.state.value}


def row_to_step(row: Row) -> Step:
    return Step(**{n: row[n] for n in _STEP}, state=RunState(row["state"]))


def cache_row(entry: CacheEntry) -> Row:
    return _fields(entry, _CACHE)


def row_to_cache(row: Row) -> CacheEntry:
    return CacheEntry(**{n: row[n] for n in _CACHE})


def trace_row(trace: StoredTrace) -> Row:
    return {**_fields(trace, ("trace_id", "family", "document", "at")), "success": _number(trace.success)}


def row_to_trace(row: Row) -> StoredTrace:
    return StoredTrace(row["trace_id"], row["family"], row["document"], _truth(row["success"]), row["at"])


def feedback_row(feedback: Feedback) -> Row:
    names = ("feedback_id", "kernel", "family", "document", "seq", "at")
    return {**_fields(feedback, names), "success": _number(feedback.success)}


def row_to_feedback(row: Row) -> Feedback:
    return Feedback(row["feedback_id"], row["kernel"], row["family"], row["document"], _truth(row["success"]), row["seq"], row["at"])


def _number(value: bool | None) -> int | None:
    return None if value is None else int(value)


def _truth(value: int | None) -> bool | None:
    return None if value is None else bool(value)
