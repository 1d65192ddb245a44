"""Which parts of the outputs a clause speaks of: found once, from its text, whatever the inputs are.

A *touch* is a pattern, and whether all below it is meant. The answer may be too much, never too little. Functions are
followed into their bodies; what a clause builds out of parts of the outputs counts as touched whole.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Any

from kwlogic.core.eval_data import trampoline
from kwlogic.core.program import Program
from kwlogic.core.terms import Op, Term
from kwlogic.source.records import dataclass
from kwlogic.weave.decode.data import STAR, Pattern
from kwlogic.weave.decode.residual_eval import body_of

MOST_LONG = 10
MOST_STEPS = 40_000
KEYS = "\0keys"


@dataclass(frozen=True, slots=True)
class Touch:
    pattern: Pattern
    deep: bool

    def meets(self, pattern: Pattern) -> bool:
        """Whether it speaks of a place, or of one below it."""
        mine = self.pattern
        return mine[: len(pattern)] == pattern or (self.deep and pattern[: len(mine)] == mine)

    def at(self, pattern: Pattern) -> bool:
        """Whether it speaks of this very place."""
        mine = self.pattern
        return mine == pattern or (self.deep and pattern[: len(mine)] == mine)


class Lambda:
    """A function and what its variables may stand for."""

    __slots__ = ("body", "env", "key", "params")

    def __init__(self, params: tuple[str, ...], body: Term, env: Mapping[str, Any]) -> None:
        from kwlogic.core.walk import free_vars

        self.params, self.body = params, body
        names = sorted({str(v.data) for v in free_vars(body)} - set(params))
        self.env = {n: env.get(n, NOWHERE) for n in names}
        self.key = (body, params, tuple(_key(self.env[n]) for n in names))


Places = frozenset[Pattern]
NOWHERE: Places = frozenset()


def _key(value: Any) -> object:
    return value.key if isinstance(value, Lambda) else value


def touches(pred: Term, env: Mapping[str, Any], program: Program) -> frozenset[Touch]:
    """What a predicate speaks of; ``env`` says which places its variables stand for."""
    return _Touching(program).run(pred, env)


def of_ports(names: Iterable[str]) -> dict[str, Places]:
    return {n: frozenset(((n,),)) for n in names}


class _TooMuch(Exception):
    pass


class _Touching:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.found: set[Touch] = set()
        self.results: dict[object, Any] = {}
        self.active: set[object] = set()
        self.changed = True
        self.left = MOST_STEPS

    def run(self, pred: Term, env: Mapping[str, Any]) -> frozenset[Touch]:
        try:
            while self.changed:
                self.changed = False
                self.active.clear()
                self.deep(trampoline(self.ev(pred, env)))
        except _TooMuch:
            return frozenset(Touch(p, True) for places in env.values() if isinstance(places, frozenset) for p in places)
        return frozenset(self.found)

    def deep(self, value: Any) -> None:
        if isinstance(value, Lambda):
            for inner in value.env.values():
                self.deep(inner)
            return
        self.found.update(Touch(p[: p.index(KEYS)] if KEYS in p else p, True) for p in value)

    def shallow(self, places: Any) -> None:
        if isinstance(places, Lambda):
            self.deep(places)
            return
        self.found.update(Touch(p[: p.index(KEYS)] if KEYS in p else p, False) for p in places)

    def ev(self, term: Term, env: Mapping[str, Any]) -> Generator[Any, Any, Any]:
        self.left -= 1
        if self.left < 0:
            raise _TooMuch
        match term.op:
            case Op.VAR:
                return env.get(term.data, NOWHERE)
            case Op.LIT:
                return NOWHERE
            case Op.AT:
                return self.ev(term.args[0], env)
            case Op.ASSERT | Op.LEMMA:
                return self.ev(term.args[-1], env)
            case Op.LET:
                value = yield self.ev(term.args[0], env)
                return self.ev(term.args[1], {**env, term.data: value})
            case Op.LAMBDA:
                return Lambda(tuple(n for n, _ in term.data), term.args[0], env)
            case Op.FORALL | Op.EXISTS:
                return self.ev(term.args[0], {**env, **{n: NOWHERE for n, _ in term.data}})
        args = []
        for arg in term.args:
            args.append((yield self.ev(arg, env)))
        return self.node(term, args)

    def node(self, term: Term, args: list[Any]) -> Any:
        match term.op:
            case Op.SEL:
                return self.select(term, args[0])
            case Op.IS:
                self.shallow(args[0])
                return NOWHERE
            case Op.IF:
                self.deep(args[0])
                return self.either(args[1], args[2])
            case Op.CALL:
                return self.call(term.data[0], term.data[1], tuple(args))
            case Op.APPLY:
                return self.apply(args[0], args[1:])
            case Op.PRIM:
                return self.prim(term.data, args)
        for arg in args:
            self.deep(arg)
        return NOWHERE

    def either(self, one: Any, other: Any) -> Any:
        if isinstance(one, Lambda) or isinstance(other, Lambda):
            self.deep(one)
            self.deep(other)
            return NOWHERE
        return one | other

    def select(self, term: Term, value: Any) -> Any:
        ctor, index = term.data
        return self.limited(self.child(p, ctor, index) for p in value) if not isinstance(value, Lambda) else NOWHERE

    def child(self, pattern: Pattern, ctor: str, index: int) -> Pattern:
        if ctor == "Cons":
            return (*pattern, STAR) if index == 0 else pattern
        if ctor == "Tuple":
            return (*pattern, index)
        return (*pattern, "some" if ctor == "Some" else self.program.ctors[ctor].fields[index].name)

    def limited(self, places: Iterable[Pattern]) -> Places:
        """Places no deeper than what is told apart."""
        made = set()
        for pattern in places:
            if len(pattern) > MOST_LONG:
                self.found.add(Touch(pattern[:MOST_LONG], True))
            else:
                made.add(pattern)
        return frozenset(made)

    def call(self, name: str, targs: Any, args: tuple[Any, ...]) -> Any:
        fn = self.program.fns.get(name)
        if all(a == NOWHERE for a in args if not isinstance(a, Lambda)) and not any(isinstance(a, Lambda) for a in args):
            return NOWHERE
        if fn is None:
            for arg in args:
                self.deep(arg)
            return NOWHERE
        key = (name, targs, tuple(_key(a) for a in args))
        if key in self.active:
            return self.results.get(key, NOWHERE)
        self.active.add(key)
        return self.body(key, body_of(fn, targs), {p.name: a for p, a in zip(fn.params, args)})

    def body(self, key: object, term: Term, env: Mapping[str, Any]) -> Generator[Any, Any, Any]:
        value = yield self.ev(term, env)
        before = self.results.get(key, NOWHERE)
        after = value if isinstance(value, Lambda) else before | value
        if _key(after) != _key(before):
            self.results[key] = after
            self.changed = True
        return after

    def apply(self, fn: Any, args: list[Any]) -> Any:
        if not isinstance(fn, Lambda):
            for arg in args:
                self.deep(arg)
            return NOWHERE
        return self.ev(fn.body, {**fn.env, **dict(zip(fn.params, args))})

    def prim(self, name: str, args: list[Any]) -> Any:
        if name in ("set.all", "set.any") and not isinstance(args[1], Lambda):
            self.shallow(args[1])
            return self.quantified(args[0], self.limited(_element(p) for p in args[1]))
        if name in ("int.all", "int.any"):
            self.deep(args[1])
            self.deep(args[2])
            return self.quantified(args[0], NOWHERE)
        if name == "map.keys":
            return frozenset((*p, KEYS) for p in args[0])
        if name in ("set.len", "map.len"):
            self.shallow(args[0])
            return NOWHERE
        if name == "map.at":
            self.deep(args[0])
            self.shallow(args[1])
            self.deep(frozenset((*p, STAR, 0) for p in args[1]))
            return self.limited((*p, STAR, 1) for p in args[1])
        for arg in args:
            self.deep(arg)
        return NOWHERE

    def quantified(self, fn: Any, element: Places) -> Generator[Any, Any, Any]:
        self.deep((yield self.applied(fn, element)))
        return NOWHERE

    def applied(self, fn: Any, element: Places) -> Generator[Any, Any, Any]:
        return self.apply(fn, [element])
        yield


def _element(pattern: Pattern) -> Pattern:
    if KEYS in pattern:
        return (*pattern[: pattern.index(KEYS)], STAR, 0)
    return (*pattern, STAR)
