"""Local models with random weights: adaptors, tokenizers, free spans, and outputs of the example kernels."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pytest
from decode_brute import program_of
from decode_models import TinyModel, byte_level_bpe, closing, sampler, unigram
from hypothesis import HealthCheck, Phase, given, settings

import kwlogic.api as api
from kwlogic.core.codec import decode_ports
from kwlogic.core.eval import EvalStop, Evaluator, NotExecutable
from kwlogic.core.program import Kernel, OracleBody, Program
from kwlogic.gate.public import inputs_for
from kwlogic.source.data import Diagnosed
from kwlogic.weave.decode.adaptors import LlamaProcessor, LogitsProcessor
from kwlogic.weave.decode.engine import Engine
from kwlogic.weave.decode.generate import Session, generate, masked
from kwlogic.weave.decode.masker import Masker
from kwlogic.weave.decode.residual import residuals_for
from kwlogic.weave.decode.vocabulary import Vocabulary
from kwlogic.weave.run.answers import NoAnswer, said

EXAMPLES = Path(__file__).resolve().parents[3] / "specs" / "examples"
SPEC = """
type Mood = Good | Bad | Mixed
record Line(label: {s: String | 1 <= len(s) <= 12}, qty: {n: Int | 1 <= n <= 99}, notes: List[{s: String | len(s) <= 8}])
kernel read(text: String) -> (mood: Mood, lines: {xs: List[Line] | 1 <= len(xs) <= 3}, total: Option[{x: Real | x >= 0.0}])
  requires len(text) > 0
  by prompt "Read {text}"
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: Any) -> tuple[Program, Kernel]:
    program = program_of(SPEC, tmp_path_factory.mktemp("models"))
    return program, program.kernels["m.read"]


@pytest.fixture(scope="module", params=["bpe", "unigram"])
def engine(request: Any) -> Engine:
    return Engine(Vocabulary.of(byte_level_bpe() if request.param == "bpe" else unigram()))


def test_tokens_of_trained_tokenizers_are_their_bytes() -> None:
    text = '{"label":"tea and coffee","total":12.5}'
    for tokenizer in (byte_level_bpe(), unigram()):
        vocabulary = Vocabulary.of(tokenizer)
        ids = tokenizer.encode(text).ids
        assert b"".join(vocabulary.tokens[i] for i in ids).decode() == text
        assert vocabulary.eos == (tokenizer.token_to_id("<eos>"),)


def test_sampled_outputs_fit(kernel: Any, engine: Engine) -> None:
    program, read = kernel
    evaluator = Evaluator(program)
    for seed in range(6):
        model = TinyModel(engine.size, seed, closing(engine.vocabulary))
        masker = Masker(read, None, engine, program=program)
        values = generate(model, Session(masker), choose=sampler(seed), most=1_500)
        assert all(evaluator.holds(c, values) for c in read.ensures)
        assert masker.report().checked_after == ()


def run_beams(processor: Any, engine: Engine, model: Any, beams: int, steps: int, rng: random.Random) -> list[list[int]]:
    """Beams that are scored, dropped and doubled at random; each ends when it may."""
    prompt = [0, 1, 2]
    rows = [list(prompt) for _ in range(beams)]
    done: list[list[int]] = []
    for _ in range(steps):
        scores = np.stack([model(r) for r in rows])
        masked = processor(np.array(rows), scores)
        assert masked is scores
        grown = []
        for row, line in zip(rows, masked):
            token = int(rng.choices(range(len(line)), np.exp(np.clip(line - line.max(), -50, 0)) * np.isfinite(line))[0])
            if token in engine.vocabulary.eos:
                done.append(row[len(prompt) :])
                grown.append(list(prompt))
            else:
                grown.append([*row, token])
        width = min(map(len, grown))
        rows = [rng.choice(grown) if rng.random() < 0.2 else r for r in grown]
        if width != max(map(len, rows)):
            break
    return rows


def test_the_processor_follows_beams_by_their_tokens(kernel: Any, engine: Engine) -> None:
    program, read = kernel
    model = TinyModel(engine.size, 3, closing(engine.vocabulary))
    processor = LogitsProcessor(Masker(read, None, engine, program=program))
    rows = run_beams(processor, engine, model, 4, 25, random.Random(5))
    for row in rows:
        masker = Masker(read, None, engine, program=program)
        for token in row[3:]:
            masker.advance(token)


def test_a_batch_has_its_own_kernel_for_each_prompt(kernel: Any, engine: Engine) -> None:
    program, read = kernel
    maskers = [Masker(read, None, engine, program=program) for _ in range(2)]
    processor = LogitsProcessor(maskers)
    rows = np.array([[1, 2], [2, 1]])
    first = processor(rows, np.zeros((2, engine.size)))
    assert (np.isfinite(first[0]) == np.isfinite(first[1])).all()
    token = int(np.isfinite(first[0]).argmax())
    astray = int(np.isinf(first[0]).argmax())
    second = processor(np.array([[1, 2, token], [2, 1, astray]]), np.zeros((2, engine.size)))
    assert np.isfinite(second[0]).any()
    assert set(np.nonzero(np.isfinite(second[1]))[0]) == set(engine.vocabulary.eos)  # it left the mask: it can only end


def test_llama_scores_are_masked_in_place(kernel: Any, engine: Engine) -> None:
    program, read = kernel
    processor = LlamaProcessor(Masker(read, None, engine, program=program))
    tokens, model = [5, 6], TinyModel(engine.size, 1, closing(engine.vocabulary))
    text, choose = b"", sampler(2)
    for _ in range(1_500):
        scores = processor(np.array(tokens), model(tokens).astype(np.float32))
        token = choose(scores.astype(np.float64))
        tokens.append(token)
        if token in engine.vocabulary.eos:
            break
        text += engine.vocabulary.tokens[token]
    decode_ports(text.decode(), read.outputs, program)


def test_reasoning_is_free_until_the_marker(kernel: Any, engine: Engine) -> None:
    program, read = kernel
    ids = engine.vocabulary.ids
    session = Session(Masker(read, None, engine, program=program), after="=>")
    assert session.mask().sum() != 0
    for byte in b"so ":
        session.advance((ids.get(bytes([byte])) or ids[b"o"])[0])
    assert not session.constrained
    assert not any(i in engine.vocabulary.eos for i in engine.ids_of(session.mask()))
    for byte in b"=>":
        session.advance(ids[bytes([byte])][0])
    assert session.constrained
    assert all(engine.vocabulary.tokens[i].startswith(b"{") for i in engine.ids_of(session.mask()))


def test_the_marker_is_written_where_reasoning_takes_too_long(kernel: Any, engine: Engine) -> None:
    program, read = kernel
    session = Session(Masker(read, None, engine, program=program), after='"=>"', free=5)
    model = TinyModel(engine.size, 4, closing(engine.vocabulary))
    values = generate(model, session, choose=sampler(1), most=1_500)
    assert set(values) == {"mood", "lines", "total"}
    assert session.said.endswith(b'"=>"')


def test_an_output_that_is_too_long_is_said(kernel: Any, engine: Engine) -> None:
    program, read = kernel
    with pytest.raises(Diagnosed, match="not whole"):
        generate(TinyModel(engine.size, 0), Session(Masker(read, None, engine, program=program)), most=3)


# ---------------------------------------------------------------- the examples

NONSENSE = ("banana", "", "I'm sorry, but I can't help with that.", "null", "{}", "[]", '"banana"', "42", "true", '{"banana":1}')


@pytest.fixture(scope="module")
def examples() -> Program:
    """The examples with oracles."""
    return api.load(*(str(EXAMPLES / name) for name in ("airline_tools.kw", "invoices.kw"))).program


def test_nonsense_is_refused_by_every_example_oracle(examples: Program) -> None:
    engine = Engine(Vocabulary.of(byte_level_bpe()))
    oracles = [k for k in examples.kernels.values() if isinstance(k.body, OracleBody)]
    assert len(oracles) >= 7
    for oracle in oracles:
        recited = " and ".join(c.text for c in (*oracle.requires, *oracle.ensures)) or oracle.doc
        for text in (*NONSENSE, recited, '{"text":' + '"' + recited + '"}'):
            with pytest.raises(NoAnswer):
                said(text, oracle, examples, 100_000)
            assert not spelled(Masker(oracle, None, engine, program=examples), text)


def spelled(masker: Masker, text: str) -> bool:
    """Whether a text can be generated, byte by byte."""
    for byte in text.encode():
        try:
            masker.advance(masker.engine.vocabulary.ids[bytes([byte])][0])
        except Diagnosed:
            return False
    return masker.complete


def run_example(kernel: Kernel, program: Program, inputs: dict[str, Any], engine: Engine, seed: int, seconds: float = 10) -> str:
    """One sampled output, held against types and guaranteed clauses: ``finished``; ``impossible`` where that was said; ``stopped``
    where it had not come to an end (every mask on the way had a token)."""
    residuals = residuals_for(kernel, inputs, program)
    if residuals.impossible:
        return "impossible"
    masker = Masker(kernel, inputs, engine, program=program, residuals=residuals)
    text = sampled(masker, TinyModel(engine.size, seed, closing(engine.vocabulary)), sampler(seed), process_time() + seconds)
    if not masker.complete:
        return "stopped"
    values = decode_ports(text.decode(), kernel.outputs, program)
    assert values == masker.value(), (kernel.name, inputs, text)
    evaluator = Evaluator(program)
    for clause in masker.report().guaranteed:
        try:
            assert evaluator.holds(clause, {**inputs, **values}), (kernel.name, clause.text, inputs, values)
        except (NotExecutable, EvalStop):
            continue
    return "finished"


def sampled(masker: Masker, model: Any, choose: Any, until: float) -> bytes:
    """What a model writes until the output is whole, or the time is over."""
    tokens: list[int] = []
    while not masker.complete and process_time() < until and len(tokens) < 4_000:
        tokens.append(choose(masked(model(tokens), masker.mask(), np)))
        masker.advance(tokens[-1])
    return b"".join(masker.engine.vocabulary.tokens[t] for t in tokens)


def inputs_of(kernel: Kernel, program: Program, count: int) -> list[dict[str, Any]]:
    """Inputs that the kernel admits, the same in every run."""
    found: list[dict[str, Any]] = []
    checks = list(HealthCheck)

    @settings(max_examples=count, derandomize=True, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=checks)
    @given(inputs_for(kernel, program, seeds=False))
    def draw(inputs: dict[str, Any]) -> None:
        found.append(inputs)

    draw()
    return found


ORACLES = ("get_user_details", "update_reservation_baggages", "extract")


@pytest.mark.parametrize("name", ORACLES)
def test_outputs_of_example_oracles(name: str, examples: Program) -> None:
    engine = Engine(Vocabulary.of(byte_level_bpe()))
    kernel = next(k for k in examples.kernels.values() if k.name.endswith("." + name))
    for seed, inputs in enumerate(inputs_of(kernel, examples, 2)):
        assert run_example(kernel, examples, inputs, engine, seed) == "finished"


@pytest.mark.slow
@pytest.mark.parametrize("tokenizer", ["bpe", "unigram"])
def test_thousands_of_outputs_of_all_example_kernels(tokenizer: str, capsys: Any) -> None:
    program = api.load(str(EXAMPLES)).program
    engine = Engine(Vocabulary.of(byte_level_bpe() if tokenizer == "bpe" else unigram()))
    kernels = [k for k in program.kernels.values() if not k.tparams]
    counts = {k.name: outputs_of(k, program, engine) for k in kernels}
    total = sum(counts.values(), Counter())
    with capsys.disabled():
        print(f"\n{tokenizer}: {dict(total)} of {len(counts)} kernels")
        print("\n".join(f"  {name}: {dict(c)}" for name, c in counts.items() if c["stopped"] or c["left out"]))
    assert total["finished"] >= 1_000
    assert total["stopped"] <= total["finished"] / 10


def outputs_of(kernel: Kernel, program: Program, engine: Engine, count: int = 20, seconds: float = 8) -> Counter[str]:
    """Outputs for some inputs; those that a kernel's share of time does not suffice for are counted as left out."""
    found: Counter[str] = Counter()
    until = process_time() + seconds
    for seed, inputs in enumerate(inputs_of(kernel, program, count)):
        left = until - process_time()
        found[run_example(kernel, program, inputs, engine, seed, left / 2) if left > 0.1 else "left out"] += 1
    return found
