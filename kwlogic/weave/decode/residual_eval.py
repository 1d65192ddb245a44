"""Evaluation of clauses on outputs that are known in part: what is known is folded, what is not stays a term over scalars.

Recursive functions are unfolded along the structure that is known or looked into, both branches of what is undecided are
followed and merged. The result of a clause is a ``Reading``: a term over scalar unknowns, with what was left out. Where
evaluation met its limits it says where, so that both what surely holds and what may hold can be told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, Protocol

from kwlogic.core.eval import EvalStop, Evaluator, Violation
from kwlogic.core.eval_data import trampoline
from kwlogic.core.program import Fn, Program
from kwlogic.core.terms import FALSE, Op, Term, mk_and, mk_implies, mk_not, mk_or, mk_prim, mk_var
from kwlogic.core.types import Type, mk_type
from kwlogic.core.value import Con
from kwlogic.core.walk import subst_types
from kwlogic.weave.decode.residual_reading import Reading
from kwlogic.weave.decode.residual_scalars import SCALARS, mk_truth
from kwlogic.weave.decode.residual_scalars import scalar as _scalar
from kwlogic.weave.decode.residual_values import (
    ANYWHERE,
    HIDDEN,
    UNDEFINED,
    Closure,
    Delay,
    Node,
    Unsupported,
    Where,
    known,
    lower,
    mk_value,
)

Steps = Generator[Any, Any, Any]
Env = Mapping[str, Any]
PENDING = object()
MOST_STEPS = 60_000
MOST_DEEP = 600  # undecided conditions around a place
EVALUATED = 200_000  # steps of the reference evaluator for one known call


class Opener(Protocol):
    """Gives the unknowns their shape when they are looked at."""

    def open(self, part: Delay) -> Any: ...


class Symbolic:
    """Evaluates over one program; ``opener`` gives unknowns their shape."""

    def __init__(self, program: Program, evaluator: Evaluator, opener: Opener, most_steps: int = MOST_STEPS) -> None:
        self.program = program
        self.evaluator = evaluator
        self.opener = opener
        self.most_steps = most_steps
        self.left = most_steps
        self.undefined: list[Term] = []
        self.cut: list[Term] = []
        self.loose: list[Term] = []
        self.facts: list[Term] = []
        self._fresh: dict[object, tuple[Term, object]] = {}
        self._prims: dict[object, Term] = {}
        self._stand_ins = 0

    # ------------------------------------------------------------ clauses

    def read(self, pred: Term, env: Env) -> list[Reading]:
        """What a clause over ``env`` comes to, one reading for each part of a conjunction. Raises ``Unsupported``."""
        self.left = self.most_steps
        found: list[Reading] = []
        where: Where | None = ANYWHERE
        waiting = [pred]
        while waiting and where is not None:
            term = waiting.pop()
            if term.op is Op.AT:
                waiting.append(term.args[0])
            elif term.op is Op.AND:
                waiting.extend(reversed(term.args))
            else:
                found.append(self.reading(self.ev(term, env, where)))
                where = where.assume(found[-1].value)
        return found

    def reading(self, steps: Steps) -> Reading:
        """What a truth value comes to."""
        self.undefined, self.cut, self.loose, self.facts = [], [], [], []
        value = self._run(steps)
        term = FALSE if value is UNDEFINED else mk_truth(value)
        return Reading(term, mk_or(self.undefined), mk_or(self.cut), mk_or(self.loose), tuple(self.facts))

    def _run(self, steps: Steps) -> Any:
        try:
            return trampoline(steps)
        except EvalStop as stop:
            raise Unsupported(str(stop)) from None
        except (MemoryError, OverflowError, RecursionError):
            raise Unsupported("it is too large to follow") from None

    def charge(self, cost: int = 1) -> None:
        self.left -= cost
        if self.left < 0:
            raise Unsupported("it takes too many steps to follow")

    # ------------------------------------------------------------ looking

    def opened(self, value: Any) -> Any:
        """The value as far as one sees, or ``HIDDEN``."""
        return self.opener.open(value) if isinstance(value, Delay) else value

    def force(self, value: Any, where: Where) -> Any:
        """The value as far as one sees; never a ``Delay`` or ``HIDDEN``."""
        if isinstance(value, Delay):
            value = self.opener.open(value)
        if value is HIDDEN:
            self.cut.append(where.term())
            return UNDEFINED
        return value

    def seen(self, value: Any, type: Type, where: Where) -> Any:
        """The value; scalars are always looked at, and where one is hidden another unknown stands in for it."""
        if type not in SCALARS:
            return value
        if value is HIDDEN:
            self.loose.append(where.term())
            self._stand_ins += 1
            return mk_var(f"?{self._stand_ins}", type)
        return self.force(value, where)

    def partial(self, where: Where, unless: Any = False) -> Any:
        """Take note that something is undefined here, unless a condition holds."""
        if unless is not True:
            self.undefined.append(mk_and((where.term(), mk_not(mk_truth(unless)))))
        return UNDEFINED

    def settle(self, cond: Any, where: Where) -> Any:
        """A condition, decided where that is plain."""
        if isinstance(cond, Term):
            found = where.decide(cond)
            return cond if found is None else found
        return cond

    # ------------------------------------------------------------ terms

    def quick(self, term: Term, env: Env, where: Where, nested: int = 4) -> Any:
        """The value of a small term, which takes no steps of its own; else ``PENDING``."""
        match term.op:
            case Op.VAR:
                value = env[term.data]
                return value if known(value) else self.seen(value, term.type, where)
            case Op.LIT:
                return term.data
            case Op.AT if nested:
                return self.quick(term.args[0], env, where, nested - 1)
            case Op.SEL | Op.IS if nested:
                value = self.quick(term.args[0], env, where, nested - 1)
                if value is PENDING:
                    return value
                return self.sel(term, value, where) if term.op is Op.SEL else self.is_(term, value, where)
        return PENDING

    def ev(self, term: Term, env: Env, where: Where) -> Steps:
        while True:
            self.charge()
            value = self.quick(term, env, where)
            if value is not PENDING:
                return value
            match term.op:
                case Op.AT:
                    term = term.args[0]
                case Op.ASSERT | Op.LEMMA:
                    term = term.args[-1]
                case Op.LET:
                    value = yield self.ev(term.args[0], env, where)
                    env, term = {**env, term.data: value}, term.args[1]
                case Op.IF:
                    cond = self.quick(term.args[0], env, where)
                    if cond is PENDING:
                        cond = yield self.ev(term.args[0], env, where)
                    cond = self.settle(cond, where)
                    if cond is UNDEFINED:
                        return cond
                    if not isinstance(cond, Term):
                        term = term.args[1 if cond else 2]
                        continue
                    return self.branch(cond, term, env, where)
                case Op.LAMBDA:
                    return Closure(tuple(n for n, _ in term.data), term.args[0], env)
                case Op.FORALL | Op.EXISTS:
                    raise Unsupported("an unbounded quantifier cannot be run")
                case _:
                    return _OPS[term.op](self, term, env, where)

    def all_of(self, terms: tuple[Term, ...], env: Env, where: Where) -> Steps:
        """The values of some terms."""
        found = []
        for term in terms:
            value = self.quick(term, env, where)
            found.append((yield self.ev(term, env, where)) if value is PENDING else value)
        return found

    def branch(self, cond: Term, term: Term, env: Env, where: Where) -> Steps:
        yes, no = where.assume(cond), where.assume(cond, False)
        if yes is None or no is None:
            return self.ev(term.args[1 if no is None else 2], env, where)
        if where.depth > MOST_DEEP:
            self.cut.append(where.term())
            return UNDEFINED
        then = yield self.ev(term.args[1], env, yes)
        other = yield self.ev(term.args[2], env, no)
        return self.merge(cond, then, other, where)

    def call(self, term: Term, env: Env, where: Where) -> Steps:
        args = yield from self.all_of(term.args, env, where)
        name, targs = term.data
        return self.apply_fn(name, targs, tuple(args), env, where)

    def apply_fn(self, name: str, targs: tuple[Type, ...], args: tuple[Any, ...], env: Env, where: Where) -> Steps:
        if any(a is UNDEFINED for a in args):
            return UNDEFINED
        fn = self.program.fns.get(name)
        if fn is None:
            raise Unsupported(f"`{name.rsplit('.', 1)[-1]}` is no function that can be unfolded")
        if all(map(known, args)):
            return self.evaluated(name, args, where)
        if any(a is HIDDEN for a in args):
            return (yield from self.stand_in(fn, targs, args, where))
        if name == "std.list.len" and (size := self.size(args[0])) is not None:
            return size
        if name == "std.list.nth" and known(args[1]) and (size := self.size(args[0])) is not None:
            return self.nth(args[0], args[1], size, where)
        caller = env.get("")
        if caller is not None and caller[0] == name and all(a is b for a, b in zip(caller[1], args)):
            return self.partial(where)  # it calls itself with the same arguments, which its precondition excludes
        inner: dict[str, Any] = {p.name: a for p, a in zip(fn.params, args)}
        inner[""] = (name, args)
        if fn.requires and (caller is None or caller[0] not in fn.group):
            for clause in fn.requires:
                holds = self.settle((yield self.ev(clause.pred, inner, where)), where)
                if holds is False or holds is UNDEFINED:
                    return self.partial(where)
                if isinstance(holds, Term):
                    self.partial(where, holds)
                    narrowed = where.assume(holds)
                    if narrowed is None:
                        return UNDEFINED
                    where = narrowed
        return self.ev(body_of(fn, targs), inner, where)

    def size(self, value: Any) -> Any:
        """The length of a list whose end is known, or has a name."""
        count = 0
        while True:
            if isinstance(value, Delay):
                value = self.opener.open(value)
            if isinstance(value, Node) and value.size is not None:
                return _scalar("int.add", count, value.size)
            if isinstance(value, Node) and len(value.alts) == 1 and value.alts[0][0] == "Cons":
                value = value.alts[0][2][1]
            elif isinstance(value, Con):
                if not value.fields:
                    return count
                value = value.fields[1]
            else:
                return None
            count += 1

    def nth(self, value: Any, index: int, size: Any, where: Where) -> Any:
        """An element of a list of that size."""
        inside = _scalar("int.lt", index, size) if index >= 0 else False
        inside = self.settle(inside, where)
        if inside is not True:
            self.partial(where, inside)
        if inside is False:
            return UNDEFINED
        for _ in range(index + 1):
            if isinstance(value, Delay):
                value = self.opener.open(value)
            if value is HIDDEN:
                return HIDDEN
            fields = value.fields if isinstance(value, Con) else next((f for n, _, f in value.alts if n == "Cons"), ())
            if not fields:
                return UNDEFINED
            item, value = fields
        return item

    def evaluated(self, name: str, args: tuple[Any, ...], where: Where) -> Any:
        try:
            return self.evaluator.call(name, args)
        except Violation:
            return self.partial(where)
        finally:
            self.charge(self.evaluator.steps >> 6)

    def stand_in(self, fn: Fn, targs: tuple[Type, ...], args: tuple[Any, ...], where: Where) -> Steps:
        """A value in place of a call on what is not looked into; what the function ensures is known of it."""
        env = dict(zip(fn.tparams, targs))
        from kwlogic.core.types import subst_type

        type = subst_type(fn.result, env)
        if type not in SCALARS:
            return HIDDEN
        key = (fn.name, targs, tuple(map(id, args)))
        if key not in self._fresh:
            self._stand_ins += 1
            self._fresh[key] = mk_var(f"?{self._stand_ins}", type), args
        value = self._fresh[key][0]
        self.loose.append(where.term())
        inner = {**{p.name: a for p, a in zip(fn.params, args)}, "result": value}
        for clause in fn.ensures:
            before = len(self.cut), len(self.undefined)
            fact = yield self.ev(clause.pred, inner, where)
            if (len(self.cut), len(self.undefined)) == before and isinstance(fact, Term):
                self.facts.append(mk_implies(where.term(), fact))
            del self.cut[before[0] :], self.undefined[before[1] :]
        return value

    def apply(self, term: Term, env: Env, where: Where) -> Steps:
        fn = yield self.ev(term.args[0], env, where)
        args = yield from self.all_of(term.args[1:], env, where)
        return self.apply_value(fn, args, where)

    def apply_value(self, fn: Any, args: list[Any], where: Where) -> Steps:
        if fn is UNDEFINED:
            return UNDEFINED
        if not isinstance(fn, Closure):
            raise Unsupported("a function that is not known is called")
        return self.ev(fn.body, {**fn.env, **dict(zip(fn.params, args))}, where)
        yield

    # ------------------------------------------------------------ data

    def con(self, term: Term, env: Env, where: Where) -> Steps:
        args = yield from self.all_of(term.args, env, where)
        return UNDEFINED if any(a is UNDEFINED for a in args) else mk_value(term.data, tuple(args))

    def selected(self, term: Term, env: Env, where: Where) -> Steps:
        value = yield self.ev(term.args[0], env, where)
        return self.sel(term, value, where) if term.op is Op.SEL else self.is_(term, value, where)

    def sel(self, term: Term, value: Any, where: Where) -> Any:
        value = self.opened(value)
        if value is UNDEFINED or value is HIDDEN:
            return self.seen(value, term.type, where)
        ctor, index = term.data
        if isinstance(value, Con):
            return value.fields[index] if value.ctor == ctor else self.partial(where)
        for name, guard, fields in value.alts:
            if name == ctor:
                holds = self.settle(lower(guard), where)
                if holds is not True:
                    self.partial(where, holds)
                return UNDEFINED if holds is False else self.seen(fields[index], term.type, where)
        return self.partial(where)

    def is_(self, term: Term, value: Any, where: Where) -> Any:
        value = self.opened(value)
        if value is UNDEFINED or value is HIDDEN:
            return self.seen(value, term.type, where)
        if isinstance(value, Con):
            return value.ctor == term.data
        for name, guard, _ in value.alts:
            if name == term.data:
                return self.settle(lower(guard), where)
        return False

    # ------------------------------------------------------------ logic

    def junction(self, term: Term, env: Env, where: Where) -> Steps:
        """``and``, ``or``: each part is looked at where those before it leave it open."""
        stop = term.op is Op.OR
        parts: list[Term] = []
        for arg in term.args:
            value = self.settle((yield self.ev(arg, env, where)), where)
            if value is UNDEFINED:
                return stop if parts else value  # where what came before decides, it is ``stop``
            if value is stop:
                return value
            if isinstance(value, Term):
                parts.append(value)
                narrowed = where.assume(value, not stop)
                if narrowed is None:
                    return stop
                where = narrowed
        return lower(mk_or(parts) if stop else mk_and(parts))

    def implies(self, term: Term, env: Env, where: Where) -> Steps:
        cond = self.settle((yield self.ev(term.args[0], env, where)), where)
        if not isinstance(cond, Term):
            return self.ev(term.args[1], env, where) if cond is True else cond is False or cond
        inner = where.assume(cond)
        if inner is None:
            return True
        value = self.settle((yield self.ev(term.args[1], env, inner)), inner)
        return True if value is UNDEFINED else lower(mk_implies(cond, mk_truth(value)))

    def negate(self, term: Term, env: Env, where: Where) -> Steps:
        value = yield self.ev(term.args[0], env, where)
        return value if value is UNDEFINED else lower(mk_not(mk_truth(value)))

    def equals(self, term: Term, env: Env, where: Where) -> Steps:
        left = yield self.ev(term.args[0], env, where)
        right = yield self.ev(term.args[1], env, where)
        return self.equal(left, right, where)

    def equal(self, left: Any, right: Any, where: Where) -> Steps:
        """Whether two values are equal."""
        from kwlogic.weave.decode.residual_join import equal

        return equal(self, left, right, where)

    def merge(self, cond: Term, then: Any, other: Any, where: Where) -> Steps:
        """``then`` where the condition holds, else ``other``."""
        from kwlogic.weave.decode.residual_join import merge

        return merge(self, cond, then, other, where)

    def prim(self, term: Term, env: Env, where: Where) -> Steps:
        from kwlogic.weave.decode.residual_prims import apply_prim

        args = yield from self.all_of(term.args, env, where)
        return apply_prim(self, term, args, where)

    def concrete(self, term: Term, args: list[Any], where: Where) -> Any:
        """A primitive on known values."""
        key = (term.data, *(a.type for a in term.args))
        if key not in self._prims:
            self._prims[key] = mk_prim(term.data, tuple(mk_var(f"a{i}", a.type) for i, a in enumerate(term.args)), term.type)
        try:
            return self.evaluator.eval(self._prims[key], {f"a{i}": a for i, a in enumerate(args)})
        except Violation:
            return self.partial(where)


_BODIES: dict[tuple[Term, tuple[str, ...], tuple[Type, ...]], Term] = {}


def body_of(fn: Fn, targs: tuple[Type, ...]) -> Term:
    """The body of a fn at its types."""
    if not fn.tparams:
        return fn.body
    key = (fn.body, fn.tparams, targs)
    if key not in _BODIES:
        if len(_BODIES) > 2_000:
            _BODIES.clear()
        _BODIES[key] = subst_types(fn.body, dict(zip(fn.tparams, targs)))
    return _BODIES[key]


LIST = mk_type("List")
_OPS: dict[Op, Callable[[Symbolic, Term, Env, Where], Steps]] = {
    Op.CALL: Symbolic.call,
    Op.PRIM: Symbolic.prim,
    Op.CON: Symbolic.con,
    Op.SEL: Symbolic.selected,
    Op.IS: Symbolic.selected,
    Op.APPLY: Symbolic.apply,
    Op.AND: Symbolic.junction,
    Op.OR: Symbolic.junction,
    Op.NOT: Symbolic.negate,
    Op.IMPLIES: Symbolic.implies,
    Op.EQ: Symbolic.equals,
}
