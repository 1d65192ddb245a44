"""The page that says what has to be believed names every file that the checker of certificates is made of, with its size."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import FrameType

import kwlogic
from kwlogic.vc.data import Goal
from kwlogic.workspace.proofs_check import Scene

ROOT = Path(__file__).parents[2]
PACKAGE = Path(kwlogic.__file__).parent
PAGE = ROOT / "docs" / "trust.md"
ENTRIES = ("kwlogic.proof.check", "kwlogic.proof.text", "kwlogic.proof.book", "kwlogic.proof.seal")
SAMPLE = ("specs/std/map.kw", "specs/std/option.kw", "specs/std/set.kw", "specs/examples/sorting.kw")
AROUND = {"proof/explain", "workspace/proofs_check", "workspace/findings", "core/show", "source/records"}
"""Calls the checker and tells what it found: cannot make a wrong certificate pass."""


def imported() -> set[str]:
    program = f"import sys, {', '.join(ENTRIES)}\nprint(*sorted(m for m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    return set(done.stdout.split())


@cache
def rows() -> list[tuple[set[str], int]]:
    """The files of each row of the two tables, as `package/name`, and how many lines the page says that they have."""
    text = PAGE.read_text(encoding="utf-8")
    part = text[text.index("| file of `kwlogic/proof/`") : text.index("The laws, each for")]
    found = []
    for line in part.splitlines():
        cells = line.split("|")
        if len(cells) > 3 and cells[2].strip().isdigit():
            first, _, more = cells[1].partition(":")
            package = re.findall(r"`(\w+)`", first)[0] if more else "proof"
            found.append(({f"{package}/{name}" for name in re.findall(r"`(\w+)`", more or first)}, int(cells[2])))
    return found


def named() -> set[str]:
    return set().union(*(files for files, _ in rows()))


def test_every_file_is_named():
    used = {m.removeprefix("kwlogic.").replace(".", "/") for m in imported() if m.startswith("kwlogic.proof.")}
    assert {f for f in named() if f.startswith("proof/")} == used


def test_sizes_are_about_right():
    for files, said in rows():
        lines = sum(len((PACKAGE / f"{f}.py").read_text(encoding="utf-8").splitlines()) for f in files)
        assert abs(lines - said) <= max(25, said // 8), f"{sorted(files)} have {lines} lines, and the page says {said}"


def test_no_solver_is_among_them():
    found = imported()
    assert not found & {"z3", "cvc5"}
    assert not [m for m in found if m.startswith("kwlogic.solve")]


def test_nothing_else_runs_when_a_certificate_is_checked():
    scene = Scene(SAMPLE, ROOT)
    asked = [o for o in scene.obligations() if o.ask is Goal.VALID]
    assert len(asked) > 30
    ran: set[str] = set()

    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            ran.add(frame.f_code.co_filename)

    sys.setprofile(watch)
    try:
        for obligation in asked:
            scene.verdict(obligation)
    finally:
        sys.setprofile(None)
    own = {Path(f).relative_to(PACKAGE).with_suffix("").as_posix() for f in ran if Path(f).is_relative_to(PACKAGE)}
    assert "proof/egraph" in own
    assert own - AROUND <= named(), f"not named: {sorted(own - AROUND - named())}"
