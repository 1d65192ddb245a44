"""Residuals against brute force: at every site of random walks, what is let in is what some satisfying output has there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import permutations, product
from pathlib import Path as FilePath
from random import Random
from typing import Any

import pytest
from residual_walk import Walk, _part, admits, pick, sampled

from kwlogic.core.eval import EvalStop, Evaluator
from kwlogic.core.program import Kernel, Program
from kwlogic.core.types import BOOL, INT, REAL, STRING, Type
from kwlogic.core.value import Con, MapV, SetV, Value, list_value
from kwlogic.core.value_show import field_types
from kwlogic.solve.sorts import constructors
from kwlogic.source.records import dataclass
from kwlogic.weave.decode.data import HOLE, Checked, Fields, Hole, Items, Kind, Known, Partial, Site
from kwlogic.weave.decode.ordering import Order
from kwlogic.weave.decode.residual import Contract, residuals_for
from kwlogic.weave.decode.residual_shape import step_names


def program_of(tmp_path: FilePath, text: str) -> Program:
    """The program of a module ``left``."""
    from kwlogic.workspace.check import elaborate_all
    from kwlogic.workspace.config import project_of
    from kwlogic.workspace.load import load
    from kwlogic.workspace.select import select

    path = tmp_path / "left.kw"
    path.write_text(f"module left\n{text}\n", encoding="utf-8")
    project = project_of((str(path),), tmp_path)
    selections, _ = select((str(path),), project, tmp_path)
    program, diagnostics = elaborate_all(load(selections, project, tmp_path), tmp_path)
    assert not [d for d in diagnostics if d.severity.name == "ERROR"], [d.message for d in diagnostics]
    return program


# ---------------------------------------------------------------- all outputs of a small domain, as they are written


@dataclass(frozen=True, slots=True)
class Domain:
    ints: tuple[int, ...] = tuple(range(-1, 5))
    reals: tuple[Fraction, ...] = tuple(Fraction(n, 2) for n in range(5))
    words: tuple[str, ...] = ("", "a", "b", "ab", "tea")
    length: int = 3
    depth: int = 3


Tree = tuple[Any, ...]  # ("leaf", value) | ("con", ctor, trees) | ("items", trees)


def trees(type: Type, domain: Domain, program: Program, depth: int = 0) -> Iterator[tuple[Tree, Value]]:
    if type in (INT, REAL, BOOL, STRING):
        pools: dict[Type, tuple[Any, ...]] = {INT: domain.ints, REAL: domain.reals, BOOL: (False, True), STRING: domain.words}
        yield from ((("leaf", v), v) for v in pools[type])
    elif type.head == "List":
        items = list(trees(type.args[0], domain, program, depth + 1))
        for length in range(domain.length + 1):
            for chosen in product(items, repeat=length):
                yield ("items", tuple(t for t, _ in chosen)), list_value([v for _, v in chosen])
    elif type.head == "Set":
        items = list(trees(type.args[0], domain, program, depth + 1))
        for length in range(domain.length + 1):
            for chosen in permutations(items, length):
                yield ("items", tuple(t for t, _ in chosen)), SetV([v for _, v in chosen])
    elif type.head == "Map":
        keys = list(trees(type.args[0], domain, program, depth + 1))
        values = list(trees(type.args[1], domain, program, depth + 1))
        for length in range(domain.length + 1):
            for chosen in permutations(keys, length):
                for held in product(values, repeat=length):
                    pairs = tuple(("con", "Tuple", (k[0], v[0])) for k, v in zip(chosen, held))
                    yield ("items", pairs), MapV({k[1]: v[1] for k, v in zip(chosen, held)})
    elif depth <= domain.depth:
        for ctor, _ in constructors(program, type):
            for parts in product(*(list(trees(f, domain, program, depth + 1)) for f in field_types(ctor, type, program))):
                yield ("con", ctor, tuple(t for t, _ in parts)), Con(ctor, tuple(v for _, v in parts))


def satisfying(kernel: Kernel, program: Program, inputs: dict[str, Value], domain: Domain) -> list[dict[str, Tree]]:
    evaluator = Evaluator(program)
    found = []
    for outputs in product(*(list(trees(p.type, domain, program)) for p in kernel.outputs)):
        env = {**inputs, **{p.name: v for p, (_, v) in zip(kernel.outputs, outputs)}}
        try:
            if all(evaluator.holds(c, env) for c in kernel.ensures):
                found.append({p.name: t for p, (t, _) in zip(kernel.outputs, outputs)})
        except EvalStop:
            pass
    return found


def fits(part: Partial, tree: Tree) -> bool:
    """Whether a tree goes on from what is written."""
    match part:
        case Hole():
            return True
        case Known(value):
            return agrees(value, tree)
        case Fields(ctor, parts):
            return tree[1] == ctor and all(fits(p, t) for p, t in zip(parts, tree[2]))
        case Items(_, items):
            return len(items) <= len(tree[1]) and all(fits(p, t) for p, t in zip(items, tree[1]))


def agrees(value: Any, tree: Tree) -> bool:
    """Whether a tree is of a value, in whatever order it was written."""
    if tree[0] == "leaf":
        return bool(value == tree[1])
    if tree[0] == "con":
        return value.ctor == tree[1] and all(agrees(v, t) for v, t in zip(value.fields, tree[2]))
    if isinstance(value, SetV):
        return len(value.items) == len(tree[1]) and all(any(agrees(v, t) for v in value.items) for t in tree[1])
    if isinstance(value, MapV):
        return len(value.entries) == len(tree[1]) and all(
            any(agrees(k, t[2][0]) and agrees(v, t[2][1]) for k, v in value.entries.items()) for t in tree[1]
        )
    from kwlogic.core.value import iter_list

    items = list(iter_list(value))
    return len(items) == len(tree[1]) and all(agrees(v, t) for v, t in zip(items, tree[1]))


def at(tree: dict[str, Tree], site: Site, program: Program) -> Any:
    """What stands at a site of a whole output."""
    here = tree[str(site.path[0])]
    for step in site.path[1:]:
        if here[0] == "items":
            here = here[1][step]
        else:
            here = here[2][step_names(program, here[1], len(here[2])).index(step)]
    if site.kind is Kind.MORE:
        return len(here[1])
    return here[1]


# ---------------------------------------------------------------- the comparison


class Compared:
    def __init__(
        self, program: Program, kernel: Kernel, inputs: dict[str, Value], domain: Domain, complete: bool = True, order: Order = "declared"
    ) -> None:
        self.program, self.inputs, self.domain, self.complete = program, inputs, domain, complete
        self.kernel = kernel
        self.residuals: Contract = residuals_for(self.kernel, inputs, program, order=order)
        self.all = satisfying(self.kernel, program, inputs, domain)
        self.inexact: list[Site] = []

    def walk(self, random: Random) -> dict[str, Value]:
        return Walk(self.kernel, self.program, lambda site, so_far: self.at_site(site, so_far, random), self.residuals.order).run()

    def at_site(self, site: Site, so_far: dict[str, Partial], random: Random) -> Any:
        residual = self.residuals.residual(site, so_far)
        left = [t for t in self.all if all(fits(p, t[n]) for n, p in so_far.items())]
        there = {at(t, site, self.program) for t in left}
        if site.kind is Kind.MORE:
            size = self.size(so_far, site)
            there = {length > size for length in there if length >= size}
        pool: Any = {True, False} if site.kind is Kind.MORE else self.pool(site.type)
        admitted = {v for v in pool if admits(residual, v)}
        if self.complete:
            assert admitted <= there, (site, so_far, residual, there)
            assert admitted, (site, so_far, residual)
        if residual.exact:
            assert there <= admitted, (site, so_far, residual, there)
        else:
            self.inexact.append(site)
        return random.choice(sorted(admitted, key=repr)) if self.complete else pick(residual, site.type, random)

    def size(self, so_far: dict[str, Partial], site: Site) -> int:
        part = _part(so_far, site.path)
        assert isinstance(part, Items)
        return len(part.items)

    def pool(self, type: Type) -> set[Any]:
        if type in (INT, REAL, BOOL, STRING):
            return {t[1] for t, _ in trees(type, self.domain, self.program)}
        return {c for c, _ in constructors(self.program, type)}


SMALL = "type Small = {n: Int | -1 <= n < 5}\ntype Colour = Red | Green | Blue\n"
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "sum": ("kernel k(n: Int) -> (a: Small, b: Small, c: Small)\n  ensures a + b + c == n", {"n": 7}),
    "linear": ("kernel k(n: Int) -> (a: Small, b: Small)\n  ensures 2 * a + 3 * b <= n and a >= b", {"n": 6}),
    "between": ("kernel k(n: Int) -> (a: Small, b: Small, c: Small)\n  ensures n <= a + b - c and a + b - c <= n + 1 and b <= 2", {"n": 6}),
    "one side": ("kernel k(n: Int) -> (a: Small, b: Small, c: Small)\n  ensures 3 * a - b + c <= n", {"n": -5}),
    "length": (
        "kernel k(n: Int) -> (c: Small, xs: List[Small])\n  ensures sum(xs) == n and (forall x in xs :: x >= c) and c <= 2\n  ensures len(xs) == c + 1",
        {"n": 5},
    ),
    "divisible": ("kernel k(n: Int) -> (a: Small, b: Small)\n  ensures (a + 2 * b) % 3 == n", {"n": 1}),
    "halves": ("kernel k(n: Int) -> (a: Small, b: Small)\n  ensures a // 2 == b or a - b == n", {"n": 3}),
    "product": ("kernel k(n: Int) -> (a: Small, b: Small)\n  ensures a * b == n", {"n": 4}),
    "square": ("kernel k(n: Int) -> (a: Small, b: Small)\n  ensures a * a + b * b == n", {"n": 10}),
    "excluded": ("kernel k(n: Int) -> (a: Small, b: Small)\n  ensures a != n and b != a and b != n", {"n": 2}),
    "equal to one of": ("kernel k(n: Int) -> (a: Small)\n  ensures a in {n, n + 2, n - 1}", {"n": 1}),
    "cases": ("kernel k(n: Int) -> (a: Small, ok: Bool)\n  ensures ok <==> a > n\n  ensures not ok ==> a == n or a == 0", {"n": 2}),
    "conditional": (
        "kernel k(n: Int) -> (c: Colour, a: Small)\n  ensures a == (if c == Red then n else n + 1)\n  ensures c != Blue",
        {"n": 4},
    ),
    "maximum": ("kernel k(n: Int) -> (a: Small, b: Small)\n  ensures max(a, b) == n and abs(a - b) <= 2", {"n": 3}),
    "option": (
        "kernel k(n: Int) -> (o: Option[Small], a: Small)\n  ensures match o { case None => a == n case Some(x) => x + a == n and x > 1 }",
        {"n": 3},
    ),
    "list sum": (
        "kernel k(n: Int) -> (xs: List[Small])\n  ensures sum(xs) == n and len(xs) <= 3 and (forall x in xs :: x > 0)",
        {"n": 6},
    ),
    "sorted": ("kernel k(n: Int) -> (xs: List[Small])\n  ensures is_sorted(xs) and len(xs) == n and sum(xs) == 5", {"n": 3}),
    "no repeats": ("kernel k(n: Int) -> (xs: List[Small])\n  ensures distinct(xs) and len(xs) == 3 and min_of(xs) == n", {"n": 1}),
    "same items": (
        "kernel k(xs: List[Int]) -> (ys: List[Small])\n  ensures sort(ys) == xs and len(ys) == len(xs)",
        {"xs": list_value([0, 1, 3])},
    ),
    "places": (
        "kernel k(n: Int) -> (xs: List[Small], i: Small)\n  ensures len(xs) == 2 and 0 <= i < 2 and xs[i] == n and xs[0] != xs[1]",
        {"n": 3},
    ),
    "counts": (
        "kernel k(n: Int) -> (xs: List[Colour], r: Small)\n  ensures r == count(Red, xs) and len(xs) == 3 and r >= n and Blue in xs",
        {"n": 1},
    ),
    "set": ("kernel k(n: Int) -> (s: Set[Small], a: Small)\n  ensures len(s) == 2 and a in s and (forall x in s :: x >= n)", {"n": 2}),
    "subset": ("kernel k(s: Set[Int]) -> (t: Set[Small])\n  ensures is_subset(t, s) and len(t) == len(s) - 1", {"s": SetV([1, 2, 4])}),
    "colours": ("kernel k(n: Int) -> (s: Set[Colour])\n  ensures len(s) > n and Red in s", {"n": 1}),
    "map": (
        'kernel k(n: Int) -> (m: Map[String, Small])\n  ensures "a" in m and len(m) == 2 and (forall q in m :: m[q] >= n and len(q) == 1)'
        '\n  ensures forall q in m :: q in ["a", "b"]',
        {"n": 3},
    ),
    "words": (
        "kernel k(ws: List[String]) -> (w: String, v: String)\n  ensures w in ws and v in ws and w != v",
        {"ws": list_value(["a", "b", "tea"])},
    ),
    "quoted": (
        'kernel k(t: String) -> (w: String, n: Small)\n  ensures w in t and n == len(w) and n > 0\n  ensures w != "b"',
        {"t": "ab"},
    ),
    "matching": ('kernel k(n: Int) -> (w: String)\n  ensures matches(w, "^[a-c]+$") and len(w) <= n', {"n": 2}),
    "record": (
        "record Line(qty: Small, price: Real)\nkernel k(t: Real) -> (l: Line, total: Real)"
        "\n  ensures total == real(l.qty) * l.price and total <= t and l.price >= 0.5 and l.qty > 0 and l.price <= 2.0 and floor(l.price * 2.0) == 2",
        {"t": Fraction(2)},
    ),
    "tree": (
        "type T = Leaf(v: Small) | Fork(l: T, r: T)\nfn total(t: T) -> Int = match t { case Leaf(v) => v case Fork(l, r) => total(l) + total(r) }\n"
        "fn high(t: T) -> Int = match t { case Leaf(_) => 0 case Fork(l, r) => 1 + max(high(l), high(r)) }\n"
        "kernel k(n: Int) -> (t: T)\n  ensures high(t) == 1 and total(t) == n",
        {"n": 5},
    ),
    "pairs": (
        "kernel k(n: Int) -> (p: (Small, Small), q: List[(Small, Bool)])\n  ensures match p { case (a, b) => a < b and len(q) == 1"
        " and (forall x in q :: match x { case (c, ok) => c == a + n and ok }) }",
        {"n": 1},
    ),
}


DOMAINS = {
    "tree": Domain(depth=1),
    "pairs": Domain(length=1),
    "map": Domain(length=2, words=("", "a", "b", "ab")),
    "same items": Domain(ints=(-1, 0, 1, 3)),
    "no repeats": Domain(ints=(-1, 1, 2, 4)),
    "set": Domain(length=2),
}
PROMPT = '\n  by prompt """answer"""\n'


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """All cases in one module; the kernel of a case has its number."""
    texts = (text.replace("kernel k(", f"kernel k{i}(") + PROMPT for i, (text, _) in enumerate(CASES.values()))
    return program_of(tmp_path_factory.mktemp("left"), SMALL + "".join(texts))


@pytest.mark.parametrize("name", CASES)
def test_what_is_let_in_is_what_has_a_completion(name: str, program: Program) -> None:
    _, inputs = CASES[name]
    kernel = program.kernels[f"left.k{list(CASES).index(name)}"]
    compared = Compared(program, kernel, inputs, DOMAINS.get(name, Domain()))
    assert compared.all, "the case has no satisfying output"
    assert not compared.residuals.checked_after()
    env = {**inputs, **compared.walk(Random(len(name)))}
    assert all(compared.residuals.evaluator.holds(c, env) for c in compared.residuals.guaranteed())
    assert len(compared.inexact) == 0, compared.inexact


# ---------------------------------------------------------------- what has no output, what is left, what is regained

OTHERS = {
    "empty": (
        "kernel k(n: Int) -> (x: Int, y: Int)\n  ensures a: x > y\n  ensures b: y > n\n  ensures c: x < n\n  ensures d: x != 77",
        {"n": 12},
    ),
    "too few": ("kernel k(n: Int) -> (xs: List[Int])\n  ensures len(xs) == 3\n  ensures sum(xs) == n\n  ensures forall x in xs :: x > 5", {"n": 12}),
    "joined": ('kernel k(n: Int) -> (s: String, xs: List[String])\n  ensures len(xs) == n\n  ensures s == join(",", xs)', {"n": 3}),
    "for all": ("kernel k(n: Int) -> (x: Int)\n  ensures x > n\n  ensures forall i: Int :: i * x == x * i\n= n + 1\n", {"n": 3}),
    "long": ("kernel k(n: Int) -> (xs: List[Int])\n  ensures sum(xs) == n and (forall x in xs :: 1 <= x <= 4)", {"n": 40}),
    "quotes": (
        'kernel k(t: String) -> (title: String, quotes: List[String])\n  ensures 0 < len(title) <= 9 and title in t and title != "The"'
        "\n  ensures forall q in quotes :: q in t and len(q) > 2",
        {"t": 'The "q"\tb \\ fox'},
    ),
    "share": (
        "record Line(label: String, qty: Int, price: Real)\nfn cost(ls: List[Line]) -> Real\n"
        "= match ls { case [] => 0.0 case [l, *rest] => real(l.qty) * l.price + cost(rest) }\n"
        "kernel k(n: Int) -> (total: Real, lines: List[Line], tip: Real)\n  ensures cost(lines) == total and len(lines) == n"
        "\n  ensures forall l in lines :: l.qty > 0 and l.price >= 0.0\n  ensures tip * 10.0 == total",
        {"n": 3},
    ),
    "relabelled": (
        "record Row(name: String, amount: Int)\nkernel k(names: List[String], n: Int) -> (rows: List[Row])"
        "\n  ensures map(fn (r) => r.name, rows) == names\n  ensures sum(map(fn (r) => r.amount, rows)) == n\n  ensures forall r in rows :: r.amount >= 0",
        {"names": list_value([f"n{i}" for i in range(6)]), "n": 100},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Program:
    texts = [text.replace("kernel k(", f"kernel k{i}(") for i, (text, _) in enumerate(OTHERS.values())]
    return program_of(tmp_path_factory.mktemp("others"), "".join(t if t.endswith("\n") else t + PROMPT for t in texts))


def contract(others: Program, name: str) -> Contract:
    return residuals_for(others.kernels[f"left.k{list(OTHERS).index(name)}"], OTHERS[name][1], others)


def test_a_contract_without_outputs_is_told_with_the_clauses_at_fault(others: Program) -> None:
    assert contract(others, "empty").impossible == "no output satisfies `a`, `b` and `c` together for these inputs"
    told = contract(others, "too few").impossible
    assert told == "no output satisfies `len(xs) == 3`, `sum(xs) == n` and `forall x in xs :: x > 5` together for these inputs"


def test_what_cannot_be_run_is_left_to_be_checked_after(others: Program) -> None:
    residuals = contract(others, "for all")
    assert [c.text for c in residuals.guaranteed()] == ["x > n"]
    assert [left.why for left in residuals.checked_after()] == ["an unbounded quantifier cannot be run"]


def test_a_clause_that_cannot_be_followed_yet_is_asked_about_later(others: Program) -> None:
    residuals = contract(others, "joined")
    assert [left.why for left in residuals.checked_after()] == ["`join` is applied to what is not written yet"]
    kernel = residuals.kernel
    later = residuals_for(replace(kernel, ensures=(*kernel.ensures, replace(kernel.ensures[1]))), {"n": 3}, others, order=("xs", "s"))
    assert [left.why for left in later.checked_after()] == ["`join` is applied to what is not written yet"] * 2
    for seed in range(3):
        output = sampled(later, kernel, others, Random(seed))
        assert all(later.evaluator.holds(c, {"n": 3, **output}) for c in kernel.ensures)


@pytest.mark.parametrize("name", ["long", "quotes", "share", "relabelled"])
def test_walks_end_in_outputs_that_satisfy_the_contract(name: str, others: Program) -> None:
    residuals = contract(others, name)
    assert not residuals.checked_after()
    output = sampled(residuals, residuals.kernel, others, Random(0))
    assert all(residuals.evaluator.holds(c, {**OTHERS[name][1], **output}) for c in residuals.kernel.ensures)
    assert not residuals.checked_after()


def test_prefixes_are_alive_where_a_text_goes_on_from_them(others: Program) -> None:
    """Of parts of a known text: all, some of which need escapes."""
    import json

    residuals = contract(others, "quotes")
    text = str(OTHERS["quotes"][1]["t"])
    residual = residuals.residual(Site(("title",), ("title",), Kind.VALUE, STRING), {"title": HOLE, "quotes": HOLE})
    assert isinstance(residual, Checked)
    parts = {text[i:j] for i in range(len(text)) for j in range(i + 1, min(len(text), i + 9) + 1)} - {"The"}
    written = {json.dumps(p, ensure_ascii=False) for p in parts}
    assert all(residual.ok(p) for p in parts)
    assert not any(residual.ok(p) for p in ("The", "", text, "fox "))
    starts = {w[:i] for w in written for i in range(len(w) + 1)}
    assert all(residual.alive(s) for s in starts)
    assert not [s + c for s in sorted(starts)[::7] for c in 'ex\\" T' if s + c not in starts and residual.alive(s + c)]
