"""``match`` and ``let``: arms become nested conditionals over tests and selections.

The matched value is bound once unless it may be repeated freely. A guard that fails falls through to the arms
below; the last arm that can be reached is taken without a test, which coverage justifies.
"""

from __future__ import annotations

from kwlogic.core.terms import Op, Term, mk, mk_and, mk_con, mk_if, mk_let, mk_var
from kwlogic.core.types import BOOL, Type
from kwlogic.elab.context import Ctx, Env, shown
from kwlogic.elab.coverage import (
    CoverageLimit,
    CtorsOf,
    RCon,
    RLit,
    Row,
    RPattern,
    RTuple,
    RWild,
    dead_arms,
    missing,
    show_pattern,
    signatures,
)
from kwlogic.elab.finish import want_first_order
from kwlogic.elab.infer import atomic, bare, check, infer, mismatch, rule
from kwlogic.elab.patterns import Matched, resolve_pattern
from kwlogic.elab.state import Stop
from kwlogic.source.data import Label, Span
from kwlogic.source.records import dataclass
from kwlogic.syntax import data as syn


@dataclass(slots=True)
class Case:
    arm: syn.Arm
    tests: list[Term]
    guard: Term | None
    body: Term
    pattern: RPattern


def share(ctx: Ctx, term: Term, base: str) -> tuple[Term, list[tuple[str, Term]]]:
    """A form of the term that may be repeated, and the bindings it needs. Tuples are taken apart."""
    simple = atomic(term)
    if simple is not None:
        return simple, []
    inner = bare(term)
    if inner.op is Op.CON and inner.data == "Tuple" and inner.args:
        parts = [share(ctx, a, base) for a in inner.args]
        return mk_con("Tuple", tuple([p for p, _ in parts]), inner.type), [b for _, found in parts for b in found]
    name = ctx.fresh(base)
    return mk_var(name, ctx.zonk(term.type)), [(name, term)]


def bind(bindings: list[tuple[str, Term]], body: Term) -> Term:
    for name, value in reversed(bindings):
        body = mk_let(name, value, body)
    return body


@rule(syn.Match)
def match_(ctx: Ctx, env: Env, e: syn.Match, hint: Type | None) -> Term:
    subject = infer(ctx, env, e.subject)
    want_first_order(ctx, "what is matched", subject.type, e.subject.span)
    value, bindings = share(ctx, subject, "it")
    type = ctx.zonk(subject.type)
    cases: list[Case] = []
    failed = False
    result: Type | None = hint
    first: Case | None = None
    for arm in e.arms:
        try:
            case = _arm(ctx, env, arm, value, type, result)
        except Stop:
            failed = True
            continue
        if first is None:
            first, result = case, case.body.type if hint is None else hint
        elif not ctx.trial([(case.body.type, first.body.type)], keep=True):
            failed = _disagree(ctx, first, case, hint)
        cases.append(case)
    if failed or first is None:
        raise Stop
    want_first_order(ctx, "the value of a `match`", first.body.type, e.span)
    dead = _coverage(ctx, e, cases, ctx.zonk(subject.type))
    return bind(bindings, _conditional(ctx, [c for i, c in enumerate(cases) if i not in dead], ctx.zonk(first.body.type)))


def _arm(ctx: Ctx, env: Env, arm: syn.Arm, value: Term, type: Type, hint: Type | None) -> Case:
    matched = Matched()
    pattern = resolve_pattern(ctx, arm.pattern, value, type, matched)
    inner = {**env, **matched.bound} if matched.bound else env
    guard = check(ctx, inner, arm.guard, BOOL, what="a guard") if arm.guard is not None else None
    return Case(arm, matched.tests, guard, infer(ctx, inner, arm.body, hint), pattern)


def _disagree(ctx: Ctx, first: Case, case: Case, hint: Type | None) -> bool:
    try:
        if hint is not None and not ctx.trial([(first.body.type, hint)]):
            mismatch(ctx, first.arm.body, first.body.type, hint)
        why = None if hint is not None else Label(first.arm.body.span, f"the first arm is `{ctx.show(first.body.type)}`")
        mismatch(ctx, case.arm.body, case.body.type, first.body.type, why, "this arm")
    except Stop:
        return True


def _conditional(ctx: Ctx, cases: list[Case], type: Type) -> Term:
    """Guarded arms never come last: coverage counts them as covering nothing."""
    result: Term | None = None
    for case in reversed(cases):
        if result is None:
            result = case.body
            continue
        tests = case.tests if case.guard is None else [*case.tests, case.guard]
        result = mk(Op.IF, None, (mk_and(tests), case.body, result), type) if len(tests) else mk_if(mk_and(tests), case.body, result)
    assert result is not None
    return result


def _coverage(ctx: Ctx, e: syn.Match, cases: list[Case], type: Type) -> set[int]:
    """Report what no arm takes and which arms take nothing; an uncovered value ends the checking."""
    rows = [Row((c.pattern,), c.guard is not None) for c in cases]
    if len(rows) == 1 and isinstance(rows[0].patterns[0], RWild) and not rows[0].guarded:
        return set()
    ctors = ctors_of(ctx)
    try:
        flat = flat_coverage(rows, type, ctors)
        uncovered, dead = flat if flat is not None else (missing(rows, [type], ctors), dead_arms(rows, [type], ctors))
    except CoverageLimit:
        ctx.fail(
            "KW329",
            "this match has too many cases to tell whether it is complete",
            e.span,
            "too large to check",
            help="split it into nested matches, one for each part of the value",
        )
    for index in dead:
        arm = cases[index].arm
        ctx.report_error(
            "KW311", "no value reaches this arm", arm.span, "the arms above take all it matches", help="remove it, or move it up"
        )
    if uncovered is not None:
        pattern = show_pattern(uncovered[0])
        guarded = any(c.guard is not None for c in cases)
        ctx.fail(
            "KW310",
            f"this match does not cover `{pattern}`",
            e.span,
            f"`{pattern}` is missing",
            Label(e.subject.span, f"this is `{shown(type)}`"),
            notes=("an arm with a guard may be passed over, so it covers nothing by itself",) if guarded else (),
            help=f"add `case {pattern} => ...`",
        )
    if dead:
        raise Stop
    return set(dead)


def flat_coverage(rows: list[Row], type: Type, ctors: CtorsOf) -> tuple[tuple[RPattern, ...] | None, list[int]] | None:
    """Coverage where no pattern looks deeper than one level, in one pass; None where some does."""
    taken: set[object] = set()
    everything = False
    dead: list[int] = []
    signature = ctors(type)
    for index, row in enumerate(rows):
        pattern = row.patterns[0]
        if isinstance(pattern, RCon) and all(isinstance(a, RWild) for a in pattern.args):
            key: object = pattern.ctor
        elif isinstance(pattern, RLit):
            key = (str(pattern.value).lower() if isinstance(pattern.value, bool) else pattern.value,)
        elif isinstance(pattern, RWild):
            key = None
        else:
            return None
        if everything or key in taken or (signature is not None and len(taken) == len(signature)):
            dead.append(index)
        elif not row.guarded:
            everything = key is None
            taken.add(key)
    if everything:
        return None, dead
    if signature is None:
        return (RWild(),), dead
    return next((_witness(c, fs) for c, fs in signature if c not in taken and (c,) not in taken), None), dead


def _witness(ctor: str, fields: tuple[Type, ...]) -> tuple[RPattern, ...]:
    if ctor in ("true", "false"):
        return (RLit(ctor == "true"),)
    wild: tuple[RPattern, ...] = (RWild(),) * len(fields)
    return (RTuple(wild) if ctor == "Tuple" else RCon(ctor, wild),)


def ctors_of(ctx: Ctx) -> CtorsOf:
    found = ctx.world.signatures
    if found is None:
        found = ctx.world.signatures = signatures(ctx.world.datas)
    return found


# ---------------------------------------------------------------- let


@rule(syn.Let)
def let(ctx: Ctx, env: Env, e: syn.Let, hint: Type | None) -> Term:
    value = infer(ctx, env, e.value)
    want_first_order(ctx, "what `let` binds", value.type, e.value.span)
    if isinstance(e.pattern, syn.PWild) or (isinstance(e.pattern, syn.PVar) and not e.pattern.name[:1].isupper()):
        name = e.pattern.name if isinstance(e.pattern, syn.PVar) else "_"
        fresh = ctx.fresh(name)
        bound = mk_var(fresh, ctx.zonk(value.type))
        body = infer(ctx, {**env, name: bound} if name != "_" else env, e.body, hint)
        return mk_let(fresh, value, body)
    matched = Matched()
    shared, bindings = share(ctx, value, "it")
    type = ctx.zonk(value.type)
    pattern = resolve_pattern(ctx, e.pattern, shared, type, matched)
    irrefutable(ctx, pattern, ctx.zonk(value.type), e.pattern.span, "`let`")
    return bind(bindings, infer(ctx, {**env, **matched.bound}, e.body, hint))


def irrefutable(ctx: Ctx, pattern: RPattern, type: Type, span: Span, what: str) -> None:
    try:
        uncovered = missing([Row((pattern,))], [type], ctors_of(ctx))
    except CoverageLimit:
        uncovered = None
    if uncovered is not None:
        text = show_pattern(uncovered[0])
        ctx.fail(
            "KW312",
            f"the pattern of {what} must match every value, and it does not match `{text}`",
            span,
            f"does not match `{text}`",
            help="use `match` with an arm for each case",
        )
