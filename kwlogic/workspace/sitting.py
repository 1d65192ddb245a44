"""The service behind `kwlogic repl`: a scratch text that grows, expressions in its scope, and claims about it.

What is declared is kept only where it elaborates; what is claimed is checked as a lemma at the end of the text, by the
same service as `kwlogic check`. Nothing is written and nothing printed here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from kwlogic.core.program import Param, Program
from kwlogic.core.terms import Term
from kwlogic.core.types import Type, show_type
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic, Severity, Source
from kwlogic.syntax.data import Module
from kwlogic.workspace.check import check, elaborate_all
from kwlogic.workspace.config import find_project, show_path
from kwlogic.workspace.data import CheckRequest, CheckResult
from kwlogic.workspace.evaluate import evaluated
from kwlogic.workspace.load import Loaded, load
from kwlogic.workspace.outcome import Outcome
from kwlogic.workspace.read import read_source, unsaved
from kwlogic.workspace.select import select

SCRATCH = "scratch.kw"
T = TypeVar("T")
Parsed = tuple[Module, tuple[Diagnostic, ...]]


class Sitting:
    """``file``: a spec file whose names are in scope, and which new declarations may use; it is never changed."""

    def __init__(self, cwd: Path, file: Path | None = None) -> None:
        self.cwd = cwd
        self.path = file.resolve() if file is not None else _unused(cwd)
        self.shown = show_path(self.path, cwd)
        self.base = read_source(self.path, self.shown).text if file is not None else "module scratch\n"
        self.uses: list[str] = []
        self.declared: dict[str, str] = {}
        self._parsed: dict[Source, Parsed] = {}
        self._known: tuple[str, Loaded, Program, tuple[Diagnostic, ...]] | None = None

    # ------------------------------------------------------------ the text

    def text(self, more: str = "", without: str = "") -> str:
        """The scratch text: the file, with what was declared after it."""
        head = re.match(r"(?:\s|#[^\n]*\n)*module[^\n]*\n", self.base)
        start = head.end() if head is not None else 0
        uses = "".join(f"{u}\n" for u in self.uses)
        own = "".join(f"\n{t}\n" for n, t in self.declared.items() if n != without)
        return self.base[:start] + uses + self.base[start:].rstrip("\n") + "\n" + own + (f"\n{more}\n" if more else "")

    @contextmanager
    def _standing(self, text: str) -> Iterator[None]:
        with unsaved({self.path: text}):
            yield

    def _parse(self, source: Source) -> Parsed:
        from kwlogic.syntax.parse import parse_module

        if source not in self._parsed:
            self._parsed[source] = parse_module(source)
        return self._parsed[source]

    def _elaborated(self, text: str) -> tuple[Loaded, Program, tuple[Diagnostic, ...]]:
        from kwlogic.elab.elaborate import world_of

        # expressions need what elaboration knew, which is kept of the last program only
        if self._known is None or self._known[0] != text or world_of(self._known[2]) is None:
            with self._standing(text):
                selections, _ = select((str(self.path),), find_project(self.cwd, self.cwd), self.cwd)
                loaded = load(selections, find_project(self.cwd, self.cwd), self.cwd, whole=True, parse=self._parse)
            program, problems = elaborate_all(loaded, self.cwd)
            self._known = text, loaded, program, (*loaded.diagnostics, *problems)
        return self._known[1:]

    def problems(self) -> Outcome:
        """What is wrong with the file that was opened."""
        loaded, _, problems = self._elaborated(self.text())
        errors = tuple(d for d in problems if d.severity is Severity.ERROR)
        return Outcome(diagnostics=errors, sources=loaded.sources, usage=bool(errors))

    def names(self) -> tuple[str, ...]:
        """What expressions and types may name, short, for completion."""
        from kwlogic.elab.names import BUILTIN_TYPES, PRIM_ENTRIES

        _, program, _ = self._elaborated(self.text())
        tables = (program.fns, program.kernels, program.ctors, program.datas)
        own = {n.rpartition(".")[2] for table in tables for n in table if "'" not in n}
        return tuple(sorted({*own, *BUILTIN_TYPES, *PRIM_ENTRIES}))

    # ------------------------------------------------------------ what is asked

    def value(self, text: str) -> Outcome:
        program, sources, found = self._term(text)
        return found if isinstance(found, Outcome) else evaluated(program, found[0], sources)

    def type_of(self, text: str) -> Outcome:
        signature = self._signature(text.strip())
        if signature:
            return Outcome(signature)
        _, sources, found = self._term(text)
        return found if isinstance(found, Outcome) else Outcome(show_type(found[1]), sources=sources)

    def _signature(self, name: str) -> str:
        """What a kernel or function takes and yields; empty for all else, whose type is that of its value."""
        loaded, program, _ = self._elaborated(self.text())
        own = f"{next(iter(loaded.wanted), '')}.{name}"
        if own in program.kernels:
            kernel = program.kernels[own]
            return f"({_ports(kernel.inputs)}) -> ({_ports(kernel.outputs)})"
        fn = program.fns.get(own)
        return "" if fn is None else f"({_ports(fn.params)}) -> {show_type(fn.result)}"

    def _term(self, text: str) -> tuple[Program, dict[str, Source], tuple[Term, Type] | Outcome]:
        from kwlogic.elab.elaborate import elaborate_expr
        from kwlogic.syntax.parse import parse_expr

        source = Source("<expression>", text)
        expr, problems = parse_expr(source)
        loaded, program, _ = self._elaborated(self.text())
        sources = {**loaded.sources, source.path: source}
        errors = tuple(d for d in problems if d.severity is Severity.ERROR)
        if expr is None or errors:
            return program, sources, Outcome(diagnostics=errors, sources=sources, usage=True)
        term, type, problems = elaborate_expr(program, next(iter(loaded.wanted), None), expr, source)
        errors = tuple(d for d in problems if d.severity is Severity.ERROR)
        if term is None or type is None or errors:
            return program, sources, Outcome(diagnostics=errors, sources=sources, usage=True)
        return program, sources, (term, type)

    def declare(self, text: str) -> Outcome:
        """Keep a declaration, or a `use`; one of the same name that was typed before gives way."""
        name = _name_of(text)
        if text.lstrip().startswith("use "):
            return self._use(text.strip())
        candidate = self.text(text, without=name)
        wrong = self._new_errors(candidate)
        if wrong is not None:
            return wrong
        self.declared.pop(name, None)
        self.declared[name] = text
        return Outcome(name)

    def _use(self, text: str) -> Outcome:
        self.uses.append(text)
        wrong = self._new_errors(self.text())
        if wrong is not None:
            self.uses.pop()
            return wrong
        return Outcome(text.removeprefix("use ").strip())

    def _new_errors(self, text: str) -> Outcome | None:
        """Errors of a text that the present one does not have."""
        before = {(d.code, d.message) for d in self._elaborated(self.text())[2]} if text != self.text() else set()
        loaded, _, problems = self._elaborated(text)
        errors = tuple(d for d in problems if d.severity is Severity.ERROR and (d.code, d.message) not in before)
        return Outcome(diagnostics=errors, sources=loaded.sources, usage=True) if errors else None

    def claim(self, text: str) -> CheckResult:
        """Check `p`, or `x: T, y: U :: p` for all values. Raises Diagnosed where that is no claim."""
        params, _, goal = text.partition("::") if _quantified(text) else ("", "", text)
        params = params.strip().removeprefix("forall").strip()
        name = "claim"
        while re.search(rf"\b{name}\b", self.text()):
            name += "'"
        lemma = f"lemma {name}({params})\n  ensures {goal.strip()}"
        with self._standing(self.text(lemma)):
            result = check(CheckRequest((f"{self.path}::{name}",), self.cwd, jobs=1, proofs=False))
        if not result.results and not result.diagnostics:
            raise Diagnosed(diagnostic("KW705", f"`{text}` is no claim", help="write `p`, or `x: T, y: U :: p`"))
        return result

    def check(self, name: str = "") -> CheckResult:
        """Check what was declared: all of it, or one declaration."""
        with self._standing(self.text()):
            paths = tuple(f"{self.path}::{n}" for n in ([name] if name else self.declared)) or (str(self.path),)
            return check(CheckRequest(paths, self.cwd, jobs=1, proofs=False))

    def within(self, ask: Callable[[], T]) -> T:
        """An answer of another service, to which the scratch text is a file."""
        with self._standing(self.text()):
            return ask()


def _ports(ports: Iterable[Param]) -> str:
    return ", ".join(f"{p.name}: {show_type(p.type)}" for p in ports)


def _quantified(text: str) -> bool:
    return re.match(r"\s*(forall\s+)?[A-Za-z_][\w']*\s*:(?!:)", text) is not None


def _name_of(text: str) -> str:
    words = re.match(r"(?:\s|#[^\n]*\n)*(?:opaque\s+)?\w+\s+([A-Za-z_][\w']*)", text)
    return words[1] if words is not None and not text.lstrip().startswith("example") else text.strip()


def _unused(cwd: Path) -> Path:
    path = cwd.resolve() / SCRATCH
    while path.exists():
        path = path.with_name("_" + path.name)
    return path
