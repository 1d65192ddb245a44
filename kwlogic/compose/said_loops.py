"""What `fold` and `iterate` say: outside, only the invariant is left of the rounds.

For replays the rounds are run where nothing in them is left open; elsewhere only the first is known to take place.
"""

from __future__ import annotations

from kwlogic.compose.contract import Said, Value, Want
from kwlogic.compose.data import Box, Check, Folded, Loop, Wire
from kwlogic.compose.lifting import folded, has_place, is_empty, item_at, member, repeated, taken
from kwlogic.compose.said_inside import all_values, failing_inside, insides, outputs_of, rests_of, written_at
from kwlogic.compose.stage import Facts, Scene, Stage, at
from kwlogic.core.terms import FALSE, TRUE, Term, mk_and, mk_eq, mk_implies, mk_int, mk_not, mk_or, mk_sel
from kwlogic.core.walk import free_vars, subst


def folded_box(stage: Stage, scene: Scene, index: int, box: Box) -> Facts:
    what = box.what
    assert isinstance(what, Folded)
    (body,) = insides(stage, box)
    given, path = scene.given(box), scene.path_of(index)
    out = scene.wires[Wire(index, "acc")]
    acc, item = body.inputs["acc"], body.inputs["item"]

    def holds(value: Term) -> Term:
        return at(what.invariant.pred, {"acc": value})

    name = f"invariant:{path}"
    body.opening = (written_at(what.invariant, {"acc": acc}),)
    body.entry = (Said(name, holds(acc)), Said("round", member(item, given["item"])))
    body.exit = (Want("kept", holds(body.yielded()["acc"]), what.invariant),)
    said = (Said(name, holds(out)), Said(f"wire:{path}", mk_implies(is_empty(given["item"]), mk_eq(out, given["acc"]))))
    failed = failing_inside(body)
    fails = FALSE if failed is FALSE else mk_and((*(s.term for s in body.entry), failed))
    wants = (Want("init", holds(given["acc"]), what.invariant),)
    return Facts(said, fails, wants, (), (*_fold_values(body, given, out), *all_values(body)), rests_of((body,)))


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


def loop(stage: Stage, scene: Scene, index: int, box: Box) -> Facts:
    what = box.what
    assert isinstance(what, Loop)
    (body,) = insides(stage, box)
    given, out, path = scene.given(box), outputs_of(scene, index, box), scene.path_of(index)
    state = dict(body.inputs)
    name = f"invariant:{path}"

    def holds(values: dict[str, Term]) -> Term:
        return TRUE if what.invariant is None else at(what.invariant.pred, values)

    def goes_on(values: dict[str, Term]) -> Term:
        return at(what.cond.pred, values)

    known = (Said(name, holds(state)),)
    body.opening = () if what.invariant is None else (written_at(what.invariant, state),)
    body.opening = (*body.opening, written_at(what.cond, state, known))
    body.entry = (*known, Said("round", goes_on(state)), Said("round", goes_on(given)))
    end = {**given, **out}
    if what.invariant is not None:
        body.exit = (Want("kept", holds({**state, **body.yielded()}), what.invariant),)
    stays = mk_implies(mk_not(goes_on(given)), mk_and(mk_eq(out[n], given[n]) for n in out))
    said = (Said(name, holds(end)), Said(f"loop:{path}", mk_not(goes_on(end))), Said(f"wire:{path}", stays))
    flag = body.flag
    assert flag is not None
    rest = _loop_values(body, given, out, goes_on(state), what.bound)
    last = {**given, **body.ends}
    worn = mk_and((flag, holds(last), goes_on(last)))
    fails = mk_and((goes_on(given), mk_or((worn, mk_and((holds(state), goes_on(state), failing_inside(body)))))))
    wants = () if what.invariant is None else (Want("init", holds(given), what.invariant),)
    return Facts(said, fails, wants, (), (*rest, *all_values(body)), rests_of((body,)))


def _loop_values(body: Scene, given: dict[str, Term], out: dict[str, Term], goes_on: Term, bound: int) -> tuple[Value, ...]:
    """By running the rounds where they can be run; otherwise only the first round is known to take place."""
    number, flag, ends = body.number, body.flag, body.ends
    assert number is not None
    assert flag is not None
    names = [n for n in out if body.inputs[n] in body.locals]
    state, start = [body.inputs[n] for n in names], [given[n] for n in names]
    step = _step(body)
    if step is None:
        first = [Value(v, s) for v, s in zip(state, start, strict=True)]
        unspent = [Value(flag, FALSE), *(Value(v, given[n]) for n, v in ends.items())]
        return (*first, *unspent, *(Value(v, vague=True) for v in out.values()))

    def after(rounds: Term) -> dict[str, Term]:
        return dict(zip(names, repeated(state, start, goes_on, [step[n] for n in names], rounds), strict=True))

    end, now = after(mk_int(bound)), after(number)
    worn = subst(goes_on, {v: end[n] for n, v in zip(names, state, strict=True)})
    rounds = [Value(v, now[n]) for n, v in zip(names, state, strict=True)]
    final = [Value(v, end[n]) for n in names for v in (out[n], ends[n])]
    return (Value(number), *rounds, *final, Value(flag, worn))


def _step(body: Scene) -> dict[str, Term] | None:
    """What a round yields as a term over its inputs, where nothing in it is left open and nothing can go wrong."""
    if any(isinstance(b.what, Check) or f.fails is not FALSE for b, f in zip(body.dag.boxes, body.facts, strict=True)):
        return None
    env: dict[Term, Term] = {v: v for t in body.inputs.values() for v in free_vars(t)}
    for value in all_values(body):
        if value.term is None or value.when is not TRUE or not free_vars(value.term) <= env.keys():
            return None
        env[value.var] = subst(value.term, env)
    found = body.yielded()
    if any(not free_vars(t) <= env.keys() for t in found.values()):
        return None
    return {n: subst(t, env) for n, t in found.items()}
