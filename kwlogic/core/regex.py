"""Regular expressions of ``matches``: the common subset of Python's ``re`` and JSON Schema patterns.

``parse_regex`` yields a small syntax tree (for the solver's encoding, too), ``search`` decides whether some part of a text
matches, in time linear in the text. Classes are sets of code-point ranges; ``\\d \\w \\s`` are the ASCII ones. ``^`` and
``$`` mean the very start and end of the text and may stand only where an alternative starts or ends.
"""

from __future__ import annotations

from dataclasses import field
from typing import TypeAlias

from kwlogic.source.records import dataclass

MAX_CODE = 0x10FFFF
MAX_REPEAT = 1_000
MAX_DEPTH = 50
MAX_SIZE = 20_000  # positions, once counted repetitions are written out


class RegexError(ValueError):
    """A pattern outside the subset; ``offset`` counts code points of the pattern."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Chars:
    """One code point out of inclusive, sorted, disjoint, non-adjacent ranges; no ranges: nothing matches."""

    ranges: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Seq:
    """One after the other; empty: the empty string."""

    items: tuple[Regex, ...]


@dataclass(frozen=True, slots=True)
class Alt:
    items: tuple[Regex, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """``low`` to ``high`` times; ``high`` None: without end."""

    body: Regex
    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Start:
    """``^``: the start of the text. ``at``: its offset in the pattern."""

    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class End:
    """``$``: the end of the text."""

    at: int = field(default=0, compare=False)


Regex: TypeAlias = Chars | Seq | Alt | Repeat | Start | End

EMPTY = Seq(())
ANY_CHAR = Chars(((0, MAX_CODE),))
ANY_TEXT = Repeat(ANY_CHAR, 0, None)
NOTHING = Chars(())


def normal_ranges(ranges: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Sorted, and joined where they touch."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return tuple(found)


def complement(ranges: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """The code points outside of normal ranges."""
    found, start = [], 0
    for low, high in ranges:
        if start < low:
            found.append((start, low - 1))
        start = high + 1
    if start <= MAX_CODE:
        found.append((start, MAX_CODE))
    return tuple(found)


def parse_regex(pattern: str) -> Regex:
    """The tree of a pattern, or ``RegexError``."""
    from kwlogic.core.regex_parse import parse_tree

    found = parse_tree(pattern)
    full_language(found)
    if _size(found) > MAX_SIZE:
        raise RegexError("the counted repetitions make the pattern too large", 0)
    return found


def _size(regex: Regex) -> int:
    match regex:
        case Seq(items) | Alt(items):
            return 1 + sum(map(_size, items))
        case Repeat(body, low, high):
            return 1 + _size(body) * max(low if high is None else high, 1)
        case _:
            return 1


# ---------------------------------------------------------------- anchors

_Branches = dict[tuple[bool, bool], Regex]  # anchored at the start, at the end -> what lies between


def full_language(regex: Regex) -> Regex:
    """The same search as a full match: no anchors, ``ANY_TEXT`` on either side that is not anchored."""
    found = []
    for (left, right), body in _branches(regex).items():
        parts = (*(() if left else (ANY_TEXT,)), body, *(() if right else (ANY_TEXT,)))
        found.append(parts[0] if len(parts) == 1 else Seq(parts))
    return found[0] if len(found) == 1 else Alt(tuple(found))


def _branches(regex: Regex) -> _Branches:
    match regex:
        case Start():
            return {(True, False): EMPTY}
        case End():
            return {(False, True): EMPTY}
        case Alt(items):
            return _merged([pair for item in items for pair in _branches(item).items()])
        case Repeat(body, _, _):
            if list(_branches(body)) != [(False, False)]:
                raise RegexError("an anchor cannot be repeated", _anchor(body))
            return {(False, False): regex}
        case Seq(items):
            return _of_sequence(items)
        case _:
            return {(False, False): regex}


def _of_sequence(items: tuple[Regex, ...]) -> _Branches:
    """Anchors on the left of everything or on the right of everything, else an error."""
    found: _Branches = {(False, False): EMPTY}
    for item in items:
        pairs = []
        for (left, right), before in found.items():
            for (left2, right2), after in _branches(item).items():
                if (right and after != EMPTY) or (right and left2) or (left2 and before != EMPTY):
                    raise RegexError("an anchor may stand only where an alternative starts (`^`) or ends (`$`)", _anchor(Seq(items)))
                pairs.append(((left or left2, right or right2), _then(before, after)))
        found = _merged(pairs)
    return found


def _then(before: Regex, after: Regex) -> Regex:
    items = tuple(part for side in (before, after) for part in (side.items if isinstance(side, Seq) else (side,)))
    return items[0] if len(items) == 1 else Seq(items)


def _merged(pairs: list[tuple[tuple[bool, bool], Regex]]) -> _Branches:
    found: dict[tuple[bool, bool], list[Regex]] = {}
    for key, body in pairs:
        found.setdefault(key, []).append(body)
    return {key: bodies[0] if len(bodies) == 1 else Alt(tuple(bodies)) for key, bodies in found.items()}


def _anchor(regex: Regex) -> int:
    """The offset of the last anchor."""
    match regex:
        case Start(at) | End(at):
            return at
        case Seq(items) | Alt(items):
            return max(map(_anchor, items), default=0)
        case Repeat(body, _, _):
            return _anchor(body)
        case _:
            return 0
