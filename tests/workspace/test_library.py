"""Reading only a part of the standard library changes nothing: every obligation has the fingerprint it has with all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kwlogic.resources import std_dir
from kwlogic.solve.fingerprint import Fingerprints
from kwlogic.source.data import Severity, Source
from kwlogic.vc.data import Goal
from kwlogic.vc.plan import names_of, plan
from kwlogic.vc.theory import Theory
from kwlogic.workspace.check import elaborate_all
from kwlogic.workspace.data import Config, Project, Selection
from kwlogic.workspace.library import pruned
from kwlogic.workspace.load import load

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "specs" / "examples").glob("*.kw"))


def fingerprints(path: Path, whole: bool) -> dict[str, str]:
    loaded = load((Selection(path, path.relative_to(ROOT).as_posix()),), Project(ROOT, Config()), ROOT, whole=whole)
    assert loaded.whole is whole
    program, problems = elaborate_all(loaded, ROOT)
    assert [d for d in problems if d.severity is Severity.ERROR] == []
    names = [n for n in names_of(program) if n.rpartition(".")[0] in loaded.wanted]
    obligations = plan(program, names)[0].obligations
    prints = Fingerprints(Theory(program), 1000)
    return {o.id: prints.obligation(o) for o in obligations if o.ask is not Goal.GIVEN}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_nothing_changes(path: Path) -> None:
    assert fingerprints(path, False) == fingerprints(path, True)


def test_places_stay_and_little_is_left() -> None:
    library = [Source(p.name, p.read_text(encoding="utf-8")) for p in sorted(std_dir().glob("*.kw"))]
    left = pruned(library, ["kernel k(x: Int) -> (y: Int)\n= x # sort reverse\n"])
    assert [s.line_starts for s in left] == [s.line_starts for s in library]
    assert all(new in (old, " ") for a, b in zip(library, left) for old, new in zip(a.text, b.text, strict=True))
    assert "fn sort" not in "".join(s.text for s in left)
    assert "fn append" in "".join(s.text for s in left)
    more = pruned(library, ["sort(xs)"])
    assert "fn insert" in "".join(s.text for s in more) or "fn sort" in "".join(s.text for s in more)
