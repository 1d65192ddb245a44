"""Changes of a body: which are made, and which a contract notices."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kwlogic.cli.main import cli
from kwlogic.core.terms import mk_and, mk_call, mk_con, mk_if, mk_int, mk_is, mk_prim, mk_sel, mk_var
from kwlogic.core.types import BOOL, INT, list_of
from kwlogic.workspace.mutants import mutants
from kwlogic.workspace.mutate import Mutation, mutate

SPEC = """\
module m
kernel clamp(x: Int, high: Int) -> (y: Int)
  ensures y <= high
= if x < high then x else high

kernel exact(x: Int, high: Int) -> (y: Int)
  ensures y <= high
  ensures x <= high ==> y == x
  ensures x > high ==> y == high
= if x < high then x else high

fn total(xs: List[Int]) -> Int
  ensures len(xs) == 0 ==> result == 0
= match xs { case [] => 0 case [x, *rest] => x + total(rest) }

kernel silent(x: Int) -> (y: Int)
= x + 1

kernel wrong(x: Int) -> (y: Int)
  ensures y > x
= x

kernel asks(x: Int) -> (y: Int)
  ensures y > x
  by tool "t"
"""


def found(name: str, folder: Path) -> Mutation:
    (folder / "m.kw").write_text(SPEC)
    return mutate(f"m.kw::{name}", (), folder)


def test_weak_contract(tmp_path: Path):
    got = found("clamp", tmp_path)
    weak = {(t.before, t.after) for t in got.tried if t.status == "unnoticed"}
    assert ("if x < high then x else high", "high") in weak
    assert ("x < high", "x <= high") in {(t.before, t.after) for t in got.tried if t.status == "equivalent"}
    assert all(t.inputs and t.outputs != t.changed for t in got.tried if t.status == "unnoticed")
    assert got.exit_code == 1
    assert {d.code for d in got.diagnostics} == {"KW535"}


def test_strong_contract(tmp_path: Path):
    got = found("exact", tmp_path)
    assert got.count("noticed") >= 4
    assert not got.count("unnoticed")
    assert got.exit_code == 0


def test_recursive_function(tmp_path: Path):
    got = found("total", tmp_path)
    assert got.count("noticed") == 2, "the constant"
    assert {(t.before, t.after) for t in got.tried if t.status == "unnoticed"} == {
        ("head(xs) + total(tail(xs))", "head(xs) - total(tail(xs))")
    }


@pytest.mark.parametrize(("name", "code"), [("silent", "KW731"), ("wrong", "KW731"), ("asks", "KW731"), ("clmp", "KW726")])
def test_what_cannot_be_asked(name: str, code: str, tmp_path: Path):
    got = found(name, tmp_path)
    assert [d.code for d in got.diagnostics] == [code]
    assert got.exit_code == 2


def test_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    found("clamp", tmp_path)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["mutate", "m.kw::clamp", "--format", "json"], standalone_mode=False)
    read = json.loads(result.output)
    assert read["summary"]["unnoticed"] == sum(m["status"] == "unnoticed" for m in read["mutants"]) > 0
    assert all(m["output"] != m["mutant_output"] for m in read["mutants"] if m["status"] == "unnoticed")


def test_each_occurrence_is_changed_alone():
    x = mk_var("x", INT)
    one = mk_int(1)
    body = mk_prim("int.add", (mk_prim("int.mul", (x, one), INT), one), INT)
    made = [m.body for m in mutants(body)]
    assert len(made) == len(set(made)) == 6
    assert mk_prim("int.add", (mk_prim("int.mul", (x, one), INT), mk_int(2)), INT) in made
    assert mk_prim("int.add", (mk_prim("int.mul", (x, mk_int(2)), INT), one), INT) in made


def test_what_takes_apart_is_left_alone():
    xs = mk_var("xs", list_of(INT))
    head = mk_sel("Cons", 0, xs, INT)
    body = mk_if(mk_and((mk_is("Cons", xs), mk_prim("int.lt", (head, mk_int(0)), BOOL))), head, mk_int(5))
    assert {m.kind for m in mutants(body)} == {"a constant off by one"}
    same = mk_call("f", (), (xs, mk_con("Nil", (), xs.type)), INT)
    assert [m.kind for m in mutants(same)] == ["arguments swapped"]
