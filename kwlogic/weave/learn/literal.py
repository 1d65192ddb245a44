"""Documents as literals of the language, by their shape."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from kwlogic.core.prim_eval import finite_decimal, int_text
from kwlogic.core.value_show import show_real, show_string
from kwlogic.weave.learn.data import Shape


def literal(value: Any, shape: Shape) -> str:
    """A normal document as an expression. Depth is bounded by that of shapes."""
    match shape.head:
        case "Option":
            return "None" if value is None else f"Some({literal(value, shape.parts[0])})"
        case "Bool":
            return "true" if value else "false"
        case "Int":
            return int_text(value)
        case "Real":
            return show_real(Fraction(value))
        case "String":
            return show_string(value)
        case "Enum":
            return str(value)
        case "List":
            return f"[{', '.join(literal(v, shape.parts[0]) for v in value)}]"
        case "Tuple":
            return f"({', '.join(literal(v, s) for v, s in zip(value, shape.parts))})"
        case "Map":
            inside = ", ".join(f"{show_string(k)}: {literal(v, shape.parts[1])}" for k, v in value.items())
            return f"{{{inside}}}" if inside else "{:}"
    return f"{shape.name}({', '.join(literal(value[k], s) for k, s in zip(shape.keys, shape.parts))})"


def number(value: int | Fraction, sort: str) -> str | None:
    """A numeral of a sort, None where a Real has no finite decimal form."""
    if sort == "Int":
        return int_text(int(value))
    return finite_decimal(Fraction(value))


def plain(value: Any, sort: str) -> str | None:
    """A literal of a scalar sort, None where there is none."""
    if sort in ("Int", "Real"):
        return number(value, sort)
    if sort == "Bool":
        return "true" if value else "false"
    return show_string(value) if sort == "String" else str(value)
