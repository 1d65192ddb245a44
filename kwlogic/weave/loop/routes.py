"""Which kernel a prompt is for: a router fitted on the prompts that kernels were learnt from, asked with, or describe.

A fitted router is kept beside a store that is a file, for as long as the kernels are the same and their prompts have not doubled: it
may be deleted at any time, and one that cannot be read is made anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from kwlogic.source.data import Diagnosed
from kwlogic.weave.loop.library import Member
from kwlogic.weave.route.data import Route, RouteError, Settings
from kwlogic.weave.route.router import Router
from kwlogic.weave.store.data import StoredKernel, canonical, digest_of

MOST = 400  # prompts of one kernel, the latest
FOLDER = "router"
_DOC = re.compile(r"((?:^[ \t]*##.*\n)+)[ \t]*kernel\s+(\w+)", re.MULTILINE)


def fitted(
    members: Mapping[str, Member],
    prompts: Mapping[str, Sequence[str]],
    others: Callable[[], Sequence[str]],
    traces: int,
    settings: Settings,
    beside: Path | None = None,
) -> Router | None:
    """A router whose kernels are digests; None where there is nothing to go by. ``others``: prompts that are for none of them, of
    the ``traces`` in the store. ``beside``: the store's file."""
    examples = {d: tuple(dict.fromkeys([*prompts.get(d, ())[-MOST:], *described(m.stored)])) for d, m in members.items()}
    examples = {d: e for d, e in examples.items() if e}
    if not examples:
        return None
    place = None if beside is None else beside.with_name(f"{beside.name}.{FOLDER}")
    mark = _mark(examples, traces, settings)
    kept = _kept(place, mark)
    if kept is not None:
        return kept
    known = {p for e in examples.values() for p in e}
    outside = tuple(dict.fromkeys(p for p in others() if p not in known))[-4 * MOST :]
    try:
        router = Router.fit(examples, outside, settings)
    except RouteError:
        return None
    _keep(place, mark, router)
    return router


def _mark(examples: Mapping[str, Sequence[str]], traces: int, settings: Settings) -> str:
    """What a fitted router is good for: these kernels, with about as many prompts."""
    sizes = {d: len(e).bit_length() for d, e in examples.items()}
    return digest_of(canonical([sizes, traces.bit_length(), repr(settings)]))


def _kept(place: Path | None, mark: str) -> Router | None:
    if place is None:
        return None
    try:
        if (place / "mark").read_text(encoding="utf-8") == mark:
            return Router.load(place)
    except (Diagnosed, OSError, ValueError):
        pass
    return None


def _keep(place: Path | None, mark: str, router: Router) -> None:
    """The mark goes first and comes last, so that half a router is none."""
    if place is None:
        return
    with suppress(OSError, Diagnosed):
        (place / "mark").unlink(missing_ok=True)
        router.save(place)
        (place / "mark").write_text(mark, encoding="utf-8")


def described(kernel: StoredKernel) -> tuple[str, ...]:
    """What a kernel says of itself: its documentation, its family and its name, as words."""
    short = kernel.name.rpartition(".")[2]
    docs = [" ".join(line.strip().lstrip("#").strip() for line in d.splitlines()) for d, n in _DOC.findall(kernel.spec) if n == short]
    found = (*(s for d in docs for s in re.split(r"(?<=[.!?])\s+", d)[:8]), kernel.family, short.replace("_", " "))
    return tuple(t for t in found if t.strip())


__all__ = ["Route", "RouteError", "Router", "described", "fitted"]
