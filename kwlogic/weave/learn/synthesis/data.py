"""What synthesis is asked and answers: records only.

``synthesise`` (in ``synthesise.py``) takes ports and examples, values being those of the reference evaluator, and yields
``Synthesised``, ``Contradiction`` or ``GaveUp``. Nothing here searches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from kwlogic.core.program import Program
from kwlogic.core.terms import Term
from kwlogic.core.types import Type
from kwlogic.core.value import Value

Example: TypeAlias = tuple[Mapping[str, Value], Value]


@dataclass(frozen=True, slots=True)
class Port:
    """A named input of the function that is looked for."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Budget:
    """``work`` counts candidates and is what bounds a search, so that it ends the same everywhere; ``seconds`` of processor
    time is only a safety. ``branches`` is how deep conditionals nest, ``sample`` how many examples a search starts from."""

    work: int = 6_000_000
    seconds: float = 60.0
    branches: int = 4
    sample: int = 8


@dataclass(frozen=True, slots=True)
class Synthesised:
    """A function that yields the output of every example (the reference evaluator said so).

    ``term`` is over the inputs as variables; ``text`` is the same as an author writes it, ``helpers`` the declarations that
    it calls, callees first; ``program`` is the one asked about with those helpers, in which the term can be evaluated.
    ``memorised``: it is a table of the examples in disguise, the smallest function found, and says nothing about other inputs.
    """

    term: Term
    text: str
    helpers: tuple[str, ...]
    program: Program = field(repr=False)
    cost: int
    size: int
    explored: int
    memorised: bool = False


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Examples ``first`` and ``second`` (indices) have the same inputs and different outputs."""

    first: int
    second: int


@dataclass(frozen=True, slots=True)
class GaveUp:
    """Nothing was found; the reason says whether the budget ended or what was out of reach."""

    reason: str
    explored: int


Answer: TypeAlias = Synthesised | Contradiction | GaveUp
