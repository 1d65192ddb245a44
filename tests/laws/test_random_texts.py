"""Random modules: the formatter keeps their meaning and changes nothing the second time."""

from __future__ import annotations

import pytest
from small_text import HEAD, PARAMS, Writer, elaborated

from kwlogic.core.logic import erase
from kwlogic.source.data import Source
from kwlogic.syntax.format import format_module
from kwlogic.syntax.parse import parse_module


def formatted(text: str) -> str:
    source = Source("m.kw", text)
    module, problems = parse_module(source)
    assert not problems, problems[0]
    return format_module(module, source)


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 12))])
def test_formatting_keeps_the_meaning(seed: int):
    claims = [Writer(seed * 500 + i, "xybcrol").bool(3) for i in range(40)]
    text = "module m\n" + HEAD + "".join(f"lemma l{i}({PARAMS})\n  ensures {c}\n" for i, c in enumerate(claims))
    once = formatted(text)
    assert formatted(once) == once
    before, after = elaborated(text), elaborated(once)
    for name, lemma in before.lemmas.items():
        if name.startswith("m."):
            assert erase(lemma.ensures[0].pred) is erase(after.lemmas[name].ensures[0].pred), name
