"""The router: fitted once, asked for each prompt, told what became of it.

Feedback does three things at once: a prompt that was judged goes where it was said to go (or no more where it was
wrong), alarms count it, and it is kept for the next ``refit``. The fitted model itself changes only by ``refit``, so
that between fits the certificate speaks of the model that answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from kwlogic.weave.route.certify import upper
from kwlogic.weave.route.data import Candidate, Certificate, Drift, Quality, Route, Settings
from kwlogic.weave.route.drift import Monitor
from kwlogic.weave.route.encoders import Embedder
from kwlogic.weave.route.features import normal
from kwlogic.weave.route.fit import Fitted, Labelled, fit
from kwlogic.weave.route.model import Evidence


class Router:
    """Not for several threads at once where feedback is given."""

    def __init__(
        self,
        fitted: Fitted,
        settings: Settings,
        examples: Mapping[str, Sequence[str]],
        out_of_scope: Sequence[str] = (),
        calibration: Labelled | None = None,
    ) -> None:
        self.fitted = fitted
        self.settings = settings
        self.examples = {k: tuple(v) for k, v in examples.items()}
        self.out_of_scope = tuple(out_of_scope)
        self.calibration = None if calibration is None else tuple(calibration)
        self.said: dict[str, dict[str, bool]] = {}
        self.judged: list[tuple[str, str, bool]] = []
        self.monitors = _monitors(fitted)

    @staticmethod
    def fit(
        examples: Mapping[str, Sequence[str]],
        out_of_scope: Sequence[str] = (),
        settings: Settings | None = None,
        calibration: Labelled | None = None,
        embedder: Embedder | None = None,
    ) -> Router:
        """``examples``: prompts for each kernel. ``out_of_scope``: prompts for none of them. ``calibration``: labelled prompts
        (None: out of scope) for the certificate, as they come in use; without it a part of the examples is kept apart.
        Raises RouteError where there is no kernel with an example, or the encoder is not there."""
        settings = settings or Settings()
        return Router(fit(examples, out_of_scope, settings, calibration, embedder), settings, examples, out_of_scope, calibration)

    @property
    def kernels(self) -> tuple[str, ...]:
        return self.fitted.kernels

    @property
    def certificate(self) -> Certificate:
        return self.fitted.certificate

    @property
    def quality(self) -> Quality:
        return self.fitted.quality

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out, and why."""
        return self.fitted.notes

    @property
    def drift(self) -> tuple[Drift, ...]:
        """The alarms that were raised since the last fit."""
        return tuple(m.alarm for m in self.monitors.values() if m.alarm is not None)

    def rank(self, prompt: str) -> list[Candidate]:
        """The best kernels with their probabilities, best first; what remains to one is that it is none of them."""
        return list(self._ranked(prompt)[0])

    def route(self, prompt: str, watch: bool = True) -> Route:
        """Where the prompt goes, or why nowhere. ``watch``: whether alarms count it."""
        refusal = self._refusal(prompt)
        if refusal:
            return Route(None, 0.0, refusal, (), self.certificate)
        candidates, confidence = self._ranked(prompt)
        if watch:
            self.monitors["abstained"].see(confidence < self.certificate.threshold)
            self.monitors["unsure"].see(confidence < self.fitted.decile)
        said = self.said.get(normal(prompt), {})
        told = next((k for k, right in said.items() if right and k in self.kernels), None)
        if told is not None:
            return Route(told, 1.0, "this very prompt was judged before", candidates, self.certificate, False, self.drift)
        return self._decided(candidates, confidence, bool(said))

    def _decided(self, candidates: tuple[Candidate, ...], confidence: float, judged: bool) -> Route:
        certificate, drift = self.certificate, self.drift
        if not candidates:
            return Route(None, 0.0, "no kernel is like it at all", (), certificate, False, drift)
        best = candidates[0]
        if best.probability < certificate.threshold:
            reason = f"the best kernel is right with probability {best.probability:.2f}, and {certificate.threshold:.2f} is asked for"
            return Route(None, best.probability, reason, candidates, certificate, False, drift)
        reason = f"right with probability {best.probability:.2f}, at least {certificate.threshold:.2f} as asked for"
        return Route(
            best.kernel, best.probability, reason, candidates, certificate, certificate.certified and not drift and not judged, drift
        )

    def feedback(self, prompt: str, kernel: str, right: bool) -> None:
        """Whether ``kernel`` was the right one for a prompt."""
        plain = normal(prompt)
        if not plain:
            return
        route = self.route(prompt, watch=False)
        if route.kernel == kernel:
            self.monitors["wrong"].see(not right)
        self.said.setdefault(plain, {})[kernel] = right
        self.judged.append((prompt, kernel, right))

    def refit(self, examples: Mapping[str, Sequence[str]] | None = None, embedder: Embedder | None = None) -> Router:
        """A router fitted on the examples (other ones, where given) and on what feedback said was right. It starts with
        new alarms; what was judged stays judged."""
        base = self.examples if examples is None else examples
        more: dict[str, list[str]] = {k: list(v) for k, v in base.items()}
        for prompt, kernel, right in self.judged:
            if right and kernel in more and self.said.get(normal(prompt), {}).get(kernel) and prompt not in more[kernel]:
                more[kernel].append(prompt)
        found = Router.fit(more, self.out_of_scope, self.settings, self.calibration, embedder)
        found.said, found.judged = {p: dict(s) for p, s in self.said.items()}, list(self.judged)
        return found

    def save(self, folder: Path) -> None:
        """Write the router into a folder (made where it is missing). Raises Diagnosed (KW866) where that cannot be done."""
        from kwlogic.weave.route.bundle import save_router

        save_router(self, folder)

    @staticmethod
    def load(place: Path, embedder: Embedder | None = None) -> Router:
        """The router of a folder or of an exported zip; raises Diagnosed (KW865) where it is damaged or none."""
        from kwlogic.weave.route.bundle import load_router

        return load_router(place, embedder)

    def _refusal(self, prompt: str) -> str:
        if len(prompt) > self.settings.max_chars:
            return f"it is longer than {self.settings.max_chars:,} characters"
        return "" if normal(prompt) else "it says nothing"

    def _ranked(self, prompt: str) -> tuple[tuple[Candidate, ...], float]:
        """The candidates, and the confidence in the first one that the model alone has."""
        if self._refusal(prompt):
            return (), 0.0
        evidence = self.fitted.model.evidence([prompt])[0]
        if not len(evidence.kernels):
            return (), 0.0
        confidence = self.fitted.confidence.of(evidence.features)
        return self._candidates(evidence, confidence, self.said.get(normal(prompt), {})), confidence

    def _candidates(self, evidence: Evidence, confidence: float, said: Mapping[str, bool]) -> tuple[Candidate, ...]:
        shares = self.fitted.confidence.shares(evidence.values)
        rest = max(1e-12, 1.0 - float(shares[0]))
        found = [Candidate(self.kernels[int(evidence.kernels[0])], confidence)]
        for number, share in zip(evidence.kernels[1:].tolist(), shares[1:].tolist()):
            likely = min(confidence, (1 - confidence) * self.fitted.confidence.rest * share / rest)
            found.append(Candidate(self.kernels[number], likely))
        return tuple(c for c in found if said.get(c.kernel) is not False)

    def with_settings(self, **changes: object) -> Router:
        """Fitted again under other settings."""
        settings = replace(self.settings, **changes)  # type: ignore[arg-type]
        return Router.fit(self.examples, self.out_of_scope, settings, self.calibration)


def _monitors(fitted: Fitted) -> dict[str, Monitor]:
    """Each rate is held against what calibration supports at one in a hundred."""
    n = fitted.quality.n

    def supported(rate: float) -> float:
        return upper(int(np.ceil(rate * n)), n, 0.01) if n else 1.0

    certificate = fitted.certificate
    return {
        "abstained": Monitor("abstentions", supported(fitted.abstained)),
        "unsure": Monitor("low confidences", supported(0.1)),
        "wrong": Monitor("wrong routes", max(certificate.alpha, certificate.bound if not certificate.certified else 0.0)),
    }
