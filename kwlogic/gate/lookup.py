"""From names to kernels and types: ``file.kw::name``, ``module.name``, or the text of a type."""

from __future__ import annotations

from kwlogic.core.program import Clause, Kernel, Program
from kwlogic.core.types import Type
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed


def found_kernel(kernel: Kernel | str | Program, program: Program | str | Kernel | None) -> tuple[Kernel, Program]:
    """The kernel and its program, whichever way round they were given; raises Diagnosed where there is none."""
    if isinstance(kernel, Program):
        kernel, program = (program, kernel) if isinstance(program, Kernel | str) else (kernel, None)
    if isinstance(kernel, Kernel):
        if not isinstance(program, Program):
            raise TypeError("a kernel given as a record needs its program")
        return kernel, program
    if not isinstance(kernel, str):
        raise TypeError("a kernel is given by its name or as a record")
    if isinstance(program, Program):
        return kernel_named(program, kernel), program
    from kwlogic.project import load_project

    found, names = load_project(kernel)
    return kernel_named(found, kernel.partition("::")[2] or kernel, names), found


def kernel_named(program: Program, name: str, modules: frozenset[str] | None = None) -> Kernel:
    """By its whole name, or by the last part of it where that is the only one."""
    mine = [k for k in program.kernels if modules is None or k.rpartition(".")[0] in modules]
    found = [k for k in mine if k == name] or [k for k in mine if k.rpartition(".")[2] == name.rpartition(".")[2] and k.endswith(name)]
    if len(found) == 1:
        return program.kernels[found[0]]
    import difflib

    near = difflib.get_close_matches(name.rpartition(".")[2], [k.rpartition(".")[2] for k in mine], 1)
    many = ", ".join(f"`{k}`" for k in found)
    message = f"`{name}` is the name of {len(found)} kernels: {many}" if found else f"there is no kernel `{name}`"
    raise Diagnosed(diagnostic("KW726", message, help="give the module too" if found else f"did you mean `{near[0]}`?" if near else None))


def found_type(type: Type | str, program: Program | None) -> tuple[Type, Program, tuple[Clause, ...]]:
    """The type, its program, and the clauses of its refinement about the variable ``x``."""
    if isinstance(type, Program):
        type, program = program, type
    if isinstance(type, Type):
        if program is None:
            raise TypeError("a type given as a record needs its program")
        return type, program, ()
    from kwlogic.project import load_type

    if program is not None:
        data = program.datas.get(type)
        if data is not None and not data.tparams:
            from kwlogic.core.types import mk_type

            return mk_type(data.name), program, ()
        raise TypeError(f"the program has no data type `{type}`; a type written out goes without a program")
    param, program, clauses = load_type(type)
    return param, program, clauses
