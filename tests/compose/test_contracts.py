"""Obligations of compositions: what proofs rest on, what refutes them, what is asked once, what must come before what."""

from __future__ import annotations

from pathlib import Path

import pytest

from kwlogic.vc.data import Proved, Refuted, Result, Unknown
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest, CheckResult

LEAVES = """
module m

resource ledger
resource mail

kernel ask(text: String) -> (n: Int)
  requires len(text) > 0
  ensures range: 0 <= n <= 1000
  by prompt "{text}"

kernel twice(n: Int) -> (m: Int)
  requires n <= 5000
  ensures m == 2 * n
= 2 * n

kernel grow(n: Int) -> (m: Int)
  ensures m > n
= n + 1

axiom mystery(n: Int)
  ensures n * n * n == n * n * n + 0 * n

kernel note(n: Int) -> (entry: String)
  writes ledger
  by tool "note"

kernel post(n: Int) -> (receipt: String)
  requires n >= 0
  writes ledger
  rollback unpost
  ensures len(receipt) > 0
  by tool "post"

kernel unpost(receipt: String) -> (undone: Bool)
  requires len(receipt) > 0
  writes ledger
  by tool "unpost"

kernel send(n: Int) -> (sent: Bool)
  irrevocable
  writes mail
  by tool "send"

"""


def run(folder: Path, text: str, leaves: str = LEAVES) -> CheckResult:
    (folder / "m.kw").write_text(leaves + text, encoding="utf-8")
    return check(CheckRequest(cwd=folder, paths=("m.kw",), jobs=1, cache=False))


def of(result: CheckResult, name: str, kind: str = "") -> list[Result]:
    return [r for r in result.results if r.obligation.declaration == f"m.{name}" and r.obligation.kind.value.startswith(kind)]


def codes(result: CheckResult) -> list[str]:
    return [d.code for d in result.diagnostics if d.code >= "KW4" and d.code < "KW5"]


# ---------------------------------------------------------------- what a proof rests on


def test_a_proof_names_the_clauses_it_rests_on_and_where_they_end(tmp_path: Path):
    result = run(
        tmp_path,
        "kernel inner(text: String) -> (m: Int)\n  requires len(text) > 0\n  ensures m <= 2000\n= compose ask >> twice\n\n"
        "kernel outer(text: String) -> (m: Int)\n  requires len(text) > 0\n  ensures m <= 2001\n= compose inner >> grow[n as m][m as k] >> twice"
        "[n as k][m as l] >> id(l)[l as m]\n",
    )
    (clause,) = of(result, "inner", "ensures")
    assert isinstance(clause.verdict, Proved)
    assert {(r.kernel, r.label, r.ends_in) for r in clause.rests} == {("m.twice", None, "proof"), ("m.ask", "range", "enforcement")}


def test_a_chain_ends_where_its_weakest_part_does(tmp_path: Path):
    result = run(
        tmp_path,
        "kernel inner(text: String) -> (m: Int)\n  requires len(text) > 0\n  ensures m <= 2000\n= compose ask >> twice\n\n"
        "kernel outer(text: String) -> (m: Int)\n  requires len(text) > 0\n  ensures m <= 2001\n= compose inner\n",
    )
    (clause,) = of(result, "outer", "ensures")
    assert [(r.kernel, r.clause, r.ends_in) for r in clause.rests] == [("m.inner", "m <= 2000", "enforcement")]


def test_an_open_clause_supports_nothing_and_the_others_do(tmp_path: Path):
    result = run(
        tmp_path,
        "kernel split(n: Int) -> (a: Int, b: Int)\n  ensures a == n\n  ensures b == n\n= (n, n + 1)\n\n"
        "kernel good(n: Int) -> (a: Int)\n  ensures a == n\n= compose split\n\nkernel bad(n: Int) -> (b: Int)\n  ensures b == n\n= compose split\n",
    )
    assert isinstance(of(result, "good", "ensures")[0].verdict, Proved)
    verdict = of(result, "bad", "ensures")[0].verdict
    assert isinstance(verdict, Unknown)
    assert "`split`" in verdict.reason


def test_a_part_that_may_crash_supports_nothing(tmp_path: Path):
    result = run(
        tmp_path,
        "kernel share(n: Int) -> (a: Int)\n  ensures a >= 0\n= if 10 // n >= 0 then 1 else 2\n\n"
        "kernel use(n: Int) -> (a: Int)\n  ensures a >= 0\n= compose share\n",
    )
    assert isinstance(of(result, "use", "ensures")[0].verdict, Unknown)


# ---------------------------------------------------------------- counterexamples


def test_a_refuted_link_shows_every_wire_and_both_places(tmp_path: Path):
    result = run(
        tmp_path,
        "kernel use(text: String) -> (m: Int)\n  requires len(text) > 0\n{\n  n <- ask(text);\n  d <- twice(n);\n  m <- twice(5 * d);\n}\n",
    )
    (wrong,) = [r for r in of(result, "use", "link") if isinstance(r.verdict, Refuted)]
    assert isinstance(wrong.verdict, Refuted)
    found = wrong.verdict.counterexample
    assert found is not None
    values = {name: text for name, text, _ in found.inputs}
    assert values["text"] == '"a"'
    assert int(values["d"]) == 2 * int(values["n"]) > 1000
    assert int(values["n"]) == 501, "the smallest there is"
    shown = next(d for d in result.diagnostics if d.code == "KW512")
    assert len(shown.labels) >= 2
    assert "`twice` requires `n <= 5000`" in shown.labels[0].text


def test_what_only_a_contract_allows_refutes_nothing(tmp_path: Path):
    result = run(tmp_path, "kernel use(n: Int) -> (m: Int)\n  requires n < 100\n= compose grow[m as n] >> twice\n")
    (link,) = of(result, "use", "link")
    assert isinstance(link.verdict, Unknown)
    assert (link.verdict.blame, link.verdict.blamed) == ("callee", "m.grow")


def test_an_oracle_may_yield_whatever_its_contract_allows(tmp_path: Path):
    result = run(tmp_path, "kernel use(text: String) -> (n: Int)\n  requires len(text) > 0\n  ensures n < 1000\n= compose ask\n")
    verdict = of(result, "use", "ensures")[0].verdict
    assert isinstance(verdict, Refuted)
    assert verdict.counterexample is not None
    assert ("n", "1000", "1000") in verdict.counterexample.inputs


def test_a_composition_as_a_part_is_known_by_what_it_declares(tmp_path: Path):
    result = run(
        tmp_path,
        "kernel silent(n: Int) -> (m: Int)\n  requires n <= 5000\n= compose twice\n\n"
        "kernel use(n: Int) -> (m: Int)\n  requires n <= 5000\n  ensures m == 2 * n\n= compose silent\n",
    )
    assert isinstance(of(result, "use", "ensures")[0].verdict, Refuted)


# ---------------------------------------------------------------- many parts

STEPS = """
module m

kernel up(n: Int) -> (m: Int)
  requires n >= 0
  ensures m >= 0
= n + 1

kernel turn(n: Int) -> (m: Int)
  requires n >= 0
  ensures m == 0 - n
= 0 - n

"""


def chain(count: int, broken: int) -> str:
    names = [f"w{i}" for i in range(count)] + ["r"]
    steps = [f"  {names[i + 1]} <- {'turn' if i == broken else 'up'}({names[i]});" for i in range(count)]
    return "kernel use(w0: Int) -> (r: Int)\n  requires w0 >= 0\n  ensures r >= 0\n{\n" + "\n".join(steps) + "\n}\n"


def test_one_broken_link_of_many_is_named_and_nothing_else(tmp_path: Path):
    result = run(tmp_path, chain(100, 50), STEPS)
    wrong = [r for r in result.results if not isinstance(r.verdict, Proved)]
    assert [r.obligation.id for r in wrong] == ["m.use/link/up.1~51"]
    assert isinstance(wrong[0].verdict, Refuted)
    assert sum(r.rlimit > 0 for r in of(result, "use", "link")) <= 4, "equal links are asked once"


@pytest.mark.slow
def test_ten_thousand_parts(tmp_path: Path):
    result = run(tmp_path, chain(10_000, 5_000), STEPS)
    wrong = [r for r in result.results if not isinstance(r.verdict, Proved)]
    assert [r.obligation.id for r in wrong] == ["m.use/link/up.1~5001"]


def test_wider_context_is_used_where_the_nearest_contract_is_not_enough(tmp_path: Path):
    text = "kernel copy(n: Int) -> (m: Int)\n  ensures m == n\n= n\n\n"
    steps = [f"  w{i + 1} <- copy(w{i});" for i in range(60)]
    text += "kernel use(w0: Int) -> (m: Int)\n  requires w0 <= 7\n{\n" + "\n".join(steps) + "\n  m <- twice(700 * w60);\n}\n"
    assert all(isinstance(r.verdict, Proved) for r in of(run(tmp_path, text), "use"))


# ---------------------------------------------------------------- order and standing in


def test_a_write_without_a_way_back_comes_last(tmp_path: Path):
    text = "kernel use(text: String, n: Int) -> (k: Int, entry: String)\n  requires len(text) > 0\n{{\n  entry <- note(n){0};\n  k <- ask(text){1};\n}}\n"
    assert codes(run(tmp_path, text.format("", ""))) == ["KW425"]
    assert codes(run(tmp_path, text.format("", " after entry"))) == ["KW425"]
    assert codes(run(tmp_path, text.format(" after k", ""))) == []


def test_rounds_come_after_one_another(tmp_path: Path):
    assert codes(run(tmp_path, "kernel use(n: List[Int]) -> (entry: List[String])\n= compose map note\n")) == ["KW425"]
    assert (
        codes(
            run(tmp_path, "kernel use(n: List[Int]) -> (receipt: List[String])\n  requires forall x in n :: x >= 0\n= compose map post\n")
        )
        == []
    )


def test_what_cannot_be_taken_back_comes_after_all_that_may_fail(tmp_path: Path):
    text = "kernel use(text: String, n: Int) -> (k: Int, sent: Bool)\n  requires len(text) > 0\n{{\n  sent <- send(n){0};\n  k <- ask(text){1};\n}}\n"
    assert codes(run(tmp_path, text.format("", ""))) == ["KW424"]
    assert codes(run(tmp_path, text.format(" after k", ""))) == []


def test_a_composition_is_undone_by_its_parts(tmp_path: Path):
    inner = "kernel inner(n: Int) -> (receipt: String)\n  requires n >= 0\n= compose {0}\n\n"
    outer = "kernel use(text: String) -> (n: Int, x: String)\n  requires len(text) > 0\n{{\n  x <- inner(1);\n  n <- ask(text);\n}}\n"
    assert codes(run(tmp_path, inner.format("post") + outer.format())) == []
    assert codes(run(tmp_path, inner.format("note[entry as receipt]") + outer.format())) == ["KW425"]


def test_a_rollback_can_be_started(tmp_path: Path):
    result = run(
        tmp_path,
        'kernel undo(n: Int) -> (ok: Bool)\n  requires n > 0\n  by tool "undo"\n\n'
        'kernel put(n: Int) -> (ok: Bool)\n  requires n >= 0\n  writes mail\n  rollback undo\n  by tool "put"\n',
    )
    (link,) = of(result, "put", "link")
    assert isinstance(link.verdict, Refuted)
    assert of(result, "post", "link")
    assert all(isinstance(r.verdict, Proved) for r in of(result, "post", "link"))


def test_an_idle_step_is_a_warning(tmp_path: Path):
    assert codes(run(tmp_path, "kernel use(n: Int) -> (m: Int)\n{\n  m <- grow(n);\n  _ <- grow(n + 1);\n}\n")) == ["KW426"]


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ("kernel b(n: Int, k: Int) -> (m: Int)\n= n + k\n", "KW422"),
        ("kernel b(n: Int) -> (k: Int)\n= n\n", "KW422"),
        ("kernel b(n: Bool) -> (m: Int)\n= if n then 1 else 0\n", "KW422"),
        ('kernel b(n: Int) -> (m: Int)\n  reads mail\n  by tool "b"\n', "KW423"),
    ],
)
def test_a_stand_in_must_fit(tmp_path: Path, other: str, code: str):
    assert codes(run(tmp_path, other + "\nrefine grow by b\n")) == [code]
