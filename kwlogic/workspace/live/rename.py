"""Renaming: every use of a name in every file of the project, or a refusal that says why not.

The proposal is tried before it is made: the new texts are analysed, and every name in them must stand for what it stood
for before. So no name is captured, none is hidden, and nothing that checked stops to.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kwlogic.source.data import Edit, Severity, Span
from kwlogic.syntax import data as s
from kwlogic.syntax.lex import HARD
from kwlogic.workspace.live.describe import WORDS
from kwlogic.workspace.live.desk import Analysis, Desk
from kwlogic.workspace.live.index import index_of, references
from kwlogic.workspace.live.symbols import NAME, Occurrence, Symbol
from kwlogic.workspace.load import is_std

UPPER = ("type", "record", "ctor")
LOWER = ("local", "wire", "param", "input", "output", "fn", "kernel", "lemma", "axiom", "field", "resource")


class Refusal(Exception):
    """The name cannot be changed, or not to this; the text says why."""


@dataclass(frozen=True, slots=True)
class Renaming:
    edits: tuple[Edit, ...]


def renameable(analysis: Analysis, file: str, offset: int) -> Occurrence:
    """The name at a place, if it may be renamed. Raises Refusal."""
    index = index_of(analysis, file)
    found = index.at(offset) if index is not None else None
    if found is None:
        raise Refusal("there is no name here")
    symbol = found.symbol
    if len(found.choices) > 1:
        raise Refusal(f"`{symbol.name}` may be one of several things here, since its declaration does not check")
    if symbol.place is None or symbol.kind in ("result", "module"):
        what = "a module is called as its file and its users say" if symbol.kind == "module" else "it belongs to the language"
        raise Refusal(f"`{symbol.name}` cannot be renamed: {what}")
    home = next((x for x in analysis.world.scopes.values() if x.source.path == symbol.place.file), None)
    if home is None or is_std(home.name):
        raise Refusal(f"`{symbol.name}` belongs to the standard library")
    if symbol.kind in ("input", "output"):
        _unlinked(analysis, symbol)
    return found


def rename(desk: Desk, analysis: Analysis, file: str, offset: int, new: str) -> Renaming:
    """The edits that give a name another spelling; the analysis is of the whole project. Raises Refusal."""
    found = renameable(analysis, file, offset)
    symbol = found.symbol
    if new == symbol.name:
        return Renaming(())
    _spelling(symbol, new)
    places = sorted({o.span for o in references(analysis, symbol)})
    edits = tuple(Edit(span, new) for span in places)
    _tried(desk, analysis, symbol, edits)
    return Renaming(edits)


def _spelling(symbol: Symbol, new: str) -> None:
    if not NAME.fullmatch(new):
        raise Refusal(f"`{new}` is no name: names are letters, digits, `_` and `'`, and do not begin with a digit")
    if new in HARD:
        raise Refusal(f"`{new}` is a word of the language")
    if symbol.kind in UPPER and not new[:1].isupper():
        raise Refusal(f"the name of a {WORDS[symbol.kind]} starts upper-case")
    if symbol.kind in LOWER and new[:1].isupper():
        raise Refusal(f"the name of a {WORDS[symbol.kind]} starts lower-case")


def _unlinked(analysis: Analysis, symbol: Symbol) -> None:
    """Compositions link ports by name, so the name of a port that one of them links is not the kernel's alone."""
    owner = next((k for k in analysis.world.kernels if k == symbol.owner), symbol.owner)
    short = owner.rpartition(".")[2]
    for scope in analysis.world.scopes.values():
        for decl in scope.tree.decls:
            if isinstance(decl, s.KernelDecl) and _links(decl, owner, scope.name, short, symbol):
                raise Refusal(
                    f"`{symbol.name}` is a port that `{decl.name}` links by name; rename it there first, as in `{short}[{symbol.name} as other]`"
                )
            if isinstance(decl, s.RefineDecl) and short in (decl.abstract.parts[-1], decl.concrete.parts[-1]):
                raise Refusal(f"`{symbol.name}` is a port of `{short}`, which a `refine` compares by the names of its ports")


def _links(decl: s.KernelDecl, owner: str, module: str, short: str, symbol: Symbol) -> bool:
    if isinstance(decl.body, s.BodyCompose) and f"{module}.{decl.name}" == owner:
        return True
    if not isinstance(decl.body, s.BodyCompose | s.BodyGraph):
        return False
    algebra = isinstance(decl.body, s.BodyCompose)
    stack: list[object] = [decl.body]
    while stack:
        here = stack.pop()
        if isinstance(here, s.WRef) and here.name.parts[-1] == short:
            return True
        if isinstance(here, s.WCall) and here.name.parts[-1] == short and (algebra or symbol.kind == "output"):
            return True
        if isinstance(here, s.Node):
            stack.extend(getattr(here, name) for name in here.__dataclass_fields__)
        elif isinstance(here, tuple):
            stack.extend(here)
    return False


# ---------------------------------------------------------------- the trial


def _tried(desk: Desk, analysis: Analysis, symbol: Symbol, edits: Iterable[Edit]) -> None:
    by_file: dict[str, list[Edit]] = {}
    for edit in edits:
        by_file.setdefault(edit.span.file, []).append(edit)
    texts = {analysis.paths[file]: _edited(analysis.sources[file].text, changes) for file, changes in by_file.items()}
    trial = desk.another({**desk.texts, **texts})
    after = trial.analysis(analysis.paths[next(iter(by_file))], whole=True)
    new_errors = _errors(after) - _errors(analysis)
    if new_errors:
        code, message = next(iter(new_errors))
        raise Refusal(f"then there would be an error: {message} [{code}]")
    moves = {file: _Moves(changes) for file, changes in by_file.items()}
    for scope in analysis.world.scopes.values():
        if not is_std(scope.name):
            _compared(analysis, after, scope.source.path, moves)


def _errors(analysis: Analysis) -> Counter[tuple[str, str]]:
    return Counter((d.code, d.message) for d in analysis.diagnostics if d.severity is Severity.ERROR)


def _edited(text: str, edits: list[Edit]) -> str:
    for edit in sorted(edits, key=lambda e: e.span.start, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


class _Moves:
    """Where the places of an edited file are afterwards."""

    def __init__(self, edits: list[Edit]) -> None:
        ordered = sorted(edits, key=lambda e: e.span.start)
        self.starts = [e.span.start for e in ordered]
        self.by = [0]
        for e in ordered:
            self.by.append(self.by[-1] + len(e.text) - (e.span.end - e.span.start))

    def start(self, offset: int) -> int:
        return offset + self.by[bisect_left(self.starts, offset)]


def _compared(before: Analysis, after: Analysis, file: str, moves: Mapping[str, _Moves]) -> None:
    """Every name must stand for what it stood for."""
    old, new = index_of(before, file), index_of(after, file)
    if old is None or new is None:
        return

    def at(span: Span | None) -> tuple[str, int] | None:
        if span is None:
            return None
        return (span.file, moves[span.file].start(span.start)) if span.file in moves else (span.file, span.start)

    was = {(at(o.span), at(o.symbol.place)) for o in old.found}
    now = {
        ((o.span.file, o.span.start), None if o.symbol.place is None else (o.symbol.place.file, o.symbol.place.start)) for o in new.found
    }
    if was != now:
        changed = next(iter(now - was), None) or next(iter(was - now))
        place = changed[0]
        text = after.sources[file].text
        word = NAME.match(text, place[1]) if place is not None else None
        raise Refusal(f"then `{word.group() if word else 'a name'}` would stand for something else, in `{file}`")
