"""Words about links: which part requires what, where its ports come from, and the places of both sides."""

from __future__ import annotations

from collections.abc import Callable

from kwlogic.compose.contract import Want
from kwlogic.compose.data import INPUT, Box, Each, Folded, Loop, Part, Pure, Wire
from kwlogic.compose.stage import Scene, Stage
from kwlogic.core.program import Clause, Program
from kwlogic.core.walk import free_vars
from kwlogic.source.data import Span

Places = tuple[tuple[Span, str], ...]
Text = Callable[[Span], str]
SHOWN = 3


def link_detail(stage: Stage, scene: Scene, box: Box, want: Want, text: Text) -> str:
    """`half` requires `m % 2 == 0`, where `m` is `n` of `parse`."""
    if want.kind == "lengths":
        return f"the lists that `{box.name}` takes must have one length"
    if want.clause is None:
        return ""
    said = f"`{box.name}` requires `{one_line(want.clause.text)}`"
    fed = [f"`{p}` is {source(stage, scene, w, text)}" for p, w in feeding(box, want.clause)]
    return f"{said}, where {', '.join(fed[:SHOWN])}" if fed else said


def invariant_detail(want: Want) -> str:
    text = one_line(want.clause.text) if want.clause is not None else ""
    return f"`{text}` must hold at the start" if want.kind == "init" else f"every round must keep `{text}`"


def feeding(box: Box, clause: Clause) -> list[tuple[str, Wire]]:
    """The inputs of a box that a clause speaks of, with where they come from."""
    spoken = {v.data for v in free_vars(clause.pred)}
    return [(p.name, w) for p, w in zip(box.inputs, box.sources, strict=True) if p.name in spoken]


def source(stage: Stage, scene: Scene, wire: Wire, text: Text) -> str:
    """Where a wire comes from, in words."""
    around: list[str] = []
    while wire.box == INPUT and scene.parent >= 0:
        outer = stage.scenes[scene.parent]
        region = outer.dag.boxes[scene.box]
        around += _round(region, wire.port)
        wire = next((w for p, w in zip(region.inputs, region.sources, strict=True) if p.name == wire.port), wire)
        scene = outer
    return " ".join((*around, _origin(scene, wire, text)))


def _round(region: Box, port: str) -> list[str]:
    """What a round makes of an input."""
    changes = isinstance(region.what, Loop) and any(p.name == port for p in region.outputs)
    if changes or (isinstance(region.what, Folded) and port == "acc"):
        return [f"`{port}` after some rounds, at first"]
    return ["each of"] if isinstance(region.what, Each | Folded) else []


def _origin(scene: Scene, wire: Wire, text: Text) -> str:
    if wire.box == INPUT:
        return f"the input `{wire.port}`"
    box = scene.dag.boxes[wire.box]
    return f"`{one_line(text(box.what.span), 40)}`" if isinstance(box.what, Pure) else f"`{wire.port}` of `{box.name}`"


def both_places(program: Program, scene: Scene, box: Box, want: Want) -> Places:
    """Where the clause stands, and what the parts that feed it say."""
    if want.clause is None:
        return ()
    found: list[tuple[Span, str]] = [(want.clause.span, f"`{box.name}` requires this")]
    for _, wire in feeding(box, want.clause):
        if wire.box == INPUT:
            continue
        giver = scene.dag.boxes[wire.box]
        for fed in giver.sources if isinstance(giver.what, Pure) else (wire,):
            if fed.box != INPUT:
                found += _said(program, scene.dag.boxes[fed.box], fed.port)
    return tuple(dict.fromkeys(found))[: SHOWN + 1]


def _said(program: Program, box: Box, port: str) -> list[tuple[Span, str]]:
    kernel = program.kernels.get(box.what.kernel) if isinstance(box.what, Part) else None
    if kernel is None:
        return []
    clauses = [c for c in kernel.ensures if any(v.data == port for v in free_vars(c.pred))]
    if clauses:
        return [(c.span, f"`{box.name}` ensures this of `{port}`") for c in clauses[:SHOWN]]
    return [(p.span, f"`{box.name}` says nothing of `{port}`") for p in kernel.outputs if p.name == port]


def one_line(text: str, limit: int = 100) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 3] + "..."
