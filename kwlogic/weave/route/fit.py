"""Fitting a router: examples are divided, a model is fitted, its confidence calibrated on what it did not see, and the
certificate made on what neither saw.

Division is by a digest of the text, so it does not depend on the order of examples, and an example keeps its part when
others are added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np

from kwlogic.weave.route.background import BACKGROUND
from kwlogic.weave.route.certify import certify, grid_of
from kwlogic.weave.route.confidence import (
    Confidence,
    calibration_error,
    fit_confidence,
    fit_temperature,
    ranking_quality,
    risk_curve,
)
from kwlogic.weave.route.data import Certificate, Quality, RouteError, Settings
from kwlogic.weave.route.encoders import Embedder, embedder_of
from kwlogic.weave.route.features import normal
from kwlogic.weave.route.model import Evidence, Model, fit_model

FOLDS = 4
MANY = 3000  # texts from which one part is held out instead of several in turn
FEW = 8  # prompts out of scope below which kernels are hidden in turn, to have some
Labelled = Sequence[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Fitted:
    """``kernels``: their names by number. ``decile``: the confidence that one in ten calibration prompts is below."""

    kernels: tuple[str, ...]
    model: Model
    confidence: Confidence
    certificate: Certificate
    quality: Quality
    decile: float
    abstained: float
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """Prompts with the number of their kernel, -1 out of scope."""

    texts: tuple[str, ...]
    labels: tuple[int, ...]

    def where(self, keep: Sequence[bool]) -> Sample:
        kept = [i for i, k in enumerate(keep) if k]
        return Sample(tuple(self.texts[i] for i in kept), tuple(self.labels[i] for i in kept))


def fit(
    examples: Mapping[str, Sequence[str]],
    outside: Sequence[str] = (),
    settings: Settings | None = None,
    calibration: Labelled | None = None,
    embedder: Embedder | None = None,
) -> Fitted:
    """``calibration``: prompts with their kernels (None: out of scope) as they come in use; without it a part of the
    examples is kept apart. Raises RouteError where there is no kernel with an example."""
    settings = settings or Settings()
    notes: list[str] = []
    whole, kernels = _sample(examples, outside, notes)
    if not kernels:
        raise RouteError("there is no kernel with an example prompt, so there is nothing to route to")
    kept, apart = _divided(whole, len(kernels), settings, calibration, kernels, notes)
    embedder = _Memo(embedder or embedder_of(settings), {}) if embedder or embedder_of(settings) else None
    rows, right, scope, places, values = _unseen(kept, len(kernels), settings, embedder)
    temperature = fit_temperature(values, places)
    missed = [p >= 0 for p, r, s in zip(places, right, scope) if s and not r]
    rest = sum(missed) / len(missed) if missed else 0.5
    confidence = fit_confidence(rows, right, _weights(scope, settings.share), temperature, rest)
    model = fit_model(kept.texts, kept.labels, len(kernels), settings, embedder)
    before = [confidence.of(r) for r in rows]
    grid = grid_of([c for c, s in zip(before, scope) if s])
    scores, good, inside = before, right, scope
    if apart.texts:
        found = model.evidence(apart.texts)
        scores = [confidence.of(e.features) for e in found]
        good = [_right(e, k) for e, k in zip(found, apart.labels)]
        inside = [k >= 0 for k in apart.labels]
    else:
        notes.append("no prompts could be kept apart, so nothing is certified and the figures come from cross-validation")
    certificate = certify(*((scores, good, inside) if apart.texts else ([], [], [])), grid, settings.alpha, settings.delta)
    if not apart.texts:
        certificate = _estimate(certificate, scores, good, grid, settings)
    decile = float(np.quantile(np.asarray(scores), 0.1)) if len(scores) else 0.0
    abstained = float(np.mean(np.asarray(scores) < certificate.threshold)) if len(scores) else 0.0
    quality = _quality(scores, good, inside)
    return Fitted(kernels, model, confidence, certificate, quality, decile, abstained, tuple(notes))


def _sample(examples: Mapping[str, Sequence[str]], outside: Sequence[str], notes: list[str]) -> tuple[Sample, tuple[str, ...]]:
    """Each text once; one that several kernels claim belongs to none, and is told."""
    owners: dict[str, set[str | None]] = {}
    texts: dict[str, str] = {}
    for kernel, prompts in [*sorted(examples.items()), (None, outside)]:
        for prompt in prompts:
            plain = normal(prompt)
            if plain:
                owners.setdefault(plain, set()).add(kernel)
                texts.setdefault(plain, prompt)
    clashes = sorted(p for p, o in owners.items() if len(o) > 1)
    for plain in clashes[:20]:
        names = ", ".join(sorted(f"`{n}`" if n else "none" for n in owners[plain]))
        notes.append(f"{plain[:80]!r} is an example of {names}: it was left out")
    kept = [(texts[p], next(iter(o))) for p, o in owners.items() if len(o) == 1]
    kernels = tuple(sorted({k for _, k in kept if k is not None}))
    for name in sorted(set(examples) - set(kernels)):
        notes.append(f"`{name}` has no example prompt of its own, so nothing is routed to it")
    number = {k: i for i, k in enumerate(kernels)}
    return Sample(tuple(t for t, _ in kept), tuple(number[k] if k is not None else -1 for _, k in kept)), kernels


def _divided(
    whole: Sample, count: int, settings: Settings, calibration: Labelled | None, kernels: tuple[str, ...], notes: list[str]
) -> tuple[Sample, Sample]:
    """What is fitted on, and what is kept apart; a kernel keeps at least two examples to be fitted on."""
    if calibration is not None:
        number = {k: i for i, k in enumerate(kernels)}
        strange = sum(k is not None and k not in number for _, k in calibration)
        if strange:
            notes.append(f"{strange} calibration prompts have kernels without examples: they count as out of scope")
        return whole, Sample(tuple(p for p, _ in calibration), tuple(number.get(k, -1) if k is not None else -1 for _, k in calibration))
    rank = {t: _digest(t, settings.seed) for t in whole.texts}
    groups: dict[int, list[int]] = {}
    for i, label in enumerate(whole.labels):
        groups.setdefault(label, []).append(i)
    apart: set[int] = set()
    for members in groups.values():
        wanted = min(round(settings.calibration * len(members)), max(0, len(members) - 2))
        apart.update(sorted(members, key=lambda i: rank[whole.texts[i]])[:wanted])
    return whole.where([i not in apart for i in range(len(whole.texts))]), whole.where([i in apart for i in range(len(whole.texts))])


def _digest(text: str, seed: int) -> int:
    return int.from_bytes(blake2b(f"{seed}:{normal(text)}".encode("utf-8", "surrogatepass"), digest_size=6).digest(), "big")


@dataclass(slots=True)
class _Memo:
    """Embeds each text once."""

    inner: Embedder | None
    known: dict[str, Sequence[float]]

    def embed(self, texts: Sequence[str]) -> list[Sequence[float]]:
        assert self.inner is not None
        new = [t for t in dict.fromkeys(texts) if t not in self.known]
        if new:
            self.known.update(zip(new, self.inner.embed(new), strict=True))
        return [self.known[t] for t in texts]


def _unseen(
    sample: Sample, count: int, settings: Settings, embedder: Embedder | None
) -> tuple[list[Any], list[bool], list[bool], list[int], list[Any]]:
    """Evidence on prompts by models that were fitted without them, some of which have their kernel hidden from the model."""
    folds, turns = (5, 1) if len(sample.texts) > MANY else (_folds(len(sample.texts)),) * 2
    part = _parts(sample, folds, settings.seed + 1)
    strangers = sum(k < 0 for k in sample.labels)
    hide = strangers < FEW and count >= 4
    hider = _ranks([f"kernel {k}" for k in range(count)], settings.seed)
    rows: list[Any] = []
    right: list[bool] = []
    scope: list[bool] = []
    places: list[int] = []
    values: list[Any] = []
    for turn in range(turns):
        hidden = {k for k in range(count) if hide and hider[k] % FOLDS == turn % FOLDS}
        train = sample.where([p != turn and k not in hidden for p, k in zip(part, sample.labels)])
        present = set(train.labels)
        if not present - {-1}:
            continue
        asked = sample.where([p == turn and (k < 0 or k in hidden or k in present) for p, k in zip(part, sample.labels)])
        texts, labels = list(asked.texts), [-1 if k in hidden else k for k in asked.labels]
        if not hide and strangers < FEW:
            texts += BACKGROUND[turn::turns]
            labels += [-1] * (len(texts) - len(labels))
        model = fit_model(train.texts, train.labels, count, settings, embedder)
        for evidence, label in zip(model.evidence(texts), labels):
            rows.append(evidence.features)
            right.append(_right(evidence, label))
            scope.append(label >= 0)
            at = np.flatnonzero(evidence.kernels == label)
            places.append(int(at[0]) if len(at) else -1)
            values.append(evidence.values)
    return rows, right, scope, places, values


def _folds(n: int) -> int:
    """Few examples are held out one by one, or nearly so."""
    return max(2, min(n, 12)) if n <= 60 else FOLDS


def _ranks(texts: Sequence[str], seed: int) -> list[int]:
    """Where each text stands among them by its digest."""
    order = sorted(range(len(texts)), key=lambda i: (_digest(texts[i], seed), texts[i]))
    found = [0] * len(texts)
    for rank, i in enumerate(order):
        found[i] = rank
    return found


def _parts(sample: Sample, folds: int, seed: int) -> list[int]:
    """The fold of each text: those of one kernel are spread evenly."""
    ranks = _ranks(sample.texts, seed)
    seen: dict[int, int] = {}
    found = [0] * len(ranks)
    for i in sorted(range(len(ranks)), key=lambda i: ranks[i]):
        label = sample.labels[i]
        found[i] = (seen.get(label, label) + 1) % folds
        seen[label] = found[i]
    return found


def _right(evidence: Evidence, label: int) -> bool:
    return label >= 0 and len(evidence.kernels) > 0 and int(evidence.kernels[0]) == label


def _weights(scope: Sequence[bool], share: float) -> Any:
    """Prompts out of scope count as if their share were the assumed one."""
    inside = np.asarray(scope, bool)
    n, outside = len(inside), int((~inside).sum())
    if not outside or outside == n:
        return np.ones(n)
    return np.where(inside, (1 - share) * n / (n - outside), share * n / outside)


def _estimate(
    certificate: Certificate, scores: Sequence[float], good: Sequence[bool], grid: Sequence[float], settings: Settings
) -> Certificate:
    """Without prompts that were kept apart: the laxest threshold at which cross-validation sees at most alpha of wrong routes."""
    from dataclasses import replace

    confidence, right = np.asarray(scores), np.asarray(good, bool)
    fit = [t for t in grid if (confidence >= t).any() and float((~right[confidence >= t]).mean()) <= settings.alpha]
    return replace(certificate, threshold=min(fit, default=certificate.threshold))


def _quality(scores: Sequence[float], good: Sequence[bool], inside: Sequence[bool]) -> Quality:
    ece, bins = calibration_error(scores, good)
    accuracy = sum(g for g, s in zip(good, inside) if s) / max(1, sum(inside))
    return Quality(len(scores), accuracy, ece, ranking_quality(scores, good), risk_curve(scores, good), bins)
