"""The acceptance cases that lie beside a checkout, where they do."""

from __future__ import annotations

from pathlib import Path

import pytest

from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest
from kwlogic.workspace.expect import compare

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "core"
FILES = sorted(CASES.glob("*.kw"))
# Where a case says what is not so: file, line, why.
DIFFERS = {("lists_wrong.kw", 33): "the greatest of 0 and the items is no less than any item: the clause is true"}


@pytest.mark.skipif(not FILES, reason="there is no folder shared/cases/core beside the checkout")
@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_as_expected(path: Path):
    result = check(CheckRequest((str(path),), path.parent, jobs=1, cache=False))
    mismatches, marks = compare(result)
    assert marks
    others = [m for m in mismatches if (path.name, m.line) not in DIFFERS]
    assert not others, "\n".join(map(str, others))
