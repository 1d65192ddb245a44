"""Regular expressions of ``matches``: the common subset of Python's ``re`` and JSON Schema patterns.

``parse_regex`` yields a small syntax tree (for the solver's encoding, too), ``search`` decides whether some part of a text
matches, in time linear in the text. Classes are sets of code-point ranges; ``\\d \\w \\s`` are the ASCII ones. ``^`` and
``$`` mean the very start and end of the text and may stand only where an alternative starts or ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

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


_DIGIT = ((48, 57),)
_WORD = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE = ((9, 13), (32, 32))
_CLASSES = {
    "d": _DIGIT,
    "w": _WORD,
    "s": _SPACE,
    "D": complement(_DIGIT),
    "W": complement(_WORD),
    "S": complement(_SPACE),
}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "0": "\0"}
_DOT = complement(((10, 10),))


class _Parser:
    """Recursive descent, at most ``MAX_DEPTH`` groups deep."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self, expected: str) -> bool:
        if self.text.startswith(expected, self.at):
            self.at += len(expected)
            return True
        return False

    def alternatives(self) -> Regex:
        items = [self.sequence()]
        while self.take("|"):
            items.append(self.sequence())
        return items[0] if len(items) == 1 else Alt(tuple(items))

    def sequence(self) -> Regex:
        items: list[Regex] = []
        while self.peek() and self.peek() not in "|)":
            items.append(self.repeated())
        return items[0] if len(items) == 1 else Seq(tuple(items))

    def repeated(self) -> Regex:
        start = self.at
        item = self.atom()
        bounds = self.bounds()
        if bounds is None:
            return item
        if isinstance(item, (Start, End)):
            raise RegexError("an anchor cannot be repeated", start)
        if self.peek() in ("?", "+"):
            kind = "lazy" if self.peek() == "?" else "possessive"
            raise RegexError(f"{kind} repetition is not supported (which part matches first makes no difference here)", self.at)
        if self.peek() == "*" or (self.peek() == "{" and self.counted() is not None):
            raise RegexError("a repetition cannot be repeated; put the inner one in a group `(?: )`", self.at)
        return Repeat(item, *bounds)

    def bounds(self) -> tuple[int, int | None] | None:
        found: tuple[int, int | None]
        for sign, found in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.take(sign):
                return found
        return self.counted() if self.peek() == "{" else None

    def counted(self) -> tuple[int, int | None] | None:
        """``{m}``, ``{m,}`` or ``{m,n}``; a brace that is none of them is a literal."""
        start = self.at
        end = self.text.find("}", start)
        low, comma, high = self.text[start + 1 : end].partition(",") if end > 0 else ("", "", "")
        numbers = [n for n in (low, high) if n]
        if not (numbers or comma) or not all(n.isascii() and n.isdigit() for n in numbers):
            return None
        if not low:
            raise RegexError(f"`{{,{high}}}` means different things to different readers; write `{{0,{high}}}`", start)
        if any(len(n) > 4 or int(n) > MAX_REPEAT for n in numbers):
            raise RegexError(f"repetition counts end at {MAX_REPEAT}", start)
        bounds = (int(low), (int(high) if high else None) if comma else int(low))
        if bounds[1] is not None and bounds[0] > bounds[1]:
            raise RegexError("the least count is greater than the greatest", start)
        self.at = end + 1
        return bounds

    def atom(self) -> Regex:
        start = self.at
        char = self.peek()
        self.at += 1
        match char:
            case "(":
                return self.group(start)
            case "[":
                return self.char_class(start)
            case "\\":
                return Chars(self.escape(start))
            case ".":
                return Chars(_DOT)
            case "^":
                return Start(start)
            case "$":
                return End(start)
            case "*" | "+" | "?":
                raise RegexError("nothing to repeat", start)
        return Chars(((ord(char), ord(char)),))

    def group(self, start: int) -> Regex:
        if self.peek() == "?" and not self.take("?:"):
            what = {"=": "lookahead", "!": "lookahead", "<": "lookbehind or a named group", "P": "a named group"}
            raise RegexError(f"{what.get(self.text[self.at + 1 : self.at + 2], 'this kind of group')} is not supported", start)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise RegexError(f"groups nest deeper than {MAX_DEPTH}", start)
        inner = self.alternatives()
        self.depth -= 1
        if not self.take(")"):
            raise RegexError("the group is not closed", start)
        return inner

    def escape(self, start: int) -> tuple[tuple[int, int], ...]:
        """After a backslash."""
        char = self.peek()
        self.at += 1
        if char in _CLASSES:
            return _CLASSES[char]
        if char in ("x", "u", "U") and char:
            return self.code_point(start, {"x": 2, "u": 4, "U": 8}[char])
        if char == "0" and self.peek().isdigit() and self.peek().isascii():
            raise RegexError("octal escapes are not supported", start)
        if char in _CONTROLS and char:
            return ((ord(_CONTROLS[char]), ord(_CONTROLS[char])),)
        if not char:
            raise RegexError("the pattern ends in a backslash", start)
        if char.isascii() and char.isalnum():
            what = "backreferences are" if char.isdigit() else f"`\\{char}` is"
            raise RegexError(f"{what} not supported", start)
        return ((ord(char), ord(char)),)

    def code_point(self, start: int, digits: int) -> tuple[tuple[int, int], ...]:
        text = self.text[self.at : self.at + digits]
        if len(text) < digits or not all(c in "0123456789abcdefABCDEF" for c in text) or int(text, 16) > MAX_CODE:
            raise RegexError(f"expected {digits} hexadecimal digits of a code point", start)
        self.at += digits
        return ((int(text, 16), int(text, 16)),)

    def char_class(self, start: int) -> Regex:
        negated = self.take("^")
        ranges: list[tuple[int, int]] = []
        first = True
        while first or self.peek() != "]":
            first = False
            if not self.peek():
                raise RegexError("the class is not closed", start)
            ranges.extend(self.class_item())
        self.at += 1
        found = normal_ranges(ranges)
        return Chars(complement(found) if negated else found)

    def class_item(self) -> tuple[tuple[int, int], ...]:
        start = self.at
        low = self.class_char()
        if self.peek() != "-" or self.text[self.at + 1 : self.at + 2] in ("]", ""):
            return low
        self.at += 1
        high = self.class_char()
        if not _single(low) or not _single(high):
            raise RegexError("a range needs a single character on either side", start)
        if low[0][0] > high[0][0]:
            raise RegexError("the range is the wrong way round", start)
        return ((low[0][0], high[0][0]),)

    def class_char(self) -> tuple[tuple[int, int], ...]:
        start = self.at
        char = self.peek()
        self.at += 1
        if char == "\\":
            if self.take("b"):
                return ((8, 8),)
            return self.escape(start)
        return ((ord(char), ord(char)),)


def _single(ranges: tuple[tuple[int, int], ...]) -> bool:
    return len(ranges) == 1 and ranges[0][0] == ranges[0][1]


def parse_regex(pattern: str) -> Regex:
    """The tree of a pattern, or ``RegexError``."""
    parser = _Parser(pattern)
    found = parser.alternatives()
    if parser.at < len(pattern):
        raise RegexError("`)` closes nothing", parser.at)
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
