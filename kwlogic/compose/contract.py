"""What is said of parts, and by whom: contracts of kernels at the wires of a composition. No body of a part is read here.

``Said`` is a fact under the name that proofs list; ``part:<path>:<clause>:<kernel>`` names clause ``clause`` of the kernel
that stands at ``path``. ``Want`` is what must hold before something starts. ``Value`` says how a wire's real value comes about,
for replays: only there are bodies run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from kwlogic.core.logic import erase
from kwlogic.core.program import Clause, ComposeBody, ExprBody, Kernel
from kwlogic.core.terms import FALSE, TRUE, Op, Term, mk_or, mk_var
from kwlogic.core.types import Type, subst_type
from kwlogic.core.walk import subst, subst_types
from kwlogic.core.wiring import Call, Case, Check, Fallback, Graph, Guard, Hole, Iterate, Ref, Wiring, kernels_of, operands
from kwlogic.source.records import dataclass

Kernels = Mapping[str, Kernel]


@dataclass(frozen=True, slots=True)
class Said:
    """``run``: the same as a predicate that many boxes share, with the variables that its own stand for."""

    name: str
    term: Term
    run: tuple[Term, Mapping[str, Term]] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Want:
    """``kind``: ``requires`` of a part, ``assert``, ``init`` and ``kept`` of an invariant, ``lengths`` of a map's lists."""

    kind: str
    term: Term
    clause: Clause | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """An expression of the author's, which must be defined where it stands: the values of its variables in ``env``, and what
    is known besides what the place itself knows."""

    term: Term
    clause: Clause | None
    env: Mapping[Term, Term] = field(compare=False)
    known: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Value:
    """A wire whose value is given (``term`` None) or comes about by running ``term`` where ``when`` holds. ``kernel``: whose
    body that is; ``vague``: nobody knows whether such a value comes about at all."""

    var: Term
    term: Term | None = None
    when: Term = TRUE
    kernel: str = ""
    vague: bool = False


def part_name(path: str, clause: int, kernel: str) -> str:
    return f"part:{path}:{clause}:{kernel}"


def part_of(name: str) -> tuple[str, int] | None:
    """The kernel and the number of its clause behind the name of a fact; None where it is no part's."""
    if not name.startswith("part:"):
        return None
    _, _, number, kernel = name.split(":", 3)
    return kernel, int(number)


@dataclass(frozen=True, slots=True)
class At:
    """A kernel's contract at some wires."""

    kernel: Kernel
    types: Mapping[str, Type]
    env: Mapping[Term, Term]

    def __call__(self, clause: Clause) -> Term:
        return erase(subst(subst_types(erase(clause.pred), self.types), self.env))

    def shared(self, clause: Clause) -> tuple[Term, Mapping[str, Term]] | None:
        """The clause before it is brought to the wires, where each of its variables is one there."""
        spoken = {str(k.data): v for k, v in self.env.items()}
        return (subst_types(erase(clause.pred), self.types), spoken) if all(v.op is Op.VAR for v in spoken.values()) else None

    def requires(self) -> list[tuple[int, Clause, Term]]:
        return [(i, c, self(c)) for i, c in enumerate(self.kernel.requires)]

    def ensures(self) -> list[tuple[int, Clause, Term]]:
        return [(i, c, self(c)) for i, c in enumerate(self.kernel.ensures)]

    def fails(self, fallible: bool) -> Term:
        if not fallible:
            return FALSE
        return mk_or(map(self, self.kernel.fails)) if self.kernel.fails else TRUE


def contract_at(kernel: Kernel, targs: tuple[Type, ...], ports: Mapping[str, Term]) -> At:
    """``ports``: the values of its inputs and outputs."""
    types = dict(zip(kernel.tparams, targs, strict=True))
    env = {mk_var(p.name, subst_type(p.type, types)): ports[p.name] for p in (*kernel.inputs, *kernel.outputs) if p.name in ports}
    return At(kernel, types, env)


# ---------------------------------------------------------------- who may fail


class Failing:
    """Which kernels may fail at all, by their contracts. A composition that declares no ``fails when`` may fail if some part of
    it may that no other stands in for."""

    def __init__(self, kernels: Kernels) -> None:
        self.kernels = kernels
        self._known: dict[str, bool] = {}

    def __call__(self, name: str) -> bool:
        stack = [name]
        entered: set[str] = set()
        while stack:
            here = stack[-1]
            kernel = self.kernels.get(here)
            wiring = _wiring(kernel)
            if here not in self._known and here not in entered and wiring is not None and kernel is not None and not kernel.fails:
                entered.add(here)
                stack.extend(p for p in kernels_of(wiring) if p not in self._known and p not in entered)
                continue
            stack.pop()
            if here not in self._known:
                self._known[here] = self._own(kernel, wiring)
        return self._known[name]

    def _own(self, kernel: Kernel | None, wiring: Wiring | None) -> bool:
        if kernel is None:
            return True
        if isinstance(kernel.body, ExprBody):
            return False
        if kernel.fails:
            return any(erase(c.pred) is not FALSE for c in kernel.fails)
        return wiring is None or self.composed(wiring)

    def composed(self, wiring: Wiring) -> bool:
        found: list[bool] = []
        for node in wiring.nodes:
            inner = [found[i] for i in operands(node)]
            match node:
                case Ref():
                    found.append(self._known.get(node.kernel, True))
                case Hole() | Guard() | Iterate():
                    found.append(True)
                case Fallback():
                    found.append(all(inner))
                case Graph():
                    found.append(any(inner) or any(isinstance(s, Check) and s.guard for s in node.statements))
                case Case() | Call() | _:
                    found.append(any(inner))
        return found[-1]


def composed_of(kernel: Kernel | None) -> tuple[str, ...]:
    """The kernels that a composition is made of."""
    wiring = _wiring(kernel)
    return () if wiring is None else kernels_of(wiring)


def _wiring(kernel: Kernel | None) -> Wiring | None:
    body = kernel.body if kernel is not None else None
    return body.wiring if isinstance(body, ComposeBody) and isinstance(body.wiring, Wiring) else None
