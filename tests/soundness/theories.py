"""Random theories: recursive functions over lists, numbers and trees, records with invariants, and claims about them.

The functions end by construction. Nearly all claims are false; those that hold on a handful of small inputs are left to be
checked, so that what is put to the prover looks true. What it proves is then attacked with other and larger inputs.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

INT, LIST, BOOL, TREE, SPAN = "Int", "List[Int]", "Bool", "Tree", "Span"
HEAD = """module random_theory

type Tree = Tip | Fork(left: Tree, here: Int, right: Tree)
record Span(low: Int, high: {h: Int | low <= h})

"""


@dataclass
class Function:
    name: str
    params: tuple[str, ...]
    result: str


@dataclass
class Theory:
    """Writes functions, each over those before it, then claims about all of them."""

    r: random.Random
    functions: list[Function] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    # ------------------------------------------------------------ expressions

    def expr(self, type: str, scope: dict[str, str], depth: int, calls: float = 0.5) -> str:
        names = [n for n, t in scope.items() if t == type]
        if depth <= 0 or self.r.random() < 0.2:
            return self.r.choice(names) if names and self.r.random() < 0.85 else self.literal(type)
        fitting = [f for f in self.functions if f.result == type]
        if fitting and self.r.random() < calls:
            f = self.r.choice(fitting)
            return f"{f.name}({', '.join(self.expr(p, scope, depth - 1, calls) for p in f.params)})"
        return self.operation(type, scope, depth - 1, calls)

    def literal(self, type: str) -> str:
        return {
            INT: lambda: str(self.r.choice([0, 0, 1, 1, 2, 5])),
            LIST: lambda: self.r.choice(["nothing()", "[0]", "[1, 2]"]),
            BOOL: lambda: self.r.choice(["true", "false"]),
            TREE: lambda: self.r.choice(["Tip", "Fork(Tip, 1, Tip)"]),
            SPAN: lambda: self.r.choice(["Span(0, 0)", "Span(-1, 3)"]),
        }[type]()

    def operation(self, type: str, scope: dict[str, str], d: int, calls: float) -> str:
        def e(t: str) -> str:
            return self.expr(t, scope, d, calls)

        choices = {
            INT: [
                lambda: f"({e(INT)} + {e(INT)})",
                lambda: f"({e(INT)} - {e(INT)})",
                lambda: f"({e(INT)} * {self.r.choice(['2', '3', e(INT)])})",
                lambda: f"({e(INT)} // {self.r.choice(['2', '3', '(-2)'])})",
                lambda: f"({e(INT)} % {self.r.choice(['2', '3', '(-2)'])})",
                lambda: f"{self.r.choice(['min', 'max'])}({e(INT)}, {e(INT)})",
                lambda: f"(if {e(BOOL)} then {e(INT)} else {e(INT)})",
                lambda: f"len({e(LIST)})",
                lambda: f"({e(SPAN)}).{self.r.choice(['low', 'high'])}",
            ],
            LIST: [
                lambda: f"({e(LIST)} ++ {e(LIST)})",
                lambda: f"[{e(INT)}, *{e(LIST)}]",
                lambda: f"reverse({e(LIST)})",
                lambda: f"{self.r.choice(['take', 'drop'])}({e(INT)}, {e(LIST)})",
                lambda: f"(if {e(BOOL)} then {e(LIST)} else {e(LIST)})",
                lambda: f"map(fn (v: Int) => {self.expr(INT, {**scope, 'v': INT}, d, 0.1)}, {e(LIST)})",
                lambda: f"filter(fn (v: Int) => {self.expr(BOOL, {**scope, 'v': INT}, d, 0.1)}, {e(LIST)})",
            ],
            BOOL: [
                lambda: f"({e(INT)} {self.r.choice(['<', '<=', '==', '!='])} {e(INT)})",
                lambda: f"({e(BOOL)} {self.r.choice(['and', 'or', '==>'])} {e(BOOL)})",
                lambda: f"(not {e(BOOL)})",
                lambda: f"({e(INT)} in {e(LIST)})",
                lambda: f"({e(LIST)} == {e(LIST)})",
                lambda: f"(forall u in {e(LIST)} :: {self.expr(BOOL, {**scope, 'u': INT}, d, 0.1)})",
                lambda: f"(exists u in {e(LIST)} :: {self.expr(BOOL, {**scope, 'u': INT}, d, 0.1)})",
            ],
            TREE: [
                lambda: f"Fork({e(TREE)}, {e(INT)}, {e(TREE)})",
                lambda: f"(if {e(BOOL)} then {e(TREE)} else {e(TREE)})",
            ],
            SPAN: [
                lambda: f"Span(min({e(INT)}, 0), max({e(INT)}, 0))",
                lambda: f"(if {e(BOOL)} then {e(SPAN)} else {e(SPAN)})",
            ],
        }[type]
        return self.r.choice(choices)()

    # ------------------------------------------------------------ functions

    def add_function(self) -> None:
        self.r.choice([self.over_list, self.over_list, self.with_sum, self.over_number, self.over_tree])(f"f{len(self.functions)}")

    def _header(self, name: str, params: dict[str, str], result: str) -> None:
        self.functions.append(Function(name, tuple(params.values()), result))
        self.lines.append(f"fn {name}({', '.join(f'{n}: {t}' for n, t in params.items())}) -> {result}")

    def over_list(self, name: str) -> None:
        result = self.r.choice([INT, LIST, BOOL, LIST])
        extra = {"n": INT} if self.r.random() < 0.3 else {}
        base = self.expr(result, extra, 1, 0.2)
        again = f"{name}(rest{', n' if extra else ''})"
        step = self.around(again, result, {**extra, "x": INT, "rest": LIST})
        self._header(name, {"xs": LIST, **extra}, result)
        self.lines.append(f"= match xs {{ case [] => {base} case [x, *rest] => {step} }}\n")

    def with_sum(self, name: str) -> None:
        """An accumulator, which is the result at the end."""
        result = self.r.choice([INT, LIST])
        step = self.expr(result, {"x": INT, "acc": result}, 2, 0.2)
        self._header(name, {"xs": LIST, "acc": result}, result)
        self.lines.append(f"= match xs {{ case [] => acc case [x, *rest] => {name}(rest, {step}) }}\n")

    def over_number(self, name: str) -> None:
        result = self.r.choice([INT, LIST])
        base = self.expr(result, {}, 1, 0.0)
        step = self.around(f"{name}(n - 1)", result, {"n": INT})
        self._header(name, {"n": INT}, result)
        self.lines.append(f"= if n <= 0 then {base} else {step}\n")

    def over_tree(self, name: str) -> None:
        result = self.r.choice([INT, LIST, TREE])
        left, right = f"{name}(left)", f"{name}(right)"
        scope = {"here": INT, "left": TREE, "right": TREE}
        base = self.expr(result, {}, 1, 0.0)
        inner = self.around(left, result, scope)
        step = {INT: f"({inner} + {right})", LIST: f"({inner} ++ {right})", TREE: f"Fork({right}, here, {left})"}[result]
        self._header(name, {"t": TREE}, result)
        self.lines.append(f"= match t {{ case Tip => {base} case Fork(left, here, right) => {step} }}\n")

    def around(self, again: str, result: str, scope: dict[str, str]) -> str:
        """An expression that the recursive call is in."""
        return self.expr(result, {**scope, "AGAIN": result}, 2, 0.2).replace("AGAIN", again)

    # ------------------------------------------------------------ claims

    def claim(self, number: int) -> str:
        types = self.r.sample([LIST, LIST, INT, INT, TREE, SPAN], self.r.randint(1, 3))
        scope = {f"p{i}": t for i, t in enumerate(types)}
        lines = [f"lemma c{number}({', '.join(f'{n}: {t}' for n, t in scope.items())})"]
        if self.r.random() < 0.3:
            lines.append(f"  requires {self.expr(BOOL, scope, 1, 0.2)}")
        lines.append(f"  ensures {self.statement(scope)}")
        return "\n".join([*lines, ""])

    def statement(self, scope: dict[str, str]) -> str:
        type = self.r.choice([INT, LIST, LIST, INT, BOOL, TREE])
        left, right = (self.expr(type, scope, self.r.randint(1, 2), 0.75) for _ in range(2))
        if type == BOOL:
            return f"{left} ==> {right}"
        return f"{left} {self.r.choice(['<=', '==', '==']) if type == INT else '=='} {right}"


def theory(seed: int, functions: int, claims: int) -> str:
    made = Theory(random.Random(seed))
    made.lines += [HEAD, "fn nothing() -> List[Int] = []\n"]
    for _ in range(functions):
        made.add_function()
    return "\n".join([*made.lines, *(made.claim(n) for n in range(claims))])
