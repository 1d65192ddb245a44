"""The order in which output ports are written: as declared, as told, or chosen.

A chosen order has what others are computed from first. It is taken only where it pays for these inputs: more clauses are
guaranteed, or, on a trial output, fewer places leave something out; else the ports come as they are declared.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from kwlogic.core.eval_data import trampoline
from kwlogic.core.program import Kernel, Program
from kwlogic.core.types import BOOL, INT, REAL, STRING, Type, tuple_of
from kwlogic.core.value import Value
from kwlogic.core.value_show import field_types
from kwlogic.solve.sorts import constructors
from kwlogic.weave.decode.data import HOLE, STAR, Fields, Items, Kind, Known, Partial, Path, Pattern, Site
from kwlogic.weave.decode.residual_defined import Definition, all_of, definitions
from kwlogic.weave.decode.residual_shape import step_names

if TYPE_CHECKING:
    from kwlogic.weave.decode.residual import Contract

MOST_ASKED = 40  # places of a trial
MOST_ELEMENTS = 3  # of one collection
Put: TypeAlias = Callable[[Partial], None]


def chosen(kernel: Kernel, program: Program, contract: Callable[[tuple[str, ...], str], Contract]) -> Contract:
    """The contract in the declared order, or in one that puts what others are computed from first, where that is better."""
    names = tuple(p.name for p in kernel.outputs)
    other = computed_last(names, definitions(kernel, program))
    if other == names:
        return contract(names, "as declared: nothing is computed from what comes after it")
    declared, better = contract(names, ""), contract(other, "")
    if declared.impossible or better.impossible:
        return contract(names, "as declared")
    why = gained(declared, better)
    if why:
        return contract(other, why)
    return contract(names, f"as declared: in the order {', '.join(other)} no more is guaranteed, and no less left out")


def gained(declared: Contract, better: Contract) -> str:
    """What another order is better for; empty where it is not."""
    sure, more = declared.guaranteed(), better.guaranteed()
    if len(more) > len(sure):
        return "what others are computed from comes first, which guarantees " + ", ".join(
            f"`{c.label or c.text}`" for c in more if c not in sure
        )
    if len(more) < len(sure):
        return ""
    inexact = left_out(declared), left_out(better)
    if inexact[1] < inexact[0]:
        return f"what others are computed from comes first: on a trial, {inexact[1]} places leave something out, as declared {inexact[0]}"
    return ""


def computed_last(names: Sequence[str], found: Iterable[Definition]) -> tuple[str, ...]:
    """The ports, each after those that it is computed from where that is no circle, else as they are declared. Clauses
    that say nothing else come before those that hold under conditions, and those that the declared order keeps before others."""
    place = {name: i for i, name in enumerate(names)}
    before: dict[str, set[str]] = {name: set() for name in names}
    for one in sorted(found, key=lambda d: (bool(d.guards), any(place[p] > place[str(d.path[0])] for p in d.ports), d.index)):
        port = str(one.path[0])
        needed = one.ports - {port}
        if not any(port in _all_before(before, p) for p in needed):
            before[port] |= needed
    order: list[str] = []
    while len(order) < len(names):
        order.append(next(n for n in names if n not in order and before[n] <= set(order)))
    return tuple(order)


def _all_before(before: dict[str, set[str]], port: str) -> set[str]:
    found = {port}
    waiting = [port]
    while waiting:
        new = before[waiting.pop()] - found
        found |= new
        waiting.extend(new)
    return found


# ---------------------------------------------------------------- a trial


class _Enough(Exception):
    pass


def left_out(contract: Contract) -> int:
    """At how many places of one output that the contract knows something is left out."""
    names = [p.name for p in contract.kernel.outputs]
    output = contract.completion(dict.fromkeys(names, HOLE))
    trial = _Trial(contract)
    try:
        if output is not None:
            trial.run(output)
    except _Enough:
        pass
    return trial.inexact


class _Trial:
    """Asks at the places of an output, in the order in which it is written."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.program = contract.program
        self.so_far: dict[str, Partial] = {p.name: HOLE for p in contract.kernel.outputs}
        self.asked = self.inexact = 0

    def run(self, output: dict[str, Value]) -> None:
        types = {p.name: p.type for p in self.contract.kernel.outputs}
        for name in self.contract.order:

            def put(part: Partial, name: str = name) -> None:
                self.so_far[name] = part

            trampoline(self.value(output[name], types[name], (name,), (name,), put))

    def ask(self, kind: Kind, path: Path, pattern: Pattern, type: Type) -> None:
        """Ends the trial where enough was asked."""
        self.asked += 1
        if not self.contract.residual(Site(path, pattern, kind, type), dict(self.so_far)).exact:
            self.inexact += 1
        if self.asked >= MOST_ASKED:
            raise _Enough

    def value(self, value: Any, type: Type, path: Path, pattern: Pattern, put: Put) -> Generator[Any, Any, Any]:
        if self.contract.concerns(pattern):
            if type in (INT, REAL, BOOL, STRING):
                self.ask(Kind.VALUE, path, pattern, type)
            elif type.head in ("List", "Set", "Map"):
                yield self.items(value, type, path, pattern, put)
            else:
                yield self.fields(value, type, path, pattern, put)
        put(Known(value))

    def items(self, value: Any, type: Type, path: Path, pattern: Pattern, put: Put) -> Generator[Any, Any, Any]:
        element = tuple_of(*type.args) if type.head == "Map" else type.args[0]
        members = all_of(value)
        parts: list[Partial] = []

        def inside(part: Partial) -> None:
            parts[-1] = part
            put(Items(type.head, tuple(parts)))

        for index, member in enumerate(members):
            if index < MOST_ELEMENTS:
                put(Items(type.head, tuple(parts)))
                self.ask(Kind.MORE, path, pattern, type)
                parts.append(HOLE)
                inside(HOLE)
                yield self.value(member, element, (*path, index), (*pattern, STAR), inside)
            else:
                parts.append(Known(member))
        put(Items(type.head, tuple(parts)))
        self.ask(Kind.MORE, path, pattern, type)

    def fields(self, value: Any, type: Type, path: Path, pattern: Pattern, put: Put) -> Generator[Any, Any, Any]:
        ctors = constructors(self.program, type)
        enum = type.head in self.program.datas and not any(fields for _, fields in ctors)
        if len(ctors) > 1 or enum:
            self.ask(Kind.VALUE if enum else Kind.TAG, path, pattern, type)
        steps = step_names(self.program, value.ctor, len(value.fields))
        parts: list[Partial] = [HOLE] * len(steps)
        for index, (step, inner) in enumerate(zip(steps, field_types(value.ctor, type, self.program))):

            def inside(part: Partial, index: int = index) -> None:
                parts[index] = part
                put(Fields(value.ctor, tuple(parts)))

            inside(HOLE)
            yield self.value(value.fields[index], inner, (*path, step), (*pattern, step), inside)
