"""The life of a kernel, attacked: what is cut short leaves no verdicts behind that could pass for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kwlogic.vc.data import Proved
from kwlogic.weave.learn import life_gate
from kwlogic.weave.learn.life_data import Policy
from kwlogic.weave.learn.life_service import review
from kwlogic.weave.store.data import State, StoredKernel
from kwlogic.weave.store.store import Store
from kwlogic.workspace.data import CheckRequest, CheckResult
from kwlogic.workspace.run import Outcome, find_kernel

SPEC = """module m
kernel k(x: Int) -> (y: Int)
  requires x > 0
  ensures more: y > x
  ensures open: y * y * y != 7 * x * x * x + 12 * x + 5
= x + 1
"""


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[tuple[Store, StoredKernel]]:
    from kwlogic.weave.store.kernels import kernel_to_stored
    from kwlogic.weave.store.store import open_store

    (tmp_path / "m.kw").write_text(SPEC, encoding="utf-8")
    found = find_kernel("m.kw::k", (), tmp_path)
    assert not isinstance(found, Outcome)
    with open_store("s.sqlite", tmp_path) as store:
        yield store, store.put_kernel(kernel_to_stored(found.program, "m.k"))


@pytest.mark.parametrize("stage", ["check", pytest.param("gate", marks=pytest.mark.slow)])
def test_an_interrupted_review_settles_nothing(stage: str, stored: tuple[Store, StoredKernel], monkeypatch: pytest.MonkeyPatch):
    store, kernel = stored
    real = getattr(life_gate, stage)

    def cut_short(request: CheckRequest, *more: object) -> CheckResult:
        found = real(request, *more)
        if stage == "check":
            found = replace(found, results=tuple(r for r in found.results if isinstance(r.verdict, Proved)))
        return replace(found, interrupted=True)

    monkeypatch.setattr(life_gate, stage, cut_short)
    with pytest.raises(KeyboardInterrupt):
        review(store, Policy(examples=5))
    assert store.status(kernel.digest).state is State.CANDIDATE
    assert store.verdicts(kernel.digest) == []
