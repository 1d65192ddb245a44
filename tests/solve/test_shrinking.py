"""Shrinking ends: what is called simpler is, so greedy steps never come back to where they were."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from kwlogic.core.program import Program
from kwlogic.core.types import INT, REAL, STRING, Type, mk_type
from kwlogic.core.value import Value, list_value
from kwlogic.project import load_project
from kwlogic.solve.falsify import simpler_values

INTS = mk_type("List", INT)
START: list[tuple[Any, Type]] = [
    *((n, INT) for n in (0, 1, -1, 7, -40)),
    *((Fraction(n), REAL) for n in ("0", "1/3", "-9/10", "5/2")),
    *((s, STRING) for s in ("", "b!", "aaa")),
    (list_value([0, -1, 3]), INTS),
]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    folder = tmp_path_factory.mktemp("shrinking")
    (folder / "m.kw").write_text("module m\n", encoding="utf-8")
    return load_project("m.kw::", folder)[0]


@pytest.mark.parametrize(("value", "type"), START, ids=lambda v: str(v))
def test_no_way_leads_back(program: Program, value: Value, type: Type) -> None:
    open_, done = [(value, iter(list(simpler_values(program, value, type))))], set()
    path = {repr(value)}
    while open_:
        for simpler in open_[-1][1]:
            assert repr(simpler) not in path, f"{simpler!r} is simpler than itself"
            if repr(simpler) not in done:
                path.add(repr(simpler))
                open_.append((simpler, iter(list(simpler_values(program, simpler, type)))))
                break
        else:
            gone = repr(open_.pop()[0])
            path.discard(gone)
            done.add(gone)
