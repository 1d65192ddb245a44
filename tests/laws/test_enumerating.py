"""The prover against an enumerating back end: on obligations over few values, both must say the same or one say nothing."""

from __future__ import annotations

import pytest
from small_text import HEAD, PARAMS, REQUIRES, Writer, elaborated, falsified

from kwlogic.core.eval import Evaluator
from kwlogic.core.logic import erase
from kwlogic.core.walk import free_vars
from kwlogic.solve.discharge import Session, discharge
from kwlogic.solve.replay import Replayer
from kwlogic.vc.data import Goal, Kind, Proved, Refuted
from kwlogic.vc.plan import obligations_of
from kwlogic.vc.theory import Theory

SOME = 24
BUDGET = 150_000


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 20))])
def test_prover_and_enumeration_agree(seed: int):
    names = ["xy", "xyb", "bco", "xyr", "xyl", "xyol"]
    claims = [Writer(seed * 1000 + i, names[i % len(names)]).bool(2) for i in range(SOME)]
    text = "module m\n" + HEAD + "".join(f"lemma l{i}({PARAMS})\n{REQUIRES}  ensures {c}\n" for i, c in enumerate(claims))
    program = elaborated(text)
    evaluator = Evaluator(program, max_steps=20_000)
    session = Session(Theory(program), Replayer(program, 20_000), BUDGET, 5.0)
    settled = 0
    for i, claim in enumerate(claims):
        lemma = program.lemmas[f"m.l{i}"]
        (obligation,) = (o for o in obligations_of(program, lemma.name).obligations if o.kind is Kind.LEMMA and o.ask is Goal.VALID)
        used = {v.data for v in free_vars(erase(lemma.ensures[0].pred))}
        wrong = falsified(evaluator, lemma, "m", used)
        verdict = discharge(session, obligation)[0].verdict
        if isinstance(verdict, Proved):
            assert wrong is None, f"proved, and false: {claim} at {wrong}"
        if isinstance(verdict, Refuted):
            assert wrong is not None, f"refuted, and true of all values: {claim}"
        settled += isinstance(verdict, Proved | Refuted)
    assert settled > SOME * 0.7, "and it is not silence that they agree in"
