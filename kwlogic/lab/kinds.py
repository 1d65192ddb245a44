"""What an experiment can measure: each kind has named parameters with what they may be, and a function for one run.

A run is determined by its parameters and its seed; only times depend on the machine.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Value = int | float | str | bool
Row = dict[str, Value]
Run = Callable[[Mapping[str, Value], int], Row]


@dataclass(frozen=True, slots=True)
class Parameter:
    """``choices`` for words (empty: any), ``low`` and ``high`` for numbers; the type of ``default`` is the type."""

    default: Value
    what: str
    choices: tuple[str, ...] = ()
    low: float = 0
    high: float = 10**9


@dataclass(frozen=True, slots=True)
class ExperimentKind:
    """``measures``: the columns that ``run`` fills in, with what they mean."""

    name: str
    what: str
    parameters: Mapping[str, Parameter]
    measures: Mapping[str, str]
    run: Run


def cpu_seconds() -> float:
    """Processor time of this process and of the workers that it has waited for."""
    own, workers = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + workers.ru_utime + workers.ru_stime


def kinds() -> dict[str, ExperimentKind]:
    """All kinds of experiments, by name."""
    from kwlogic.lab import measure_cost, measure_plans, measure_weakening

    return {k.name: k for k in (measure_cost.KIND, measure_weakening.KIND, measure_plans.KIND)}
