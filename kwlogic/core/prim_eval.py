"""The meaning of the primitives, on run-time values; exact. ``core.prims`` has the signatures.

``TEMPLATES`` are Python expressions over the arguments, ``CALLS`` functions; where a primitive is partial, ``DEFINED``
has the condition under which it may be used. ``COST`` and ``GROWTH`` say, before and after the work, what a result takes beyond one step.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from types import GeneratorType
from typing import Any

from kwlogic.core.eval_data import Budget
from kwlogic.core.regex import Regex, parse_regex
from kwlogic.core.regex_match import search
from kwlogic.core.value import EMPTY_MAP, EMPTY_SET, NONE, Con, MapV, SetV, Value, compare, iter_list, list_value, some

_INT = re.compile(r"-?[0-9]+", re.ASCII)
_REAL = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_DIGITS = 4_000  # Python converts longer numbers in quadratic time, and refuses by default

TEMPLATES: dict[str, str] = {
    "int.add": "{0} + {1}",
    "int.sub": "{0} - {1}",
    "int.mul": "{0} * {1}",
    "int.neg": "-{0}",
    "int.div": "{0} // {1}",
    "int.mod": "{0} % {1}",
    "int.lt": "{0} < {1}",
    "int.le": "{0} <= {1}",
    "real.add": "{0} + {1}",
    "real.sub": "{0} - {1}",
    "real.mul": "{0} * {1}",
    "real.neg": "-{0}",
    "real.div": "{0} / {1}",
    "real.lt": "{0} < {1}",
    "real.le": "{0} <= {1}",
    "real.of_int": "Fraction({0})",
    "real.floor": "{0}.__floor__()",
    "str.lt": "{0} < {1}",
    "str.le": "{0} <= {1}",
    "str.concat": "{0} + {1}",
    "str.len": "len({0})",
    "str.at": "{0}[{1}]",
    "str.slice": "{0}[{1}:{2}]",
    "str.contains": "{1} in {0}",
    "str.starts_with": "{0}.startswith({1})",
    "str.ends_with": "{0}.endswith({1})",
    "str.replace": "{0}.replace({1}, {2})",
    "str.strip": "{0}.strip()",
    "str.lower": "{0}.lower()",
    "str.upper": "{0}.upper()",
    "set.member": "{0} in {1}.items",
    "set.subset": "{0}.items <= {1}.items",
    "set.len": "len({0}.items)",
    "map.has": "{0} in {1}.entries",
    "map.at": "{1}.entries[{0}]",
    "map.len": "len({0}.entries)",
}

DEFINED: dict[str, str] = {
    "int.div": "{1} != 0",
    "int.mod": "{1} != 0",
    "real.div": "{1} != 0",
    "str.at": "0 <= {1} < len({0})",
    "str.slice": "0 <= {1} <= {2} <= len({0})",
    "map.at": "{0} in {1}.entries",
}


# ---------------------------------------------------------------- numbers as text


def int_text(value: int) -> str:
    """Decimal digits of any integer."""
    return str(value) if value.bit_length() < 3 * _DIGITS else str(Decimal(value))


def int_of_text(text: str) -> int:
    """Inverse of ``int_text``; the text must be ``-?[0-9]+``."""
    if len(text) < _DIGITS:
        return int(text)
    return int(Decimal(text, Context(prec=len(text) + 1)))


def finite_decimal(value: Fraction) -> str | None:
    """``1.5`` for 3/2, always with a fraction; None where no finite decimal form exists."""
    twos = fives = 0
    rest = value.denominator
    twos = (rest & -rest).bit_length() - 1
    rest >>= twos
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return None
    places = max(twos, fives, 1)
    digits = int_text(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def real_text(value: Fraction) -> str:
    """What ``to_string`` yields: a decimal, else ``p/q``."""
    return finite_decimal(value) or f"{int_text(value.numerator)}/{int_text(value.denominator)}"


def real_of_text(text: str) -> Fraction:
    """Of ``-?[0-9]+(\\.[0-9]+)?``."""
    whole, _, part = text.partition(".")
    return Fraction(int_of_text(whole + part), 10 ** len(part))


# ---------------------------------------------------------------- strings


def _index_of(text: str, part: str) -> Con:
    found = text.find(part)
    return NONE if found < 0 else some(found)


def _split(text: str, separator: str) -> Con:
    return list_value(text.split(separator) if separator else list(text))


def _join(separator: str, parts: Con) -> str:
    return separator.join(iter_list(parts))


@lru_cache(maxsize=256)
def _regex(pattern: str) -> Regex:
    return parse_regex(pattern)


def _matches(text: str, pattern: str) -> bool:
    return search(_regex(pattern), text)


def _to_int(text: str) -> Con:
    return some(int_of_text(text)) if _INT.fullmatch(text) else NONE


def _to_real(text: str) -> Con:
    return some(real_of_text(text)) if _REAL.fullmatch(text) else NONE


# ---------------------------------------------------------------- sets and maps


def _put(key: Value, value: Value, table: MapV) -> MapV:
    return MapV({**table.entries, key: value})


def _map_remove(key: Value, table: MapV) -> MapV:
    return MapV({k: v for k, v in table.entries.items() if k != key}) if key in table.entries else table


def _get(key: Value, table: MapV) -> Con:
    return some(table.entries[key]) if key in table.entries else NONE


def _values(table: MapV) -> Con:
    return list_value([table.entries[k] for k in table.keys_ordered()])


CALLS: dict[str, Callable[..., Any]] = {
    "any.le": lambda a, b: compare(a, b) <= 0,
    "str.index_of": _index_of,
    "str.split": _split,
    "str.join": _join,
    "str.matches": _matches,
    "str.of_int": int_text,
    "str.of_real": real_text,
    "str.of_bool": lambda b: "true" if b else "false",
    "str.to_int": _to_int,
    "str.to_real": _to_real,
    "set.empty": lambda: EMPTY_SET,
    "set.add": lambda x, s: s if x in s.items else SetV(s.items | {x}),
    "set.remove": lambda x, s: SetV(s.items - {x}) if x in s.items else s,
    "set.union": lambda a, b: SetV(a.items | b.items),
    "set.intersect": lambda a, b: SetV(a.items & b.items),
    "set.difference": lambda a, b: SetV(a.items - b.items),
    "set.to_list": lambda s: list_value(s.ordered()),
    "map.empty": lambda: EMPTY_MAP,
    "map.put": _put,
    "map.remove": _map_remove,
    "map.get": _get,
    "map.keys": lambda m: SetV(frozenset(m.entries)),
    "map.values": _values,
}


# ---------------------------------------------------------------- bounded quantifiers (generators: they call functions)

Steps = Generator[Any, Any, bool]


def _quantify(budget: Budget, predicate: Callable[..., Any], items: Any, stop_at: bool) -> Steps:
    for item in items:
        budget.charge(1)
        found = predicate(item)
        if type(found) is GeneratorType:
            found = yield found
        if bool(found) is stop_at:
            return stop_at
    return not stop_at


QUANTIFIERS: dict[str, Callable[..., Steps]] = {
    "set.all": lambda budget, p, s: _quantify(budget, p, s.ordered(), False),
    "set.any": lambda budget, p, s: _quantify(budget, p, s.ordered(), True),
    "int.all": lambda budget, p, low, high: _quantify(budget, p, range(low, high), False),
    "int.any": lambda budget, p, low, high: _quantify(budget, p, range(low, high), True),
}


# ---------------------------------------------------------------- cost of large results

COST: dict[str, str] = {
    "str.concat": "(len({0}) + len({1})) >> 6",
    "str.replace": "(len({0}) + {0}.count({1}) * len({2})) >> 6",
    "str.split": "len({0}) >> 4",
    "str.join": "join_cost({0}, {1})",
    "str.matches": "len({0}) * len({1}) >> 4",
    "set.add": "len({1}.items) >> 3",
    "set.remove": "len({1}.items) >> 3",
    "set.union": "(len({0}.items) + len({1}.items)) >> 3",
    "set.to_list": "len({0}.items) >> 2",
    "map.put": "len({2}.entries) >> 3",
    "map.remove": "len({1}.entries) >> 3",
    "map.values": "len({0}.entries) >> 2",
}

# after the work: ``{0}`` is the result, which is at most twice as long as what was paid for already
_BIG = 1 << 2048
GROWTH: dict[str, tuple[str, str]] = {
    **{f"int.{op}": ("not -BIG < {0} < BIG", "{0}.bit_length() >> 10") for op in ("add", "sub")},
    "int.mul": ("not -BIG < {0} < BIG", "({0}.bit_length() >> 7) ** 2"),
    **{
        f"real.{op}": (
            "{0}.denominator > BIG or not -BIG < {0}.numerator < BIG",
            "(max({0}.denominator, abs({0}.numerator)).bit_length() >> 7) ** 2",
        )
        for op in ("add", "sub", "mul", "div")
    },
}


def join_cost(separator: str, parts: Con) -> int:
    size, count = 0, 0
    for part in iter_list(parts):
        size, count = size + len(part), count + 1
    return (size + len(separator) * count) >> 6


HELPERS: dict[str, Any] = {"Fraction": Fraction, "BIG": _BIG, "join_cost": join_cost}
