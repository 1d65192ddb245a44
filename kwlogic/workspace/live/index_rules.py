"""How each form of the tree is indexed: the names that it uses, those it binds, and what is looked at under them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from kwlogic.elab.names import candidates
from kwlogic.source.data import Span
from kwlogic.syntax import data as s
from kwlogic.workspace.live.symbols import Symbol, entry_symbol, head, words

if TYPE_CHECKING:
    from kwlogic.workspace.live.index import Env, Indexing

Rule = Callable[["Indexing", Any, "Env"], None]
RULES: dict[type, Rule] = {}


def rule(*forms: type) -> Callable[[Rule], Rule]:
    def register(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(forms, function))
        return function

    return register


# ---------------------------------------------------------------- names and calls


@rule(s.Name)
def name(i: Indexing, e: s.Name, env: Env) -> None:
    if e.name in env:
        i.add(e.span, env[e.name])
    else:
        i.entries(candidates(i.world, i.scope, e.name), e.span, e.span)


@rule(s.Field)
def field(i: Indexing, e: s.Field, env: Env) -> None:
    first: s.Expr = e
    while isinstance(first, s.Field):
        first = first.subject
    if not (isinstance(first, s.Name) and first.name in env) and i.module_path(e):
        return
    i.add(e.name_span, i.field_symbol(e.subject, e.name, env))
    i.later(e.subject, env)


@rule(s.Call)
def call(i: Indexing, e: s.Call, env: Env) -> None:
    target: Symbol | None = None
    if isinstance(e.fn, s.Name) and e.fn.name not in env:
        target = i.entries(candidates(i.world, i.scope, e.fn.name), e.fn.span, e.span)
    elif isinstance(e.fn, s.Field):
        i.known.targets.setdefault(e.fn.span, i.known.targets.get(e.span, ""))
        i.later(e.fn, env)
    else:
        i.later(e.fn, env)
    arguments(i, e.args, target, env)


def arguments(i: Indexing, args: Iterable[s.Arg], target: Symbol | None, env: Env) -> None:
    for arg in args:
        if arg.name is not None and target is not None:
            i.add(head(arg.span, arg.name), parameter(target, arg.name))
        i.later(arg.value, env)


def parameter(target: Symbol, name: str) -> Symbol | None:
    """The parameter, input or field of that name."""
    for kind, params, owner in parameter_lists(target):
        for p in params:
            if p.name == name:
                return Symbol(kind, name, head(p.span, name), "", owner)
    return None


def parameter_lists(target: Symbol) -> list[tuple[str, tuple[s.Param, ...], str]]:
    match target.decl:
        case s.FnDecl(params=params) | s.LemmaDecl(params=params):
            return [("param", params, target.qname)]
        case s.KernelDecl(inputs=inputs, outputs=outputs):
            return [("input", inputs, target.qname), ("output", outputs, target.qname)]
        case s.RecordDecl(fields=fields):
            return [("field", fields, target.owner)]
        case s.TypeDecl(variants=variants):
            return [("field", v.fields, target.owner) for v in variants if v.name == target.name]
        case _:
            return []


@rule(s.Update)
def update(i: Indexing, e: s.Update, env: Env) -> None:
    i.later(e.subject, env)
    for arg in e.fields:
        if arg.name is not None:
            i.add(head(arg.span, arg.name), i.field_symbol(e.subject, arg.name, env))
        i.later(arg.value, env)


# ---------------------------------------------------------------- binders


@rule(s.Let)
def let(i: Indexing, e: s.Let, env: Env) -> None:
    i.later(e.value, env)
    i.later(e.body, {**env, **pattern(i, e.pattern)})


@rule(s.Lambda)
def lambda_(i: Indexing, e: s.Lambda, env: Env) -> None:
    inner = dict(env)
    for p in e.params:
        i.later(p.type, env)
        inner[p.name] = i.define("local", p.name, head(p.span, p.name))
    i.later(e.body, inner)


@rule(s.Quant)
def quant(i: Indexing, e: s.Quant, env: Env) -> None:
    inner = dict(env)
    for b in e.binders:
        i.later(b.type, dict(inner))
        i.later(b.domain, dict(inner))
        if b.name != "_":
            inner[b.name] = i.define("local", b.name, head(b.span, b.name))
    i.later(e.body, inner)


@rule(s.Arm)
def arm(i: Indexing, e: s.Arm, env: Env) -> None:
    inner = {**env, **pattern(i, e.pattern)}
    i.later(e.guard, inner)
    i.later(e.body, inner)


def pattern(i: Indexing, p: s.Pattern) -> dict[str, Symbol]:
    bound: dict[str, Symbol] = {}
    stack: list[s.Pattern] = [p]
    while stack:
        here = stack.pop()
        match here:
            case s.PVar(span=span, name=name) if name[:1].isupper():
                constructor(i, s.QName(span, (name,)))
            case s.PVar(span=span, name=name):
                bound[name] = i.define("local", name, Span(span.file, span.end - len(name), span.end))
            case s.PCon(name=con, args=args):
                constructor(i, con)
                stack.extend(args)
            case s.PTuple(items=items):
                stack.extend(items)
            case s.PList(items=items, rest=rest):
                stack.extend(items)
                stack.extend(() if rest is None else (rest,))
            case _:
                pass
    return bound


def constructor(i: Indexing, name: s.QName) -> None:
    if len(name.parts) > 1:
        i.value_name(name)
        return
    found = [e for e in candidates(i.world, i.scope, name.parts[0]) if e.kind == "ctor"]
    if found:
        i.add(name.span, entry_symbol(found[0]), choices=[entry_symbol(e) for e in found] if len(found) > 1 else ())


# ---------------------------------------------------------------- types


@rule(s.TypeName)
def type_name(i: Indexing, t: s.TypeName, env: Env) -> None:
    i.type_name(t.name, env)
    for arg in t.args:
        i.later(arg, env)


@rule(s.TypeRefine)
def type_refine(i: Indexing, t: s.TypeRefine, env: Env) -> None:
    i.later(t.base, env)
    at = next((span for word, span in words(i.source, t.span.start, t.base.span.start) if word == t.var), None)
    i.later(t.pred, env if at is None else {**env, t.var: i.define("local", t.var, at)})


# ---------------------------------------------------------------- proofs


@rule(s.ByInduction)
def by_induction(i: Indexing, p: s.ByInduction, env: Env) -> None:
    wanted = set(p.vars)
    for word, span in words(i.source, p.span.start, p.using[0].span.start if p.using else p.span.end):
        if word in wanted and word in env:
            i.add(span, env[word])
    using(i, p.using)


@rule(s.ByRecursion)
def by_recursion(i: Indexing, p: s.ByRecursion, env: Env) -> None:
    i.later(p.call, env)
    using(i, p.using)


@rule(s.ByCases)
def by_cases(i: Indexing, p: s.ByCases, env: Env) -> None:
    i.later(p.subject, env)
    using(i, p.using)


@rule(s.ByAuto)
def by_auto(i: Indexing, p: s.ByAuto, env: Env) -> None:
    using(i, p.using)


def using(i: Indexing, names: Iterable[s.QName]) -> None:
    for name in names:
        i.value_name(name)


# ---------------------------------------------------------------- compositions


@rule(s.WRef)
def wref(i: Indexing, w: s.WRef, env: Env) -> None:
    i.value_name(w.name)


@rule(s.WCall)
def wcall(i: Indexing, w: s.WCall, env: Env) -> None:
    target = None if w.name.parts == ("id",) else i.value_name(w.name)
    arguments(i, w.args, target, env)


@rule(s.WRename)
def wrename(i: Indexing, w: s.WRename, env: Env) -> None:
    """The old names are ports of the part, where that is one kernel; the new ones are nobody's."""
    i.later(w.body, env)
    if isinstance(w.body, s.WRef | s.WCall):
        target = i.value_name(w.body.name)
        olds = {old for old, _ in w.pairs}
        for word, span in words(i.source, w.body.span.end, w.span.end):
            if target is not None and word in olds:
                i.add(span, parameter(target, word))


@rule(s.WHole)
def whole(i: Indexing, w: s.WHole, env: Env) -> None:
    inputs = i.params(w.inputs, {n: x for n, x in env.items() if x.kind == "tparam"}, "local")
    i.params(w.outputs, inputs, "local")
