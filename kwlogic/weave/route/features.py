"""Prompts as sparse vectors: TF-IDF over character n-grams inside words, and over words and pairs of words.

What is read of a prompt is its text alone, normalised: case, width of letters and runs of digits do not count, control
characters are blanks. Fitting and transforming are exact and deterministic, and the fitted state is two arrays.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

Vector = tuple[Any, Any]  # indices (int32, ascending) and weights (float32)
WORD_MARK = "\x01"
_DIGITS = re.compile(r"\d+")
_WORDS = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
LEAST, MOST = 2, 5
LONGEST_WORD = 40


def normal(text: str) -> str:
    """The text as routing reads it."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    plain = "".join(c if c.isprintable() else " " for c in folded)
    return " ".join(_DIGITS.sub("0", plain).split())


def grams(text: str) -> tuple[list[str], list[str]]:
    """The n-grams of characters and those of words, repeats included; the second kind is marked."""
    letters: list[str] = []
    clean = normal(text)
    for word in clean.split():
        padded = f" {word[:LONGEST_WORD]} "
        size = len(padded)
        for n in range(LEAST, min(MOST, size) + 1):
            letters.extend(padded[i : i + n] for i in range(size - n + 1))
    units = words_of(clean)
    return letters, [WORD_MARK + w for w in units] + [f"{WORD_MARK}{a} {b}" for a, b in pairwise(units)]


def words_of(text: str) -> list[str]:
    return [w[:LONGEST_WORD] for w in _WORDS.findall(normal(text))]


@dataclass(frozen=True, slots=True)
class TfIdf:
    """A fitted vocabulary. ``idf`` has one weight for each n-gram, in the order of ``index``."""

    index: dict[str, int]
    idf: Any

    @property
    def size(self) -> int:
        return len(self.index)

    def vector(self, text: str) -> Vector:
        """Characters and words weigh the same, and together one; no entries where nothing is shared with the vocabulary."""
        parts = [self._part(part) for part in grams(text)]
        ids = np.concatenate([i for i, _ in parts])
        weights = np.concatenate([w for _, w in parts])
        order = np.argsort(ids, kind="stable")
        return ids[order], unit(weights[order])

    def _part(self, found: list[str]) -> Vector:
        known = [(self.index[g], n) for g, n in Counter(found).items() if g in self.index]
        ids = np.fromiter((i for i, _ in known), np.int32, len(known))
        counts = np.fromiter((n for _, n in known), np.float32, len(known))
        return ids, unit((1 + np.log(counts)) * self.idf[ids])


def unit(weights: Any) -> Any:
    """Scaled to length one, where there is any."""
    length = float(np.sqrt(np.dot(weights, weights)))
    return (weights / length if length > 0 else weights).astype(np.float32)


def fit_tfidf(texts: Sequence[str], least: int = 1, most: int = 200_000) -> TfIdf:
    """The vocabulary of n-grams that at least ``least`` texts have, the ``most`` frequent ones; ties by the n-gram itself."""
    seen: Counter[str] = Counter()
    for text in texts:
        letters, words = grams(text)
        seen.update(set(letters))
        seen.update(set(words))
    kept = [(g, n) for g, n in seen.items() if n >= least]
    if len(kept) > most:
        kept = sorted(kept, key=lambda p: (-p[1], p[0]))[:most]
    kept.sort()
    counts = np.fromiter((n for _, n in kept), np.float64, len(kept))
    idf = (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float32)
    return TfIdf({g: i for i, (g, _) in enumerate(kept)}, idf)


@dataclass(frozen=True, slots=True)
class Rows:
    """Vectors as the rows of a sparse matrix: those of row i are at ``ends[i]`` up to ``ends[i + 1]``."""

    ends: Any
    ids: Any
    weights: Any
    size: int

    def __len__(self) -> int:
        return len(self.ends) - 1

    def row(self, i: int) -> Vector:
        here = slice(self.ends[i], self.ends[i + 1])
        return self.ids[here], self.weights[here]

    def take(self, rows: Any) -> Rows:
        return rows_of([self.row(int(i)) for i in rows], self.size)

    def matrix(self) -> Any:
        from scipy.sparse import csr_matrix

        return csr_matrix((self.weights, self.ids, self.ends), shape=(len(self), self.size))

    def products(self, rows: Any, dense: Any) -> Any:
        """The inner products of some rows with a dense vector."""
        starts, stops = self.ends[rows], self.ends[rows + 1]
        sizes = stops - starts
        total = int(sizes.sum())
        if total == 0:
            return np.zeros(len(rows), np.float32)
        at = np.repeat(starts - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes) + np.arange(total)
        sums = np.bincount(np.repeat(np.arange(len(rows)), sizes), self.weights[at] * dense[self.ids[at]], len(rows))
        return sums.astype(np.float32)


def rows_of(vectors: Sequence[Vector], size: int) -> Rows:
    ends = np.concatenate(([0], np.cumsum([len(ids) for ids, _ in vectors], dtype=np.int64))).astype(np.int64)
    ids = np.concatenate([i for i, _ in vectors]) if vectors else np.zeros(0)
    weights = np.concatenate([w for _, w in vectors]) if vectors else np.zeros(0)
    return Rows(ends, ids.astype(np.int32), weights.astype(np.float32), size)
