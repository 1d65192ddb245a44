"""Strings worth trying: the literals that a claim speaks of, repeated, in one another, and side by side.

What goes over a text once, and leaves there what it looks for, shows on such strings and hardly on any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from kwlogic.core.program import Program
from kwlogic.core.terms import Op, Term
from kwlogic.core.walk import subterms
from kwlogic.vc.theory import called

MOST_LITERALS = 6
MOST_WORDS = 24
MOST_LENGTH = 40
MOST_FUNCTIONS = 40


def words_of(program: Program, terms: Iterable[Term]) -> tuple[str, ...]:
    """Strings made of the literals in the terms and in the functions that these call (those of the library apart)."""
    literals = list(islice(dict.fromkeys(_literals(program, list(terms))), MOST_LITERALS))
    return tuple(islice(dict.fromkeys(_made(literals)), MOST_WORDS))


def _literals(program: Program, terms: list[Term]) -> Iterator[str]:
    seen: set[str] = set()
    while terms and len(seen) < MOST_FUNCTIONS:
        here = terms.pop(0)
        for part in subterms(here):
            if part.op is Op.LIT and isinstance(part.data, str) and 0 < len(part.data) <= MOST_LENGTH:
                yield part.data
        for name in sorted(called(here) - seen):
            seen.add(name)
            fn = program.fns.get(name)
            if fn is not None and not name.startswith("std."):
                terms.append(fn.body)


def _made(literals: list[str]) -> Iterator[str]:
    for word in literals:
        yield from (word * n for n in (1, 2, 3, 4))
        yield from (word[:k] + word + word[k:] for k in range(1, min(len(word), 5)))
    for word in literals:
        yield from (f"a{word}", f"{word}a", f"{word}a{word}", f"a{word}{word}b")
        yield from (word + other for other in literals if other != word)
