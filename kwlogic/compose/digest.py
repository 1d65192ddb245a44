"""Equality of compositions: a digest of the normal form, whole and never shortened.

Two compositions have the same digest if and only if their normal forms are the same text, BLAKE2b aside. Names of kernels,
their ports and the ports of the whole count; names of wires, brackets, renamings and the order of statements do not.
"""

from __future__ import annotations

from kwlogic.compose.data import Composition
from kwlogic.compose.facts import FactsOf, unknown
from kwlogic.compose.normal import Normal, hashed


def normal_text(composition: Composition, known: FactsOf = unknown) -> str:
    """What the digest is made from."""
    return Normal(composition, known).root().text


def digest(composition: Composition, known: FactsOf = unknown) -> str:
    """64 hexadecimal digits. ``known``: facts about kernels (``facts.facts_of(program)``); a kernel of which nothing is
    known is taken to fail and to be no function, which only ever tells more compositions apart."""
    return hashed(normal_text(composition, known))


def equal(left: Composition, right: Composition, known: FactsOf = unknown) -> bool:
    """The same composition, up to names of wires and order."""
    return normal_text(left, known) == normal_text(right, known)
