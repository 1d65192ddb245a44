"""The standard library's laws, run on random values: what is stated of it must hold in the evaluator."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from core_programs import values
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kwlogic.core.eval import Evaluator, NotExecutable, OutOfBudget
from kwlogic.core.program import Param, Program
from kwlogic.core.types import INT, Type, subst_type
from kwlogic.elab.elaborate import elaborate
from kwlogic.source.data import Severity, Source
from kwlogic.syntax.parse import parse_module

STD = Path(__file__).parents[2] / "specs" / "std"


@cache
def std() -> Program:
    sources = [Source(str(p), p.read_text(encoding="utf-8")) for p in sorted(STD.glob("*.kw"))]
    program, diagnostics = elaborate([(s, parse_module(s)[0]) for s in sources])
    assert not [d for d in diagnostics if d.severity is Severity.ERROR]
    return program


@cache
def evaluator() -> Evaluator:
    return Evaluator(std(), max_steps=20_000, check_ensures=True)


def of_type(type: Type) -> st.SearchStrategy[object]:
    """Small values; a function is a table's lookup, by hash."""
    if type.head == "Int":
        return st.integers(-3, 6)
    if type.head == "Fun":
        result = st.lists(of_type(type.args[-1]), min_size=3, max_size=3)
        return result.map(lambda found: lambda *args: found[hash(args) % len(found)])
    if type.head in ("List", "Option", "Set", "Tuple", "Map"):
        return _built(type)
    return values(type)


def _built(type: Type) -> st.SearchStrategy[object]:
    from kwlogic.core.value import NONE, MapV, SetV, list_value, some, tuple_value

    parts = [of_type(a) for a in type.args]
    match type.head:
        case "List":
            return st.lists(parts[0], max_size=5).map(list_value)
        case "Set":
            return st.lists(parts[0], max_size=4).map(SetV)
        case "Option":
            return st.just(NONE) | parts[0].map(some)
        case "Map":
            return st.lists(st.tuples(*parts), max_size=4).map(lambda rows: MapV(dict(rows)))
    return st.tuples(*parts).map(lambda items: tuple_value(*items))


def inputs(tparams: tuple[str, ...], params: tuple[Param, ...]) -> st.SearchStrategy[dict[str, object]]:
    env = dict.fromkeys(tparams, INT)
    return st.fixed_dictionaries({p.name: of_type(subst_type(p.type, env)) for p in params})


RUN = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])


@pytest.mark.parametrize("name", sorted(n for n in std().lemmas))
def test_law(name):
    lemma = std().lemmas[name]

    @RUN
    @given(inputs(lemma.tparams, lemma.params))
    def holds(env):
        try:
            given_ = all(evaluator().holds(c, env) for c in lemma.requires)
            assert not given_ or all(evaluator().holds(c, env) for c in lemma.ensures)
        except (NotExecutable, OutOfBudget):
            return

    holds()


@pytest.mark.parametrize("name", sorted(n for n, f in std().fns.items() if not f.generated))
def test_function_keeps_its_contract(name):
    fn = std().fns[name]

    @RUN
    @given(inputs(fn.tparams, fn.params))
    def keeps(env):
        try:
            if all(evaluator().holds(c, env) for c in fn.requires):
                evaluator().call(name, [env[p.name] for p in fn.params])
        except (NotExecutable, OutOfBudget):
            return

    keeps()
