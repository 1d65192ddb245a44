"""The strategies for anyone's own ``@given``: values of a type, inputs that a kernel admits, outputs that it may yield.

A kernel or type is given by name (``"specs/billing.kw::approve"``, ``"billing.invoice.approve"``), and then values are plain
Python (``kwlogic.gate.plain``), or as a record of a loaded program, and then they are values of the core.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from kwlogic.core.program import Kernel, Program
from kwlogic.core.types import Type
from kwlogic.core.value import Value
from kwlogic.gate.inputs import Inputs, env_strategy, outputs_problem, value_strategy
from kwlogic.gate.lookup import found_kernel, found_type
from kwlogic.gate.plain import to_plain


def values_of(type: Type | str, program: Program | None = None, *, plain: bool | None = None) -> st.SearchStrategy[Any]:
    """Values of a type; refinements and the invariants inside data hold of them.

    ``type``: ``"List[Int]"``, ``"{n: Int | n > 0}"``, ``"specs/billing.kw::Invoice"`` or a core type.
    """
    as_plain = isinstance(type, str) if plain is None else plain
    found, program, clauses = found_type(type, program)
    strategy = value_strategy(program, found, clauses)
    return strategy.map(lambda v: to_plain(v, found, program)) if as_plain else strategy


def inputs_for(
    kernel: Kernel | str, program: Program | None = None, *, seeds: bool = True, plain: bool | None = None
) -> st.SearchStrategy[dict[str, Any]]:
    """Inputs by port that satisfy the kernel's ``requires``; with ``seeds``, the solver's and the recorded ones among them."""
    as_plain = isinstance(kernel, str) if plain is None else plain
    found, program = found_kernel(kernel, program)
    inputs = Inputs(program, found, seeds=seeds)
    strategy = inputs.strategy()
    if not as_plain:
        return strategy
    types = {p.name: t for p, t in zip(found.inputs, inputs.types)}
    return strategy.map(lambda env: {n: to_plain(v, types[n], program) for n, v in env.items()})


def outputs_for(
    kernel: Kernel | str, inputs: Mapping[str, Value], program: Program | None = None, *, plain: bool | None = None
) -> st.SearchStrategy[dict[str, Any]]:
    """Outputs by port that the kernel's ``ensures`` allow on these inputs, given as core values."""
    as_plain = isinstance(kernel, str) if plain is None else plain
    found, program = found_kernel(kernel, program)
    strategy = env_strategy(program, outputs_problem(program, found), dict(inputs))
    if not as_plain:
        return strategy
    return strategy.map(lambda env: {p.name: to_plain(env[p.name], p.type, program) for p in found.outputs})
