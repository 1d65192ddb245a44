"""Values of a type by growing size, one of each kind: what the functions at hand cannot tell apart is tried once.

Two values of a data type are of one *kind* where every observer (a recursive function in reach of the goal that takes
the type apart and yields something of another type) agrees on them, at a few other arguments. Only the first of each
kind is handed out and built upon. This is a heuristic: it decides what is tried, and nothing is concluded from it.

Long *spines* (lists of many items) come apart from that, since no enumeration by size reaches them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import count, islice, product

from kwlogic.core.eval import Evaluator
from kwlogic.core.eval_data import EvalStop
from kwlogic.core.terms import Op, Term
from kwlogic.core.types import INT, Type
from kwlogic.core.value import Con, Value
from kwlogic.solve.samples import Samples
from kwlogic.solve.sorts import Unsupported, constructors
from kwlogic.source.records import dataclass
from kwlogic.vc.induct import holds
from kwlogic.vc.theory import Theory

STEPS = 5_000
MOST_OF_SIZE = 600
MOST_TRIED = 4_000
OTHERS = 4
AT_TYPES = 3
VIEWS = 24
ENDLESS = "endless"
SPINES = (4, 8, 20, 48)


@dataclass(frozen=True, slots=True)
class Observer:
    """A function, the position of the observed argument, and values for all arguments (the observed one is replaced)."""

    name: str
    position: int
    args: tuple[Value, ...]


class Sized:
    """Enumerates for one goal; ``calls`` are the calls in reach whose functions observe."""

    def __init__(self, theory: Theory, calls: list[Term], samples: Samples) -> None:
        self.theory = theory
        self.calls = calls
        self.samples = samples
        self.evaluator = Evaluator(theory.program, max_steps=STEPS, checked=False)
        self._of_size: dict[tuple[Type, int], tuple[Value, ...]] = {}
        self._observers: dict[Type, list[Observer]] = {}
        self._seen: dict[Type, set[object]] = {}
        self._tried: dict[Type, int] = {}
        self._blind: set[Observer] = set()
        self._sees: set[Observer] = set()
        self.work = 0
        """Steps of the evaluator that observing took so far."""

    def of_size(self, type: Type, size: int) -> tuple[Value, ...]:
        """Values of exactly a size, in a fixed order; sizes are to be asked for from 1 on."""
        key = (type, size)
        if key not in self._of_size:
            self._of_size[key] = tuple(islice(self._made(type, size), MOST_OF_SIZE))
        return self._of_size[key]

    def _made(self, type: Type, size: int) -> Iterator[Value]:
        if type.is_var or type is INT:
            yield from _INTS.get(size, ())
            return
        try:
            ctors = constructors(self.theory.program, type)
        except Unsupported:
            small = self.samples.small(type)
            yield from small[size - 1 : size] if size < 12 else ()
            return
        for ctor, fields in ctors:
            for values in self._fields(fields, size - 1):
                value = Con(ctor, values)
                if self._is_new(type, value):
                    yield value

    def _fields(self, fields: tuple[Type, ...], size: int) -> Iterator[tuple[Value, ...]]:
        """Values for all fields whose sizes add up."""
        if not fields:
            if size == 0:
                yield ()
            return
        last = fields[1:] == ()
        for first in (size,) if last else range(1, size - len(fields) + 2):
            heads = self.of_size(fields[0], first) if first > 0 else ()
            if heads:
                yield from ((h, *rest) for rest in self._fields(fields[1:], size - first) for h in heads)

    # ------------------------------------------------------------ what can be told apart

    def _is_new(self, type: Type, value: Value) -> bool:
        observers = self._observing(type)
        if not observers:
            return True
        self._tried[type] = self._tried.get(type, 0) + 1
        if self._tried[type] > MOST_TRIED:
            return False
        seen = self._seen.setdefault(type, set())
        view = tuple(self._view(o, value) for o in observers)
        if view in seen or ENDLESS in view:
            return False
        seen.add(view)
        return True

    def _view(self, observer: Observer, value: Value) -> object:
        if observer in self._blind:
            return None
        args = [*observer.args]
        args[observer.position] = value
        try:
            seen = self.evaluator.call(observer.name, args)
            self._sees.add(observer)
            return seen
        except (EvalStop, RecursionError, MemoryError):
            if observer in self._sees:
                return ENDLESS  # the value's fault
            self._blind.add(observer)
            return None
        finally:
            self.work += self.evaluator.steps

    def _observing(self, type: Type) -> list[Observer]:
        if type not in self._observers:
            self._observers[type] = []  # while samples of other types are made
            if self._branches(type):
                self._observers[type] = list(islice(self._make_observers(type), VIEWS))
        return self._observers[type]

    def _branches(self, type: Type) -> bool:
        """Whether there are several ways to grow, so that there are soon too many values."""
        program = self.theory.program
        return sum(holds(self.theory, field, type) for _, fields in constructors(program, type) for field in fields) > 1

    def _make_observers(self, type: Type) -> Iterator[Observer]:
        for call in self.calls:
            params = [a.type for a in call.args]
            if type not in params or holds(self.theory, call.type, type) or any(p.head == "Fun" for p in params):
                continue
            rows = list(product(*(self.samples.small(p)[:1] if p is type else self._others(p) for p in params)))
            for row in rows[:: max(1, len(rows) // 12)]:
                yield Observer(call.data[0], params.index(type), row)

    def _others(self, type: Type) -> tuple[Value, ...]:
        return self.samples.small(type)[: OTHERS if type is INT else 2 * OTHERS]

    # ------------------------------------------------------------ long ones

    def spines(self, type: Type) -> list[Value]:
        """Long values of a type with one way to grow: items that descend, ascend or repeat."""
        ctors = constructors(self.theory.program, type) if type.head not in ("Int", "Real", "Bool", "String", "Set", "Map", "Fun") else ()
        grow = [(c, fields) for c, fields in ctors if sum(f is type for f in fields) == 1]
        stop = [c for c, fields in ctors if not fields]
        if len(grow) != 1 or not stop or any(f.head in ("Fun", "Set", "Map") for f in grow[0][1]):
            return []
        return [self._spine(type, grow[0], stop[0], length, style) for length in SPINES for style in range(4)]

    def _spine(self, type: Type, grow: tuple[str, tuple[Type, ...]], stop: str, length: int, style: int) -> Value:
        ctor, fields = grow
        value = Con(stop, ())
        for i in range(length):
            value = Con(ctor, tuple(value if f is type else self._item(f, i, style) for f in fields))
        return value

    def _item(self, type: Type, index: int, style: int) -> Value:
        if type is INT:
            return (-1 - index, index, 1, index % 3)[style]
        pool = self.samples.small(type)
        return pool[(0, index, 1, index // 2)[style] % len(pool)] if pool else 0


def calls_in_reach(theory: Theory, formulas: list[Term]) -> list[Term]:
    """One call for each function, at its types, that the formulas speak of directly or through definitions.

    Polymorphic recursion reaches ever larger types, so each function counts at a few of them only."""
    from kwlogic.core.walk import subterms

    found: dict[object, Term] = {}
    times: Counter[str] = Counter()
    frontier = [t for t in subterms(*formulas) if t.op is Op.CALL]
    while frontier:
        call = frontier.pop(0)
        name = call.data[0]
        if call.data in found or times[name] == AT_TYPES:
            continue
        found[call.data] = call
        times[name] += 1
        definition = theory.definition(call)
        if definition is not None:
            frontier.extend(t for t in subterms(definition.body) if t.op is Op.CALL and t.data not in found)
    return list(found.values())


_INTS: dict[int, tuple[int, ...]] = {1: (0, 1), 2: (-1, 2), 3: (3, -2), 4: (4, 5), 5: (-3, 10), 6: (7, -7), 7: (100,)}


def tuples_by_size(sized: Sized, types: list[Type], most_size: int) -> Iterator[tuple[Value, ...]]:
    """Tuples of values by the sum of their sizes."""
    for total in count(len(types)):
        if total > most_size:
            return
        yield from _with_total(sized, types, total)


def _with_total(sized: Sized, types: list[Type], total: int) -> Iterator[tuple[Value, ...]]:
    if len(types) == 1:
        yield from ((v,) for v in sized.of_size(types[0], total))
        return
    for first in range(1, total - len(types) + 2):
        heads = sized.of_size(types[0], first)
        if heads:
            yield from ((h, *rest) for rest in _with_total(sized, types[1:], total - first) for h in heads)
