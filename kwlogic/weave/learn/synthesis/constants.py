"""Constants worth trying, read off the examples: separators, what surrounds an output in an input, what was cut or put in, words
that tell inputs apart, small numbers. Each with a cost: what copies outputs is dear.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

_WORD = re.compile(r"[A-Za-z0-9]+")
_PART = 2
_TOKEN = re.compile(r"[A-Za-z0-9]+|[^A-Za-z0-9]")
_MARKS = re.compile(r"[^A-Za-z0-9]+")
LONG = 2_000  # longer texts are not aligned
SEPARATORS, CONTEXTS, DIFFERENCES, WORDS, EDITS = 8, 6, 8, 8, 30


def literal_cost(text: str) -> int:
    """What a constant in a result costs: letters and digits count, so that copying outputs is dear."""
    dear = sum(c.isalnum() for c in text)
    return 1 + min(dear, 3) + max(0, dear - 3) // 3 + max(0, len(text) - dear - 1) // 2


def mark_cost(text: str) -> int:
    """What a text to look for costs."""
    return 1 if len(text) <= 1 else 2 if len(text) <= 4 else 3


def shared_start(texts: Sequence[str]) -> str:
    """What all the texts begin with."""
    if not texts:
        return ""
    low, high = min(texts), max(texts)
    size = next((i for i, (a, b) in enumerate(zip(low, high)) if a != b), min(len(low), len(high)))
    return low[:size]


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
            left = shared_start([t[::-1] for t in lefts])[::-1]
            right = shared_start(rights)
            for text in (left[-1:], left[-3:], left, right[:1], right[:3], right):
                if 0 < len(text) <= 12:
                    found[text] = None
    return list(found)[:CONTEXTS]


def differences(texts: Sequence[Sequence[str]], outputs: Sequence[str]) -> list[str]:
    """What is cut out of an input, between what both share at either end; by the number of examples."""
    count: Counter[str] = Counter()
    for inputs, output in zip(texts, outputs):
        for text in inputs:
            head = len(shared_start([text, output]))
            tail = len(shared_start([text[head:][::-1], output[head:][::-1]]))
            if head + tail < max(2, min(len(text), len(output)) // 2):
                continue
            count.update({d for d in (text[head : len(text) - tail],) if 0 < len(d) <= 24})
    return sorted(count, key=lambda d: (-count[d], len(d), d))[:DIFFERENCES]


def fresh_words(texts: Sequence[Sequence[str]], outputs: Iterable[str]) -> list[str]:
    """Words that outputs have and their inputs do not."""
    own: Counter[str] = Counter()
    for inputs, output in zip(texts, outputs):
        own.update({w for w in _WORD.findall(output) if len(w) > 1 and not any(w in t for t in inputs)})
    return sorted(own, key=lambda w: (-own[w], w))[: WORDS // 2]


def telling_words(texts: Sequence[Sequence[str]]) -> list[str]:
    """Words that some inputs have and some do not; first those that tell most."""
    count: Counter[str] = Counter()
    for inputs in texts:
        count.update({w for t in inputs for w in _WORD.findall(t)})
    total = len(texts)
    shared = [w for w in count if 1 < count[w] < total] if total > 2 else []
    shared.sort(key=lambda w: (abs(2 * count[w] - total), w))
    return shared[:WORDS]


def edits(texts: Sequence[Sequence[str]], outputs: Sequence[str]) -> list[tuple[str, str, int]]:
    """What is exchanged for what between an input and its output, in whole words, alone and with what stands before them, and what
    that costs more than its texts: parts of words do."""
    count: Counter[tuple[str, str, int]] = Counter()
    for inputs, output in zip(texts, outputs):
        for text in inputs:
            if len(text) + len(output) < LONG:
                count.update(set(_exchanged(text, output)))
    found = [e for e in count if e[0] and e[0] != e[1] and len(e[0]) <= 24 and len(e[1]) <= 24]
    return sorted(found, key=lambda e: (-count[e], len(e[0]) + len(e[1]), e))[:EDITS]


def _exchanged(text: str, output: str) -> Iterator[tuple[str, str, int]]:
    before, after = _TOKEN.findall(text), _TOKEN.findall(output)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    blocks = matcher.get_opcodes()
    if sum(j - i for tag, i, j, _, _ in blocks if tag == "equal") * 3 < len(before):
        return
    for tag, i, j, k, m in blocks:
        if tag in ("replace", "delete"):
            yield "".join(before[i:j]), "".join(after[k:m]), 0
            if m - k > 1 and j - i == 1:
                yield before[i], after[k], 0
                yield before[i], after[m - 1], 0
            if i and k and not before[i - 1].isalnum() and before[i - 1] == after[k - 1]:
                low = 2 if i > 1 and k > 1 and not before[i - 2].isalnum() and before[i - 2] == after[k - 2] else 1
                yield "".join(before[i - low : j]), "".join(after[k - low : m]), 0
            yield from _trimmed("".join(before[i:j]), "".join(after[k:m]))


def _trimmed(old: str, new: str) -> Iterator[tuple[str, str, int]]:
    """The part of a word that changes, where that is at its start or its end."""
    head = len(shared_start([old, new]))
    tail = len(shared_start([old[head:][::-1], new[head:][::-1]]))
    if head + tail and not (head and tail):
        yield old[head : len(old) - tail], new[head : len(new) - tail], _PART


def endings(texts: Sequence[Sequence[str]]) -> list[str]:
    """First and last letters that some inputs share and some do not."""
    count: Counter[str] = Counter()
    for inputs in texts:
        count.update({e for t in inputs if t for e in (t[0], t[-1]) if e.isalnum()})
    found = [e for e in count if 1 < count[e] < len(texts)]
    return sorted(found, key=lambda e: (-count[e], e))[:4]


def output_separators(texts: Sequence[Sequence[str]], outputs: Sequence[str]) -> list[str]:
    """Characters other than letters and digits that every output has: what marks may be replaced by."""
    shared = set.intersection(*(set(o) for o in outputs)) if outputs else set()
    return sorted(c for c in shared if not c.isalnum())[:4]


def mined(texts: Sequence[Sequence[str]], outputs: Sequence[str]) -> list[tuple[str, int]]:
    """Texts with their costs as marks, the likeliest first. ``outputs`` is empty where outputs are no texts."""
    found = [*separators(texts)]
    if outputs:
        found += [*contexts(texts, outputs), *differences(texts, outputs)]
    found += telling_words(texts)
    return [(text, mark_cost(text)) for text in dict.fromkeys(found)]


_SMALL = {0: 1, 1: 1, -1: 1, 2: 2, -2: 2, 3: 2, -3: 3, 4: 3, 5: 3}


def small_numbers() -> list[tuple[int, int]]:
    """Places and counts, with their costs."""
    return list(_SMALL.items())
