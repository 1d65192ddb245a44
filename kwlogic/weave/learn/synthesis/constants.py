"""Constants worth trying, read off the examples: separators, what surrounds an output in an input, what was cut or put in, words
that tell inputs apart, small numbers. Each with a cost: what copies outputs is dear.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from os.path import commonpath

_WORD = re.compile(r"[A-Za-z0-9]+")
_MARKS = re.compile(r"[^A-Za-z0-9]+")
SEPARATORS, CONTEXTS, DIFFERENCES, WORDS = 8, 6, 8, 8


def literal_cost(text: str) -> int:
    """What a constant in a result costs: letters and digits one each, so that copying outputs is dear."""
    dear = sum(c.isalnum() for c in text)
    return 1 + dear + max(0, len(text) - dear - 1) // 2


def mark_cost(text: str) -> int:
    """What a text to look for costs."""
    return 1 if len(text) <= 1 else 2 if len(text) <= 4 else 3


def separators(texts: Sequence[Sequence[str]]) -> list[str]:
    """Runs of other than letters and digits in the inputs, and their single characters; by the number of examples that have them."""
    count: Counter[str] = Counter()
    for inputs in texts:
        found = {m for t in inputs for m in _MARKS.findall(t)}
        count.update({c for m in found for c in m} | {m for m in found if 1 < len(m) <= 3})
    most = sorted(count, key=lambda m: (-count[m], len(m), m))
    return most[:SEPARATORS]


def contexts(texts: Sequence[Sequence[str]], outputs: Sequence[str]) -> list[str]:
    """What stands before and after the output wherever it is found in an input, as far as all agree."""
    found: dict[str, None] = {}
    for index in range(len(texts[0]) if texts else 0):
        pairs = [(t[index], o) for t, o in zip(texts, outputs) if o and o in t[index]]
        if len(pairs) < 2:
            continue
        for start in (str.find, str.rfind):
            places = [(t, start(t, o), len(o)) for t, o in pairs]
            lefts = [t[:i] for t, i, _ in places if i > 0]
            rights = [t[i + n :] for t, i, n in places if i + n < len(t)]
            left = commonpath([t[::-1] for t in lefts])[::-1]
            right = commonpath(rights)
            for text in (left[-1:], left[-3:], left, right[:1], right[:3], right):
                if 0 < len(text) <= 12:
                    found[text] = None
    return list(found)[:CONTEXTS]


def differences(texts: Sequence[Sequence[str]], outputs: Sequence[str]) -> list[str]:
    """What is cut out of an input or put in, between what both share at either end; by the number of examples."""
    count: Counter[str] = Counter()
    for inputs, output in zip(texts, outputs):
        for text in inputs:
            head = len(commonpath([text, output]))
            tail = len(commonpath([text[head:][::-1], output[head:][::-1]]))
            if head + tail < max(2, min(len(text), len(output)) // 2):
                continue
            count.update({d for d in (text[head : len(text) - tail], output[head : len(output) - tail]) if 0 < len(d) <= 24})
    return sorted(count, key=lambda d: (-count[d], len(d), d))[:DIFFERENCES]


def telling_words(texts: Sequence[Sequence[str]], outputs: Iterable[str]) -> list[str]:
    """Words that some inputs have and some do not, or outputs have and their inputs do not; fewest first to tell most."""
    count: Counter[str] = Counter()
    for inputs in texts:
        count.update({w for t in inputs for w in _WORD.findall(t)})
    total = len(texts)
    own: Counter[str] = Counter()
    for inputs, output in zip(texts, outputs):
        own.update({w for w in _WORD.findall(output) if not any(w in t for t in inputs)})
    shared = [w for w in count if 1 < count[w] < total] if total > 2 else []
    shared.sort(key=lambda w: (abs(2 * count[w] - total), w))
    fresh = sorted((w for w in own if len(w) > 1), key=lambda w: (-own[w], w))
    return list(dict.fromkeys([*fresh[: WORDS // 2], *shared]))[:WORDS]


def mined(texts: Sequence[Sequence[str]], outputs: Sequence[str]) -> list[tuple[str, int]]:
    """Texts with their costs as marks, the likeliest first. ``outputs`` is empty where outputs are no texts."""
    found = [*separators(texts)]
    if outputs:
        found += [*contexts(texts, outputs), *differences(texts, outputs)]
    found += telling_words(texts, outputs or [""] * len(texts))
    return [(text, mark_cost(text)) for text in dict.fromkeys(found)]


_SMALL = {0: 1, 1: 1, -1: 1, 2: 2, -2: 2, 3: 2, -3: 3, 4: 3, 5: 3}


def small_numbers() -> list[tuple[int, int]]:
    """Places and counts, with their costs."""
    return list(_SMALL.items())
