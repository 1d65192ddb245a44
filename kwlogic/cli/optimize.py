"""`kwlogic optimize`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from kwlogic.cli.answers import answered, progress
from kwlogic.lab.optimizing import Optimized, Step, optimize
from kwlogic.render.text import amount, visible
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed
from kwlogic.vc.data import verdict_name
from kwlogic.workspace.findings import short


@answered
def run_optimize(name: str, paths: Iterable[str], equal_only: bool, write: bool, form: str, budget: int | None) -> int:
    found = optimize(name, paths, equal_only=equal_only, budget=budget, progress=progress())
    print(json.dumps(_object(found), indent=2, ensure_ascii=False) if form == "json" else "\n".join(_lines(found)))
    if write and found.steps:
        try:
            Path(found.file).write_text(found.text, encoding="utf-8")
        except OSError as error:
            raise Diagnosed(diagnostic("KW710", f"`{found.file}` cannot be written: {error.strerror or error}")) from error
    return 0


def _lines(found: Optimized) -> Iterator[str]:
    name = short(found.kernel)
    if not found.steps:
        yield f"nothing to improve in `{name}`: no law that applies leaves less to do"
        return
    yield f"`{name}`: {amount(len(found.steps), 'rewriting')}"
    for number, step in enumerate(found.steps, 1):
        yield from (f"  {line}" for line in _step(number, step))
    yield f"work {found.work[0]:g} -> {found.work[1]:g}, critical path {found.path[0]:g} -> {found.path[1]:g}"
    yield ""
    yield visible(found.diff).rstrip("\n")


def _step(number: int, step: Step) -> Iterator[str]:
    yield f"{number}. {visible(step.what)}"
    kind = "both ways" if step.kind == "equal" else "the new one refines the old one"
    yield f"   law: {step.law} ({kind}), since {visible('; '.join(step.conditions))}"
    shown = f"   checked: {amount(len(step.results), 'obligation')} of the rewritten kernel proved"
    yield shown + (f", after {amount(len(step.lemma), 'obligation')} for the condition" if step.lemma else "")


def _object(found: Optimized) -> dict[str, Any]:
    return {
        "kernel": found.kernel,
        "steps": [
            {
                "what": s.what,
                "law": s.law,
                "kind": s.kind,
                "conditions": list(s.conditions),
                "obligations": [{"id": r.obligation.id, "verdict": verdict_name(r.verdict)} for r in (*s.lemma, *s.results)],
            }
            for s in found.steps
        ],
        "work": {"before": found.work[0], "after": found.work[1]},
        "critical_path": {"before": found.path[0], "after": found.path[1]},
        "text": found.after,
        "diff": found.diff,
    }
