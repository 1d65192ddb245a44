"""Forgetting terms that nobody holds, for processes that live long: the table of terms alone would keep all that ever were.

A term that only the table knows cannot be compared with anything, so making it anew later is no different. Whoever
sweeps sees to it that no other thread makes terms meanwhile.
"""

from __future__ import annotations

import sys

from kwlogic.core.terms import _TERMS


def size() -> int:
    """How many terms there are."""
    return len(_TERMS)


def held_by_table() -> int:
    """What is counted of a value that only a table and one name hold; how calls count their arguments differs by Python."""
    table = {0: object()}
    term = table[0]
    return sys.getrefcount(term)


def sweep() -> int:
    """Drop what nobody holds, parents before their parts; returns how many terms went."""
    before, unheld = len(_TERMS), held_by_table()
    keys = list(_TERMS)
    while keys:
        key = keys.pop()
        term = _TERMS[key]
        if sys.getrefcount(term) <= unheld:
            del _TERMS[key]
    return before - len(_TERMS)
