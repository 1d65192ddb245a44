"""The standard library's laws, run on random values: what is stated of it must hold in the evaluator."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from core_programs import values
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kwlogic.core import eval_native
from kwlogic.core.eval import Evaluator, NotExecutable, OutOfBudget, Violation
from kwlogic.core.eval_native import DIGESTS, NATIVE, digest, native
from kwlogic.core.program import Param, Program
from kwlogic.core.terms import mk_call, mk_int, mk_var
from kwlogic.core.types import INT, Type, list_of, subst_type
from kwlogic.core.value import NONE, MapV, SetV, equal, list_value, some, tuple_value
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


@cache
def defined() -> Evaluator:
    """Without the quick versions."""
    run = Evaluator(std(), max_steps=200_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(eval_native, "NATIVE", {})
        for name in NATIVE:
            fn = std().fns[name]
            run.eval(mk_call(name, (), tuple(mk_var(p.name, p.type) for p in fn.params), fn.result), SAMPLE[name])
    return run


EMPTY, ONE = list_value([]), list_value([1])
SAMPLE = {
    name: {p.name: {"xs": ONE, "ys": EMPTY, "xss": EMPTY, "i": 0, "j": 0}.get(p.name, 0) for p in std().fns[name].params} for name in NATIVE
}


@pytest.mark.parametrize("name", sorted(NATIVE))
def test_quick_version_is_the_definition(name):
    fn = std().fns[name]
    assert DIGESTS[name] == digest(fn), "the definition has changed: compare the quick version with it, then renew its digest"

    @RUN
    @given(inputs(fn.tparams, fn.params))
    def same(env):
        args = [env[p.name] for p in fn.params]
        if all(evaluator().holds(c, env) for c in fn.requires):
            assert equal(evaluator().call(name, args), defined().call(name, args))

    same()


def test_quick_versions_are_used_for_the_known_definition_only():
    assert evaluator().call("std.list.len", [list_value(range(10_000))]) == 10_000
    assert evaluator().steps < 10_000
    fn = std().fns["std.list.len"]
    assert native(fn) is not None
    assert native(replace(fn, body=mk_int(0))) is None


def test_taking_an_element_outside():
    nth = mk_call("std.list.nth", (), (mk_var("xs", list_of(INT)), mk_var("i", INT)), INT)
    assert evaluator().eval(nth, {"xs": list_value([5, 6]), "i": 1}) == 6
    with pytest.raises(Violation, match=r"`\[5, 6\]\[2\]` is undefined") as found:
        evaluator().eval(nth, {"xs": list_value([5, 6]), "i": 2})
    assert found.value.kind == "partial"
