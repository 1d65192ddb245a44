"""Refinements and validity as predicates: what must hold of a value of a written type, and what is known of it.

``predicates`` is about refinements (obliged where a value is made), ``invariant`` about the validity of data inside
(known of every value). Containers are quantified over with the library's own ``all``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from kwlogic.core.program import Clause, Origin
from kwlogic.core.terms import Term, mk_and, mk_call, mk_implies, mk_is, mk_lambda, mk_prim, mk_sel, mk_var
from kwlogic.core.types import BOOL, Type, option_of, set_of
from kwlogic.elab.context import Ctx
from kwlogic.elab.rtypes import RType, pred_at
from kwlogic.elab.state import World
from kwlogic.source.data import Span

ALL = "std.list.all"
Part = tuple[Term, str]


def predicates(ctx: Ctx, shape: RType, subject: Term, text: str) -> list[Part]:
    """What the refinements say of ``subject``, each with words for it."""
    parts: list[Part] = []
    for pred, inst in shape.preds:
        for dep in pred.ctx.deps:
            ctx.deps.add(dep)
        term = pred_at(pred, inst, subject)
        ctx.deps.update(pred.ctx.deps)
        said = pred.ctx.text(pred.node.pred.span)
        parts.append((term, re.sub(rf"(?<![\w.']){re.escape(pred.node.var)}(?![\w'])", lambda _: text, said)))
    if shape.args:
        parts.extend(_inside(ctx, shape, subject, text))
    return parts


def _inside(ctx: Ctx, shape: RType, subject: Term, text: str) -> list[Part]:
    said: dict[str, str] = {}

    def holds(index: int) -> Callable[[Term], Term] | None:
        inner = shape.args[index]
        if not inner.refined:
            return None

        def build(element: Term) -> Term:
            found = predicates(ctx, inner, element, "each")
            said[str(index)] = " and ".join(w for _, w in found)
            return mk_and(t for t, _ in found)

        return build

    terms = contents(ctx, shape.type, subject, [holds(i) for i in range(len(shape.args))])
    words = "; ".join(said.values())
    return [(term, f"in {text}: {words}") for term in terms]


def contents(ctx: Ctx, type: Type, subject: Term, tests: list[Callable[[Term], Term] | None]) -> list[Term]:
    """The tests (one for each type argument) of everything inside a container or tuple."""
    out: list[Term] = []
    match type.head:
        case "Tuple":
            for index, test in enumerate(tests):
                if test is not None:
                    out.append(test(mk_sel("Tuple", index, subject, type.args[index])))
        case "Option":
            if tests[0] is not None:
                out.append(mk_implies(mk_is("Some", subject), tests[0](mk_sel("Some", 0, subject, type.args[0]))))
        case "List":
            if tests[0] is not None:
                ctx.use_fn(ALL)
                out.append(mk_call(ALL, (type.args[0],), (_lambda(ctx, type.args[0], tests[0]), subject), BOOL))
        case "Set":
            if tests[0] is not None:
                out.append(mk_prim("set.all", (_lambda(ctx, type.args[0], tests[0]), subject), BOOL))
        case "Map":
            out.append(mk_prim("set.all", (_lambda(ctx, type.args[0], _entry(type, subject, tests)), _keys(type, subject)), BOOL))
    return out


def _keys(type: Type, subject: Term) -> Term:
    return mk_prim("map.keys", (subject,), set_of(type.args[0]))


def _entry(type: Type, subject: Term, tests: list[Callable[[Term], Term] | None]) -> Callable[[Term], Term]:
    """Tests of a key and of the value under it, as one test of the key."""
    of_key, of_value = tests

    def test(key: Term) -> Term:
        parts = [] if of_key is None else [of_key(key)]
        if of_value is not None:
            found = mk_prim("map.get", (key, subject), option_of(type.args[1]))
            parts.append(of_value(mk_sel("Some", 0, found, type.args[1])))
        return mk_and(parts)

    return test


def _lambda(ctx: Ctx, type: Type, test: Callable[[Term], Term]) -> Term:
    name = ctx.fresh("each")
    return mk_lambda(((name, type),), test(mk_var(name, type)))


# ---------------------------------------------------------------- validity


def has_validity(world: World, t: Type) -> bool:
    """Whether values of the type carry invariants that their type does not show."""
    found = world.valid_types.get(t)
    if found is None:
        if t.is_var or t.head == "Fun":
            found = False
        elif t.head in world.datas or t.head in world.type_entries:
            found = t.head in world.valid
        else:
            found = any(has_validity(world, a) for a in t.args)
        world.valid_types[t] = found
    return found


def invariant(ctx: Ctx, t: Type, subject: Term) -> Term | None:
    """What is known of any value of the type; None where that is nothing."""
    if not has_validity(ctx.world, t):
        return None
    if t.head in ctx.world.valid:
        name = valid_name(t.head)
        ctx.use_fn(name)
        return mk_call(name, t.args, (subject,), BOOL)

    def test(inner: Type) -> Callable[[Term], Term] | None:
        if not has_validity(ctx.world, inner):
            return None

        def build(element: Term) -> Term:
            found = invariant(ctx, inner, element)
            assert found is not None
            return found

        return build

    return mk_and(contents(ctx, t, subject, [test(a) for a in t.args]))


def valid_name(data: str) -> str:
    return data + "'valid"


# ---------------------------------------------------------------- clauses


def clauses_of(ctx: Ctx, shape: RType, name: str, span: Span) -> list[Clause]:
    """Clauses that the written type of a variable stands for."""
    if not shape.refined and not has_validity(ctx.world, shape.type):
        return []
    subject = mk_var(name, shape.type)
    out: list[Clause] = []
    known = invariant(ctx, shape.type, subject)
    if known is not None:
        out.append(Clause(None, known, span, f"{name} is valid", Origin.INVARIANT, name))
    for term, text in predicates(ctx, shape, subject, name):
        out.append(Clause(None, term, span, text, Origin.REFINEMENT, name))
    return out
