"""Verdicts do not depend on brackets or on the order of statements: one chain and one graph, each in many forms, checked."""

from __future__ import annotations

import random
from pathlib import Path

from kwlogic.compose.generate import bracketed
from kwlogic.vc.data import Kind, Refuted
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest

FORMS = 6
PARTS = """module m
kernel a(x: Int) -> (y: Int)
  ensures y > 0
= if x > 0 then x else 1
kernel b(y: Int) -> (z: Int)
  requires y > 0
  ensures z > y
= y + 1
kernel c(z: Int) -> (w: Int)
  requires z > 1
  ensures w > 2
= z + 1
kernel d(w: Int) -> (v: Int)
  requires w > 3
= w
kernel ask(y: Int) -> (q: Int)
  ensures q >= y
  by tool "ask"
"""


def verdicts(tmp_path: Path, bodies: list[str], outputs: str) -> list[list[tuple[str, str, str]]]:
    """For each body: kind, text and verdict of its obligations, sorted."""
    text = PARTS + "".join(f"kernel k{i}(x: Int) -> ({outputs})\n  ensures v > 3\n{b}\n" for i, b in enumerate(bodies))
    (tmp_path / "m.kw").write_text(text, encoding="utf-8")
    result = check(CheckRequest(("m.kw",), tmp_path, jobs=1, cache=False, budget=2_000_000))
    assert not [d for d in result.diagnostics if d.code < "KW5"]
    return [
        sorted(
            (r.obligation.kind.value, r.obligation.text, type(r.verdict).__name__)
            for r in result.results
            if r.obligation.declaration == f"m.k{i}"
        )
        for i in range(len(bodies))
    ]


def test_brackets(tmp_path: Path):
    """The last link is broken; every bracketing says so, and nothing else."""
    dice = random.Random(1)
    stages = ["a", "id(y)", "b", "guard (z > 0)", "c", "d", "id(v)"]
    found = verdicts(tmp_path, [f"= compose {bracketed(stages, '>>', dice)}" for _ in range(FORMS)], "v: Int")
    assert all(f == found[0] for f in found)
    assert [f for f in found[0] if f[2] == Refuted.__name__] == [(Kind.LINK.value, "w > 3", Refuted.__name__)]


def test_orders(tmp_path: Path):
    dice = random.Random(2)
    steps = ["y <- a(x);", "z <- b(y);", "q <- ask(y);", "guard q > 2;", "v <- d(q + z);", "w <- c(z);", "assert w > 2;"]
    bodies = []
    for _ in range(FORMS):
        dice.shuffle(steps)
        bodies.append("{ " + " ".join(steps) + " }")
    found = verdicts(tmp_path, bodies, "v: Int")
    assert all(f == found[0] for f in found)
    assert len(found[0]) >= 4
