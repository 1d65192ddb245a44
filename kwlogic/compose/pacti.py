"""Linear assume-guarantee contracts as Pacti writes them: read, held as records, and told as kernels.

Both of its forms are read: inequalities as objects (``constant``, ``coefficients``: the weighted sum is at most the constant) and as
texts (``-x + 2 y <= 3``, ``x = 1``, ``|x| <= 2``). A compound contract is a list of alternatives. Numbers are exact.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from kwlogic.core.terms import Term, mk_and, mk_or, mk_prim, mk_real, mk_var
from kwlogic.core.types import BOOL, REAL

_TERM = re.compile(r"\s*([+-])?\s*(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)?\s*\*?\s*([A-Za-z_]\w*)?")


class BadContract(ValueError):
    """A text or object that is no linear contract; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Linear:
    """The sum of coefficient times variable is at most ``most``."""

    sum: tuple[tuple[str, Fraction], ...]
    most: Fraction

    def holds(self, values: Mapping[str, Fraction]) -> bool:
        return sum((c * values[v] for v, c in self.sum), Fraction(0)) <= self.most

    def term(self) -> Term:
        parts = [mk_var(v, REAL) if c == 1 else mk_prim("real.mul", (mk_real(c), mk_var(v, REAL)), REAL) for v, c in self.sum]
        total = parts[0] if parts else mk_real(Fraction(0))
        for part in parts[1:]:
            total = mk_prim("real.add", (total, part), REAL)
        return mk_prim("real.le", (total, mk_real(self.most)), BOOL)

    def loose(self, slack: Fraction) -> Linear:
        """With so much room (relative where the constant is large)."""
        return replace(self, most=self.most + slack * max(Fraction(1), abs(self.most)))

    def __str__(self) -> str:
        parts = [f"{_number(c)} * {port_name(v)}" if c != 1 else port_name(v) for v, c in self.sum]
        return f"{' + '.join(parts) or '0.0'} <= {_number(self.most)}"


Cases = tuple[tuple[Linear, ...], ...]


def holds(cases: Cases, values: Mapping[str, Fraction]) -> bool:
    return any(all(part.holds(values) for part in case) for case in cases)


def term_of(cases: Cases) -> Term:
    return mk_or(mk_and(part.term() for part in case) for case in cases)


@dataclass(frozen=True, slots=True)
class LinearContract:
    """``assumes`` and ``guarantees``: alternatives of inequalities that hold together."""

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    assumes: Cases
    guarantees: Cases

    def loose(self, slack: Fraction) -> LinearContract:
        """Both sides with some room; for results that were rounded."""
        sides = (tuple(tuple(p.loose(slack) for p in case) for case in side) for side in (self.assumes, self.guarantees))
        return LinearContract(self.name, self.inputs, self.outputs, *sides)

    def declaration(self) -> str:
        """A kernel with this contract, for a tool to do."""
        ins, outs = (", ".join(f"{port_name(v)}: Real" for v in side) for side in (self.inputs, self.outputs))
        clauses = [f"  requires {text}" for text in _clauses(self.assumes)] + [f"  ensures {text}" for text in _clauses(self.guarantees)]
        name = port_name(self.name)
        return "\n".join((f"kernel {name}({ins}) -> ({outs})", *clauses, f'  by tool "{name}"'))


def _clauses(cases: Cases) -> list[str]:
    if len(cases) == 1:
        return [str(part) for part in cases[0]]
    return [" or ".join(f"({' and '.join(map(str, case)) or 'true'})" for case in cases)]


def _number(value: Fraction) -> str:
    """As a decimal where it has one."""
    if value < 0:
        return f"(-{_number(-value)})"
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"({value.numerator}.0 / {value.denominator}.0)"
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    whole = str(int(value * 10**digits)).rjust(digits + 1, "0")
    return f"{whole[: len(whole) - digits]}.{whole[len(whole) - digits :] or '0'}"


def port_name(name: str) -> str:
    """The variable as a port may be called."""
    word = re.sub(r"\W", "_", name, flags=re.ASCII)
    return word if word[:1].islower() else f"v_{word}"


# ---------------------------------------------------------------- reading


def read_file(document: Mapping[str, Any] | Sequence[Any]) -> dict[str, LinearContract]:
    """The contracts of one file, by name, whichever way it is laid out."""
    if isinstance(document, Mapping):
        return {n: read_contract(n, c) for n, c in document.items() if isinstance(c, Mapping)}
    return {c["name"]: read_contract(c["name"], c["data"]) for c in document}


def read_contract(name: str, data: Mapping[str, Any]) -> LinearContract:
    """One contract. Raises BadContract."""
    try:
        inputs, outputs = (
            tuple(data.get(k) or data.get(old) or ()) for k, old in (("input_vars", "InputVars"), ("output_vars", "OutputVars"))
        )
        return LinearContract(name, inputs, outputs, read_cases(data["assumptions"]), read_cases(data["guarantees"]))
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise BadContract(f"`{name}` is no linear contract: {error}") from error


def read_cases(items: Sequence[Any]) -> Cases:
    """Inequalities that hold together, or a list of such lists."""
    if items and all(isinstance(i, list) for i in items):
        return tuple(tuple(part for text in case for part in read_inequality(text)) for case in items)
    return (tuple(part for item in items for part in read_inequality(item)),)


def read_inequality(item: Mapping[str, Any] | str) -> tuple[Linear, ...]:
    if isinstance(item, str):
        return _text(item)
    sums = sorted((v, Fraction(str(c))) for v, c in item["coefficients"].items())
    return (Linear(tuple((v, c) for v, c in sums if c), Fraction(str(item["constant"]))),)


def _text(text: str) -> tuple[Linear, ...]:
    for sign in ("<=", ">=", "=="):
        if sign in text:
            left, right = text.split(sign)
            break
    else:
        if text.count("=") != 1:
            raise BadContract(f"`{text}` has no `<=` and no `=`")
        sign = "=="
        left, right = text.split("=")
    left = left.strip()
    if left.startswith("|") and left.endswith("|") and sign == "<=":
        inner, inner_constant = _sum(left[1:-1])
        most, constant = _sum(right)
        up = _minus(inner, most, constant - inner_constant)
        down = _minus({v: -c for v, c in inner.items()}, most, constant + inner_constant)
        return up, down
    one, other = _sum(left), _sum(right)
    le = _minus(one[0], other[0], other[1] - one[1])
    ge = _minus(other[0], one[0], one[1] - other[1])
    return {"<=": (le,), ">=": (ge,), "==": (le, ge)}[sign]


def _minus(left: Mapping[str, Fraction], right: Mapping[str, Fraction], most: Fraction) -> Linear:
    sums = {v: left.get(v, Fraction(0)) - right.get(v, Fraction(0)) for v in {**left, **right}}
    return Linear(tuple(sorted((v, c) for v, c in sums.items() if c)), most)


def _sum(text: str) -> tuple[dict[str, Fraction], Fraction]:
    sums: dict[str, Fraction] = {}
    constant = Fraction(0)
    position, text = 0, text.strip()
    while position < len(text):
        found = _TERM.match(text, position)
        if found is None or found.end() == position or not (found.group(2) or found.group(3)):
            raise BadContract(f"`{text}` is no sum of variables with coefficients")
        sign = -1 if found.group(1) == "-" else 1
        factor = sign * Fraction(found.group(2) or "1")
        if found.group(3):
            sums[found.group(3)] = sums.get(found.group(3), Fraction(0)) + factor
        else:
            constant += factor
        position = found.end()
    return sums, constant
