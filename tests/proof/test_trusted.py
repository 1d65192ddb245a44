"""The page that says what has to be believed names every file that the checker of certificates is made of."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "trust.md"
ENTRIES = ("kwlogic.proof.check", "kwlogic.proof.text", "kwlogic.proof.book", "kwlogic.proof.seal")


def imported() -> set[str]:
    program = f"import sys, {', '.join(ENTRIES)}\nprint(*sorted(m for m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    return set(done.stdout.split())


def test_every_file_is_named():
    text = PAGE.read_text(encoding="utf-8")
    table = text[text.index("| file of `kwlogic/proof/`") : text.index("Besides these")]
    named = set(re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `"))))
    used = {m.removeprefix("kwlogic.proof.") for m in imported() if m.startswith("kwlogic.proof.")}
    assert named == used


def test_no_solver_is_among_them():
    found = imported()
    assert not found & {"z3", "cvc5"}
    assert not [m for m in found if m.startswith("kwlogic.solve")]
