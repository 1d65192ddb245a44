"""Patterns against a value: which tests select it, what it binds, and its resolved form for the coverage check.

A bound name stands for a selection from the matched value; nothing is copied. An upper-case name is a constructor.
"""

from __future__ import annotations

from dataclasses import field
from fractions import Fraction

from kwlogic.core.terms import Op, Term, mk, mk_int, mk_is, mk_not, mk_real, mk_sel, mk_str
from kwlogic.core.types import BOOL, INT, REAL, STRING, Type, list_of, mk_type
from kwlogic.elab.context import Ctx, is_meta
from kwlogic.elab.coverage import WILD, RCon, RLit, RPattern, RTuple
from kwlogic.elab.names import candidates, resolve_name, spoilt
from kwlogic.elab.signatures import signature_of
from kwlogic.elab.state import Entry, Stop
from kwlogic.elab.suggest import counted, did_you_mean, listed
from kwlogic.source.data import Label, Span
from kwlogic.source.records import dataclass
from kwlogic.syntax import data as syn


@dataclass(slots=True)
class Matched:
    """``tests`` in order, each meaningful where those before it hold."""

    tests: list[Term] = field(default_factory=list)
    bound: dict[str, Term] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)


def resolve_pattern(ctx: Ctx, p: syn.Pattern, value: Term, type: Type, out: Matched) -> RPattern:
    """Match ``value`` of type ``type`` with a pattern."""
    match p:
        case syn.PWild():
            return WILD
        case syn.PVar():
            return _variable(ctx, p, value, type, out)
        case syn.PLit():
            return _literal(ctx, p, value, type, out)
        case syn.PTuple():
            return _tuple(ctx, p, value, type, out)
        case syn.PList():
            return _list(ctx, p, value, type, out)
        case syn.PCon():
            return _constructor(ctx, p, p.name, p.args, value, type, out)


def _variable(ctx: Ctx, p: syn.PVar, value: Term, type: Type, out: Matched) -> RPattern:
    if p.name[:1].isupper():
        found = [x for x in candidates(ctx.world, ctx.scope, p.name) if x.kind == "ctor"]
        name = syn.QName(p.span, (p.name,))
        if found:
            return _constructor(ctx, p, name, (), value, type, out)
        _unknown_constructor(ctx, name, type)
    if p.name in out.bound:
        ctx.fail("KW202", f"the pattern binds `{p.name}` twice", p.span, "again here", Label(out.spans[p.name], "first here"))
    if value.type is not type:
        value = mk(value.op, value.data, value.args, type)
    if ctx.world.seen is not None:
        ctx.world.seen[p.span] = ctx, type
    out.bound[p.name] = value
    out.spans[p.name] = p.span
    return WILD


def _literal(ctx: Ctx, p: syn.PLit, value: Term, type: Type, out: Matched) -> RPattern:
    literal = p.value
    own = BOOL if isinstance(literal, bool) else INT if isinstance(literal, int) else REAL if isinstance(literal, Fraction) else STRING
    if not ctx.unify(type, own):
        help = f"write `{literal}.0`" if own is INT and ctx.zonk(type) is REAL else None
        _misfit(ctx, p.span, f"`{ctx.show(own)}`", type, help)
    if isinstance(literal, bool):
        out.tests.append(value if literal else mk_not(value))
    else:
        term = mk_str(literal) if isinstance(literal, str) else mk_int(literal) if isinstance(literal, int) else mk_real(literal)
        out.tests.append(mk(Op.EQ, None, (value, term), BOOL))
    return RLit(literal)


def _misfit(ctx: Ctx, span: Span, what: str, type: Type, help: str | None = None) -> None:
    ctx.fail(
        "KW313", f"the pattern is for {what}, but the value is `{ctx.show(type)}`", span, f"should match `{ctx.show(type)}`", help=help
    )


def _tuple(ctx: Ctx, p: syn.PTuple, value: Term, type: Type, out: Matched) -> RPattern:
    here = ctx.head(type)
    if is_meta(here):
        ctx.unify(here, mk_type("Tuple", *[ctx.meta() for _ in p.items]))
        here = ctx.head(type)
    if here.head != "Tuple" or here.is_var:
        _misfit(ctx, p.span, f"a tuple of {len(p.items)}", type)
    if len(here.args) != len(p.items):
        help = f"write {listed(['(' + ', '.join('_' * len(here.args)) + ')'])}"
        _misfit(ctx, p.span, f"a tuple of {len(p.items)}", type, help)
    items = [resolve_pattern(ctx, q, mk_sel("Tuple", i, value, t), t, out) for i, (q, t) in enumerate(zip(p.items, here.args))]
    return RTuple(tuple(items))


def _list(ctx: Ctx, p: syn.PList, value: Term, type: Type, out: Matched) -> RPattern:
    here = ctx.head(type)
    if is_meta(here):
        ctx.unify(here, list_of(ctx.meta()))
        here = ctx.head(type)
    if here.head != "List" or here.is_var:
        _misfit(ctx, p.span, "a list", type)
    element = ctx.zonk(here.args[0])
    here = list_of(element)
    items: list[RPattern] = []
    for q in p.items:
        out.tests.append(mk_is("Cons", value))
        items.append(resolve_pattern(ctx, q, mk_sel("Cons", 0, value, element), element, out))
        value = mk_sel("Cons", 1, value, here)
    if p.rest is None:
        out.tests.append(mk_is("Nil", value))
        built: RPattern = RCon("Nil")
    else:
        built = resolve_pattern(ctx, p.rest, value, here, out) if isinstance(p.rest, syn.PVar) else WILD
    for item in reversed(items):
        built = RCon("Cons", (item, built))
    return built


def _constructor(
    ctx: Ctx, p: syn.PVar | syn.PCon, name: syn.QName, args: tuple[syn.Pattern, ...], value: Term, type: Type, out: Matched
) -> RPattern:
    entry = find_constructor(ctx, name, type)
    sig = signature_of(ctx, entry)
    ctx.use(entry)
    _, params, result = ctx.instantiate(sig)
    if not ctx.unify(result, type):
        more = (Label(entry.span, "declared here"),) if entry.span is not None else ()
        ctx.fail(
            "KW313",
            f"`{entry.name}` makes a `{ctx.show(result)}`, but the value is `{ctx.show(type)}`",
            p.span,
            f"should match `{ctx.show(type)}`",
            *more,
            help=_of_type(ctx, type),
        )
    if len(args) != len(params):
        fields = f"({', '.join(sig.names)})" if sig.names else ""
        ctx.fail(
            "KW305",
            f"`{entry.name}` has {counted(len(params), 'field')}, and the pattern has {len(args)}",
            p.span,
            f"should be `{entry.name}{fields}`",
            help="write `_` for a field that does not matter" if params else None,
        )
    if _several(ctx, entry):
        out.tests.append(mk_is(entry.qname, value))
    types = [ctx.zonk(t) for t in params]
    items = [resolve_pattern(ctx, q, mk_sel(entry.qname, i, value, t), t, out) for i, (q, t) in enumerate(zip(args, types))]
    return RCon(entry.qname, tuple(items))


def _several(ctx: Ctx, entry: Entry) -> bool:
    data = ctx.world.datas.get(entry.data)
    return data is None or len(data.ctors) > 1


def find_constructor(ctx: Ctx, name: syn.QName, type: Type) -> Entry:
    """The constructor of that name; where several types have one, the one of the value's type."""
    if len(name.parts) == 1:
        every = candidates(ctx.world, ctx.scope, name.parts[0])
    else:
        every = resolve_name(ctx, name, "constructor")
    found = [x for x in every if x.kind == "ctor"]
    if not found:
        _unknown_constructor(ctx, name, type)
    head = ctx.head(type).head
    return next((x for x in found if x.data == head), found[0])


def _unknown_constructor(ctx: Ctx, name: syn.QName, type: Type) -> None:
    last = name.parts[-1]
    if spoilt(ctx.scope, last):
        raise Stop
    data = ctx.world.datas.get(ctx.head(type).head)
    pool = {c.name.rsplit(".", 1)[-1] for c in data.ctors} if data is not None else {"None", "Some"}
    pool |= {n for n, x in ctx.scope.own.items() if x.kind == "ctor"}
    help = did_you_mean(last, pool) or _of_type(ctx, type)
    if last[:1].isupper() and help is None:
        help = "a variable in a pattern starts lower-case"
    ctx.fail("KW210", f"there is no constructor `{last}`", name.span, "unknown constructor", help=help)


def _of_type(ctx: Ctx, type: Type) -> str | None:
    here = ctx.zonk(type)
    data = ctx.world.datas.get(here.head)
    if data is not None:
        return f"`{ctx.show(here)}` has {listed(c.name.rsplit('.', 1)[-1] for c in data.ctors)}"
    forms = {"Option": "`None` and `Some(x)`", "List": "`[]` and `[x, *rest]`", "Tuple": "`(x, y)`", "Bool": "`true` and `false`"}
    return f"the patterns of `{ctx.show(here)}` are {forms[here.head]}" if here.head in forms else None
