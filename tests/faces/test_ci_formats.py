"""What CI reads: SARIF, JUnit, workflow commands, audits, and runs that write nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

Cli = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]

MIXED = """module mixed

axiom trusted(n: Int)
  ensures n < 100

kernel absolute(x: Int) -> (y: Int)
  requires x > -1000000
  ensures sign: y >= 0
  ensures positive: y > 0 % 7
= if x < 0 then -x else x

lemma squares(n: Int)
  ensures n < 101
by auto using trusted

kernel summarise(text: String) -> (short: String)
  ensures shorter: len(short) <= len(text)
by prompt "Summarise {text}"
"""

PLACE = {
    "type": "object",
    "required": ["physicalLocation"],
    "properties": {
        "id": {"type": "integer", "minimum": 0},
        "message": {"$ref": "#/$defs/message"},
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation", "region"],
            "additionalProperties": False,
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "required": ["uri"],
                    "additionalProperties": False,
                    "properties": {"uri": {"type": "string", "format": "uri-reference"}, "uriBaseId": {"type": "string"}},
                },
                "region": {
                    "type": "object",
                    "required": ["startLine", "startColumn", "endLine", "endColumn"],
                    "additionalProperties": False,
                    "properties": {
                        **{k: {"type": "integer", "minimum": 1} for k in ("startLine", "startColumn", "endLine", "endColumn")},
                        "snippet": {"$ref": "#/$defs/message"},
                    },
                },
            },
        },
    },
    "additionalProperties": False,
}
# The part of the SARIF 2.1.0 schema (sections 3.13, 3.14, 3.20, 3.27, 3.28, 3.49) that is written, closed.
SARIF = {
    "$defs": {
        "message": {"type": "object", "required": ["text"], "additionalProperties": False, "properties": {"text": {"type": "string"}}},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "place": PLACE,
    },
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "additionalProperties": False,
                "properties": {
                    "tool": {"type": "object", "required": ["driver"]},
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "defaultEncoding": {"type": "string"},
                    "invocations": {"type": "array", "items": {"type": "object", "required": ["executionSuccessful"]}},
                    "properties": {"type": "object"},
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["message", "ruleId", "locations", "partialFingerprints"],
                            "additionalProperties": False,
                            "properties": {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": {"$ref": "#/$defs/level"},
                                "message": {"$ref": "#/$defs/message"},
                                "locations": {"type": "array", "items": {"$ref": "#/$defs/place"}},
                                "relatedLocations": {"type": "array", "items": {"$ref": "#/$defs/place"}},
                                "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
                                "fixes": {"type": "array"},
                            },
                        },
                    },
                },
            },
        },
    },
}


def sarif(cli: Cli, *paths: str) -> dict:
    done = cli("check", "--format", "sarif", *paths)
    log = json.loads(done.stdout)
    jsonschema.Draft202012Validator(SARIF).validate(log)
    return log["runs"][0]


def test_sarif_tells_findings_at_their_place(cli: Cli, write: Write) -> None:
    write("mixed.kw", MIXED)
    run = sarif(cli, "mixed.kw")
    (wrong,) = [r for r in run["results"] if r["ruleId"] == "KW501"]
    region = wrong["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"], wrong["level"]) == (9, 3, "error")
    assert region["snippet"]["text"] == MIXED.splitlines()[8].strip()
    assert "counterexample, replayed: x = 0" in wrong["message"]["text"]
    rule = run["tool"]["driver"]["rules"][wrong["ruleIndex"]]
    assert rule["id"] == "KW501"
    assert rule["help"]["markdown"]
    assert run["invocations"][0] == {"executionSuccessful": True, "exitCode": 1, "toolExecutionNotifications": []}
    assert run["properties"]["refuted"] == 1
    assert run["properties"]["enforced"] == 1


def test_fingerprints_stay_when_lines_move_and_differ_between_findings(cli: Cli, write: Write) -> None:
    twice = MIXED + MIXED.partition("\n\n")[2].replace("trusted", "believed").replace("absolute", "again").replace(
        "squares", "cubes"
    ).replace("summarise", "sum")
    write("mixed.kw", twice)
    before = [r["partialFingerprints"]["finding/v1"] for r in sarif(cli, "mixed.kw")["results"]]
    write("mixed.kw", "# a line more\n\n" + twice.replace("  ensures positive", "  ensures   positive"))
    after = [r["partialFingerprints"]["finding/v1"] for r in sarif(cli, "mixed.kw")["results"]]
    assert before == after
    assert len(set(before)) == len(before) >= 2


def test_what_has_no_place_is_told_of_the_run(cli: Cli) -> None:
    run = sarif(cli, "absent.kw")
    invocation = run["invocations"][0]
    assert (run["results"], invocation["executionSuccessful"], invocation["exitCode"]) == ([], False, 2)
    assert "absent.kw" in invocation["toolExecutionNotifications"][0]["message"]["text"]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("npx") is None, reason="the validator of SARIF's makers comes from npm")
def test_sarif_is_valid_to_its_makers(cli: Cli, write: Write, tmp_path: Path) -> None:
    write("mixed.kw", MIXED)
    write("broken.kw", "module broken\n\nfn f(x: Int) -> Int\n= y\n")
    (tmp_path / "all.sarif").write_text(cli("check", "--format", "sarif", ".").stdout, encoding="utf-8")
    command = ["npx", "--yes", "@microsoft/sarif-multitool-linux@5.7.0", "validate", "all.sarif"]
    invariant = {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env={**os.environ, **invariant}, check=False)
    if "could not determine executable" in done.stderr or "ENOTFOUND" in done.stderr:
        pytest.skip("npm is not reachable")
    assert "error" not in done.stdout, done.stdout


def test_junit_has_a_case_for_each_clause(cli: Cli, write: Write) -> None:
    write("mixed.kw", MIXED)
    write("broken.kw", "module broken\n\nfn f(x: Int) -> Int\n= y\n")
    root = ElementTree.fromstring(cli("check", "--format", "junit", ".").stdout)
    cases = {c.get("name", ""): c for c in root.iter("testcase")}
    assert cases["ensures: sign: y >= 0"].find("*") is None
    failure = cases["ensures: positive: y > 0 % 7"].find("failure")
    assert failure is not None
    assert "counterexample, replayed: x = 0" in (failure.text or "")
    skipped = cases["ensures: shorter: len(short) <= len(text)"].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "checked on every output when it runs"
    assert next(c for name, c in cases.items() if name.startswith("KW2")).find("error") is not None
    for key, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"), ("tests", "testcase")):
        assert int(root.get(key, "")) == len(list(root.iter(tag))), key


def test_workflow_commands_are_escaped(cli: Cli, write: Write) -> None:
    write("mixed.kw", MIXED)
    done = cli("check", "--format", "github", "mixed.kw")
    errors = [line for line in done.stdout.splitlines() if line.startswith("::error ")]
    assert len(errors) == 1
    found = re.fullmatch(r"::error file=mixed\.kw,line=9,endLine=9,col=3,endColumn=\d+,title=KW501%3A [^:,]*::(.*)", errors[0])
    assert found is not None
    assert "%0Acounterexample, replayed: x = 0%0A" in found[1]
    assert done.returncode == 1


# ---------------------------------------------------------------- audits


def test_audit_says_what_has_to_be_believed(cli: Cli, write: Write) -> None:
    write("mixed.kw", MIXED)
    found = json.loads(cli("audit", "--format", "json", "mixed.kw").stdout)
    assert [(e["declaration"], e["used_by"], e["line"]) for e in found["axioms"]] == [("mixed.trusted", ["squares"], 4)]
    assert [e["declaration"] for e in found["enforced"]] == ["mixed.summarise"]
    assert [(e["text"], e["note"]) for e in found["refuted"]] == [("positive: y > 0 % 7", "x = 0")]
    assert [e["line"] for e in found["unused_requires"]] == []
    text = cli("audit", "mixed.kw").stdout
    assert "Axioms (1): assumed without proof\n  mixed.kw:4  trusted: n < 100  [used by squares]" in text
    markdown = cli("audit", "--format", "markdown", "mixed.kw").stdout
    assert "| mixed.kw:4 | trusted: n \\< 100 | used by squares |" in markdown


def test_a_strict_audit_wants_proofs_and_nothing_else(cli: Cli, write: Write) -> None:
    write("kwlogic.toml", "")
    write("good.kw", "module good\n\nkernel next(x: Int) -> (y: Int)\n  ensures y > x\n= x + 1\n")
    assert cli("audit", "--strict").returncode == 0
    write("oracle.kw", 'module oracle\n\nkernel ask(x: Int) -> (y: Int)\n  ensures y > x\nby prompt "more than {x}"\n')
    assert cli("audit").returncode == 0
    assert cli("audit", "--strict").returncode == 1


# ---------------------------------------------------------------- runs that write nothing


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_frozen_run_writes_nothing_and_says_what_is_behind(cli: Cli, write: Write, tmp_path: Path) -> None:
    write("kwlogic.toml", "")
    text = "module good\n\nlemma longer(xs: List[Int], ys: List[Int])\n  ensures len(xs ++ ys) >= len(xs)\n"
    write("good.kw", text)
    before = everything(tmp_path)
    done = cli("check", "--frozen")
    assert everything(tmp_path) == before
    assert done.returncode == 0
    assert "warning[KW748]" in done.stdout
    assert "`proofs/good.proof` does not exist" in done.stdout
    assert cli("check").returncode == 0
    shutil.rmtree(tmp_path / ".kwlogic_cache")
    before = everything(tmp_path)
    assert "proofs/good.proof" in before
    done = cli("check", "--frozen", "-v")
    assert (everything(tmp_path), "KW748" in done.stdout, done.returncode) == (before, False, 0)
    assert "T1" in done.stdout
    write("good.kw", text.replace(">= len(xs)", ">= len(ys)"))
    before = everything(tmp_path)
    done = cli("check", "--frozen")
    assert everything(tmp_path) == before
    assert "1 certificate in `proofs/good.proof` is not as it would be now" in done.stdout


def test_a_frozen_run_does_not_believe_a_tampered_certificate(cli: Cli, write: Write, tmp_path: Path) -> None:
    write("kwlogic.toml", "")
    write("good.kw", "module good\n\nlemma same(n: Int)\n  ensures n + 0 == n\n")
    cli("check")
    proof = tmp_path / "proofs" / "good.proof"
    forged = proof.read_text(encoding="utf-8")
    write("good.kw", "module good\n\nlemma same(n: Int)\n  ensures n + 0 == n + 1\n")
    proof.write_text(forged, encoding="utf-8")
    done = cli("check", "--frozen")
    assert done.returncode == 1
    assert "refuted" in done.stdout


# ---------------------------------------------------------------- the action and the hooks

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_action_runs(write: Write, tmp_path: Path) -> None:
    write("mixed.kw", MIXED)
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    script = "\n".join(line[8:] for line in text.rpartition("run: |\n")[2].splitlines())
    own = {"PATHS": "mixed.kw", "FROZEN": "true", "SARIF": "s.sarif", "JUNIT": "j.xml", "UNKNOWN": "fail"}
    github = {"GITHUB_OUTPUT": str(tmp_path / "out"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, env={**os.environ, **own, **github, "PATH": path}
    )
    assert (done.returncode, (tmp_path / "out").read_text()) == (1, "exit-code=1\n"), done.stderr
    assert "::error file=mixed.kw,line=9" in done.stdout
    assert (tmp_path / "summary").read_text().startswith("# Audit\n")
    jsonschema.Draft202012Validator(SARIF).validate(json.loads((tmp_path / "s.sarif").read_text()))
    assert ElementTree.parse(tmp_path / "j.xml").getroot().tag == "testsuites"


def test_the_hooks_call_commands_that_there_are(cli: Cli) -> None:
    entries = re.findall(r"^  entry: kwlogic (.*)$", (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"), re.M)
    assert len(entries) == 3
    for entry in entries:
        assert cli(*entry.split(), "--help").returncode == 0
