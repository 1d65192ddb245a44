"""kwlogic: kernels with contracts, proved.

``from kwlogic import load, seq, par, ...`` composes kernels in Python (see ``docs/algebra.md``); what is asked for is loaded then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kwlogic.api import Project, load
    from kwlogic.compose.build import (
        Composite,
        CompositionError,
        assert_,
        case,
        fallback,
        fold,
        guard,
        hole,
        ident,
        iterate,
        map_,
        par,
        retry,
        seq,
    )
    from kwlogic.gate.satisfy import Fails, satisfies

__version__ = "0.1.0"

_OF_API = ("Project", "load")
_OF_GATE = ("Fails", "satisfies")
__all__ = [
    "Composite",
    "CompositionError",
    "Fails",
    "Project",
    "__version__",
    "assert_",
    "case",
    "fallback",
    "fold",
    "guard",
    "hole",
    "ident",
    "iterate",
    "load",
    "map_",
    "par",
    "retry",
    "satisfies",
    "seq",
]


def __getattr__(name: str) -> object:
    """The Python API, loaded when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module 'kwlogic' has no attribute {name!r}")
    from importlib import import_module

    home = "kwlogic.api" if name in _OF_API else "kwlogic.gate.satisfy" if name in _OF_GATE else "kwlogic.compose.build"
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return list(__all__)
