"""Literals for scalar values, so that the solver can be told of them."""

from __future__ import annotations

from fractions import Fraction

from kwlogic.core.terms import Term, mk_bool, mk_int, mk_real, mk_str
from kwlogic.core.value import Value


def literal(value: Value) -> Term | None:
    """The literal of a scalar; None for anything else."""
    if isinstance(value, bool):
        return mk_bool(value)
    if isinstance(value, int):
        return mk_int(value)
    if isinstance(value, Fraction):
        return mk_real(value)
    return mk_str(value) if isinstance(value, str) else None
