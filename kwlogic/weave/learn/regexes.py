"""A regular expression for texts that look alike: runs of character classes, equal pieces kept as they are.

Texts are cut into runs (digits, capitals, small letters, mixed words, single other characters); where all have the same runs, each run becomes a
constant, or its class with its length. Texts that differ in their runs have no expression here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kwlogic.weave.learn.chance import never_beyond

MAX_LENGTH = 200
MAX_RUNS = 24
_RUN = re.compile(r"[0-9]+|[A-Z]+|[a-z]+|.", re.DOTALL)
_LOOSE = re.compile(r"[A-Za-z0-9]+|.", re.DOTALL)
_WORDS = re.compile(r"[A-Za-z]+|[0-9]+|.", re.DOTALL)
_SHARE = {"[0-9]": 10 / 95, "[A-Z]": 26 / 95, "[a-z]": 26 / 95, "[A-Za-z]": 52 / 95, "[A-Za-z0-9]": 62 / 95, "[0-9a-f]": 16 / 95}


def widths(pattern: str) -> tuple[int, int | None]:
    """Least and greatest length of the texts of an expression of this module's making; None where there is no greatest."""
    low, high = 0, 0
    for piece in re.finditer(r"(?:\\.|\[[^\]]*\]|[^\^$])(\+|\{[0-9]+\})?", pattern):
        times = piece.group(1)
        count = int(times[1:-1]) if times and times != "+" else 1
        low += count
        high = -1 if times == "+" or high < 0 else high + count
    return low, None if high < 0 else high


def constants(pattern: str) -> tuple[str, list[str], str]:
    """What texts of an expression of this module's making begin with, hold in between, and end with."""
    pieces = [""]
    for found in re.finditer(r"\\(.)|(\[[^\]]*\](?:\+|\{[0-9]+\})?)|(.)", pattern.removeprefix("^").removesuffix("$"), re.DOTALL):
        if found[2] is not None:
            pieces.append("")
        else:
            pieces[-1] += found[1] if found[1] is not None else found[3]
    return (pieces[0], [p for p in pieces[1:-1] if p], pieces[-1]) if len(pieces) > 1 else (pieces[0], [], pieces[0])


def expression_of(texts: Sequence[str]) -> tuple[str, float] | None:
    """An anchored expression that all texts match, and how likely they would by chance. None where they have nothing in common."""
    if not texts or any(len(t) > MAX_LENGTH or not t for t in texts):
        return None
    for cut in (_RUN, _WORDS, _LOOSE):
        split = [cut.findall(t) for t in texts]
        if len({len(s) for s in split}) == 1 and len(split[0]) <= MAX_RUNS:
            found = _columns(split)
            if found is not None:
                return found
    return None


def _columns(split: Sequence[Sequence[str]]) -> tuple[str, float] | None:
    pieces: list[str] = []
    p = 1.0
    told = False
    single = sum(len(runs) for runs in zip(*split) if all(re.fullmatch("[A-Z]", r) for r in runs))
    capitals = [runs for runs in zip(*split) if all(re.fullmatch("[A-Z]+", r) for r in runs)]
    alone = single if single == sum(map(len, capitals)) else 0
    for runs in zip(*split):
        piece, chance = _piece(runs, alone if runs in capitals else 0)
        if piece is None:
            return None
        pieces.append(piece)
        p *= chance
        told = told or piece.startswith("[")
    telling = len(pieces) > 1 or (pieces[0].startswith("[") and "A-Za-z0-9" not in pieces[0])
    return (f"^{''.join(pieces)}$", p) if told and telling else None


def _piece(runs: Sequence[str], like: int = 0) -> tuple[str | None, float]:
    """``like``: how many runs of the expression say the same of lengths, these among them."""
    distinct = set(runs)
    if len(distinct) == 1:
        return _escaped(runs[0]), (1 / 95) ** (len(runs) - 1)
    known = next((c for c in _SHARE if all(re.fullmatch(f"{c}+", r) for r in distinct)), None)
    if known is None:
        return None, 1.0
    lengths = {len(r) for r in runs}
    letters = sum(map(len, runs))
    chance = _SHARE[known] ** min(letters, 200)
    if len(lengths) == 1 and never_beyond(1, max(like, len(runs))) <= 0.02:
        width = next(iter(lengths))
        return known if width == 1 else f"{known}{{{width}}}", chance
    return f"{known}+", chance


def _escaped(text: str) -> str:
    return re.sub(r"([\\^$.|?*+()\[\]{}/\"-])", lambda m: "\\" + m.group(1) if m.group(1) not in '-/"' else m.group(1), text)
