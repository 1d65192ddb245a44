"""Remembered lemmas, forged: a file of certificates may say anything, and nothing false may be proved by it, though neither tests
nor counterexamples keep the false statements out.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kwlogic.solve import tester
from kwlogic.solve.discharge import Prover
from kwlogic.vc.data import Kind, Proved
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest
from kwlogic.workspace.proofs_check import check_proofs

SPEC = """module t
type Seq[a] = Nil | Cons(head: a, tail: Seq[a])
fn join[a](x: Seq[a], y: Seq[a]) -> Seq[a]
= match x { case Nil => y case Cons(h, t) => Cons(h, join(t, y)) }
fn flip[a](x: Seq[a]) -> Seq[a]
= match x { case Nil => Nil case Cons(h, t) => join(flip(t), Cons(h, Nil)) }

lemma one[a](x: Seq[a]) ensures flip(x) == x
lemma other[a](x: Seq[a]) ensures flip(flip(flip(x))) == x
lemma third(x: Seq[Int]) ensures flip(x) == x
theorem twice[a](x: Seq[a]) ensures flip(flip(x)) == x
"""
FLIP, THRICE = "(t.flip{'a} x)", "(t.flip{'a} (t.flip{'a} (t.flip{'a} x)))"
FORGED = (
    "(lemma () false)",
    f"(lemma ((x t.Seq['a])) (= {FLIP} x))",
    f"(lemma ((x t.Seq['a])) (= {THRICE} x))",
    f"(lemma ((x t.Seq['a])) (=> (= {THRICE} x) (= {FLIP} x)))",
    f"(lemma ((x t.Seq['a])) (=> (= {FLIP} x) (= {THRICE} x)))",
    "(lemma ((x t.Seq['a]) (y t.Seq['b])) (= (t.flip{'b} y) y))",
    "(lemma ((x t.Seq['a]) (x t.Seq['a])) (= (t.flip{'a} x) (t.Nil:t.Seq['a])))",
    "(lemma ((found.0 t.Seq['a])) (= (t.flip{'a} found.0) found.0))",
    f"(lemma ((x t.Seq['a])) (forall (x:t.Seq['a]) (= {FLIP} x)))",
    "(lemma ((x.head 'a) (x t.Seq['a])) (= (t.flip{'a} (t.Cons:t.Seq['a] x.head x)) (t.Cons:t.Seq['a] x.head x)))",
    "(lemma ((x t.Seq['a])) (= (field t.Cons 0 x) (field t.Cons 0 (t.flip{'a} x))))",
    "(lemma ((x t.Seq[Int])) (= (t.flip{Int} x) x))",
    "(lemma ((x t.Seq[Bool])) (= (t.flip{Int} x) x))",
    "(lemma ((x 'a)) (= (t.flip{'a} (t.Nil:t.Seq['a])) x))",
    "(lemma (x) (= x x))",
    "(lemma (((x) t.Seq['a])) true)",
    "(lemma",
)
TAMPERED = """
(proof "t.one/lemma/ensures1"
  (tier T1)
  (where (x t.Seq['a]))
  (lemma found.0 (a) (x) (= (t.flip{'a} x) x) (leaf (use found.0 (a) (x))))
  (leaf (use found.0 (a) (x))))
"""


@pytest.fixture
def careless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is tested and nothing refuted."""
    monkeypatch.setattr(tester.Tester, "_breaks", lambda *_: False)
    for name in ("_glance", "_refute", "_refute_deeper", "_refute_widely", "_refute_narrowing", "_refute_running"):
        monkeypatch.setattr(Prover, name, lambda *_: None)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "kwlogic.toml").write_text('paths = ["."]\nproofs = true\n', encoding="utf-8")
    (tmp_path / "t.kw").write_text(SPEC, encoding="utf-8")
    (tmp_path / "proofs").mkdir()
    return tmp_path


def proved(folder: Path) -> set[str]:
    results = check(CheckRequest((), folder, budget=60_000, jobs=1, cache=False)).results
    return {r.obligation.declaration for r in results if isinstance(r.verdict, Proved) and r.obligation.kind is Kind.LEMMA}


def test_forged_lemmas_prove_nothing_false(project: Path, careless: None):
    (project / "proofs" / "t.proof").write_text("(module t)\n\n" + "\n".join(FORGED) + TAMPERED, encoding="utf-8")
    assert proved(project) <= {"t.twice"}


def test_a_tampered_certificate_is_rejected(project: Path):
    forged = TAMPERED.replace("found.0", "t.one#0").replace(
        "(lemma t.one#0 (a) (x) (= (t.flip{'a} x) x) (leaf (use t.one#0 (a) (x))))\n  ", ""
    )
    for entry in (TAMPERED, forged):
        (project / "proofs" / "t.proof").write_text("(module t)\n\n" + "\n".join(FORGED[:3]) + entry, encoding="utf-8")
        report = check_proofs(("t.kw::one",), project)
        assert report.exit_code
        assert not report.tiers
