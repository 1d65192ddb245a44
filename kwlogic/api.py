"""The Python face: ``load`` a project, compose its kernels, ask what they come to.

>>> from kwlogic import load, seq                       # doctest: +SKIP
>>> shop = load("specs/shop.kw")                        # doctest: +SKIP
>>> shop.kernels                                        # doctest: +SKIP
('shop.price', 'shop.pay')
>>> seq(shop.price, shop.pay).check().exit_code         # doctest: +SKIP
0
"""

from __future__ import annotations

import difflib
import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from kwlogic.compose.build import SHOWN, Composite, CompositionError
from kwlogic.compose.build import kernel as kernel_composite
from kwlogic.compose.facts import FactsOf, facts_of
from kwlogic.core.program import Program
from kwlogic.core.wiring import Wiring
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Severity, Source

MEMORY = 256  # typed compositions that are kept

if TYPE_CHECKING:
    from kwlogic.elab.state import World
    from kwlogic.lab.opened import Opened
    from kwlogic.syntax.data import KernelDecl
    from kwlogic.workspace.data import CheckResult


def load(*paths: str | PathLike[str], cwd: str | PathLike[str] | None = None) -> Project:
    """The kernels of files or folders (without any: of the project around the current folder). What is wrong with a file is in
    ``problems``; what checks can be used. Raises CompositionError where nothing can be read."""
    from kwlogic.lab.opened import Refused, open_project

    try:
        opened = open_project([fspath(p) for p in paths], None if cwd is None else Path(cwd), whole=True)
    except Refused as refused:
        raise CompositionError(*refused.diagnostics, sources=refused.sources) from None
    return Project(opened)


class Project:
    """The kernels of what was loaded, by name: ``project.price``, or ``project["shop.price"]`` where names clash."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._typed: dict[tuple[object, ...], Wiring] = {}

    # ------------------------------------------------------------ kernels

    @property
    def program(self) -> Program:
        return self._opened.program

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """What was found in the text of the modules."""
        return self._opened.problems

    @property
    def kernels(self) -> tuple[str, ...]:
        """Full names of the kernels in sight; those of the standard library left out."""
        return tuple(self._opened.all_kernels())

    @cached_property
    def module(self) -> str | None:
        """The one module that was loaded, in whose scope expressions are read; None where there are several."""
        wanted = list(self._opened.loaded.wanted)
        return wanted[0] if len(wanted) == 1 else None

    @cached_property
    def facts(self) -> FactsOf:
        return facts_of(self.program)

    def __getitem__(self, name: str) -> Composite:
        """A kernel by its full name, or by its last name where that is only one's."""
        found = [k for k in self.kernels if k == name] or [k for k in self.kernels if k.rpartition(".")[2] == name]
        if len(found) == 1:
            return kernel_composite(self._called(found[0]), self)
        if found:
            listed = ", ".join(f"`{k}`" for k in found)
            raise CompositionError(
                diagnostic("KW726", f"`{name}` is the name of {len(found)} kernels: {listed}", help="give the full name")
            )
        near = difflib.get_close_matches(name, [k.rpartition(".")[2] for k in self.kernels], 1)
        errors = [d for d in self.problems if d.severity is Severity.ERROR]
        raise CompositionError(
            *errors[:5],
            diagnostic("KW726", f"there is no kernel `{name}`", help=f"did you mean `{near[0]}`?" if near else None),
            sources=self._opened.sources,
        )

    def __getattr__(self, name: str) -> Composite:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except CompositionError as error:
            raise AttributeError(str(error)) from error

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(k.rpartition(".")[2] for k in self.kernels)]

    def __repr__(self) -> str:
        return f"<Project of {len(self.kernels)} kernels>"

    def _called(self, name: str) -> str:
        module, _, last = name.rpartition(".")
        return last if module == self.module else name

    # ------------------------------------------------------------ what compositions ask

    def typed(self, text: str, inputs: Mapping[str, str], early: bool = False) -> Wiring | None:
        """The composition typed in scope of the project. Raises CompositionError; ``early``: not where the types of ports that
        an expression uses are not known yet, since what comes before it may tell them."""
        key = text, tuple(inputs.items())
        found = self._typed.get(key)
        if found is None:
            found = self._type(text, inputs, early)
            if found is not None:
                self._typed[key] = found
            if len(self._typed) > MEMORY:
                self._typed.pop(next(iter(self._typed)))
        return found

    def _type(self, text: str, inputs: Mapping[str, str], early: bool) -> Wiring | None:
        from kwlogic.elab.wiring_open import type_open

        decl, source = _parsed(text, inputs, self._opened.sources)
        found = type_open(self._world(), self.module, decl, source)
        if found.wiring is None and not (early and found.open):
            raise CompositionError(*found.problems, sources={**self._opened.sources, SHOWN: source})
        return found.wiring

    @cached_property
    def _kept(self) -> World | None:
        from kwlogic.elab.elaborate import world_of

        return world_of(self.program)

    def _world(self) -> World:
        """What elaboration knew of the project; it is elaborated again where that is gone."""
        if self._kept is not None:
            return self._kept
        from kwlogic.elab.elaborate import elaborate, world_of

        program, _ = elaborate(tuple(self._opened.loaded.modules.values()))
        world = world_of(program)
        assert world is not None
        self.__dict__["_kept"] = world
        return world

    def check(self, composite: Composite, name: str, clauses: Mapping[str, Sequence[str]], budget: int | None = None) -> CheckResult:
        """The composition as a kernel of a module of its own, beside those loaded."""
        from kwlogic.lab.opened import check_kernels
        from kwlogic.lab.trial import tried, use_lines
        from kwlogic.workspace.data import CheckResult

        began = time.perf_counter()
        self._world()
        requires, ensures, fails = (clauses.get(k, ()) for k in ("requires", "ensures", "fails"))
        declaration = composite.declaration(name, requires, ensures, fails)
        text = f"module composed'\n{use_lines([*self.kernels, *self.program.datas])}{self._uses()}\n{declaration}"
        trial = tried(self._opened, text, SHOWN)
        sources = {**self._opened.sources, trial.source.path: trial.source}
        if trial.errors:
            return CheckResult((), trial.errors, sources)
        results = check_kernels(self._opened, trial.program, [f"{trial.module}.{name}"], budget)
        return CheckResult(results, (), sources, seconds=time.perf_counter() - began)

    def _uses(self) -> str:
        """All modules by their full names."""
        from kwlogic.workspace.load import is_std

        return "".join(f"use {m}\n" for m in self._opened.loaded.modules if not is_std(m))


def _parsed(text: str, inputs: Mapping[str, str], sources: Mapping[str, Source]) -> tuple[KernelDecl, Source]:
    from kwlogic.syntax.data import BodyCompose, KernelDecl
    from kwlogic.syntax.parse import parse_module

    ports = ", ".join(f"{n}: {t}" for n, t in inputs.items())
    source = Source(SHOWN, f"kernel composed({ports}) -> ()\n= compose\n{text}\n")
    tree, problems = parse_module(source)
    if not problems and len(tree.decls) == 1:
        [decl] = tree.decls
        if isinstance(decl, KernelDecl) and isinstance(decl.body, BodyCompose):
            return decl, source
    raise CompositionError(*(problems or (diagnostic("KW420", f"`{text}` is not one composition"),)), sources={**sources, SHOWN: source})


def _show_in_notebooks() -> None:
    from kwlogic.notebook import install_all

    install_all()


_show_in_notebooks()
