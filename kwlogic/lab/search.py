"""Searching compositions: straight lines of kernels, smallest first, connected by types and ports, pruned by contracts.

A step is only ever added where what came before implies its ``requires``, so that no composition is built on a broken link.
Steps that could stand in any order are taken in one; every step is needed for something. Nothing here is trusted: what is
found is written as text and checked as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from kwlogic.compose.contract import contract_at
from kwlogic.core.program import Kernel, Program
from kwlogic.core.terms import TRUE, Term, mk_and, mk_eq, mk_var
from kwlogic.core.types import Type
from kwlogic.core.wiring import Port
from kwlogic.vc.theory import Theory


@dataclass(frozen=True, slots=True)
class Taken:
    """A step: a kernel, and for each of its inputs the number of the wire that it takes."""

    kernel: Kernel
    args: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """``ends``: for each wanted output the number of its wire. Wires are the inputs, then the outputs of the steps. ``sure``: a
    solver saw that it does what is wanted; else nothing speaks against it."""

    steps: tuple[Taken, ...]
    ends: tuple[int, ...]
    sure: bool


@dataclass(slots=True)
class Counts:
    """What a search cost: links asked about, whole compositions asked about, and whether the limit cut it off."""

    links: int = 0
    wholes: int = 0
    cut: bool = False
    near: Found | None = None


@dataclass(slots=True)
class _State:
    wires: list[Port]
    terms: list[Term]
    known: list[Term]
    steps: list[Taken] = field(default_factory=list)
    made_by: list[int] = field(default_factory=list)
    used: list[bool] = field(default_factory=list)


class Search:
    """``goal`` and ``given`` are over the inputs and the wanted outputs, by name. ``laws``: steps that could stand in any order are
    tried in one."""

    def __init__(
        self,
        program: Program,
        kernels: Sequence[Kernel],
        inputs: tuple[Port, ...],
        outputs: tuple[Port, ...],
        given: Term,
        goal: Term,
        limit: int,
        laws: bool = True,
    ) -> None:
        self.laws = laws
        self.program, self.inputs, self.outputs, self.limit = program, inputs, outputs, limit
        self.theory = Theory(program)
        self.given, self.goal = self.theory.simplify(given), self.theory.simplify(goal)
        self.kernels = useful(kernels, inputs, outputs)
        self.counts = Counts()
        self._links: dict[tuple[Term, Term], bool] = {}
        self._seen: set[tuple[tuple[tuple[str, tuple[int, ...]], ...], tuple[int, ...]]] = set()

    def run(self, most: int) -> Iterator[Found]:
        """Compositions of one kernel, of two, and so on; of one size those first whose ports meet by name."""
        for size in range(1, most + 1):
            for by_name in (True, False):
                yield from self._extend(self._start(), size, by_name)
                if self.counts.cut:
                    return

    def _start(self) -> _State:
        terms = [mk_var(p.name, p.type) for p in self.inputs]
        return _State(list(self.inputs), terms, [self.given], made_by=[-1] * len(terms), used=[True] * len(terms))

    # ------------------------------------------------------------ steps

    def _extend(self, state: _State, left: int, by_name: bool) -> Iterator[Found]:
        """Depth is bounded by the size asked for."""
        if self._hopeless(state, left):
            return
        if left == 0:
            yield from self._ends(state)
            return
        for kernel in self.kernels:
            for args in self._arguments(kernel, state.wires, by_name):
                if self.counts.links + self.counts.wholes >= self.limit:
                    self.counts.cut = True
                    return
                taken = Taken(kernel, args)
                if self._in_order(state, taken) and self._links_hold(state, taken):
                    yield from self._extend(self._after(state, taken), left - 1, by_name)

    def _hopeless(self, state: _State, left: int) -> bool:
        """More steps wait to be used than the rest can take in."""
        waiting = sum(not u for u in _steps_used(state))
        widest = max((len(k.inputs) for k in self.kernels), default=0)
        return waiting > left * max(0, widest - 1) + len(self.outputs)

    def _in_order(self, state: _State, taken: Taken) -> bool:
        """One order of independent steps; none twice."""
        if not state.steps or not self.laws:
            return True
        last = state.steps[-1]
        if any(s.kernel is taken.kernel and s.args == taken.args for s in state.steps):
            return False
        newest = len(state.steps) - 1
        if any(state.made_by[a] == newest for a in taken.args):
            return True
        return (taken.kernel.name, taken.args) > (last.kernel.name, last.args)

    def _arguments(self, kernel: Kernel, wires: Sequence[Port], by_name: bool) -> Iterator[tuple[int, ...]]:
        """Ways to feed a kernel: where ``by_name``, a port takes the latest wire of its name if there is one."""
        choices: list[list[int]] = []
        for port in kernel.inputs:
            fitting = [i for i, w in enumerate(wires) if w.type is port.type]
            named = [i for i in fitting if wires[i].name == port.name]
            choices.append(named[-1:] if by_name and named else [*named[::-1], *(i for i in fitting[::-1] if i not in named)])
        yield from product_of(choices)

    def _links_hold(self, state: _State, taken: Taken) -> bool:
        contract = contract_at(taken.kernel, (), self._ports(state, taken))
        wanted = self.theory.simplify(mk_and(t for _, _, t in contract.requires()))
        if wanted is TRUE:
            return True
        known = mk_and(state.known)
        key = known, wanted
        if key not in self._links:
            from kwlogic.solve.eliminate import decided

            self.counts.links += 1
            self._links[key] = decided(self.program, known, wanted) is not False
        return self._links[key]

    def _ports(self, state: _State, taken: Taken) -> dict[str, Term]:
        given = {p.name: state.terms[a] for p, a in zip(taken.kernel.inputs, taken.args)}
        start = len(state.terms)
        return given | {p.name: mk_var(f"{p.name}'{start + i}", p.type) for i, p in enumerate(taken.kernel.outputs)}

    def _after(self, state: _State, taken: Taken) -> _State:
        ports = self._ports(state, taken)
        contract = contract_at(taken.kernel, (), ports)
        said = [self.theory.simplify(t) for _, _, t in contract.ensures()]
        used = [u or i in taken.args for i, u in enumerate(state.used)]
        new = [Port(p.name, p.type) for p in taken.kernel.outputs]
        return _State(
            [*state.wires, *new],
            [*state.terms, *(ports[p.name] for p in new)],
            [*state.known, *said],
            [*state.steps, taken],
            [*state.made_by, *([len(state.steps)] * len(new))],
            [*used, *([False] * len(new))],
        )

    # ------------------------------------------------------------ ends

    def _ends(self, state: _State) -> Iterator[Found]:
        """Ways to read the wanted outputs off the wires, such that no step is idle."""
        choices: list[list[int]] = []
        for port in self.outputs:
            fitting = [i for i, w in enumerate(state.wires) if w.type is port.type and state.made_by[i] >= 0]
            choices.append(sorted(fitting, key=lambda i: (state.wires[i].name != port.name, -i)))
        for ends in product_of(choices):
            if len(set(ends)) < len(ends) or not self._all_needed(state, ends):
                continue
            key = tuple((s.kernel.name, s.args) for s in state.steps), ends
            if key not in self._seen:
                self._seen.add(key)
                yield from self._judged(state, ends)

    @staticmethod
    def _all_needed(state: _State, ends: tuple[int, ...]) -> bool:
        needed = {state.made_by[e] for e in ends}
        return all(u or i in needed for i, u in enumerate(_steps_used(state)))

    def _judged(self, state: _State, ends: tuple[int, ...]) -> Iterator[Found]:
        from kwlogic.solve.eliminate import decided

        self.counts.wholes += 1
        equations = [mk_eq(mk_var(p.name, p.type), state.terms[e]) for p, e in zip(self.outputs, ends)]
        answer = decided(self.program, mk_and((*state.known, *equations)), self.goal)
        found = Found(tuple(state.steps), ends, answer is True)
        if answer is False:
            self.counts.near = self.counts.near or found
        else:
            yield found


def _steps_used(state: _State) -> list[bool]:
    """For each step whether some output of it is taken by another."""
    used = [False] * len(state.steps)
    for wire, step in enumerate(state.made_by):
        if step >= 0 and state.used[wire]:
            used[step] = True
    return used


def product_of(choices: Sequence[Sequence[int]]) -> Iterator[tuple[int, ...]]:
    from itertools import product

    return product(*choices)


def useful(kernels: Iterable[Kernel], inputs: tuple[Port, ...], outputs: tuple[Port, ...]) -> list[Kernel]:
    """The kernels that the inputs can feed, however indirectly, and from which the outputs can be reached; by types alone."""
    candidates = [k for k in kernels if not k.tparams]
    at_hand = _closure(candidates, {p.type for p in inputs}, forwards=True)
    fed = [k for k in candidates if all(p.type in at_hand for p in k.inputs)]
    asked = _closure(fed, {p.type for p in outputs}, forwards=False)
    names = {p.name for p in outputs}
    kept = [k for k in fed if any(p.type in asked for p in k.outputs)]
    return sorted(kept, key=lambda k: (not any(p.name in names for p in k.outputs), k.name))


def _closure(kernels: Sequence[Kernel], start: set[Type], forwards: bool) -> set[Type]:
    found = set(start)
    while True:
        more: set[Type] = set()
        for kernel in kernels:
            ins, outs = {p.type for p in kernel.inputs}, {p.type for p in kernel.outputs}
            if forwards and ins <= found:
                more |= outs
            elif not forwards and outs & found:
                more |= ins
        if more <= found:
            return found
        found |= more
