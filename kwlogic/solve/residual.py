"""Questions about scalar unknowns, many of them over one set of assertions: satisfiable or not, and a model.

Terms in, Python values out (int, Fraction, bool, str). Each question has a budget in the solver's own deterministic
steps; what it does not decide within them is ``UNKNOWN``. What has no faithful encoding raises ``Unsupported``.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from time import perf_counter
from typing import Any

from kwlogic.core.program import Program
from kwlogic.core.terms import Op, Term, mk_int, mk_prim, mk_str, mk_var
from kwlogic.core.types import BOOL, INT, REAL, STRING
from kwlogic.core.walk import fold, free_vars, rebuild, subterms
from kwlogic.solve.decode import _READERS, Undecodable
from kwlogic.solve.encode import Encoder
from kwlogic.solve.sorts import Unsupported
from kwlogic.solve.strings import UNNAMED
from kwlogic.source.records import dataclass

RLIMIT = 150_000
MOST_IN_CONTEXT = 500  # sets of assertions, before the solver starts afresh and gives its memory back
WALL_MS = 2_000  # a safety net for what the solver does not count


class Status(Enum):
    SAT = "sat"
    UNSAT = "unsat"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reply:
    status: Status
    values: dict[str, Any]


NO = Reply(Status.UNSAT, {})
OPEN = Reply(Status.UNKNOWN, {})
SCALARS = (INT, REAL, BOOL, STRING)


class Alphabet:
    """Other characters in place of those that the solver cannot tell apart: where only equality of characters matters."""

    def __init__(self) -> None:
        self._there: dict[str, str] = {}
        self._back: dict[str, str] = {}

    def there(self, term: Term) -> Term:
        if not any(_far(t) for t in subterms(term)) or any(t.op is Op.PRIM and t.data in _ORDERED for t in subterms(term)):
            return term
        return fold((term,), self._step)[term]

    def _step(self, term: Term, args: tuple[Term, ...]) -> Term:
        if _far(term):
            return mk_str("".join(map(self._other, term.data)))
        return rebuild(term, args)

    def _other(self, char: str) -> str:
        if ord(char) < FIRST_PRIVATE or LAST_PRIVATE < ord(char) < UNNAMED:
            return char
        if char not in self._there:
            other = chr(FIRST_PRIVATE + len(self._there))
            if ord(other) > LAST_PRIVATE:
                raise Unsupported("there are too many characters that the solver cannot tell apart")
            self._there[char] = other
            self._back[other] = char
        return self._there[char]

    def back(self, value: Any) -> Any:
        if not self._back or not isinstance(value, str):
            return value
        return "".join(self._back.get(c, c) for c in value)


WARM = mk_prim("int.lt", (mk_int(0), mk_var("warm", INT)), BOOL)  # asked once, so that no question pays for loading the solver
FIRST_PRIVATE, LAST_PRIVATE = 0xE000, 0xF8FF
_ORDERED = ("str.lt", "str.le", "str.matches")


def _far(term: Term) -> bool:
    return (
        term.op is Op.LIT and term.type is STRING and any(FIRST_PRIVATE <= ord(c) <= LAST_PRIVATE or ord(c) >= UNNAMED for c in term.data)
    )


class Asker:
    """Where questions are asked, with one budget for each; keeps count. Not to be used from two threads at once."""

    def __init__(self, program: Program, rlimit: int = RLIMIT) -> None:
        import z3

        self.z3 = z3
        self.program = program
        self.rlimit = rlimit
        self.questions = 0
        self.seconds = 0.0
        self._context: Any = z3.Context()
        self._made = 0
        self.over((WARM,)).ask()
        self.questions, self.seconds = 0, 0.0

    def over(self, assertions: Iterable[Term]) -> Questions:
        """Questions over some assertions. Those asked over others before stay good."""
        if self._made >= MOST_IN_CONTEXT:
            self._context, self._made = self.z3.Context(), 0
        self._made += 1
        return Questions(self, self._context, assertions)


class Questions:
    """Questions over some assertions, closed formulas over scalar variables. The assertions are encoded once."""

    def __init__(self, asker: Asker, context: Any, assertions: Iterable[Term]) -> None:
        self._asker = asker
        self._z3 = asker.z3
        self._program = asker.program
        started = perf_counter()
        self._vars: dict[str, Term] = {}
        self._context = context
        self._alphabet = Alphabet()
        self._solver = self._z3.SimpleSolver(ctx=context)
        self._solver.set("timeout", WALL_MS)
        self._solver.set("rlimit", asker.rlimit)
        self._assert(assertions)
        asker.seconds += perf_counter() - started

    def add(self, *assertions: Term) -> None:
        """Assert for good."""
        self._assert(assertions)

    def ask(self, *more: Term) -> Reply:
        """Whether the assertions and these hold together, and for which values."""
        started = perf_counter()
        self._asker.questions += 1
        try:
            return self._ask(more)
        finally:
            self._asker.seconds += perf_counter() - started

    def _ask(self, more: tuple[Term, ...]) -> Reply:
        z3, solver = self._z3, self._solver
        if more:
            solver.push()
        try:
            if more:
                self._assert(more)
            found = str(solver.check())
            if found == "sat":
                return Reply(Status.SAT, self._values(solver.model()))
            return NO if found == "unsat" else OPEN
        except (z3.Z3Exception, Undecodable):
            return OPEN
        finally:
            if more:
                solver.pop()

    def _assert(self, terms: Iterable[Term]) -> None:
        encoder = Encoder(self._program)
        texts = []
        for term in terms:
            for var in free_vars(term):
                if var.type not in SCALARS:
                    raise Unsupported(f"`{var.data}` is no scalar")
                self._vars[str(var.data)] = var
            texts.append(f"(assert {encoder.formula(self._alphabet.there(term))})")
        if texts:
            script = "\n".join((*encoder.declarations(), *texts))
            try:
                self._solver.add(self._z3.parse_smt2_string(script, ctx=self._context))
            except self._z3.Z3Exception as error:
                raise Unsupported(f"the solver does not read it: {error}") from None

    def _values(self, model: Any) -> dict[str, Any]:
        known = {d.name(): d for d in model.decls() if d.arity() == 0}
        found: dict[str, Any] = {}
        for name, var in self._vars.items():
            decl = known.get(name)
            if decl is not None:
                found[name] = self._alphabet.back(_READERS[var.type.head](model[decl]))
        return found
