"""Typing of compositions through the whole of elaboration: what is made, what is said, and where."""

from __future__ import annotations

import pytest

from kwlogic.core.program import ComposeBody, Program
from kwlogic.core.types import INT
from kwlogic.core.wiring import Call, Check, Graph, Map, Ref, Step, Wiring, kernels_of
from kwlogic.core.wiring_show import show_wiring
from kwlogic.elab.elaborate import elaborate
from kwlogic.source.data import Diagnostic, Source
from kwlogic.syntax.parse import parse_module

PARTS = """module m
resource ledger
kernel half(m: Int) -> (n: Int)
  requires m % 2 == 0
= m // 2
kernel double(n: Int) -> (m: Int)
= 2 * n
kernel zero(text: String) -> (n: Int)
= 0
kernel count(text: String) -> (n: Int)
= len(text)
kernel both(n: Int) -> (m: Int, k: Int)
= (2 * n, n)
kernel plus(acc: Int, item: Int) -> (sum: Int)
= acc + item
kernel first[a](xs: List[a], default: a) -> (x: a)
= match xs { case [] => default case [h, *_] => h }
kernel post(m: Int) -> (receipt: String)
  writes ledger
  by tool "ledger.post"
"""


def elaborated(text: str, parts: str = PARTS) -> tuple[Program, tuple[Diagnostic, ...]]:
    source = Source("m.kw", parts + text)
    module, problems = parse_module(source)
    assert not problems, problems
    return elaborate([(source, module)])


def wiring(text: str, name: str = "k") -> Wiring:
    program, problems = elaborated(text)
    assert not problems, problems
    body = program.kernels[f"m.{name}"].body
    assert isinstance(body, ComposeBody)
    assert isinstance(body.wiring, Wiring)
    return body.wiring


def errors(text: str) -> list[str]:
    """Codes with the text they point at."""
    source = Source("m.kw", PARTS + text)
    return [f"{d.code} {source.slice(d.span)}" for d in elaborated(text)[1] if d.span is not None]


@pytest.mark.parametrize(
    ("head", "body", "shown"),
    [
        ("(n: Int) -> (m: Int)", "double", "double"),
        ("(n: Int) -> (k: Int)", "double >> half[n as k]", "double >> half[n as k]"),
        ("(text: String) -> (m: Int)", "((retry 2 zero) ?? count) >> double", "(retry 2 zero ?? count) >> double"),
        ("(text: String, n: Int) -> (z: Int, m: Int)", "zero[n as z] & double", "zero[n as z] & double"),
        ("(n: List[Int]) -> (m: List[Int])", "map double", "map double"),
        ("(acc: Int, item: List[Int]) -> (sum: Int)", "(fold plus[sum as acc] invariant (acc >= 0))[acc as sum]", None),
        ("(n: Int) -> (k: Int)", "(iterate double[m as n] while (n < 9) max 5 invariant (n > 0))[n as k]", None),
        ("(n: Int) -> (m: Int)", "guard (n > 0) >> double", "guard (n > 0) >> double"),
        (
            "(text: String, n: Int) -> (m: Int)",
            "(zero >> guard (n > 0)) >> assert (n >= 0) >> double",
            "zero >> guard (n > 0) >> assert (n >= 0) >> double",
        ),
        ("(text: String, p: Bool) -> (n: Int)", "case (p) then zero else count", "case (p) then zero else count"),
        ("(n: Int) -> (x: Int)", "hole(n: Int) -> (x: Int)", "hole(n: Int) -> (x: Int)"),
        ("(n: Int) -> (x: Int)", "id(n)[n as x]", "id(n)[n as x]"),
        (
            "(text: String, j: Int) -> (m: Int, j2: Int)",
            "(zero & id(j)) >> (double & id(j)[j as j2])",
            "zero & id(j) >> double & id(j)[j as j2]",
        ),
        ("(xs: List[String], default: String) -> (m: Int)", "first[x as text] >> zero >> double", None),
        ("(a: Int) -> (m: Int)", "double(a + 1)", "double(n = a + 1)"),
    ],
)
def test_algebra(head: str, body: str, shown: str | None):
    made = wiring(f"kernel k{head}\n= compose {body}\n")
    assert show_wiring(made).endswith(f"= {shown or body}")
    assert {p.name for p in made.root.face.outputs} >= {w.split(":")[0].strip() for w in head.split("-> (")[1].rstrip(")").split(",")}


def test_polymorphic_kernels_are_instantiated():
    made = wiring("kernel k(xs: List[Int], default: Int) -> (m: Int)\n= compose first[x as n] >> double\n")
    ref = next(n for n in made.nodes if isinstance(n, Ref) and n.kernel == "m.first")
    assert ref.targs == (INT,)
    assert all(not p.type.has_vars for n in made.nodes for p in (*n.face.inputs, *n.face.outputs))


def test_graph():
    made = wiring(
        "kernel k(n: Int, text: String) -> (out: Int, slip: String)\n{\n  out <- double(a + b);\n  (b, a) <- both(n);\n"
        "  guard a < 100;\n  slip <- retry 2 post(b) after out;\n  assert out >= 0;\n}\n"
    )
    graph = made.root
    assert isinstance(graph, Graph)
    assert kernels_of(made) == ("m.both", "m.double", "m.post")
    waits = [s.waits for s in graph.statements]
    assert waits == [(1, 2), (), (1,), (0, 1), (0,)]
    assert graph.order == (1, 2, 0, 3, 4)
    step = graph.statements[1]
    assert isinstance(step, Step)
    assert step.targets == (("m", "b"), ("k", "a"))
    check = graph.statements[2]
    assert isinstance(check, Check)
    assert check.guard
    assert check.pred.text == "a < 100"


def test_targets_by_name_where_they_are_the_ports_names():
    graph = wiring("kernel q(n: Int) -> (m: Int)\n{\n  (k, m) <- both(n);\n}\n", "q").root
    assert isinstance(graph, Graph)
    step = graph.statements[0]
    assert isinstance(step, Step)
    assert step.targets == (("k", "k"), ("m", "m"))


def test_map_takes_lists_as_arguments():
    made = wiring("kernel k(ns: List[Int]) -> (ms: List[Int])\n{\n  ms <- map double(ns);\n}\n")
    call = next(n for n in made.nodes if isinstance(n, Call))
    assert isinstance(made.nodes[call.body], Map)


def test_empty_graph_and_discards():
    wiring("kernel k(n: Int) -> (m: Int)\n{\n  (m, _) <- both(n);\n  _ <- double(n);\n}\n")
    assert errors("kernel k(n: Int) -> (m: Int)\n{\n}\n") == ["KW411 m: Int"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kernel k(text: String) -> (receipt: String)\n= compose zero >> post\n", ["KW401 >>"]),
        ("kernel k(n: Int) -> (b: Int)\n{\n  a <- double(b);\n  b <- double(a);\n}\n", ["KW406 a"]),
        ("kernel k(n: Int) -> (m: Int)\n{\n  m <- double(n);\n  m <- double(n);\n}\n", ["KW407 m"]),
        ("kernel k(n: Int) -> (m: Int)\n{\n  n <- double(n);\n  m <- double(n);\n}\n", ["KW407 n"]),
        ("kernel k(n: Int) -> (m: Int)\n{\n  m <- double(x = n);\n}\n", ["KW409 x = n"]),
        ("kernel k(n: Int) -> (m: Int)\n{\n  m <- double();\n}\n", ["KW409 double()"]),
        ("kernel k(n: Int) -> (m: Int)\n{\n  m <- double(n, n = n);\n}\n", ["KW409 n = n"]),
        ('kernel k(n: Int) -> (m: Int)\n{\n  m <- double("one");\n}\n', ['KW301 "one"']),
        ("kernel k(n: Int) -> (m: Int)\n{\n  (m, k) <- double(n);\n}\n", ["KW410 m, k"]),
        ("kernel k(n: Int) -> (m: Int)\n{\n  m <- double(n) after nn;\n}\n", ["KW408 nn"]),
        ("kernel k(text: String) -> (m: String)\n{\n  m <- zero(text);\n}\n", ["KW402 m"]),
        ("kernel k(n: Int) -> (m: Int)\n= compose duble\n", ["KW201 duble"]),
        ("kernel k(n: Int) -> (m: Int)\n= compose len\n", ["KW421 len"]),
        ("kernel k(n: Int) -> (m: Int)\n= compose guard (nn > 0) >> double\n", ["KW201 nn"]),
        ("kernel k(n: Int) -> (m: Int)\n= compose guard (n) >> double\n", ["KW301 n"]),
        ("kernel k(n: Int) -> (m: Int)\n= compose id\n", ["KW420 id"]),
        ("kernel k(n: Int) -> (m: Int)\n= compose id(n, n) >> double\n", ["KW420 n"]),
        ("kernel k(n: Int) -> (m: Int)\n= compose id(j) >> double\n", ["KW408 j", "KW401 >>"]),
        ("kernel k(text: String) -> (n: Int)\n= compose zero & count\n", ["KW403 &"]),
        ("kernel k(text: String) -> (n: Int)\n= compose zero ?? (count >> double)\n", ["KW404 ??"]),
        ("kernel k(text: String, p: Bool) -> (n: Int)\n= compose case (p) then zero else (count >> double)\n", ["KW404 count >> double"]),
        ("kernel k(text: Int) -> (n: Int)\n= compose zero\n", ["KW402 zero"]),
        ("kernel k(text: String) -> (n: String)\n= compose zero\n", ["KW402 zero"]),
        ("kernel k(n: List[String]) -> (m: List[Int])\n= compose map double\n", ["KW402 double"]),
        ("kernel k(n: Int) -> (j: Int)\n= compose iterate double while (true) max 3\n", ["KW414 iterate double while (true) max 3"]),
        ("kernel k(n: Int) -> (m: Int)\n= compose k2\nkernel k2(n: Int) -> (m: Int)\n= compose k\n", ["KW413 k2"]),
        ("kernel k(m: Int) -> (a: String, b: String)\n= compose post[receipt as a] & post[receipt as b]\n", ["KW417 &"]),
        ("kernel k(m: Int) -> (a: String, b: String)\n{\n  a <- post(m);\n  b <- post(m);\n}\n", ["KW417 b <- post(m);"]),
        ("kernel k(n: Int) -> (x: Int)\n= compose hole(n: Int, n: Int) -> (x: Int)\n", ["KW420 n: Int"]),
        ("kernel k(n: Int) -> (x: Int)\n= compose hole(n: Nope) -> (x: Int)\n", ["KW203 Nope"]),
    ],
)
def test_errors(text: str, expected: list[str]):
    assert errors(text) == expected


def test_a_failing_step_does_not_cascade():
    text = "kernel k(n: Int) -> (m: Int)\n{\n  a <- nowhere(n);\n  b <- double(a);\n  guard b > 0;\n  m <- double(b);\n}\n"
    assert errors(text) == ["KW201 nowhere"]


def test_several_errors_in_one_graph_are_all_reported():
    text = "kernel k(n: Int) -> (m: Int)\n{\n  a <- double();\n  b <- half(true);\n  m <- double(n);\n}\n"
    assert errors(text) == ["KW409 double()", "KW301 true"]


def test_guards_that_wait_for_each_other():
    text = "kernel k(x: Int, z: Int) -> (y: Int, w: Int)\n{\n  y <- double(z);\n  w <- double(x);\n  guard x < y;\n  guard z < w;\n}\n"
    assert [e[:5] for e in errors(text)] == ["KW406"]


def test_long_compositions():
    chain = " >> ".join(["double[m as n]"] * 2000)
    assert len(wiring(f"kernel k(n: Int) -> (m: Int)\n= compose {chain} >> double\n").nodes) == 2 * 2000 + 1 + 2000
    steps = "".join(f"  w{i + 1} <- double(w{i});\n" for i in range(1000))
    graph = wiring(f"kernel k(n: Int) -> (m: Int)\n{{\n  w0 <- double(n);\n{steps}  m <- double(w1000);\n}}\n").root
    assert isinstance(graph, Graph)
    assert len(graph.statements) == 1002
