"""Random clauses as an author might write them, over variables with few values, so that all of these can be gone through."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from kwlogic.core.eval import Evaluator
from kwlogic.core.eval_data import EvalStop
from kwlogic.core.program import Lemma, Program
from kwlogic.core.value import Con, Value, list_value
from kwlogic.elab.elaborate import elaborate
from kwlogic.resources import std_dir
from kwlogic.source.data import Severity, Source
from kwlogic.syntax.parse import parse_module

PARAMS = "x: Int, y: Int, b: Bool, c: Colour, r: Real, xs: List[Int], o: Option[Int]"
REQUIRES = "  requires -2 <= x <= 2 and 0 <= y <= 3\n  requires r in [0.0, 0.5, -1.0]\n  requires len(xs) <= 2 and (forall v in xs :: 0 <= v <= 1)\n  requires o in [None, Some(0), Some(3)]\n"
HEAD = "type Colour = Red | Green | Blue\n"


def domains(module: str) -> dict[str, list[Value]]:
    """The values of each variable that the requires admit."""
    lists = [list_value(v) for n in range(3) for v in product((0, 1), repeat=n)]
    return {
        "x": list(range(-2, 3)),
        "y": list(range(4)),
        "b": [False, True],
        "c": [Con(f"{module}.{n}", ()) for n in ("Red", "Green", "Blue")],
        "r": [Fraction(0), Fraction(1, 2), Fraction(-1)],
        "xs": list(lists),
        "o": [Con("None", ()), Con("Some", (0,)), Con("Some", (3,))],
    }


class Writer:
    """Random expressions; ``names`` are the variables that they speak of."""

    def __init__(self, seed: int, names: str = "xybcro") -> None:
        self.dice = random.Random(seed)
        self.names = names
        self.lists = "l" in names

    def int(self, depth: int) -> str:
        pick = self.dice.choice
        if depth <= 0:
            return pick([str(self.dice.randint(0, 4)), *(n for n in "xy" if n in self.names)])
        a, b = self.int(depth - 1), self.int(depth - 1)
        forms = [f"({a} + {b})", f"({a} - {b})", f"({a} * {self.dice.randint(0, 3)})", f"({a} // {self.dice.choice((2, 3, -2))})"]
        forms += [f"({a} % {self.dice.choice((2, 3, -3))})", f"(if {self.bool(depth - 1)} then {a} else {b})", f"abs({a})"]
        forms += [f"min({a}, {b})", f"(let t = {a}; t + t)"]
        forms += ["len(xs)", "sum(xs)", f"count({a}, xs)"] if self.lists else []
        forms += ["get_or(o, 7)", f"(match o {{ case None => {a} case Some(n) => n }})"] if "o" in self.names else []
        forms += ["floor(r)", f"floor(r * {self.dice.randint(1, 4)}.0)"] if "r" in self.names else []
        return pick(forms)

    def bool(self, depth: int) -> str:
        pick = self.dice.choice
        a, b = self.int(depth - 1), self.int(depth - 1)
        atoms = [f"{a} < {b}", f"{a} <= {b}", f"{a} == {b}", f"{a} != {b}", f"{a} <= {b} < {self.int(0)}"]
        atoms += ["b"] if "b" in self.names else []
        atoms += ["c == Red", "c != Blue", "(match c { case Red => true case _ => false })"] if "c" in self.names else []
        atoms += ["r >= 0.5", "r + r < 1.0", "real(x) <= r"] if "r" in self.names and "x" in self.names else []
        atoms += ["o == None", "is_some(o)", f"o == Some({self.int(0)})"] if "o" in self.names else []
        atoms += (
            [f"{a} in xs", "is_sorted(xs)", "reverse(xs) == xs", f"len(xs ++ xs) == {b}", f"(forall v in xs :: v <= {b})"]
            if self.lists
            else []
        )
        if depth <= 0:
            return "(" + pick(atoms) + ")"
        p, q = self.bool(depth - 1), self.bool(depth - 1)
        return pick(["(" + pick(atoms) + ")", f"({p} and {q})", f"({p} or {q})", f"(not {p})", f"({p} ==> {q})", f"({p} <==> {q})"])


def elaborated(text: str, name: str = "m.kw") -> Program:
    source = Source(name, text)
    sources = [source, *(Source(str(p), p.read_text(encoding="utf-8")) for p in sorted(std_dir().rglob("*.kw")))]
    program, problems = elaborate([(s, parse_module(s)[0]) for s in sources])
    errors = [d for d in problems if d.severity is Severity.ERROR]
    assert not errors, errors[0]
    return program


def assignments(lemma: Lemma, module: str, used: set[str]) -> Iterator[dict[str, Value]]:
    """All values of the variables that a clause uses; the others have their first value."""
    all_domains = domains(module)
    pools = [all_domains[p.name] if p.name in used else all_domains[p.name][:1] for p in lemma.params]
    for values in product(*pools):
        yield {p.name: v for p, v in zip(lemma.params, values)}


def falsified(evaluator: Evaluator, lemma: Lemma, module: str, used: set[str]) -> dict[str, Value] | None:
    """The first assignment for which the lemma's claim is false: the enumerating back end."""
    for env in assignments(lemma, module, used):
        try:
            if evaluator.eval(lemma.ensures[0].pred, env) is not True:
                return env
        except EvalStop:
            continue
    return None
