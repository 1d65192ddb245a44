"""Certificates from end to end: written by a check, checked without a solver, and refused where anything in them is wrong."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kwlogic.solve.backend import Answer
from kwlogic.source.data import Diagnosed
from kwlogic.vc.data import Goal, Proved
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest, CheckResult
from kwlogic.workspace.proofs_check import ProofReport, Scene, check_proofs, show_proof

SPEC = """\
module demo.lists

fn twice(xs: List[Int]) -> List[Int]
= match xs { case [] => [] case [x, *rest] => [x, x, *twice(rest)] }

lemma len_twice(xs: List[Int])
  ensures len(twice(xs)) == 2 * len(xs)

lemma len_twice_twice(xs: List[Int])
  ensures len(twice(twice(xs))) == 4 * len(xs)

kernel clip(x: Int, lo: Int, hi: Int) -> (y: Int)
  requires lo <= hi
  ensures lo <= y and y <= hi
  ensures lo <= x and x <= hi ==> y == x
= if x < lo then lo else if x > hi then hi else x

kernel share(total: Int, n: Int) -> (each: Int)
  requires n > 0
  ensures each * n <= total
  ensures total < (each + 1) * n
= total // n

fn raised(k: Int, xs: List[Int]) -> List[Int]
= match xs { case [] => [] case [x, *rest] => [x + k, *raised(k, rest)] }

lemma len_raised(k: Int, xs: List[Int])
  ensures len(raised(k, xs)) == len(xs)

lemma in_union(x: Int, s: Set[Int], t: Set[Int])
  requires x in s
  ensures x in union(s, t)
"""

BOOK = "proofs/demo/lists.proof"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with its certificates."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "kwlogic.toml").write_text('paths = ["specs"]\nproofs = true\n', encoding="utf-8")
    (folder / "specs").mkdir()
    (folder / "specs" / "lists.kw").write_text(SPEC, encoding="utf-8")
    result = run(folder)
    assert all(isinstance(r.verdict, Proved) for r in result.results)
    return folder


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """A copy to do harm to."""
    for path in made.rglob("*"):
        if path.is_file() and ".kwlogic_cache" not in path.parts:
            copy = tmp_path / path.relative_to(made)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    return tmp_path


def run(folder: Path, **more: object) -> CheckResult:
    return check(CheckRequest((), folder, jobs=1, cache=False, **more))  # type: ignore[arg-type]


def codes(report: ProofReport) -> set[str]:
    return {d.code for d in report.diagnostics}


def edit(folder: Path, pattern: str, new: str, path: str = BOOK) -> None:
    file = folder / path
    before = file.read_text(encoding="utf-8")
    after = re.sub(pattern, new, before, count=1)
    assert after != before, pattern
    file.write_text(after, encoding="utf-8")


# ---------------------------------------------------------------- what holds


def test_all_are_shown_without_a_solver(made: Path):
    report = check_proofs((), made, strict=True)
    assert not report.diagnostics
    assert set(report.tiers) == {"T1"}
    assert report.exit_code == 0


def test_a_second_run_replays_and_writes_nothing(project: Path):
    before = (project / BOOK).read_bytes()
    stamp = (project / BOOK).stat().st_mtime_ns
    result = run(project)
    valid = [r for r in result.results if r.obligation.ask is Goal.VALID]
    assert all(isinstance(r.verdict, Proved) and r.verdict.tier == "T1" and r.rlimit == 0 for r in valid)
    assert (project / BOOK).read_bytes() == before
    assert (project / BOOK).stat().st_mtime_ns == stamp


def test_a_replay_asks_no_solver(project: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("kwlogic.solve.search.check", lambda *_: pytest.fail("a solver was asked"))
    assert all(isinstance(r.verdict, Proved) for r in run(project).results)


def test_only_what_changed_is_written_anew(project: Path):
    before = (project / BOOK).read_text(encoding="utf-8").split("\n(proof ")
    edit(
        project, r"ensures len\(twice\(twice\(xs\)\)\) == 4 \* len\(xs\)", "ensures 4 * len(xs) == len(twice(twice(xs)))", "specs/lists.kw"
    )
    run(project)
    after = (project / BOOK).read_text(encoding="utf-8").split("\n(proof ")
    changed = [a for a, b in zip(before, after, strict=True) if a != b]
    assert len(changed) == 1
    assert changed[0].startswith('"demo.lists.len_twice_twice')


def test_no_solver_is_loaded(made: Path):
    program = "import sys\nfrom kwlogic.cli.main import guarded\ncode = guarded(['proof', 'check'])\nassert 'z3' not in sys.modules\nsys.exit(code)"
    done = subprocess.run([sys.executable, "-c", program], cwd=made, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "certificates hold" in done.stdout


def test_a_proof_in_words(made: Path):
    text = "\n".join(show_proof("len_twice", (), made))
    assert "induction on xs" in text
    assert "by definition of twice" in text
    assert "xs is [first, *rest]" in text


# ---------------------------------------------------------------- what does not


HARM = {
    "a step removed": (r"\n +\(open \(demo\.lists\.twice\{\} \(Cons[^\n]*", ""),
    "another instance": (r"\(at 0 ?\)|\(use demo\.lists\.len_twice 0 \{\} xs\)", "(use demo.lists.len_twice 0 {} (Nil:List[Int]))"),
    "a lemma that proves itself": (r"\(use demo\.lists\.len_twice 0 ", "(use demo.lists.len_twice_twice 0 "),
    "a fact that there is not": (r"\(use demo\.lists\.len_twice 0 ", "(use demo.lists.len_twice 7 "),
    "a case removed": (r"\(induction xs\n    \(leaf\n(      .*\n)+", "(induction xs\n"),
    "an ill-typed term": (r"\(open \(demo\.lists\.twice\{\} \(Nil:List\[Int\]\)\)\)", "(open (demo.lists.twice{} 3))"),
    "an unknown variable": (r"\(where \(xs List\[Int\]\)", "(where (zs List[Int])"),
    "a hypothesis left out": (r"\n  \(hyps [^)]*\)", ""),
    "a tier that it has not": (r"\(tier T1\)", "(tier T4)"),
    "a bracket too few": (r"\)\n\n", "\n\n"),
    "a word of nonsense": (r"\(leaf", "(laef"),
    "a quantified formula that there is not": (r"\(at [0-9]+", "(at 99"),
}


@pytest.mark.parametrize("harm", HARM)
def test_tampering_is_refused(project: Path, harm: str):
    pattern, new = HARM[harm]
    edit(project, pattern, new)
    report = check_proofs((), project)
    assert codes(report) & {"KW742", "KW744"}
    assert report.exit_code == 1


def test_a_trusted_leaf_is_told_apart(project: Path):
    text = (project / BOOK).read_text(encoding="utf-8")
    start = text.index('(proof "demo.lists.clip/ensures/1"')
    end = text.find("\n(proof ", start)
    name, seal = re.search(r'\(proof ("[^"]*")\n  \(seal (\w+)\)', text[start:end]).groups()  # type: ignore[union-attr]
    (project / BOOK).write_text(f"{text[:start]}(proof {name}\n  (seal {seal}) (tier T4)\n  (trusted T4))\n{text[end:]}", encoding="utf-8")
    report = check_proofs((), project)
    assert report.tiers["T4"] == 1
    assert (codes(report), report.exit_code) == ({"KW747"}, 0)
    assert check_proofs((), project, strict=True).exit_code == 1


@pytest.mark.parametrize("word", ["T3", "t1"])
def test_there_are_no_other_tiers(project: Path, word: str):
    edit(project, r"\(tier T1\)", f"(tier {word})")
    assert check_proofs((), project).exit_code == 1


BELIEVED = """\
module believed

kernel down(x: Int) -> (y: Int)
  ensures y > x
= x - 1
"""


def test_a_forged_word_of_a_solver_is_held_against_evaluation(tmp_path: Path):
    """Whoever writes that a solver said so is not believed where running it shows otherwise."""
    (tmp_path / "believed.kw").write_text(BELIEVED, encoding="utf-8")
    check(CheckRequest(("believed.kw",), tmp_path, jobs=1, cache=False, proofs=True))
    book = tmp_path / "proofs" / "believed.proof"
    scene = Scene(("believed.kw",), tmp_path)
    (claim,) = [o for o in scene.obligations() if o.ask is Goal.VALID]
    entry = f'(proof "{claim.id}"\n  (seal {scene.seals.of(claim)}) (tier T4) (goal 0)\n  (trusted T4))\n'
    book.write_text(f"(module believed)\n{entry}", encoding="utf-8")
    report = check_proofs(("believed.kw",), tmp_path)
    assert (codes(report), report.exit_code) == ({"KW742"}, 1)
    assert "evaluation shows otherwise" in report.diagnostics[0].message


def test_a_proof_is_named_as_in_check(made: Path):
    by_file, by_name = show_proof("specs/lists.kw::len_twice", (), made), show_proof("len_twice", (), made)
    assert by_file == by_name
    for wrong in ("gone.kw::len_twice", "specs/lists.kw::gone"):
        with pytest.raises(Diagnosed):
            show_proof(wrong, (), made)


@pytest.mark.parametrize("share", [0.1, 0.4, 0.7, 0.97])
def test_a_file_cut_off(project: Path, share: float):
    data = (project / BOOK).read_bytes()
    (project / BOOK).write_bytes(data[: int(len(data) * share)])
    report = check_proofs((), project)
    assert report.exit_code == 1
    assert codes(report) & {"KW742", "KW744"}


def test_a_missing_file(project: Path):
    (project / BOOK).unlink()
    assert codes(check_proofs((), project)) == {"KW744"}


def test_not_utf8(project: Path):
    (project / BOOK).write_bytes(b"\xff\xfe(proof")
    assert "KW740" in codes(check_proofs((), project))


def test_stale_after_the_clause_changed(project: Path):
    edit(project, r"ensures x in union\(s, t\)", "ensures x in union(t, s)", "specs/lists.kw")
    assert codes(check_proofs((), project)) == {"KW743"}


def test_stale_after_a_definition_changed(project: Path):
    edit(project, r"\[x, x, \*twice\(rest\)\]", "[x, x + 1, *twice(rest)]", "specs/lists.kw")
    assert "KW743" in codes(check_proofs((), project))


def test_an_entry_about_nothing(project: Path):
    edit(project, r"lemma in_union[^@]*$", "", "specs/lists.kw")
    assert codes(check_proofs((), project)) == {"KW743"}


def test_what_rests_on_a_missing_proof(project: Path):
    edit(project, r'\(proof "demo.lists.len_twice/lemma/ensures1"(.*\n)+?\n', '(open "demo.lists.len_twice/lemma/ensures1")\n\n')
    assert "KW745" in codes(check_proofs((), project))


def test_a_wrong_certificate_is_replaced(project: Path):
    edit(project, r"\(leaf", "(laef")
    run(project)
    assert check_proofs((), project).exit_code == 0


def test_a_folder_in_the_place_of_a_file(project: Path):
    (project / BOOK).unlink()
    (project / BOOK).mkdir()
    assert {"KW740"} <= codes(check_proofs((), project))
    assert "KW741" in {d.code for d in run(project).diagnostics}


def test_no_proof_of_that_name(made: Path):
    with pytest.raises(Diagnosed) as caught:
        show_proof("len_twic", (), made)
    assert caught.value.diagnostics[0].code == "KW746"
    assert "len_twice" in str(caught.value.diagnostics[0].help)


# ---------------------------------------------------------------- a back end that lies


LIES = """\
module lies

kernel wrong(x: Int) -> (y: Int)
  ensures y > x
= x - 1

lemma wrong_too(xs: List[Int], ys: List[Int])
  ensures xs ++ ys == ys ++ xs

lemma nearly(x: Int)
  ensures x != 123456789
"""


def test_a_lying_back_end_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whatever it says: nothing false gets a certificate, and what evaluation can break is refuted all the same."""

    def liar(query, *_: object) -> Answer:
        return Answer("unsat", 1, frozenset(name for name, _ in query.assertions))

    monkeypatch.setattr("kwlogic.solve.search.check", liar)
    monkeypatch.setattr("kwlogic.solve.certify.check", liar)
    (tmp_path / "lies.kw").write_text(LIES, encoding="utf-8")
    result = check(CheckRequest(("lies.kw",), tmp_path, jobs=1, cache=False, proofs=True))
    named = {r.obligation.declaration: r.verdict for r in result.results if r.obligation.ask is Goal.VALID}
    assert not any(isinstance(v, Proved) and v.tier == "T1" for v in named.values())
    assert not isinstance(named["lies.wrong"], Proved)
    assert not isinstance(named["lies.wrong_too"], Proved)
    assert check_proofs(("lies.kw",), tmp_path, strict=True).exit_code == 1


# ---------------------------------------------------------------- hypotheses of induction that generalise much

MANY = """\
module many

fn has_three(xs: List[Int]) -> Bool
= match xs { case [] => false case [x, *rest] => x == 3 or has_three(rest) }

lemma found(amount: Real, active: Bool, name: String, creator: String, limit: Real, xs: List[Int])
  requires active and name != creator and limit < amount
  requires 3 in xs
  ensures active and has_three(xs)
"""


def test_a_hypothesis_of_induction_is_used_at_the_values_that_are_there(tmp_path: Path):
    (tmp_path / "many.kw").write_text(MANY, encoding="utf-8")
    result = check(CheckRequest(("many.kw::found",), tmp_path, jobs=1, cache=False, proofs=True))
    assert {r.verdict.tier for r in result.results if isinstance(r.verdict, Proved)} == {"T1"}
    assert check_proofs(("many.kw::found",), tmp_path, strict=True).exit_code == 0
