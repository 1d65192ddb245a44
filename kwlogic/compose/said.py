"""What every box of a composition says, wants and may fail for: parts by their contracts, regions by the algebra's rules.

Scenes are gone through bodies first, so a region finds the facts of its bodies.
"""

from __future__ import annotations

from collections.abc import Callable

from kwlogic.compose.contract import Failing, Said, Value, Want, Written, contract_at, part_name
from kwlogic.compose.data import Again, Box, Check, Choice, Each, Folded, Loop, Missing, Part, Pure, Recover, Wire
from kwlogic.compose.said_inside import written_at
from kwlogic.compose.said_loops import folded_box, loop
from kwlogic.compose.said_regions import again, choice, each, recover
from kwlogic.compose.stage import Facts, Scene, Stage, at, env_of, runs
from kwlogic.core.terms import FALSE, TRUE, Term, mk_call, mk_not, mk_sel
from kwlogic.core.types import tuple_of


def say(stage: Stage, failing: Failing) -> None:
    """Fills in the facts of all scenes."""
    for scene in stage.scenes:
        for index, box in enumerate(scene.dag.boxes):
            kind = type(box.what)
            facts = _part(stage, scene, index, box, failing) if kind is Part else _SAY[kind](stage, scene, index, box)
            scene.facts.append(facts)
            stage.values.update((v.var, v) for v in facts.values)


def _part(stage: Stage, scene: Scene, index: int, box: Box, failing: Failing) -> Facts:
    what = box.what
    assert isinstance(what, Part)
    kernel = stage.kernels[what.kernel]
    given = scene.given(box)
    out = {p.name: scene.wires[Wire(index, p.name)] for p in box.outputs}
    contract = contract_at(kernel, what.targs, {**given, **out})
    path = scene.path_of(index)
    started = tuple(Said(f"link:{path}", t, contract.shared(c)) for _, c, t in contract.requires() if t is not TRUE)
    said = tuple(Said(part_name(path, i, kernel.name), t, contract.shared(c)) for i, c, t in contract.ensures())
    wants = tuple(Want("requires", t, c, i) for i, c, t in contract.requires())
    fallible = failing(what.kernel)
    rests = frozenset[str]() if fallible else frozenset((kernel.name,))
    return Facts((*said, *started), contract.fails(fallible), wants, (), _values(stage, what, given, out), rests)


def _values(stage: Stage, what: Part, given: dict[str, Term], out: dict[str, Term]) -> tuple[Value, ...]:
    if not runs(stage.kernels, what):
        return tuple(Value(v) for v in out.values())
    kernel = stage.kernels[what.kernel]
    args = tuple(given[p.name] for p in kernel.inputs)
    types = tuple(out[p.name].type for p in kernel.outputs)
    if len(types) == 1:
        return (Value(out[kernel.outputs[0].name], mk_call(kernel.name, what.targs, args, types[0]), TRUE, kernel.name),)
    call = mk_call(kernel.name, what.targs, args, tuple_of(*types))
    return tuple(Value(out[p.name], mk_sel("Tuple", i, call, t), TRUE, kernel.name) for i, (p, t) in enumerate(zip(kernel.outputs, types)))


def _missing(stage: Stage, scene: Scene, index: int, box: Box) -> Facts:
    what = box.what
    assert isinstance(what, Missing)
    given = scene.given(box)
    both = {**given, **{p.name: scene.wires[Wire(index, p.name)] for p in box.outputs}}
    said = tuple(Said(f"hole:{scene.path_of(index)}", at(c.pred, both)) for c in what.ensures)
    wants = tuple(Want("requires", at(c.pred, given), c, i) for i, c in enumerate(what.requires))
    values = tuple(Value(scene.wires[Wire(index, p.name)], vague=True) for p in box.outputs)
    return Facts(said, TRUE, wants, (), values)


def _pure(stage: Stage, scene: Scene, index: int, box: Box) -> Facts:
    what = box.what
    assert isinstance(what, Pure)
    return Facts(fails=FALSE, written=(Written(what.term, None, env_of(scene.given(box))),))


def _check(stage: Stage, scene: Scene, index: int, box: Box) -> Facts:
    what = box.what
    assert isinstance(what, Check)
    given = scene.given(box)
    pred = at(what.pred.pred, given)
    written = (written_at(what.pred, given),)
    path = scene.path_of(index)
    if what.guard:
        return Facts((Said(f"guard:{path}", pred),), mk_not(pred), (), written)
    return Facts((Said(f"assert:{path}", pred),), FALSE, (Want("assert", pred, what.pred),), written)


_Say = Callable[[Stage, Scene, int, Box], Facts]

_SAY: dict[type, _Say] = {
    Pure: _pure,
    Check: _check,
    Missing: _missing,
    Choice: choice,
    Recover: recover,
    Again: again,
    Each: each,
    Folded: folded_box,
    Loop: loop,
}
