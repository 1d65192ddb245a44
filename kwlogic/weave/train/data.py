"""Training: records only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from kwlogic.weave.route.router import Router
from kwlogic.weave.route.service import Specs

Row = dict[str, Any]


class Watch(Protocol):
    """Told how training goes: how many steps there are, and which one begins."""

    def start(self, total: int) -> None: ...

    def step(self, word: str) -> None: ...

    def stop(self) -> None: ...


class Silent:
    def start(self, total: int) -> None:
        pass

    def step(self, word: str) -> None:
        pass

    def stop(self) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Material:
    """What is trained on. ``modules``: texts of the spec files of the kernels; ``inputs``: recorded inputs (JSON) by prompt."""

    examples: Mapping[str, Sequence[str]]
    outside: Sequence[str] = ()
    patterns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    modules: Mapping[str, str] = field(default_factory=dict)
    specs: Specs | None = None
    calibration: Sequence[tuple[str, str | None]] | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trained:
    """``files``: what was written, in order; ``notes``: what was left out, and why."""

    router: Router
    files: tuple[Path, ...]
    notes: tuple[str, ...]
