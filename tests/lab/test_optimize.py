"""Optimising: what is proposed reads back, checks, and does less; what must stay stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_specs import write

from kwlogic.compose.digest import digest
from kwlogic.compose.facts import facts_of
from kwlogic.compose.generate import PARTS, Maker
from kwlogic.core.program import ComposeBody
from kwlogic.lab.drawing import composition_named
from kwlogic.lab.opened import Refused, open_project
from kwlogic.lab.optimizing import Optimized, optimize
from kwlogic.lab.surface import Unprintable, Writer, renamed
from kwlogic.lab.trial import declaration_of, exchanged, naming_in
from kwlogic.vc.data import Enforced, Proved
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest

SPEC = """\
module o

resource ledger

kernel fetch(key: String) -> (n: Int)
  ensures n >= 0
  by tool "fetch"

kernel double(n: Int) -> (m: Int)
  requires n <= 5000
  ensures m == 2 * n
= 2 * n

kernel zero(n: Int) -> (m: Int)
  ensures m == 0
= 0

kernel post(m: Int) -> (receipt: String)
  writes ledger
  by tool "post"

"""

LONG = """\
kernel long(key: String, x: Int) -> (m: Int, k: Int, receipt: String)
  requires x >= 0
  ensures m == 2 * x and k >= 0
{
  n <- fetch(key);
  spare <- double(n = x - 1);
  m <- (double(x)) ?? zero(x) after n;
  guard x <= 2000;
  k <- double(x);
  j <- double(x);
  guard k >= 0;
  receipt <- post(j);
  q <- retry 3 double(x);
}
"""


def optimized(folder: Path, body: str, name: str = "long", equal_only: bool = False) -> Optimized:
    return optimize(name, (str(write(folder, SPEC + body, "o.kw")),), folder, equal_only)


def test_some_rules(tmp_path: Path):
    body = """\
kernel long(x: Int) -> (m: Int, k: Int)
  requires 0 <= x <= 20
  ensures m == 2 * x
{
  m <- double(x) ?? zero(x);
  k <- double(x);
}
"""
    found = optimized(tmp_path, body)
    assert [s.law for s in found.steps] == ["a ?? b = a", "a ; copy = copy ; (a & a)"]
    assert "id(m)[m as k]" in found.after
    assert found.diff.startswith("--- a/")


@pytest.mark.slow
def test_all_rules(tmp_path: Path):
    found = optimized(tmp_path, LONG)
    laws = [s.law for s in found.steps]
    assert set(laws) == {
        "guard p = id",
        "a ?? b = a",
        "retry n a = a",
        "a ; copy = copy ; (a & a)",
        "a ; drop = drop",
        "a ; b = a & b",
        "a ; drop [= drop",
    }
    assert found.after.count("<- double") == 1
    assert "fetch" not in found.after.partition("{")[2]
    assert "guard x <= 2000" in found.after
    assert found.work == (10, 2)
    write(tmp_path, found.text, "o.kw")
    result = check(CheckRequest(("o.kw",), tmp_path, jobs=1, cache=False, proofs=False))
    assert not result.errors()
    assert all(isinstance(r.verdict, Proved | Enforced) for r in result.results)
    assert all(isinstance(r.verdict, Proved | Enforced) for s in found.steps for r in (*s.results, *s.lemma))


def test_equal_only_keeps_what_may_fail(tmp_path: Path):
    body = "kernel long(key: String, x: Int) -> (m: Int)\n  requires x == 0\n{\n  n <- fetch(key);\n  m <- double(x);\n}\n"
    assert not optimized(tmp_path, body, equal_only=True).steps
    assert [s.kind for s in optimized(tmp_path, body).steps] == ["refines"]


def test_oracles_are_shared_one_way_only_and_writers_never(tmp_path: Path):
    body = """\
kernel long(key: String) -> (a: Int, b: Int, r: String, s: String)
{
  a <- fetch(key);
  b <- fetch(key);
  r <- post(a);
  s <- post(a) after r;
}
"""
    found = optimized(tmp_path, body)
    assert [s.law for s in found.steps] == ["a ; copy [= copy ; (a & a)"]
    assert found.after.count("post(") == 2


@pytest.mark.slow
def test_a_guard_comes_first(tmp_path: Path):
    body = """\
kernel long(key: String, x: Int) -> (n: Int, m: Int)
  requires x >= 0
= compose (fetch & id(x)) >> (guard (x <= 10) & id(n)) >> (double[n as x] & id(n))
"""
    found = optimized(tmp_path, body)
    assert not found.steps, "no step takes the guard's wire before it"
    body = (
        body.replace("fetch & id(x)", "double[n as x, m as p] & fetch & id(x)")
        .replace(">> (double", ">> (double")
        .replace("requires x >= 0", "requires 0 <= x <= 20")
    )
    found = optimized(tmp_path, body)
    assert found.steps[0].law.startswith("(a & id) ; guard p")


def test_an_unproved_kernel_is_refused(tmp_path: Path):
    with pytest.raises(Refused) as refused:
        optimized(tmp_path, "kernel long(x: Int) -> (m: Int)\n= compose double[n as x]\n")
    assert refused.value.diagnostics[0].code == "KW446"


def test_random_compositions_are_written_as_they_are(tmp_path: Path):
    """Text written from a graph elaborates to that graph, up to order edges that guards add."""
    texts = []
    for seed in range(30):
        made, outs = Maker(seed).make(["a", "b"], 3)
        outputs = ", ".join(f"{o}: Int" for o in outs)
        texts.append(f"kernel r{seed}(a: Int, b: Int) -> ({outputs})\n= compose {made}\n")
    write(tmp_path, f"module r\n{PARTS}\n" + "\n".join(texts), "r.kw")
    opened = open_project(("r.kw",), tmp_path)
    known = facts_of(opened.program)
    edits, expected, refused = [], {}, []
    for name in opened.own_kernels():
        kernel = opened.program.kernels[name]
        if isinstance(kernel.body, ComposeBody):
            composition = composition_named(opened, kernel)
            module, _, body = declaration_of(opened, kernel)
            try:
                edits.append((body, Writer(opened.sources, naming_in(opened, module).__getitem__).body(composition)))
            except Unprintable:
                continue
            expected[name] = digest(bare(composition), known)
    assert len(edits) >= 18
    assert not refused
    trial = exchanged(opened, "r.kw", edits)
    assert not [d.message for d in trial.errors if d.code != "KW202"], "but for those that the random text has itself"
    for name, wanted in expected.items():
        assert digest(bare(composition_named(opened, trial.program.kernels[name])), known) == wanted, name


def bare(composition):
    from kwlogic.lab.surgery import without_order

    return without_order(composition)


def test_expressions_over_other_wires():
    assert renamed("n + len(ns) + f(n).n", {"n": "k"}) == "k + len(ns) + f(k).n"
    assert renamed('"n" ++ n', {"n": "k"}) == '"n" ++ k'
    assert renamed("forall x in n :: x > n", {"n": "k"}) == "(let n = k; forall x in n :: x > n)"
