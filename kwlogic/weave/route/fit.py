"""Fitting a router: examples are divided, a model is fitted, its confidence calibrated on what it did not see, and the
certificate made on what neither saw.

Division is by a digest of the text, so it does not depend on the order of examples, and an example keeps its part when
others are added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

import numpy as np

from kwlogic.weave.route.background import BACKGROUND
from kwlogic.weave.route.certify import at_threshold, certify, grid_of, needed
from kwlogic.weave.route.confidence import (
    FEATURES,
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
ASKED = 4000  # held-out prompts of a fold that are asked, at most
FEW = 30  # prompts out of scope below which others stand in: everyday ones, and those of kernels that are hidden in turn
Labelled = Sequence[tuple[str, str | None]]
Unseen = tuple[str, int, Evidence]  # a prompt, its kernel (-1: out of scope), and what a model says that never saw it


@dataclass(frozen=True, slots=True)
class Held:
    """What the model said of a prompt that it was not fitted on. ``kernel`` None: it is out of scope; ``best`` is the best candidate."""

    prompt: str
    kernel: str | None
    best: str | None
    confidence: float

    @property
    def right(self) -> bool:
        return self.kernel is not None and self.best == self.kernel


@dataclass(frozen=True, slots=True)
class Fitted:
    """``kernels``: their names by number. ``decile``: the confidence that one in ten calibration prompts is below. ``held``: the
    prompts that quality and certificate were measured on; a loaded router has none."""

    kernels: tuple[str, ...]
    model: Model
    confidence: Confidence
    certificate: Certificate
    quality: Quality
    decile: float
    abstained: float
    notes: tuple[str, ...]
    held: tuple[Held, ...] = ()


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
    whole, kernels = _sample(examples, outside, settings.max_chars, notes)
    if not kernels:
        raise RouteError("there is no kernel with an example prompt, so there is nothing to route to")
    kept, apart = _divided(whole, len(kernels), settings, calibration, kernels, notes)
    inner = embedder or embedder_of(settings)
    embedder = _Memo(inner, {}) if inner is not None else None
    unseen = _unseen(kept, len(kernels), settings, embedder)
    confidence = _confidence(unseen, settings)
    model = fit_model(kept.texts, kept.labels, len(kernels), settings, embedder)
    grid = grid_of([confidence.of(e.features) for _, label, e in unseen if label >= 0])
    if apart.texts:
        shown = list(zip(apart.texts, apart.labels, model.evidence(apart.texts)))
    else:
        shown = unseen
        least = needed(settings.alpha, settings.delta)
        notes.append(
            f"nothing is certified: that takes {least} prompts or more, kept apart and routed right; figures come from cross-validation"
        )
    held = tuple(_held(t, k, e, confidence, kernels) for t, k, e in shown)
    certificate = _certificate(held if apart.texts else (), held, grid, settings)
    scores = np.asarray([h.confidence for h in held])
    decile = float(np.quantile(scores, 0.1)) if len(scores) else 0.0
    abstained = float(np.mean(scores < certificate.threshold)) if len(scores) else 0.0
    return Fitted(kernels, model, confidence, certificate, _quality(held), decile, abstained, tuple(notes), held)


def _held(text: str, label: int, evidence: Evidence, confidence: Confidence, kernels: tuple[str, ...]) -> Held:
    best = kernels[int(evidence.kernels[0])] if len(evidence.kernels) else None
    return Held(text, kernels[label] if label >= 0 else None, best, confidence.of(evidence.features))


def _confidence(unseen: Sequence[Unseen], settings: Settings) -> Confidence:
    right = [_right(e, label) for _, label, e in unseen]
    at = [np.flatnonzero(e.kernels == label) for _, label, e in unseen]
    places = [int(p[0]) if len(p) else -1 for p in at]
    temperature = fit_temperature([e.values for _, _, e in unseen], places)
    missed = [p >= 0 for p, r, (_, label, _) in zip(places, right, unseen) if label >= 0 and not r]
    rest = sum(missed) / len(missed) if missed else 0.5
    weights = _weights([label >= 0 for _, label, _ in unseen], settings.share)
    rows = np.asarray([e.features for _, _, e in unseen], np.float64).reshape(len(unseen), len(FEATURES))
    return fit_confidence(rows, right, weights, temperature, rest)


def _sample(
    examples: Mapping[str, Sequence[str]], outside: Sequence[str], longest: int, notes: list[str]
) -> tuple[Sample, tuple[str, ...]]:
    """Each text once; one that several kernels claim belongs to none, and is told, as is one that is too long."""
    owners: dict[str, set[str | None]] = {}
    texts: dict[str, str] = {}
    for kernel, prompts in [*sorted(examples.items()), (None, outside)]:
        for prompt in prompts:
            if len(prompt) > longest:
                notes.append(f"an example of {f'`{kernel}`' if kernel else 'none'} is longer than {longest:,} characters: it was left out")
                continue
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
    """What is fitted on, and what is kept apart: nothing where that could certify nothing; a kernel keeps at least two
    examples to be fitted on."""
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
    if sum(whole.labels[i] >= 0 for i in apart) < needed(settings.alpha, settings.delta):
        apart = set()
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


def _unseen(sample: Sample, count: int, settings: Settings, embedder: Embedder | None) -> list[Unseen]:
    """Evidence on prompts by models that were fitted without them, some of which have their kernel hidden from the model."""
    folds, turns = (5, 1) if len(sample.texts) > MANY else (_folds(len(sample.texts)),) * 2
    part = _parts(sample, folds, settings.seed + 1)
    strangers = sum(k < 0 for k in sample.labels)
    hide = strangers < FEW and count >= 4
    hider = _ranks([f"kernel {k}" for k in range(count)], settings.seed)
    found: list[Unseen] = []
    for turn in range(turns):
        hidden = {k for k in range(count) if hide and hider[k] % FOLDS == turn % FOLDS}
        train = sample.where([p != turn and k not in hidden for p, k in zip(part, sample.labels)])
        present = set(train.labels)
        if not present - {-1}:
            continue
        asked = sample.where([p == turn and (k < 0 or k in hidden or k in present) for p, k in zip(part, sample.labels)])
        if len(asked.texts) > ASKED:
            ranks = _ranks(asked.texts, settings.seed + 2)
            asked = asked.where([r < ASKED for r in ranks])
        texts, labels = list(asked.texts), [-1 if k in hidden else k for k in asked.labels]
        if strangers < FEW:
            texts += BACKGROUND[turn::turns]
            labels += [-1] * (len(texts) - len(labels))
        model = fit_model(train.texts, train.labels, count, settings, embedder)
        found += zip(texts, labels, model.evidence(texts))
    return found


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


def _certificate(apart: Sequence[Held], held: Sequence[Held], grid: Sequence[float], settings: Settings) -> Certificate:
    """Of the prompts that were kept apart; without them, the laxest threshold from one half on at which cross-validation sees
    at most alpha of wrong routes."""
    scores, right, inside = [h.confidence for h in apart], [h.right for h in apart], [h.kernel is not None for h in apart]
    found = certify(scores, right, inside, grid, settings.alpha, settings.delta)
    if not found.certified and settings.uncertified:
        return at_threshold(found, scores, right, settings.uncertified, len(grid))
    if apart:
        return found
    confidence, good = np.asarray([h.confidence for h in held]), np.asarray([h.right for h in held], bool)
    fit = [t for t in grid if t >= 0.5 and (confidence >= t).any() and float((~good[confidence >= t]).mean()) <= settings.alpha]
    return replace(found, threshold=min(fit, default=found.threshold))


def _quality(held: Sequence[Held]) -> Quality:
    scores, good = [h.confidence for h in held], [h.right for h in held]
    ece, bins = calibration_error(scores, good)
    inside = [h.right for h in held if h.kernel is not None]
    return Quality(len(held), sum(inside) / max(1, len(inside)), ece, ranking_quality(scores, good), risk_curve(scores, good), bins)
