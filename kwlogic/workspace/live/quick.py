"""What an edit inside one declaration changes: that declaration alone is read and checked again, in milliseconds.

The answer is what a whole analysis would say, but for what only shows with all declarations in view (recursion between
them, compositions of compositions); the whole analysis that follows says it. Where an edit reaches beyond one declaration,
or changes what others see of it, there is no quick answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from kwlogic.elab.again import elaborate_again, same_face
from kwlogic.elab.names import written_names
from kwlogic.source.data import Diagnostic, Edit, Fix, Label, Source, Span
from kwlogic.syntax.data import Decl, FnDecl, KernelDecl, LemmaDecl, Module, TypeDecl, UseDecl
from kwlogic.workspace.live.desk import Analysis

HERE = "\0edited"  # the file name of places in the edited declaration, while both texts are in play


@dataclass(frozen=True, slots=True)
class Change:
    """``text[start:old]`` of the old text became ``[start:new]`` of the new one."""

    start: int
    old: int
    new: int

    def moved(self, offset: int) -> int:
        """Where a place of the old text is in the new one."""
        if offset >= self.old:
            return offset + self.new - self.old
        return min(offset, self.start) if offset >= self.start else offset


def change_between(old: str, new: str) -> Change | None:
    """The smallest passage in which the texts differ; None where they are equal."""
    if old == new:
        return None
    start = _common(min(len(old), len(new)), lambda n: old[:n] == new[:n])
    room = min(len(old), len(new)) - start
    end = _common(room, lambda n: n == 0 or old[-n:] == new[-n:])
    return Change(start, len(old) - end, len(new) - end)


def _common(most: int, same: Callable[[int], bool]) -> int:
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if same(middle):
            low = middle
        else:
            high = middle - 1
    return low


@dataclass(frozen=True, slots=True)
class Quick:
    """``diagnostics`` of the whole file as it is now. ``settled``: types were looked at, too."""

    source: Source
    change: Change
    diagnostics: tuple[Diagnostic, ...]
    settled: bool


def quick(analysis: Analysis, shown: str, text: str) -> Quick | None:
    """What is wrong with a file that has changed since its analysis; None where that takes a whole analysis."""
    before = analysis.sources.get(shown)
    scope = analysis.scope(shown)
    if before is None or scope is None:
        return None
    change = change_between(before.text, text)
    if change is None:
        return None
    region = region_of(scope.tree, before.text, change)
    if region is None:
        return None
    index, start, end = region
    source = Source(shown, text)
    read = read_items(text, start, change.moved(end))
    if read is None:
        return None
    items, problems = read
    others = tuple(moved_diagnostic(d, shown, change) for d in analysis.of_file(shown) if not _inside(d, start, end))
    old = scope.tree.decls[index]
    if not items and problems:
        named = names_of(old) <= written_names(text)
        return Quick(source, change, _settled(others, problems, shown, change), named)
    if len(items) != 1 or not isinstance(items[0], FnDecl | KernelDecl | LemmaDecl) or not same_face(old, items[0]):
        return None
    if index in scope.skipped or any(d.severity.value == "error" for d in problems):
        return Quick(source, change, _settled(others, problems, shown, change), False)
    found = elaborate_again(analysis.world, scope.name, items[0], Source(HERE, text))
    return Quick(source, change, _settled(others, (*problems, *found), shown, change), True)


def names_of(decl: Decl) -> set[str]:
    """What others may know the declaration by; while the text still declares these, their uses stay silent."""
    match decl:
        case TypeDecl(name=name, variants=variants):
            return {name, *(v.name for v in variants)}
        case _:
            return {n} if (n := getattr(decl, "name", "")) else set()


def region_of(tree: Module, text: str, change: Change) -> tuple[int, int, int] | None:
    """The one declaration that holds the change well inside: its index, where it starts, and where the next item does."""
    starts = sorted(
        [*(d.span.start for d in tree.decls), *(u.span.start for u in tree.uses), *([tree.name.span.start] if tree.name else [])]
    )
    for index, decl in enumerate(tree.decls):
        start = decl.span.start
        end = next((s for s in starts if s > start), len(text))
        if start < change.start and change.old < end and text[start : change.start].strip() and (change.old < end - 1 or end == len(text)):
            gap = text[decl.span.end : end]
            return None if _lost_between(gap) else (index, start, end)
    return None


def _lost_between(gap: str) -> bool:
    """Whether something stands between two declarations that did not parse."""
    return any(line.strip() and not line.lstrip().startswith("#") for line in gap.split("\n"))


def read_items(text: str, start: int, end: int) -> tuple[list[Decl], tuple[Diagnostic, ...]] | None:
    """The items between two places, read with what follows in view; None where the second is no start of an item."""
    from kwlogic.syntax.data import Module as ModuleLine
    from kwlogic.syntax.engine import engine
    from kwlogic.syntax.lex import lex
    from kwlogic.syntax.parse import Reading, context_of

    tokens = lex(text, engine().tables, start, min(len(text), end + 4000))
    if any(s < end < e for s, e in zip(tokens.starts, tokens.ends)):
        return None
    reading = Reading(context_of(HERE, tokens), ())
    items: list[Decl] = []
    index = 0
    while tokens.kinds[index] != "$END" and tokens.starts[index] < end:
        item, index = reading.item(index)
        if isinstance(item, ModuleLine | UseDecl):
            return None
        if item is not None:
            items.append(item)
    if end < len(text) and tokens.starts[index] != end:
        return None
    problems = tuple(d for d in reading.c.problems if d.span is None or d.span.start <= end)
    return items, problems


def _inside(d: Diagnostic, start: int, end: int) -> bool:
    return d.span is not None and start <= d.span.start < end


def moved_diagnostic(d: Diagnostic, shown: str, change: Change) -> Diagnostic:
    """A diagnostic of another declaration, at its place in the new text."""

    def moved(span: Span) -> Span:
        return Span(shown, change.moved(span.start), change.moved(span.end)) if span.file == shown else span

    return _mapped(d, moved)


def _settled(others: tuple[Diagnostic, ...], own: tuple[Diagnostic, ...], shown: str, change: Change) -> tuple[Diagnostic, ...]:
    """Places of the edited declaration are places of the new text already; its labels elsewhere are moved."""

    def named(span: Span) -> Span:
        if span.file == HERE:
            return Span(shown, span.start, span.end)
        return Span(shown, change.moved(span.start), change.moved(span.end)) if span.file == shown else span

    found = [*others, *(_mapped(d, named) for d in own)]
    return tuple(sorted(dict.fromkeys(found), key=lambda d: d.span.start if d.span is not None else -1))


def _mapped(d: Diagnostic, at: Callable[[Span], Span]) -> Diagnostic:
    labels = tuple(Label(at(label.span), label.text) for label in d.labels)
    fix = d.fix and Fix(d.fix.title, tuple(Edit(at(e.span), e.text) for e in d.fix.edits))
    return replace(d, labels=labels, fix=fix)
