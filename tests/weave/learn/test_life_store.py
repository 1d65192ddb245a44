"""Kernels of a store go on in their lives: by rule, by hand, through the real gate; and what is recorded of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kwlogic.cli.main import cli
from kwlogic.source.data import Diagnosed
from kwlogic.weave.learn.life_data import Gated, Policy
from kwlogic.weave.learn.life_evidence import evidence_of
from kwlogic.weave.learn.life_gate import AtGate
from kwlogic.weave.learn.life_service import promote, retire, review
from kwlogic.weave.store.convert import kernel_of
from kwlogic.weave.store.data import ClauseVerdict, Feedback, Run, RunState, State, StoredKernel, canonical
from kwlogic.weave.store.store import Store, open_store

POLICY = Policy(runs=5, success=0.6, patience=100)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store("s.sqlite", tmp_path) as found:
        yield found


def put(store: Store, verdict: str = "proved") -> StoredKernel:
    kernel = store.put_kernel(kernel_of("m.k", {"inputs": [["x", "Int"]], "body": ["expression", ""]}, module="m", spec="module m\n"))
    store.put_verdicts([ClauseVerdict(kernel.digest, "m.k.ensures.0", "ensures", "a", "x > 0", verdict)])
    return kernel


def gate(standing: str) -> Callable[[Store, StoredKernel, int], AtGate]:
    return lambda store, kernel, examples: AtGate(Gated(standing, "because", examples), "v1")


def judge(store: Store, kernel: StoredKernel, *verdicts: bool) -> None:
    for passed in verdicts:
        number = store.counts()["feedback"]
        store.add_feedback(Feedback(f"f{number}", kernel.digest, "", canonical({"run": f"r{number}"}), passed))


def test_a_whole_life(store: Store):
    kernel = put(store)
    [first] = review(store, POLICY, gate=gate("accepted"))
    assert [m.after for m in first.moves] == [State.GATED, State.PROVED]
    assert "0 of 5" in first.waits
    judge(store, kernel, *[True] * 7)
    [second] = review(store, POLICY)
    assert second.after is State.PROMOTED
    assert review(store, POLICY)[0].moves == (), "the same evidence moves nothing twice"
    judge(store, kernel, *[False] * 6)
    [third] = review(store, POLICY)
    assert third.after is State.PROVED
    assert third.warnings[0].code == "KW861"
    assert evidence_of(store, kernel, POLICY).outcomes == (), "it starts anew"
    judge(store, kernel, *[True] * 7)
    assert review(store, POLICY)[0].after is State.PROMOTED
    judge(store, kernel, *[False] * 6)
    assert review(store, POLICY)[0].after is State.RETIRED, "once was enough"
    assert review(store, POLICY) == []
    lives = store.transitions(kernel.digest)
    assert [t.seq for t in lives] == list(range(1, len(lives) + 1))
    said = json.loads(lives[2].evidence)
    assert said["all"]["runs"] == 7
    assert said["all"]["prior"] == [1.0, 1.0]
    assert said["gate"] == {"standing": "accepted", "reason": "because", "runs": 100}


def test_the_last_word_about_a_run_counts(store: Store):
    kernel = put(store)
    for name, passed in (("a", True), ("b", False), ("c", True)):
        store.add_feedback(Feedback(name, kernel.digest, "", '{"run":"one"}', passed))
    store.add_feedback(Feedback("d", kernel.digest, "", "[]", None))
    assert evidence_of(store, kernel, POLICY).outcomes == (True,)


def test_runs_that_nobody_judged(store: Store):
    kernel = put(store)
    review(store, POLICY, gate=gate("accepted"))
    for number, state in enumerate((RunState.DONE, RunState.DONE, RunState.FAILED, RunState.RUNNING)):
        store.start_run(Run(f"r{number}", "v1", "m.k", "{}"))
        if state is not RunState.RUNNING:
            store.finish_run(Run(f"r{number}", "v1", "m.k", "{}", state))
    assert evidence_of(store, kernel, POLICY).outcomes == ()
    assert sorted(evidence_of(store, kernel, Policy(judged=False)).outcomes) == [False, True, True]
    store.add_feedback(Feedback("f", kernel.digest, "", '{"run":"r0"}', False))
    assert sorted(evidence_of(store, kernel, Policy(judged=False)).outcomes) == [False, False, True], "a word outweighs the run"


@pytest.mark.parametrize(
    ("standing", "verdict"), [("rejected", "proved"), ("undecided", "proved"), ("", "proved"), ("accepted", "refuted")]
)
def test_no_word_outweighs_the_gate_or_a_counterexample(store: Store, standing: str, verdict: str):
    kernel = put(store, verdict)
    with pytest.raises(Diagnosed) as refused:
        promote(store, kernel, "I like it", POLICY, gate(standing))
    assert refused.value.diagnostics[0].code == "KW862"
    assert store.status(kernel.digest).state is not State.PROMOTED


def test_by_hand(store: Store):
    kernel = put(store)
    with pytest.raises(Diagnosed):
        promote(store, kernel, "  ", POLICY, gate("accepted"))
    assert promote(store, kernel, "in use\nfor a year", POLICY, gate("accepted")).reason == "in use for a year"
    retire(store, kernel, "old", POLICY)
    with pytest.raises(Diagnosed):
        retire(store, kernel, "old", POLICY)
    assert promote(store, kernel, "back again", POLICY).before is State.RETIRED
    assert [t.by for t in store.transitions(kernel.digest)][-3:] == ["hand"] * 3


SPEC = """module shop
use sums (twice)
kernel price(pieces: Int) -> (total: Int)
  requires pieces > 0
  ensures total > pieces
= twice(pieces)

kernel wrong(n: Int) -> (m: Int)
  ensures m > n
= n
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(cli, list(arguments), standalone_mode=False)


def test_review_by_the_real_gate(run: Callable[..., Result], tmp_path: Path):
    (tmp_path / "shop.kw").write_text(SPEC, encoding="utf-8")
    (tmp_path / "sums.kw").write_text("module sums\nfn twice(n: Int) -> Int = 2 * n\n", encoding="utf-8")
    (tmp_path / "kwlogic.toml").write_text("[life]\nruns = 3\nsuccess = 0.4\nexamples = 10\n", encoding="utf-8")
    run("store", "add", "shop.kw")
    for path in tmp_path.glob("*.kw"):
        path.unlink()  # the store has all that is needed
    done = run("store", "review")
    assert done.return_value == 1, "one was rejected"
    assert "gated -> proved" in done.stdout
    assert "candidate -> rejected: refuted: ensures m > n" in done.stdout
    for _ in range(4):
        assert run("store", "feedback", "price", "good").return_value == 0
    said = json.loads(run("store", "review", "price", "--format", "json").stdout)
    assert said[0]["state"] == "promoted"
    assert run("store", "retire", "price", "--reason", "enough").return_value == 0
    log = run("store", "log", "price").stdout
    for change in ("candidate -> gated", "gated -> proved: ", "proved -> promoted: 4 of 4 runs", "promoted -> retired, by hand: enough"):
        assert change in log


def test_settings_are_checked(run: Callable[..., Result], tmp_path: Path):
    (tmp_path / "kwlogic.toml").write_text('[life]\nsucess = 0.9\nruns = 0\nprior = [1]\nconfidence = "x"\n', encoding="utf-8")
    refused = run("store", "review").exception
    assert isinstance(refused, Diagnosed)
    assert [d.code for d in refused.diagnostics] == ["KW860"] * 4
    assert refused.diagnostics[0].help == "did you mean `success`?"


def test_what_has_no_text_stays_a_candidate(run: Callable[..., Result], tmp_path: Path):
    with open_store("s.sqlite", tmp_path) as store:
        store.put_kernel(kernel_of("../k", {"informal": [["requires", "be nice"]]}, module="../x"))
        store.put_kernel(kernel_of("../l", {}, module="../x", spec="module shop\n"))
        store.put_kernel(kernel_of("shop.price", {}, module="shop", spec=SPEC))
        store.put_kernel(kernel_of("other.wrong", {}, module="other", spec="module other\nkernel wrong(n: Int) -> (m: Int) = n\n"))
    done = run("store", "review", "--store", "s.sqlite")
    assert done.return_value == 0
    assert "the store has no text of it" in done.stdout
    assert "is no name of a module" in done.stdout
    assert "there is no module `sums`" in done.stdout
    assert "are not in the store as they were" in done.stdout
    assert [p.name for p in tmp_path.parent.rglob("x.kw")] == []
