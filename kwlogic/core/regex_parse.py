"""Reading patterns: recursive descent, at most ``MAX_DEPTH`` groups deep. ``core.regex`` has the trees and the meaning."""

from __future__ import annotations

from kwlogic.core.regex import (
    MAX_CODE,
    MAX_DEPTH,
    MAX_REPEAT,
    Alt,
    Chars,
    End,
    Regex,
    RegexError,
    Repeat,
    Seq,
    Start,
    complement,
    normal_ranges,
)

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


def parse_tree(pattern: str) -> Regex:
    """The tree of a pattern; anchors may still stand anywhere."""
    parser = _Parser(pattern)
    found = parser.alternatives()
    if parser.at < len(pattern):
        raise RegexError("`)` closes nothing", parser.at)
    return found
