"""The order in which output ports are written, where it is declared or told. (How one is chosen: ``residual_order``.)"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TypeAlias

from kwlogic.core.program import Kernel

DECLARED, CHOSEN = "declared", "chosen"
Order: TypeAlias = str | Sequence[str]


def stated(kernel: Kernel, order: Order) -> tuple[tuple[str, ...], str]:
    """An order that is declared or told, and how it came about. Raises ValueError where it is none of the ports."""
    names = tuple(p.name for p in kernel.outputs)
    if isinstance(order, str):
        if order != DECLARED:
            near = get_close_matches(order, (DECLARED, CHOSEN), 1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            raise ValueError(f"an order is `{DECLARED}`, `{CHOSEN}` or the names of all outputs, not `{order}`{hint}")
        return names, "as declared"
    told = tuple(order)
    if sorted(told) != sorted(names):
        raise ValueError(f"the order must name each output of `{kernel.name}` once ({', '.join(names)}), not {', '.join(told) or 'none'}")
    return told, "as declared" if told == names else "as told"
