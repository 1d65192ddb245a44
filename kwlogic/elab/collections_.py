"""Rules for list, set and map displays, indexing and slicing."""

from __future__ import annotations

from kwlogic.core.terms import Term, mk_at, mk_call, mk_con, mk_int, mk_let, mk_prim, mk_var
from kwlogic.core.types import INT, STRING, Type, list_of, map_of, set_of
from kwlogic.elab.context import Ctx, Env, is_meta
from kwlogic.elab.finish import want_first_order
from kwlogic.elab.infer import atomic, check, infer, mismatch, rule
from kwlogic.elab.operators import append_lists
from kwlogic.elab.state import Stop
from kwlogic.source.data import Label
from kwlogic.syntax import data as syn


class Elements:
    """Elements of a display: all of one type, the first one (or the type wanted from outside) sets it."""

    def __init__(self, ctx: Ctx, env: Env, what: str, wanted: Type | None) -> None:
        self.ctx = ctx
        self.env = env
        self.what = what
        self.type = wanted
        self.first: syn.Expr | None = None

    def take(self, e: syn.Expr) -> Term:
        ctx = self.ctx
        term = infer(ctx, self.env, e, self.type)
        want_first_order(ctx, self.what, term.type, e.span)
        if self.type is None:
            self.type, self.first = term.type, e
        elif term.type is not self.type and not ctx.trial([(term.type, self.type)], keep=True):
            why = Label(self.first.span, f"the first one is `{ctx.show(self.type)}`") if self.first is not None else None
            mismatch(ctx, e, term.type, self.type, why, self.what)
        return term

    def settled(self) -> Type:
        if self.type is None:
            self.type = self.ctx.meta()
        return self.ctx.zonk(self.type)


def _wanted(ctx: Ctx, hint: Type | None, head: str) -> tuple[Type | None, ...]:
    here = ctx.head(hint) if hint is not None else None
    if here is not None and here.head == head and not here.is_var:
        return here.args
    return (None, None)


@rule(syn.ListExpr)
def list_(ctx: Ctx, env: Env, e: syn.ListExpr, hint: Type | None) -> Term:
    wanted = _wanted(ctx, hint, "List")[0]
    elements = Elements(ctx, env, "an element of a list", wanted)
    parts: list[tuple[Term, bool]] = []
    failed = False
    for item in e.items:
        try:
            if isinstance(item, syn.Spread):
                parts.append((_spread(ctx, env, item, elements), True))
            else:
                parts.append((elements.take(item), False))
        except Stop:
            failed = True
    if failed:
        raise Stop
    type = list_of(elements.settled())
    result: Term | None = None
    for term, spread in reversed(parts):
        if spread:
            result = term if result is None else append_lists(ctx, term, result, type)
        else:
            result = mk_con("Cons", (term, result if result is not None else mk_con("Nil", (), type)), type)
    return result if result is not None else mk_con("Nil", (), type)


def _spread(ctx: Ctx, env: Env, item: syn.Spread, elements: Elements) -> Term:
    element = elements.type if elements.type is not None else ctx.meta()
    term = check(ctx, env, item.value, list_of(ctx.zonk(element)), what="what is spread into a list")
    if elements.type is None:
        elements.type = ctx.zonk(element)
    return term


@rule(syn.SetExpr)
def set_(ctx: Ctx, env: Env, e: syn.SetExpr, hint: Type | None) -> Term:
    elements = Elements(ctx, env, "an element of a set", _wanted(ctx, hint, "Set")[0])
    terms = _all(elements, e.items)
    type = set_of(elements.settled())
    result = mk_prim("set.empty", (), type)
    for term in reversed(terms):
        result = mk_prim("set.add", (term, result), type)
    return result


def _all(elements: Elements, items: tuple[syn.Expr, ...]) -> list[Term]:
    terms: list[Term] = []
    failed = False
    for item in items:
        try:
            terms.append(elements.take(item))
        except Stop:
            failed = True
    if failed:
        raise Stop
    return terms


@rule(syn.MapExpr)
def map_(ctx: Ctx, env: Env, e: syn.MapExpr, hint: Type | None) -> Term:
    key, value = _wanted(ctx, hint, "Map")
    keys, values = Elements(ctx, env, "a key", key), Elements(ctx, env, "a value", value)
    entries = list(zip(_all(keys, tuple([k for k, _ in e.entries])), _all(values, tuple([v for _, v in e.entries]))))
    type = map_of(keys.settled(), values.settled())
    result = mk_prim("map.empty", (), type)
    for k, v in entries:
        result = mk_prim("map.put", (k, v, result), type)
    return result


# ---------------------------------------------------------------- indexing


@rule(syn.Index)
def index(ctx: Ctx, env: Env, e: syn.Index, hint: Type | None) -> Term:
    subject = infer(ctx, env, e.subject)
    type = _indexable(ctx, e.subject, subject.type, ("List", "String", "Map"))
    why = Label(e.subject.span, f"this is `{ctx.show(type)}`")
    if type.head == "Map":
        key = check(ctx, env, e.index, type.args[0], why, "the key")
        return mk_prim("map.at", (key, subject), ctx.zonk(type.args[1]))
    at = check(ctx, env, e.index, INT, why, "an index")
    if type is STRING:
        return mk_prim("str.at", (subject, at), STRING)
    element = ctx.zonk(type.args[0])
    ctx.use_fn("std.list.nth")
    return mk_call("std.list.nth", (element,), (subject, at), element)


def _indexable(ctx: Ctx, e: syn.Expr, t: Type, heads: tuple[str, ...]) -> Type:
    type = ctx.head(t)
    if is_meta(type):
        annotate = "annotate the parameter it comes from, as in `fn (xs: List[Int]) => ...`"
        ctx.fail("KW307", "the type of what is indexed is not known yet", e.span, "type not known", help=annotate)
    if type.is_var or type.head not in heads:
        help = None
        if type.head == "Tuple":
            help = "take a tuple apart with `let (x, y) = ...;`"
        elif type.head == "Set":
            help = "a set has no order; `x in s` asks for an element"
        elif type.head == "Option":
            help = "take an `Option` apart with `match`, or use `get_or(..., default)`"
        kinds = "lists, strings and maps are" if "Map" in heads else "lists and strings are"
        ctx.fail("KW303", f"{kinds} indexed, and this is `{ctx.show(type)}`", e.span, f"this is `{ctx.show(type)}`", help=help)
    return type


@rule(syn.Slice)
def slice_(ctx: Ctx, env: Env, e: syn.Slice, hint: Type | None) -> Term:
    subject = infer(ctx, env, e.subject, hint)
    type = ctx.zonk(_indexable(ctx, e.subject, subject.type, ("List", "String")))
    low = check(ctx, env, e.low, INT, what="the start of a slice") if e.low is not None else mk_int(0)
    binding: tuple[str, Term] | None = None
    if e.high is not None:
        high = check(ctx, env, e.high, INT, what="the end of a slice")
    else:
        simple = atomic(subject)
        if simple is None:
            name = ctx.fresh("whole")
            binding = (name, subject)
            simple = mk_var(name, type)
        subject = mk_at(e.subject.span, simple)
        high = _length(ctx, subject, type)
    if type is STRING:
        result = mk_prim("str.slice", (subject, low, high), STRING)
    else:
        ctx.use_fn("std.list.slice")
        result = mk_call("std.list.slice", (type.args[0],), (subject, low, high), type)
    return result if binding is None else mk_let(*binding, mk_at(e.span, result))


def _length(ctx: Ctx, subject: Term, type: Type) -> Term:
    if type is STRING:
        return mk_prim("str.len", (subject,), INT)
    ctx.use_fn("std.list.len")
    return mk_call("std.list.len", (type.args[0],), (subject,), INT)
