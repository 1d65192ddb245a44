"""Experiments: files are checked as a whole, runs are determined by parameters and seed, results are written."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest

from kwlogic.lab.experimenting import experiment, read_experiment, run_all
from kwlogic.lab.kinds import kinds
from kwlogic.lab.opened import Refused

SHIPPED = sorted((Path(__file__).parents[2] / "experiments").glob("*.toml"))
SHARED = Path(__file__).parents[3] / "shared" / "data"
SMALL = """\
title = "small"
kind = "weakening"
seeds = [1, 2]

[fixed]
levels = 3
grain = 2

[sweep]
operator = ["seq", "guard"]
slack = [2]

[[plot]]
x = "operator"
y = "tolerated"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "e.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_small_one(tmp_path: Path):
    ticks: list[tuple[int, int]] = []
    experiment(written(tmp_path, SMALL.replace("seeds = [1, 2]", "seeds = [1]")), tick=lambda n, total: ticks.append((n, total)))
    assert ticks == [(n, 2) for n in range(3)]
    with (tmp_path / "e" / "results.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    found = [(r["operator"], r["seed"], r["tolerated"], r["breaks"]) for r in rows]
    assert found == [("seq", "1", "2", "True"), ("guard", "1", "3", "False")]


@pytest.mark.slow
def test_only_times_differ_between_runs(tmp_path: Path):
    asked = read_experiment(written(tmp_path, SMALL))
    first, again = ([{k: v for k, v in r.items() if k != "cpu_seconds"} for r in run_all(asked)] for _ in range(2))
    assert first == again


def test_without_matplotlib_a_note_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from kwlogic.lab.plots import MISSING, write_plots

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert write_plots(tmp_path, read_experiment(written(tmp_path, SMALL)), []) == ((), (MISSING,))
    assert "kwlogic[lab]" in MISSING


def test_figures(tmp_path: Path):
    pytest.importorskip("matplotlib")
    from kwlogic.lab.plots import write_plots

    text = SMALL + '\n[[plot]]\nx = "slack"\ny = "breaks"\nby = "operator"\nlog = "x"\nfile = "b.png"\n'
    rows = [{"operator": o, "slack": s, "seed": 1, "tolerated": s, "breaks": s > 1} for o in ("seq", "guard") for s in (1, 2)]
    files, notes = write_plots(tmp_path, read_experiment(written(tmp_path, text)), rows)
    assert [f.name for f in files] == ["1-tolerated.svg", "b.png"]
    assert not notes
    assert all(f.stat().st_size > 1000 for f in files)


WRONG = {
    'kind = "weakening"': ['kind = "weakning"', "kind = 3", ""],
    "levels = 3": ["level = 3", 'levels = "3"', "levels = 0", "levels = true", "slack = 4", "levels = 3\nlevels = 4"],
    'operator = ["seq", "guard"]': ['operator = "seq"', "operator = []", 'operator = ["sequ"]'],
    "seeds = [1, 2]": ["seeds = []", 'seeds = ["a"]', "seeds = 1", "sedes = [1]"],
    'y = "tolerated"': [
        'y = "tolerate"',
        'y = "tolerated"\nlog = "z"',
        'y = "tolerated"\nfile = "../x.svg"',
        'y = "tolerated"\nwhere = {q = 1}',
    ],
    "slack = [2]": ["slack = [-1]", "slack = [2.5]"],
    'title = "small"': ["title = 3", "title = ["],
}


@pytest.mark.parametrize(("old", "new"), [(o, n) for o, ns in WRONG.items() for n in ns])
def test_what_makes_no_sense_is_refused(tmp_path: Path, old: str, new: str):
    with pytest.raises(Refused) as refused:
        read_experiment(written(tmp_path, SMALL.replace(old, new)))
    assert {d.code for d in refused.value.diagnostics} == {"KW450"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"graphs": {"g": {"tasks": 2, "edges": [[0, 5]]}}}',
        '{"graphs": {"g": {"tasks": 2, "edges": [[0, 1], [1, 0]]}}}',
        '{"graphs": {}}',
    ],
)
def test_workflow_graphs_are_checked(tmp_path: Path, text: str):
    (tmp_path / "w.json").write_text(text, encoding="utf-8")
    spec = 'kind = "check-cost"\n[fixed]\ndata = "w.json"\nshape = "workflow:g"\n'
    with pytest.raises(Refused):
        read_experiment(written(tmp_path, spec))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_shipped_experiments_make_sense(path: Path):
    if "shared/data" in path.read_text(encoding="utf-8") and not SHARED.is_dir():
        pytest.skip("the shared data is not beside this checkout")
    asked = read_experiment(path)
    assert asked.count > 1
    assert asked.plots


def test_every_kind_describes_itself():
    for kind in kinds().values():
        assert kind.what
        assert all(p.what for p in kind.parameters.values())
        assert kind.measures


def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    from kwlogic.cli.main import guarded

    path = str(written(tmp_path, SMALL.replace("weakening", "weakning")))
    assert guarded(["experiment", path]) == 2
    assert "did you mean `weakening`?" in capsys.readouterr().err
    assert guarded(["experiment", str(tmp_path / "nowhere.toml")]) == 2
    assert guarded(["experiment", "--kinds"]) == 0
    assert "planning" in capsys.readouterr().out
