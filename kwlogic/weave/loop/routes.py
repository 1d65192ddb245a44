"""Which kernel a prompt is for: a router fitted on the prompts that kernels were learnt from, asked with, or describe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kwlogic.weave.loop.library import Member
from kwlogic.weave.route.data import Route, RouteError, Settings
from kwlogic.weave.route.router import Router
from kwlogic.weave.store.data import StoredKernel

MOST = 400  # prompts of one kernel, the latest


def fitted(members: Mapping[str, Member], prompts: Mapping[str, Sequence[str]], others: Sequence[str], settings: Settings) -> Router | None:
    """A router whose kernels are digests; None where there is nothing to go by. ``others``: prompts that are for none of them."""
    examples = {d: tuple(dict.fromkeys([*prompts.get(d, ())[-MOST:], *described(m.stored)])) for d, m in members.items()}
    examples = {d: e for d, e in examples.items() if e}
    if not examples:
        return None
    known = {p for e in examples.values() for p in e}
    outside = tuple(dict.fromkeys(p for p in others if p not in known))[-4 * MOST :]
    try:
        return Router.fit(examples, outside, settings)
    except RouteError:
        return None


def described(kernel: StoredKernel) -> tuple[str, ...]:
    """What a kernel says of itself: its family and its name, as words."""
    name = kernel.name.rpartition(".")[2].replace("_", " ")
    return tuple(t for t in (kernel.family, name) if t.strip())


__all__ = ["Route", "RouteError", "Router", "described", "fitted"]
