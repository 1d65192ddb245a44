"""The gate: a kernel enters or changes only through here. Inputs that satisfy contracts, runs of contracts on them, replay
of what once failed, and refinement between versions. The public names are ``inputs_for``, ``outputs_for`` and ``values_of``.

Only this package imports Hypothesis, and only where a strategy is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kwlogic.gate.public import inputs_for, outputs_for, values_of

__all__ = ["inputs_for", "outputs_for", "values_of"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from kwlogic.gate import public

        return getattr(public, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
