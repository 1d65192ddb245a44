"""`kwlogic plan`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kwlogic.cli.answers import answered, progress
from kwlogic.lab.planning import PlanAnswer, Wish, plan
from kwlogic.render.text import visible
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed


@answered
def run_plan(wish: Wish, paths: Iterable[str], form: str, most: int, count: int, limit: int, output: Path | None) -> int:
    found = plan(wish, paths, most=most, count=count, limit=limit, progress=progress())
    if form == "json":
        print(json.dumps(_object(found), indent=2, ensure_ascii=False))
    elif found.plans:
        print("\n".join(p.text for p in found.plans), end="")
    else:
        print("\n".join(_nothing(found, wish)))
    if output is not None and found.plans:
        try:
            output.write_text(found.plans[0].text, encoding="utf-8")
        except OSError as error:
            raise Diagnosed(diagnostic("KW710", f"`{output}` cannot be written: {error.strerror or error}")) from error
    return 0 if found.plans else 1


def _nothing(found: PlanAnswer, wish: Wish) -> Iterable[str]:
    asked = f"{found.links:,} links and {found.wholes:,} compositions were asked about"
    if not found.kernels:
        yield "no plan: by their types, no kernels lead from these inputs to these outputs"
    elif found.cut:
        yield f"no plan found within the limit; {asked} (`--limit` sets how many may be)"
    else:
        yield f"no plan of at most {found.largest} kernels: of the {found.kernels:,} kernels whose types fit, {asked}"
    if found.near:
        yield f"this one links, but {visible(found.why)}:"
        yield ""
        yield found.near.rstrip()


def _object(found: PlanAnswer) -> dict[str, Any]:
    return {
        "plans": [{"kernels": list(p.steps), "text": p.text} for p in found.plans],
        "searched": {
            "kernels": found.kernels,
            "links": found.links,
            "compositions": found.wholes,
            "largest": found.largest,
            "cut_off": found.cut,
        },
        "nearest": {"text": found.near, "why": found.why} if found.near else None,
    }
