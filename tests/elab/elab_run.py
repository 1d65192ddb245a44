"""Running elaboration in tests: the standard library is parsed once, and elaborated with what the test gives."""

from __future__ import annotations

from functools import cache

from kwlogic.core.program import Program
from kwlogic.core.show import show_term
from kwlogic.elab.elaborate import elaborate
from kwlogic.resources import std_dir
from kwlogic.source.data import Diagnostic, Source
from kwlogic.syntax.data import Module
from kwlogic.syntax.parse import parse_module


@cache
def std() -> tuple[tuple[Source, Module], ...]:
    sources = [Source(f"std/{p.name}", p.read_text(encoding="utf-8")) for p in sorted(std_dir().glob("*.kw"))]
    return tuple((s, parse_module(s)[0]) for s in sources)


def parsed(name: str, text: str) -> tuple[Source, Module]:
    source = Source(name, text)
    module, problems = parse_module(source)
    assert not problems, [p.message for p in problems]
    return source, module


def run(*texts: str) -> tuple[Program, tuple[Diagnostic, ...]]:
    """Elaborate modules, named a.kw, b.kw, ... where they do not name themselves."""
    return elaborate((*std(), *[parsed(f"{'abcdef'[i]}.kw", t) for i, t in enumerate(texts)]))


def good(*texts: str) -> Program:
    program, found = run(*texts)
    assert not found, [(d.code, d.message) for d in found]
    return program


def codes(*texts: str) -> list[str]:
    return [d.code for d in run(*texts)[1]]


def body(text: str, name: str = "a.f") -> str:
    """The body of a fn, as the core printer shows it."""
    return show_term(good(text).fns[name].body)
