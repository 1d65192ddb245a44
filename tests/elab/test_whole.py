"""Whole programs: all specs elaborate to well-typed core, long inputs are fine, mutants never crash, eval's expressions."""

from __future__ import annotations

import random
import re
import time
from pathlib import Path

import pytest
from core_check import check_program
from elab_run import good, parsed, run, std

from kwlogic.core.show import show_term
from kwlogic.core.types import INT
from kwlogic.elab.elaborate import elaborate, elaborate_expr
from kwlogic.source.data import Source
from kwlogic.syntax.parse import parse_expr, parse_module

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "specs" / "examples").glob("*.kw"))
TOKEN = re.compile(r"[A-Za-z_][\w']*|\d+\.\d+|\d+|\"[^\"\n]*\"|[^\w\s]+|\s+")


def test_library_and_examples():
    files = [parsed(p.name, p.read_text(encoding="utf-8")) for p in EXAMPLES]
    program, found = elaborate((*std(), *files))
    assert not found, [(d.code, d.message, d.span) for d in found]
    check_program(program)
    assert len(program.fns) > 60


LONG = {
    "sum": "fn f(x: Int) -> Int = " + " + ".join(["x"] * 4000),
    "and": "fn f(x: Int) -> Bool = " + " and ".join(["x > 0"] * 4000),
    "append": "fn f(x: String) -> String = " + " ++ ".join(["x"] * 3000),
    "implies": "fn f(x: Bool) -> Bool = " + " ==> ".join(["x"] * 2000),
    "chain": "fn f(x: Int) -> Bool = " + " < ".join(["x * 2"] * 1000),
    "list": "fn f(x: Int) -> List[Int] = [" + ", ".join(["x"] * 4000) + "]",
    "literals": "fn f(x: Int) -> Int = match x { " + " ".join(f"case {i} => {i}" for i in range(1500)) + " case _ => 0 }",
    "enum": "type E = " + " | ".join(f"C{i}" for i in range(300)) + "\nfn f(x: E) -> Int = match x { "
    + " ".join(f"case C{i} => {i}" for i in range(300)) + " }",
}  # fmt: skip


@pytest.mark.parametrize("name", LONG)
def test_long_input(name: str):
    began = time.process_time()
    program = good("module a\n" + LONG[name])
    assert "a.f" in program.fns
    assert time.process_time() - began < 10


def test_nested_mistakes_are_reported_in_time():
    text = "module a\nfn g(n: Int, s: String) -> String = s\nfn f(x: Int) -> String = " + "g(true, " * 70 + '"a"' + ")" * 70
    began = time.process_time()
    found = run(text)[1]
    assert {d.code for d in found} == {"KW301"}
    assert len(found) == 70
    assert time.process_time() - began < 10


def test_types_may_double_at_each_step():
    text = (
        "module a\nfn f(x: Int) -> Int = let a0 = (x, x); "
        + "".join(f"let a{i} = (a{i - 1}, a{i - 1}); " for i in range(1, 60))
        + "x + a59"
    )
    (error,) = run(text)[1]
    assert error.code == "KW303"
    assert len(error.message) < 200


@pytest.mark.parametrize("seed", range(8))
def test_mutants_never_crash(seed: int):
    """What still parses is either reported or elaborates to well-typed core."""
    rng = random.Random(seed)
    tokens = TOKEN.findall(rng.choice(EXAMPLES).read_text(encoding="utf-8"))
    pool = [t for t in tokens if t.strip()]
    for _ in range(3):
        mutant = list(tokens)
        for _ in range(rng.choice((1, 1, 2, 4))):
            at = rng.randrange(len(mutant))
            like = [t for t in rng.sample(pool, 30) if t[0].isalnum() == mutant[at][0].isalnum()]
            mutant[at] = rng.choice(like or [""])
        source = Source("a.kw", "".join(mutant))
        program, found = elaborate((*std(), (source, parse_module(source)[0])))
        assert all(d.span is not None and d.span.end <= len(source.text) for d in found if d.span and d.span.file == "a.kw")
        check_program(program)


def test_expressions_of_eval():
    program = good("module a\nfn twice(x: Int) -> Int = 2 * x\nfn bad(x: Int) -> Int = x\n")

    def evaluate(text: str, module: str | None = "a"):
        expr, problems = parse_expr(Source("<expression>", text))
        assert not problems
        assert expr is not None
        return elaborate_expr(program, module, expr, Source("<expression>", text))

    term, type, found = evaluate("twice(3) + len([1, 2])")
    assert term is not None
    assert (show_term(term), type, found) == ("twice(3) + len([1, 2])", INT, ())
    assert [d.code for d in evaluate("twice(1.0)")[2]] == ["KW301"]
    assert [d.code for d in evaluate("twice(1)", None)[2]] == ["KW201"]
    assert [d.code for d in evaluate("1", "nowhere")[2]] == ["KW204"]


def test_expression_over_a_broken_declaration():
    program, found = run("module a\nfn bad(x: Int) -> Int = nowhere(x)\nfn worse(x: Int) -> Int = bad(x)\n")
    assert [d.code for d in found] == ["KW201"]
    expr, _ = parse_expr(Source("<expression>", "worse(1)"))
    assert expr is not None
    term, _, problems = elaborate_expr(program, "a", expr)
    assert term is None
    assert [d.code for d in problems] == ["KW331"]
