"""`kwlogic gate` from the command line: exit codes, formats, kept cases, baselines, revisions, and every wrong request."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from kwlogic.cli.main import guarded

GOOD = """module shop
kernel top(a: Int, b: Int) -> (m: Int)
  version "1.0.0"
  ensures m >= a
  ensures m >= b
= if a >= b then a else b
"""
BAD = GOOD.replace("a >= b then", "a > b + 1 then")
FEW = ("--examples", "5", "--no-cache", "--jobs", "1")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kwlogic.toml").write_text('paths = ["shop.kw"]\n')
    (tmp_path / "shop.kw").write_text(GOOD)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = guarded(["gate", *arguments])
    found = capsys.readouterr()
    return code, found.out + found.err


def test_accepted_and_rejected(shop: Path, capsys: pytest.CaptureFixture[str]):
    code, out = run(capsys, *FEW)
    assert code == 0
    assert "accepted   top" in out
    (shop / "shop.kw").write_text(BAD)
    code, out = run(capsys, *FEW)
    assert code == 1
    assert "KW601" in out
    assert "refuted: m >= a" in out or "refuted: m >= b" in out
    command = next(line for line in out.splitlines() if "again: " in line).partition("again: kwlogic gate ")[2]
    code, out = run(capsys, *shlex.split(command))
    assert code == 1
    assert "KW601" in out
    assert (shop / "gate" / "shop.cases").read_text().count("top {") >= 1
    code, out = run(capsys, "--no-check", *FEW)
    assert "KW603" in out
    (shop / "shop.kw").write_text(GOOD)
    code, out = run(capsys, "--no-check", *FEW)
    assert code == 0
    assert "kept case" in out


def test_formats(shop: Path, capsys: pytest.CaptureFixture[str]):
    (shop / "shop.kw").write_text(BAD + "kernel also(x: Int) -> (y: Int)\n  ensures y == x\n= x\n")
    code, out = run(capsys, "--format", "json", "--no-record", "--no-check", *FEW)
    found = json.loads(out)
    assert code == 1
    assert found["summary"]["rejected"] == found["summary"]["accepted"] == 1
    assert found["kernels"][0]["findings"][0]["code"] == "KW601"
    assert not (shop / "gate").exists()
    code, out = run(capsys, "--format", "junit", "--no-record", "--no-check", *FEW)
    suite = ElementTree.fromstring(out)
    assert suite.attrib["failures"] == "1"
    assert [c.attrib["name"] for c in suite.iter("testcase")] == ["top", "also"]
    assert "KW601" in (suite.find(".//failure") or ElementTree.Element("x")).attrib.get("message", "") or "KW601" in out


def test_baseline(shop: Path, capsys: pytest.CaptureFixture[str]):
    quick = ("--no-check", *FEW)
    code, out = run(capsys, "--against", "baseline", *quick)
    assert code == 2
    assert "KW615" in out
    assert run(capsys, "--accept", *quick)[0] == 0
    assert (shop / "gate" / "shop.baseline").read_text() == GOOD
    code, out = run(capsys, "--against", "baseline", *quick)
    assert (code, "identical" in out) == (0, True)
    (shop / "shop.kw").write_text(GOOD.replace("  ensures m >= b\n", ""))
    code, out = run(capsys, "--against", "baseline", *quick)
    assert code == 1
    assert "KW608" in out
    assert 'version "2.0.0" would' in out
    assert "one version allows this and the other does not: " in out
    (shop / "shop.kw").write_text(GOOD.replace("  ensures m >= b\n", "").replace("1.0.0", "2.0.0"))
    assert run(capsys, "--against", "baseline", *quick)[0] == 0
    (shop / "shop.kw").write_text(GOOD.replace("m >= b\n", "m >= b\n  ensures m == a or m == b\n"))
    code, out = run(capsys, "--against", "baseline", *quick)
    assert code == 0
    assert "KW609" in out
    (shop / "shop.kw").write_text(GOOD.replace("1.0.0", "0.9.0"))
    code, out = run(capsys, "--against", "baseline", *quick)
    assert code == 1
    assert "went back" in out
    (shop / "shop.kw").write_text(GOOD.replace("kernel top", "kernel largest"))
    code, out = run(capsys, "--against", "baseline", *quick)
    assert code == 1
    assert "renamed `largest`" in out
    (shop / "shop.kw").write_text("module shop\n")
    code, out = run(capsys, "--against", "baseline", *quick)
    assert code == 1
    assert "KW617" in out


def test_revisions_and_files(shop: Path, capsys: pytest.CaptureFixture[str]):
    quick = ("--no-check", "--no-record", *FEW)
    code, out = run(capsys, "--against", "HEAD", *quick)
    assert code == 2
    assert "KW615" in out
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org")
    for arguments in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "first")):
        subprocess.run([*git, *arguments], cwd=shop, check=True, capture_output=True)
    (shop / "old.kw").write_text(GOOD)
    (shop / "shop.kw").write_text(GOOD.replace("m >= a\n", "m >= a - 1\n"))
    for against in ("HEAD", "old.kw"):
        code, out = run(capsys, "--against", against, *quick)
        assert code == 1, against
        assert "KW608" in out
    assert run(capsys, "--against", "no-such-branch", *quick)[0] == 2
    subprocess.run(["git", "mv", "shop.kw", "store.kw"], cwd=shop, check=True)
    assert run(capsys, "store.kw", "--against", "HEAD", *quick)[0] == 2


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("missing.kw",), 2, "KW704"),
        (("shop.kw::tap",), 2, "did you mean"),
        (("--replay", "oops", "shop.kw::top"), 2, "KW613"),
        (("--replay", '{"a": 1}', "shop.kw::top"), 2, "KW614"),
        (("--examples", "0"), 2, "Invalid value"),
        (("--format", "yaml"), 2, "Invalid value"),
        (("--against", "\0"), 2, "KW615"),
    ],
)
def test_wrong_requests(shop: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, words: str):
    found, out = run(capsys, *arguments)
    assert found == code, out
    assert words in out


def test_files_with_errors_are_rejected_and_the_others_gated(shop: Path, capsys: pytest.CaptureFixture[str]):
    (shop / "shop.kw").write_text(GOOD + "kernel k(x: Int) -> (y: Int)\n= z\n")
    code, out = run(capsys, "--no-check", *FEW)
    assert code == 1
    assert "accepted   top" in out
    (shop / "shop.kw").write_text("fn f(x: Int) -> Int\n= x\n")
    assert run(capsys, *FEW)[0] == 4
    (shop / "gate").mkdir()
    (shop / "gate" / "shop.cases").write_bytes(b"\xff\xfe")
    (shop / "shop.kw").write_text(GOOD)
    code, out = run(capsys, "--no-check", *FEW)
    assert code == 2
    assert "not UTF-8" in out


def test_another_seed_is_printed(shop: Path, capsys: pytest.CaptureFixture[str]):
    assert "seed 7" in run(capsys, "--no-check", "--seed", "7", *FEW)[1]


ASKED = """module shop
kernel good(x: Int) -> (y: Int)
  ensures y > x
  by python "fns:good"
kernel bad(x: Int) -> (y: Int)
  ensures y > x
  by python "fns:bad"
kernel flaky(x: Int) -> (y: Int)
  ensures y > x
  deterministic
  by python "fns:flaky"
kernel raises(x: Int) -> (y: Int)
  by python "fns:raises"
kernel surely(x: Int) -> (y: Int)
  fails when x > 3
  by python "fns:raises"
"""
FUNCTIONS = """
calls = []
def good(x): return x + 1
def bad(x): return x + 1 if x != 2 else x
def flaky(x):
    calls.append(x)
    return x + len(calls)
def raises(x): raise ValueError("no")
"""


def test_functions_are_asked_where_that_is_wanted(shop: Path, capsys: pytest.CaptureFixture[str]):
    (shop / "kwlogic.toml").write_text('paths = ["shop.kw"]\nrun.python = ["fns"]\n')
    (shop / "shop.kw").write_text(ASKED)
    (shop / "fns.py").write_text(FUNCTIONS)
    code, out = run(capsys, "--no-check", "--no-record", "--format", "json", *FEW)
    assert code == 0
    code, out = run(capsys, "--no-check", "--no-record", "--format", "json", "--call", *FEW)
    assert code == 1
    found = {k["kernel"]: (k["standing"], [f["code"] for f in k["findings"]]) for k in json.loads(out)["kernels"]}
    assert found == {
        "good": ("accepted", []),
        "bad": ("rejected", ["KW601"]),
        "flaky": ("rejected", ["KW604"]),
        "raises": ("undecided", ["KW619"]),
        "surely": ("rejected", ["KW601"]),
    }


def test_a_recorded_case_that_breaks_the_contract_rejects(shop: Path, capsys: pytest.CaptureFixture[str]):
    (shop / "shop.kw").write_text('kernel k(x: Int) -> (y: Int)\n  ensures y > x\n  by prompt "x"\nexample k(3) -> (2)\n')
    code, out = run(capsys, "--no-record", *FEW)
    assert code == 1
    assert "rejected   k" in out


def test_what_the_prover_cannot_tell_is_undecided(shop: Path, capsys: pytest.CaptureFixture[str]):
    text = 'module shop\nkernel k(x: Int, y: Int) -> (z: Int)\n  requires x > 0 and y > 0\n  ensures z * x * y >= x * y\n  by prompt "x"\n'
    (shop / "shop.kw").write_text(text)
    quick = ("--no-check", "--budget", "1", *FEW)
    assert run(capsys, "--accept", *quick)[0] == 0
    (shop / "shop.kw").write_text(text.replace("z * x * y >= x * y", "z * x * x * y >= x * x * y and z > 0"))
    code, out = run(capsys, "--against", "baseline", *quick)
    assert code == 3, out
    assert "KW616" in out
    assert "undecided  k" in out
