"""Tokens that end a value, by what they go on with: the same at all places of one vocabulary, so it is found once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kwlogic.weave.decode.scan import Scan, scan

if TYPE_CHECKING:
    from kwlogic.weave.decode.engine import Engine, Mask

Ends = tuple["Mask", dict[int, list[tuple[bytes, list[int]]]]]

KEPT = 2_048


def ends_of(engine: Engine, at: Scan, closer: bytes, post: bytes) -> Ends:
    """Tokens that have the byte that values end with, fixed bytes, and more: those in which a value ends from here; and, of those
    where the fixed bytes follow it, what they go on with, by its first byte."""
    key = (at, closer, post)
    found = engine.ends.get(key)
    if found is None:
        if len(engine.ends) > KEPT:
            engine.ends.clear()
        found = engine.ends[key] = _ends(engine, at, closer, post)
    return found


def _ends(engine: Engine, at: Scan, closer: bytes, post: bytes) -> Ends:
    words = engine.vocabulary.tokens
    seen: list[int] = []
    groups: dict[bytes, list[int]] = {}
    for i in engine.vocabulary.passing(closer + post):
        end = scan(at, words[i])[1]
        if end >= 0 and not post.startswith(words[i][end:]):  # what ends within the fixed bytes is for the grammar to say
            seen.append(i)
            if words[i].startswith(post, end):
                groups.setdefault(words[i][end + len(post) :], []).append(i)
    by_first: dict[int, list[tuple[bytes, list[int]]]] = {}
    for rest, ids in groups.items():
        by_first.setdefault(rest[0], []).append((rest, ids))
    return engine.of_ids(seen), by_first
