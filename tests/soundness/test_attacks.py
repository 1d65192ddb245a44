"""Specs that must not verify: false claims in many disguises, none of which may be called proved."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from attacks import Attack, attacks_of

from kwlogic.solve.replay import Replayer
from kwlogic.source.data import Severity
from kwlogic.vc.data import Proved
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest, CheckResult

HERE = Path(__file__).parent
THEMES = sorted(HERE.glob("*.kw"))


@dataclass(frozen=True)
class Effort:
    """How hard to try: budget of the solver and steps of one evaluation. Many of these functions never end."""

    budget: int
    steps: int


USUAL = Effort(100_000, 2_500)
MORE = Effort(5_000_000, 100_000)


@pytest.mark.parametrize("theme", THEMES, ids=lambda t: t.stem)
@pytest.mark.parametrize("effort", [USUAL, pytest.param(MORE, marks=pytest.mark.slow)], ids=["usual", "more"])
def test_nothing_false_is_proved(theme: Path, effort: Effort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Replayer.__init__, "__defaults__", (effort.steps,))
    attacks = attacks_of(theme)
    for attack in attacks:
        (tmp_path / attack.file).write_text(f"module {attack.name}\n{attack.text}", encoding="utf-8")
    result = check(CheckRequest(tuple(a.file for a in attacks), tmp_path, budget=effort.budget, jobs=1, cache=False))
    wrong = [f"{attack.name}: {text}" for attack in attacks for text in faults(attack, result)]
    assert not wrong, "\n" + "\n".join(wrong)


def faults(attack: Attack, result: CheckResult) -> list[str]:
    source = result.sources[attack.file]
    verdicts: dict[int, list[bool]] = {}
    for r in result.results:
        if r.obligation.span.file == attack.file:
            verdicts.setdefault(source.position(r.obligation.span.start)[0] - 1, []).append(isinstance(r.verdict, Proved))
    errors = {
        source.position(d.span.start)[0] - 1: f"{d.code} {d.message}"
        for d in result.diagnostics
        if d.span is not None and d.span.file == attack.file and d.severity is Severity.ERROR and not d.code.startswith("KW5")
    }
    no, maybe = attack.marked("no"), attack.marked("maybe")
    lines = attack.text.splitlines()
    proved = [n for n in sorted(no) if n not in errors and verdicts.get(n) and all(verdicts[n])]
    silent = [n for n in sorted(no) if n not in errors and not verdicts.get(n)]
    stray = sorted(errors.keys() - no - maybe)
    return [
        *(f"line {n} is PROVED: {lines[n - 1].strip()}" for n in proved),
        *(f"line {n} has no verdict: {lines[n - 1].strip()}" for n in silent if not errors),
        *(f"line {n} does not check: {errors[n]}" for n in stray),
    ]
