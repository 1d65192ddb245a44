"""Reading documentation pages: their code blocks, and which file each defines.

A block is a file of the page's folder where its fence says `file=NAME` or its first line is a comment `# file: NAME`.
Blocks come in order, so that a page may show a file, and later the file put right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^```(\w+)[ ]*([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"#\s*file:\s*(\S+)\s*$")
_NUMBERS = (
    (re.compile(r"in \d+\.\d+ s\b"), "in 0.50 s"),
    (re.compile(r"\(rlimit [\d,]+"), "(rlimit 1,000"),
    (re.compile(r'"seconds": [\d.]+'), '"seconds": 0.5'),
    (re.compile(r'"rlimit": \d+'), '"rlimit": 1000'),
    (re.compile(r", T[1-4]\b"), ", T1"),
    (re.compile(r"[\d,]+ generated inputs passed"), "200 generated inputs passed"),
    (re.compile(r"[\d,]+ runs\b"), "100 runs"),
)


@dataclass(frozen=True)
class Block:
    """A fenced block: where its text stands in the page, and the file it defines, if any."""

    language: str
    info: str
    text: str
    start: int
    end: int
    line: int
    file: str | None


def blocks_of(text: str) -> list[Block]:
    return [_block(text, m) for m in _FENCE.finditer(text)]


def _block(page: str, match: re.Match[str]) -> Block:
    language, info, text = match.group(1), match.group(2).strip(), match.group(3)
    named = re.search(r"\bfile=(\S+)", info)
    first = _FILE.match(text.split("\n", 1)[0])
    file = named.group(1) if named else first.group(1) if first else None
    return Block(language, info, text, match.start(3), match.end(3), page.count("\n", 0, match.start(3)), file)


def replace(page: Path, changes: list[tuple[Block, str]]) -> None:
    """Put new texts in the place of blocks."""
    text = page.read_text(encoding="utf-8")
    for block, new in sorted(changes, key=lambda c: -c[0].start):
        text = text[: block.start] + new + text[block.end :]
    page.write_text(text, encoding="utf-8")


def normal(text: str) -> str:
    """The text without what differs between machines, solver versions and runs."""
    for pattern, fixed in _NUMBERS:
        text = pattern.sub(fixed, text)
    return "\n".join(line.rstrip() for line in text.splitlines())
