"""The shape of the loop: raw generations become kernels, kernels come to answer, and what they answer is right."""

from __future__ import annotations

import asyncio
import json
import xml.etree.ElementTree as Tree
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from kwlogic.cli.main import cli
from kwlogic.render.loop import demo_lines, demo_object
from kwlogic.render.loop_svg import demo_svg
from kwlogic.weave.learn.life_data import Policy
from kwlogic.weave.loop.data import Settings
from kwlogic.weave.loop.demo import Shown, Wanted, demonstrate
from kwlogic.weave.store.data import State
from kwlogic.weave.store.store import open_store

pytest.importorskip("sklearn")


def shown_in(folder: Path, wanted: Wanted) -> Shown:
    return asyncio.run(demonstrate(folder, wanted))


def shape(shown: Shown, least: float) -> None:
    """What must hold of every demonstration."""
    blocks = shown.blocks
    rates = [b.hit_rate for b in blocks]
    assert rates[0] == 0.0, "a fresh store answers nothing"
    assert rates[-1] >= least
    assert all(after >= before - 0.1 for before, after in pairwise(rates)), rates
    verified = [b.verified_rate for b in blocks]
    assert verified[0] == 0.0
    assert verified[-1] >= least, "what kernels answer, they answer under a contract"
    assert all(after >= before - 0.1 for before, after in pairwise(verified)), verified
    assert all(b.ensures <= b.clauses <= b.kernel for b in blocks)
    assert sum(b.wrong_kernel for b in blocks) == 0, "no kernel that was promoted answered wrongly"
    assert blocks[-1].wrong <= blocks[-1].alone_wrong
    assert blocks[-1].calls < blocks[-1].alone_calls * (1.3 - least), "what kernels answer, no model is asked"
    assert sum(b.wrong for b in blocks) < sum(b.alone_wrong for b in blocks)


def test_one_kind_of_prompts(tmp_path: Path):
    policy = Policy(runs=4, success=0.6, examples=10)
    settings = Settings(traces=8, seconds=2.0, read=False)
    shown = shown_in(tmp_path, Wanted(48, 16, 5, errors=0.2, kinds=("prices",), policy=policy, settings=settings))
    shape(shown, 0.85)
    assert [state for _, state, _ in shown.kernels] == ["promoted"]
    changes = [c.partition(":")[0] for _, c in shown.lives]
    assert changes == ["candidate -> gated", "gated -> proved", "proved -> promoted"]
    with open_store("demo.sqlite", tmp_path) as store:
        [status] = store.in_state(State.PROMOTED)
        parents = store.parents(status.digest)
        assert sum(p.relation == "trace" for p in parents) >= 8, "its lineage is in the store"
        assert store.transitions(status.digest)[-1].evidence.count("lower") == 2
    text = "".join(piece for line in demo_lines(shown) for piece, _ in line)
    assert "48 prompts" in text
    assert "\x1b" not in text
    Tree.fromstring(demo_svg(shown))
    assert json.loads(json.dumps(demo_object(shown)))["blocks"][-1]["hit_rate"] >= 0.85


@pytest.mark.slow
def test_all_kinds_of_prompts(tmp_path: Path):
    """Seven kinds can be compiled; reviews are learnt as a prompt, which errs as the model does and never earns its place."""
    shown = shown_in(tmp_path, Wanted())
    shape(shown, 0.7)
    states = {name.rpartition(".")[2]: state for name, state, _ in shown.kernels}
    assert sum(state == "promoted" for state in states.values()) >= 6
    assert shown.blocks[-1].ensures >= 0.8 * shown.blocks[-1].kernel, "contracts speak of the outputs"
    assert shown.blocks[-1].alone_wrong > 0


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    command = ["weave", "--demo", "--prompts", "6", "--out", "shown"]
    done = CliRunner().invoke(cli, command, standalone_mode=False)
    assert done.return_value == 0, done.exception
    assert "6 prompts" in done.stdout
    assert sorted(p.name for p in (tmp_path / "shown").iterdir() if "sqlite" not in p.name) == ["blocks.txt", "rates.svg"]
    again = CliRunner().invoke(cli, command, standalone_mode=False)
    assert "holds a demonstration already" in str(again.exception)


@pytest.mark.slow
def test_a_world_that_changes(tmp_path: Path):
    """The price changes unannounced: the kernel is demoted within a block, and a new one is learnt from what is right now."""
    policy = Policy(runs=8, success=0.85, examples=10)
    shown = shown_in(
        tmp_path, Wanted(240, 20, 10, kinds=("prices",), policy=policy, settings=Settings(seconds=2.0, read=False), change=100)
    )
    lives = [c for _, c in shown.lives]
    assert any(c.startswith("promoted -> proved: demoted: drift") for c in lives)
    assert sum(c.startswith("proved -> promoted") for c in lives) == 2
    assert sum(b.wrong_kernel for b in shown.blocks[:5]) == 0
    assert 0 < sum(b.wrong_kernel for b in shown.blocks) <= 20, "until the alarm"
    assert sum(b.wrong_kernel for b in shown.blocks[6:]) == 0
    assert shown.blocks[-1].hit_rate >= 0.85
