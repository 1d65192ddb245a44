"""Symbolic evaluation of logic terms: inline, beta-reduce, fold constants, unfold calls whose case is decided.

``one round`` is a function of the term alone (so it can be memoised and is the same in every run); rounds are
repeated to a fixed point, at most ``ROUNDS`` times, which bounds the unfolding of literal recursion.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kwlogic.core.logic import canonical, free_height
from kwlogic.core.terms import (
    FALSE,
    TRUE,
    Op,
    Term,
    mk_and,
    mk_apply,
    mk_bool,
    mk_eq,
    mk_exists,
    mk_forall,
    mk_if,
    mk_implies,
    mk_int,
    mk_is,
    mk_not,
    mk_prim,
    mk_real,
    mk_sel,
    mk_var,
)
from kwlogic.core.types import BOOL, INT, REAL, STRING
from kwlogic.core.walk import BINDERS, fold, free_vars, rebuild, subst, subterms

if TYPE_CHECKING:
    from kwlogic.vc.theory import Theory

ROUNDS = 60
MOST_LEAVES = 16
MAX_LITERAL_BITS = 4096


class Simplifier:
    def __init__(self, theory: Theory) -> None:
        self.theory = theory
        self._round: dict[Term, Term] = {}
        self._final: dict[Term, Term] = {}

    def simplify(self, term: Term) -> Term:
        """The fixed point of ``round`` (or what the last round yields)."""
        found = self._final.get(term)
        if found is not None:
            return found
        here = term
        for _ in range(ROUNDS):
            after = self.round(here)
            if after is here:
                break
            here = after
        self._final[term] = here
        return here

    def round(self, term: Term) -> Term:
        return fold((term,), self._step, self._round)[term]

    def _step(self, term: Term, args: tuple[Term, ...]) -> Term:
        here = rebuild(term, args) if args else term
        rule = _RULES.get(here.op)
        return here if rule is None else rule(self, here)

    def _call(self, here: Term) -> Term:
        inlined = self.theory.inline(here)
        if inlined is not None:
            return inlined
        lifted = self._lift_if(here)
        if lifted is not None:
            return lifted
        return self._unfold_decided(here) if any(_is_value_like(a) for a in here.args) else here

    def _lift_if(self, here: Term) -> Term | None:
        """``f(if c then C(x) else y)`` to ``if c then f(C(x)) else f(y)`` for a recursive function that can be unfolded."""
        for i, arg in enumerate(here.args):
            if arg.op is Op.IF and _has_con_branch(arg) and _leaves(arg) <= MOST_LEAVES and i in self._tested(here):
                then, other = (rebuild(here, (*here.args[:i], branch, *here.args[i + 1 :])) for branch in arg.args[1:])
                return mk_if(arg.args[0], then, other)
        return None

    def _tested(self, here: Term) -> frozenset[int]:
        """Positions of the parameters whose constructor the definition asks for."""
        definition = self.theory.definition(here)
        return frozenset() if definition is None else definition.tested

    def _unfold_decided(self, here: Term) -> Term:
        """Unfold when the first case distinction of the body is settled by the arguments and no guard is open."""
        definition = self.theory.definition(here)
        if definition is None or definition.guard is not TRUE:
            return here
        env = dict(zip(definition.params, here.args, strict=True))
        body, decided = definition.body, False
        while body.op is Op.IF:
            cond = subst(body.args[0], env)
            cond = cond if cond is TRUE or cond is FALSE else self._cheap(cond)
            if cond is not TRUE and cond is not FALSE:
                break
            decided = True
            body = body.args[1] if cond is TRUE else body.args[2]
        if not decided:
            return here
        unfolded = subst(body, env)
        return unfolded if not free_vars(here) or self._shrinks(here, unfolded) else here

    def _shrinks(self, call: Term, unfolded: Term) -> bool:
        """Every call that an unfolding brings back holds fewer constructors: so unfolding comes to an end."""
        group = self.theory.program.fns[call.data[0]].group
        before = sum(constructor_count(a) for a in call.args)
        inner = (t for t in subterms(unfolded) if t.op is Op.CALL and t.data[0] in group and t not in call.args)
        return all(sum(constructor_count(a) for a in t.args) < before for t in inner)

    def _cheap(self, cond: Term) -> Term:
        """Fold literals in a condition without unfolding anything."""
        return fold((cond,), lambda t, args: _fold_step(rebuild(t, args) if args else t))[cond]

    def _prim(self, here: Term) -> Term:
        return bounded_quantifier(here) if here.data in _BOUNDED else fold_prim(here)

    def _apply(self, here: Term) -> Term:
        fn, *args = here.args
        if fn.op is not Op.LAMBDA:
            return here
        return subst(fn.args[0], {mk_var(n, t): a for (n, t), a in zip(fn.data, args, strict=True)})

    def _sel(self, here: Term) -> Term:
        (value,) = here.args
        if value.op is Op.IF and _has_con_branch(value):
            ctor, index = here.data
            return mk_if(value.args[0], mk_sel(ctor, index, value.args[1], here.type), mk_sel(ctor, index, value.args[2], here.type))
        return here

    def _is(self, here: Term) -> Term:
        (value,) = here.args
        if value.op is Op.IF and _has_con_branch(value):
            return mk_if(value.args[0], mk_is(here.data, value.args[1]), mk_is(here.data, value.args[2]))
        if value.type.head == "Tuple" or self._single(here.data):
            return TRUE
        return here

    def _single(self, ctor: str) -> bool:
        known = self.theory.program.ctors.get(ctor)
        return known is not None and len(self.theory.program.datas[known.data].ctors) == 1

    def _if(self, here: Term) -> Term:
        cond, then, other = here.args
        if cond.op is Op.NOT:
            return mk_if(cond.args[0], other, then)
        if here.type is BOOL:
            if then is TRUE and other is FALSE:
                return cond
            if then is FALSE and other is TRUE:
                return mk_not(cond)
            if other is FALSE:
                return mk_and((cond, then))
        return here

    def _eq(self, here: Term) -> Term:
        return simplify_eq(here)

    def _binder(self, here: Term) -> Term:
        return canonical(here)


_BOUNDED = frozenset(("set.all", "set.any", "int.all", "int.any"))


def bounded_quantifier(here: Term) -> Term:
    """A quantifier over the members of a set or of a range, as an unbounded one with its bound as condition."""
    fn, *domain = here.args
    type = fn.type.args[0]
    var = mk_var(f"%{free_height(*here.args)}.0", type)
    if here.data.startswith("set."):
        within = mk_prim("set.member", (var, domain[0]), BOOL)
    else:
        within = mk_and((mk_prim("int.le", (domain[0], var), BOOL), mk_prim("int.lt", (var, domain[1]), BOOL)))
    held = mk_apply(fn, (var,))
    binders = ((str(var.data), type),)
    return mk_forall(binders, mk_implies(within, held)) if here.data.endswith(".all") else mk_exists(binders, mk_and((within, held)))


_COUNTS: dict[Term, int] = {}


def constructor_count(term: Term) -> int:
    """How many constructors a term is built with, written out as a tree."""

    def step(here: Term, parts: tuple[int, ...]) -> int:
        return sum(parts) + (here.op is Op.CON and bool(here.args))

    return fold((term,), step, _COUNTS)[term]


def _has_con_branch(value: Term) -> bool:
    while value.op is Op.IF:
        if value.args[1].op in (Op.CON, Op.IF):
            return True
        value = value.args[2]
    return value.op is Op.CON


def _leaves(value: Term) -> int:
    """Leaves of a tree of conditionals, up to just over ``MOST_LEAVES``."""
    count, stack = 0, [value]
    while stack and count <= MOST_LEAVES:
        here = stack.pop()
        if here.op is Op.IF:
            stack.extend(here.args[1:])
        else:
            count += 1
    return count


def _is_value_like(term: Term) -> bool:
    return term.op is Op.CON or term.op is Op.LIT


def simplify_eq(here: Term) -> Term:
    left, right = here.args
    if left.op is Op.CON and right.op is Op.CON:
        if left.data != right.data:
            return FALSE
        return mk_and(mk_eq(a, b) for a, b in zip(left.args, right.args, strict=True))
    for con, value in ((left, right), (right, left)):
        if con.op is Op.CON and not con.args and con.data != "Tuple":
            return mk_is(con.data, value)
        if con is TRUE:
            return value
        if con is FALSE:
            return mk_not(value)
    return here


def _fold_step(here: Term) -> Term:
    if here.op is Op.PRIM:
        return fold_prim(here)
    return simplify_eq(here) if here.op is Op.EQ else here


_INT: dict[str, Callable[..., Any]] = {
    "int.add": lambda a, b: a + b,
    "int.sub": lambda a, b: a - b,
    "int.mul": lambda a, b: a * b,
    "int.neg": lambda a: -a,
    "int.div": lambda a, b: a // b if b else None,
    "int.mod": lambda a, b: a % b if b else None,
    "real.add": lambda a, b: a + b,
    "real.sub": lambda a, b: a - b,
    "real.mul": lambda a, b: a * b,
    "real.neg": lambda a: -a,
    "real.div": lambda a, b: a / b if b else None,
    "real.of_int": lambda a: Fraction(a),
    "real.floor": lambda a: a.numerator // a.denominator,
    "int.lt": lambda a, b: a < b,
    "int.le": lambda a, b: a <= b,
    "real.lt": lambda a, b: a < b,
    "real.le": lambda a, b: a <= b,
}


def fold_prim(here: Term) -> Term:
    """Numeric primitives on literals, and neutral elements; division by zero is left alone."""
    args = here.args
    if args and all(a.op is Op.LIT for a in args):
        rule = _INT.get(here.data)
        value = None if rule is None else rule(*(a.data for a in args))
        if value is None or (isinstance(value, int) and value.bit_length() > MAX_LITERAL_BITS):
            return here
        if here.type is BOOL:
            return mk_bool(value)
        return mk_real(value) if isinstance(value, Fraction) else mk_int(value)
    if here.data == "int.add":
        return _add_literals(here)
    if here.data == "any.le" and args[0].type in _ORDERED:
        return fold_prim(mk_prim(_ORDERED[args[0].type], args, BOOL))
    if here.data in ("int.le", "int.lt") and args[0] is args[1]:
        return mk_bool(here.data == "int.le")
    return here


_ORDERED = {INT: "int.le", REAL: "real.le", STRING: "str.le"}


def _add_literals(here: Term) -> Term:
    """``(x + 1) + 2`` and ``1 + (x + 2)`` to one literal on the right; ``x + 0`` to ``x``."""
    left, right = here.args
    if left.op is Op.LIT:
        left, right = right, left
    if right.op is not Op.LIT:
        return here
    if right.data == 0:
        return left
    if left.op is Op.PRIM and left.data == "int.add" and left.args[1].op is Op.LIT:
        left, right = left.args[0], mk_int(left.args[1].data + right.data)
        if right.data == 0:
            return left
    return rebuild(here, (left, right))


_RULES: dict[Op, Callable[[Simplifier, Term], Term]] = {
    Op.CALL: Simplifier._call,
    Op.PRIM: Simplifier._prim,
    Op.APPLY: Simplifier._apply,
    Op.SEL: Simplifier._sel,
    Op.IS: Simplifier._is,
    Op.IF: Simplifier._if,
    Op.EQ: Simplifier._eq,
    **{op: Simplifier._binder for op in BINDERS if op is not Op.LET},
}
