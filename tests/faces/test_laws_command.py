"""`kwlogic laws` as people run it."""

from __future__ import annotations

import subprocess
import sys


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "kwlogic", *arguments], capture_output=True, text=True, timeout=60, check=False)


def test_one_law():
    done = run("laws", "copy-natural")
    assert done.returncode == 0
    assert "proved   A >> copy = copy >> (A & A)  if A deterministic" in done.stdout
    assert "refuted  A >> copy = copy >> (A & A)\n" in done.stdout
    assert "1 law: 2 claims proved for all contracts, 2 refuted by a model" in done.stdout


def test_unknown_name():
    done = run("laws", "interchang")
    assert done.returncode in (1, 2)
    assert "did you mean `interchange`?" in done.stderr
    assert "Traceback" not in done.stderr
