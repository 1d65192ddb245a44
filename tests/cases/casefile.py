"""Reading `tests/cases/*.md`: kw blocks with marks at their lines, and text blocks that show output.

A block ``` kw lib.kw ``` names its file; another gets the name of the page. All blocks of one page are files of one
folder, so they may use each other. A mark is a comment at the end of a line: `# proved`, `# refuted`, `# unknown`,
`# enforced`, `# assumed`, `# warning: KW533`, `# error: KW301`, or several with commas between. What is not marked must be
proved, and hold no warning. A block ``` text ``` after it shows the findings in that file as `check` prints them;
``` text concise ``` one to a line; ``` text verdicts ``` the table of `-v`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^```(\w+)[ ]?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"#\s*((?:proved|refuted|unknown|enforced|assumed|warning|error)\b[^#]*)$")
_ITEM = re.compile(r"(proved|refuted|unknown|enforced|assumed|warning|error)(?::\s*(KW\d{3}))?")


@dataclass(frozen=True)
class Shown:
    """A text block: where its text lies in the page, and what it shows."""

    start: int
    end: int
    form: str
    text: str


@dataclass(frozen=True)
class Block:
    """A kw block; ``line`` is the page's line before the first of the text."""

    name: str
    text: str
    line: int
    shown: tuple[Shown, ...]


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found: list[Block] = []
    names: set[str] = set()
    for match in _FENCE.finditer(text):
        kind, info = match.group(1), match.group(2).strip()
        if kind == "kw":
            name = info or _fresh(page.stem.replace("-", "_"), names)
            names.add(name)
            found.append(Block(name, match.group(3), text.count("\n", 0, match.start(3)), ()))
        elif kind == "text" and found:
            last = found[-1]
            shown = Shown(match.start(3), match.end(3), info or "full", match.group(3))
            found[-1] = Block(last.name, last.text, last.line, (*last.shown, shown))
    return found


def _fresh(stem: str, taken: set[str]) -> str:
    number = 1
    while (name := f"{stem}{number if number > 1 else ''}.kw") in taken:
        number += 1
    return name


def marks_of(text: str) -> dict[int, set[str]]:
    """Marks by line, counted from 1; a mark is a verdict, `error`, `warning`, or one of these two with its code."""
    found: dict[int, set[str]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        match = _MARK.search(line)
        if match:
            items = [part.strip() for part in match.group(1).split(",")]
            found[number] = {_read(item) for item in items}
    return found


def _read(item: str) -> str:
    match = _ITEM.fullmatch(item)
    assert match, f"not a mark: {item!r}"
    return match.group(1) + (f" {match.group(2)}" if match.group(2) else "")


def agree(marks: set[str], found: set[str]) -> bool:
    """Everything found is marked, proofs aside, and everything marked is found."""
    loose = {m for m in marks if m in ("error", "warning")}
    rest = {f for f in found if f.split()[0] not in loose or f in ("error", "warning")}
    strict = marks - loose
    return (
        rest - {"proved"} == strict - {"proved"} and strict & {"proved"} <= rest and all(any(f.startswith(x) for f in found) for x in loose)
    )
