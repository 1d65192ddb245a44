"""Import of what the predecessor KernelWeave keeps: kernels, traces and feedback, in folders of JSON files.

Its contracts are English sentences: they become informal clauses, shown and counted apart, and never more than that. Its
schemas become types where they can; where not, the port is kept as `Json` and the reason is told. Digests that a file
carries are verified, and the file is refused where they differ. Ids are data: the only paths read are those listed in
the folder.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic
from kwlogic.weave.schema.into import SchemaRefused, schema_to_types
from kwlogic.weave.store.convert import kernel_of
from kwlogic.weave.store.data import Feedback, Link, State, Status, StoredKernel, StoredTrace, canonical
from kwlogic.weave.store.store import Store, check_id
from kwlogic.weave.store.text import wrong_file

T = TypeVar("T")
MAX_BYTES = 50_000_000
CONDITIONS = (
    ("preconditions", "requires"),
    ("postconditions", "ensures"),
    ("evidence_requirements", "evidence"),
    ("rollback", "rollback"),
)
STATES = {"retired": State.RETIRED, "rejected": State.REJECTED}


@dataclass(slots=True)
class Taken:
    """What was imported, and what was not."""

    kernels: int = 0
    traces: int = 0
    feedback: int = 0
    verified: int = 0
    typed: int = 0
    informal: int = 0
    untyped: list[str] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)

    def words(self) -> str:
        first = f"imported {self.kernels} kernels ({self.verified} digests verified), {self.traces} traces, {self.feedback} feedback"
        lines = [first, f"{self.typed} typed, 0 formal, {self.informal} informal"]
        return "\n".join([*lines, *(f"  {u}" for u in self.untyped)])


@dataclass(frozen=True, slots=True)
class Candidate:
    """A kernel out of a file, with what else the file says of it."""

    kernel: StoredKernel
    status: Status
    links: tuple[Link, ...]
    verified: bool
    untyped: tuple[str, ...]


def import_kernelweave(store: Store, folder: Path) -> Taken:
    """Import a KernelWeave store: ``kernels/*.json``, ``traces/*.json``, ``feedback/*.json`` and ``feedback_index.json``."""
    taken = Taken()
    kernels = list(_each(taken, _files(folder, "kernels"), kernel_of_document))
    traces = list(_each(taken, _files(folder, "traces"), trace_of_document))
    feedback = [f for path in _feedback_files(folder) for f in _feedback(taken, path)]
    if not (kernels or traces or feedback or taken.problems):
        raise wrong_file(folder, "it is neither an export of a store nor a KernelWeave store (`kernels/*.json`, `traces/*.json`)")
    store.put_kernels([k.kernel for k in kernels])
    for found in kernels:
        store.set_status(found.status)
        store.link(*found.links)
        taken.kernels += 1
        taken.verified += found.verified
        taken.typed += len(found.kernel.inputs) + len(found.kernel.outputs)
        taken.informal += len(found.kernel.informal)
        taken.untyped += found.untyped
    store.put_traces(traces)
    for said in feedback:
        store.add_feedback(said)
    taken.traces, taken.feedback = len(traces), len(feedback)
    return taken


def _files(folder: Path, name: str) -> list[Path]:
    return sorted((folder / name).glob("*.json"))


def _feedback_files(folder: Path) -> list[Path]:
    index = folder / "feedback_index.json"
    return [*_files(folder, "feedback"), *([index] if index.is_file() else [])]


def _each(taken: Taken, paths: list[Path], read: Callable[[Path, dict[str, Any]], T]) -> Iterator[T]:
    for path in paths:
        try:
            yield read(path, read_object(path))
        except Diagnosed as error:
            taken.problems.extend(error.diagnostics)


def read_object(path: Path) -> dict[str, Any]:
    """The object in a JSON file; raises Diagnosed."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise wrong_file(path, f"it is larger than {MAX_BYTES} bytes")
        found = json.loads(path.read_bytes().decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise wrong_file(path, str(error) or "it is nested too deeply") from error
    if not isinstance(found, dict):
        raise wrong_file(path, "it is no JSON object")
    return found


def document_digest(document: dict[str, Any]) -> str:
    """KernelWeave's digest: sha256 of the sorted compact JSON without ``digest``."""
    body = {k: v for k, v in document.items() if k != "digest"}
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()).hexdigest()


def kernel_of_document(path: Path, document: dict[str, Any]) -> Candidate:
    name = _text(path, document, "kernel_id")
    check_id("id of a kernel", name)
    verified = "digest" in document
    if verified and not _same_digest(document):
        raise Diagnosed(diagnostic("KW806", f"the digest of `{name}` in `{path.name}` is not that of its content"))
    sides, untyped = {}, []
    for side in ("input_schema", "output_schema"):
        sides[side], reason = _ports(document.get(side))
        if reason:
            untyped.append(f"{name}: {side}: {reason}")
    informal = [[kind, str(text)] for key, kind in CONDITIONS for text in _list(path, document, key)]
    content = {
        "inputs": sides["input_schema"],
        "outputs": sides["output_schema"],
        "clauses": [],
        "informal": informal,
        "kernelweave": document,
    }
    family = str(document.get("task_family", ""))
    kernel = kernel_of(name, content, version=str(document.get("version", "")), family=family, origin="kernelweave")
    links = tuple(Link(kernel.digest, "trace", str(t)) for t in _list(path, document, "source_trace_ids") if t)
    return Candidate(kernel, _status(kernel.digest, document.get("status")), links, verified, tuple(untyped))


def _same_digest(document: dict[str, Any]) -> bool:
    given = str(document["digest"])
    body = {k: v for k, v in document.items() if k != "digest"}
    raw = hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
    return given in (document_digest(document), raw)


def _ports(schema: object) -> tuple[list[list[str]], str]:
    """Names and types of the properties of an object schema; untyped where the importer refuses."""
    if not isinstance(schema, dict) or not isinstance(schema.get("properties"), dict):
        return [], "" if schema in (None, {}) else "no object of properties"
    try:
        types = schema_to_types(schema, "Ports")
    except SchemaRefused as error:
        return [[str(n), "Json"] for n in schema["properties"]], str(error)
    return [[p.key, p.type] for p in types.ports()], ""


def _status(digest: str, found: object) -> Status:
    status = found if isinstance(found, dict) else {}
    counts = [status.get(k, 0) for k in ("passes", "failures")]
    passes, failures = (c if isinstance(c, int) and not isinstance(c, bool) and c >= 0 else 0 for c in counts)
    said = str(status.get("state", ""))[:60]
    notes = [f"its origin calls it {said}"] if said not in ("", "candidate") else []
    notes += [f"confidence {status['confidence']}"] if "confidence" in status else []
    return Status(digest, STATES.get(said, State.CANDIDATE), passes, failures, ", ".join(notes))


def _text(path: Path, document: dict[str, Any], key: str) -> str:
    found = document.get(key)
    if not isinstance(found, str) or not found:
        raise wrong_file(path, f"it has no text `{key}`")
    return found


def _list(path: Path, document: dict[str, Any], key: str) -> list[Any]:
    found = document.get(key) or []
    if not isinstance(found, list):
        raise wrong_file(path, f"`{key}` is no list")
    return found


def trace_of_document(path: Path, document: dict[str, Any]) -> StoredTrace:
    from kwlogic.weave.trace.kernelweave import trace_of

    trace = trace_of(document, path.name)
    return trace.stored()


def _feedback(taken: Taken, path: Path) -> Iterator[Feedback]:
    try:
        document = read_object(path)
    except Diagnosed as error:
        taken.problems.extend(error.diagnostics)
        return
    entries = document.get("feedback", [document]) if "feedback_id" not in document else [document]
    for entry in entries if isinstance(entries, list) else []:
        try:
            yield _one_feedback(path, entry)
        except Diagnosed as error:
            taken.problems.extend(error.diagnostics)


def _one_feedback(path: Path, entry: object) -> Feedback:
    if not isinstance(entry, dict):
        raise wrong_file(path, "an entry of `feedback` is no object")
    name = check_id("id of a feedback", _text(path, entry, "feedback_id"))
    success, seq = entry.get("success"), entry.get("sequence")
    return Feedback(
        name,
        str(entry.get("kernel_id") or ""),
        str(entry.get("task_family") or ""),
        canonical(entry),
        success if isinstance(success, bool) else None,
        seq if isinstance(seq, int) and not isinstance(seq, bool) else 0,
    )
