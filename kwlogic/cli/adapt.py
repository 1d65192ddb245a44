"""`kwlogic adapt`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from kwlogic.cli.answers import answered, place_object, progress
from kwlogic.cli.hole import hole_object
from kwlogic.lab.adapting import Mended, adapt
from kwlogic.render.text import visible


@answered
def run_adapt(name: str, paths: Iterable[str], form: str, budget: int | None) -> int:
    found = adapt(name, paths, budget=budget, progress=progress())
    if form == "json":
        print(json.dumps({"links": [_object(m) for m in found]}, indent=2, ensure_ascii=False))
    elif not found:
        print("every link is proved: there is nothing to mend")
    else:
        print("\n\n".join("\n".join(_lines(m)) for m in found))
    return 1 if found else 0


def _lines(mended: Mended) -> Iterator[str]:
    yield f"{visible(mended.why)}"
    if mended.guard is not None:
        what = f"`guard {visible(mended.guard)}` in front of `{visible(mended.part)}`"
        if mended.guard_open:
            yield f"  {what} mends this link; still open: {visible(mended.guard_open[0])}"
        else:
            yield f"  {what} mends it: then everything is proved, and it fails where the guard is false"
    adapter = mended.adapter
    if adapter is None:
        return
    if adapter.requires is not None:
        yield "  the weakest adapter:" if adapter.exact else "  an adapter that is enough:"
        yield from (f"    {visible(line)}" for line in adapter.declaration("adapter").splitlines())
        yield from (f"  with it, still open: {visible(line)}" for line in adapter.open)
    fitting = [c.text for c in adapter.candidates if c.fits]
    yield f"  kernels that serve: {', '.join(map(visible, fitting))}" if fitting else "  no kernel of the project serves"


def _object(mended: Mended) -> dict[str, Any]:
    return {
        "part": mended.part,
        "requires": mended.text,
        "why": mended.why,
        "guard": mended.guard,
        "guard_open": list(mended.guard_open),
        "adapter": None if mended.adapter is None else hole_object(mended.adapter),
    } | place_object(mended.place)
