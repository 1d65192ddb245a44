"""Linear contracts put together and taken apart by the rules of the algebra, and held against what another tool says.

Composition is the rule for ``>>`` (or ``&`` where nothing is handed on), the quotient the weakest contract of what is missing.
A result is compared clause by clause: is it right (it follows from the parts), and does it say all (the parts' own derived
contract follows from it). Where it differs, values show how, and they are checked by counting.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from kwlogic.compose.pacti import LinearContract, holds, term_of
from kwlogic.core.program import Program
from kwlogic.core.terms import FALSE, TRUE, Term, mk_and, mk_exists, mk_forall, mk_implies, mk_not
from kwlogic.core.types import REAL
from kwlogic.solve.backend import Answer, Meter, Query, check
from kwlogic.solve.encode import Encoder

BUDGET = 30_000_000
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
    p1, q1, p2, q2 = term_of(first.assumes), term_of(first.guarantees), term_of(second.assumes), term_of(second.guarantees)
    wide, tight = result.loose(slack), result.loose(-slack)
    p, q = term_of(result.assumes), term_of(wide.guarantees)
    made = sorted({*first.outputs, *second.outputs})
    hidden = [v for v in made if v not in result.outputs]
    inner = list(first.outputs)
    near = LinearContract("", (), (), tuple(tuple(x.loose(slack) for x in c) for c in second.assumes), ())
    loose_p2 = term_of(near.assumes)
    return Verdict(
        (
            finding(RIGHT[0], [p], mk_and((term_of(first.loose(slack).assumes), mk_implies(q1, loose_p2)))),
            finding(RIGHT[1], [p, q1, q2], q),
            finding("it assumes no more than is needed", [p1, _all(inner, mk_implies(q1, p2))], term_of(wide.assumes)),
            finding("it guarantees all that is known", [p, term_of(tight.guarantees)], _some(hidden, mk_and((q1, q2)))),
        )
    )


def possible(one: LinearContract, other: LinearContract) -> Finding:
    """Whether any input lets two contracts be composed."""
    first, second = in_order(one, other)
    needs = mk_implies(term_of(first.guarantees), term_of(second.assumes))
    found = finding("no input will do", [term_of(first.assumes), _all(list(first.outputs), needs)], FALSE)
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
    wide, tight = missing.loose(slack), missing.loose(-slack)
    between = [v for v in (*known.inputs, *whole.inputs) if v not in missing.inputs]
    before = mk_and((s[0], a[1]))
    return Verdict(
        (
            finding(RIGHT[2], [s[0]], term_of(known.loose(slack).assumes)),
            finding(RIGHT[3], [before], term_of(wide.assumes)),
            finding(RIGHT[4], [before, term_of(tight.guarantees)], term_of(whole.loose(slack * 10).guarantees)),
            finding("it is asked for no more inputs than come", [term_of(tight.assumes)], _some(between, before)),
            finding(
                "it is asked for no more than is needed",
                [term_of(tight.assumes), _all(between, mk_implies(before, s[1]))],
                term_of(wide.guarantees),
            ),
        )
    )


# ---------------------------------------------------------------- questions


def _all(names: Iterable[str], body: Term) -> Term:
    return mk_forall(tuple((n, REAL) for n in dict.fromkeys(names)), body)


def _some(names: Iterable[str], body: Term) -> Term:
    return mk_exists(tuple((n, REAL) for n in dict.fromkeys(names)), body)


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
