"""A sequent's negation with the program's recursive functions defined for the solver to run: good for finding models.

The solver unfolds such definitions on its own along the values that it guesses. That finds counterexamples which no
fixed depth of unfolding reaches, and proves nothing that induction is needed for; so it comes late and is bounded.
"""

from __future__ import annotations

from kwlogic.core.terms import TRUE, Op, Term, mk_not
from kwlogic.core.walk import subterms
from kwlogic.solve.backend import Query
from kwlogic.solve.encode import Encoder
from kwlogic.solve.problem import Problem
from kwlogic.vc.theory import Definition, Theory

LARGE = 120


def is_large(problem: Problem) -> bool:
    """Whether so much is given literally that guessing by size or by induction will hardly get anywhere."""
    return len(subterms(*problem.formulas)) >= LARGE


def recursive_query(problem: Problem) -> Query:
    """Hypotheses and negated goal; every recursive function in reach as a recursive definition, with
    some one value beyond its requires (where it need not end). Raises Unsupported."""
    encoder = Encoder(problem.theory.program)
    out = [(f"{h.name}~{i}", encoder.formula(h.term)) for i, h in enumerate(problem.sequent.hyps)]
    out.append(("goal", encoder.formula(mk_not(problem.sequent.goal))))
    symbols, heads, bodies, beyond = [], [], [], []
    for call, definition in _definitions(problem.theory, problem.formulas):
        symbol = encoder.call_symbol(call)
        params = " ".join(f"({encoder.var(p)} {encoder.sorts.sort(p.type)})" for p in definition.params)
        symbols.append(symbol)
        heads.append(f"({symbol} ({params}) {encoder.sorts.sort(call.type)})")
        body = encoder.body(definition.body, definition.params)
        if definition.guard is not TRUE:
            other = f"|{symbol.strip('|')} beyond|"
            beyond.append(f"(declare-const {other} {encoder.sorts.sort(call.type)})")
            body = f"(ite {encoder.body(definition.guard, definition.params)} {body} {other})"
        bodies.append(body)
    for symbol in symbols:
        encoder.functions.pop(symbol, None)
    out.extend((f"lambda~{i}", axiom) for i, axiom in enumerate(encoder.axioms))
    block = [f"(define-funs-rec ({' '.join(heads)}) ({' '.join(bodies)}))"] if heads else []
    return Query((*encoder.declarations(), *beyond, *block), tuple((n, f) for n, f in out if f != "true"))


def _definitions(theory: Theory, formulas: list[Term]) -> list[tuple[Term, Definition]]:
    """The recursive functions that the formulas call, directly or through each other, at their types."""
    found: dict[object, tuple[Term, Definition]] = {}
    frontier = [t for t in subterms(*formulas) if t.op is Op.CALL]
    while frontier:
        call = frontier.pop(0)
        definition = None if call.data in found else theory.definition(call)
        if definition is not None:
            found[call.data] = (call, definition)
            frontier.extend(t for t in subterms(definition.body) if t.op is Op.CALL and t.data not in found)
    return list(found.values())
