"""Rules for fields: ``p.x`` and ``p with (x = e)``.

A type of several constructors offers the fields that all of them have, at one type; for the others there is
``match``.
"""

from __future__ import annotations

from typing import NoReturn

from kwlogic.core.program import Ctor, Data
from kwlogic.core.terms import Op, Term, mk, mk_con, mk_is, mk_let, mk_sel, mk_var
from kwlogic.core.types import Type, subst_type
from kwlogic.elab.context import Ctx, Env, is_meta
from kwlogic.elab.infer import atomic, check, infer, rule
from kwlogic.elab.names import expression_entries
from kwlogic.elab.state import Stop
from kwlogic.elab.suggest import did_you_mean, listed
from kwlogic.elab.values import named_value
from kwlogic.source.data import Label, Span
from kwlogic.syntax import data as syn


@rule(syn.Field)
def field(ctx: Ctx, env: Env, e: syn.Field, hint: Type | None) -> Term:
    entries = expression_entries(ctx, env, e)
    if entries is not None:
        return named_value(ctx, env, e, entries, hint)
    subject = infer(ctx, env, e.subject)
    type, data = data_of(ctx, e.subject, subject.type, e.name, e.name_span)
    places = [_place(c, e.name) for c in data.ctors]
    if any(p is None for p in places):
        _no_field(ctx, e.subject.span, type, data, e.name, e.name_span)
    result, simple, binding = _shared(ctx, data, type, subject, e.name, e.name_span)
    selected = _select(data.ctors, [p for p in places if p is not None], simple, result)
    return selected if binding is None else mk_let(binding, subject, selected)


def _shared(ctx: Ctx, data: Data, type: Type, subject: Term, name: str, span: Span) -> tuple[Type, Term, str | None]:
    """The field's type, a form of the subject that may be repeated where it must be, and the name it is bound to."""
    env = dict(zip(data.tparams, type.args))
    types = {subst_type(f.type, env) for c in data.ctors for f in c.fields if f.name == name}
    if len(types) > 1:
        ctx.fail(
            "KW324",
            f"the constructors of `{ctx.show(type)}` have a field `{name}` of different types",
            span,
            f"of types {listed(sorted(ctx.show(t) for t in types))}",
            help="use `match` to tell the constructors apart",
        )
    result = types.pop()
    if len(data.ctors) == 1:
        return result, subject, None
    simple = atomic(subject)
    if simple is not None:
        return result, simple, None
    fresh = ctx.fresh("it")
    return result, mk_var(fresh, type), fresh


def _select(ctors: tuple[Ctor, ...], places: list[int], subject: Term, type: Type) -> Term:
    if len(ctors) == 1:
        return mk(Op.SEL, (ctors[0].name, places[0]), (subject,), type)
    result = mk_sel(ctors[-1].name, places[-1], subject, type)
    for ctor, place in zip(reversed(ctors[:-1]), reversed(places[:-1])):
        result = mk(Op.IF, None, (mk_is(ctor.name, subject), mk_sel(ctor.name, place, subject, type), result), type)
    return result


def _place(ctor: Ctor, name: str) -> int | None:
    for index, f in enumerate(ctor.fields):
        if f.name == name:
            return index
    return None


def data_of(ctx: Ctx, e: syn.Expr, t: Type, name: str, span: Span) -> tuple[Type, Data]:
    """The data type whose field is asked for."""
    type = ctx.zonk(t)
    if is_meta(type):
        annotate = "annotate the parameter it comes from, as in `fn (p: Point) => ...`"
        ctx.fail("KW307", f"the type that should have the field `{name}` is not known yet", e.span, "type not known", help=annotate)
    data = ctx.world.datas.get(type.head) if not type.is_var else None
    if data is None:
        if type.head in ctx.world.type_entries:
            raise Stop
        help = {
            "Tuple": "take a tuple apart with `let (x, y) = ...;`",
            "Option": "an `Option` may be `None`: take it apart with `match`, or use `get_or(..., default)`",
            "List": "a list has elements, not fields: `xs[0]`, or `match` it",
            "Map": f'look a key up with `m["{name}"]`',
        }.get(type.head)
        if name in ctx.scope.own or name in ctx.world.std_values:
            help = f"methods are functions here: `{name}({ctx.text(e.span)})`"
        ctx.fail(
            "KW209",
            f"`{ctx.show(type)}` has no field `{name}`",
            span,
            "no such field",
            Label(e.span, f"this is `{ctx.show(type)}`"),
            help=help,
        )
    ctx.deps.add("type " + data.name)
    return type, data


def _no_field(ctx: Ctx, subject: Span, type: Type, data: Data, name: str, span: Span) -> NoReturn:
    holders = [c.name.rsplit(".", 1)[-1] for c in data.ctors if _place(c, name) is not None]
    if holders:
        ctx.fail(
            "KW324",
            f"not every `{ctx.show(type)}` has a field `{name}`",
            span,
            f"only {listed(holders)} {'has' if len(holders) == 1 else 'have'} it",
            Label(data.span, "declared here"),
            help="use `match` to tell the constructors apart",
        )
    names = [f.name for c in data.ctors for f in c.fields]
    help = did_you_mean(name, names) or (f"its fields are {listed(dict.fromkeys(names))}" if names else "it has no fields")
    ctx.fail(
        "KW209",
        f"`{ctx.show(type)}` has no field `{name}`",
        span,
        "no such field",
        Label(subject, f"this is `{ctx.show(type)}`"),
        Label(data.span, "declared here"),
        help=help,
    )


@rule(syn.Update)
def update(ctx: Ctx, env: Env, e: syn.Update, hint: Type | None) -> Term:
    subject = infer(ctx, env, e.subject, hint)
    first = e.fields[0]
    type, data = data_of(ctx, e.subject, subject.type, first.name or "", first.span)
    new: dict[str, Term] = {}
    for arg in e.fields:
        name = arg.name
        if name is None:
            ctx.fail("KW306", "an update names its fields", arg.span, "no name", help="write `p with (x = e)`")
        if name in new:
            ctx.fail("KW306", f"the field `{name}` is given twice", arg.span, "again here")
        if any(_place(c, name) is None for c in data.ctors):
            _no_field(ctx, e.subject.span, type, data, name, arg.span)
        wanted, _, _ = _shared(ctx, data, type, subject, name, arg.span)
        declared = next(f.span for c in data.ctors for f in c.fields if f.name == name)
        new[name] = check(ctx, env, arg.value, wanted, Label(declared, "declared here"), f"`{name}`")
    return _updated(ctx, data, type, subject, new)


def _updated(ctx: Ctx, data: Data, type: Type, subject: Term, new: dict[str, Term]) -> Term:
    simple = atomic(subject)
    fresh = None
    if simple is None:
        fresh = ctx.fresh("it")
        simple = mk_var(fresh, type)
    env = dict(zip(data.tparams, type.args))
    result: Term | None = None
    for ctor in reversed(data.ctors):
        fields = [new.get(f.name) or mk_sel(ctor.name, i, simple, subst_type(f.type, env)) for i, f in enumerate(ctor.fields)]
        made = mk_con(ctor.name, tuple(fields), type)
        result = made if result is None else mk(Op.IF, None, (mk_is(ctor.name, simple), made, result), type)
    assert result is not None
    return result if fresh is None else mk_let(fresh, subject, result)
