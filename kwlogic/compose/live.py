"""Which boxes of a dag matter, and what comes before what: the part of the normal form that only looks at edges.

``Order`` threads each resource through the boxes that touch it, so that its states are wires like others: a box gets the
state that the last writer left, and the last states are outputs of the whole. So a box that writes is never dead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kwlogic.compose.data import INPUT, Dag
from kwlogic.compose.facts import PLAIN, Facts


@dataclass(frozen=True, slots=True)
class Order:
    """``live``: boxes that are kept. ``versions``: for each live box that touches resources, (resource, the box that left
    the state it sees, or INPUT). ``after``: what else a box waits for, without what follows from other edges.
    ``finals``: (resource, its last writer)."""

    live: tuple[bool, ...]
    versions: dict[int, tuple[tuple[str, int], ...]]
    after: dict[int, tuple[int, ...]]
    finals: tuple[tuple[str, int], ...]


def order_of(dag: Dag, facts: Sequence[Facts]) -> Order:
    """``facts`` of each box."""
    versions, behind, finals = _thread(facts)
    for index, box in enumerate(dag.boxes):
        if box.after:
            behind[index] = behind.get(index, frozenset()) | frozenset(box.after)
    live = _live(dag, facts, versions)
    behind = _past_dead(dag, live, behind)
    return Order(tuple(live), versions, _reduced(dag, live, versions, behind), finals)


def _thread(
    facts: Sequence[Facts],
) -> tuple[dict[int, tuple[tuple[str, int], ...]], dict[int, frozenset[int]], tuple[tuple[str, int], ...]]:
    """A writer also comes after those that read the state it overwrites."""
    last: dict[str, int] = {}
    readers: dict[str, list[int]] = {}
    versions: dict[int, tuple[tuple[str, int], ...]] = {}
    behind: dict[int, frozenset[int]] = {}
    for index, own in enumerate(facts):
        if own is PLAIN or not (own.reads or own.writes):
            continue
        versions[index] = tuple((r, last.get(r, INPUT)) for r in sorted(own.reads | own.writes))
        behind[index] = frozenset(i for r in own.writes for i in readers.pop(r, ()))
        for resource in own.reads - own.writes:
            readers.setdefault(resource, []).append(index)
        for resource in own.writes:
            last[resource] = index
    return versions, behind, tuple(sorted(last.items()))


def _live(dag: Dag, facts: Sequence[Facts], versions: dict[int, tuple[tuple[str, int], ...]]) -> list[bool]:
    """Boxes that an output, a resource or a possible failure depends on. To be waited for is not enough."""
    live = [own is not PLAIN and not own.discardable for own in facts]
    for _, wire in dag.outputs:
        if wire.box != INPUT:
            live[wire.box] = True
    for index in range(len(live) - 1, -1, -1):
        if live[index]:
            for source in dag.boxes[index].sources:
                if source.box >= 0:
                    live[source.box] = True
            for _, writer in versions.get(index, ()):
                if writer >= 0:
                    live[writer] = True
    return live


def _past_dead(dag: Dag, live: Sequence[bool], behind: dict[int, frozenset[int]]) -> dict[int, frozenset[int]]:
    """Order edges of live boxes; one from a box that is not kept comes from what that box came after."""
    if all(live[j] for js in behind.values() for j in js):
        return {i: js for i, js in behind.items() if live[i]}
    stands: dict[int, frozenset[int]] = {}
    for index, box in enumerate(dag.boxes):
        earlier = {w.box for w in box.sources if w.box >= 0} | behind.get(index, frozenset())
        stands[index] = frozenset((index,)) if live[index] else frozenset[int]().union(*(stands[j] for j in earlier))
    return {i: frozenset(k for j in js for k in stands[j]) for i, js in behind.items() if live[i]}


def _reduced(
    dag: Dag, live: Sequence[bool], versions: dict[int, tuple[tuple[str, int], ...]], behind: dict[int, frozenset[int]]
) -> dict[int, tuple[int, ...]]:
    """Edges of ``behind`` that no other path implies. What reaches a box is a set of bits, one for each source of such edges."""
    sources = sorted({j for i, js in behind.items() if live[i] for j in js})
    if not sources:
        return {}
    bit = {j: 1 << n for n, j in enumerate(sources)}
    last_use = _last_use(dag, live, versions, behind)
    reach: dict[int, int] = {}
    kept: dict[int, tuple[int, ...]] = {}
    for index, box in enumerate(dag.boxes):
        if live[index]:
            firm = {s.box for s in box.sources if s.box >= 0} | {v for _, v in versions.get(index, ()) if v >= 0}
            loose = behind.get(index, frozenset()) - firm
            through = 0
            for earlier in firm | loose:
                through |= reach[earlier]
            stays = tuple(j for j in sorted(loose) if not through & bit[j])
            if stays:
                kept[index] = stays
            for earlier in firm | loose:
                through |= bit.get(earlier, 0)
            reach[index] = through
        for done in last_use.get(index, ()):
            reach.pop(done, None)
    return kept


def _last_use(
    dag: Dag, live: Sequence[bool], versions: dict[int, tuple[tuple[str, int], ...]], behind: dict[int, frozenset[int]]
) -> dict[int, list[int]]:
    """For each box, the boxes that no later one follows directly."""
    last: dict[int, int] = {}
    for index, box in enumerate(dag.boxes):
        if live[index]:
            for source in box.sources:
                last[source.box] = index
            for _, writer in versions.get(index, ()):
                last[writer] = index
            for earlier in behind.get(index, ()):
                last[earlier] = index
    users: dict[int, list[int]] = {}
    for earlier, user in last.items():
        users.setdefault(user, []).append(earlier)
    return users
