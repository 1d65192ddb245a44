"""Which declarations of the standard library a run needs: those it can reach by name, and the lemmas about them.

Most runs need a few of some hundreds, and reading only these is what keeps a small check fast. The choice is made on
the text, generously: a name counts wherever it stands. What is left out is blanked, so that places stay right. An
elaboration that finds an error is repeated with the whole library, so that no message speaks from half of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from kwlogic.source.data import Source
from kwlogic.source.records import dataclass

# What is said of compositions is said with these.
COMPOSED = {"map": {"zip"}, "fold": {"take"}, "iterate": {"fold", "range"}}
# What operators, literals and quantifiers become, and what the prover states its laws with.
ALWAYS = frozenset(("append", "len", "member", "nth", "slice", "all", "any"))
_DECL = re.compile(
    r"^(?:##[^\n]*\n)*(opaque fn|fn|lemma|theorem|axiom|kernel|type|record|resource|refine|example|module|use)\b *([A-Za-z_][\w']*)?",
    re.MULTILINE,
)
_NAME = re.compile(r"[A-Za-z_][\w']*")
_BOUND = re.compile(r"([A-Za-z_][\w']*)\s*:(?!:)|(?:forall|exists|let)\s+([A-Za-z_][\w']*)")
_PROOF = re.compile(r"^\s*by\b", re.MULTILINE)
_SIGNS = tuple((re.compile(sign), name) for sign, name in ((r"\bin\b", "member"), (r"\+\+", "append"), (r"[a-z_)\]]\[", "nth")))
_COMMENT = re.compile(r"#[^\n]*")
_LEMMAS = frozenset(("lemma", "theorem", "axiom"))
_KEPT = frozenset(("module", "use", "resource", "refine"))


@dataclass(frozen=True, slots=True)
class _Chunk:
    """One declaration: where it stands, every name in it, and for a lemma the names its statement is about
    (operators by the functions that they stand for). A ``folded`` fn is one that the prover does not replace by its body."""

    file: int
    start: int
    end: int
    kind: str
    name: str
    names: frozenset[str]
    about: frozenset[str]
    folded: bool


def pruned(library: list[Source], texts: Iterable[str]) -> list[Source]:
    """The library's files with what the texts cannot reach blanked out."""
    chunks = [c for index, source in enumerate(library) for c in _chunks(index, source.text)]
    names = _names("\n".join(texts))
    names = names.union(*(needs for word, needs in COMPOSED.items() if word in names))
    kept = _reachable(chunks, names)
    found: list[Source] = []
    for index, source in enumerate(library):
        pieces, at = [], 0
        for chunk in chunks:
            if chunk.file == index and chunk not in kept and chunk.kind not in _KEPT:
                pieces += [source.text[at : chunk.start], _blank(source.text[chunk.start : chunk.end])]
                at = chunk.end
        found.append(Source(source.path, "".join((*pieces, source.text[at:]))))
    return found


def _names(text: str) -> frozenset[str]:
    return frozenset(_NAME.findall(_COMMENT.sub("", text)))


def _blank(text: str) -> str:
    return "\n".join(" " * len(line) for line in text.split("\n"))


def _chunks(index: int, text: str) -> list[_Chunk]:
    heads = list(_DECL.finditer(text))
    ends = [h.start() for h in heads[1:]] + [len(text)]
    return [_chunk(index, text[h.start() : end], h, end) for h, end in zip(heads, ends)]


def _chunk(index: int, text: str, head: re.Match[str], end: int) -> _Chunk:
    kind, name = head.group(1), head.group(2) or ""
    rest = text[head.end() - head.start() :]
    names = about = _names(text)
    if kind in _LEMMAS:
        proof = _PROOF.search(rest)
        statement = _COMMENT.sub("", rest[: proof.start()] if proof else rest)
        bound = {n for pair in _BOUND.findall(statement) for n in pair if n}
        about = (_names(statement) - bound) | {n for sign, n in _SIGNS if sign.search(statement)}
    return _Chunk(index, head.start(), end, kind, name, names, about, kind == "opaque fn" or name in _names(rest))


def _reachable(chunks: list[_Chunk], names: frozenset[str]) -> frozenset[_Chunk]:
    """Declarations reached by name, and lemmas all of whose functions are; to a fixed point."""
    from kwlogic.core.prims import SURFACE

    by_name: dict[str, list[_Chunk]] = {}
    for chunk in chunks:
        by_name.setdefault(chunk.name, []).append(chunk)
    functions: dict[str, list[_Chunk]] = {}
    for chunk in chunks:
        if chunk.kind.endswith("fn"):
            functions.setdefault(chunk.name, []).append(chunk)
    lemmas = [(c, about) for c in chunks if c.kind in _LEMMAS if (about := _symbols(c.about, functions))]
    kept: set[_Chunk] = set()
    known: set[str] = set()
    waiting = [*names, *ALWAYS]
    while waiting:
        while waiting:
            name = waiting.pop()
            if name not in known:
                known.add(name)
                for chunk in by_name.get(name, ()):
                    if chunk not in kept:
                        kept.add(chunk)
                        waiting.extend(chunk.names)
        for chunk, about in lemmas:
            if chunk not in kept and about - SURFACE.keys() <= known:
                kept.add(chunk)
                waiting.extend(chunk.names)
    return frozenset(kept)


def _symbols(about: frozenset[str], functions: dict[str, list[_Chunk]]) -> frozenset[str]:
    """The functions that are left of a statement when those that are not folded have been replaced by their bodies
    (a name that functions of both kinds share says nothing)."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [n for n in about if n in functions]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        folded = {c.folded for c in functions[name]}
        if folded == {True}:
            found.add(name)
        elif folded == {False}:
            waiting.extend(n for c in functions[name] for n in c.names if n in functions)
    return frozenset(found)
