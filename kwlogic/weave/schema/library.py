"""The part of the standard library that declarations out of schemas call."""

from __future__ import annotations

from kwlogic.resources import std_dir
from kwlogic.source.data import Source
from kwlogic.syntax.data import Module


def library_for(text: str) -> list[tuple[Source, Module]]:
    from kwlogic.syntax.parse import parse_module
    from kwlogic.workspace.library import pruned

    sources = [Source(path.name, path.read_text(encoding="utf-8")) for path in sorted(std_dir().rglob("*.kw"))]
    return [(source, parse_module(read)[0]) for source, read in zip(sources, pruned(sources, (text,)))]
