"""What every box of a composition says, wants and may fail for: parts by their contracts, regions by the algebra's rules.

Scenes are gone through bodies first, so a region finds the facts of its bodies. Facts under a branch carry its condition;
facts of a round of ``map`` are lifted to its lists; of ``fold`` and ``iterate`` only the invariant is left outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from kwlogic.compose.contract import Failing, Said, Value, Want, Written, contract_at, part_name
from kwlogic.compose.data import Again, Box, Check, Choice, Each, Folded, Loop, Missing, Part, Pure, Recover, Wire, bodies
from kwlogic.compose.lifting import every, folded, has_place, is_empty, item_at, mapped, member, repeated, row_in, same_length, taken
from kwlogic.compose.stage import Facts, Scene, Stage, at, constant, env_of, runs
from kwlogic.core.program import Clause
from kwlogic.core.terms import FALSE, TRUE, Term, mk_and, mk_call, mk_eq, mk_if, mk_implies, mk_int, mk_not, mk_or, mk_sel
from kwlogic.core.types import BOOL, tuple_of
from kwlogic.core.walk import free_vars, subst

NEAR = 24
"""How many boxes of a body speak in the condition under which it fails; the others would only narrow it down further."""


def say(stage: Stage, failing: Failing) -> None:
    """Fills in the facts of all scenes."""
    for scene in stage.scenes:
        for index, box in enumerate(scene.dag.boxes):
            facts = _SAY[type(box.what)](stage, scene, index, box, failing)
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
    said = tuple(Said(part_name(path, i, kernel.name), t, contract.shared(c)) for i, c, t in contract.ensures())
    wants = tuple(Want("requires", t, c, i) for i, c, t in contract.requires())
    fallible = failing(what.kernel)
    rests = frozenset[str]() if fallible else frozenset((kernel.name,))
    return Facts(said, contract.fails(fallible), wants, (), _values(stage, what, given, out), rests)


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


def _missing(stage: Stage, scene: Scene, index: int, box: Box, failing: Failing) -> Facts:
    what = box.what
    assert isinstance(what, Missing)
    given = scene.given(box)
    both = {**given, **{p.name: scene.wires[Wire(index, p.name)] for p in box.outputs}}
    said = tuple(Said(f"hole:{scene.path_of(index)}", at(c.pred, both)) for c in what.ensures)
    wants = tuple(Want("requires", at(c.pred, given), c, i) for i, c in enumerate(what.requires))
    values = tuple(Value(scene.wires[Wire(index, p.name)], vague=True) for p in box.outputs)
    return Facts(said, TRUE, wants, (), values)


def _pure(stage: Stage, scene: Scene, index: int, box: Box, failing: Failing) -> Facts:
    what = box.what
    assert isinstance(what, Pure)
    return Facts(fails=FALSE, written=(Written(what.term, None, env_of(scene.given(box))),))


def _check(stage: Stage, scene: Scene, index: int, box: Box, failing: Failing) -> Facts:
    what = box.what
    assert isinstance(what, Check)
    given = scene.given(box)
    pred = at(what.pred.pred, given)
    written = (_written(what.pred, given),)
    path = scene.path_of(index)
    if what.guard:
        return Facts((Said(f"guard:{path}", pred),), mk_not(pred), (), written)
    return Facts((Said(f"assert:{path}", pred),), FALSE, (Want("assert", pred, what.pred),), written)


def _written(clause: Clause, given: dict[str, Term], known: tuple[Said, ...] = ()) -> Written:
    return Written(clause.pred, clause, env_of(given), known)


# ---------------------------------------------------------------- regions


def _insides(stage: Stage, box: Box) -> list[Scene]:
    return [stage.scenes[i] for i in bodies(box.what)]


def _all_said(scene: Scene) -> list[Said]:
    return [s for f in scene.facts for s in f.said]


def _all_values(scene: Scene, when: Term = TRUE) -> list[Value]:
    if when is TRUE:
        return [v for f in scene.facts for v in f.values]
    return [replace(v, when=mk_and((when, v.when))) for f in scene.facts for v in f.values]


def _rests(scenes: Iterable[Scene]) -> frozenset[str]:
    return frozenset[str]().union(*(f.rests for s in scenes for f in s.facts))


def _fails(scene: Scene) -> Term:
    """Where a body fails: some box does, when those before it have yielded."""
    found: list[Term] = []
    for index, facts in enumerate(scene.facts):
        own = facts.fails if facts.fails is not None else TRUE
        if own is TRUE and not scene.dag.boxes[index].sources:
            return TRUE
        if own is not FALSE:
            before = [s.term for i in _before(scene, index) for s in scene.facts[i].said]
            found.append(mk_and((*before, own)))
    return mk_or(found)


def _before(scene: Scene, index: int) -> list[int]:
    """Some of the boxes that come before a box, the nearest ones."""
    seen: dict[int, None] = {}
    waiting = [index]
    while waiting and len(seen) < NEAR:
        fresh = [i for i in scene.befores[waiting.pop(0)] if i not in seen]
        seen.update(dict.fromkeys(fresh))
        waiting.extend(fresh)
    return sorted(seen)


def _outputs(scene: Scene, index: int, box: Box) -> dict[str, Term]:
    return {p.name: scene.wires[Wire(index, p.name)] for p in box.outputs}


def _equals(path: str, pairs: Iterable[tuple[Term, Term]]) -> tuple[tuple[Said, ...], tuple[Value, ...]]:
    known = list(pairs)
    return tuple(Said(f"wire:{path}", mk_eq(a, b)) for a, b in known), tuple(Value(a, b) for a, b in known)


def _choice(stage: Stage, scene: Scene, index: int, box: Box, failing: Failing) -> Facts:
    what = box.what
    assert isinstance(what, Choice)
    then, other = _insides(stage, box)
    given = scene.given(box)
    cond = at(what.cond.pred, given)
    then.entry, other.entry = (Said("path", cond),), (Said("path", mk_not(cond)),)
    said = [Said(s.name, mk_implies(cond, s.term)) for s in _all_said(then)]
    said += [Said(s.name, mk_implies(mk_not(cond), s.term)) for s in _all_said(other)]
    left, right = then.yielded(), other.yielded()
    pairs = ((v, mk_if(cond, left[n], right[n])) for n, v in _outputs(scene, index, box).items())
    same, values = _equals(scene.path_of(index), pairs)
    fails = mk_or((mk_and((cond, _fails(then))), mk_and((mk_not(cond), _fails(other)))))
    inner = (*_all_values(then, cond), *_all_values(other, mk_not(cond)))
    return Facts((*said, *same), fails, (), (_written(what.cond, given),), (*inner, *values), _rests((then, other)))


def _recover(stage: Stage, scene: Scene, index: int, box: Box, failing: Failing) -> Facts:
    first, second = _insides(stage, box)
    flag = first.flag
    assert flag is not None
    failed, path = _fails(first), scene.path_of(index)
    second.entry = (Said(f"failed:{path}", failed),)
    said = [Said(s.name, mk_implies(mk_not(flag), s.term)) for s in _all_said(first)]
    said.append(Said(f"failed:{path}", mk_implies(flag, failed)))
    said += [Said(s.name, mk_implies(flag, s.term)) for s in _all_said(second)]
    left, right = first.yielded(), second.yielded()
    pairs = ((v, mk_if(flag, right[n], left[n])) for n, v in _outputs(scene, index, box).items())
    same, values = _equals(path, pairs)
    chosen = Value(flag, FALSE if failed is FALSE else None)
    inner = (chosen, *_all_values(first), *_all_values(second, flag))
    return Facts((*said, *same), mk_and((failed, _fails(second))), (), (), (*inner, *values), _rests((first, second)))


def _again(stage: Stage, scene: Scene, index: int, box: Box, failing: Failing) -> Facts:
    (body,) = _insides(stage, box)
    inner = body.yielded()
    same, values = _equals(scene.path_of(index), ((v, inner[n]) for n, v in _outputs(scene, index, box).items()))
    return Facts((*_all_said(body), *same), _fails(body), (), (), (*_all_values(body), *values), _rests((body,)))


def _each(stage: Stage, scene: Scene, index: int, box: Box, failing: Failing) -> Facts:
    (body,) = _insides(stage, box)
    given, out, path = scene.given(box), _outputs(scene, index, box), scene.path_of(index)
    elements = list(body.inputs.values())
    first = elements[0]
    lists = body.lists
    body.entry = tuple(Said("round", member(e, lists[e])) for e in elements)
    if len(elements) > 1:
        body.entry = (*body.entry, Said("round", row_in(elements, lists)))
    said = [Said(f"wire:{path}", same_length(items, lists[first])) for e, items in lists.items() if e is not first]
    said += [Said(s.name, every(s.term, lists, first)) for s in _all_said(body)]
    for name, inner in body.yielded().items():
        if name in out and lists.get(inner) is not out[name]:
            said.append(Said(f"wire:{path}", same_length(out[name], lists[first])))
            said.append(Said(f"wire:{path}", mk_eq(out[name], mapped(inner, lists, first))))
    failed = _fails(body)
    fails = FALSE if failed is FALSE else mk_not(every(mk_not(failed), lists, first))
    wants = tuple(Want("lengths", same_length(given[p.name], lists[first])) for p in box.inputs if given[p.name] is not lists[first])
    return Facts(tuple(said), fails, wants, (), _lifted_values(body, out, first), _rests((body,)))


def _lifted_values(body: Scene, out: dict[str, Term], first: Term) -> tuple[Value, ...]:
    lists = body.lists
    found: list[Value] = []
    for value in _all_values(body):
        if value.term is None or value.when is not TRUE:
            found.append(Value(lists[value.var], vague=value.vague))
        else:
            found.append(replace(value, var=lists[value.var], term=mapped(value.term, lists, first)))
    known = {v.var for v in found}
    for name, inner in body.yielded().items():
        if name in out and out[name] not in known:
            found.append(Value(out[name], mapped(inner, lists, first)))
    return tuple(found)


def _folded(stage: Stage, scene: Scene, index: int, box: Box, failing: Failing) -> Facts:
    what = box.what
    assert isinstance(what, Folded)
    (body,) = _insides(stage, box)
    given, path = scene.given(box), scene.path_of(index)
    out = scene.wires[Wire(index, "acc")]
    acc, item = body.inputs["acc"], body.inputs["item"]

    def holds(value: Term) -> Term:
        return at(what.invariant.pred, {"acc": value})

    name = f"invariant:{path}"
    body.opening = (_written(what.invariant, {"acc": acc}),)
    body.entry = (Said(name, holds(acc)), Said("round", member(item, given["item"])))
    body.exit = (Want("kept", holds(body.yielded()["acc"]), what.invariant),)
    said = (Said(name, holds(out)), Said(f"wire:{path}", mk_implies(is_empty(given["item"]), mk_eq(out, given["acc"]))))
    failed = _fails(body)
    fails = FALSE if failed is FALSE else mk_and((*(s.term for s in body.entry), failed))
    wants = (Want("init", holds(given["acc"]), what.invariant),)
    return Facts(said, fails, wants, (), (*_fold_values(body, given, out), *_all_values(body)), _rests((body,)))


def _fold_values(body: Scene, given: dict[str, Term], out: Term) -> tuple[Value, ...]:
    """By running the rounds where they can be run; otherwise only the first round is known to take place."""
    acc, item, number = body.inputs["acc"], body.inputs["item"], body.number
    assert number is not None
    start, items = given["acc"], given["item"]
    step = _step(body)
    if step is None:
        first = mk_not(is_empty(items))
        head = mk_sel("Cons", 0, items, item.type)
        return Value(acc, start, first), Value(item, head, first), Value(out, vague=True)
    there = has_place(items, number)
    so_far = folded(step["acc"], acc, item, start, taken(number, items))
    return (
        Value(number),
        Value(acc, so_far, there),
        Value(item, item_at(items, number), there),
        Value(out, folded(step["acc"], acc, item, start, items)),
    )


def _loop(stage: Stage, scene: Scene, index: int, box: Box, failing: Failing) -> Facts:
    what = box.what
    assert isinstance(what, Loop)
    (body,) = _insides(stage, box)
    given, out, path = scene.given(box), _outputs(scene, index, box), scene.path_of(index)
    state = dict(body.inputs)
    name = f"invariant:{path}"

    def holds(values: dict[str, Term]) -> Term:
        return TRUE if what.invariant is None else at(what.invariant.pred, values)

    def goes_on(values: dict[str, Term]) -> Term:
        return at(what.cond.pred, values)

    known = (Said(name, holds(state)),)
    body.opening = () if what.invariant is None else (_written(what.invariant, state),)
    body.opening = (*body.opening, _written(what.cond, state, known))
    body.entry = (*known, Said("round", goes_on(state)), Said("round", goes_on(given)))
    end = {**given, **out}
    if what.invariant is not None:
        body.exit = (Want("kept", holds({**state, **body.yielded()}), what.invariant),)
    stays = mk_implies(mk_not(goes_on(given)), mk_and(mk_eq(out[n], given[n]) for n in out))
    said = (Said(name, holds(end)), Said(f"loop:{path}", mk_not(goes_on(end))), Said(f"wire:{path}", stays))
    spent, rest = _loop_values(stage, scene, body, given, out, goes_on(state), what.bound)
    last = {**given, **spent.state}
    worn = mk_and((spent.flag, holds(last), goes_on(last)))
    fails = mk_and((goes_on(given), mk_or((worn, mk_and((holds(state), goes_on(state), _fails(body)))))))
    wants = () if what.invariant is None else (Want("init", holds(given), what.invariant),)
    return Facts(said, fails, wants, (), (*rest, *_all_values(body)), _rests((body,)))


@dataclass(frozen=True, slots=True)
class _Spent:
    """``flag``: all rounds were made and it would go on; ``state``: how it stands then."""

    flag: Term
    state: dict[str, Term]


def _loop_values(
    stage: Stage, scene: Scene, body: Scene, given: dict[str, Term], out: dict[str, Term], goes_on: Term, bound: int
) -> tuple[_Spent, tuple[Value, ...]]:
    """By running the rounds where they can be run; otherwise only the first round is known to take place."""
    number = body.number
    assert number is not None
    spent = _Spent(
        constant(stage, scene, "rounds used up", BOOL), {n: constant(stage, scene, f"{n} at last", v.type) for n, v in out.items()}
    )
    names = [n for n in out if body.inputs[n] in body.locals]
    state, start = [body.inputs[n] for n in names], [given[n] for n in names]
    step = _step(body)
    if step is None:
        first = [Value(v, s) for v, s in zip(state, start, strict=True)]
        unspent = [Value(spent.flag, FALSE), *(Value(v, given[n]) for n, v in spent.state.items())]
        return spent, (*first, *unspent, *(Value(v, vague=True) for v in out.values()))

    def after(rounds: Term) -> dict[str, Term]:
        return dict(zip(names, repeated(state, start, goes_on, [step[n] for n in names], rounds), strict=True))

    end, now = after(mk_int(bound)), after(number)
    worn = subst(goes_on, {v: end[n] for n, v in zip(names, state, strict=True)})
    rounds = [Value(v, now[n]) for n, v in zip(names, state, strict=True)]
    ends = [Value(out[n], end[n]) for n in names] + [Value(spent.state[n], end[n]) for n in names]
    return spent, (Value(number), *rounds, *ends, Value(spent.flag, worn))


def _step(body: Scene) -> dict[str, Term] | None:
    """What a round yields as a term over its inputs, where nothing in it is left open and nothing can go wrong."""
    if any(isinstance(b.what, Check) or f.fails is not FALSE for b, f in zip(body.dag.boxes, body.facts, strict=True)):
        return None
    env: dict[Term, Term] = {v: v for t in body.inputs.values() for v in free_vars(t)}
    for value in _all_values(body):
        if value.term is None or value.when is not TRUE or not free_vars(value.term) <= env.keys():
            return None
        env[value.var] = subst(value.term, env)
    found = body.yielded()
    if any(not free_vars(t) <= env.keys() for t in found.values()):
        return None
    return {n: subst(t, env) for n, t in found.items()}


_Say = Callable[[Stage, Scene, int, Box, Failing], Facts]

_SAY: dict[type, _Say] = {
    Part: _part,
    Pure: _pure,
    Check: _check,
    Missing: _missing,
    Choice: _choice,
    Recover: _recover,
    Again: _again,
    Each: _each,
    Folded: _folded,
    Loop: _loop,
}
