"""The commands that ask about compositions: help with examples, JSON, exit codes, refusals without tracebacks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lab_specs import write

from kwlogic.cli.main import guarded

COMMANDS = ("graph", "schedule", "impact", "refines", "hole", "adapt", "plan", "optimize", "experiment")
SPEC = """\
module s

kernel double(n: Int) -> (m: Int)
  requires n <= 500
  ensures m == 2 * n
= 2 * n

kernel use(n: Int) -> (m: Int, k: Int)
  requires 0 <= n <= 10
  ensures m == 2 * n
{
  m <- double(n);
  k <- double(n);
}

kernel gap(n: Int) -> (m: Int)
  requires 0 <= n <= 10
  ensures m >= 0
= compose hole(n: Int) -> (k: Int) >> double[n as k]

kernel bad(n: Int) -> (m: Int)
= compose double
"""


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, SPEC, "s.kw")

    def run(*arguments: str) -> tuple[int, str, str]:
        code = guarded(list(arguments))
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


def test_help_has_examples(ask):
    for command in COMMANDS:
        code, out, _ = ask(command, "--help")
        assert code == 0
        assert "Example" in out
        assert f"kwlogic {command}" in out


def test_json(ask):
    for command, expected in (
        (("schedule", "s.kw::use"), 0),
        (("impact", "double", "--path", "s.kw"), 0),
        (("refines", "double", "double", "--path", "s.kw"), 0),
        (("refines", "s.kw::double", "s.kw::double"), 0),
        (("hole", "s.kw::gap"), 0),
        (("plan", "s.kw", "--from", "n: Int", "--ensures", "m == 3 * n", "--requires", "n < 9", "--max", "1"), 1),
        (("optimize", "s.kw::use"), 0),
    ):
        code, out, err = ask(*command, "--format", "json")
        assert code == expected, (command, err)
        assert isinstance(json.loads(out), dict), command


def test_drawings_go_to_a_file(ask, tmp_path: Path):
    code, out, _ = ask("graph", "s.kw::use", "--format", "svg", "-o", "use.svg")
    assert (code, out) == (0, "")
    assert (tmp_path / "use.svg").read_text(encoding="utf-8").startswith("<svg")
    assert ask("graph", "s.kw::use", "-o", "no/such/use.svg")[0] == 2


@pytest.mark.slow
def test_optimize_writes_what_it_shows(ask, tmp_path: Path):
    code, out, _ = ask("optimize", "s.kw::use", "--write")
    assert code == 0
    assert "-  k <- double(n);" in out
    assert (tmp_path / "s.kw").read_text(encoding="utf-8").count("<- double") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("graph", "double", "--path", "s.kw"), "KW440"),
        (("graph", "usee", "--path", "s.kw"), "did you mean `use`?"),
        (("graph", "use", "--path", "nowhere"), "KW704"),
        (("schedule", "s.kw::use", "--cost", "double=-1"), "KW441"),
        (("schedule", "s.kw::use", "--cost", "dobule=1"), "did you mean `double`?"),
        (("hole", "s.kw::use"), "KW442"),
        (("plan", "s.kw", "--from", "n: Int", "--ensures", "n > 0"), "KW444"),
        (("impact", "s.kw::double", "--to", "nowhere.kw"), "KW445"),
        (("optimize", "s.kw::bad"), "KW446"),
        (("refines", "double", "duoble", "--path", "s.kw"), "did you mean `double`?"),
        (("experiment", "s.kw"), "KW450"),
        (("experiment",), "which FILE?"),
        (("impact", "s.kw::double", "--to", "a", "--against", "b"), "give one of them"),
    ],
)
def test_refusals(ask, arguments: tuple[str, ...], said: str):
    code, _, err = ask(*arguments)
    assert code == 2
    assert said in err
    assert "Traceback" not in err
    assert "KW901" not in err
