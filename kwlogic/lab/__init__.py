"""What one asks of compositions with a solver at hand: pictures, impact, holes, plans, rewriting, experiments.

Everything here stands on the workspace and on the obligations of ``vc``: an answer that claims a proof has been through
the same checks as a file that says it. ``from kwlogic.lab import plan, holes, ...`` loads what is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kwlogic.lab.adapting import Mended, adapt
    from kwlogic.lab.changing import Impact, impact
    from kwlogic.lab.drawing import graph
    from kwlogic.lab.experimenting import Outcome, experiment
    from kwlogic.lab.filling import HoleAnswer, holes
    from kwlogic.lab.opened import Refused
    from kwlogic.lab.optimizing import Optimized, optimize
    from kwlogic.lab.planning import PlanAnswer, Wish, plan
    from kwlogic.lab.refinement import RefineAnswer, refines
    from kwlogic.lab.timing import Schedule, schedule

_HOMES = {
    "HoleAnswer": "filling",
    "Impact": "changing",
    "Mended": "adapting",
    "Optimized": "optimizing",
    "Outcome": "experimenting",
    "PlanAnswer": "planning",
    "RefineAnswer": "refinement",
    "Refused": "opened",
    "Schedule": "timing",
    "Wish": "planning",
    "adapt": "adapting",
    "experiment": "experimenting",
    "graph": "drawing",
    "holes": "filling",
    "impact": "changing",
    "optimize": "optimizing",
    "plan": "planning",
    "refines": "refinement",
    "schedule": "timing",
}
__all__ = [
    "HoleAnswer",
    "Impact",
    "Mended",
    "Optimized",
    "Outcome",
    "PlanAnswer",
    "RefineAnswer",
    "Refused",
    "Schedule",
    "Wish",
    "adapt",
    "experiment",
    "graph",
    "holes",
    "impact",
    "optimize",
    "plan",
    "refines",
    "schedule",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'kwlogic.lab' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"kwlogic.lab.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
