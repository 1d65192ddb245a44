"""Calls of functions, constructors, kernels and primitives, and their names used as values.

With one candidate the arguments are checked against its parameters, so that errors are about them. With several
(``len`` of lists and of strings) the arguments are inferred first and choose. Lambdas and function names come after
the other arguments in both cases, since these tell their parameters' types.
"""

from __future__ import annotations

from itertools import permutations
from typing import NoReturn

from kwlogic.core.terms import Op, Term, mk, mk_at, mk_call, mk_con, mk_lambda, mk_prim, mk_var
from kwlogic.core.types import INT, REAL, Type
from kwlogic.elab.arguments import arity_text, arrange, fits_shape
from kwlogic.elab.context import Ctx, Env, first_order, is_meta, shown
from kwlogic.elab.finish import no_functions, want_first_order
from kwlogic.elab.infer import conversion, infer, mismatch, rule, to_real
from kwlogic.elab.names import KINDS, candidates, expression_entries, parts_of
from kwlogic.elab.patterns_text import check_pattern_argument
from kwlogic.elab.signatures import show_signature, signature_of
from kwlogic.elab.state import Entry, Sig, Stop
from kwlogic.elab.suggest import counted
from kwlogic.source.data import Label
from kwlogic.syntax import data as syn


@rule(syn.Call)
def call(ctx: Ctx, env: Env, e: syn.Call, hint: Type | None) -> Term:
    fn = e.fn
    found = expression_entries(ctx, env, fn) if isinstance(fn, syn.Name | syn.Field) else None
    if found is None:
        return _apply(ctx, env, e)
    callable_ = [x for x in found if x.kind != "lemma"]
    if not callable_:
        ctx.use(found[0])
        ctx.fail(
            "KW211",
            f"`{found[0].name}` is a lemma, not a function",
            fn.span,
            "a lemma",
            help=f"use what it says with `apply {ctx.text(e.span)}; ...`",
        )
    if len(callable_) == 1:
        return direct(ctx, env, e, callable_[0], hint)
    return overloaded(ctx, env, e, callable_, hint)


def _apply(ctx: Ctx, env: Env, e: syn.Call) -> Term:
    """A call of a function value."""
    fn = infer(ctx, env, e.fn)
    type = ctx.head(fn.type)
    if type.is_var or type.head != "Fun":
        ctx.fail("KW301", f"`{ctx.text(e.fn.span)}` is called, but it is not a function", e.fn.span, f"this is `{ctx.show(type)}`")
    *params, result = type.args
    if any(a.name is not None for a in e.args):
        ctx.fail("KW306", "the parameters of a function value have no names", e.span, help="give the arguments by position")
    if len(params) != len(e.args):
        ctx.fail(
            "KW305",
            f"`{ctx.text(e.fn.span)}` takes {counted(len(params), 'argument')}, and {len(e.args)} {'is' if len(e.args) == 1 else 'are'} given",
            e.span,
            f"it is `{ctx.show(type)}`",
        )
    args = check_arguments(ctx, env, [a.value for a in e.args], tuple(params), None, e)
    return mk(Op.APPLY, None, (fn, *args), ctx.zonk(result))


# ---------------------------------------------------------------- one candidate


def direct(ctx: Ctx, env: Env, e: syn.Call, entry: Entry, hint: Type | None) -> Term:
    sig = signature_of(ctx, entry)
    slots = arrange(ctx, e, entry, sig)
    targs, params, result = ctx.instantiate(sig)
    if hint is not None and targs:
        ctx.trial([(result, hint)], keep=True)
    terms = check_arguments(ctx, env, slots, params, entry, e)
    return build(ctx, e, entry, targs, terms, result, slots)


def check_arguments(ctx: Ctx, env: Env, slots: list[syn.Expr], params: tuple[Type, ...], entry: Entry | None, e: syn.Call) -> list[Term]:
    terms: list[Term | None] = [None] * len(slots)
    late: list[int] = []
    failed = False
    for index, arg in enumerate(slots):
        if is_late(ctx, env, arg):
            late.append(index)
            continue
        try:
            terms[index] = _argument(ctx, env, arg, params, index, entry, e, slots)
        except Stop:
            failed = True
    if failed:
        raise Stop
    for index in late:
        terms[index] = _argument(ctx, env, slots[index], params, index, entry, e, slots)
    return [t for t in terms if t is not None]


def _argument(
    ctx: Ctx, env: Env, arg: syn.Expr, params: tuple[Type, ...], index: int, entry: Entry | None, e: syn.Call, slots: list[syn.Expr]
) -> Term:
    wanted = params[index]
    term = infer(ctx, env, arg, wanted)
    if term.type is wanted or ctx.unify(term.type, wanted):
        return term
    return _wrong_argument(ctx, env, arg, term, params, index, entry, e, slots)


def _wrong_argument(
    ctx: Ctx,
    env: Env,
    arg: syn.Expr,
    term: Term,
    params: tuple[Type, ...],
    index: int,
    entry: Entry | None,
    e: syn.Call,
    slots: list[syn.Expr],
) -> NoReturn:
    if entry is None or entry.sig is None:
        mismatch(ctx, arg, term.type, params[index])
    sig = entry.sig
    name = f"`{sig.names[index]}`" if sig.names else f"argument {index + 1}"
    span = sig.spans[index] if sig.spans else None
    why = Label(span, "declared here") if span is not None else None
    found, wanted = ctx.zonk(term.type), ctx.zonk(params[index])
    help, fix = conversion(ctx, arg, found, wanted)
    order = None if fix is not None else _other_order(ctx, env, entry, slots)
    ctx.fail(
        "KW301",
        f"{name} of `{entry.name}` should be `{shown(wanted)}`, but it is `{shown(found)}`",
        arg.span,
        f"this is `{shown(found)}`",
        *((why,) if why is not None else ()),
        help=order or help,
        fix=fix,
    )


def _other_order(ctx: Ctx, env: Env, entry: Entry, slots: list[syn.Expr]) -> str | None:
    """The order in which the arguments would fit, if there is one."""
    if not 2 <= len(slots) <= 4 or entry.sig is None:
        return None
    types = _types_quietly(ctx, env, slots)
    for order in permutations(range(len(slots))):
        if list(order) != sorted(order) and _would_fit(ctx, entry.sig, [types[i] for i in order]):
            text = ", ".join(ctx.text(slots[i].span) for i in order)
            return f"the arguments fit in another order: `{entry.name}({text})`"
    return None


def _would_fit(ctx: Ctx, sig: Sig, types: list[Type | None]) -> bool:
    _, params, _ = ctx.instantiate(sig)
    pairs = [(t, p) for t, p in zip(types, params) if t is not None]
    late = all(p.head == "Fun" for t, p in zip(types, params) if t is None)
    return late and not any(p.head == "Fun" for _, p in pairs) and ctx.trial(pairs)


def _types_quietly(ctx: Ctx, env: Env, slots: list[syn.Expr]) -> list[Type | None]:
    """Types of the arguments that are no functions; what does not check says nothing here."""
    types: list[Type | None] = []
    for arg in slots:
        before = len(ctx.world.diagnostics)
        try:
            types.append(None if is_late(ctx, env, arg) else infer(ctx, env, arg).type)
        except Stop:
            del ctx.world.diagnostics[before:]
            types.append(None)
    return types


def is_late(ctx: Ctx, env: Env, arg: syn.Expr) -> bool:
    """Lambdas and names of functions wait for the other arguments."""
    if isinstance(arg, syn.Lambda):
        return True
    if isinstance(arg, syn.Name):
        if arg.name in env:
            return False
        found = candidates(ctx.world, ctx.scope, arg.name)
    elif isinstance(arg, syn.Field):
        parts = parts_of(arg)
        if parts is None or parts[0] in env:
            return False
        found = candidates(ctx.world, ctx.scope, parts[-1])
    else:
        return False
    return any(x.kind != "ctor" or (x.sig is not None and x.sig.params) for x in found)


# ---------------------------------------------------------------- several candidates


def overloaded(ctx: Ctx, env: Env, e: syn.Call, entries: list[Entry], hint: Type | None) -> Term:
    shaped = [(x, signature_of(ctx, x)) for x in entries if not x.broken]
    shaped = [(x, s) for x, s in shaped if fits_shape(e, s)]
    if not shaped:
        if any(x.broken for x in entries):
            raise Stop
        _wrong_count(ctx, e, entries)
    if len(shaped) == 1:
        return direct(ctx, env, e, shaped[0][0], hint)
    given = [a.value for a in e.args]
    early: dict[int, Term] = {}
    failed = False
    for index, arg in enumerate(given):
        if not is_late(ctx, env, arg):
            try:
                early[index] = infer(ctx, env, arg)
            except Stop:
                failed = True
    if failed:
        raise Stop
    chosen = choose(ctx, shaped, {i: t.type for i, t in early.items()}, hint, given)
    if len(chosen) != 1:
        _no_choice(ctx, e, shaped, chosen, early)
    entry, sig = chosen[0]
    targs, params, result = ctx.instantiate(sig)
    ctx.trial([(t.type, params[i]) for i, t in early.items()], keep=True)
    if hint is not None and targs:
        ctx.trial([(result, hint)], keep=True)
    terms = [early[i] if i in early else _argument(ctx, env, a, params, i, entry, e, given) for i, a in enumerate(given)]
    return build(ctx, e, entry, targs, terms, result, given)


def choose(
    ctx: Ctx, shaped: list[tuple[Entry, Sig]], types: dict[int, Type], hint: Type | None, given: list[syn.Expr]
) -> list[tuple[Entry, Sig]]:
    """The candidates that the types admit; the nearest one where the own module offers it."""
    heads = {i: ctx.head(t) for i, t in types.items()}
    likely = [(x, s) for x, s in shaped if all(_head_fits(s.params[i], t) for i, t in heads.items())]
    likely = [(x, s) for x, s in likely if all(_lambda_fits(s.params[i], a) for i, a in enumerate(given) if i not in types)]
    if len(likely) != 1 or not types:
        likely = [c for c in likely if _admits(ctx, c[1], types, None)]
    elif not _admits(ctx, likely[0][1], types, None):
        return []
    if len(likely) > 1 and hint is not None:
        likely = [c for c in likely if _admits(ctx, c[1], types, hint)] or likely
    if len(likely) > 1 and likely[0][0].scope is ctx.scope:
        return likely[:1]
    return likely


def _head_fits(param: Type, arg: Type) -> bool:
    return param.is_var or is_meta(arg) or param.head == arg.head


def _lambda_fits(param: Type, arg: syn.Expr) -> bool:
    if param.is_var or param.head != "Fun":
        return False
    return not isinstance(arg, syn.Lambda) or len(arg.params) == len(param.args) - 1


def _admits(ctx: Ctx, sig: Sig, types: dict[int, Type], hint: Type | None) -> bool:
    _, params, result = ctx.instantiate(sig)
    pairs = [(t, params[i]) for i, t in types.items()]
    return ctx.trial(pairs if hint is None else [*pairs, (result, hint)])


def _wrong_count(ctx: Ctx, e: syn.Call, entries: list[Entry]) -> NoReturn:
    name = entries[0].name
    notes = tuple(show_signature(ctx, x) for x in entries)
    ctx.fail("KW305", f"no `{name}` takes {arity_text(e)}", e.span, "", notes=notes)


def _no_choice(ctx: Ctx, e: syn.Call, shaped: list[tuple[Entry, Sig]], chosen: list[tuple[Entry, Sig]], early: dict[int, Term]) -> NoReturn:
    name = shaped[0][0].name
    types = [ctx.show(early[i].type) if i in early else "a function" for i in range(len(e.args))]
    given = ", ".join(types)
    if chosen:
        ctx.fail(
            "KW208",
            f"`{name}` could be one of several here",
            e.span,
            f"called with ({given})",
            notes=tuple(show_signature(ctx, x) for x, _ in chosen),
            help="write the module's name in front (`std.list.sum(xs)`), or annotate the parameter that the argument comes from",
        )
    help, fix = None, None
    order = next((o for x, _ in shaped if (o := _reordered(ctx, e, x, early)) is not None), None)
    if order is None:
        for index, term in early.items():
            if ctx.zonk(term.type) is INT and any(
                _admits(ctx, s, {**{i: t.type for i, t in early.items()}, index: REAL}, None) for _, s in shaped
            ):
                help, fix = to_real(ctx, e.args[index].value)
    ctx.fail(
        "KW304",
        f"no `{name}` takes ({given})",
        e.span,
        "",
        *[Label(e.args[i].value.span, f"this is `{ctx.show(t.type)}`") for i, t in early.items()],
        notes=tuple("it can be " + show_signature(ctx, x) for x, _ in shaped),
        help=order or help,
        fix=fix,
    )


def _reordered(ctx: Ctx, e: syn.Call, entry: Entry, early: dict[int, Term]) -> str | None:
    if not 2 <= len(e.args) <= 4 or entry.sig is None:
        return None
    types = [early[i].type if i in early else None for i in range(len(e.args))]
    for order in permutations(range(len(types))):
        if list(order) != sorted(order) and _would_fit(ctx, entry.sig, [types[i] for i in order]):
            text = ", ".join(ctx.text(e.args[i].span) for i in order)
            return f"the arguments fit in another order: `{entry.name}({text})`"
    return None


# ---------------------------------------------------------------- terms


def build(ctx: Ctx, e: syn.Call, entry: Entry, targs: tuple[Type, ...], terms: list[Term], result: Type, slots: list[syn.Expr]) -> Term:
    executable(ctx, entry, e.fn)
    ctx.use(entry)
    if targs:
        targs = tuple([ctx.zonk(t) for t in targs])
        result = ctx.zonk(result)
        for t in targs:
            if t.has_vars or not first_order(t):
                want_first_order(ctx, f"what `{entry.name}` works on", t, e.span)
    elif entry.kind == "prim" and entry.qname == "str.matches":
        check_pattern_argument(ctx, slots[1])
    return make(ctx, entry, targs, tuple(terms), result)


def executable(ctx: Ctx, entry: Entry, e: syn.Expr) -> None:
    """Only kernels whose body is an expression are functions; the others may fail."""
    decl = entry.decl
    if not isinstance(decl, syn.KernelDecl) or isinstance(decl.body, syn.BodyExpr):
        return
    kind = "has no body" if decl.body is None else "is an oracle" if isinstance(decl.body, syn.BodyOracle) else "is a composition"
    ctx.fail(
        "KW317",
        f"the kernel `{entry.name}` {kind}, so an expression cannot call it",
        e.span,
        "may fail",
        Label(decl.name_span, "declared here"),
        help="compose it with other kernels (`= compose a >> b`, or `{ y <- k(x); ... }`)",
    )


def make(ctx: Ctx, entry: Entry, targs: tuple[Type, ...], terms: tuple[Term, ...], result: Type) -> Term:
    if entry.kind == "prim":
        return mk_prim(entry.qname, terms, result)
    if entry.kind == "ctor":
        return mk_con(entry.qname, terms, result)
    ctx.calls.add(entry.qname)
    return mk_call(entry.qname, targs, terms, result)


def named_value(ctx: Ctx, env: Env, e: syn.Expr, entries: tuple[Entry, ...], hint: Type | None) -> Term:
    """A module-level name that is not called: a constructor without fields, or a function as a value."""
    wanted = ctx.head(hint) if hint is not None else None
    usable = [x for x in entries if x.kind != "lemma"]
    if not usable:
        ctx.use(entries[0])
        ctx.fail("KW211", f"`{entries[0].name}` is a lemma, not a value", e.span, "a lemma")
    if len(usable) == 1 and usable[0].kind == "ctor":
        entry = usable[0]
        sig = signature_of(ctx, entry)
        if not sig.params:
            targs, _, result = ctx.instantiate(sig)
            if hint is not None and targs:
                ctx.trial([(result, hint)], keep=True)
            ctx.use(entry)
            return mk_con(entry.qname, (), ctx.zonk(result))
    if wanted is not None and wanted.head == "Fun" and not wanted.is_var:
        return _eta(ctx, e, usable, wanted)
    return _not_called(ctx, e, usable)


def _not_called(ctx: Ctx, e: syn.Expr, usable: list[Entry]) -> NoReturn:
    entry = ctx.use(usable[0])
    sig = signature_of(ctx, entry)
    args = ", ".join(sig.names) if sig.names or not sig.params else ", ".join("..." for _ in sig.params)
    more = (Label(entry.span, "declared here"),) if entry.span is not None else ()
    ctx.fail(
        "KW301",
        f"`{entry.name}` is a {KINDS[entry.kind]}, and a value is wanted here",
        e.span,
        "not called",
        *more,
        help=f"call it: `{entry.name}({args})`",
    )


def _eta(ctx: Ctx, e: syn.Expr, usable: list[Entry], wanted: Type) -> Term:
    """``f`` as ``fn (x, ...) => f(x, ...)``."""
    shaped = [(x, signature_of(ctx, x)) for x in usable if not x.broken]
    if not shaped:
        raise Stop
    types = wanted.args[:-1]
    fits = [(x, s) for x, s in shaped if len(s.params) == len(types)]
    if len(fits) > 1:
        fits = choose(ctx, fits, dict(enumerate(types)), wanted.args[-1], []) or fits
    if len(fits) != 1:
        if len(fits) > 1:
            notes = tuple(show_signature(ctx, x) for x, _ in fits)
            help = "write a lambda with annotated parameters, as in `fn (x: Int) => ...`"
            ctx.fail(
                "KW208",
                f"`{fits[0][0].name}` could be one of several here",
                e.span,
                f"wanted as `{ctx.show(wanted)}`",
                notes=notes,
                help=help,
            )
        ctx.fail(
            "KW305",
            f"a function of {counted(len(types), 'parameter')} is wanted here, and `{usable[0].name}` takes {len(shaped[0][1].params)}",
            e.span,
            f"should be `{ctx.show(wanted)}`",
            notes=(show_signature(ctx, usable[0]),),
        )
    entry, sig = fits[0]
    executable(ctx, entry, e)
    targs, params, result = ctx.instantiate(sig)
    for p, t in zip((*params, result), wanted.args):
        if not ctx.unify(t, p):
            notes = (show_signature(ctx, entry),)
            found = ctx.show(t)
            ctx.fail(
                "KW301",
                f"`{entry.name}` does not fit here: it works on `{ctx.show(p)}`, not `{found}`",
                e.span,
                f"should be `{ctx.show(wanted)}`",
                notes=notes,
            )
    names = [ctx.fresh(n) for n in (sig.names or tuple("xyzuvw"[: len(params)]))]
    if any(not first_order(p) for p in params):
        no_functions(ctx, f"a parameter of `{entry.name}` here", e.span)
    types = tuple([ctx.zonk(p) for p in params])
    args = tuple([mk_at(e.span, mk_var(n, t)) for n, t in zip(names, types)])
    ctx.use(entry)
    body = make(ctx, entry, tuple([ctx.zonk(t) for t in targs]), args, ctx.zonk(result))
    return mk_lambda(tuple(zip(names, types)), mk_at(e.span, body))


# ---------------------------------------------------------------- lemmas


def lemma_call(ctx: Ctx, env: Env, e: syn.Call) -> tuple[tuple[str, tuple[Type, ...]], tuple[Term, ...]]:
    """``apply l(args)``: the lemma with its type arguments, and the arguments."""
    found = expression_entries(ctx, env, e.fn)
    lemmas = [x for x in found or () if x.kind == "lemma"]
    if not lemmas:
        what = f"a {KINDS[found[0].kind]}" if found else "a value"
        ctx.fail("KW211", f"`apply` takes a lemma, and `{ctx.text(e.fn.span)}` is {what}", e.fn.span, "not a lemma")
    if len(lemmas) > 1:
        notes = tuple(show_signature(ctx, x) for x in lemmas)
        ctx.fail(
            "KW208", f"`{lemmas[0].name}` could be one of several here", e.fn.span, notes=notes, help="write the module's name in front"
        )
    entry = lemmas[0]
    sig = signature_of(ctx, entry)
    slots = arrange(ctx, e, entry, sig)
    targs, params, _ = ctx.instantiate(sig)
    terms = check_arguments(ctx, env, slots, params, entry, e)
    ctx.use(entry)
    return (entry.qname, tuple([ctx.zonk(t) for t in targs])), tuple(terms)


__all__ = ["build", "call", "direct", "lemma_call", "named_value"]
