"""A fitted similarity model: an encoder, a scorer, and the examples, read together as evidence on a prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kwlogic.weave.route.data import Settings
from kwlogic.weave.route.encoders import Embedder, Encoder, fit_encoder
from kwlogic.weave.route.features import Vector
from kwlogic.weave.route.scorers import Examples, Scorer, fit_linear, fit_nearest, grouped

MOST = 10


@dataclass(frozen=True, slots=True)
class Evidence:
    """The best kernels by number, their scores, and what the confidence is told (``confidence.FEATURES``)."""

    kernels: Any
    values: Any
    features: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """``count`` kernels, numbered; where ``outside``, there is one class more, of prompts out of scope."""

    encoder: Encoder
    scorer: Scorer
    examples: Examples
    count: int
    outside: bool

    def evidence(self, texts: Sequence[str]) -> list[Evidence]:
        return [self._one(v, self.encoder.known(t)) for t, v in zip(texts, self.encoder.vectors(texts))]

    def _one(self, vector: Vector, known: float) -> Evidence:
        found = self.scorer.scores(vector, MOST + self.outside)
        real = found.kernels < self.count
        kernels, values = found.kernels[real][:MOST], found.values[real][:MOST]
        if not len(kernels):
            return Evidence(kernels, values, (0.0,) * 7)
        none = found.values[~real]
        last = float(found.values[-1])
        similar = self.examples.best(kernels, vector)
        top = float(values[0])
        margin = top - float(values[1]) if len(values) > 1 else 0.0
        apart = (top - (float(none[0]) if len(none) else last)) if self.outside else 0.0
        return Evidence(kernels, values, (top, margin, found.energy, float(similar[0]), float(similar.max()), known, apart))


def fit_model(
    texts: Sequence[str], labels: Sequence[int], count: int, settings: Settings, embedder: Embedder | None, encoder: Encoder | None = None
) -> Model:
    """``labels``: the kernel of each text, -1 out of scope. ``encoder``: where one is fitted already."""
    inside = [t for t, k in zip(texts, labels) if k >= 0]
    encoder = encoder if encoder is not None else fit_encoder(inside, settings, embedder)
    outside = len(inside) < len(texts)
    classes = [k if k >= 0 else count for k in labels]
    examples = grouped(encoder.vectors(texts), classes, count + outside, encoder.size)
    present = len(set(classes))
    if present >= 2 and len(texts) * present <= settings.work:
        ordered = np.sort(np.asarray(classes, dtype=np.int64))
        return Model(encoder, fit_linear(examples.rows, ordered, count + outside, settings.strength), examples, count, outside)
    return Model(encoder, fit_nearest(examples, encoder.size - encoder.dense), examples, count, outside)
