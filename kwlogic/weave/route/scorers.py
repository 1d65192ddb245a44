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
from kwlogic.weave.route.threads import one_thread

LEAST_COMMON = 2_000  # kernels; a feature that fewer have is never too common
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
class Dense:
    """Centres of the dense part of vectors, which begins at ``offset``, in the coordinates in which they vary most."""

    offset: int
    axes: Any
    centres: Any

    def near(self, vector: Vector) -> Any:
        ids, weights = vector
        return self.centres @ (self.axes.T @ weights[ids >= self.offset])


@dataclass(frozen=True, slots=True)
class Nearest:
    """Kernels by their nearest example and their centre. ``centres`` names, for each feature, the kernels whose centre has it;
    ``dense`` has the part of embeddings."""

    examples: Examples
    centres: Rows
    dense: Dense | None = None
    shortlist: int = 64

    def scores(self, vector: Vector, most: int) -> Scores:
        ids, weights = vector
        count = len(self.examples.starts) - 1
        near = np.linspace(0.0, 1e-6, count, dtype=np.float32)  # no two alike: ties make partitioning slow
        if self.dense is not None:
            near += self.dense.near(vector)
        for i, weight in zip(ids.tolist(), weights.tolist()):
            kernels, values = self.centres.row(i)
            near[kernels] += weight * values
        wanted = max(most, self.shortlist)
        listed = np.argpartition(near, count - wanted)[-wanted:] if count > 4 * wanted else np.arange(count)
        values = SHARP * (0.7 * self.examples.best(listed, vector) + 0.3 * near[listed])
        return best_of(listed, values, most)


def fit_linear(rows: Rows, labels: Any, count: int, strength: float) -> Linear:
    """Multinomial logistic regression, kernels weighing the same however many examples they have; the weights are kept in
    half precision, and are what is calibrated."""
    from sklearn.linear_model import LogisticRegression

    with warnings.catch_warnings(), one_thread():
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


def fit_nearest(examples: Examples, offset: int, kept: int = 96) -> Nearest:
    """The centre of each kernel: of its sparse part (before ``offset``) the ``kept`` heaviest features, as inverted lists.

    Features that very many kernels share tell them apart least and take longest, so they are left out; the nearest
    examples are compared in full all the same."""
    count = len(examples.starts) - 1
    found = [_centre(examples, k, offset, kept) for k in range(count)]
    kernels = np.repeat(np.arange(count, dtype=np.int32), [len(ids) for ids, _, _ in found])
    features = np.concatenate([ids for ids, _, _ in found]) if found else np.zeros(0, np.int32)
    weights = np.concatenate([w for _, w, _ in found]) if found else np.zeros(0, np.float32)
    rare = np.flatnonzero((np.bincount(features, minlength=examples.rows.size) <= max(LEAST_COMMON, count // 50))[features])
    order = rare[np.argsort(features[rare], kind="stable")]
    sizes = np.bincount(features[rare], minlength=examples.rows.size)
    ends = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    centres = Rows(ends, kernels[order], weights[order].astype(np.float32), count)
    return Nearest(examples, centres, _dense(np.array([d for _, _, d in found]), offset) if offset < examples.rows.size else None)


def _centre(examples: Examples, kernel: int, offset: int, kept: int) -> tuple[Any, Any, Any]:
    """Features and weights of the sparse part, and the dense part; together of length one."""
    first, last = int(examples.starts[kernel]), int(examples.starts[kernel + 1])
    here = slice(examples.rows.ends[first], examples.rows.ends[last])
    ids, at = np.unique(examples.rows.ids[here], return_inverse=True)
    sums = unit(np.bincount(at, examples.rows.weights[here], len(ids)).astype(np.float32))
    dense = np.zeros(examples.rows.size - offset, np.float32)
    dense[ids[ids >= offset] - offset] = sums[ids >= offset]
    ids, sums = ids[ids < offset], sums[ids < offset]
    heavy = np.sort(np.argsort(-sums, kind="stable")[:kept])
    return ids[heavy].astype(np.int32), sums[heavy], dense


def _dense(centres: Any, offset: int, most: int = 128) -> Dense:
    """With many kernels, projected on the axes in which they vary most; the nearest examples are compared in full."""
    width = centres.shape[1]
    if len(centres) <= 5_000 or width <= most:
        return Dense(offset, np.eye(width, dtype=np.float32), centres)
    _, axes = np.linalg.eigh(centres.T.astype(np.float64) @ centres)
    kept = np.ascontiguousarray(axes[:, -most:].astype(np.float32))
    return Dense(offset, kept, np.ascontiguousarray(centres @ kept))


def grouped(vectors: Sequence[Vector], labels: Sequence[int], count: int, size: int) -> Examples:
    """Vectors put in the order of their kernels."""
    order = np.argsort(np.asarray(labels, dtype=np.int64), kind="stable")
    rows = rows_of([vectors[i] for i in order], size)
    return Examples(rows, np.searchsorted(np.asarray(labels)[order], np.arange(count + 1)).astype(np.int64))
