"""Random small kernels, well typed by construction: Int, Bool and List[Int], partial operations included.

Most claims about them are false, some hold by accident or by form; what the checker says of each is then put to the test.
"""

from __future__ import annotations

import random

TYPES = ("Int", "Bool", "List[Int]")


class Writer:
    """Writes expressions over the given variables, each at most ``depth`` deep."""

    def __init__(self, r: random.Random, scope: dict[str, str]) -> None:
        self.r = r
        self.scope = scope
        self.fresh = 0

    def expr(self, type: str, depth: int) -> str:
        names = [n for n, t in self.scope.items() if t == type]
        if depth <= 0 or self.r.random() < 0.15:
            return self.r.choice(names) if names and self.r.random() < 0.75 else self.literal(type)
        return {"Int": self.integer, "Bool": self.boolean, "List[Int]": self.list}[type](depth - 1)

    def literal(self, type: str) -> str:
        if type == "Int":
            return str(self.r.choice([0, 1, 2, 3, 5, 10]))
        if type == "Bool":
            return self.r.choice(["true", "false"])
        return self.r.choice(["none()", "[0]", "[1, 2]", "[3, 1, 2]"])

    def integer(self, d: int) -> str:
        i = lambda: self.expr("Int", d)  # noqa: E731
        xs = lambda: self.expr("List[Int]", d)  # noqa: E731
        b = lambda: self.expr("Bool", d)  # noqa: E731
        return self.r.choice(
            [
                lambda: f"({i()} + {i()})",
                lambda: f"({i()} - {i()})",
                lambda: f"({i()} * {self.r.choice(['2', '3', '(-1)', i()])})",
                lambda: f"(-{i()})",
                lambda: f"({i()} // {self.r.choice(['2', '3', '(-2)', i()])})",
                lambda: f"({i()} % {self.r.choice(['2', '3', '(-3)', i()])})",
                lambda: f"(if {b()} then {i()} else {i()})",
                lambda: f"len({xs()})",
                lambda: f"sum({xs()})",
                lambda: f"{xs()}[{i()}]",
                lambda: f"abs({i()})",
                lambda: f"{self.r.choice(['min', 'max'])}({i()}, {i()})",
                lambda: f"count({i()}, {xs()})",
                lambda: self.let("Int", d),
                lambda: self.match(d),
            ]
        )()

    def boolean(self, d: int) -> str:
        i = lambda: self.expr("Int", d)  # noqa: E731
        xs = lambda: self.expr("List[Int]", d)  # noqa: E731
        b = lambda: self.expr("Bool", d)  # noqa: E731
        return self.r.choice(
            [
                lambda: f"({i()} {self.r.choice(['<', '<=', '==', '!=', '>', '>='])} {i()})",
                lambda: f"({i()} <= {i()} < {i()})",
                lambda: f"({b()} {self.r.choice(['and', 'or', '==>', '<==>'])} {b()})",
                lambda: f"(not {b()})",
                lambda: f"({i()} in {xs()})",
                lambda: f"({xs()} == {xs()})",
                lambda: self.quantified(d),
                lambda: f"is_sorted({xs()})",
            ]
        )()

    def list(self, d: int) -> str:
        i = lambda: self.expr("Int", d)  # noqa: E731
        xs = lambda: self.expr("List[Int]", d)  # noqa: E731
        return self.r.choice(
            [
                lambda: f"({xs()} ++ {xs()})",
                lambda: f"[{i()}, *{xs()}]",
                lambda: f"[{i()}, {i()}]",
                lambda: f"reverse({xs()})",
                lambda: f"take({i()}, {xs()})",
                lambda: f"drop({i()}, {xs()})",
                lambda: f"(if {self.expr('Bool', d)} then {xs()} else {xs()})",
                lambda: self.mapped(d),
                lambda: f"sort({xs()})",
            ]
        )()

    # ------------------------------------------------------------ binders

    def bound(self, type: str, body: str, d: int) -> tuple[str, str]:
        """A name and an expression under it."""
        self.fresh += 1
        name = f"v{self.fresh}"
        inner = Writer(self.r, {**self.scope, name: type})
        inner.fresh = self.fresh
        text = inner.expr(body, d)
        self.fresh = inner.fresh
        return name, text

    def let(self, type: str, d: int) -> str:
        value = self.expr(type, d)
        name, text = self.bound(type, "Int", d)
        return f"(let {name} = {value}; {text})"

    def match(self, d: int) -> str:
        name, text = self.bound("Int", "Int", d)
        return f"(match {self.expr('List[Int]', d)} {{ case [] => {self.expr('Int', d)} case [{name}, *_] => {text} }})"

    def quantified(self, d: int) -> str:
        name, text = self.bound("Int", "Bool", d)
        where = self.expr("List[Int]", d) if self.r.random() < 0.7 else f"range(0, {self.expr('Int', d)})"
        return f"({self.r.choice(['forall', 'exists'])} {name} in ({where}) :: {text})"

    def mapped(self, d: int) -> str:
        if self.r.random() < 0.5:
            name, text = self.bound("Int", "Int", d)
            return f"map(fn ({name}: Int) => {text}, {self.expr('List[Int]', d)})"
        name, text = self.bound("Int", "Bool", d)
        return f"filter(fn ({name}: Int) => {text}, {self.expr('List[Int]', d)})"


def kernel(r: random.Random, number: int) -> str:
    scope = {f"x{i}": r.choice(TYPES) for i in range(r.randint(1, 3))}
    result = r.choice(TYPES)
    inside, outside = Writer(r, scope), Writer(r, {**scope, "y": result})
    lines = [f"kernel k{number}({', '.join(f'{n}: {t}' for n, t in scope.items())}) -> (y: {result})"]
    if r.random() < 0.5:
        lines.append(f"  requires {inside.expr('Bool', 2)}")
    lines += [f"  ensures {outside.expr('Bool', r.randint(1, 3))}" for _ in range(r.randint(1, 2))]
    body = inside.expr(result, r.randint(1, 3))
    if r.random() < 0.25:
        lines.append(f"  ensures y == {body}")
    return "\n".join([*lines, f"= {body}", ""])


def module(seed: int, count: int) -> str:
    r = random.Random(seed)
    return "module random_kernels\n\nfn none() -> List[Int]\n= []\n\n" + "\n".join(kernel(r, n) for n in range(count))
