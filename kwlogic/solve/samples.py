"""Small and random values of a type, for falsifying by evaluation. Deterministic for a seed.

``small`` enumerates the simplest values first, so that the first failure found is a small one; ``random`` mixes sizes.
Type variables are played by Int, function types by a few constant, projecting and testing functions.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice, product
from random import Random

from kwlogic.core.program import Program
from kwlogic.core.terms import Op, Term, mk, mk_con, mk_eq, mk_lambda, mk_prim, mk_var
from kwlogic.core.types import BOOL, INT, Type, subst_type
from kwlogic.core.value import EMPTY_MAP, EMPTY_SET, NIL, NONE, Con, MapV, SetV, Value, list_value, some
from kwlogic.solve.sorts import Unsupported, constructors

INTS: tuple[int, ...] = (0, 1, -1, 2, 3, -2, 5, 10, 7, -7, 4, 100)
REALS = tuple(Fraction(n, d) for n, d in ((0, 1), (1, 1), (-1, 1), (1, 2), (2, 1), (-1, 2), (3, 1), (100, 1), (1, 3), (-100, 1)))
STRINGS = ("", "a", "b", "ab", "aa", "A", "0", " ", "ba", "abc", "é")
MOST = 14


class Samples:
    """``words``: strings to be tried besides those that are always tried."""

    def __init__(self, program: Program, seed: int = 0, words: tuple[str, ...] = ()) -> None:
        self.program = program
        self.words = words
        self.random_source = Random(seed)
        self._small: dict[tuple[Type, int], tuple[Value, ...]] = {}

    def small(self, type: Type, depth: int = 3) -> tuple[Value, ...]:
        """At most ``MOST`` values, simplest first; empty where the depth admits none."""
        key = (type, depth)
        if key not in self._small:
            most = MOST + len(self.words) if type.head == "String" else MOST
            self._small[key] = tuple(islice(dict.fromkeys(self._enumerate(type, depth)), most))
        return self._small[key]

    def _enumerate(self, type: Type, depth: int) -> Iterator[Value]:
        if type.is_var or type is INT:
            yield from INTS
        elif type.head in _BASE:
            yield from _BASE[type.head]
            yield from self.words if type.head == "String" else ()
        elif depth <= 0:
            yield from _EMPTY.get(type.head, ())
            yield from self._constructed(type, 0) if type.head not in _EMPTY and type.head != "Fun" else ()
        elif type.head in ("List", "Set"):
            yield from self._collections(type, depth)
        elif type.head == "Option":
            yield NONE
            yield from map(some, self.small(type.args[0], depth - 1))
        elif type.head == "Map":
            yield from self._maps(type, depth)
        elif type.head != "Fun":
            yield from self._constructed(type, depth)

    def _collections(self, type: Type, depth: int) -> Iterator[Value]:
        make = list_value if type.head == "List" else SetV
        items = self.small(type.args[0], depth - 1)[:4]
        yield make(())
        for item in items[:3]:
            yield make((item,))
        yield from (make(pair) for pair in product(items[:3], repeat=2))
        yield from (make(items[:n]) for n in (3, 4) if len(items) >= n)
        yield from (make(tuple(reversed(items[:n]))) for n in (3, 4) if len(items) >= n)

    def _maps(self, type: Type, depth: int) -> Iterator[Value]:
        keys, values = self.small(type.args[0], depth - 1)[:3], self.small(type.args[1], depth - 1)[:3]
        yield EMPTY_MAP
        yield from (MapV({k: v}) for k, v in product(keys, values))
        yield from (MapV(dict(zip(keys, vs, strict=False))) for vs in product(values, repeat=min(2, len(keys))))

    def _constructed(self, type: Type, depth: int) -> Iterator[Value]:
        try:
            ctors = constructors(self.program, type)
        except Unsupported:
            return
        pools = [(c, [self.small(f, depth - 1)[:5] for f in fields]) for c, fields in ctors if depth > 0 or not fields]
        streams = [iter(_diagonal(pool)) for _, pool in pools]
        live = list(zip((c for c, _ in pools), streams, strict=True))
        while live:
            for entry in list(live):
                fields = next(entry[1], None)
                if fields is None:
                    live.remove(entry)
                else:
                    yield Con(entry[0], fields)

    # ------------------------------------------------------------ random

    def random(self, type: Type, size: int) -> Value | None:
        """A random value; None where the size admits none or the type has no values to choose from."""
        source = self.random_source
        if type.is_var or type is INT:
            return source.choice(INTS) if source.random() < 0.5 else source.randint(-3 * max(1, size), 3 * max(1, size))
        if type.head == "Real":
            return source.choice(REALS) if source.random() < 0.7 else Fraction(source.randint(-50, 50), source.randint(1, 6))
        if type.head in _BASE:
            return source.choice(_BASE[type.head] + self.words if type.head == "String" else _BASE[type.head])
        if type.head in ("List", "Set"):
            items = [self.random(type.args[0], size - 1) for _ in range(source.randint(0, max(0, min(size, 5))))]
            present = [i for i in items if i is not None]
            return list_value(present) if type.head == "List" else SetV(present)
        if type.head == "Map":
            pairs = [(self.random(type.args[0], size - 1), self.random(type.args[1], size - 1)) for _ in range(source.randint(0, 3))]
            return MapV({k: v for k, v in pairs if k is not None and v is not None})
        return None if type.head == "Fun" else self._random_con(type, size)

    def _random_con(self, type: Type, size: int) -> Value | None:
        try:
            ctors = list(constructors(self.program, type))
        except Unsupported:
            return None
        if size <= 0:
            ctors = sorted(ctors, key=lambda c: len(c[1]))[:1]
        larger = [c for c in ctors if c[1]]
        grow = larger and size > 0 and self.random_source.random() < 0.8
        ctor, fields = self.random_source.choice(larger if grow else ctors)
        if size < -3 and fields:
            return None
        values = tuple(self.random(f, size - 1) for f in fields)
        return None if any(v is None for v in values) else Con(ctor, values)


def _diagonal(pools: list[tuple[Value, ...]]) -> Iterator[tuple[Value, ...]]:
    """The product of the pools, tuples of small indices first: never more of it than is taken, as it may be huge."""
    for indices in islice(_by_sum([len(p) for p in pools]), MOST * 3):
        yield tuple(pool[i] for pool, i in zip(pools, indices, strict=True))


def _by_sum(sizes: list[int]) -> Iterator[tuple[int, ...]]:
    """Tuples of indices below the sizes, by their sum, then lexicographically."""
    if 0 in sizes:
        return
    room = [0]  # the largest sum of the last places
    for size in reversed(sizes):
        room.append(room[-1] + size - 1)
    for total in range(room[-1] + 1):
        stack: list[tuple[tuple[int, ...], int]] = [((), total)]
        while stack:
            indices, left = stack.pop()
            place = len(indices)
            if place == len(sizes):
                yield indices
                continue
            least, most = max(0, left - room[len(sizes) - place - 1]), min(sizes[place] - 1, left)
            stack.extend(((*indices, k), left - k) for k in range(most, least - 1, -1))


def functions(type: Type, program: Program) -> list[Term]:
    """A few function terms of a function type, over the playing types: what projects, what is constant, and what builds."""
    params = tuple((f"x{i}", _played(t)) for i, t in enumerate(type.args[:-1]))
    result = _played(type.args[-1])
    vars = [mk_var(n, t) for n, t in params]
    bodies = [v for v in vars if v.type is result]
    if result is BOOL:
        bodies += [mk(Op.LIT, True, (), BOOL), mk(Op.LIT, False, (), BOOL)]
        bodies += [mk_eq(v, mk(Op.LIT, 0, (), INT)) for v in vars if v.type is INT]
    if result is INT:
        bodies += [mk(Op.LIT, n, (), INT) for n in (0, 1)]
        bodies += [mk_prim("int.add", (v, mk(Op.LIT, 1, (), INT)), INT) for v in vars[:1] if v.type is INT]
    bodies += _built(result, vars, program)
    return [mk_lambda(params, b) for b in dict.fromkeys(bodies)]


def _built(result: Type, vars: list[Term], program: Program) -> list[Term]:
    """Constants of a data type, and its constructors around what is at hand."""
    data = program.datas.get(result.head)
    if (data is None and result.head not in ("List", "Option")) or (data is not None and data.valid is not None):
        return []
    try:
        ctors = constructors(program, result)
    except Unsupported:
        return []
    constants = [mk_con(name, (), result) for name, fields in ctors if not fields][:2]
    around: list[Term] = []
    for name, fields in ctors:
        filled = [next((t for t in (*vars, *constants) if t.type is f), None) for f in fields]
        if fields and all(t is not None for t in filled):
            around.append(mk_con(name, tuple(t for t in filled if t is not None), result))
    return [*constants, *around[:2]]


def _played(type: Type) -> Type:
    from kwlogic.core.types import type_vars

    return subst_type(type, dict.fromkeys(type_vars(type), INT))


_BASE: dict[str, tuple[Value, ...]] = {"Int": INTS, "Real": REALS, "Bool": (False, True), "String": STRINGS}
_EMPTY: dict[str, tuple[Value, ...]] = {"List": (NIL,), "Set": (EMPTY_SET,), "Map": (EMPTY_MAP,), "Option": (NONE,)}
