"""A name for a task that has none: the words that its prompts share, without the values that they were given; short, and never those of one example."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from kwlogic.weave.learn.prompts import FILLERS

MOST_WORDS = 5
ENOUGH = 3  # words before the first value, which then are the name
SHARE = 0.8  # of the prompts that say a word
SAMPLE = 60
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_PROPER = re.compile(r"(?<=\s)[A-Z]\w*|\w+(?:[,@/:.\-]\w+)+")  # what one prompt names, others may name differently
ARTICLES = FILLERS | {"a", "what", "how", "do", "does", "i", "my"}
GAP = ""


def title_of(prompts: Sequence[str], inputs: Sequence[Mapping[str, Any]]) -> str:
    """Words of a name, apart by spaces; empty where the prompts share nothing. ``inputs``: what was given with each prompt."""
    lone = len({*prompts[:SAMPLE]}) == 1
    told = [_words(_PROPER.sub("\0", p) if lone else p, g) for p, g in zip(prompts[:SAMPLE], inputs[:SAMPLE])]
    counts = Counter(w for words in told for w in {*words} - {GAP})
    least = max(1, SHARE * len(told))
    best = max(told, key=lambda words: sum(counts[w] >= least for w in words), default=[])
    return " ".join(_chosen([w if counts[w] >= least and not w.isdigit() else GAP for w in best]))


def _words(prompt: str, given: Mapping[str, Any]) -> list[str]:
    """The words, with a gap for each value that was given."""
    values = [str(v) for v in given.values() if isinstance(v, (str, int)) and not isinstance(v, bool) and str(v).strip()]
    for value in sorted(values, key=len, reverse=True):
        prompt = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "\0", prompt)
    found = [[*_WORD.findall(piece.lower()), GAP] for piece in prompt.split("\0")]
    return [w for words in found for w in words][:-1]


def _chosen(words: Sequence[str]) -> list[str]:
    """What stands before the first gap where that says enough, else the first words of all; none that only leads on is the last."""
    runs = " ".join(w or "\0" for w in words).split("\0")
    told = [run.split() for run in runs if run.split()]
    chosen = told[0] if told and len(told[0]) >= ENOUGH else [w for run in told for w in run]
    chosen = chosen[:MOST_WORDS]
    while len(chosen) > 1 and chosen[-1] in ARTICLES:
        chosen = chosen[:-1]
    return chosen
