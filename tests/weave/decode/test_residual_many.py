"""Residuals of the worked examples and of contracts made at random: walks end, and in outputs that satisfy what is guaranteed."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from residual_walk import sampled
from test_residuals import PROMPT, SMALL, Compared, Domain, program_of

import kwlogic
from kwlogic.core.program import Kernel, Program
from kwlogic.core.value import Value
from kwlogic.gate.inputs import Inputs
from kwlogic.weave.decode.residual import residuals_for

ROOT = Path(kwlogic.__file__).parent.parent
EXAMPLES = sorted(p for p in (ROOT / "specs" / "examples").glob("*.kw") if "wrong" not in p.name)


def inputs_of(program: Program, kernel: Kernel, count: int) -> list[dict[str, Value]]:
    found: list[dict[str, Value]] = []

    @settings(max_examples=count, database=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(Inputs(program, kernel).strategy())
    def draw(env: dict[str, Value]) -> None:
        found.append(env)

    draw()
    return found


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_outputs_of_the_examples(path: Path) -> None:
    from kwlogic.workspace.check import elaborate_all
    from kwlogic.workspace.config import project_of
    from kwlogic.workspace.load import load
    from kwlogic.workspace.select import select

    project = project_of((str(path),), ROOT)
    selections, _ = select((str(path),), project, ROOT)
    program, _ = elaborate_all(load(selections, project, ROOT), ROOT)
    kernels = [k for n, k in program.kernels.items() if path.stem in n.split(".") and k.ensures and k.outputs and not k.tparams]
    assert kernels
    for kernel in kernels:
        for env in inputs_of(program, kernel, 6):
            residuals = residuals_for(kernel, env, program)
            if residuals.impossible:
                assert kernel.body is None or "prompt" in str(kernel.body) or "tool" in str(kernel.body), kernel.name
                continue
            for seed in range(3):
                output = sampled(residuals, kernel, program, Random(seed), 4)
                assert all(residuals.evaluator.holds(c, {**env, **output}) for c in residuals.guaranteed()), kernel.name


# ---------------------------------------------------------------- contracts at random


NUMBERS = st.sampled_from(["a", "b", "n", "sum(xs)", "len(xs)", "0", "1", "2", "3"])
SUMS = st.one_of(
    NUMBERS,
    st.builds("{} {} {}".format, NUMBERS, st.sampled_from("+-"), NUMBERS),
    st.builds("{} * {}".format, st.sampled_from("23ab"), NUMBERS),
    st.builds("({}) {} {}".format, NUMBERS, st.sampled_from(["//", "%"]), st.sampled_from("23")),
    st.builds("(if {} then {} else {})".format, st.sampled_from(["ok", "not ok", "a > b", "is_some(o)"]), NUMBERS, NUMBERS),
    st.builds("get_or(o, {})".format, NUMBERS),
)
ATOMS = st.one_of(
    st.builds("{} {} {}".format, SUMS, st.sampled_from(["<", "<=", "==", "!=", ">="]), SUMS),
    st.sampled_from(
        ["ok", "not ok", "a in xs", "n not in xs", "is_sorted(xs)", "distinct(xs)", "o == None", "o == Some(a)", "a in {n, b}"]
    ),
    st.builds("(forall x in xs :: x {} {})".format, st.sampled_from(["<", "!=", ">="]), st.sampled_from(["a", "n", "2"])),
    st.builds("(exists x in xs :: x == {})".format, NUMBERS),
)
CLAUSES = st.one_of(
    ATOMS,
    st.builds("({}) {} ({})".format, ATOMS, st.sampled_from(["and", "or", "==>", "<==>"]), ATOMS),
    st.builds("not ({})".format, ATOMS),
)


@st.composite
def contracts(draw: Any) -> tuple[str, int]:
    clauses = draw(st.lists(CLAUSES, min_size=1, max_size=3))
    ports = draw(st.permutations(["a: Small", "b: Small", "ok: Bool", "xs: List[Small]", "o: Option[Small]"]))
    text = f"kernel k(n: Int) -> ({', '.join(ports)})\n  ensures len(xs) <= 2\n" + "".join(f"  ensures {c}\n" for c in clauses)
    return text, draw(st.integers(-2, 6))


def check_contract(text: str, n: int, tmp_path: Path) -> None:
    """Either no output satisfies the contract and that is said, or a walk agrees with brute force at every site."""
    program = program_of(tmp_path, SMALL.replace("-1 <= n < 5", "0 <= n < 3") + text + PROMPT)
    compared = Compared(program, program.kernels["left.k"], {"n": n}, Domain(ints=(0, 1, 2), length=2))
    if compared.residuals.impossible:
        assert not compared.all, compared.residuals.impossible
        return
    if compared.residuals.checked_after():
        return
    assert compared.all
    env = {"n": n, **compared.walk(Random(n))}
    assert all(compared.residuals.evaluator.holds(c, env) for c in compared.residuals.guaranteed())


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(contracts())
def test_contracts_at_random(tmp_path_factory: pytest.TempPathFactory, contract: tuple[str, int]) -> None:
    check_contract(*contract, tmp_path_factory.mktemp("random"))


@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(contracts())
def test_a_few_contracts_at_random(tmp_path_factory: pytest.TempPathFactory, contract: tuple[str, int]) -> None:
    check_contract(*contract, tmp_path_factory.mktemp("random"))
