"""How many values a type has, from below: enough to know whether another one is left.

Counts end at ``MANY``. What cannot be counted counts as little as it may be, so that a promise of more values is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import islice, product

from kwlogic.core.regex import Alt, Chars, Regex, Repeat, Seq, full_language
from kwlogic.core.types import Type
from kwlogic.weave.decode.data import STAR, Ints, Limit, Limits, OneOf, Reals, Sizes, Tags, Texts
from kwlogic.weave.decode.grammar import Shapes, below, own_limit
from kwlogic.weave.decode.limits import admits, finite_ints

MANY = 1_000_000
_SAMPLES = 512
_SURE = frozenset((True, False))


class Counter:
    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self._known: dict[tuple[Type, Limits], int] = {}

    def product(self, parts: Iterable[tuple[Type, Limits]]) -> int:
        found = 1
        for type, limits in parts:
            found = min(MANY, found * self.count(type, limits))
        return found

    def count(self, type: Type, limits: Limits = ()) -> int:
        """At least so many values; types nest as deep as they are written, and a recursive one counts once."""
        key = (type, limits)
        if key not in self._known:
            self._known[key] = 0  # while it is being counted, for recursion
            self._known[key] = min(MANY, self.counted(type, limits))
        return self._known[key]

    def counted(self, type: Type, limits: Limits) -> int:
        own = own_limit(limits)
        if self.shapes.is_scalar(type):
            return self.scalar(type, own)
        match type.head:
            case "List":
                return self.lists(self.count(type.args[0], below(limits, STAR)), own)
            case "Set":
                least = own.low if isinstance(own, Sizes) else 0
                elements = self.count(type.args[0], below(limits, STAR))
                return MANY if elements >= MANY and not (isinstance(own, Sizes) and own.high == 0) else int(elements >= least)
            case "Map":
                return int(not isinstance(own, Sizes) or own.low == 0)
            case "Tuple":
                return self.product((t, below(limits, i)) for i, t in enumerate(type.args))
            case "Option":
                names = own.names if isinstance(own, Tags) else ("None", "Some")
                inner = self.count(type.args[0], below(limits, "some")) if "Some" in names else 0
                return inner + ("None" in names)
        total = 0
        for ctor in self.shapes.ctors(type):
            if not isinstance(own, Tags) or ctor.name in own.names:
                more = limits if self.shapes.is_record(type) else ()
                total += self.product((p.type, (*p.limits, *below(more, p.name))) for p in self.shapes.fields(ctor, type))
        return total

    def lists(self, elements: int, own: Limit | None) -> int:
        low, high = (own.low, own.high) if isinstance(own, Sizes) else (0, None)
        if elements == 0:
            return int(low == 0)
        if high is None:
            return MANY
        return min(MANY, sum(int(min(MANY, elements**n)) for n in range(low, min(high, low + 20) + 1)))

    def scalar(self, type: Type, own: Limit | None) -> int:
        match own:
            case OneOf(values=values):
                return len(values)
            case Tags(names=names):
                return len(names)
            case Ints():
                few = finite_ints(own, MANY)
                return MANY if few is None else len(few)
            case Reals(low=Fraction() as low, high=Fraction() as high):
                return MANY if low < high else int(low == high and admits(own, low))
            case Texts():
                return _texts(own)
        if type.head == "Bool":
            return 2
        return len(self.shapes.ctors(type)) if self.shapes.is_enum(type) else MANY


def _texts(limit: Texts) -> int:
    plain = not (limit.regexes or limit.never or limit.prefix or limit.suffix or limit.contains)
    if plain:
        return MANY if limit.max_length is None or limit.max_length > 0 else int(admits(limit, ""))
    regexes = [full_language(r) for r in limit.regexes]
    free = not (limit.never or limit.prefix or limit.suffix or limit.contains) and limit.max_length is None
    if free and len(regexes) == 1 and _endless(regexes[0]):
        return MANY
    samples = samples_of(regexes[0], _SAMPLES) if regexes else []
    return max(1, len({s for s in samples if admits(limit, s)}))


def _endless(regex: Regex) -> bool:
    """Whether a repetition without end, of more than the empty text, must be reached or may be."""
    match regex:
        case Repeat(body, _, high):
            return (high is None and _longest(body) > 0) or _endless(body)
        case Seq(items):
            return any(map(_endless, items)) and all(_possible(i) for i in items)
        case Alt(items):
            return any(map(_endless, items))
        case _:
            return False


def _possible(regex: Regex) -> bool:
    match regex:
        case Chars(ranges):
            return bool(ranges)
        case Seq(items):
            return all(map(_possible, items))
        case Alt(items):
            return any(map(_possible, items))
        case Repeat(body, low, _):
            return low == 0 or _possible(body)
        case _:
            return True


def _longest(regex: Regex) -> int:
    """More than 0 where some text of it is not empty."""
    match regex:
        case Chars(ranges):
            return int(bool(ranges))
        case Seq(items) | Alt(items):
            return max(map(_longest, items), default=0)
        case Repeat(body, _, high):
            return 0 if high == 0 else _longest(body)
        case _:
            return 0


def samples_of(regex: Regex, most: int) -> list[str]:
    """Some texts that a full match takes."""
    match regex:
        case Chars(ranges):
            return list(islice((chr(c) for low, high in ranges for c in range(low, high + 1) if not 0xD800 <= c < 0xE000), most))
        case Alt(items):
            return list(dict.fromkeys(s for item in items for s in samples_of(item, most)))[:most]
        case Seq(items):
            found = [""]
            for item in items:
                found = ["".join(pair) for pair in islice(product(found, samples_of(item, most)), most)]
            return found
        case Repeat(body, low, high):
            inner = samples_of(body, 16)
            some: list[str] = []
            for times in range(low, min(low + 3, low + 3 if high is None else high) + 1):
                some += ["".join(parts) for parts in islice(product(inner, repeat=min(times, 40)), most)] if times <= 40 else []
            return list(dict.fromkeys(some))[:most]
        case _:
            return []
