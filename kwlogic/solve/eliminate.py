"""Formulas without the variables that nobody wants to see: quantifier elimination by Z3, read back into terms.

The answer is a proposal: whoever shows it has it checked. None where Z3 cannot do it within the limits, or where its answer
has no counterpart in the language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any

from kwlogic.core.program import Program
from kwlogic.core.terms import (
    FALSE,
    TRUE,
    Op,
    Term,
    mk_and,
    mk_call,
    mk_con,
    mk_eq,
    mk_forall,
    mk_if,
    mk_implies,
    mk_int,
    mk_is,
    mk_not,
    mk_or,
    mk_prim,
    mk_real,
    mk_sel,
    mk_str,
)
from kwlogic.core.types import BOOL, INT, REAL, STRING, Type
from kwlogic.core.walk import free_vars, subterms
from kwlogic.solve.backend import keep_memory
from kwlogic.solve.encode import Encoder
from kwlogic.solve.sorts import Unsupported, constructors, ctor_symbol, sel_symbol

RLIMIT = 3_000_000
WALL_MS = 4_000
MOST_CHECKS = 150
MOST_DEPTH = 12
LARGEST = 400  # nodes of an answer that is still worth reading


class Unreadable(Exception):
    """An answer that no term of the language says."""


def without(program: Program, vars: Iterable[Term], body: Term, under: Term = TRUE) -> tuple[Term, ...] | None:
    """Conjuncts that say ``forall vars :: body``, without the variables, simplified where ``under`` holds."""
    bound = tuple((str(v.data), v.type) for v in vars if v in free_vars(body))
    whole = mk_forall(bound, body)
    tries = [f for t in ("qe-light", "qe2") if (f := _run(program, ("simplify", t), whole, under)) is not None]
    if not tries:
        return _run(program, ("simplify", "qe"), whole, under)
    return min(tries, key=lambda parts: sum(len(subterms(p)) for p in parts))


def tidied(program: Program, body: Term, under: Term = TRUE) -> tuple[Term, ...] | None:
    """The same formula, as conjuncts, in as few words as Z3 finds where ``under`` holds."""
    return _run(program, ("simplify",), body, under)


def follows(program: Program, known: Term, goal: Term) -> bool:
    """Whether Z3 sees that ``known`` implies ``goal``; no certificate, for tidying and choosing only."""
    return decided(program, known, goal) is True


def decided(program: Program, known: Term, goal: Term) -> bool | None:
    """Whether ``known`` implies ``goal``; None where Z3 cannot tell, as of functions that it knows by name only."""
    import z3

    _settle()
    encoder = Encoder(program)
    try:
        text = encoder.formula(mk_not(mk_implies(known, goal)))
        ctx = z3.Context()
        solver = z3.SimpleSolver(ctx=ctx)
        solver.set(rlimit=RLIMIT, timeout=WALL_MS)
        solver.add(_parsed(z3, ctx, encoder, text))
        answer = str(solver.check())
    except (Unsupported, z3.Z3Exception):
        return None
    if answer == "unsat":
        return True
    return False if answer == "sat" and not any(t.op is Op.CALL for t in subterms(known, goal)) else None


@cache
def _settle() -> None:
    """Many short questions are asked in this process."""
    keep_memory()


def _parsed(z3: Any, ctx: Any, encoder: Encoder, text: str) -> Any:
    if encoder.axioms:
        raise Unsupported("a function value")
    return z3.parse_smt2_string("\n".join((*encoder.declarations(), f"(assert {text})")), ctx=ctx)


def _run(program: Program, tactics: tuple[str, ...], body: Term, under: Term) -> tuple[Term, ...] | None:
    import z3

    encoder = Encoder(program)
    try:
        text = encoder.formula(body)
        ctx = z3.Context()
        z3.Z3_update_param_value(ctx.ref(), "rlimit", str(RLIMIT))
        goal = z3.Goal(ctx=ctx)
        goal.add(*_parsed(z3, ctx, encoder, text))
        formula = _applied(z3, ctx, tactics, goal)
        if formula is None or _quantified(z3, formula):
            return None
        flat = z3.With(z3.Tactic("simplify", ctx=ctx), "elim_and", False, "pull_cheap_ite", True)(formula)[0].as_expr()
        read = _Reader(z3, program, (body, under)).read(flat)
    except (Unsupported, Unreadable, z3.Z3Exception):
        return None
    if len(subterms(read)) > LARGEST:
        return None
    return _parts(_Pruning(program).prune(positive(read), under))


def _applied(z3: Any, ctx: Any, tactics: tuple[str, ...], goal: Any) -> Any:
    chain = [z3.TryFor(z3.Tactic(t, ctx=ctx), WALL_MS) for t in tactics]
    tactic = chain[0] if len(chain) == 1 else z3.Then(*chain, ctx=ctx)
    found = tactic(goal)
    return found[0].as_expr() if len(found) == 1 else None


def _quantified(z3: Any, formula: Any) -> bool:
    stack, seen = [formula], set[int]()
    while stack:
        here = stack.pop()
        if here.get_id() in seen:
            continue
        seen.add(here.get_id())
        if z3.is_quantifier(here) or z3.is_var(here):
            return True
        stack.extend(here.children())
    return False


def _parts(term: Term) -> tuple[Term, ...]:
    return () if term is TRUE else term.args if term.op is Op.AND else (term,)


# ---------------------------------------------------------------- in context


def positive(term: Term) -> Term:
    """With ``not`` and implications only where nothing else says it: conjunctions and disjunctions of plain statements."""
    if term.op is Op.NOT:
        return _denied([positive(term.args[0])])
    if term.op is Op.IMPLIES:
        return mk_or((_denied([positive(term.args[0])]), positive(term.args[1])))
    if term.op in (Op.AND, Op.OR):
        return (mk_and if term.op is Op.AND else mk_or)(map(positive, term.args))
    return term


@dataclass(slots=True)
class _Pruning:
    """Drops what its surroundings decide. Nesting is that of formulas that people are to read, so a frame for each is fine."""

    program: Program
    left: int = MOST_CHECKS

    def decided(self, known: Iterable[Term], goal: Term) -> bool:
        self.left -= 1
        return self.left >= 0 and follows(self.program, mk_and(known), goal)

    def prune(self, term: Term, known: Term, depth: int = 0) -> Term:
        if term.op not in (Op.AND, Op.OR):
            if self.decided((known,), term):
                return TRUE
            return FALSE if self.decided((known,), _denied([term])) else term
        conjunction = term.op is Op.AND
        kept = list(term.args)
        for part in sorted(term.args, key=lambda t: -len(subterms(t))):
            rest = [k for k in kept if k is not part]
            around = rest if conjunction else [_denied([r]) for r in rest]
            if self.decided((known, *around), part if conjunction else _denied([part])):
                kept = rest
            elif depth < MOST_DEPTH and part.op in (Op.AND, Op.OR):
                smaller = self.prune(part, mk_and((known, *around)), depth + 1)
                kept = [smaller if k is part else k for k in kept]
        return mk_and(kept) if conjunction else mk_or(kept)


# ---------------------------------------------------------------- reading back


@dataclass(slots=True)
class _Reader:
    """Z3 expressions to terms. Symbols are those of the terms that were asked about."""

    z3: Any
    program: Program
    roots: tuple[Term, ...]
    vars: dict[str, Term] = field(default_factory=dict)
    calls: dict[str, Term] = field(default_factory=dict)
    ctors: dict[str, tuple[str, Type]] = field(default_factory=dict)
    sels: dict[str, tuple[str, int, Type, Type]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        encoder = Encoder(self.program)
        types: dict[Type, None] = {}
        for term in subterms(*self.roots):
            types[term.type] = None
            if term.op is Op.VAR:
                self.vars[str(term.data)] = term
            elif term.op is Op.CALL:
                self.calls[encoder.call_symbol(term)[1:-1]] = term
        stack = list(types)
        seen = set(stack)
        while stack:
            stack.extend(t for t in self._type(stack.pop()) if t not in seen and not seen.add(t))  # type: ignore[func-returns-value]

    def _type(self, type: Type) -> list[Type]:
        """Registers the constructors of a type; answers with the types of its fields."""
        if type.head not in ("List", "Option", "Tuple") and type.head not in self.program.datas:
            return []
        found: list[Type] = []
        for ctor, fields in constructors(self.program, type):
            self.ctors[ctor_symbol(ctor, type)[1:-1]] = ctor, type
            for i, f in enumerate(fields):
                self.sels[sel_symbol(ctor, i, type)[1:-1]] = ctor, i, type, f
                found.append(f)
        return found

    def read(self, root: Any) -> Term:
        done: dict[int, Term] = {}
        stack = [root]
        while stack:
            here = stack[-1]
            if here.get_id() in done:
                stack.pop()
                continue
            waiting = [c for c in here.children() if c.get_id() not in done]
            if waiting:
                stack.extend(waiting)
                continue
            stack.pop()
            done[here.get_id()] = self._node(here, [done[c.get_id()] for c in here.children()])
        return done[root.get_id()]

    def _node(self, here: Any, args: list[Term]) -> Term:
        z3 = self.z3
        if z3.is_int_value(here):
            return mk_int(here.as_long())
        if z3.is_rational_value(here):
            return mk_real(Fraction(here.numerator_as_long(), here.denominator_as_long()))
        if z3.is_string_value(here):
            return mk_str(_string(here.as_string()))
        kind = here.decl().kind()
        make = _table(z3).get(kind)
        if make is not None:
            return make(args)
        name = here.decl().name()
        if kind == z3.Z3_OP_UNINTERPRETED:
            if not args and name in self.vars:
                return self.vars[name]
            call = self.calls.get(name)
            if call is not None:
                return mk_call(call.data[0], call.data[1], tuple(args), call.type)
        if kind == z3.Z3_OP_DT_CONSTRUCTOR and name in self.ctors:
            ctor, type = self.ctors[name]
            return mk_con(ctor, tuple(args), type)
        if kind == z3.Z3_OP_DT_ACCESSOR and name in self.sels:
            ctor, index, _, field_type = self.sels[name]
            return mk_sel(ctor, index, args[0], field_type)
        if kind in (z3.Z3_OP_DT_IS, z3.Z3_OP_DT_RECOGNISER):
            return mk_is(self._tested(here), args[0])
        raise Unreadable(name)

    def _tested(self, here: Any) -> str:
        params = here.decl().params()
        name = params[0].name() if params else here.decl().name().removeprefix("is-")
        if name not in self.ctors:
            raise Unreadable(name)
        return self.ctors[name][0]


Make = Callable[[list[Term]], Term]


def _string(text: str) -> str:
    import re

    return re.sub(r"\\u\{([0-9a-fA-F]+)\}", lambda m: chr(int(m.group(1), 16)), text)


def _number(args: list[Term], name: str) -> Term:
    """A sum or product of two or more."""
    if args[0].type is INT and all(a.type is INT for a in args):
        prefix, type = "int", INT
    elif all(a.type is REAL for a in args):
        prefix, type = "real", REAL
    else:
        raise Unreadable("mixed arithmetic")
    found = args[0]
    for arg in args[1:]:
        found = mk_prim(f"{prefix}.{name}", (found, arg), type)
    return found


def _sum(args: list[Term]) -> Term:
    """Negative summands become differences."""
    plus = [a for a in args if not _negative(a)]
    minus = [_opposite(a) for a in args if _negative(a)]
    if not plus:
        return _negated([_number(minus, "add")])
    found = _number(plus, "add")
    for part in minus:
        found = _number([found, part], "sub")
    return found


def _negative(term: Term) -> bool:
    if term.op is Op.LIT:
        return bool(term.data < 0)
    if term.op is Op.PRIM and term.data.endswith(".neg"):
        return True
    return term.op is Op.PRIM and term.data.endswith(".mul") and term.args[0].op is Op.LIT and term.args[0].data < 0


def _opposite(term: Term) -> Term:
    if term.op is Op.LIT:
        return mk_int(-term.data) if term.type is INT else mk_real(-term.data)
    if term.data.endswith(".neg"):
        return term.args[0]
    factor, rest = _opposite(term.args[0]), term.args[1:]
    return rest[0] if factor.data == 1 else mk_prim(term.data, (factor, *rest), term.type)


def _negated(args: list[Term]) -> Term:
    if _negative(args[0]):
        return _opposite(args[0])
    return mk_prim("int.neg" if args[0].type is INT else "real.neg", (args[0],), args[0].type)


def _product(args: list[Term]) -> Term:
    if len(args) == 2 and args[0].op is Op.LIT and args[0].data == -1:
        return _negated([args[1]])
    return _number(args, "mul")


def _ordered(left: Term, right: Term, strict: bool) -> Term:
    """``left < right`` or ``left <= right``, with each summand on the side where it is added, and one number at most."""
    prefix = {INT: "int", REAL: "real", STRING: "str"}.get(left.type)
    if prefix is None:
        raise Unreadable("an order of these")
    if prefix != "str":
        (more, less), (more_right, less_right) = _split(left), _split(right)
        sides = [[*more, *less_right], [*more_right, *less]]
        number = sum(t.data for t in sides[1] if t.op is Op.LIT) - sum(t.data for t in sides[0] if t.op is Op.LIT)
        kept = [[t for t in side if t.op is not Op.LIT] for side in sides]
        if prefix == "int" and strict and (number or not all(kept)):
            number, strict = number - 1, False
        if number:
            side = 1 if number > 0 or not kept[1] else 0
            kept[side].append(_literal(number if side else -number, left.type))
        left, right = (_joined(k, left.type) for k in kept)
    return mk_prim(f"{prefix}.{'lt' if strict else 'le'}", (left, right), BOOL)


def _literal(number: Any, type: Type) -> Term:
    return mk_int(int(number)) if type is INT else mk_real(Fraction(number))


def _split(term: Term) -> tuple[list[Term], list[Term]]:
    """Summands, and those that are subtracted."""
    plus: list[Term] = []
    minus: list[Term] = []
    stack = [(term, True)]
    while stack:
        here, added = stack.pop()
        if here.op is Op.PRIM and here.data in ("int.sub", "real.sub", "int.add", "real.add"):
            stack += [(here.args[1], added == here.data.endswith("add")), (here.args[0], added)]
        elif here.op is not Op.LIT and _negative(here):
            stack.append((_opposite(here), not added))
        elif here.op is Op.LIT and not added:
            plus.append(_literal(-here.data, here.type))
        else:
            (plus if added else minus).append(here)
    return plus, minus


def _joined(parts: Iterable[Term], type: Type) -> Term:
    kept = list(parts)
    return (_number(kept, "add") if len(kept) > 1 else kept[0]) if kept else _literal(0, type)


def _denied(args: list[Term]) -> Term:
    """``not (a <= b)`` is ``b < a``, which on Int is ``b + 1 <= a`` where that is a number."""
    inner = args[0]
    if inner.op is Op.PRIM and inner.data in ("int.le", "int.lt", "real.le", "real.lt"):
        left, right = inner.args
        if inner.data == "int.le" and left.op is Op.LIT:
            return mk_prim("int.le", (right, mk_int(left.data - 1)), BOOL)
        if inner.data == "int.le" and right.op is Op.LIT:
            return mk_prim("int.le", (mk_int(right.data + 1), left), BOOL)
        return mk_prim(inner.data[:-2] + ("lt" if inner.data.endswith("le") else "le"), (right, left), BOOL)
    if inner.op is Op.AND:
        return mk_or(_denied([a]) for a in inner.args)
    if inner.op is Op.OR:
        return mk_and(_denied([a]) for a in inner.args)
    return mk_not(inner)


def _divided(args: list[Term], name: str) -> Term:
    """Z3 divides as the language does where the divisor is a positive number."""
    divisor = args[1]
    if args[0].type is not INT or divisor.op is not Op.LIT or divisor.data <= 0:
        raise Unreadable("a division by what is not a positive number")
    return mk_prim(f"int.{name}", (args[0], args[1]), INT)


def _real_divided(args: list[Term]) -> Term:
    if args[1].op is not Op.LIT or args[1].data == 0:
        raise Unreadable("a division by what is not a number")
    return mk_prim("real.div", (args[0], args[1]), REAL)


def _same(args: list[Term]) -> Term:
    if len(args) != 2 or args[0].type is not args[1].type:
        raise Unreadable("an equation")
    return mk_eq(*args)


def _different(args: list[Term]) -> Term:
    return mk_and(mk_not(mk_eq(a, b)) for i, a in enumerate(args) for b in args[i + 1 :])


def _prim(name: str, type: Type) -> Make:
    return lambda args: mk_prim(name, tuple(args), type)


def _flipped(name: str, type: Type) -> Make:
    return lambda args: mk_prim(name, (args[1], args[0]), type)


_TABLE: dict[int, Make] = {}


def _table(z3: Any) -> dict[int, Make]:
    if not _TABLE:
        _TABLE.update(
            {
                z3.Z3_OP_TRUE: lambda _: TRUE,
                z3.Z3_OP_FALSE: lambda _: FALSE,
                z3.Z3_OP_AND: mk_and,
                z3.Z3_OP_OR: mk_or,
                z3.Z3_OP_NOT: _denied,
                z3.Z3_OP_IMPLIES: lambda a: mk_implies(*a),
                z3.Z3_OP_ITE: lambda a: _choice(*a),
                z3.Z3_OP_EQ: _same,
                z3.Z3_OP_IFF: _same,
                z3.Z3_OP_DISTINCT: _different,
                z3.Z3_OP_ADD: _sum,
                z3.Z3_OP_SUB: lambda a: _number(a, "sub"),
                z3.Z3_OP_MUL: _product,
                z3.Z3_OP_UMINUS: _negated,
                z3.Z3_OP_IDIV: lambda a: _divided(a, "div"),
                z3.Z3_OP_MOD: lambda a: _divided(a, "mod"),
                z3.Z3_OP_DIV: _real_divided,
                z3.Z3_OP_LE: lambda a: _ordered(a[0], a[1], False),
                z3.Z3_OP_LT: lambda a: _ordered(a[0], a[1], True),
                z3.Z3_OP_GE: lambda a: _ordered(a[1], a[0], False),
                z3.Z3_OP_GT: lambda a: _ordered(a[1], a[0], True),
                z3.Z3_OP_TO_REAL: _prim("real.of_int", REAL),
                z3.Z3_OP_TO_INT: _prim("real.floor", INT),
                z3.Z3_OP_SEQ_LENGTH: _prim("str.len", INT),
                z3.Z3_OP_SEQ_CONTAINS: _prim("str.contains", BOOL),
                z3.Z3_OP_SEQ_PREFIX: _flipped("str.starts_with", BOOL),
                z3.Z3_OP_SEQ_SUFFIX: _flipped("str.ends_with", BOOL),
            }
        )
    return _TABLE


def _choice(cond: Term, then: Term, other: Term) -> Term:
    if then.type is BOOL:
        return mk_and((mk_implies(cond, then), mk_or((cond, other))))
    return mk_if(cond, then, other)


__all__ = ["Unreadable", "follows", "tidied", "without"]
