"""Linear contracts put together and taken apart by the rules of the algebra, and held against what another tool says.

Composition is the rule for ``>>`` (or ``&`` where nothing is handed on), the quotient the weakest contract of what is missing.
A result is compared clause by clause: is it right (it follows from the parts), and does it say all (the parts' own derived
contract follows from it). Where it differs, values show how, and they are checked by counting.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from kwlogic.compose.pacti import Cases, Linear, LinearContract, holds, term_of
from kwlogic.core.program import Program
from kwlogic.core.terms import FALSE, TRUE, Term, mk_and, mk_eq, mk_implies, mk_not, mk_or, mk_real, mk_var
from kwlogic.core.types import REAL
from kwlogic.lab.eliminate import always, some
from kwlogic.solve.backend import Answer, Meter, Query, check
from kwlogic.solve.encode import Encoder

BUDGET = 30_000_000
ROUNDS = 8
ROUNDING = Fraction(1, 10**6)
_NOTHING = Program({}, {}, {}, {}, {}, {}, {}, {}, {}, frozenset(), ())
Values = dict[str, Fraction]


@dataclass(frozen=True, slots=True)
class Finding:
    """``says``: one question about a result, ``holds`` None where the solver did not say; ``values`` show a no."""

    says: str
    holds: bool | None
    values: Values


@dataclass(frozen=True, slots=True)
class Verdict:
    findings: tuple[Finding, ...]

    @property
    def right(self) -> bool:
        """The result follows from the parts."""
        return all(f.holds for f in self.findings if f.says in RIGHT)

    @property
    def agrees(self) -> bool:
        return all(f.holds for f in self.findings)


RIGHT = (
    "where it assumes, the parts may run",
    "what it guarantees, the parts do",
    "where the whole may run, the known part may",
    "where the whole may run, the missing part may",
    "the two together do what the whole guarantees",
)


# ---------------------------------------------------------------- composition


def composed(one: LinearContract, other: LinearContract, result: LinearContract, slack: Fraction = ROUNDING) -> Verdict:
    """The recorded or computed ``result`` of composing two contracts, against the rule; numbers may be rounded by ``slack``."""
    first, second = in_order(one, other)
    p1, q1, q2 = term_of(first.assumes), term_of(first.guarantees), term_of(second.guarantees)
    wide = result.loose(slack)
    p, q = term_of(result.assumes), term_of(wide.guarantees)
    made = sorted({*first.outputs, *second.outputs})
    hidden = [v for v in made if v not in result.outputs]
    room = slack * 10
    runs = mk_implies(q1, term_of(second.loose(room).assumes))
    allowed = always(first.outputs, first.guarantees, _one(second.assumes))
    known = some(hidden, _both(first.loose(room).guarantees, second.loose(room).guarantees))
    return Verdict(
        (
            finding(RIGHT[0], [p], mk_and((term_of(first.loose(room).assumes), runs))),
            finding(RIGHT[1], [p, q1, q2], q),
            finding("it assumes no more than is needed", [p1, allowed], term_of(wide.loose(room).assumes)),
            finding("it guarantees all that is known", [p, term_of(result.guarantees)], known),
        )
    )


def merged(one: LinearContract, other: LinearContract, result: LinearContract, slack: Fraction = ROUNDING) -> Verdict:
    """Two viewpoints of one component: the ``result`` may be asked of the weakest kernel that meets both, and is no weaker than it."""
    p1, q1, p2, q2 = (term_of(c) for k in (one, other) for c in (k.assumes, k.guarantees))
    both = mk_and((mk_implies(p1, q1), mk_implies(p2, q2)))
    near = mk_and(mk_implies(term_of(k.assumes), term_of(k.loose(slack * 10).guarantees)) for k in (one, other))
    p, q = term_of(result.assumes), term_of(result.loose(slack).guarantees)
    return Verdict(
        (
            finding(RIGHT[0], [p], mk_or((term_of(one.loose(slack).assumes), term_of(other.loose(slack).assumes)))),
            finding(RIGHT[1], [p, both], q),
            finding("it assumes no more than is needed", [mk_or((p1, p2))], term_of(result.loose(slack).assumes)),
            finding("it guarantees all that is known", [p, term_of(result.guarantees)], near),
        )
    )


def possible(one: LinearContract, other: LinearContract) -> Finding:
    """Whether any input lets two contracts be composed."""
    first, second = in_order(one, other)
    needs = always(first.outputs, first.guarantees, _one(second.assumes))
    found = finding("no input will do", [term_of(first.assumes), needs], FALSE)
    return Finding("some input will do", None if found.holds is None else not found.holds, found.values)


def in_order(one: LinearContract, other: LinearContract) -> tuple[LinearContract, LinearContract]:
    """The one that hands on first. Raises ValueError where both do."""
    ahead, back = (bool(set(a.outputs) & set(b.inputs)) for a, b in ((one, other), (other, one)))
    if ahead and back:
        raise ValueError("each takes what the other yields: that is feedback, which the algebra has as `iterate` only")
    return (other, one) if back else (one, other)


# ---------------------------------------------------------------- quotient


def divided(whole: LinearContract, known: LinearContract, missing: LinearContract, slack: Fraction = ROUNDING) -> Verdict:
    """The ``missing`` contract after ``known`` for the whole to hold, against the weakest there is."""
    s, a = (term_of(whole.assumes), term_of(whole.guarantees)), (term_of(known.assumes), term_of(known.guarantees))
    wide, room = missing.loose(slack), slack * 10
    between = [v for v in (*known.inputs, *whole.inputs) if v not in missing.inputs]
    before = mk_and((s[0], a[1]))
    enough = always(between, _both(whole.assumes, known.guarantees), _one(whole.guarantees))
    return Verdict(
        (
            finding(RIGHT[2], [s[0]], term_of(known.loose(slack).assumes)),
            finding(RIGHT[3], [before], term_of(wide.assumes)),
            finding(RIGHT[4], [before, term_of(missing.guarantees)], term_of(whole.loose(room).guarantees)),
            finding(
                "it is asked for no more inputs than come",
                [term_of(missing.assumes)],
                some(between, _both(whole.loose(room).assumes, known.loose(room).guarantees)),
            ),
            finding("it is asked for no more than is needed", [term_of(missing.assumes), enough], term_of(wide.guarantees)),
        )
    )


def solvable(whole: LinearContract, known: LinearContract) -> Finding:
    """Whether a kernel after ``known`` can make the whole hold: if not, values that it may be given and has no answer to."""
    between = [v for v in (*known.inputs, *whole.inputs) if v not in known.outputs]
    comes = some(between, _both(whole.assumes, known.guarantees))
    enough = always(between, _both(whole.assumes, known.guarantees), _one(whole.guarantees))
    says = "some kernel fits"
    for _ in range(ROUNDS):
        first = finding("no input comes", [comes], FALSE)
        if first.holds is not False:
            return Finding(says, first.holds, {})
        given = {v: first.values.get(v, Fraction(0)) for v in known.outputs}
        at = mk_and(mk_eq(mk_var(v, REAL), mk_real(x)) for v, x in given.items())
        if finding("no answer", [at, enough], FALSE).holds:
            return Finding(says, False, given)
        comes = mk_and((comes, mk_not(at)))
    return Finding(says, None, {})


# ---------------------------------------------------------------- questions


def _both(one: Cases, other: Cases) -> Cases:
    return tuple((*a, *b) for a in one for b in other)


def _one(cases: Cases) -> tuple[Linear, ...]:
    """The lines of a side that has no alternatives. Raises ValueError for others."""
    if len(cases) != 1:
        raise ValueError("alternatives where the rule needs one system of inequalities")
    return cases[0]


def finding(says: str, given: list[Term], goal: Term) -> Finding:
    """Whether the goal follows; if not, values for which it does not."""
    encoder = Encoder(_NOTHING)
    formulas = [(f"given{i}", encoder.formula(g)) for i, g in enumerate(given) if g is not TRUE]
    formulas.append(("goal", encoder.formula(mk_not(goal))))
    declarations = (*encoder.sorts.declarations(), *encoder.functions.values())
    answer = check(Query(declarations, tuple(formulas)), BUDGET, Meter(), models=True)
    if answer.status == "unsat":
        return Finding(says, True, {})
    return Finding(says, False if answer.status == "sat" else None, _values(answer))


def _values(answer: Answer) -> Values:
    if answer.status != "sat" or answer.model is None:
        return {}
    found: Values = {}
    for symbol in answer.model.decls():
        text = str(answer.model[symbol]).rstrip("?")
        try:
            found[symbol.name()] = Fraction(text)
        except ValueError:
            continue
    return found


def replayed(contract: LinearContract, values: Values) -> tuple[bool, bool]:
    """Whether the assumptions and the guarantees hold of values; variables that a model left out are 0."""
    full = {v: values.get(v, Fraction(0)) for v in (*contract.inputs, *contract.outputs, *values)}
    return holds(contract.assumes, full), holds(contract.guarantees, full)
