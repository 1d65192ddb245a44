"""The loop: what it is told and what it answers. Records and protocols only.

An answer has one id: that of the run of a kernel, or of the trace of a raw generation. By it, it is judged.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from kwlogic.compose.running import Ports
from kwlogic.source.data import Diagnosed, Diagnostic
from kwlogic.weave.learn.data import Learned
from kwlogic.weave.learn.life_open import Ready
from kwlogic.weave.learn.life_service import Reviewed
from kwlogic.weave.trace.data import Trace


class Way(Enum):
    """How an answer came about: by a kernel whose contract was enforced, or by the model alone."""

    KERNEL = "kernel"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Settings:
    """The table ``weave``. ``traces``: how many good answers of a kind the loop learns from; it tries again when they have
    doubled. ``told``: only answers that were said to be right are good; otherwise all that were not said to be wrong.
    ``raw``: whether the model answers what no kernel takes. ``shadow``: whether a kernel on trial runs beside the model, to be
    compared. ``read``: whether the model is asked for the inputs of a kernel where they cannot be read. ``model``: the one that answers, by its name in the table ``run``. ``seconds``: for the body of a learnt kernel."""

    traces: int = 8
    told: bool = True
    raw: bool = True
    shadow: bool = True
    read: bool = True
    model: str = ""
    seconds: float = 10.0
    max_chars: int = 20_000


@dataclass(frozen=True, slots=True)
class Shadow:
    """A kernel on trial that ran beside the model, or a promoted one that ran and failed; ``agrees``: whether it came to the same,
    None where it did not take the prompt."""

    kernel: str
    name: str
    agrees: bool | None
    outputs: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """``text`` is what the user gets. ``contract``: what stands behind it: ``proved``, ``enforced``, or nothing. ``cached``: a
    verified answer to the same question. ``passed``: kernels that were tried first, and why they did not answer."""

    prompt: str
    way: Way
    text: str
    answer_id: str
    kernel: str = ""
    name: str = ""
    inputs: str = ""
    contract: str = ""
    cached: bool = False
    probability: float = 0.0
    reason: str = ""
    passed: tuple[tuple[str, str], ...] = ()
    shadows: tuple[Shadow, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What followed from a judgement. ``evidence``: the kernels whose evidence it is, with the verdict."""

    answer_id: str
    right: bool
    evidence: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Compiled:
    """What came of learning from one kind of prompts: ``kernels`` by name, or ``reason``."""

    family: str
    traces: int
    kernels: tuple[str, ...] = ()
    reason: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Tended:
    """What the loop did with what it had gathered."""

    compiled: tuple[Compiled, ...] = ()
    reviewed: tuple[Reviewed, ...] = ()

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return tuple(w for r in self.reviewed for w in r.warnings)


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt for which a kernel was chosen, as ``Extract`` gets it."""

    prompt: str
    ready: Ready


# The inputs of a kernel that a prompt names, None where it does not name them all.
Extract = Callable[[Asked], Awaitable[Ports | None]]
# Good traces of one family, and the name of the module to be.
Learn = Callable[[Sequence[Trace], str, str], Learned]


class NoAnswer(Diagnosed):
    """A prompt that has no answer; says why (KW863)."""
