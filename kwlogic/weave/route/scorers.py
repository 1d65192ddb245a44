"""How well kernels fit a prompt: a linear model over all of them, or the nearest examples found through an index.

A scorer yields the best kernels with their scores, best first, and the energy (the log of the sum of all exponentials of
scores): what is far from every kernel has little of it.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from kwlogic.weave.route.features import Rows, Vector, rows_of, unit

SHARP = 12.0  # what similarity is multiplied with, to be a score


@dataclass(frozen=True, slots=True)
class Scores:
    kernels: Any
    values: Any
    energy: float


class Scorer(Protocol):
    def scores(self, vector: Vector, most: int) -> Scores: ...


@dataclass(frozen=True, slots=True)
class Examples:
    """The examples by kernel: those of kernel k are the rows ``starts[k]`` up to ``starts[k + 1]``."""

    rows: Rows
    starts: Any

    def best(self, kernels: Any, vector: Vector) -> Any:
        """The greatest similarity of an example of each kernel."""
        found = np.zeros(len(kernels), np.float32)
        firsts, sizes = self.starts[kernels], np.diff(self.starts)[kernels]
        some = np.flatnonzero(sizes)
        if not len(some):
            return found
        offsets = np.concatenate(([0], np.cumsum(sizes[some])))
        rows = np.repeat(firsts[some] - offsets[:-1], sizes[some]) + np.arange(offsets[-1])
        found[some] = np.maximum.reduceat(self.rows.products(rows, scattered(vector, self.rows.size)), offsets[:-1])
        return found


def scattered(vector: Vector, size: int) -> Any:
    dense = np.zeros(size, np.float32)
    dense[vector[0]] = vector[1]
    return dense


@dataclass(frozen=True, slots=True)
class Linear:
    """``weights``: one row for each feature, one column for each kernel; ``bias``: one for each kernel."""

    weights: Any
    bias: Any

    def scores(self, vector: Vector, most: int) -> Scores:
        ids, weights = vector
        values = weights @ self.weights[ids] + self.bias
        return best_of(np.arange(len(values)), values, most)


def best_of(kernels: Any, values: Any, most: int) -> Scores:
    """The ``most`` best, ties by number."""
    top = float(values.max()) if len(values) else 0.0
    energy = top + float(np.log(np.exp(values - top).sum())) if len(values) else 0.0
    if len(values) > 4 * most:
        kept = np.argpartition(-values, most)[:most]
        kernels, values = kernels[kept], values[kept]
    order = np.lexsort((kernels, -values))[:most]
    return Scores(kernels[order], values[order], energy)


@dataclass(frozen=True, slots=True)
class Nearest:
    """Kernels by their nearest example and their centre. ``centres`` names, for each feature, the kernels whose centre has it."""

    examples: Examples
    centres: Rows
    shortlist: int = 64

    def scores(self, vector: Vector, most: int) -> Scores:
        ids, weights = vector
        count = len(self.examples.starts) - 1
        near = np.zeros(count, np.float32)
        for i, weight in zip(ids.tolist(), weights.tolist()):
            kernels, values = self.centres.row(i)
            near[kernels] += weight * values
        wanted = max(most, self.shortlist)
        listed = np.argpartition(-near, wanted)[:wanted] if count > 4 * wanted else np.arange(count)
        values = SHARP * (0.7 * self.examples.best(listed, vector) + 0.3 * near[listed])
        return best_of(listed, values, most)


def fit_linear(rows: Rows, labels: Any, count: int, strength: float) -> Linear:
    """Multinomial logistic regression, kernels weighing the same however many examples they have; the weights are kept in
    half precision, and are what is calibrated."""
    from sklearn.linear_model import LogisticRegression

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there are many kernels for few examples, and that the last digits may move
        model = LogisticRegression(C=strength, max_iter=100, tol=1e-4, class_weight="balanced").fit(rows.matrix(), labels)
    weights, bias = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        weights, bias = np.vstack((-weights / 2, weights / 2)), np.concatenate((-bias / 2, bias / 2))
    full = np.zeros((rows.size, count), np.float32)
    own = np.full(count, -30.0, np.float32)
    full[:, model.classes_] = weights.T.astype(np.float16)
    own[model.classes_] = bias
    return Linear(full, own)


def fit_nearest(examples: Examples, kept: int = 96) -> Nearest:
    """The centre of each kernel, of its ``kept`` heaviest features, as inverted lists."""
    count = len(examples.starts) - 1
    found: list[Vector] = [_centre(examples, k, kept) for k in range(count)]
    kernels = np.repeat(np.arange(count, dtype=np.int32), [len(ids) for ids, _ in found])
    features = np.concatenate([ids for ids, _ in found]) if found else np.zeros(0, np.int32)
    weights = np.concatenate([w for _, w in found]) if found else np.zeros(0, np.float32)
    order = np.argsort(features, kind="stable")
    sizes = np.bincount(features, minlength=examples.rows.size)
    ends = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    return Nearest(examples, Rows(ends, kernels[order], weights[order].astype(np.float32), count))


def _centre(examples: Examples, kernel: int, kept: int) -> Vector:
    first, last = int(examples.starts[kernel]), int(examples.starts[kernel + 1])
    here = slice(examples.rows.ends[first], examples.rows.ends[last])
    ids, at = np.unique(examples.rows.ids[here], return_inverse=True)
    sums = np.bincount(at, examples.rows.weights[here], len(ids))
    heavy = np.sort(np.argsort(-sums, kind="stable")[:kept])
    return ids[heavy].astype(np.int32), unit(sums[heavy].astype(np.float32))


def grouped(vectors: Sequence[Vector], labels: Sequence[int], count: int, size: int) -> Examples:
    """Vectors put in the order of their kernels."""
    order = np.argsort(np.asarray(labels, dtype=np.int64), kind="stable")
    rows = rows_of([vectors[i] for i in order], size)
    return Examples(rows, np.searchsorted(np.asarray(labels)[order], np.arange(count + 1)).astype(np.int64))
