"""Routing: records only. A kernel is named by its qualified name; a prompt is any text.

``Settings`` is what a fit is configured by and is kept with its result. Probabilities are those of a router's own
calibration; the only statement that carries a guarantee is the ``Certificate``.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible ``/embeddings`` endpoint. ``key_env`` names the environment variable with the key."""

    base_url: str
    model: str
    key_env: str = ""
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class Settings:
    """``alpha``: the share of wrong routes among those taken that is tolerated; ``delta``: the chance that the certificate is
    wrong. ``calibration``: the share of examples that is kept apart for it. ``encoder``: ``tfidf``, ``minilm``,
    ``endpoint``, or two joined by ``+``. ``strength``: the inverse of the regularisation. ``share``: the share of prompts
    out of scope that probabilities assume. ``uncertified``: the confidence that suffices where nothing can be certified; 0: what
    cross-validation estimates for alpha. ``work``: examples times kernels up to which a linear model is fitted;
    beyond, kernels are found by their nearest examples through an index."""

    alpha: float = 0.05
    delta: float = 0.05
    calibration: float = 0.3
    encoder: str = "tfidf"
    endpoint: Endpoint | None = None
    strength: float = 10.0
    share: float = 0.25
    work: int = 3_000_000
    uncertified: float = 0.0
    max_chars: int = 20_000
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Candidate:
    kernel: str
    probability: float


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is guaranteed of routes with a confidence of at least ``threshold``.

    With probability 1 - ``delta`` over the calibration prompts, at most ``alpha`` of the prompts that are routed go to a
    wrong kernel, as long as prompts come as they did then, with the same share out of scope. ``tests``: hypotheses that
    ``delta`` was divided among. ``bound``: what is known of the share of wrong routes, ``alpha`` where ``certified``. Where
    not, the prompts did not suffice and ``threshold`` is an estimate. ``shares``: pairs of a share out of scope and the
    bound for every share up to it, each a statement of its own with ``delta``."""

    certified: bool
    alpha: float
    delta: float
    threshold: float
    n: int
    out_of_scope: int
    accepted: int
    wrong: int
    bound: float
    tests: int
    shares: tuple[tuple[float, float], ...] = ()

    @property
    def share(self) -> float:
        """The share of prompts out of scope in the calibration set."""
        return self.out_of_scope / self.n if self.n else 0.0

    @property
    def coverage(self) -> float:
        return self.accepted / self.n if self.n else 0.0


@dataclass(frozen=True, slots=True)
class Drift:
    """An alarm: what left its range, after how many prompts, with the rate then and now."""

    what: str
    after: int
    before: float
    since: float


@dataclass(frozen=True, slots=True)
class Route:
    """Where a prompt goes. ``kernel`` None: nowhere, and ``reason`` says why. ``certified``: the certificate covers this
    route (it is in force and no alarm was raised)."""

    kernel: str | None
    probability: float
    reason: str
    candidates: tuple[Candidate, ...] = ()
    certificate: Certificate | None = None
    certified: bool = False
    drift: tuple[Drift, ...] = ()


@dataclass(frozen=True, slots=True)
class Quality:
    """What was measured on prompts that the model was not fitted on. ``ece``: expected calibration error of the confidence."""

    n: int
    accuracy: float
    ece: float
    auroc: float
    curve: tuple[tuple[float, float], ...] = field(default=())
    reliability: tuple[tuple[float, float, int], ...] = field(default=())


class RouteError(ValueError):
    """What cannot be fitted or loaded."""


class EncoderError(RouteError):
    """An encoder that is not there or does not answer."""
