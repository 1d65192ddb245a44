"""The declarations of a file as a tree, with the places of each: from the tree alone, so that files need not check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from kwlogic.source.data import Source, Span
from kwlogic.syntax import data as s
from kwlogic.workspace.findings import one_line


@dataclass(frozen=True, slots=True)
class Item:
    """``kind``: fn, lemma, axiom, kernel, type, record, ctor, field, resource, example, refine, input, output or clause."""

    kind: str
    name: str
    span: Span
    name_span: Span
    detail: str = ""
    children: tuple[Item, ...] = field(default=())


def outline(tree: s.Module, source: Source) -> Iterator[Item]:
    for decl in tree.decls:
        yield _item(decl, source)


def _item(decl: s.Decl, source: Source) -> Item:
    match decl:
        case s.ResourceDecl():
            return Item("resource", decl.name, decl.span, decl.name_span)
        case s.RecordDecl():
            return Item("record", decl.name, decl.span, decl.name_span, children=_params("field", decl.fields, source))
        case s.TypeDecl():
            made = tuple(_variant(v, source) for v in decl.variants)
            detail = one_line(source.code(decl.alias.span), 60) if decl.alias is not None else ""
            return Item("type", decl.name, decl.span, decl.name_span, detail, made)
        case s.FnDecl():
            return Item(
                "fn", decl.name, decl.span, decl.name_span, _signature(decl.params, decl.result, source), _clauses(decl.clauses, source)
            )
        case s.LemmaDecl():
            kind = "axiom" if decl.keyword == "axiom" else "lemma"
            return Item(kind, decl.name, decl.span, decl.name_span, _signature(decl.params, None, source), _clauses(decl.clauses, source))
        case s.KernelDecl():
            ports = (*_params("input", decl.inputs, source), *_params("output", decl.outputs, source))
            outputs = ", ".join(one_line(source.code(p.span), 30) for p in decl.outputs)
            detail = f"{_signature(decl.inputs, None, source)} -> ({outputs})"
            return Item("kernel", decl.name, decl.span, decl.name_span, detail, (*ports, *_clauses(decl.clauses, source)))
        case s.ExampleDecl():
            start = Span(decl.span.file, decl.span.start, decl.span.start + len("example"))
            return Item("example", f"example {one_line(source.code(decl.expr.span), 60)}", decl.span, start)
        case s.RefineDecl():
            return Item("refine", f"refine {decl.abstract} by {decl.concrete}", decl.span, decl.abstract.span)


def _variant(v: s.Variant, source: Source) -> Item:
    return Item(
        "ctor", v.name, v.span, Span(v.span.file, v.span.start, v.span.start + len(v.name)), children=_params("field", v.fields, source)
    )


def _params(kind: str, params: tuple[s.Param, ...], source: Source) -> tuple[Item, ...]:
    return tuple(
        Item(kind, p.name, p.span, Span(p.span.file, p.span.start, p.span.start + len(p.name)), one_line(source.code(p.type.span), 60))
        for p in params
    )


def _clauses(clauses: tuple[s.KernelClause, ...] | tuple[s.Clause | s.Decreases, ...], source: Source) -> tuple[Item, ...]:
    found = []
    for c in clauses:
        if isinstance(c, s.Clause):
            text = one_line(source.code(c.pred.span), 60)
            name = c.label or ("fails when" if c.kind == "fails" else c.kind)
            found.append(Item("clause", name, c.span, Span(c.span.file, c.span.start, c.pred.span.end), text))
    return tuple(found)


def _signature(params: tuple[s.Param, ...], result: s.TypeExpr | None, source: Source) -> str:
    inside = ", ".join(one_line(source.code(p.span), 30) for p in params)
    return f"({inside})" + (f" -> {one_line(source.code(result.span), 40)}" if result is not None else "")


def folds(tree: s.Module, source: Source) -> Iterator[tuple[Span, str]]:
    """What may be folded: declarations of several lines, the list of uses, runs of comments."""
    if len(tree.uses) > 1:
        yield Span(source.path, tree.uses[0].span.start, tree.uses[-1].span.end), "imports"
    for decl in tree.decls:
        yield decl.span, "region"
        stack: list[object] = [decl]
        while stack:
            here = stack.pop()
            if isinstance(here, s.Match | s.BodyGraph | s.BySteps | s.BodyOracle):
                yield here.span, "region"
            if isinstance(here, s.Node):
                stack.extend(getattr(here, name) for name in here.__dataclass_fields__)
            elif isinstance(here, tuple):
                stack.extend(here)
    yield from _comment_runs(source)


def _comment_runs(source: Source) -> Iterator[tuple[Span, str]]:
    start: int | None = None
    at = 0
    for line in [*source.text.split("\n"), ""]:
        comment = line.lstrip().startswith("#")
        if comment and start is None:
            start = at
        elif not comment and start is not None:
            if source.text.count("\n", start, at - 1):
                yield Span(source.path, start, at - 1), "comment"
            start = None
        at += len(line) + 1


def around(tree: s.Module, offset: int) -> list[Span]:
    """The nodes that hold a place, the largest first."""
    found: dict[Span, None] = {}
    stack: list[object] = [*tree.uses, *tree.decls]
    while stack:
        here = stack.pop()
        if isinstance(here, tuple):
            stack.extend(here)
        elif isinstance(here, s.Node) and here.span.start <= offset <= here.span.end:
            found[here.span] = None
            stack.extend(getattr(here, name) for name in here.__dataclass_fields__)
    return sorted(found, key=lambda x: (x.start - x.end, x.start))
