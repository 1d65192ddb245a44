"""Random compositions through the gate: no run may break what was proved of them, and nothing may go wrong inside."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from kwlogic.vc.data import Refuted, Unknown
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest

CONDITIONS = ("n < {0}", "n >= {0}")


class Specs:
    """One module of leaves with true contracts, of which some say little, and of compositions with contracts at random."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def pick(self, *options: str) -> str:
        return self.random.choice(options)

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def module(self, composites: int) -> str:
        leaves = [self.leaf(i) for i in range(6)]
        plus = "kernel plus(acc: Int, item: Int) -> (n: Int)\n  ensures n == acc + item\n= acc + item\n"
        return "\n".join(("module random_compositions\n", *leaves, plus, *(self.composite(i) for i in range(composites))))

    def leaf(self, index: int) -> str:
        shift, factor = self.number(-3, 3), self.random.choice((1, 1, 2, -1))
        requires = self.pick("", f"  requires n >= {self.number(-2, 2)}\n", f"  requires n <= {self.number(3, 9)}\n")
        head = f"kernel k{index}(n: Int) -> (n2: Int)\n{requires}"
        if self.random.random() < 0.4:
            line = f"{factor} * n + {shift}"
            ensures = self.pick(f"n2 == {line}", f"n2 >= {line} - 1", f"n2 <= {line} + 2")
            return f"{head}  ensures {ensures}\n= {line}\n"
        fails = self.pick("", f"  fails when n > {self.number(0, 6)}\n")
        ensures = self.pick("n2 >= n", f"n2 == n + {shift}", f"{shift} <= n2 <= {shift + 5}")
        return f'{head}{fails}  ensures {ensures}\n  by prompt "{{n}}"\n'

    def condition(self) -> str:
        return self.pick(*CONDITIONS).format(self.number(-2, 5))

    def term(self, depth: int) -> str:
        if depth == 0 or self.random.random() < 0.15:
            return f"k{self.number(0, 5)}[n2 as n]"
        kind = self.pick("seq", "seq", "seq", "case", "fallback", "retry", "iterate", "guard")
        one = self.term(depth - 1)
        match kind:
            case "seq":
                return f"({one} >> {self.term(depth - 1)})"
            case "case":
                return f"(case ({self.condition()}) then ({one}) else ({self.term(depth - 1)}))"
            case "fallback":
                return f"({one} ?? {self.term(depth - 1)})"
            case "retry":
                return f"(retry {self.number(1, 3)} ({one}))"
            case "guard":
                return f"(guard ({self.condition()}) >> {one})"
            case _:
                invariant = self.pick("", f" invariant (n >= {self.number(-3, 1)})", f" invariant (n <= {self.number(4, 9)})")
                return f"(iterate ({one}) while ({self.condition()}) max {self.number(1, 4)}{invariant})"

    def composite(self, index: int) -> str:
        kind = self.random.random()
        if kind < 0.2:
            return self.fold(index)
        if kind < 0.4:
            return self.map(index)
        requires = self.pick("", f"  requires n >= {self.number(-2, 3)}\n", f"  requires 0 <= n <= {self.number(1, 6)}\n")
        fails = self.pick("", f"  fails when n > {self.number(0, 6)}\n", "  fails when false\n", f"  fails when n < {self.number(0, 6)}\n")
        low, high = self.number(-5, 2), self.number(3, 20)
        ensures = self.pick("r >= n", f"r >= {low}", f"r <= {high}", "r == n", f"r != {low}", f"r > n or n > {high}")
        return f"kernel c{index}(n: Int) -> (r: Int)\n{requires}{fails}  ensures {ensures}\n= compose {self.term(3)} >> id(n)[n as r]\n"

    def fold(self, index: int) -> str:
        body = f"plus >> {self.term(1)} >> id(n)[n as acc]"
        return (
            f"kernel c{index}(acc: Int, item: List[Int]) -> (r: Int)\n  requires forall x in item :: x >= {self.number(-1, 2)}\n"
            f"  requires acc >= {self.number(-2, 3)}\n  ensures r >= {self.number(-3, 3)}\n"
            f"= compose (fold ({body}) invariant (acc >= {self.number(-3, 2)}))[acc as r]\n"
        )

    def map(self, index: int) -> str:
        fails = self.pick("", f"  fails when exists x in n :: x > {self.number(0, 5)}\n")
        return (
            f"kernel c{index}(n: List[Int]) -> (r: List[Int])\n  requires forall x in n :: x >= {self.number(-1, 2)}\n{fails}"
            f"  ensures forall y in r :: y >= {self.number(-3, 3)}\n= compose (map ({self.term(2)}))[n as r]\n"
        )


def gated(folder: Path, text: str, examples: int) -> tuple[dict[str, object], str]:
    (folder / "random_compositions.kw").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "kwlogic", "gate", "random_compositions.kw", "--format", "json", "--no-record"]
    options = ["--budget", "300000", "--examples", str(examples)]
    done = subprocess.run([*command, *options], cwd=folder, capture_output=True, text=True, timeout=600, env=dict(os.environ), check=False)
    return json.loads(done.stdout), done.stderr


def defects(folder: Path, seed: int, composites: int, examples: int) -> list[str]:
    text = Specs(seed).module(composites)
    found, errors = gated(folder, text, examples)
    assert "Traceback" not in errors
    diagnostics = found["diagnostics"]
    assert isinstance(diagnostics, list)
    return [d["message"] for d in diagnostics if d["code"] in ("KW602", "KW606") or d["code"].startswith("KW9")]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 11))
def test_no_run_breaks_a_proof(tmp_path: Path, seed: int):
    assert not defects(tmp_path, seed, 14, 100)


TWICE = """kernel f(x: Int) -> (y: Int)
  deterministic
  ensures y > x
  by prompt "f {x}"

kernel g(x: Int, z: Int) -> (a: Int, b: Int)
  ensures a == b
{
  a <- f(x = x);
  b <- f(x = z);
}
"""


def test_what_breaks_a_promise_of_determinism_is_no_counterexample(tmp_path: Path):
    """Nobody enforces the promise, so it proves nothing; but two answers to one question refute nothing either."""
    (tmp_path / "same.kw").write_text(TWICE.replace("f(x = z)", "f(x = x)"), encoding="utf-8")
    (tmp_path / "other.kw").write_text(TWICE, encoding="utf-8")
    same, other = (check(CheckRequest((f"{name}.kw",), tmp_path, jobs=1, cache=False)) for name in ("same", "other"))
    assert (same.count(Refuted), same.count(Unknown)) == (0, 1)
    assert (other.count(Refuted), other.count(Unknown)) == (1, 0)
