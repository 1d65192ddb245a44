"""`kwlogic impact` and `kwlogic refines`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from kwlogic.cli.answers import answered, place_object, progress
from kwlogic.cli.output import print_diagnostics
from kwlogic.lab.changing import Affected, Impact, impact
from kwlogic.lab.opened import open_several
from kwlogic.lab.refinement import RefineAnswer, reason, refines_in
from kwlogic.render.text import amount, visible
from kwlogic.vc.data import Result, verdict_name
from kwlogic.workspace.findings import one_line, short


@answered
def run_impact(name: str, paths: Iterable[str], against: str | None, to: str | None, form: str, budget: int | None) -> int:
    found = impact(name, against, to, paths, budget=budget, progress=progress())
    if form == "json":
        print(json.dumps(_object(found), indent=2, ensure_ascii=False))
    else:
        print("\n".join(_lines(found)))
        print_diagnostics(found.errors, {}, sys.stdout)
    if found.errors or found.broken():
        return 1
    return 0


@answered
def run_refines(concrete: str, abstract: str, paths: Iterable[str], form: str, budget: int | None) -> int:
    opened, (a, b) = open_several((abstract, concrete), paths, budget=budget)
    found = refines_in(opened, opened.program, b, a, progress())
    if form == "json":
        print(json.dumps(_refine_object(found), indent=2, ensure_ascii=False))
    else:
        print("\n".join(_refine_lines(found)))
    return {"proved": 0, "refuted": 1, "unknown": 3}[found.verdict]


# ---------------------------------------------------------------- text


def _refine_lines(found: RefineAnswer) -> Iterator[str]:
    a, b = short(found.concrete), short(found.abstract).removesuffix("'before")
    words = {"proved": "may stand wherever", "refuted": "may not stand wherever", "unknown": "is not known to be able to stand wherever"}
    yield f"{found.verdict}: `{a}` {words[found.verdict]} `{b}` does"
    for line in found.reasons():
        yield f"  {visible(line)}"
    for result in found.results:
        if result.obligation.detail and verdict_name(result.verdict) == "proved":
            yield f"  proved: {visible(one_line(result.obligation.detail, 160))}"


def _lines(found: Impact) -> Iterator[str]:
    name, users = short(found.kernel), ", ".join(f"`{short(u)}`" for u in found.users)
    used = f"used by {amount(len(found.users), 'declaration')}: {users}" if found.users else "not used by anything"
    yield f"`{name}` is {used}"
    if found.same:
        yield "its contract is the same in both versions: nothing changes for them"
    elif found.safe:
        yield f"the new `{name}` refines the old one (proved), and everything is monotone in its parts: nothing breaks, nothing is asked again"
    elif found.refinement is not None or found.incomparable:
        yield from _changed_lines(found)
    for clause in found.clauses:
        rest = "rests on it" if len(clause.resting) == 1 else "rest on it"
        verb = rest if clause.kind == "ensures" else "must show it"
        yield f"  {clause.kind} {visible(clause.text)}: {amount(len(clause.resting), 'obligation')} {verb}"
        yield from (f"    {_said(r)}" for r in clause.resting)


def _changed_lines(found: Impact) -> Iterator[str]:
    if found.incomparable:
        yield f"the versions cannot be compared as contracts: {found.incomparable}"
    elif found.refinement is not None:
        yield f"the new `{short(found.kernel)}` is not known to refine the old one:"
        yield from (f"  {visible(line)}" for line in found.refinement.reasons())
    broken = found.broken()
    yield f"{len(found.asked):,} of {amount(found.total, 'obligation')} of its users are asked again, and {len(broken):,} break"
    yield from (f"  {_affected(a)}" for a in found.asked)


def _affected(affected: Affected) -> str:
    word = "breaks" if affected.breaks else "open before, too" if verdict_name(affected.result.verdict) != "proved" else "holds"
    return f"{word}: {_said(affected.result)}" + (f"; {visible(reason(affected.result))}" if affected.breaks else "")


def _said(result: Result) -> str:
    obligation = result.obligation
    return f"{short(obligation.declaration)}, {obligation.kind.value}: {visible(one_line(obligation.text or obligation.detail, 90))}"


# ---------------------------------------------------------------- JSON


def _object(found: Impact) -> dict[str, Any]:
    return {
        "kernel": found.kernel,
        "users": list(found.users),
        "same": found.same,
        "safe": found.safe if found.refinement is not None or found.same else None,
        "refinement": None if found.refinement is None else _refine_object(found.refinement),
        "incomparable": found.incomparable or None,
        "asked_again": [_result_object(a.result) | {"breaks": a.breaks} for a in found.asked],
        "obligations": found.total,
        "clauses": [{"kind": c.kind, "text": c.text, "resting": [_result_object(r) for r in c.resting]} for c in found.clauses],
        "errors": [{"code": d.code, "message": d.message} for d in found.errors],
    }


def _refine_object(found: RefineAnswer) -> dict[str, Any]:
    return {
        "concrete": found.concrete,
        "abstract": found.abstract,
        "verdict": found.verdict,
        "reasons": list(found.reasons()),
        "clauses": [_result_object(r) for r in found.results],
    }


def _result_object(result: Result) -> dict[str, Any]:
    obligation = result.obligation
    return {
        "declaration": obligation.declaration,
        "kind": obligation.kind.value,
        "text": one_line(obligation.text, 200),
        "detail": obligation.detail or None,
        "verdict": verdict_name(result.verdict),
    } | place_object(obligation.span)


__all__ = ["run_impact", "run_refines"]
