"""What the laws of composition ask about a kernel and about a box: does it fail, is it deterministic, what does it touch.

Side conditions of rewrites and the normal form read nothing else of a kernel. A composite's facts are those of its parts
where its declaration does not say more. ``known`` of a kernel that is not in the program is the most careful answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kwlogic.compose.data import Again, Check, Choice, Composition, Each, Folded, Loop, Missing, Part, Pure, Recover, What
from kwlogic.core import wiring as w
from kwlogic.core.logic import erase
from kwlogic.core.prims import PRIMS
from kwlogic.core.program import Clause, ComposeBody, ExprBody, Kernel, Origin, Program
from kwlogic.core.terms import FALSE, TRUE, Op, Term
from kwlogic.core.walk import subterms
from kwlogic.core.wiring import Wiring, kernels_of

NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Facts:
    """``fails``: some run may fail. ``demands``: some input is not allowed (P is not plainly true). ``feasible``: for every
    allowed input some output is (success-feasibility), so that a fact about the outputs is no fact about the inputs."""

    deterministic: bool = True
    fails: bool = False
    demands: bool = False
    feasible: bool = True
    reads: frozenset[str] = NONE
    writes: frozenset[str] = NONE

    def __or__(self, other: Facts) -> Facts:
        """Of two parts together."""
        if other is PLAIN:
            return self
        return Facts(
            self.deterministic and other.deterministic,
            self.fails or other.fails,
            self.demands or other.demands,
            self.feasible and other.feasible,
            self.reads | other.reads,
            self.writes | other.writes,
        )

    @property
    def discardable(self) -> bool:
        """Nobody notices whether it ran, if its outputs are not used."""
        return not self.fails and not self.demands and self.feasible and not self.writes


PLAIN = Facts()
UNKNOWN = Facts(False, True, True, False)
FactsOf = Callable[[str], Facts]


def unknown(kernel: str) -> Facts:
    """Of kernels of which nothing is known."""
    return UNKNOWN


def facts_of(program: Program) -> FactsOf:
    """Facts of each kernel of a program; found once each, parts first."""
    known: dict[str, Facts] = {}

    def ask(name: str) -> Facts:
        if name not in known:
            _learn(program, name, known)
        return known[name]

    return ask


def _learn(program: Program, name: str, known: dict[str, Facts]) -> None:
    """Parts before what is made of them, on an explicit stack; a kernel composed of itself is refused elsewhere."""
    stack, entered = [name], set[str]()
    while stack:
        here = stack[-1]
        kernel = program.kernels.get(here)
        parts = _parts(kernel)
        waiting = [p for p in parts if p not in known and p not in entered]
        entered.add(here)
        if waiting and here not in known:
            stack.extend(waiting)
            continue
        stack.pop()
        if here not in known:
            known[here] = UNKNOWN if kernel is None else _kernel(program, kernel, [known.get(p, UNKNOWN) for p in parts])


def _parts(kernel: Kernel | None) -> tuple[str, ...]:
    if kernel is None or not isinstance(kernel.body, ComposeBody) or not isinstance(kernel.body.wiring, Wiring):
        return ()
    return kernels_of(kernel.body.wiring)


def _kernel(program: Program, kernel: Kernel, parts: list[Facts]) -> Facts:
    demands = any(c.origin is not Origin.INVARIANT for c in kernel.requires)
    says_it_fails = any(erase(c.pred) is not FALSE for c in kernel.fails)
    reads, writes = frozenset(kernel.reads), frozenset(kernel.writes)
    match kernel.body:
        case ExprBody():
            return Facts(demands=demands)
        case ComposeBody():
            whole = PLAIN
            for part in parts:
                whole = whole | part
            fails = says_it_fails if kernel.fails else whole.fails or _may_stop(kernel.body.wiring)
            feasible = whole.feasible and not whole.fails
            return Facts(whole.deterministic, fails, demands, feasible, whole.reads | reads, whole.writes | writes)
        case _:
            fails = says_it_fails or not kernel.fails
            return Facts("deterministic" in kernel.flags, fails, demands, not kernel.ensures, reads, writes)


def _may_stop(wiring: object) -> bool:
    """An operator of the composition itself may fail."""
    if not isinstance(wiring, Wiring):
        return True
    guarded = (n for n in wiring.nodes if isinstance(n, w.Graph) and any(isinstance(s, w.Check) and s.guard for s in n.statements))
    return any(isinstance(n, w.Guard | w.Iterate | w.Hole) for n in wiring.nodes) or any(True for _ in guarded)


# ---------------------------------------------------------------- boxes


def is_total(term: Term) -> bool:
    """No operation in the term may be undefined, and no call has a ``requires`` to break; calls count as careless."""
    return not any(t.op in (Op.CALL, Op.ASSERT, Op.LEMMA, Op.SEL) or (t.op is Op.PRIM and PRIMS[t.data].guard) for t in subterms(term))


def _clause(clause: Clause | None) -> bool:
    return clause is None or is_total(clause.pred)


def box_facts(what: What, inputs: int, known: FactsOf, bodies: Mapping[int, Facts]) -> Facts:
    """``bodies``: of the dags that a region is made of; ``inputs``: how many the box has."""
    match what:
        case Part():
            return known(what.kernel)
        case Pure():
            return Facts(demands=not is_total(what.term))
        case Check():
            plain = erase(what.pred.pred) is TRUE
            return PLAIN if plain else Facts(fails=what.guard, demands=not what.guard or not _clause(what.pred), feasible=False)
        case Choice():
            both = bodies[what.then] | bodies[what.other]
            return both if _clause(what.cond) else both | Facts(demands=True)
        case Recover():
            first, second = bodies[what.first], bodies[what.second]
            one = first | second
            return Facts(one.deterministic, first.fails and second.fails, one.demands, one.feasible, one.reads, one.writes)
        case Again():
            return bodies[what.body]
        case Each():
            return bodies[what.body] | Facts(demands=inputs > 1)
        case Folded():
            return bodies[what.body] | Facts(demands=True)
        case Loop():
            return bodies[what.body] | Facts(fails=True, demands=True, feasible=False)
        case Missing():
            return UNKNOWN


def composition_facts(composition: Composition, known: FactsOf) -> tuple[Facts, ...]:
    """For each dag, bodies first."""
    made: dict[int, Facts] = {}
    for index, dag in enumerate(composition.dags):
        whole = PLAIN
        for box in dag.boxes:
            own = box_facts(box.what, len(box.inputs), known, made)
            if own is not PLAIN:
                whole = whole | own
        made[index] = whole
    return tuple(made[i] for i in range(len(composition.dags)))
