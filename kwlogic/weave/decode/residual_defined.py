"""Clauses that say what a part of the outputs is: ``total == sum(lines)``, ``not granted ==> after == order``.

Where what a definition computes from is written, its value is all that may stand there: the sites below follow it, and no
solver is asked. A port is *derived* where nothing else is said of it than one definition that always has a value, over
ports that are written before it: its clause is then kept by the mask, whatever those are, and has no say elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kwlogic.core.prims import PRIMS
from kwlogic.core.program import Kernel, Program
from kwlogic.core.terms import Op, Term
from kwlogic.core.value import UNIT, Con, MapV, SetV, iter_list
from kwlogic.core.walk import free_vars, subterms
from kwlogic.source.records import dataclass
from kwlogic.weave.decode.data import Fields, Hole, Items, Kind, Known, OneOf, Partial, Path, Residual, Site, SoFar, Tags
from kwlogic.weave.decode.data import More as MoreOrNot
from kwlogic.weave.decode.residual_shape import step_names
from kwlogic.weave.decode.residual_touch import Touch, of_ports, touches

MOST_DEFINED = 60
MOST_IN = 12  # levels of fields, as deep as touches are told apart
Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """The part at ``path`` is ``value`` where all ``guards`` hold. ``needs``: the parts of the outputs that those look at;
    ``alone``: the clause says nothing else."""

    index: int
    path: Steps
    value: Term
    guards: tuple[Term, ...]
    needs: frozenset[Touch]
    alone: bool

    @property
    def ports(self) -> frozenset[str]:
        """The ports it computes from."""
        return frozenset(str(t.pattern[0]) for t in self.needs)


def definitions(kernel: Kernel, program: Program) -> tuple[Definition, ...]:
    """What the clauses define, in their order; either side of an equation may be what is defined."""
    names = frozenset(p.name for p in kernel.outputs)
    places = of_ports(names)
    found: list[Definition] = []
    for index, clause in enumerate(kernel.ensures):
        parts = list(_parts(clause.pred))
        for guards, term in parts:
            for path, value in _sides(term, names, program):
                needs = frozenset(t for part in (value, *guards) for t in touches(part, places, program))
                if len(found) < MOST_DEFINED and not any(_overlap(t, path) for t in needs):
                    found.append(Definition(index, path, value, guards, needs, len(parts) == 1 and not guards))
    return tuple(found)


def _overlap(touch: Touch, path: Steps) -> bool:
    return touch.meets(path) or path[: len(touch.pattern)] == touch.pattern


def _parts(pred: Term) -> Iterator[tuple[tuple[Term, ...], Term]]:
    """The parts of a conjunction, with what they are said under."""
    waiting: list[tuple[tuple[Term, ...], Term]] = [((), pred)]
    while waiting:
        guards, term = waiting.pop()
        if term.op is Op.AT:
            waiting.append((guards, term.args[0]))
        elif term.op is Op.AND:
            waiting.extend((guards, a) for a in reversed(term.args))
        elif term.op is Op.IMPLIES:
            waiting.append(((*guards, term.args[0]), term.args[1]))
        else:
            yield guards, term


def _sides(term: Term, names: frozenset[str], program: Program) -> Iterator[tuple[Steps, Term]]:
    if term.op is Op.EQ:
        for one, other in (term.args, term.args[::-1]):
            path = _path(one, names, program)
            if path:
                yield path, other


def _path(term: Term, names: frozenset[str], program: Program) -> Steps:
    """The path of a port, or of a field of records in one."""
    steps: list[str | int] = []
    while True:
        if term.op is Op.AT:
            term = term.args[0]
        elif term.op is Op.SEL and term.data[0] in program.ctors and len(program.datas[program.ctors[term.data[0]].data].ctors) == 1:
            steps.append(step_names(program, term.data[0], len(program.ctors[term.data[0]].fields))[term.data[1]])
            term = term.args[0]
        elif term.op is Op.VAR and term.data in names:
            return (str(term.data), *reversed(steps))
        else:
            return ()


def lengths(kernel: Kernel, program: Program) -> tuple[tuple[int, Steps, Term], ...]:
    """The clauses that say how long a list is, with its path and where they say it."""
    names = frozenset(p.name for p in kernel.outputs)
    found: list[tuple[int, Steps, Term]] = []
    for index, clause in enumerate(kernel.ensures):
        for guards, term in _parts(clause.pred):
            for side in term.args if term.op is Op.EQ and not guards else ():
                while side.op is Op.AT:
                    side = side.args[0]
                if side.op is Op.CALL and side.data[0] == "std.list.len" and (path := _path(side.args[0], names, program)):
                    found.append((index, path, term))
    return tuple(found)


# ---------------------------------------------------------------- derived ports


def derived(kernel: Kernel, program: Program, found: Sequence[Definition], order: Sequence[str]) -> dict[str, Definition]:
    """The derived ports where ports are written in this order, last ones first."""
    place = {name: i for i, name in enumerate(order)}
    said = [frozenset(str(v.data) for v in free_vars(c.pred)) & place.keys() for c in kernel.ensures]
    made: dict[str, Definition] = {}
    seen_to: set[int] = set()
    for port in reversed(order):
        about = [i for i, names in enumerate(said) if port in names and i not in seen_to]
        if len(about) != 1:
            continue
        for one in found:
            before = all(place[p] < place[port] for p in one.ports)
            if one.index == about[0] and one.alone and one.path == (port,) and before and always(one.value, program):
                made[port] = one
                seen_to.add(one.index)
                break
    return made


def always(term: Term, program: Program) -> bool:
    """Whether a term surely has a value, whatever its variables are."""
    waiting, done = [term], set[str]()
    while waiting:
        for part in subterms(waiting.pop()):
            if part.op in (Op.FORALL, Op.EXISTS, Op.ASSERT, Op.LEMMA):
                return False
            if part.op is Op.PRIM and (part.data not in PRIMS or PRIMS[part.data].guard):
                return False
            if part.op is Op.CALL and part.data[0] not in done:
                fn = program.fns.get(part.data[0])
                if fn is None or fn.requires:
                    return False
                done.add(fn.name)
                waiting.append(fn.body)
    return True


# ---------------------------------------------------------------- what is written


def part_at(path: Path, so_far: SoFar, program: Program) -> Partial:
    """What is written at a place."""
    part = so_far[str(path[0])]
    for step in path[1:]:
        if isinstance(part, Items) and isinstance(step, int):
            part = part.items[step]
        elif isinstance(part, Fields):
            part = part.parts[step_names(program, part.ctor, len(part.parts)).index(step)]
    return part


def written_count(path: Path, so_far: SoFar, program: Program) -> int | None:
    """How many elements of a collection are written."""
    part = part_at(path, so_far, program)
    return len(part.items) if isinstance(part, Items) else 0 if isinstance(part, Hole) else None


def values_of(so_far: SoFar) -> dict[str, Any]:
    """The ports as far as they are written. What is not stands as a unit, which nothing that looks at written parts alone looks at."""
    found = {name: _value_of(part, MOST_IN) for name, part in so_far.items() if not isinstance(part, Hole)}
    return {**dict.fromkeys(so_far, UNIT), **found}


def _value_of(part: Partial, deep: int) -> Any:
    if isinstance(part, Known):
        return part.value
    if isinstance(part, Fields) and deep:
        return Con(part.ctor, tuple(_value_of(p, deep - 1) for p in part.parts))
    return UNIT


def written(so_far: SoFar, touch: Touch, program: Program) -> bool:
    """Whether a part is finished."""
    part = so_far[str(touch.pattern[0])]
    for step in touch.pattern[1:]:
        if not isinstance(part, Fields):
            break
        names = step_names(program, part.ctor, len(part.parts))
        if step not in names:
            return True  # another constructor is there
        part = part.parts[names.index(step)]
    return isinstance(part, Known)


def at_site(value: Any, under: Steps, site: Site, so_far: SoFar, program: Program) -> Residual | None:
    """What may stand at a site so that the part ``under`` which it is comes out as ``value``; None where that is not told."""
    part: Partial = so_far[str(under[0])]
    for step in under[1:]:
        if isinstance(part, Hole):
            break
        if not isinstance(part, Fields):
            return None
        part = part.parts[step_names(program, part.ctor, len(part.parts)).index(step)]
    left = [value] if agrees(part, value) else []
    for step in site.path[len(under) :]:
        left, part = _into(left, part, step, program)
    return _what(left, part, site)


def _into(values: list[Any], part: Partial, step: str | int, program: Program) -> tuple[list[Any], Partial]:
    """The same one step below, of those that agree with what is written there."""
    inner: Partial
    if isinstance(part, Items):
        assert isinstance(step, int)
        inner = part.items[step]
        others = [p.value for p in part.items[:step] if isinstance(p, Known)]
        found = [m for v in values for m in _members(v, step, others)]
    elif isinstance(part, Fields):
        index = step_names(program, part.ctor, len(part.parts)).index(step)
        inner = part.parts[index]
        found = [v.fields[index] for v in values if v.ctor == part.ctor]
    else:
        return [], part
    return [v for v in found if agrees(inner, v)], inner


def _members(value: Any, index: int, others: list[Any]) -> list[Any]:
    """What may stand at an index of a list, set or map of which others are written."""
    if isinstance(value, Con):
        return [item for i, item in enumerate(iter_list(value)) if i == index]
    there = set(others)
    return [m for m in all_of(value) if m not in there]


def all_of(value: Any) -> list[Any]:
    """The elements of a list, set or map."""
    if isinstance(value, SetV):
        return list(value.ordered())
    if isinstance(value, MapV):
        return [Con("Tuple", (k, value.entries[k])) for k in value.keys_ordered()]
    return list(iter_list(value))


def agrees(part: Partial, value: Any) -> bool:
    """Whether a value goes on from what is written."""
    waiting: list[tuple[Partial, Any]] = [(part, value)]
    while waiting:
        here, there = waiting.pop()
        if isinstance(here, Known):
            if here.value != there:
                return False
        elif isinstance(here, Fields):
            if here.ctor != there.ctor:
                return False
            waiting.extend(zip(here.parts, there.fields))
        elif isinstance(here, Items):
            members = all_of(there)
            known = [p.value for p in here.items if isinstance(p, Known)]
            if len(here.items) > len(members) or (
                members[: len(known)] != known if here.head == "List" else not set(known) <= set(members)
            ):
                return False
            if here.head == "List" and len(known) < len(here.items):
                waiting.append((here.items[-1], members[len(known)]))
    return True


def _what(values: list[Any], part: Partial, site: Site) -> Residual | None:
    if not values:
        return None
    if site.kind is Kind.MORE:
        count = len(part.items) if isinstance(part, Items) else 0
        sizes = [len(all_of(v)) for v in values]
        return MoreOrNot(any(s > count for s in sizes), any(s == count for s in sizes))
    if isinstance(values[0], Con):
        return Tags(tuple(dict.fromkeys(v.ctor for v in values)))
    return OneOf(tuple(dict.fromkeys(values)))


class Defined:
    """The definitions of one kernel, with the ports in an order."""

    def __init__(self, kernel: Kernel, program: Program, order: Sequence[str]) -> None:
        self.program = program
        self.all = definitions(kernel, program)
        self.derived = derived(kernel, program, self.all, order)
        self.lengths = lengths(kernel, program)
        self.order = tuple(order)

    def clauses(self) -> frozenset[int]:
        """Those that only say what derived ports are."""
        return frozenset(d.index for d in self.derived.values())

    def give_up(self, index: int) -> None:
        self.derived = {port: d for port, d in self.derived.items() if d.index != index}

    def of(self, path: Path, so_far: SoFar, left: Mapping[int, Any]) -> Iterator[Definition]:
        """The definitions of what a place is in, where all that they need is written; derived ports first."""
        for one in sorted(self.all, key=lambda d: d not in self.derived.values()):
            if path[: len(one.path)] == one.path and one.index not in left and all(written(so_far, t, self.program) for t in one.needs):
                yield one
