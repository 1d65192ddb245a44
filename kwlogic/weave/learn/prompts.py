"""Prompts of one task anti-unified: what all of them say stays, what varies becomes a slot.

The template is what is common to all token sequences, found prompt by prompt; a template counts only if it gives every prompt back exactly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MAX_TOKENS = 600
MAX_SLOTS = 12
_TOKEN = re.compile(r"\w+(?:[.,@:/'\-]\w+)*|\s+|.", re.DOTALL)
SLOT = None


@dataclass(frozen=True, slots=True)
class Template:
    """``parts``: texts, and None for each slot; ``values``: of the slots, prompt by prompt."""

    parts: tuple[str | None, ...]
    values: tuple[tuple[str, ...], ...]

    @property
    def slots(self) -> int:
        return sum(p is SLOT for p in self.parts)

    def fixed(self) -> int:
        """How many words are the same in all prompts."""
        return sum(len(re.findall(r"\w+", p)) for p in self.parts if p is not None)


def tokens(prompt: str) -> list[str]:
    return _TOKEN.findall(prompt)


def template_of(prompts: Sequence[str]) -> Template | None:
    """The template of all prompts, None where they have too little in common or are too long to compare."""
    once = list(dict.fromkeys(prompts))
    parts: list[str | None] = list(tokens(once[0])) if once else []
    if len(parts) > MAX_TOKENS:
        return Template((once[0],), tuple(() for _ in prompts)) if len(once) == 1 else None
    for prompt in once[1:]:
        other = tokens(prompt)
        if len(other) > MAX_TOKENS:
            return None
        parts = _common(parts, other)
    joined = _joined(_no_blank_islands(parts))
    values = [_slots(joined, p) for p in prompts]
    if sum(p is SLOT for p in joined) > MAX_SLOTS or any(v is None for v in values):
        return None
    return Template(joined, tuple(v for v in values if v is not None))


def _common(parts: list[str | None], other: list[str]) -> list[str | None]:
    mine = [p if p is not None else "\0" for p in parts]
    found: list[str | None] = []
    a = b = 0
    for i, j, size in SequenceMatcher(None, mine, other, autojunk=False).get_matching_blocks():
        if (i > a or j > b) and (not found or found[-1] is not SLOT):
            found.append(SLOT)
        found += parts[i : i + size]
        a, b = i + size, j + size
    return found


def _no_blank_islands(parts: list[str | None]) -> list[str | None]:
    """A blank between two slots is part of what varies."""
    found: list[str | None] = []
    for index, part in enumerate(parts):
        island = (
            part is not None and not part.strip() and 0 < index < len(parts) - 1 and parts[index - 1] is SLOT and parts[index + 1] is SLOT
        )
        if island or (part is SLOT and found and found[-1] is SLOT):
            continue
        found.append(part)
    return found


def _joined(parts: list[str | None]) -> tuple[str | None, ...]:
    found: list[str | None] = []
    for part in parts:
        if part is not None and found and found[-1] is not None:
            found[-1] += part
        elif part is not SLOT or not found or found[-1] is not SLOT:
            found.append(part)
    return tuple(found)


def slots_of(template: Template, prompt: str) -> tuple[str, ...] | None:
    """What stands in the slots of another prompt, None where it does not fit."""
    return _slots(template.parts, prompt)


def _slots(parts: tuple[str | None, ...], prompt: str) -> tuple[str, ...] | None:
    """What stands in the slots of a prompt, each text taken where it occurs first; None where the prompt does not fit."""
    at = 0
    values: list[str] = []
    waiting = False
    for index, part in enumerate(parts):
        if part is SLOT:
            waiting = True
            continue
        if index == len(parts) - 1 and waiting:
            start = len(prompt) - len(part) if prompt.endswith(part) else -1
        else:
            start = prompt.find(part, at) if waiting else (at if prompt.startswith(part, at) else -1)
        if start < at:
            return None
        if waiting:
            values.append(prompt[at:start])
        at, waiting = start + len(part), False
    if waiting:
        values.append(prompt[at:])
    return tuple(values) if waiting or at == len(prompt) else None


def alike(left: str, right: str) -> float:
    """How much two prompts share, by words: from 0 to 1."""
    a, b = (re.findall(r"\w+", p)[:200] for p in (left, right))
    if not a and not b:
        return 1.0
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if matcher.quick_ratio() < 0.3:
        return 0.0
    return max(matcher.ratio(), _framed(a, b))


def _framed(a: list[str], b: list[str]) -> float:
    """The share that two short prompts begin and end with, of the shorter one: what is named in the middle may have any length."""
    shorter = min(len(a), len(b))
    if shorter > MAX_FRAMED or a[0] != b[0] or a[-1] != b[-1]:
        return 0.0
    first = next((i for i in range(shorter) if a[i] != b[i]), shorter)
    last = next((i for i in range(shorter - first) if a[-1 - i] != b[-1 - i]), shorter - first)
    return (first + last) / shorter


MAX_FRAMED = 8  # words


_AFTER = re.compile(r"^\s*([A-Za-z]{2,})")
_BEFORE = re.compile(r"([A-Za-z]{2,})\s*[:=(\"'\[<]*\s*$")
FILLERS = frozenset(re.findall(r"\w+", "to for in on at of with the and or an is from by into as it this that please between than then"))


def slot_names(template: Template, numeric: Sequence[bool]) -> list[str]:
    """Names from the words around: what is counted stands after a number, what is named before a text."""
    found: list[str] = []
    slot = -1
    for index, part in enumerate(template.parts):
        if part is not SLOT:
            continue
        slot += 1
        before = template.parts[index - 1] if index else None
        after = template.parts[index + 1] if index + 1 < len(template.parts) else None
        near = _word(_BEFORE, before) if not numeric[slot] else _word(_AFTER, after) or _word(_BEFORE, before)
        labelled = before is not None and before.rstrip(" \"'").endswith((":", "="))
        label = _word(_BEFORE, before) if labelled else ""
        if index == 1 and not labelled and before is not None and len(before.split()) == 1 and not numeric[slot]:
            near = ""  # what a prompt begins with is asked for, not named
        found.append(label or near or ("number" if numeric[slot] else "text"))
    return found


def _word(pattern: re.Pattern[str], text: str | None) -> str:
    match = pattern.search(text) if text else None
    word = match.group(1).lower() if match else ""
    return "" if word in FILLERS else word
