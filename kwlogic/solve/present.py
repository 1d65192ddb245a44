"""Values for people and machines: the language's own notation, and JSON text."""

from __future__ import annotations

from kwlogic.core.program import Program
from kwlogic.core.terms import Term
from kwlogic.core.value import Value


def present(program: Program, vars: tuple[Term, ...], env: dict[str, Value]) -> tuple[tuple[str, str, str], ...]:
    """Name, notation and JSON of each variable's value."""
    from kwlogic.core.codec_encode import encode_text
    from kwlogic.core.value_show import show_value

    out = []
    for var in vars:
        name = str(var.data)
        value = env[name]
        if var.type.head == "Fun":
            out.append((name, "a function", '"a function"'))
        else:
            out.append((name, show_value(value, var.type, program), encode_text(value, var.type, program)))
    return tuple(out)
