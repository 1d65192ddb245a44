"""What a mask guarantees, and what is left to the check of the finished output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kwlogic.core.program import Clause, Kernel
from kwlogic.core.types import Type
from kwlogic.weave.decode.data import STAR, Left, Pattern

if TYPE_CHECKING:
    from kwlogic.weave.decode.masks import Masks
    from kwlogic.weave.decode.walk import Walk


@dataclass(frozen=True, slots=True)
class Report:
    """``types``: for each output port ``exact``, or ``over-approximate: why``. ``narrowed``: places where values were left out
    that could have been finished, and why. ``left_out``: tokens that were not followed far
    enough to be allowed. ``questions``: how often it was asked what may stand at a place. ``order``: in which the outputs are
    written, and ``ordered`` how that came about."""

    types: tuple[tuple[str, str], ...]
    guaranteed: tuple[Clause, ...]
    checked_after: tuple[Left, ...]
    narrowed: tuple[tuple[str, str], ...]
    left_out: int
    questions: int
    order: tuple[str, ...] = ()
    ordered: str = ""

    def lines(self) -> list[str]:
        """For people."""
        found = [f"{name}: {said}" for name, said in self.types]
        found += [f"written in the order {', '.join(self.order)}: {self.ordered}"] if self.ordered and len(self.order) > 1 else []
        found += [f"guaranteed by the mask: {c.text}" for c in self.guaranteed]
        found += [f"narrower than the contract at {place}: {why}" for place, why in self.narrowed]
        found += [f"checked after: {left.clause.text} ({left.why})" for left in self.checked_after]
        return found


def report_of(kernel: Kernel, walk: Walk, masks: Masks) -> Report:
    types = tuple((p.name, _type(p.name, p.type, walk)) for p in kernel.outputs)
    residuals = walk.residuals
    narrowed = tuple((_shown(pattern), why) for pattern, why in walk.narrowed.items())
    return Report(
        types,
        residuals.guaranteed(),
        residuals.checked_after(),
        narrowed,
        masks.left_out,
        walk.questions,
        tuple(residuals.order),
        getattr(residuals, "ordered", ""),
    )


def _type(name: str, type: Type, walk: Walk) -> str:
    """Invariants that are no limits are seen to where the residuals are asked, and nowhere else."""
    shapes = walk.shapes
    if walk.residuals.concerns((name,)):
        return "exact"
    more: dict[str, None] = {}
    for part, _ in shapes.reach(type):
        for ctor in shapes.ctors(part) if part.head in shapes.program.datas else ():
            shapes.fields(ctor, part)
            more.update(dict.fromkeys(shapes.notes.get(ctor.name, ())))
    return "exact" if not more else "over-approximate: " + "; ".join(f"`{text}` is checked after" for text in more)


def _shown(pattern: Pattern) -> str:
    """``lines[].qty``."""
    shown = "".join("[]" if s is STAR else f"[{s}]" if isinstance(s, int) else f".{s}" for s in pattern)
    return shown.lstrip(".")
