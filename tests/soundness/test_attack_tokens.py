"""Vocabularies no tokenizer should have, attacked: halves of characters, tokens twice, empty, huge; what is finished fits all the same."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from kwlogic.core.eval import Evaluator
from kwlogic.weave.decode.masker import Masker
from kwlogic.workspace.run import Outcome, find_kernel

pytest.importorskip("llguidance", reason="pip install 'kwlogic[decode]'")

SPEC = """module m
kernel k(s: String) -> (b: String, o: Option[Option[Int]], r: Real)
  ensures b != s
  ensures starts_with(b, s)
  ensures len(b) <= len(s) + 2
  ensures 0.0 < r <= 1.5
  by prompt "{s}"
"""
ODD = [
    b"",
    b"",
    b'"',
    b'"',
    b'":"',
    b'","',
    b"\\u00",
    b"\\ud83d",
    b"\\ude00",
    b"\xf0\x9f",
    b'\x98\x80"',
    b"1e",
    b"-0",
    b"0.10",
    b"00",
    b"x" * 3_000,
]
INPUTS = ("", '"\\', "é😀", "a\n\x00\u2028b")


@pytest.mark.parametrize("text", INPUTS)
def test_what_is_finished_fits(text: str, tmp_path: Path):
    from kwlogic.weave.decode.engine import Engine
    from kwlogic.weave.decode.vocabulary import Vocabulary

    (tmp_path / "m.kw").write_text(SPEC, encoding="utf-8")
    found = find_kernel("m.kw::k", (), tmp_path)
    assert not isinstance(found, Outcome)
    tokens = [*(bytes([b]) for b in range(256)), *ODD, b"<eos>", b'{"b"']
    vocabulary = Vocabulary(tokens, [len(tokens) - 2], [len(tokens) - 1], size=len(tokens) + 20)
    engine = Engine(vocabulary)
    rng = random.Random(text)
    evaluator = Evaluator(found.program)
    for _ in range(3):
        masker = Masker(found.kernel, {"s": text}, engine, program=found.program)
        said = b""
        while not masker.complete:
            allowed = engine.np.nonzero(engine.np.unpackbits(masker.mask().view(engine.np.uint8), bitorder="little"))[0]
            assert len(allowed)
            closing = [i for i in allowed if vocabulary.tokens[i][:1] in (b'"', b"]", b"}", b",")]
            token = int(rng.choice(closing if closing and rng.random() < 0.6 else list(allowed)))
            masker.advance(token)
            said += vocabulary.tokens[token]
        values = {"s": text, **masker.value()}
        assert all(evaluator.holds(c, values) for c in found.kernel.ensures), said
