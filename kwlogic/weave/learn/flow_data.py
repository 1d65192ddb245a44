"""A task on its way to a graph: what is known by now, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kwlogic.weave.learn.align import Aligned
from kwlogic.weave.learn.asked import Asked
from kwlogic.weave.learn.data import Draft, Port, Task
from kwlogic.weave.learn.naming import Names
from kwlogic.weave.learn.sources import Sources
from kwlogic.weave.learn.workshop import Workshop


@dataclass
class Flow:
    shop: Workshop
    task: Task
    aligned: Aligned
    asked: Asked
    names: Names
    sources: Sources
    answers: set[str]
    inputs: list[Port] = field(default_factory=list)
    values: dict[str, list[Any]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    wires: list[Port] = field(default_factory=list)
    calls: list[tuple[str, Draft, dict[str, str]]] = field(default_factory=list)
    dropped: list[tuple[str, str]] = field(default_factory=list)
    broken: str = ""
