"""Texts put on trial: a module that exists only in memory, or a file of the project with a passage exchanged.

What the lab proposes is text, and it is judged as text: parsed, elaborated beside the project's modules, and checked by the
obligations that any file has. Nothing is proposed on another ground.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kwlogic.core.program import Kernel, Program
from kwlogic.core.types import Type
from kwlogic.lab.opened import Opened
from kwlogic.source.data import Diagnostic, Severity, Source, Span
from kwlogic.syntax.data import Module
from kwlogic.workspace.findings import short
from kwlogic.workspace.load import is_std


@dataclass(frozen=True, slots=True)
class Trial:
    """``errors``: what is wrong with the text; the program is without the declarations concerned."""

    program: Program
    source: Source
    module: str
    errors: tuple[Diagnostic, ...]
    tree: Module

    def opened(self, before: Opened) -> Opened:
        """The project as it would be with this text."""
        from dataclasses import replace

        modules = {**before.loaded.modules, self.module: (self.source, self.tree)}
        sources = {**before.loaded.sources, self.source.path: self.source}
        return replace(before, loaded=replace(before.loaded, modules=modules, sources=sources), program=self.program)


def tried(opened: Opened, text: str, shown: str = "proposed.kw") -> Trial:
    """A new module beside those of the project; its ``module`` line gives its name."""
    from kwlogic.syntax.parse import parse_module

    source = Source(shown, text)
    module, problems = parse_module(source)
    name = str(module.name) if module.name else ""
    return _elaborated(opened, {**opened.loaded.modules, name: (source, module)}, source, name, problems)


def exchanged(opened: Opened, file: str, edits: Iterable[tuple[Span, str]]) -> Trial:
    """A file of the project with passages exchanged."""
    name, (source, _) = next((n, m) for n, m in opened.loaded.modules.items() if m[0].path == file)
    text = source.text
    for span, new in sorted(edits, key=lambda e: e[0].start, reverse=True):
        text = text[: span.start] + new + text[span.end :]
    return rewritten(opened, name, text)


def rewritten(opened: Opened, name: str, text: str, shown: str | None = None) -> Trial:
    """A module of the project with another text, whatever that calls itself."""
    from dataclasses import replace

    from kwlogic.syntax.data import QName
    from kwlogic.syntax.parse import parse_module

    source = Source(shown or opened.loaded.modules[name][0].path, text)
    module, problems = parse_module(source)
    if module.name is None or str(module.name) != name:
        module = replace(module, name=QName(Span(source.path, 0, 0), tuple(name.split("."))))
    return _elaborated(opened, {**opened.loaded.modules, name: (source, module)}, source, name, problems)


def _elaborated(
    opened: Opened, modules: Mapping[str, tuple[Source, Module]], source: Source, name: str, problems: tuple[Diagnostic, ...]
) -> Trial:
    from kwlogic.elab.elaborate import elaborate

    program, found = elaborate(tuple(modules.values()))
    errors = tuple(d for d in (*problems, *found) if d.severity is Severity.ERROR and (d.span is None or d.span.file == source.path))
    return Trial(program, source, name, errors, modules[name][1])


# ---------------------------------------------------------------- writing modules


def use_lines(names: Iterable[str]) -> str:
    """The ``use`` lines that bring qualified names into scope under their last part."""
    by_module: dict[str, set[str]] = {}
    for name in names:
        module, _, last = name.rpartition(".")
        if module and not is_std(module):
            by_module.setdefault(module, set()).add(last)
    return "".join(f"use {module} ({', '.join(sorted(found))})\n" for module, found in sorted(by_module.items()))


def type_names(types: Iterable[Type], program: Program) -> set[str]:
    """Qualified names of the data types that types mention."""
    found: set[str] = set()
    stack = list(types)
    while stack:
        here = stack.pop()
        if here.head in program.datas:
            found.add(here.head)
        stack.extend(here.args)
    return found


def types_within(types: Iterable[Type], program: Program) -> set[str]:
    """Qualified names of the data types that values of some types may hold, however deep."""
    found: set[str] = set()
    waiting = type_names(types, program)
    while waiting:
        found |= waiting
        fields = (f.type for n in waiting for c in program.datas[n].ctors for f in c.fields)
        waiting = type_names(fields, program) - found
    return found


def ambiguous(names: Iterable[str]) -> set[str]:
    """Last parts that several qualified names share."""
    seen: dict[str, str] = {}
    twice: set[str] = set()
    for name in names:
        if seen.setdefault(short(name), name) != name:
            twice.add(short(name))
    return twice


def naming_in(opened: Opened, module: str) -> Mapping[str, str]:
    """What the kernels in sight of a module are called there."""
    tree = opened.loaded.modules[module][1]
    brought = {f"{u.module}.{n}" for u in tree.uses for n, _ in u.names or ()}
    used = {str(u.module) for u in tree.uses}
    names: dict[str, str] = {}
    for kernel in opened.program.kernels:
        home = kernel.rpartition(".")[0]
        if home == module or kernel in brought:
            names[kernel] = short(kernel)
        elif home in used or is_std(home):
            names[kernel] = kernel
    return names


def users_of_module(opened: Opened, module: str) -> set[str]:
    """The module and those that use it, however indirectly: it cannot use them in turn."""
    found, stack = {module}, [module]
    while stack:
        here = stack.pop()
        for name, (_, tree) in opened.loaded.modules.items():
            if name not in found and any(str(u.module) == here for u in tree.uses):
                found.add(name)
                stack.append(name)
    return found


def with_uses(opened: Opened, module: str, wanted: Iterable[str]) -> str:
    """The text of a module with ``use`` lines for those that it does not use yet."""
    source, tree = opened.loaded.modules[module]
    known = {module, *(str(u.module) for u in tree.uses)}
    more = [w for w in dict.fromkeys(wanted) if w not in known and not is_std(w)]
    if not more:
        return source.text
    ends = [u.span.end for u in tree.uses] or [tree.name.span.end if tree.name is not None and tree.name.span.end else 0]
    at = max(ends)
    lines = "".join(f"use {w}\n" for w in more)
    return f"{source.text[:at]}\n{lines}{source.text[at:]}"


def formatted(text: str) -> str:
    """Canonical layout; the text as it is where it does not parse."""
    from kwlogic.syntax.format import format_module
    from kwlogic.syntax.parse import parse_module

    source = Source("proposed.kw", text)
    module, problems = parse_module(source)
    return text if any(d.severity is Severity.ERROR for d in problems) else format_module(module, source)


def declaration_of(opened: Opened, kernel: Kernel) -> tuple[str, Span, Span]:
    """The module of a kernel, where its declaration stands, and where its body stands."""
    from kwlogic.syntax.data import KernelDecl

    module = kernel.name.rpartition(".")[0]
    tree = opened.loaded.modules[module][1]
    decl = next(d for d in tree.decls if isinstance(d, KernelDecl) and d.name == short(kernel.name))
    assert decl.body is not None
    return module, decl.span, decl.body.span
