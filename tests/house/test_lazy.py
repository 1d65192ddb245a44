"""Heavy libraries stay out of what needs none of them."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("z3", "networkx", "hypothesis", "lark", "sqlalchemy", "alembic", "pydantic")
PROGRAM = """
import sys
from kwlogic.cli.main import main
try:
    sys.argv = ["kwlogic", {argument!r}]
    main()
except SystemExit as done:
    assert not done.code, done.code
heavy = [m for m in {heavy!r} if m in sys.modules]
assert not heavy, heavy
"""


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version(argument: str):
    program = PROGRAM.format(argument=argument, heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize("module", ["kwlogic", "kwlogic.source.codes", "kwlogic.core.program", "kwlogic.core.wiring", "kwlogic.vc.data"])
def test_records_import_nothing_heavy(module: str):
    program = f"import sys, {module}\nassert not [m for m in {(*HEAVY, 'rich', 'click')!r} if m in sys.modules]"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
