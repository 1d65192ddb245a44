"""A kernel that is not there: the errors of its file are shown, since they may be why, and no others."""

from __future__ import annotations

import pytest

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Source, Span
from kwlogic.workspace.run import errors_about

TEXTS = {
    "a.kw": "kernle price(n: Int) -> (m: Int) = n\n",
    "b.kw": "fn f(n: Int) -> Int = price(n) &&\n",
    "c.kw": "kernel prices[a](x: a) -> (y: a)",
}


@pytest.mark.parametrize(
    ("name", "files"), [("price", {"a.kw", ""}), ("m.price", {"a.kw", ""}), ("prices", {"c.kw", ""}), ("nosuch", {""})]
)
def test_only_the_errors_that_matter(name: str, files: set[str]) -> None:
    errors = [diagnostic("KW104", "stray", Span(path, 0, 1)) for path in TEXTS]
    errors.append(diagnostic("KW704", "no file"))
    found = errors_about(name, errors, {path: Source(path, text) for path, text in TEXTS.items()})
    assert {d.span.file if d.span else "" for d in found} == files
