"""The predicates of refinements, in the language's own text: what an atom says of one value."""

from __future__ import annotations

from fractions import Fraction

from kwlogic.core.value_show import show_real, show_string
from kwlogic.weave.schema.atoms import NumAtom, StrAtom

FEW = 12


def is_whole(atom: NumAtom) -> bool:
    """Whether all its numbers are integers."""
    if atom.values is not None:
        return all(v.denominator == 1 for v in atom.values)
    return atom.multiple is not None and atom.multiple.denominator == 1


def number_parts(atom: NumAtom, x: str, whole: bool) -> list[str]:
    def lit(v: Fraction) -> str:
        if whole and v.denominator == 1:
            return str(int(v))
        return show_real(v) if v >= 0 else f"(-{show_real(-v)})"

    if atom.values is not None:
        return [one_of(x, [lit(v) for v in sorted(atom.values)])]
    parts = []
    low, high = atom.low, atom.high
    if whole:
        low = None if low is None else Fraction(low.__ceil__() + (1 if atom.low_open and low.denominator == 1 else 0))
        high = None if high is None else Fraction(high.__floor__() - (1 if atom.high_open and high.denominator == 1 else 0))
    if low is not None:
        parts.append(f"{x} {'>' if atom.low_open and not whole else '>='} {lit(low)}")
    if high is not None:
        parts.append(f"{x} {'<' if atom.high_open and not whole else '<='} {lit(high)}")
    if atom.multiple is not None and not (whole and atom.multiple == 1):
        parts.append(_multiple(x, atom.multiple, whole))
    parts += [f"not ({_multiple(x, o, whole)})" for o in sorted(atom.others)]
    parts += [f"{x} != {lit(v)}" for v in sorted(atom.excluded) if not whole or v.denominator == 1]
    return parts


def _multiple(x: str, by: Fraction, whole: bool) -> str:
    if whole and by.denominator == 1:
        return f"{x} % {int(by)} == 0"
    value = f"real({x})" if whole else x
    return f"real(floor({value} / {show_real(by)})) == {value} / {show_real(by)}"


def string_parts(atom: StrAtom, s: str) -> list[str]:
    if atom.values is not None:
        return [one_of(s, [show_string(v) for v in sorted(atom.values)])]
    parts = [f"len({s}) >= {atom.low}"] if atom.low else []
    if atom.high is not None:
        parts.append(f"len({s}) <= {atom.high}")
    parts += [f"matches({s}, {show_string(p)})" for p in sorted(atom.patterns)]
    parts += [f"not matches({s}, {show_string(p)})" for p in sorted(atom.others)]
    parts += [f"{s} != {show_string(v)}" for v in sorted(atom.excluded)]
    return parts


def one_of(x: str, literals: list[str]) -> str:
    if len(literals) <= FEW:
        return " or ".join(f"{x} == {v}" for v in literals)
    return f"{x} in [{', '.join(literals)}]"


def refined(base: str, name: str, parts: list[str]) -> str:
    if not parts:
        return base
    shown = [f"({p})" if len(parts) > 1 and " or " in p else p for p in parts]
    return f"{{{name}: {base} | {' and '.join(shown)}}}"
