"""From a checked program to the kernels that the store keeps.

The content of a kernel is its interface, its contract and its body, with a digest of every declaration that these rest
on: so the digest of a stored kernel changes exactly when what it means may change, and not with comments or layout.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kwlogic.core.logic import erase
from kwlogic.core.program import Clause, ComposeBody, ExprBody, Kernel, OracleBody, Param, Program
from kwlogic.core.terms import Op, Term
from kwlogic.core.types import Type, show_type
from kwlogic.core.walk import subterms
from kwlogic.source.data import Source, Span
from kwlogic.weave.store.convert import kernel_of
from kwlogic.weave.store.data import ClauseVerdict, StoredKernel

if TYPE_CHECKING:
    from kwlogic.vc.data import Result


def kernel_to_stored(program: Program, name: str) -> StoredKernel:
    """The stored form of a kernel of the program."""
    kernel = program.kernels[name]
    module = next((m for m in program.modules.values() if name in m.decls), None)
    source = program.sources.get(module.file) if module is not None else None
    body = {ExprBody: "expression", ComposeBody: "composition"}.get(type(kernel.body), "none")
    if isinstance(kernel.body, OracleBody):
        body = kernel.body.kind
    content = {
        "inputs": _ports(kernel.inputs),
        "outputs": _ports(kernel.outputs),
        "clauses": [[kind, c.label or "", plain(c.text)] for kind, c in clauses_of(kernel)],
        "body": [body, structure(kernel.body)],
        "contract": [structure(c) for _, c in clauses_of(kernel)],
        "rests_on": _rests_on(program, kernel),
        "evidence": list(kernel.evidence),
        "reads": list(kernel.reads),
        "writes": list(kernel.writes),
        "rollback": kernel.rollback or "",
        "flags": sorted(kernel.flags),
    }
    return kernel_of(
        name,
        content,
        module=module.name if module is not None else name.rpartition(".")[0],
        version=kernel.version or "",
        family=kernel.family or "",
        spec=source.text if source is not None else "",
    )


def kernel_digest(program: Program, name: str) -> str:
    """The digest of a kernel: its version, for keys of caches and journals."""
    return kernel_to_stored(program, name).digest


def verdicts_of(results: tuple[Result, ...], kernel: str, digest: str) -> list[ClauseVerdict]:
    """What a check said of one kernel, as the store keeps it."""
    return [_verdict(r, digest) for r in results if r.obligation.declaration == kernel]


def _verdict(result: Result, digest: str) -> ClauseVerdict:
    from kwlogic.vc.data import Proved, Refuted, Unknown, verdict_name

    ob, verdict = result.obligation, result.verdict
    shown = ""
    if isinstance(verdict, Refuted) and verdict.counterexample is not None:
        shown = ", ".join(f"{n} = {v}" for n, v, _ in verdict.counterexample.inputs)
    return ClauseVerdict(
        digest,
        ob.id,
        ob.kind.value,
        ob.label or "",
        plain(ob.text),
        verdict_name(verdict),
        tier=verdict.tier if isinstance(verdict, Proved) else "",
        reason=verdict.reason if isinstance(verdict, Unknown) else "",
        counterexample=shown,
        rests_on=tuple(sorted(verdict.uses)) if isinstance(verdict, Proved) else (),
    )


def clauses_of(kernel: Kernel) -> Iterator[tuple[str, Clause]]:
    yield from (("requires", c) for c in kernel.requires)
    yield from (("ensures", c) for c in kernel.ensures)
    yield from (("fails when", c) for c in kernel.fails)


def plain(text: str) -> str:
    """The text of a clause on one line, without comments: layout is not content."""
    return " ".join(Source("", text).code(Span("", 0, len(text))).split())


def _ports(ports: tuple[Param, ...]) -> list[list[str]]:
    return [[p.name, show_type(p.type)] for p in ports]


def structure(thing: object) -> str:
    """A digest of a record or term: its parts in order, places in files left out."""
    state = hashlib.sha256()
    stack: list[Any] = [thing]
    while stack:
        here = stack.pop()
        if isinstance(here, Term):
            from kwlogic.solve.fingerprint import term_digest

            state.update(b"t" + term_digest(erase(here)))
        elif isinstance(here, Span):
            continue
        elif dataclasses.is_dataclass(here) and not isinstance(here, type):
            state.update(b"d" + type(here).__name__.encode())
            skipped = ("doc", "text") if isinstance(here, Clause) else ("doc",)
            stack.extend(getattr(here, f.name) for f in reversed(dataclasses.fields(here)) if f.compare and f.name not in skipped)
        elif isinstance(here, (tuple, list)):
            state.update(b"l%d" % len(here))
            stack.extend(reversed(here))
        elif isinstance(here, (set, frozenset, dict)):
            state.update(repr(sorted(map(repr, here.items() if isinstance(here, dict) else here))).encode())
        else:
            state.update(b"v" + repr(here).encode() + b";")
    return state.hexdigest()[:32]


def _rests_on(program: Program, kernel: Kernel) -> dict[str, str]:
    """Digests of the functions, data types and other kernels that a kernel reaches, by name."""
    found: dict[str, str] = {}
    waiting = sorted(_named(kernel, program))
    while waiting:
        name = waiting.pop()
        if name in found or name == kernel.name:
            continue
        thing = program.fns.get(name) or program.datas.get(name) or program.kernels.get(name)
        if thing is None:
            continue
        found[name] = structure(thing)
        waiting.extend(sorted(_named(thing, program)))
    return found


def _named(thing: object, program: Program) -> set[str]:
    """Names of the declarations that a declaration mentions."""
    found: set[str] = set()
    stack: list[Any] = [thing]
    while stack:
        here = stack.pop()
        if isinstance(here, Term):
            for part in subterms(here):
                stack.append(part.type)
                if part.op in (Op.CALL, Op.LEMMA):
                    found.add(part.data[0])
                elif part.op in (Op.CON, Op.IS) and part.data in program.ctors:
                    found.add(program.ctors[part.data].data)
        elif isinstance(here, Type):
            found.add(here.head)
            stack.extend(here.args)
        elif isinstance(here, str):
            if here in program.kernels:
                found.add(here)
        elif dataclasses.is_dataclass(here) and not isinstance(here, (type, Span)):
            stack.extend(getattr(here, f.name) for f in dataclasses.fields(here))
        elif isinstance(here, (tuple, list, set, frozenset)):
            stack.extend(here)
    return found
