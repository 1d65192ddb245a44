"""Reading the attacks: each `### name` opens a small module of its own.

A line marked `# no` must not be proved: some verdict on it other than `proved`, or an error. A line marked `# maybe` may be
anything. Every other line must hold no error, so that no attack passes just because it does not check.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

HEAD = re.compile(r"^### (\w+)\n", re.MULTILINE)
MARK = re.compile(r"# (no|maybe)\s*$")


@dataclass(frozen=True)
class Attack:
    theme: str
    name: str
    text: str

    @property
    def file(self) -> str:
        return f"{self.name}.kw"

    def marked(self, kind: str) -> set[int]:
        found = ((n, MARK.search(line)) for n, line in enumerate(self.text.splitlines(), 1))
        return {n for n, mark in found if mark and mark.group(1) == kind}


def attacks_of(path: Path) -> list[Attack]:
    _, *parts = HEAD.split(path.read_text(encoding="utf-8"))
    return [Attack(path.stem, name, text) for name, text in zip(parts[::2], parts[1::2])]
