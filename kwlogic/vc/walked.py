"""What a walk over an expression finds, and its state while it runs. Records and small questions only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from enum import Enum

from kwlogic.core.program import Clause, Origin, Program
from kwlogic.core.terms import Op, Term, mk_var
from kwlogic.core.types import Type
from kwlogic.core.walk import fold, fresh_name
from kwlogic.source.data import Span
from kwlogic.source.records import dataclass
from kwlogic.vc.data import Hyp, Kind
from kwlogic.vc.guards import GUARDS
from kwlogic.vc.instances import signature_of
from kwlogic.vc.scope import Scope


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that must hold; ``part`` names what obliges it (a callee, an operation) in the obligation's id.

    ``after``: how many sites were met before. Only what these say may be used to show it.
    """

    kind: Kind
    span: Span
    goal: Term
    scope: Scope
    detail: str
    part: str = ""
    label: str | None = None
    after: int = 0


@dataclass(frozen=True, slots=True)
class Site:
    """A call (or lemma application) of the declaration's own recursion, at erased arguments."""

    name: str
    targs: tuple[Type, ...]
    args: tuple[Term, ...]
    call: Term
    scope: Scope
    span: Span


@dataclass(frozen=True, slots=True)
class Branch:
    cond: Term
    scope: Scope
    span: Span


# the nodes that may oblige something, or be asked about
ASKED = frozenset((Op.ASSERT, Op.LEMMA, Op.CALL, Op.PRIM, Op.CON, Op.IMPLIES, Op.IF))


class Mode(Enum):
    """What an assertion is: a partial operation in an expression, a claim in the steps of a proof."""

    EXPRESSION = "expression"
    PROOF = "proof"


Task = tuple[Callable[["Walk", Term, Span, Scope], None], Term, Span, Scope]


@dataclass(slots=True)
class Walk:
    """``group``: names whose calls are sites. ``taken``: names that binders must not reuse.

    ``asserted``: the hypotheses that an assertion yields, with its need; ``claimed``: those that a lemma's application
    of itself yields, with the clause.
    """

    program: Program
    group: frozenset[str]
    taken: set[str]
    mode: Mode = Mode.EXPRESSION
    branching: bool = False
    needs: list[Need] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    facts: list[Hyp] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    asserted: dict[Hyp, Need] = field(default_factory=dict)
    claimed: dict[Hyp, int] = field(default_factory=dict)
    applied: frozenset[str] = frozenset()
    tasks: list[Task] = field(default_factory=list)
    _busy: dict[Term, bool] = field(default_factory=dict)

    def busy(self, term: Term) -> bool:
        """Whether anything is to be found inside."""
        found = self._busy.get(term)
        return fold((term,), self._step, self._busy)[term] if found is None else found

    def _step(self, term: Term, parts: tuple[bool, ...]) -> bool:
        return True in parts or (term.op in ASKED and self._own(term))

    def _own(self, term: Term) -> bool:
        match term.op:
            case Op.ASSERT | Op.LEMMA:
                return True
            case Op.CALL:
                sig = signature_of(self.program, term.data[0])
                return term.data[0] in self.group or (sig is not None and any(obliged(c) for c in sig.requires))
            case Op.PRIM:
                return term.data in GUARDS
            case Op.CON:
                ctor = self.program.ctors.get(term.data)
                return ctor is not None and bool(ctor.invariants)
            case Op.IMPLIES | Op.IF:
                return self.branching
            case _:
                return False

    def binder(self, name: str, type: Type) -> Term:
        """A variable for a binder, renamed where the name is taken already."""
        if name in self.taken:
            name = fresh_name(name, self.taken)
        self.taken.add(name)
        return mk_var(name, type)

    def text(self, span: Span) -> str:
        source = self.program.sources.get(span.file)
        return "" if source is None else source.code(span)


def obliged(clause: Clause) -> bool:
    """Whether callers must show the clause (invariants hold of every value by construction)."""
    return clause.origin is not Origin.INVARIANT
