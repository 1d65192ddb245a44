"""Values for people and machines: the language's own notation, and JSON text."""

from __future__ import annotations

from kwlogic.core.program import Kernel, Program
from kwlogic.core.terms import Term, mk_var
from kwlogic.core.types import INT, Type, subst_type, type_vars
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


def present_outputs(program: Program, decl: object, outputs: dict[str, Value]) -> tuple[tuple[str, str, str], ...]:
    """The same of what a declaration yielded."""
    if not outputs:
        return ()
    types: dict[str, Type] = (
        {p.name: p.type for p in decl.outputs} if isinstance(decl, Kernel) else {"result": getattr(decl, "result", INT)}
    )
    played: dict[str, Type] = dict.fromkeys((n for t in types.values() for n in type_vars(t)), INT)
    vars = tuple(mk_var(n, subst_type(t, played)) for n, t in types.items() if n in outputs)
    return present(program, vars, outputs)
