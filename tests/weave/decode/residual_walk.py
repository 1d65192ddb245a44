"""A walk over the sites of an output as generation does it, without texts: for tests of residuals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from random import Random
from typing import Any

from kwlogic.core.program import Kernel, Program
from kwlogic.core.types import BOOL, INT, REAL, STRING, Type, tuple_of
from kwlogic.core.value import NONE, UNIT, Con, MapV, SetV, Value, list_value, some
from kwlogic.core.value_show import field_types
from kwlogic.solve.sorts import constructors
from kwlogic.weave.decode.data import (
    HOLE,
    STAR,
    Checked,
    Fields,
    Free,
    Ints,
    Items,
    Kind,
    Known,
    More,
    OneOf,
    Partial,
    Path,
    Pattern,
    Reals,
    Residual,
    Site,
    Tags,
    Texts,
)
from kwlogic.weave.decode.residual_shape import step_names

Choose = Callable[[Site, dict[str, Partial]], Any]


class Walk:
    """Asks ``choose`` at each site for a value, a constructor's name or whether there is another element."""

    def __init__(self, kernel: Kernel, program: Program, choose: Choose, order: tuple[str, ...] = ()) -> None:
        self.kernel, self.program, self.choose = kernel, program, choose
        self.ports = [next(p for p in kernel.outputs if p.name == n) for n in order] or list(kernel.outputs)
        self.so_far: dict[str, Partial] = {p.name: HOLE for p in kernel.outputs}

    def run(self) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for port in self.ports:

            def put(part: Partial, name: str = port.name) -> None:
                self.so_far[name] = part

            found[port.name] = self.value(port.type, (port.name,), (port.name,), put)
        return found

    def ask(self, kind: Kind, path: Path, pattern: Pattern, type: Type) -> Any:
        return self.choose(Site(path, pattern, kind, type), dict(self.so_far))

    def value(self, type: Type, path: Path, pattern: Pattern, put: Callable[[Partial], None]) -> Value:
        made = self._value(type, path, pattern, put)
        put(Known(made))
        return made

    def _value(self, type: Type, path: Path, pattern: Pattern, put: Callable[[Partial], None]) -> Value:
        if type in (INT, REAL, BOOL, STRING):
            return self.ask(Kind.VALUE, path, pattern, type)
        if type.head in ("List", "Set", "Map"):
            return self.items(type, path, pattern, put)
        ctors = dict(constructors(self.program, type))
        name = next(iter(ctors))
        enum = type.head in self.program.datas and not any(ctors.values())
        if len(ctors) > 1 or enum:
            name = self.ask(Kind.VALUE if enum else Kind.TAG, path, pattern, type)
        steps = step_names(self.program, name, len(ctors[name]))
        if not steps:
            return NONE if name == "None" else UNIT if name == "Tuple" else Con(name, ())
        parts: list[Partial] = [HOLE] * len(steps)
        values = []
        for index, (step, inner) in enumerate(zip(steps, field_types(name, type, self.program))):
            put(Fields(name, tuple(parts)))

            def inside(part: Partial, index: int = index) -> None:
                parts[index] = part
                put(Fields(name, tuple(parts)))

            values.append(self.value(inner, (*path, step), (*pattern, step), inside))
        return some(values[0]) if name == "Some" else Con(name, tuple(values))

    def items(self, type: Type, path: Path, pattern: Pattern, put: Callable[[Partial], None]) -> Value:
        element = tuple_of(*type.args) if type.head == "Map" else type.args[0]
        parts: list[Partial] = []
        values: list[Any] = []
        while True:
            put(Items(type.head, tuple(parts)))
            if not self.ask(Kind.MORE, path, pattern, type):
                break
            parts.append(HOLE)
            put(Items(type.head, tuple(parts)))

            def inside(part: Partial) -> None:
                parts[-1] = part
                put(Items(type.head, tuple(parts)))

            values.append(self.value(element, (*path, len(values)), (*pattern, STAR), inside))
        if type.head == "List":
            return list_value(values)
        if type.head == "Set":
            assert len(set(values)) == len(values), f"an element of {path} is there twice"
            return SetV(values)
        entries = {pair.fields[0]: pair.fields[1] for pair in values}
        assert len(entries) == len(values), f"a key of {path} is there twice"
        return MapV(entries)


# ---------------------------------------------------------------- members of residuals


def admits(residual: Residual, value: Any) -> bool:
    """Whether a value may stand there."""
    match residual:
        case Free():
            return True
        case Ints(low, high, modulus, remainder, excluded):
            return (
                (low is None or value >= low) and (high is None or value <= high) and value % modulus == remainder and value not in excluded
            )
        case Reals(low, low_open, high, high_open, excluded):
            above = low is None or value > low or (value == low and not low_open)
            below = high is None or value < high or (value == high and not high_open)
            return above and below and value not in excluded
        case Texts():
            return _fits(residual, value)
        case OneOf(values):
            return value in values
        case Tags(names):
            return value in names
        case More(may_continue, may_stop):
            return may_continue if value else may_stop
        case Checked(base, ok):
            return admits(base, value) and ok(value)
    raise AssertionError(residual)


def _fits(texts: Texts, value: str) -> bool:
    from kwlogic.core.regex_match import search

    return (
        texts.min_length <= len(value)
        and (texts.max_length is None or len(value) <= texts.max_length)
        and all(search(r, value) for r in texts.regexes)
        and not any(search(r, value) for r in texts.never)
        and value.startswith(texts.prefix)
        and value.endswith(texts.suffix)
        and all(c in value for c in texts.contains)
        and value not in texts.excluded
    )


NUMBERS = [0, 1, -1, 2, 3, 5, 7, 10, -3, 12, 50, 100, -100, 1000]
WORDS = ["", "a", "b", "ab", "abc", "x", "hello", "tea", "gold", "AB-12", "zz", "a b", 'é\n"\\']


def candidates(residual: Residual, random: Random) -> Iterator[Any]:
    """Some values that may stand there."""
    match residual:
        case OneOf(values) | Tags(values):
            yield from random.sample(list(values), len(values))
            return
        case More(may_continue, may_stop):
            yield from (a for a in random.sample([True, False], 2) if (may_continue if a else may_stop))
            return
        case Ints(low, high, modulus, remainder):
            if low is not None or high is not None:
                start = low if low is not None else high - 40 * modulus
                end = high if high is not None else low + 40 * modulus
                first = start + (remainder - start) % modulus
                pool = range(first, end + 1, modulus)
                yield from random.sample(pool, min(len(pool), 80))
            yield from (n * modulus + remainder for n in random.sample(NUMBERS, len(NUMBERS)))
        case Reals(low, _, high, _):
            start = low if low is not None else (high if high is not None else Fraction(0)) - 9
            end = high if high is not None else start + 18
            yield from (start + (end - start) * Fraction(k, 20) for k in random.sample(range(21), 21))


def pick(residual: Residual, type: Type, random: Random) -> Any:
    """Some value that may stand there."""
    for value in candidates(residual, random):
        if admits(residual, value):
            return value
    if isinstance(residual, Checked):
        for value in candidates(residual.base, random):
            if admits(residual, value):
                return value
    if type is STRING:
        return _text(residual, random)
    pool: list[Any] = random.sample(NUMBERS, len(NUMBERS))
    if type is REAL:
        pool = [Fraction(n, random.choice((1, 2, 10))) for n in pool]
    if type is BOOL:
        pool = [True, False]
    for value in pool:
        if admits(residual, value):
            return value
    if isinstance(residual, Checked):
        return _spell(residual, type)
    raise AssertionError(f"nothing found in {residual}")


def _spell(residual: Checked, type: Type) -> Any:
    """Follow what is alive, a character at a time."""
    text = ""
    while True:
        if text not in ("", "-") and not text.endswith(".") and type is not STRING:
            value = int(text) if type is INT else Fraction(text)
            if residual.ok(value):
                return value
        text += next(c for c in "123456789-.0" if residual.alive(text + c))
        assert len(text) < 40, text


def _text(residual: Residual, random: Random) -> str:
    for value in random.sample(WORDS, len(WORDS)):
        if admits(residual, value):
            return value
    if isinstance(residual, Checked):
        return _spelled(residual)
    assert isinstance(residual, Texts), residual
    for middle in (*residual.contains, *WORDS, *("a" * n for n in range(60)), *("7" * n for n in range(20))):
        value = residual.prefix + middle + residual.suffix
        if admits(residual, value):
            return value
    raise AssertionError(f"nothing found in {residual}")


def _spelled(residual: Checked) -> str:
    import json

    text = '"'
    letters = [json.dumps(chr(c), ensure_ascii=False)[1:-1] for c in (*range(32, 127), 10, 233)]
    while len(text) < 60:
        if residual.alive(text + '"') and residual.ok(json.loads(text + '"')):
            return str(json.loads(text + '"'))
        text += next(c for c in letters if residual.alive(text + c))
    raise AssertionError(text)


class _Long(Exception):
    pass


def sampled(residuals: Any, kernel: Kernel, program: Program, random: Random, most: int = 6) -> dict[str, Value]:
    """A whole output, chosen at random from the residuals; containers end after ``most`` elements where they may. What goes
    on for much longer is brought to an end by the completion that the residuals know."""
    last: dict[str, Partial] = {}

    def choose(site: Site, so_far: dict[str, Partial]) -> Any:
        residual = residuals.residual(site, so_far)
        if isinstance(residual, More):
            part = _part(so_far, site.path)
            length = len(part.items) if isinstance(part, Items) else 0
            if length >= most and residual.may_stop:
                return False
            if length >= 4 * most:
                last.update(so_far)
                raise _Long
        return pick(residual, site.type, random)

    try:
        return Walk(kernel, program, choose, getattr(residuals, "order", ())).run()
    except _Long:
        found = residuals.completion(last)
        assert found is not None, "no completion is known"
        return dict(found)


def _part(so_far: dict[str, Partial], path: Path) -> Partial:
    part = so_far[str(path[0])]
    for step in path[1:]:
        if isinstance(part, Items):
            assert isinstance(step, int)
            part = part.items[step]
        elif isinstance(part, Fields):
            part = part.parts[next(i for i, p in enumerate(part.parts) if not isinstance(p, Known))]
    return part
