"""What `case`, `??`, `retry` and `map` say from what their bodies say.

Facts under a branch carry its condition; facts of a round of ``map`` are lifted to its lists.
"""

from __future__ import annotations

from dataclasses import replace

from kwlogic.compose.contract import Said, Value, Want
from kwlogic.compose.data import Box, Choice
from kwlogic.compose.lifting import every, mapped, member, row_in, same_length
from kwlogic.compose.said_inside import all_said, all_values, equals, failing_inside, insides, outputs_of, rests_of, written_at
from kwlogic.compose.stage import Facts, Scene, Stage, at
from kwlogic.core.terms import FALSE, TRUE, Term, mk_and, mk_eq, mk_if, mk_implies, mk_not, mk_or


def choice(stage: Stage, scene: Scene, index: int, box: Box) -> Facts:
    what = box.what
    assert isinstance(what, Choice)
    then, other = insides(stage, box)
    given = scene.given(box)
    cond = at(what.cond.pred, given)
    then.entry, other.entry = (Said("path", cond),), (Said("path", mk_not(cond)),)
    said = [Said(s.name, mk_implies(cond, s.term)) for s in all_said(then)]
    said += [Said(s.name, mk_implies(mk_not(cond), s.term)) for s in all_said(other)]
    left, right = then.yielded(), other.yielded()
    pairs = ((v, mk_if(cond, left[n], right[n])) for n, v in outputs_of(scene, index, box).items())
    same, values = equals(scene.path_of(index), pairs)
    fails = mk_or((mk_and((cond, failing_inside(then))), mk_and((mk_not(cond), failing_inside(other)))))
    inner = (*all_values(then, cond), *all_values(other, mk_not(cond)))
    return Facts((*said, *same), fails, (), (written_at(what.cond, given),), (*inner, *values), rests_of((then, other)))


def recover(stage: Stage, scene: Scene, index: int, box: Box) -> Facts:
    first, second = insides(stage, box)
    flag = first.flag
    assert flag is not None
    failed, path = failing_inside(first), scene.path_of(index)
    second.entry = (Said(f"failed:{path}", failed),)
    said = [Said(s.name, mk_implies(mk_not(flag), s.term)) for s in all_said(first)]
    said.append(Said(f"failed:{path}", mk_implies(flag, failed)))
    said += [Said(s.name, mk_implies(flag, s.term)) for s in all_said(second)]
    left, right = first.yielded(), second.yielded()
    pairs = ((v, mk_if(flag, right[n], left[n])) for n, v in outputs_of(scene, index, box).items())
    same, values = equals(path, pairs)
    chosen = Value(flag, FALSE if failed is FALSE else None)
    inner = (chosen, *all_values(first), *all_values(second, flag))
    return Facts((*said, *same), mk_and((failed, failing_inside(second))), (), (), (*inner, *values), rests_of((first, second)))


def again(stage: Stage, scene: Scene, index: int, box: Box) -> Facts:
    (body,) = insides(stage, box)
    inner = body.yielded()
    same, values = equals(scene.path_of(index), ((v, inner[n]) for n, v in outputs_of(scene, index, box).items()))
    return Facts((*all_said(body), *same), failing_inside(body), (), (), (*all_values(body), *values), rests_of((body,)))


def each(stage: Stage, scene: Scene, index: int, box: Box) -> Facts:
    (body,) = insides(stage, box)
    given, out, path = scene.given(box), outputs_of(scene, index, box), scene.path_of(index)
    elements = list(body.inputs.values())
    first = elements[0]
    lists = body.lists
    body.entry = tuple(Said("round", member(e, lists[e])) for e in elements)
    if len(elements) > 1:
        body.entry = (*body.entry, Said("round", row_in(elements, lists)))
    said = [Said(f"wire:{path}", same_length(items, lists[first])) for e, items in lists.items() if e is not first]
    said += [Said(s.name, every(s.term, lists, first)) for s in all_said(body)]
    for name, inner in body.yielded().items():
        if name in out and lists.get(inner) is not out[name]:
            said.append(Said(f"wire:{path}", same_length(out[name], lists[first])))
            said.append(Said(f"wire:{path}", mk_eq(out[name], mapped(inner, lists, first))))
    failed = failing_inside(body)
    fails = FALSE if failed is FALSE else mk_not(every(mk_not(failed), lists, first))
    wants = tuple(Want("lengths", same_length(given[p.name], lists[first])) for p in box.inputs if given[p.name] is not lists[first])
    return Facts(tuple(said), fails, wants, (), _lifted_values(body, out, first), rests_of((body,)))


def _lifted_values(body: Scene, out: dict[str, Term], first: Term) -> tuple[Value, ...]:
    lists = body.lists
    found: list[Value] = []
    for value in all_values(body):
        if value.term is None or value.when is not TRUE:
            found.append(Value(lists[value.var], vague=value.vague))
        else:
            found.append(replace(value, var=lists[value.var], term=mapped(value.term, lists, first)))
    known = {v.var for v in found}
    for name, inner in body.yielded().items():
        if name in out and out[name] not in known:
            found.append(Value(out[name], mapped(inner, lists, first)))
    return tuple(found)
