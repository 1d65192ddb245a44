"""Which clauses a site has to do with, found once for a kernel.

Two clauses are connected where they speak of the same part of the outputs; a site is asked about with all clauses that it
is connected to. Sites that only limits of their own speak of are not asked about at all: a grammar says those.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kwlogic.core.program import Clause, Kernel, Origin, Program
from kwlogic.core.types import Type, tuple_of
from kwlogic.core.value_show import field_types
from kwlogic.solve.sorts import BASE, Unsupported, constructors
from kwlogic.weave.decode.data import STAR, Pattern
from kwlogic.weave.decode.local import clause_limits, ctor_limits
from kwlogic.weave.decode.residual_shape import step_names
from kwlogic.weave.decode.residual_touch import Touch, of_ports, touches

MOST_NESTED = 16
ENDLESS = ("Int", "Real", "String", "List")


class Concerns:
    def __init__(self, kernel: Kernel, program: Program) -> None:
        self.kernel = kernel
        self.program = program
        self.touched = [touches(c.pred, of_ports(p.name for p in kernel.outputs), program) for c in kernel.ensures]
        self.asked = [self._asked(c, t) for c, t in zip(kernel.ensures, self.touched)]
        self.sets = self._sets()
        self._near = [[j for j, other in enumerate(self.touched) if _share(mine, other)] for mine in self.touched]

    # ------------------------------------------------------------ once

    def _asked(self, clause: Clause, touched: frozenset[Touch]) -> frozenset[Touch]:
        """What a clause says that no grammar of a single site does."""
        ports = {p.name: p for p in self.kernel.outputs}
        if clause.origin is Origin.INVARIANT and clause.subject in ports:
            return frozenset(self._invariants(ports[clause.subject].type, (clause.subject,), ()))
        return touched if clause_limits(clause, ports, self.program) is None else frozenset()

    def _invariants(self, type: Type, pattern: Pattern, around: tuple[Type, ...]) -> Iterator[Touch]:
        """What invariants inside a type say, besides limits of single sites."""
        if type in around or len(around) > MOST_NESTED:
            yield Touch(pattern, True)
            return
        for ctor, fields in self._fields(type):
            known = self.program.ctors.get(ctor)
            if known is not None:
                _, rest = ctor_limits(known, self.program)
                env = {f.name: frozenset(((*pattern, f.name),)) for f in known.fields}
                for clause in rest:
                    yield from touches(clause.pred, env, self.program)
            for step, inner in fields:
                yield from self._invariants(inner, (*pattern, step), (*around, type))

    def _fields(self, type: Type) -> Iterator[tuple[str, list[tuple[str | int | None, Type]]]]:
        """Constructors with the steps to their fields; the elements of a collection as fields."""
        if type.head in BASE or type.is_var or type.head == "Fun":
            return
        if type.head in ("List", "Set"):
            yield type.head, [(STAR, type.args[0])]
        elif type.head == "Map":
            yield type.head, [(STAR, tuple_of(*type.args))]
        else:
            try:
                ctors = constructors(self.program, type)
            except Unsupported:
                return
            for ctor, fields in ctors:
                steps = step_names(self.program, ctor, len(fields))
                yield ctor, list(zip(steps, field_types(ctor, type, self.program)))

    def _sets(self) -> tuple[Touch, ...]:
        """Sets and maps whose members clauses or types leave few of: what is left of them is for the solver to say."""
        found = []
        waiting: list[tuple[Type, Pattern, tuple[Type, ...]]] = [(p.type, (p.name,), ()) for p in self.kernel.outputs]
        while waiting:
            type, pattern, around = waiting.pop()
            if type in around or len(around) > MOST_NESTED:
                continue
            if type.head in ("Set", "Map"):
                limited = any(t.meets(pattern) for touched in self.touched for t in touched)
                if limited or not self._endless(type.args[0], ()):
                    found.append(Touch(pattern, True))
            for _, fields in self._fields(type):
                waiting.extend((inner, (*pattern, step), (*around, type)) for step, inner in fields)
        return tuple(found)

    def _endless(self, type: Type, around: tuple[Type, ...]) -> bool:
        """Whether a type surely has more values than will ever be written."""
        if type.head in ENDLESS:
            return True
        if type in around or len(around) > MOST_NESTED or type.head in ("Set", "Map", "Bool"):
            return False
        return any(self._endless(t, (*around, type)) for _, fields in self._fields(type) for _, t in fields)

    # ------------------------------------------------------------ asked

    def concerns(self, pattern: Pattern, left: frozenset[int]) -> bool:
        if any(t.meets(pattern) for t in self.sets):
            return True
        return any(t.meets(pattern) for i, asked in enumerate(self.asked) if i not in left for t in asked)

    def connected(self, pattern: Pattern, left: frozenset[int]) -> list[int]:
        """The clauses that a site has to do with, in their order."""
        waiting = [i for i, touched in enumerate(self.touched) if i not in left and any(t.at(pattern) for t in touched)]
        waiting += [
            i for t in self.sets if t.meets(pattern) for i, touched in enumerate(self.touched) if _share(touched, (t,)) and i not in left
        ]
        found = set(waiting)
        while waiting:
            for index in self._near[waiting.pop()]:
                if index not in found and index not in left:
                    found.add(index)
                    waiting.append(index)
        return sorted(found)


def _share(one: Iterable[Touch], other: Iterable[Touch]) -> bool:
    others = list(other)
    return any(a.at(b.pattern) or b.at(a.pattern) for a in one for b in others)
