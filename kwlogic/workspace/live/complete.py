"""What an author may want to write at a place: names in scope with their signatures, fields, types, words of the language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kwlogic.core.types import show_type
from kwlogic.elab.names import BUILTIN_TYPES, PRIM_ENTRIES
from kwlogic.elab.state import Entry
from kwlogic.workspace.live.describe import WORDS, doc_of, signature, written_param
from kwlogic.workspace.live.desk import Analysis
from kwlogic.workspace.live.probe import Probe, chunk_at, probe
from kwlogic.workspace.live.signatures import calling, meanings, signatures_of
from kwlogic.workspace.live.symbols import entry_symbol, type_symbol

DECLARATIONS = (
    "fn",
    "opaque fn",
    "lemma",
    "theorem",
    "axiom",
    "kernel",
    "type",
    "record",
    "resource",
    "example",
    "refine",
    "use",
    "module",
)
CLAUSES = (
    "requires", "ensures", "decreases", "fails when", "version", "family", "evidence", "rollback", "reads", "writes", "deterministic",
    "irrevocable", "idempotent", "by prompt", "by tool", "by python", "by induction", "by cases", "by auto", "using",
)  # fmt: skip
EXPRESSIONS = (
    "if",
    "then",
    "else",
    "let",
    "match",
    "case",
    "forall",
    "exists",
    "assert",
    "apply",
    "not",
    "and",
    "or",
    "in",
    "true",
    "false",
    "with",
)
COMPOSITIONS = ("retry", "map", "fold", "iterate", "case", "guard", "assert", "hole", "id")
_LIBRARY: dict[tuple[str, int], Proposal] = {}
_WORD = re.compile(r"[A-Za-z0-9_']")
_USE = re.compile(r"^[ \t]*use[ \t]+([\w.']*)$")
_USED = re.compile(r"^[ \t]*use[ \t]+([\w.']+)[ \t]*\([^)]*$")


@dataclass(frozen=True, slots=True)
class Proposal:
    """``rank``: smaller comes first. ``detail`` is a signature or type."""

    label: str
    kind: str
    detail: str = ""
    doc: str = ""
    insert: str = ""
    rank: int = 5


def complete(analysis: Analysis, file: str, text: str, offset: int) -> list[Proposal]:
    """``text`` is the file as it is now; the analysis may be of an earlier one."""
    scope = analysis.scope(file)
    if scope is None:
        return []
    start, end = word_around(text, offset)
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    if silent(text, offset):
        return []
    if _USE.match(line):
        return [Proposal(n, "module") for n in analysis.world.scopes if n != scope.name]
    used = _USED.match(line)
    if used is not None:
        return _members(analysis, used.group(1))
    found = probe(analysis, file, text, start, end)
    if found is None:
        top = chunk_at(text, start)[0] is None or not line.strip(" \t") or not line[: len(line) - (offset - start)].strip()
        words = (*DECLARATIONS, *CLAUSES) if top else (*CLAUSES, *EXPRESSIONS)
        return [*_words(words), *(_globals(analysis, file) if not top else ())]
    return _unique([*_arguments(analysis, file, text, offset), *_proposals(analysis, file, found)])


def word_around(text: str, offset: int) -> tuple[int, int]:
    """The word that is being written."""
    start = end = offset
    while start > 0 and _WORD.match(text[start - 1]):
        start -= 1
    while end < len(text) and _WORD.match(text[end]):
        end += 1
    return start, end


def silent(text: str, offset: int) -> bool:
    """Whether a place is in a comment or a string, other than in the hole of a prompt."""
    from kwlogic.syntax.engine import engine
    from kwlogic.syntax.lex import lex

    first, last = chunk_at(text, offset)
    tokens = lex(text, engine().tables, first or 0, max(last, offset))
    if any(a < offset <= b for a, b in tokens.comments):
        return True
    for kind, a, b in zip(tokens.kinds, tokens.starts, tokens.ends):
        if a < offset < b and (kind == "STRING" or (kind == "ERROR" and text[a] == '"')):
            return text.rfind("{", a, offset) <= text.rfind("}", a, offset)
    return False


def _proposals(analysis: Analysis, file: str, found: Probe) -> Iterator[Proposal]:
    if found.path and ".".join(found.path) in analysis.world.scopes:
        yield from _members(analysis, ".".join(found.path))
        return
    match found.kind:
        case "field":
            yield from _fields(analysis, found)
        case "type":
            yield from _types(analysis, file, found)
        case "kernel":
            yield from (p for p in _globals(analysis, file) if p.kind == "kernel")
            yield from _words(COMPOSITIONS)
        case "lemma":
            yield from (p for p in _globals(analysis, file) if p.kind in ("lemma", "axiom"))
        case "pattern":
            yield from (p for p in _globals(analysis, file) if p.kind == "ctor")
        case _:
            yield from _locals(found)
            yield from (p for p in _globals(analysis, file) if p.kind not in ("lemma", "axiom"))
            yield from _words(EXPRESSIONS)


def _locals(found: Probe) -> Iterator[Proposal]:
    for name, symbol in found.env.items():
        if symbol.kind != "tparam":
            type = found.types.get(symbol.place) if symbol.place is not None else None
            place, home = symbol.place, found.home
            detail = show_type(type) if type is not None and not type.has_vars else ""
            if not detail and place is not None and home is not None and symbol.kind in ("param", "input", "output"):
                detail = written_param(home.source, place).partition(":")[2].strip()
            yield Proposal(name, symbol.kind, detail or WORDS.get(symbol.kind, ""), rank=1)


def _globals(analysis: Analysis, file: str) -> list[Proposal]:
    """All names of values in scope, the nearest first; kept for as long as the analysis is."""
    found = analysis.memo.get(f"globals {file}")
    if not isinstance(found, list):
        found = analysis.memo[f"globals {file}"] = _values(analysis, file)
    return found


def _values(analysis: Analysis, file: str) -> list[Proposal]:
    scope = analysis.scope(file)
    if scope is None:
        return []
    world = analysis.world
    tiers: list[tuple[int, Iterable[Entry]]] = [
        (2, scope.own.values()),
        (3, [e for es in scope.used.values() for e in es]),
        (4, [e for es in world.std_values.values() for e in es]),
        (4, [e for es in PRIM_ENTRIES.values() for e in es]),
    ]
    return [_entry(analysis, e, rank) for rank, entries in tiers for e in entries if "'" not in e.name or rank < 4]


def _entry(analysis: Analysis, entry: Entry, rank: int) -> Proposal:
    """The standard library is the same in every analysis."""
    shared = entry.std or not entry.module
    found = _LIBRARY.get((entry.qname, rank)) if shared else None
    if found is None:
        symbol = entry_symbol(entry)
        detail = signature(analysis, entry).removeprefix(f"{entry.module}." if entry.module else "")
        found = Proposal(entry.name, symbol.kind, detail, doc_of(symbol), rank=rank)
        if shared:
            _LIBRARY[entry.qname, rank] = found
    return found


def _types(analysis: Analysis, file: str, found: Probe) -> Iterator[Proposal]:
    scope = analysis.scope(file)
    yield from (Proposal(n, "tparam", rank=1) for n, x in found.env.items() if x.kind == "tparam")
    if scope is not None:
        for rank, entries in ((2, scope.types.values()), (3, [e for es in scope.used_types.values() for e in es])):
            yield from (Proposal(e.name, type_symbol(e).kind, doc=doc_of(type_symbol(e)), rank=rank) for e in entries)
    yield from (Proposal(n, "type", rank=4) for n in BUILTIN_TYPES)


def _fields(analysis: Analysis, found: Probe) -> Iterator[Proposal]:
    type = found.type_of_subject()
    data = None if type is None or type.is_var else analysis.world.datas.get(type.head)
    if data is not None:
        for ctor in data.ctors:
            for f in ctor.fields:
                yield Proposal(f.name, "field", show_type(f.type), rank=1)
    elif type is None and not found.path:
        for d in analysis.world.datas.values():
            for c in d.ctors:
                yield from (Proposal(f.name, "field", f"{show_type(f.type)}, of {d.name.rpartition('.')[2]}", rank=2) for f in c.fields)


def _members(analysis: Analysis, module: str) -> list[Proposal]:
    home = analysis.world.scopes.get(module)
    if home is None:
        return []
    types = [Proposal(n, type_symbol(e).kind, doc=doc_of(type_symbol(e)), rank=2) for n, e in home.types.items()]
    return _unique(
        [*types, *(_entry(analysis, e, 2) for e in home.own.values()), *(Proposal(n, "resource", rank=2) for n in home.resources)]
    )


def _arguments(analysis: Analysis, file: str, text: str, offset: int) -> Iterator[Proposal]:
    """`name = ` for the parameters of the call that the place is in."""
    call = calling(text, offset)
    if call is None:
        return
    entries = meanings(analysis, file, call.name)
    if len(entries) == 1:
        for made in signatures_of(analysis, entries):
            for name, written in zip(made.names, made.params):
                if name not in call.given:
                    yield Proposal(f"{name} =", "argument", written.partition(":")[2].strip(), insert=f"{name} = ", rank=0)


def _words(words: Iterable[str]) -> list[Proposal]:
    return [Proposal(w, "keyword", rank=8) for w in words]


def _unique(found: Iterable[Proposal]) -> list[Proposal]:
    return list({(p.label, p.detail): p for p in reversed(list(found))}.values())[::-1]
