"""Laying text out within a width: documents of text, line breaks, groups and comments at line ends.

A group stands on one line where it fits, else each of its own breaks is a new line. Printing keeps an explicit stack,
so documents of any depth and length print.
"""

from __future__ import annotations

from dataclasses import dataclass, field

WIDTH = 100
ALIGN = 76


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    hard: bool = False


@dataclass(frozen=True, slots=True)
class IfBroken:
    """Text that stands only where its group is broken."""

    text: str
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A break: ``flat`` where its group stands on one line."""

    flat: str = " "
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Fresh:
    """A new line, unless nothing stands on this one yet."""

    hard: bool = True


@dataclass(frozen=True, slots=True)
class Suffix:
    """A comment for the end of the line, whatever else comes to stand on it."""

    text: str
    hard: bool = True


@dataclass(frozen=True, slots=True)
class Seq:
    parts: tuple[Doc, ...]
    hard: bool


@dataclass(frozen=True, slots=True)
class Nest:
    by: int
    body: Doc
    hard: bool


@dataclass(frozen=True, slots=True)
class Group:
    body: Doc
    hard: bool


Doc = Text | IfBroken | Line | Fresh | Suffix | Seq | Nest | Group

LINE, SOFT, HARD, FRESH, EMPTY = Line(), Line(""), Line("", True), Fresh(), Text("")


def seq(*parts: Doc | str) -> Doc:
    docs = tuple(Text(p) if isinstance(p, str) else p for p in parts)
    return Seq(docs, any(d.hard for d in docs))


def nest(by: int, *parts: Doc | str) -> Doc:
    body = seq(*parts)
    return Nest(by, body, body.hard)


def group(*parts: Doc | str) -> Doc:
    body = seq(*parts)
    return Group(body, body.hard)


@dataclass(slots=True)
class Page:
    """The lines printed so far; ``suffixes[i]`` is the comment at the end of line ``i``."""

    lines: list[str] = field(default_factory=lambda: [""])
    suffixes: dict[int, str] = field(default_factory=dict)

    def write(self, text: str) -> None:
        first, *rest = text.split("\n")
        self.lines[-1] += first
        self.lines.extend(rest)

    def newline(self, indent: int) -> None:
        if not self.lines[-1].strip(" "):
            self.lines[-1] = ""
        self.lines.append(" " * indent)

    def suffix(self, text: str) -> None:
        at = len(self.lines) - 1
        self.suffixes[at] = f"{self.suffixes[at]}  {text}" if at in self.suffixes else text

    def text(self) -> str:
        """All lines; the comments of adjacent lines stand in one column, where that is not too far right."""
        lines = list(self.lines)
        for at in sorted(self.suffixes):
            lines[at] = lines[at].rstrip(" ").ljust(self._column(at)) + "  " + self.suffixes[at]
        return "\n".join(lines)

    def _column(self, at: int) -> int:
        widths = [0]
        for step in (-1, 1):
            i = at if step < 0 else at + 1
            while i in self.suffixes:
                widths.append(len(self.lines[i].rstrip(" ")))
                i += step
        return max(w for w in widths if w <= ALIGN)


def lay_out(doc: Doc, width: int = WIDTH) -> str:
    """The document as text, without blanks at line ends."""
    page = Page()
    stack: list[tuple[int, bool, Doc]] = [(0, False, doc)]
    while stack:
        indent, flat, top = stack.pop()
        if isinstance(top, Seq):
            stack.extend((indent, flat, part) for part in reversed(top.parts))
        elif isinstance(top, Nest):
            stack.append((indent + top.by, flat, top.body))
        elif isinstance(top, Group):
            fits = flat or (not top.hard and _fits(width - len(page.lines[-1]), top.body, stack))
            stack.append((indent, fits, top.body))
        elif isinstance(top, Text):
            page.write(top.text)
        elif isinstance(top, IfBroken):
            page.write("" if flat else top.text)
        elif isinstance(top, Suffix):
            page.suffix(top.text)
        elif isinstance(top, Fresh):
            if page.lines[-1].strip(" "):
                _break(page, indent)
        elif flat and not top.hard:
            page.write(top.flat)
        else:
            _break(page, indent)
    return page.text()


def _break(page: Page, indent: int) -> None:
    page.lines[-1] = page.lines[-1].rstrip(" ") if page.lines[-1].strip(" ") else ""
    page.newline(indent)


def _fits(room: int, doc: Doc, after: list[tuple[int, bool, Doc]]) -> bool:
    """Whether ``doc`` on one line, with what follows it up to the next possible break, has room."""
    stack = [(True, doc)]
    rest = len(after)
    while room >= 0:
        if not stack:
            if rest == 0:
                return True
            rest -= 1
            stack.append((after[rest][1], after[rest][2]))
        flat, top = stack.pop()
        if isinstance(top, Seq):
            stack.extend((flat, part) for part in reversed(top.parts))
        elif isinstance(top, Nest):
            stack.append((flat, top.body))
        elif isinstance(top, Group):
            stack.append((flat and not top.hard, top.body))
        elif isinstance(top, Text):
            line, newline, _ = top.text.partition("\n")
            room -= len(line)
            if newline:
                return room >= 0
        elif isinstance(top, Line):
            if not flat or top.hard:
                return True
            room -= len(top.flat)
    return False
