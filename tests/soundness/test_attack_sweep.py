"""Forgetting terms, attacked: what somebody holds stays the one of its kind, whatever a Python counts."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from kwlogic.core import sweep as sweeping
from kwlogic.core.terms import Term, mk_int, mk_prim, mk_var
from kwlogic.core.types import INT


def terms() -> list[Term]:
    return [mk_prim("+", (mk_int(10**9 + i), mk_var(f"swept{i}", INT)), INT) for i in range(100)]


@pytest.mark.parametrize("fewer", [0, 1, 2])
def test_what_is_held_stays_the_same(fewer: int, monkeypatch: pytest.MonkeyPatch):
    count = sys.getrefcount
    monkeypatch.setattr(sweeping, "sys", SimpleNamespace(getrefcount=lambda x: count(x) - fewer))
    held = terms()
    last = max(t.id for t in held)
    parts = [mk_prim("*", (t, t), INT) for t in held]
    del parts
    assert sweeping.sweep() >= len(held)
    assert all(a is b for a, b in zip(held, terms()))
    assert mk_prim("*", (held[0], held[1]), INT).id > last
