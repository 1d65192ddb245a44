"""The words that the Pygments lexer colours are the keywords of the grammar, no more and no less."""

from __future__ import annotations

import re
from pathlib import Path

from pygments.lexers import get_lexer_by_name
from pygments.token import Error, Keyword, Name, Operator

from kwlogic.render.pygments_kw import CONSTANTS, CONTRACT, DECLARATIONS, LOGIC, WIRING, WORDS, KwLexer
from kwlogic.resources import grammar_dir, std_dir


def test_words_are_those_of_the_grammar() -> None:
    written = re.findall(r"^_?[A-Z]+\.2: /([a-z]+)\\b", (grammar_dir() / "lexical.lark").read_text(encoding="utf-8"), re.M)
    assert sorted((*DECLARATIONS, *CONTRACT, *WIRING, *LOGIC, *WORDS, *CONSTANTS)) == sorted(written)


def test_every_character_of_the_library_is_taken() -> None:
    for path in sorted(Path(std_dir()).rglob("*.kw")):
        tokens = list(KwLexer().get_tokens(path.read_text(encoding="utf-8")))
        assert not [t for t in tokens if t[0] in Error], path


def test_a_soft_keyword_that_is_called_is_a_name() -> None:
    tokens = {
        value: kind
        for kind, value in get_lexer_by_name("kw").get_tokens("kernel k(x: Int) -> (y: Int)\nensures y == cases(x) and y > 0\nby auto\n")
    }
    assert tokens["kernel"] is Keyword.Declaration
    assert tokens["ensures"] is Keyword
    assert tokens["cases"] is Name.Function
    assert tokens["auto"] is Keyword
    assert tokens["and"] is Operator.Word
