"""Every diagnostic code is explained, used, and shown by an example that really yields it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

import kwlogic
from kwlogic.resources import std_dir
from kwlogic.source.codes import Code, registry
from kwlogic.source.data import Severity, Source
from kwlogic.syntax.data import Module

ROOT = Path(kwlogic.__file__).parent
CODES = list(registry().values())
SHOWN = [c for c in CODES if c.example]


def used_codes() -> dict[str, str]:
    """Codes that the sources mention outside of their declarations, with a file that does."""
    found: dict[str, str] = {}
    for path in ROOT.rglob("*.py"):
        if "catalogue" not in path.parts:
            for code in re.findall(r'"(KW[0-9]{3})"', path.read_text(encoding="utf-8")):
                found.setdefault(code, path.name)
    return found


@pytest.mark.parametrize("code", CODES, ids=lambda c: c.code)
def test_explained(code: Code):
    assert re.fullmatch(r"KW[1-9][0-9]{2}", code.code)
    assert code.title
    assert not code.title.endswith(".")
    assert len(code.explanation) > 60
    assert code.explanation.endswith(".")
    assert code.example or code.how, "an example, or how a test provokes it"
    assert bool(code.example) == bool(code.fixed), "an example and what puts it right go together"


def test_declared_once():
    from kwlogic.source.catalogue import all_codes

    names = [c.code for c in all_codes()]
    assert len(names) == len(set(names))


def test_all_used_codes_are_declared():
    unknown = {c: f for c, f in used_codes().items() if c not in registry()}
    assert not unknown


def test_all_declared_codes_are_used():
    assert not [c.code for c in CODES if c.code not in used_codes()]


@pytest.mark.parametrize("code", SHOWN, ids=lambda c: c.code)
def test_example_yields_the_code(code: Code, tmp_path: Path):
    assert code.code in codes_of(f"{code.code}.kw", tmp_path)


@pytest.mark.parametrize("code", SHOWN, ids=lambda c: c.code)
def test_fixed_does_not(code: Code, tmp_path: Path):
    found = codes_of(f"{code.code}_fixed.kw", tmp_path)
    assert code.code not in found
    assert not [c for c in found if registry()[c].severity is Severity.ERROR and c < "KW5"], "the corrected example checks"


def codes_of(name: str, folder: Path) -> set[str]:
    """Codes found in an example: without a solver where its code needs none."""
    return elaborated()[name] if name < "KW5" else checked(name, folder)


@cache
def texts() -> dict[str, str]:
    return {f"{c.code}.kw": c.example for c in SHOWN} | {f"{c.code}_fixed.kw": c.fixed for c in SHOWN}


@cache
def elaborated() -> dict[str, set[str]]:
    """All examples at once beside the library, each a module of its own; those that name their module one by one."""
    names = [n for n in texts() if n < "KW5"]
    alone = [n for n in names if re.search(r"^module ", texts()[n], re.MULTILINE)]
    found = batch([n for n in names if n not in alone])
    for name in alone:
        found |= batch([name])
    return found


def batch(names: list[str]) -> dict[str, set[str]]:
    from kwlogic.elab.elaborate import elaborate
    from kwlogic.syntax.parse import parse_module
    from kwlogic.vc.plan import plan

    found: dict[str, set[str]] = {n: set() for n in names}
    modules = list(library())
    for name in names:
        source = Source(name, texts()[name])
        module, problems = parse_module(source)
        modules.append((source, module))
        found[name].update(d.code for d in problems)
    program, problems = elaborate(modules)
    planned = plan(program, [n for m in program.modules.values() if m.file in found for n in (*m.decls, *program.refines)])[1]
    for d in (*problems, *planned):
        if d.span is not None and d.span.file in found:
            found[d.span.file].add(d.code)
    return found


@cache
def library() -> tuple[tuple[Source, Module], ...]:
    from kwlogic.syntax.parse import parse_module

    sources = [Source(str(p), p.read_text(encoding="utf-8")) for p in sorted(std_dir().rglob("*.kw"))]
    return tuple((source, parse_module(source)[0]) for source in sources)


def checked(name: str, folder: Path) -> set[str]:
    from kwlogic.workspace.check import check
    from kwlogic.workspace.data import CheckRequest

    (folder / name).write_text(texts()[name], encoding="utf-8")
    result = check(CheckRequest(cwd=folder, paths=(name,), jobs=1, cache=False))
    return {d.code for d in result.diagnostics}
