"""Forgetting terms that nobody holds, for processes that live long: the table of terms alone would keep all that ever were.

A term that only the table knows cannot be compared with anything, so making it anew later is no different. Whoever
sweeps sees to it that no other thread makes terms meanwhile.
"""

from __future__ import annotations

import sys

from kwlogic.core.terms import _TERMS

HELD_BY_TABLE = 3  # the table, the name here, the argument of the call that counts


def size() -> int:
    """How many terms there are."""
    return len(_TERMS)


def sweep() -> int:
    """Drop what nobody holds, parents before their parts; returns how many terms went."""
    before = len(_TERMS)
    keys = list(_TERMS)
    while keys:
        key = keys.pop()
        term = _TERMS[key]
        if sys.getrefcount(term) <= HELD_BY_TABLE:
            del _TERMS[key]
    return before - len(_TERMS)
