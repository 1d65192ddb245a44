"""`kwlogic hole`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from kwlogic.cli.answers import answered, place_object, progress
from kwlogic.lab.filling import HoleAnswer, holes
from kwlogic.render.text import visible
from kwlogic.workspace.findings import short


@answered
def run_hole(name: str, paths: Iterable[str], form: str, budget: int | None) -> int:
    answers = holes(name, paths, budget=budget, progress=progress())
    if form == "json":
        print(json.dumps({"holes": [hole_object(a) for a in answers]}, indent=2, ensure_ascii=False))
    else:
        print("\n\n".join("\n".join(_lines(a)) for a in answers))
    return 0 if all(any(c.fits for c in a.candidates) for a in answers) else 1


def _lines(answer: HoleAnswer) -> Iterator[str]:
    name = short(answer.kernel)
    yield f"hole{visible(answer.face)} in `{name}`"
    if answer.requires is None:
        yield f"  its contract is not stated: {answer.note}"
    else:
        yield "  the weakest contract that fits:" if answer.exact else "  a contract that is enough:"
        yield from (f"    {visible(line)}" for line in answer.declaration("part").splitlines())
        yield f"  checked: with it, everything that `{name}` obliges is proved" if answer.verified else "  with it, this is still open:"
        yield from (f"    {visible(line)}" for line in answer.open)
    if answer.vain:
        yield "  no kernel can keep it for every input that may come here: what is around the hole asks too much"
    if answer.wide is not None:
        yield "  a kernel that also sees the wires around it may do less:"
        yield from (f"    {visible(line)}" for line in answer.wide.declaration("part").splitlines())
    fitting = [c for c in answer.candidates if c.fits]
    yield "  kernels that fill it:" if fitting else "  no kernel of the project fills it"
    yield from (f"    {visible(c.text)}" for c in fitting)
    others = [c for c in answer.candidates if not c.fits]
    if others:
        yield "  kernels with such ports that do not:"
        yield from (f"    {visible(c.text)}: {visible(c.why)}" for c in others)


def hole_object(answer: HoleAnswer) -> dict[str, Any]:
    return {
        "kernel": answer.kernel,
        "ports": answer.face,
        "requires": None if answer.requires is None else list(answer.requires),
        "ensures": list(answer.ensures),
        "fails_when": answer.fails,
        "weakest": answer.exact,
        "verified": answer.verified,
        "possible": not answer.vain,
        "open": list(answer.open),
        "note": answer.note or None,
        "wide": None if answer.wide is None else hole_object(answer.wide),
        "candidates": [{"kernel": c.kernel, "text": c.text, "fits": c.fits, "why": c.why or None} for c in answer.candidates],
    } | place_object(answer.span)
