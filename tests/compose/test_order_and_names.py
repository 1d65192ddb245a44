"""Order among statements, and the names that compositions take from around them."""

from __future__ import annotations

import random

from kwlogic.elab.wiring_names import free_names, wiring_reach
from kwlogic.elab.wiring_order import ancestors_of, cycle_in, topological
from kwlogic.source.data import Source
from kwlogic.syntax import data as s
from kwlogic.syntax.parse import parse_expr, parse_module


def names(text: str) -> list[str]:
    expr, problems = parse_expr(Source("e", text))
    assert expr is not None
    assert not problems
    return list(free_names(expr))


def test_free_names():
    assert names("f(x, y = x + z)") == ["f", "x", "z"]
    assert names("let x = y; x + w") == ["y", "w"]
    assert names("fn (a, b) => a + b + c") == ["c"]
    assert names("forall x in xs, y in x :: y > lo") == ["xs", "lo"]
    assert names("match xs { case [a, *rest] if a > m => rest case P(q) => q + n }") == ["xs", "m", "n"]
    assert names("p with (x = x.y)") == ["p", "x"]
    assert names("{k: v}[i:j]") == ["k", "v", "i", "j"]


def test_topological_keeps_text_order():
    assert topological([(), (), (0,), (1, 2)]) == [0, 1, 2, 3]
    assert topological([(2,), (), (1,)]) == [1, 2, 0]


def test_cycles():
    assert cycle_in([(), (0,), (1,)]) is None
    assert cycle_in([(0,)]) == [0]
    cycle = cycle_in([(), (3, 0), (1,), (2,), (1,)])
    assert cycle is not None
    assert sorted(cycle) == [1, 2, 3]


def test_random_orders():
    dice = random.Random(3)
    for _ in range(200):
        size = dice.randint(1, 12)
        waits = [{j for j in range(size) if j != i and dice.random() < 0.12} for i in range(size)]
        cycle = cycle_in(waits)
        if cycle is not None:
            assert all(b in waits[a] for a, b in zip(cycle, cycle[1:] + cycle[:1]))
            continue
        order = topological(waits)
        place = {i: n for n, i in enumerate(order)}
        assert len(order) == size
        assert all(place[j] < place[i] for i in range(size) for j in waits[i])
        above = ancestors_of(waits)
        for i in range(size):
            expected: set[int] = set()
            todo = list(waits[i])
            while todo:
                j = todo.pop()
                if j not in expected:
                    expected.add(j)
                    todo.extend(waits[j])
            assert {j for j in range(size) if above[i] >> j & 1} == expected


PORTS = {"half": (("m",), ("n",)), "double": (("n",), ("m",)), "zero": (("text",), ("n",))}


def reach(wiring: str) -> tuple[set[str], set[str]]:
    tree, problems = parse_module(Source("m.kw", f"kernel k(x: Int) -> (y: Int)\n= compose {wiring}\n"))
    assert not problems
    decl = tree.decls[0]
    assert isinstance(decl, s.KernelDecl)
    assert isinstance(decl.body, s.BodyCompose)
    found = wiring_reach(decl.body.wiring, lambda q: PORTS[str(q)])
    return set(found.needs), set(found.yields)


def test_reach():
    assert reach("double >> half") == ({"n"}, {"n"})
    assert reach("double & id(k)") == ({"n", "k"}, {"m", "k"})
    assert reach("double[n as k]") == ({"k"}, {"m"})
    assert reach("id(x)[x as y]") == ({"x"}, {"y"})
    assert reach("case (p > 0) then zero else zero") == ({"p", "text"}, {"n"})
    assert reach("retry 2 half(a + b)") == ({"a", "b"}, {"n"})
    assert reach("hole(a: Int) -> (b: Int)") == ({"a"}, {"b"})
    assert reach("guard (a < b)") == ({"a", "b"}, {"a", "b"})
