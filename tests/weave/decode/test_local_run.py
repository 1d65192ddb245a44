"""Runs on local models: answers are written under the contract, and what breaks is said."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from decode_brute import program_of
from decode_models import TinyModel, byte_level_bpe, closing

from kwlogic.compose.running import Stopped
from kwlogic.core.eval import Evaluator
from kwlogic.core.program import Program
from kwlogic.weave.decode.vocabulary import Vocabulary
from kwlogic.weave.run.data import Model, RunConfig
from kwlogic.weave.run.local import LocalChat
from kwlogic.weave.run.service import Runner

SPEC = """
type Mood = Good | Bad
kernel rate(text: String, most: Int) -> (mood: Mood, stars: Int, words: List[String])
  requires most >= 1
  ensures 1 <= stars <= most
  ensures mood == Bad ==> stars == 1
  ensures len(words) <= 2
  by prompt "Rate {text}"
kernel never(n: Int) -> (a: Int) ensures a > n and a < n by prompt "Say {n}"
"""
MAKER = """
class Broken:
    tokenizer = None
    def logits(self, tokens):
        raise RuntimeError("out of memory")
def broken():
    from decode_models import byte_level_bpe
    Broken.tokenizer = byte_level_bpe()
    return Broken()
def nothing():
    return 3
"""


class Tiny:
    def __init__(self, seed: int) -> None:
        self.tokenizer = byte_level_bpe()
        vocabulary = Vocabulary.of(self.tokenizer)
        self.logits = TinyModel(len(vocabulary), seed, closing(vocabulary))


@pytest.fixture(scope="module")
def program(tmp_path_factory: Any) -> Program:
    return program_of(SPEC, tmp_path_factory.mktemp("local"))


def run(runner: Runner, name: str, inputs: dict[str, Any]) -> Any:
    return asyncio.run(runner.run(runner.program.kernels[f"m.{name}"], inputs))


def test_answers_satisfy_the_contract_at_the_first_attempt(program: Program) -> None:
    config = RunConfig(models={"local": Model("local", "tiny", kind="local", temperature=1.0, seed=4, attempts=1)}, model="local")
    for seed in range(3):
        runner = Runner(program, config, models={"local": LocalChat(Tiny(seed), config.models["local"])})
        inputs = {"text": "fine", "most": 3}
        outputs = run(runner, "rate", inputs)
        assert all(Evaluator(program).holds(c, {**inputs, **outputs}) for c in program.kernels["m.rate"].ensures)


def test_a_contract_without_outputs_is_said(program: Program) -> None:
    runner = Runner(program, RunConfig(model="local"), models={"local": LocalChat(Tiny(1))})
    with pytest.raises(Stopped, match="no output"):
        run(runner, "never", {"n": 1})


def test_configured_models_are_opened_where_they_are_allowed(program: Program, tmp_path: Path) -> None:
    (tmp_path / "kw_local_maker.py").write_text(MAKER, encoding="utf-8")
    for target, allowed, said in (
        ("kw_local_maker:broken", ("kw_local_maker",), "out of memory"),
        ("kw_local_maker:nothing", ("kw_local_maker",), "has no `tokenizer`"),
        ("kw_local_maker:broken", (), "may not be called"),
    ):
        model = Model("mine", target, kind="local", attempts=1)
        runner = Runner(program, RunConfig(models={"mine": model}, model="mine", python=allowed, root=str(tmp_path)))
        with pytest.raises(Stopped, match=said):
            run(runner, "rate", {"text": "x", "most": 2})


def test_without_a_contract_text_is_free() -> None:
    chat = LocalChat(Tiny(2), Model("local", "tiny", kind="local", max_tokens=20))
    text = asyncio.run(chat.complete([{"role": "user", "content": "hello"}], None))
    assert isinstance(text, str)
