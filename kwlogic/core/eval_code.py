"""One Python function in the making: core terms become flat Python statements, one temporary for each distinct subterm.

Emission is itself written in generators run by the trampoline, so a deep term does not recurse; and since the
statements of one function nest at most ``_NESTING`` deep, Python's own compiler does not recurse either: deeper
parts become functions of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from kwlogic.core.eval_static import finite_domain, strip_at
from kwlogic.core.prim_eval import CALLS, COST, DEFINED, GROWTH, QUANTIFIERS, TEMPLATES
from kwlogic.core.program import Fn
from kwlogic.core.terms import Op, Term, mk_lambda
from kwlogic.core.walk import free_vars
from kwlogic.source.data import Span
from kwlogic.source.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kwlogic.core.eval_compile import Compiler

T = TypeVar("T")
Steps = Generator[Any, Any, T]
_NESTING = 8
_ATOMIC = frozenset(("Int", "Real", "Bool", "String"))
OWN = "own "  # prefix of the environment's names for the parameters of the fn being compiled


@dataclass(slots=True)
class Callee:
    """A compiled function. ``gen``: calling it makes a generator; ``level``: how deep plain calls nest in it."""

    py: str
    gen: bool = False
    level: int = 0
    done: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """A place that can fail: ``args`` and ``scope`` are Python names, looked up when it does."""

    span: Span | None
    name: str
    args: tuple[str, ...]
    scope: dict[str, str]
    arg_spans: tuple[Span | None, ...] = ()


class Unit:
    """State of the emission of one function."""

    def __init__(self, owner: Compiler, env: dict[str, str], here: Fn | None, depth: int) -> None:
        self.owner = owner
        self.env = env
        self.here = here
        self.depth = self.base = depth
        self.lines: list[str] = []
        self.memo: dict[Term, str] = {}
        self.log: list[Term] = []
        self.emitted: set[Term] = set()
        self.facts: frozenset[tuple[str, Term]] = frozenset()
        self.count = 0
        self.gen = False
        self.yields = False
        self.level = 0

    # ------------------------------------------------------------ statements

    def line(self, text: str) -> None:
        self.lines.append(" " * self.depth + text)

    def fresh(self) -> str:
        self.count += 1
        return f"t{self.count}"

    def bind(self, expression: str) -> str:
        name = self.fresh()
        self.line(f"{name} = {expression}")
        return name

    @contextmanager
    def branch(self, head: str) -> Iterator[None]:
        """Statements under a condition; what they compute is not known after them."""
        self.line(head)
        self.depth += 1
        mark, facts = len(self.log), self.facts
        yield
        self.forget(mark)
        self.facts = facts
        self.depth -= 1

    def forget(self, mark: int) -> None:
        for term in self.log[mark:]:
            self.memo.pop(term, None)
        del self.log[mark:]

    def enter(self, name: str, atom: str) -> tuple[Any, ...]:
        """Bind a variable of the language; ``leave`` with what is returned."""
        saved = (name, self.env.get(name), self.memo, self.log, self.facts, len(self.log))
        if name in self.env:
            self.memo, self.log, self.facts = {}, [], frozenset()
        self.env = {**self.env, name: atom}
        return saved

    def leave(self, saved: tuple[Any, ...]) -> None:
        name, before, memo, log, facts, mark = saved
        env = dict(self.env)
        if before is None:
            del env[name]
        else:
            env[name] = before
        self.env, self.memo, self.log, self.facts = env, memo, log, facts
        self.forget(mark)

    def site(self, span: Span | None, name: str, args: tuple[str, ...] = (), arg_spans: tuple[Span | None, ...] = ()) -> str:
        return self.owner.place(Site(span, name, args, self.env, arg_spans))

    def invoke(self, callee: Callee, args: list[str]) -> str:
        """The expression that calls and waits for the value."""
        call = f"{callee.py}({', '.join(args)})"
        if callee.gen:
            self.gen = self.yields = True
            return f"yield {call}"
        self.level = max(self.level, callee.level + 1)
        return call

    # ------------------------------------------------------------ values

    def value(self, term: Term, span: Span | None) -> Steps[str]:
        """Emit what computes the term; the name of its value."""
        found = self.memo.get(term) or self.owner.constant(term)
        if found is None:
            emitted: str = yield self.outlined(term, span) if self.apart(term) else _VALUE[term.op](self, term, span)
            self.memo[term] = found = emitted
            self.log.append(term)
        return found

    def apart(self, term: Term) -> bool:
        """To be a function of its own: nested too deep, or large and needed on several branches."""
        again = term in self.emitted
        self.emitted.add(term)
        return (term.op in _NESTS and self.depth - self.base >= _NESTING) or (again and term.op is not Op.AT and self.owner.is_large(term))

    def values(self, terms: tuple[Term, ...], span: Span | None) -> Steps[list[str]]:
        found = []
        for term in terms:
            found.append((yield self.value(term, span)))
        return found

    def captured(self, term: Term) -> list[str]:
        names = sorted({v.data for v in free_vars(term)} & self.env.keys())
        return names + [n for n in self.env if n.startswith(OWN)]

    def outlined(self, term: Term, span: Span | None) -> Steps[str]:
        names = self.captured(term)
        callee = yield self.owner.outline(term, span, names, self.here)
        return self.bind(self.invoke(callee, [self.env[n] for n in names]))

    def _var(self, term: Term, span: Span | None) -> Steps[str]:
        yield from ()
        if term.data not in self.env:
            raise ValueError(f"no value for the variable `{term.data}`")
        return self.env[term.data]

    def _at(self, term: Term, span: Span | None) -> Steps[str]:
        found: str = yield self.value(term.args[0], term.data)
        return found

    def _con(self, term: Term, span: Span | None) -> Steps[str]:
        args = yield self.values(term.args, span)
        if term.data in self.owner.guarded:
            invariant = yield self.owner.invariant(term.data)
            site = self.site(span, term.data, tuple(args), tuple(a.data if a.op is Op.AT else None for a in term.args))
            broken = self.bind(self.invoke(invariant, args))
            self.line(f"if {broken} is not None: fail_invariant({site}, {broken}, ({', '.join(args)},))")
        return self.bind(f"Con({term.data!r}, ({', '.join(args)},))")

    def _sel(self, term: Term, span: Span | None) -> Steps[str]:
        ctor, index = term.data
        value = yield self.value(term.args[0], span)
        known = (ctor, strip_at(term.args[0]))
        if known not in self.facts and not self.owner.only(ctor):
            self.line(f"if {value}.ctor != {ctor!r}: fail_partial({self.site(span, ctor, (value,))}, locals())")
            self.facts |= {known}
        return self.bind(f"{value}.fields[{index}]")

    def _is(self, term: Term, span: Span | None) -> Steps[str]:
        value = yield self.value(term.args[0], span)
        return self.bind(f"{value}.ctor == {term.data!r}")

    def _eq(self, term: Term, span: Span | None) -> Steps[str]:
        left, right = yield self.values(term.args, span)
        atomic = term.args[0].type.head in _ATOMIC and not term.args[0].type.is_var
        return self.bind(f"{left} == {right}" if atomic else f"equal({left}, {right})")

    def _not(self, term: Term, span: Span | None) -> Steps[str]:
        return self.bind(f"not {(yield self.value(term.args[0], span))}")

    def _if(self, term: Term, span: Span | None) -> Steps[str]:
        cond = yield self.value(term.args[0], span)
        result = self.fresh()
        with self.branch(f"if {cond}:"):
            self.assume(term.args[0])
            then = yield self.value(term.args[1], span)
            self.line(f"{result} = {then}")
        with self.branch("else:"):
            other = yield self.value(term.args[2], span)
            self.line(f"{result} = {other}")
        return result

    def assume(self, cond: Term) -> None:
        """Constructors known where the condition is true."""
        cond = strip_at(cond)
        for part in cond.args if cond.op is Op.AND else (cond,):
            test = strip_at(part)
            if test.op is Op.IS:
                self.facts |= {(test.data, strip_at(test.args[0]))}

    def _and(self, term: Term, span: Span | None) -> Steps[str]:
        found: str = yield self.chain(term.args, span, "if not {}: break")
        return found

    def _or(self, term: Term, span: Span | None) -> Steps[str]:
        found: str = yield self.chain(term.args, span, "if {}: break")
        return found

    def chain(self, parts: tuple[Term, ...], span: Span | None, stop: str) -> Steps[str]:
        """``and`` and ``or``: the first part that decides is the value."""
        result = self.fresh()
        with self.branch("while True:"):
            for part in parts:
                self.line(f"{result} = {(yield self.value(part, span))}")
                self.line(stop.format(result) if part is not parts[-1] else "break")
                if stop.startswith("if not"):
                    self.assume(part)
        return result

    def _implies(self, term: Term, span: Span | None) -> Steps[str]:
        left = yield self.value(term.args[0], span)
        result = self.bind("True")
        with self.branch(f"if {left}:"):
            self.assume(term.args[0])
            right = yield self.value(term.args[1], span)
            self.line(f"{result} = {right}")
        return result

    def _let(self, term: Term, span: Span | None) -> Steps[str]:
        bound = yield self.value(term.args[0], span)
        saved = self.enter(term.data, bound)
        found: str = yield self.value(term.args[1], span)
        self.leave(saved)
        return found

    def _lambda(self, term: Term, span: Span | None) -> Steps[str]:
        names = [n for n in self.captured(term) if n not in {p for p, _ in term.data}]
        maker = yield self.owner.function(term, span, names, self.here)
        return self.bind(f"{maker}({', '.join(self.env[n] for n in names)})")

    def _apply(self, term: Term, span: Span | None) -> Steps[str]:
        fn, *args = yield self.values(term.args, span)
        found = self.bind(f"{fn}({', '.join(args)})")
        self.line(f"if type({found}) is Gen: {found} = yield {found}")
        self.gen = self.yields = True
        return found

    def _quantifier(self, term: Term, span: Span | None) -> Steps[str]:
        domain = finite_domain(term.data, self.owner.program)
        if domain is None:
            self.line(f"no_run({self.site(span, 'an unbounded quantifier cannot be run')})")
            return "None"
        fn = yield self.value(mk_lambda(term.data, term.args[0]), span)
        self.gen = self.yields = True
        return self.bind(f"yield over_all({fn}, {self.owner.place(domain)}, {term.op is Op.EXISTS})")

    def _assert(self, term: Term, span: Span | None) -> Steps[str]:
        yield self.proof_step(term, span)
        found: str = yield self.value(term.args[-1], span)
        return found

    def proof_step(self, term: Term, span: Span | None) -> Steps[None]:
        """What ASSERT and LEMMA oblige, where it can be run; proof steps have no other effect."""
        owner = self.owner
        if not owner.checked or not all(map(owner.runnable.term, term.args[:-1])):
            return
        if term.op is Op.ASSERT:
            pred = yield self.value(term.args[0], span)
            where = term.args[0].data if term.args[0].op is Op.AT else span
            self.line(f"if not {pred}: fail_assert({self.site(where, 'assert')}, locals())")
            return
        args = yield self.values(term.args[:-1], span)
        yield self.precondition(term.data[0], args, term.args[:-1], span)

    def precondition(self, name: str, args: list[str], terms: tuple[Term, ...], span: Span | None) -> Steps[None]:
        before = yield self.owner.pre(name)
        if before is not None:
            site = self.site(span, name, (), tuple(a.data if a.op is Op.AT else None for a in terms))
            broken = self.bind(self.invoke(before, args))
            self.line(f"if {broken} is not None: fail_call({site}, {broken}, ({''.join(a + ', ' for a in args)}))")

    def prepared(self, term: Term, span: Span | None) -> Steps[tuple[Callee, list[str]]]:
        """A call's arguments, its precondition and measure checked."""
        name = term.data[0]
        args = yield self.values(term.args, span)
        callee = yield self.owner.callee(name)
        if self.owner.checked:
            yield self.precondition(name, args, term.args, span)
        yield self.owner.descent(self, name, args, span)
        return callee, args

    def _call(self, term: Term, span: Span | None) -> Steps[str]:
        if not self.owner.known(term.data[0]):
            self.line(f"no_run({self.site(span, f'`{term.data[0]}` has no body that can be run')})")
            return "None"
        callee, args = yield self.prepared(term, span)
        found = self.bind(self.invoke(callee, args))
        if self.owner.check_ensures:
            after = yield self.owner.post(term.data[0])
            if after is not None:
                broken = self.bind(self.invoke(after, [*args, found]))
                site = self.site(span, term.data[0])
                self.line(f"if {broken} is not None: fail_ensures({site}, {broken}, ({''.join(a + ', ' for a in [*args, found])}))")
        return found

    def _prim(self, term: Term, span: Span | None) -> Steps[str]:
        name = term.data
        args = yield self.values(term.args, span)
        if name in DEFINED:
            self.line(f"if not ({DEFINED[name].format(*args)}): fail_partial({self.site(span, name, tuple(args))}, locals())")
        if name in COST:
            self.line(f"charge({COST[name].format(*args)})")
        if name in QUANTIFIERS:
            self.gen = self.yields = True
            return self.bind(f"yield {self.owner.place(QUANTIFIERS[name])}(budget, {', '.join(args)})")
        if name in CALLS:
            return self.bind(f"{self.owner.place(CALLS[name])}({', '.join(args)})")
        found = self.bind(TEMPLATES[name].format(*args))
        if name in GROWTH:
            big, cost = GROWTH[name]
            self.line(f"if {big.format(found)}: charge({cost.format(found)})")
        return found

    # ------------------------------------------------------------ tail positions

    def tail(self, term: Term, span: Span | None) -> Steps[None]:
        """Emit statements that end in returning the term's value; calls take no space."""
        handler = _TAIL.get(term.op)
        if handler is None or self.owner.constant(term) is not None:
            self.line(f"return {(yield self.value(term, span))}")
        elif self.apart(term):
            self.line(f"return {(yield self.outlined(term, span))}")
        else:
            yield handler(self, term, span)

    def _tail_at(self, term: Term, span: Span | None) -> Steps[None]:
        yield self.tail(term.args[0], term.data)

    def _tail_if(self, term: Term, span: Span | None) -> Steps[None]:
        cond = yield self.value(term.args[0], span)
        with self.branch(f"if {cond}:"):
            self.assume(term.args[0])
            yield self.tail(term.args[1], span)
        yield self.tail(term.args[2], span)

    def _tail_let(self, term: Term, span: Span | None) -> Steps[None]:
        bound = yield self.value(term.args[0], span)
        saved = self.enter(term.data, bound)
        yield self.tail(term.args[1], span)
        self.leave(saved)

    def _tail_and(self, term: Term, span: Span | None) -> Steps[None]:
        for part in term.args[:-1]:
            self.line(f"if not {(yield self.value(part, span))}: return False")
            self.assume(part)
        yield self.tail(term.args[-1], span)

    def _tail_or(self, term: Term, span: Span | None) -> Steps[None]:
        for part in term.args[:-1]:
            self.line(f"if {(yield self.value(part, span))}: return True")
        yield self.tail(term.args[-1], span)

    def _tail_implies(self, term: Term, span: Span | None) -> Steps[None]:
        self.line(f"if not {(yield self.value(term.args[0], span))}: return True")
        self.assume(term.args[0])
        yield self.tail(term.args[1], span)

    def _tail_assert(self, term: Term, span: Span | None) -> Steps[None]:
        yield self.proof_step(term, span)
        yield self.tail(term.args[-1], span)

    def _tail_call(self, term: Term, span: Span | None) -> Steps[None]:
        if self.owner.check_ensures or not self.owner.known(term.data[0]):
            self.line(f"return {(yield self.value(term, span))}")
            return
        callee, args = yield self.prepared(term, span)
        self.gen = self.gen or callee.gen
        if not callee.gen:
            self.level = max(self.level, callee.level + 1)
        self.line(f"return {callee.py}({', '.join(args)})")

    def _tail_apply(self, term: Term, span: Span | None) -> Steps[None]:
        fn, *args = yield self.values(term.args, span)
        self.gen = True
        self.line(f"return {fn}({', '.join(args)})")


_NESTS = frozenset((Op.IF, Op.AND, Op.OR, Op.IMPLIES))
_VALUE: dict[Op, Callable[[Unit, Term, Span | None], Steps[str]]] = {
    Op.VAR: Unit._var,
    Op.CALL: Unit._call,
    Op.PRIM: Unit._prim,
    Op.CON: Unit._con,
    Op.SEL: Unit._sel,
    Op.IS: Unit._is,
    Op.IF: Unit._if,
    Op.LET: Unit._let,
    Op.LAMBDA: Unit._lambda,
    Op.APPLY: Unit._apply,
    Op.FORALL: Unit._quantifier,
    Op.EXISTS: Unit._quantifier,
    Op.AND: Unit._and,
    Op.OR: Unit._or,
    Op.NOT: Unit._not,
    Op.IMPLIES: Unit._implies,
    Op.EQ: Unit._eq,
    Op.ASSERT: Unit._assert,
    Op.LEMMA: Unit._assert,
    Op.AT: Unit._at,
}
_TAIL: dict[Op, Callable[[Unit, Term, Span | None], Steps[None]]] = {
    Op.AT: Unit._tail_at,
    Op.IF: Unit._tail_if,
    Op.LET: Unit._tail_let,
    Op.AND: Unit._tail_and,
    Op.OR: Unit._tail_or,
    Op.IMPLIES: Unit._tail_implies,
    Op.ASSERT: Unit._tail_assert,
    Op.LEMMA: Unit._tail_assert,
    Op.CALL: Unit._tail_call,
    Op.APPLY: Unit._tail_apply,
}
