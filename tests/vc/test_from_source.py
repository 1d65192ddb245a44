"""Obligations of real source: which are posed, where, and under what."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from kwlogic.core.program import Program
from kwlogic.elab.elaborate import elaborate
from kwlogic.resources import std_dir
from kwlogic.source.data import Diagnostic, Severity, Source
from kwlogic.syntax.parse import parse_module
from kwlogic.vc.data import Assumed, Enforced, Goal, Kind, LintKind, Obligation, Plan, Proved, Unknown
from kwlogic.vc.plan import plan


@cache
def library() -> tuple[tuple[Source, object], ...]:
    return tuple(_parsed(str(p), p.read_text(encoding="utf-8")) for p in sorted(Path(std_dir()).glob("*.kw")))


def _parsed(path: str, text: str) -> tuple[Source, object]:
    source = Source(path, text)
    tree, problems = parse_module(source)
    assert not problems, problems
    return source, tree


def planned(text: str) -> tuple[Plan, tuple[Diagnostic, ...], Program]:
    program, problems = elaborate([*library(), _parsed("t.kw", "module t\n" + text)])
    assert not [p for p in problems if p.severity is Severity.ERROR], problems
    names = [n for m in program.modules.values() if m.name == "t" for n in m.decls]
    found, more = plan(program, names)
    return found, more, program


def lines(text: str, kind: Kind) -> Iterator[tuple[int, Obligation]]:
    found, _, program = planned(text)
    for o in found.obligations:
        if o.kind is kind:
            yield program.sources[o.span.file].position(o.span.start)[0] - 1, o


def only(text: str, kind: Kind) -> Obligation:
    (found,) = [o for _, o in lines(text, kind)]
    return found


ENDING = {
    "even and odd": "fn even(n: Int) -> Bool\n  requires n >= 0\n= if n == 0 then true else odd(n - 1)\n"
    "fn odd(n: Int) -> Bool\n  requires n >= 0\n= if n == 0 then false else even(n - 1)\n",
    "ackermann": "fn ack(m: Int, n: Int) -> Int\n  requires m >= 0 and n >= 0\n  ensures result >= 0\n"
    "= if m == 0 then n + 1 else if n == 0 then ack(m - 1, 1) else ack(m - 1, ack(m, n - 1))\n",
    "counting up": "fn upto(x: Int, y: Int) -> List[Int]\n= if x > y then [] else [x, *upto(1 + x, y)]\n",
}


@pytest.mark.parametrize("text", ENDING.values(), ids=ENDING.keys())
def test_guessed(text: str):
    found = [o for _, o in lines(text, Kind.TERMINATION)]
    assert found
    for o in found:
        assert o.ask is Goal.VALID
        assert not o.refutable


STRUCTURE = {
    "merge": "fn merge(xs: List[Int], ys: List[Int]) -> List[Int]\n= match xs { case [] => ys case [x, *r] => match ys {\n"
    "  case [] => xs case [y, *s] => if x <= y then [x, *merge(r, ys)] else [y, *merge(xs, s)] } }\n",
    "swapped": "fn weave(xs: List[Int], ys: List[Int]) -> List[Int]\n= match xs { case [] => ys case [x, *r] => [x, *weave(ys, r)] }\n",
    "rose tree": "type Rose = Rose(value: Int, kids: List[Rose])\n"
    "fn count_all(t: Rose) -> Int\n= 1 + sum(map(fn (k) => count_all(k), t.kids))\n",
    "filtered children": "type Rose = Rose(value: Int, kids: List[Rose])\n"
    "fn big(t: Rose) -> Bool\n= all(fn (k) => big(k), filter(fn (k) => k.value > 0, t.kids))\n",
    "forest": "type Rose = Rose(value: Int, kids: List[Rose])\nfn one(t: Rose) -> Int\n= 1 + many(t.kids)\n"
    "fn many(ts: List[Rose]) -> Int\n= match ts { case [] => 0 case [t, *rest] => one(t) + many(rest) }\n",
    "rebuilt": "fn steps(xs: List[Int]) -> Bool\n= match xs { case [x, y, *rest] => x <= y and steps([y, *rest]) case _ => true }\n",
    "map values": "type Json = Num(n: Int) | Obj(fields: Map[String, Json])\n"
    "fn nums(j: Json) -> Int\n= match j { case Num(n) => 1 case Obj(fs) => sum(map(fn (v) => nums(v), values(fs))) }\n",
}


@pytest.mark.parametrize("text", STRUCTURE.values(), ids=STRUCTURE.keys())
def test_structural(text: str):
    found = [o for _, o in lines(text, Kind.TERMINATION)]
    assert found
    for o in found:
        assert isinstance(o.given, Proved), o


def test_unexplained_recursion_is_unknown():
    text = "fn odd_walk(n: Int) -> Int\n= if n == 1 then 0 else if n % 2 == 0 then odd_walk(n // 2) else odd_walk(3 * n + 1)\n"
    found, problems, _ = planned(text)
    (ends,) = [o for o in found.obligations if o.kind is Kind.TERMINATION]
    assert not problems
    assert isinstance(ends.given, Unknown) or not ends.refutable


def test_measures_over_data_and_numbers():
    text = "fn f(xs: List[Int], n: Int) -> Int\n  decreases xs, n\n= if n > 0 then f(xs, n - 1) else match xs { case [] => 0 case [_, *r] => f(r, 9) }\n"
    first, second = [o for _, o in lines(text, Kind.TERMINATION)]
    assert first.refutable
    assert first.sequent.goal.type.head == "Bool"
    assert "true" in repr(second.sequent.goal) or second.sequent.goal.data is True


def test_places():
    text = (
        "fn half(x: Int) -> Int\n"  # 1
        "  requires x % 2 == 0\n"  # 2
        "= x // 2\n"  # 3
        "kernel k(x: Int, xs: List[Int]) -> (y: Int)\n"  # 4
        "  requires len(xs) > 0\n"  # 5
        "  ensures y == y\n"  # 6
        "= half(x) +\n"  # 7
        "  xs[0]\n"  # 8
    )
    assert [n for n, o in lines(text, Kind.CALL)] == [7]
    assert [n for n, o in lines(text, Kind.PARTIAL)] == [8]
    assert [n for n, o in lines(text, Kind.REQUIRES)] == [2, 5]
    assert only(text, Kind.PARTIAL).detail == "`0 <= 0 < len(xs)` must hold to take an element"


@pytest.mark.parametrize(
    ("slice", "said"),
    [("xs[1:]", "0 <= 1 <= len(xs)"), ("xs[:3]", "0 <= 3 <= len(xs)"), ("xs[1:3]", "0 <= 1 <= 3 <= len(xs)")],
)
@pytest.mark.parametrize("type", ["List[Int]", "String"])
def test_an_end_of_a_slice_that_is_left_out_is_not_spoken_of(type, slice, said):
    text = f"fn f(xs: {type}) -> {type}\n= {slice}\n"
    assert only(text, Kind.PARTIAL).detail == f"`{said}` must hold to take a slice"


def test_invariants_hold_inside_a_lambda():
    text = (
        "type Pos = {n: Int | n > 0}\nrecord Line(label: String, qty: Pos)\n"
        "fn shares(ls: List[Line]) -> List[Int]\n= map(fn (l) => 100 // l.qty, ls)\n"
    )
    made = only(text, Kind.PARTIAL)
    assert any("Line'valid" in repr(h.term) for h in made.sequent.hyps if h.name == "binder")


def test_refined_results_are_reported_at_the_body():
    text = "type Pos = {n: Int | n > 0}\nfn up(n: Pos) -> Pos\n= n +\n  1\n"
    found, _, _program = planned(text)
    last = next(o for o in found.obligations if o.id == "t.up/refinement/result1")
    assert last.text == "n +\n  1"


def test_oracles_are_enforced_and_axioms_assumed():
    text = (
        'kernel ask(t: String) -> (n: Int)\n  requires len(t) > 0\n  ensures n >= 0\n  by prompt "{t}"\n'
        "axiom small(x: Int)\n  ensures x < 100\n"
    )
    assert isinstance(only(text, Kind.ENSURES).given, Enforced)
    assert isinstance(only(text, Kind.AXIOM).given, Assumed)


def test_lints():
    text = "kernel k(x: Int) -> (y: Int)\n  requires x > 10\n  ensures y == x\n  ensures x < 5 ==> y == 0\n= x\n"
    found, _, _ = planned(text)
    dead = [x for x in found.lints if x.kind is LintKind.DEAD_BRANCH]
    assert [x.text for x in dead] == ["x < 5"]
    assert [[h.name for h in x.sequent.hyps] for x in found.lints if x.kind is LintKind.VACUOUS] == [
        ["requires:0"],
        ["requires:0", "ensures:0"],
    ]


def test_lemma_steps():
    text = (
        "fn twice(x: Int) -> Int\n= x + x\n"
        "lemma grows(x: Int)\n  requires x >= 0\n  ensures twice(x) >= x\n"
        "lemma both(a: Int, b: Int)\n  requires a >= 0\n  requires b >= 0\n  ensures twice(a) + twice(b) >= a\n"
        "  by { apply grows(a); assert twice(b) >= 0; }\n"
    )
    found, problems, _ = planned(text)
    assert not problems
    mine = {o.id: o for o in found.obligations if o.declaration == "t.both"}
    goal = mine["t.both/lemma/ensures1"]
    assert {h.name for h in goal.sequent.hyps} == {"requires:0", "requires:1", "apply:t.grows", "assert"}
    assert goal.assumes == ("t.both/lemma/1@assert",)
    assert mine["t.both/call/1@grows"].kind is Kind.CALL
    assert "t.grows" in goal.rests_on


def test_empty_refinements_and_records():
    found, _, _ = planned("type Empty = {n: Int | n > 0 and n < 0}\nrecord Span(low: Int, high: {n: Int | n < 3})\n")
    asked = [o for o in found.obligations if o.ask is Goal.SATISFIABLE]
    assert [o.declaration for o in asked] == ["t.Empty", "t.Span"]
    assert all(o.kind is Kind.REFINEMENT for o in asked)


def test_ids_are_unique():
    found, _, _ = planned("\n".join(STRUCTURE.values()).replace("type Rose = Rose(value: Int, kids: List[Rose])\n", "", 2))
    ids = [o.id for o in found.obligations] + [x.id for x in found.lints]
    assert len(ids) == len(set(ids))
