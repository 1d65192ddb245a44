"""The prover alone, with refutation switched off: what is false must stay unproved by argument, not by a lucky counterexample.

Each `### name` of `attacks/*.kw` is a module. A line marked `# no` must not be proved (`# endless`: not to terminate), one
marked `# yes` must be: it shows that the attack around it is alive.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kwlogic.solve.discharge import Prover
from kwlogic.vc.data import Kind, Proved
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest, CheckResult

FILES = sorted((Path(__file__).parent / "attacks").glob("*.kw"))
HEAD = re.compile(r"^### (\w+)\n", re.MULTILINE)
MARK = re.compile(r"# (no|yes|endless|error)\s*$")
BUDGET = 60_000


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_the_prover_is_not_deceived(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("_glance", "_refute", "_refute_deeper", "_refute_widely", "_refute_running"):
        monkeypatch.setattr(Prover, name, lambda *_: None)
    _, *parts = HEAD.split(file.read_text(encoding="utf-8"))
    names = [f"{name}.kw" for name in parts[::2]]
    for name, text in zip(names, parts[1::2], strict=True):
        (tmp_path / name).write_text(f"module {name[:-3]}\n{text}", encoding="utf-8")
    results = [(name, check(CheckRequest((name,), tmp_path, budget=BUDGET, jobs=1, cache=False))) for name in names]
    wrong = [w for name, result in results for w in faults(name, result)]
    assert not wrong, "\n" + "\n".join(wrong)


def faults(file: str, result: CheckResult) -> list[str]:
    source = result.sources[file]
    proved: dict[int, set[bool]] = {}
    ends: dict[int, set[bool]] = {}
    for r in result.results:
        if r.obligation.span.file == file and r.obligation.kind is not Kind.REQUIRES:
            table = ends if r.obligation.kind is Kind.TERMINATION else proved
            table.setdefault(source.position(r.obligation.span.start)[0], set()).add(isinstance(r.verdict, Proved))
    errors = {
        source.position(d.span.start)[0]
        for d in result.diagnostics
        if d.span is not None and d.span.file == file and not d.code.startswith("KW5") and d.severity.value == "error"
    }
    out = []
    for number, line in enumerate(source.text.splitlines(), 1):
        found = MARK.search(line)
        mark = found.group(1) if found else ""
        if number in errors and mark != "error":
            out.append(f"{file}:{number} does not check: {line}")
        elif mark == "no" and False not in proved.get(number, {True}):
            out.append(f"{file}:{number} proved (or never asked): {line}")
        elif mark == "endless" and False not in ends.get(number, {True}):
            out.append(f"{file}:{number} is said to end: {line}")
        elif mark == "yes" and proved.get(number) != {True}:
            out.append(f"{file}:{number} not proved: {line}")
        elif mark == "error" and number not in errors:
            out.append(f"{file}:{number} holds no error: {line}")
    return out
