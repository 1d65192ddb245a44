"""What a name is, in the author's own words: its declaration as written, its type, its documentation."""

from __future__ import annotations

from dataclasses import dataclass

from kwlogic.core.types import Type, show_type
from kwlogic.elab.context import Ctx
from kwlogic.elab.signatures import show_signature
from kwlogic.elab.state import Entry
from kwlogic.source.data import Source, Span
from kwlogic.syntax import data as s
from kwlogic.workspace.live.desk import Analysis
from kwlogic.workspace.live.index import Index, index_of
from kwlogic.workspace.live.symbols import Occurrence, Symbol

WORDS = {
    "fn": "function", "prim": "function of the language", "ctor": "constructor", "kernel": "kernel", "lemma": "lemma", "axiom": "axiom",
    "type": "type", "record": "record", "resource": "resource", "field": "field", "param": "parameter", "input": "input", "output": "output",
    "wire": "wire", "local": "name", "tparam": "type parameter", "result": "result", "module": "module",
}  # fmt: skip
BUILTIN = {
    "Int": "Unbounded integers.",
    "Real": "Exact rationals, never binary floats.",
    "Bool": "`true` and `false`.",
    "String": "Sequences of Unicode code points.",
    "Unit": "The type of one value, `()`.",
    "List": "Finite lists.",
    "Set": "Finite sets.",
    "Map": "Finite maps.",
    "Option": "`None`, or `Some(value)`.",
}


@dataclass(frozen=True, slots=True)
class Described:
    """``code`` is source text; ``note`` a few words; ``doc`` what the author wrote above the declaration."""

    span: Span
    code: str
    note: str = ""
    doc: str = ""
    symbol: Symbol | None = None


def described(analysis: Analysis, file: str, offset: int) -> Described | None:
    """What stands at a place: a name, else the smallest expression around it."""
    index = index_of(analysis, file)
    if index is None:
        return None
    found = index.at(offset)
    if found is not None:
        return of_occurrence(analysis, index, found)
    around = [(span.end - span.start, span) for span in index.known.types if span.file == file and span.start <= offset <= span.end]
    if not around:
        return None
    _, span = min(around, key=lambda pair: pair[0])
    return Described(span, show_type(index.known.types[span]), "the type of this expression")


def of_occurrence(analysis: Analysis, index: Index, found: Occurrence) -> Described:
    symbol = found.symbol
    if len(found.choices) > 1:
        code = "\n".join(dict.fromkeys(code_of(analysis, c) for c in found.choices))
        return Described(found.span, code, "one of several", symbol=symbol)
    type = type_of(analysis, index, symbol) if symbol.local or symbol.kind == "field" else None
    if type is not None and symbol.kind in ("wire", "local", "result"):
        return Described(found.span, f"{symbol.name}: {show_type(type)}", WORDS[symbol.kind], symbol=symbol)
    note = WORDS.get(symbol.kind, symbol.kind)
    home = symbol.qname.rpartition(".")[0]
    if home and home != index.scope.name and symbol.place is not None and symbol.kind != "module":
        note += f" of `{home}`"
    return Described(found.span, code_of(analysis, symbol), note, doc_of(symbol), symbol)


def code_of(analysis: Analysis, symbol: Symbol) -> str:
    """How it is declared."""
    source = _source(analysis, symbol.place)
    if symbol.kind == "module":
        return f"module {symbol.name}"
    if symbol.kind == "ctor" and symbol.entry is not None and symbol.entry.sig is not None and isinstance(symbol.decl, s.TypeDecl):
        return signature(analysis, symbol.entry)
    if symbol.decl is not None and source is not None:
        return head_of(symbol.decl, source)
    if symbol.entry is not None:
        return signature(analysis, symbol.entry)
    if source is not None and symbol.place is not None and symbol.kind in ("field", "param", "input", "output"):
        return written_param(source, symbol.place)
    return symbol.name if symbol.kind != "type" else f"type {symbol.name}"


def _source(analysis: Analysis, place: Span | None) -> Source | None:
    return None if place is None else analysis.sources.get(place.file)


def signature(analysis: Analysis, entry: Entry) -> str:
    scope = entry.scope or next(iter(analysis.world.scopes.values()))
    return show_signature(Ctx(analysis.world, scope), entry).strip("`")


def head_of(decl: s.Decl, source: Source) -> str:
    """The declaration as written, without its body; a type or record in full."""
    end = decl.span.end
    match decl:
        case s.FnDecl(body=body):
            end = body.span.start
        case s.KernelDecl(body=s.BodyExpr(expr=expr)):
            end = expr.span.start
        case s.KernelDecl(body=s.BodyCompose() | s.BodyGraph() | s.BodyOracle() as part):
            end = part.span.start
        case s.LemmaDecl(proof=proof) if proof is not None:
            end = proof.span.start
        case _:
            pass
    text = source.code(Span(source.path, decl.span.start, end)).rstrip()
    return "\n".join(line.rstrip() for line in text.removesuffix("=").rstrip().split("\n") if line.strip())


def written_param(source: Source, place: Span) -> str:
    """``name: type``, up to the comma or parenthesis that ends it."""
    depth = 0
    for at in range(place.end, min(len(source.text), place.end + 400)):
        char = source.text[at]
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        if depth < 0 or (depth == 0 and char in ",\n"):
            return " ".join(source.text[place.start : at].split())
    return source.slice(place)


def doc_of(symbol: Symbol) -> str:
    if symbol.decl is not None and symbol.kind not in ("param", "field"):
        return "\n".join(getattr(symbol.decl, "doc", ()))
    return BUILTIN.get(symbol.name, "") if symbol.kind == "type" and symbol.place is None else ""


def type_of(analysis: Analysis, index: Index, symbol: Symbol) -> Type | None:
    """The type of a local name, from wherever it is used."""
    program = analysis.program
    kernel = program.kernels.get(symbol.owner)
    other = program.fns.get(symbol.owner) or program.lemmas.get(symbol.owner)
    params = (*kernel.inputs, *kernel.outputs) if kernel is not None else other.params if other is not None else ()
    for p in params:
        if symbol.place is not None and p.span.start == symbol.place.start:
            return p.type
    if symbol.kind == "result":
        return program.fns[symbol.owner].result if symbol.owner in program.fns else None
    return next((t for o in index.of(symbol) if (t := index.known.types.get(o.span)) is not None), None)
