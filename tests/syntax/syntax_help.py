"""What the tests of the syntax share: parsing with a promise, comparing trees of any depth, and the files at hand."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from kwlogic.source.data import Diagnostic, Source, Span
from kwlogic.syntax.data import Decl, Expr, Module
from kwlogic.syntax.format import format_module
from kwlogic.syntax.parse import parse_expr, parse_module

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT.parent / "shared" / "cases"


def spec_files() -> list[Path]:
    return sorted((ROOT / "specs").rglob("*.kw"))


def case_files() -> list[Path]:
    return sorted(CASES.rglob("*.kw")) if CASES.is_dir() else []


def parse(text: str) -> Module:
    module, problems = parse_module(Source("test.kw", text))
    assert not problems, problems
    return module


def problems_of(text: str) -> tuple[Diagnostic, ...]:
    return parse_module(Source("test.kw", text))[1]


def decl(text: str) -> Decl:
    (only,) = parse(text).decls
    return only


def expr(text: str) -> Expr:
    value, problems = parse_expr(Source("test.kw", text))
    assert not problems, problems
    assert value is not None
    return value


def formatted(text: str) -> str:
    source = Source("test.kw", text)
    module, problems = parse_module(source)
    assert not problems, problems
    return format_module(module, source)


def difference(left: object, right: object) -> str | None:
    """Where two trees differ, spans aside; an explicit stack, so that depth costs nothing."""
    stack = [(left, right)]
    while stack:
        a, b = stack.pop()
        if isinstance(a, Span) and isinstance(b, Span):
            continue
        if type(a) is not type(b):
            return f"{a!r} is not {b!r}"
        if isinstance(a, tuple) and isinstance(b, tuple):
            if len(a) != len(b):
                return f"{a!r} is not {b!r}"
            stack.extend(zip(a, b, strict=True))
        elif dataclasses.is_dataclass(a):
            stack.extend((getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a) if f.compare)
        elif a != b:
            return f"{a!r} is not {b!r}"
    return None


def meaning(module: Module) -> tuple[object, ...]:
    """The module without its comments."""
    return (module.name, module.uses, module.decls)
