"""The part of the standard library that declarations out of schemas call; read once for each set of names."""

from __future__ import annotations

import re
from functools import lru_cache

from kwlogic.resources import std_dir
from kwlogic.source.data import Source
from kwlogic.syntax.data import Module

_NAMES = frozenset(["len", "keys", "matches", "unique", "real", "floor", "is_some", "forall", "exists", "in"])
_WORD = re.compile(r"[a-z_]+")


def library_for(text: str) -> tuple[tuple[Source, Module], ...]:
    return _library(" ".join(sorted(_NAMES.intersection(_WORD.findall(text)))))


@lru_cache(maxsize=64)
def _library(words: str) -> tuple[tuple[Source, Module], ...]:
    from kwlogic.syntax.parse import parse_module
    from kwlogic.workspace.library import pruned

    sources = [Source(path.name, path.read_text(encoding="utf-8")) for path in sorted(std_dir().rglob("*.kw"))]
    return tuple((source, parse_module(read)[0]) for source, read in zip(sources, pruned(sources, (words,))))
