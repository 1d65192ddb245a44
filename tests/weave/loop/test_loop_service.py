"""The loop around kernels of a store and a scripted model: who answers, what is passed on, what a judgement is evidence of."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from click.testing import CliRunner, Result

from kwlogic.cli.main import cli
from kwlogic.source.data import Diagnosed
from kwlogic.weave.learn.life_data import Gated, Policy
from kwlogic.weave.learn.life_gate import AtGate
from kwlogic.weave.loop.data import NoAnswer, Settings, Way
from kwlogic.weave.loop.memory import keep_prompt
from kwlogic.weave.loop.service import Loop
from kwlogic.weave.route.data import Settings as RouteSettings
from kwlogic.weave.run.data import Message, OracleError, RunConfig
from kwlogic.weave.store.data import Run, State, Status, StoredKernel
from kwlogic.weave.store.kernels import kernel_to_stored
from kwlogic.weave.store.store import Store, open_store
from kwlogic.workspace.check import elaborate_all
from kwlogic.workspace.config import project_of
from kwlogic.workspace.load import load
from kwlogic.workspace.select import select

pytest.importorskip("sklearn")
T = TypeVar("T")
SPEC = '''module shop
## The price of tickets.
kernel price(tickets: Int, crowns: Int) -> (total: Int)
  family "ticket prices"
  requires few: tickets < 100
  ensures total == tickets * crowns
= tickets * crowns

type Size = Small | Large
kernel size(people: Int) -> (size: Size)
  family "sizes of groups"
= if people > 50 then Large else Small

## The weekday of a date.
kernel weekday(day: String) -> (name: String)
  family "weekdays"
  ensures ends_with(name, "day")
  by prompt """On which weekday fell {day}?"""
'''


class Says:
    """A model that says what it is told to; ``heard`` is what it was asked."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.heard: list[str] = []

    async def complete(self, messages: Sequence[Message], schema: Mapping[str, Any] | None) -> str:
        self.heard.append(messages[-1]["content"])
        if not self.answers:
            raise OracleError("it is out of words")
        return self.answers.pop(0)

    async def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, StoredKernel]:
    folder = tmp_path_factory.mktemp("spec")
    (folder / "shop.kw").write_text(SPEC, encoding="utf-8")
    project = project_of((), folder)
    loaded = load(select(("shop.kw",), project, folder)[0], project, folder)
    program, problems = elaborate_all(loaded, folder)
    assert not problems
    return {n: kernel_to_stored(program, f"shop.{n}") for n in ("price", "size", "weekday")}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store("s.sqlite", tmp_path) as found:
        yield found


def put(store: Store, kernel: StoredKernel, state: State) -> str:
    stored = store.put_kernel(kernel)
    store.set_status(Status(stored.digest, state))
    prompts = {
        "price": [
            (f"What do {n} tickets at {c} crowns cost?", {"tickets": n, "crowns": c}) for n, c in ((2, 3), (4, 50), (9, 17), (20, 8))
        ],
        "size": [(f"How large is a group of {n}?", {"people": n}) for n in (2, 30, 70, 900)],
        "weekday": [(f"On which weekday fell {d}?", {"day": d}) for d in ("2024-03-07", "1999-12-31", "2001-01-01", "1984-05-06")],
    }
    for prompt, inputs in prompts[kernel.name.rpartition(".")[2]]:
        keep_prompt(store, stored.digest, kernel.family, "learnt", prompt, None, inputs=inputs)
    return stored.digest


def gate(store: Store, kernel: StoredKernel, examples: int) -> AtGate:
    return AtGate(Gated("accepted", "", examples), "v")


def within(store: Store, model: Says | None, work: Callable[[Loop], Coroutine[Any, Any, T]], settings: Settings | None = None) -> T:
    async def inside() -> T:
        config = RunConfig(model="m" if model is not None else "")
        models = {"m": model} if model is not None else None
        settings_ = settings or Settings(read=False)
        async with Loop(store, config, settings_, Policy(runs=3, success=0.4), models, gate=gate, routing=RouteSettings(work=1)) as loop:
            return await work(loop)

    return asyncio.run(inside())


PRICE = "What do 7 tickets at 11 crowns cost?"


def test_a_promoted_kernel_answers(store: Store, kernels: dict[str, StoredKernel]):
    digest = put(store, kernels["price"], State.PROMOTED)
    answer = within(store, None, lambda loop: loop.answer(PRICE))
    assert (answer.way, answer.text, answer.kernel) == (Way.KERNEL, "77", digest)
    assert json.loads(answer.inputs) == {"tickets": 7, "crowns": 11}
    run = store.run(answer.answer_id)
    assert run is not None
    assert (run.kernel, run.outputs) == (digest, '{"total": 77}')
    assert store.trace(answer.answer_id) is not None


def test_what_a_kernel_does_not_take_goes_to_the_model(store: Store, kernels: dict[str, StoredKernel]):
    put(store, kernels["price"], State.PROMOTED)
    model = Says("3300", "42")

    async def work(loop: Loop) -> Any:
        return [await loop.answer(f"What do {n} tickets at 11 crowns cost?") for n in ("300", "some")]

    many, other = within(store, model, work)
    assert many.way is Way.MODEL
    assert "tickets < 100" in many.passed[0][1]
    assert other.way is Way.MODEL, "its inputs are not numbers"


@pytest.mark.parametrize("prompt", ["", " \n", "\0", "\ud800", "x" * 30_000])
def test_prompts_that_are_none(store: Store, prompt: str):
    with pytest.raises(NoAnswer) as refused:
        within(store, Says("1"), lambda loop: loop.answer(prompt))
    assert refused.value.diagnostics[0].code == "KW863"


@pytest.mark.parametrize(("model", "word"), [(None, "no model is configured"), (Says(), "out of words"), (Says(" "), "empty answer")])
def test_no_answer_is_said_not_raised_through(store: Store, model: Says | None, word: str):
    with pytest.raises(NoAnswer) as refused:
        within(store, model, lambda loop: loop.answer("What is the time?"))
    assert word in refused.value.diagnostics[0].message
    with pytest.raises(NoAnswer) as refused:
        within(store, model, lambda loop: loop.answer("What is the time?"), Settings(raw=False))
    assert "only kernels were asked for" in refused.value.diagnostics[0].message


JUDGED = [("77", True, True), ("77", False, False), ("78", True, False), ("78", False, None), ("text", True, False)]


def test_a_kernel_on_trial_is_judged_by_what_the_model_said(store: Store, kernels: dict[str, StoredKernel]):
    digest = put(store, kernels["price"], State.PROVED)

    async def work(loop: Loop) -> None:
        for _, right, evidence in JUDGED:
            answer = await loop.answer(PRICE)
            assert answer.way is Way.MODEL, "a kernel on trial does not answer"
            assert [s.kernel for s in answer.shadows] == [digest]
            judged = loop.judge(answer.answer_id, right)
            assert judged.evidence == (() if evidence is None else ((digest, evidence),))

    within(store, Says(*(said for said, _, _ in JUDGED)), work)
    assert [f.success for f in store.feedback(digest) if f.success is not None] == [e for _, _, e in JUDGED if e is not None]


def test_a_choice_is_compared_by_its_name(store: Store, kernels: dict[str, StoredKernel]):
    digest = put(store, kernels["size"], State.PROVED)

    async def work(loop: Loop) -> list[bool | None]:
        answers = [await loop.answer(f"How large is a group of {n}?") for n in (4, 4, 80, 80)]
        return [s.agrees for a in answers for s in a.shadows if s.kernel == digest]

    assert within(store, Says('"Small"', "Small", '{"size": "Large"}', '"huge"'), work) == [True, True, True, False]


def test_evidence_promotes_and_then_the_kernel_answers(store: Store, kernels: dict[str, StoredKernel]):
    put(store, kernels["price"], State.PROVED)

    async def work(loop: Loop) -> list[Way]:
        ways = []
        for n in range(6):
            answer = await loop.answer(f"What do {n + 2} tickets at 11 crowns cost?")
            loop.judge(answer.answer_id, True)
            loop.tend()
            ways.append(answer.way)
        return ways

    ways = within(store, Says(*(str((n + 2) * 11) for n in range(6))), work)
    assert ways[:3] == [Way.MODEL] * 3
    assert ways[-1] is Way.KERNEL


def test_what_is_wrong_is_asked_for_again_and_answers_are_remembered(store: Store, kernels: dict[str, StoredKernel]):
    put(store, kernels["weekday"], State.PROMOTED)
    model = Says('{"name": "Thu"}', '{"name": "Thursday"}')

    async def work(loop: Loop) -> Any:
        prompt = "On which weekday fell 2030-03-07?"
        return await loop.answer(prompt), await loop.answer(prompt)

    first, second = within(store, model, work)
    assert (first.text, first.contract, first.cached) == ("Thursday", "enforced", False)
    assert (second.text, second.cached) == ("Thursday", True)
    assert len(model.heard) == 2


def test_a_broken_promise_never_leaves(store: Store, kernels: dict[str, StoredKernel]):
    digest = put(store, kernels["weekday"], State.PROMOTED)

    async def work(loop: Loop) -> Any:
        answer = await loop.answer("On which weekday fell 2030-03-07?")
        assert loop.judge(answer.answer_id, True).evidence == ((digest, False),), "that it failed speaks against it"
        with pytest.raises(NoAnswer):
            await loop.answer("On which weekday fell 2030-03-08?")
        return answer

    answer = within(store, Says('{"name": "Thu"}', "no idea", '"Thursday"', '{"name": "Fri"}', '{"name": "Fri"}'), work)
    assert (answer.way, answer.text) == (Way.MODEL, "Thursday"), "the kernel gives way"
    assert answer.passed[0][0] == "shop.weekday"
    assert [r.state.value for r in store.runs(digest)] == ["failed", "failed"]


def test_what_cannot_be_used_is_passed_over(store: Store, kernels: dict[str, StoredKernel]):
    put(store, replace(kernels["price"], spec="module shop\n"), State.PROMOTED)

    async def work(loop: Loop) -> Any:
        answer = await loop.answer(PRICE)
        return answer, loop.warnings

    answer, warnings = within(store, Says("77"), work)
    assert answer.way is Way.MODEL
    assert [w.code for w in warnings] == ["KW864"]


def test_a_kept_router_that_is_damaged_is_made_anew(store: Store, tmp_path: Path, kernels: dict[str, StoredKernel]):
    put(store, kernels["price"], State.PROMOTED)

    async def routed(loop: Loop) -> str | None:
        assert loop.router is not None
        return loop.router.route(PRICE, watch=False).kernel

    first = within(store, None, routed)
    kept = tmp_path / "s.sqlite.router"
    assert within(store, None, routed) == first
    for path in kept.iterdir():
        if path.name != "mark":
            path.write_bytes(b"\x00{")
    assert within(store, None, routed) == first


def test_judging_what_is_not_there(store: Store):
    async def work(loop: Loop) -> None:
        store.start_run(Run("r", "gone", "n", "{}"))
        for wrong in ("", "nope", "x" * 5000):
            with pytest.raises(Diagnosed) as refused:
                loop.judge(wrong, True)
            assert refused.value.diagnostics[0].code == "KW844"
        loop.judge("r", True)

    within(store, None, work)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(cli, list(arguments), standalone_mode=False)


def test_the_command_line(run: Callable[..., Result], tmp_path: Path, kernels: dict[str, StoredKernel]):
    assert run("weave", "hello").return_value == 1
    with open_store(".kwlogic/store.sqlite", tmp_path) as store:
        put(store, kernels["price"], State.PROMOTED)
    done = run("weave", PRICE, "--format", "json")
    assert done.return_value == 0
    said = json.loads(done.stdout)
    assert (said["answer"], said["by"], said["kernel"]) == ("77", "kernel", "shop.price")
    assert run("weave", "--right", said["id"]).return_value == 0
    assert run("weave", PRICE, "--no-model").stdout == "77\n"
    (tmp_path / "kwlogic.toml").write_text("[weave]\ntrace = 3\nseconds = 0\n", encoding="utf-8")
    refused = run("weave", "hello").exception
    assert isinstance(refused, Diagnosed)
    assert [d.code for d in refused.diagnostics] == ["KW860", "KW860"]
    assert refused.diagnostics[0].help == "did you mean `traces`?"


@pytest.mark.parametrize(
    "said",
    [
        "[" * 5_000 + "]" * 5_000,
        pytest.param("[" * 50_000, marks=pytest.mark.slow),
        pytest.param('{"a":' * 3_000 + "1" + "}" * 3_000, marks=pytest.mark.slow),
        "9" * 20_000,
        '"' + "\\ud800" + '"',
        "```json\n```",
        "\0",
    ],
    ids=["deep", "open", "objects", "digits", "half", "fence", "nul"],
)
def test_whatever_a_model_says_is_kept_or_refused(store: Store, said: str):
    async def work(loop: Loop) -> str:
        answer = await loop.answer("Say something.")
        loop.judge(answer.answer_id, True)
        loop.tend()
        return answer.answer_id

    try:
        kept = within(store, Says(said), work)
    except NoAnswer:
        return
    assert store.trace(kept) is not None
    assert store.database.check() == []


def test_nothing_below_knows_of_the_loop():
    import kwlogic.weave

    folder = Path(kwlogic.weave.__file__).parent
    below = [p for p in folder.rglob("*.py") if p.parent.name != "loop"]
    assert not [p.name for p in below if "weave.loop" in p.read_text(encoding="utf-8")]
