"""What may stand at a place: the text around it is mended until it parses, and the walk over names says what is in scope.

In the place of the word that is being written stands a name that nobody has. Where the rest of the declaration does not
parse either, it is cut off and closed in a few likely ways.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from kwlogic.core.types import Type
from kwlogic.elab.again import elaborate_again
from kwlogic.elab.names import parts_of
from kwlogic.elab.state import Scope
from kwlogic.source.data import Source, Span
from kwlogic.syntax import data as s
from kwlogic.workspace.live.desk import Analysis
from kwlogic.workspace.live.index import NOTHING, Env, Indexing
from kwlogic.workspace.live.quick import HERE, read_items
from kwlogic.workspace.live.symbols import Symbol

HOLE = "here'to'be'written"
HEAD = re.compile(r"^[ \t]*(?:module|use|resource|type|record|opaque|fn|lemma|theorem|axiom|kernel|example|refine)\b", re.MULTILINE)
PAIRS = {"(": ")", "[": "]", "{": "}"}
TAILS = (
    ("", ""), (" then x else x", ""), (" => x", ""), ("; x", ""), (" :: x", ""), ("", " = x"), ("", " -> Int = x"), (": Int", " -> Int = x"),
    ("", " -> (x: Int)"), (": Int", " -> (x: Int)"), (": Int", ""), (" == x", ""), (" in x :: x", ""), (" else x", ""), (" <- x;", ""), (";", ""), ("(x);", ""),
    ("(x); x", ""), (" <- x; ", ""), (" by x", ""),
)  # fmt: skip


@dataclass(slots=True, repr=False)
class Probe:
    """``kind``: value, field, type, kernel, lemma, pattern, module. ``env``: the local names in scope; ``subject``: of a field."""

    kind: str
    env: Env
    types: Mapping[Span, Type] = field(default_factory=dict)
    subject: s.Expr | None = None
    path: tuple[str, ...] = ()
    home: Indexing | None = None

    def type_of_subject(self) -> Type | None:
        return None if self.subject is None or self.home is None else self.home.type_of(self.subject, self.env)


def probe(analysis: Analysis, file: str, text: str, start: int, end: int) -> Probe | None:
    """What the word between two places of a text may be; None where that cannot be told. The analysis may be of an earlier
    text: of it only what other declarations say is used."""
    scope = analysis.scope(file)
    if scope is None:
        return None
    first, last = chunk_at(text, start)
    if first is None:
        return None
    for mended in _mendings(text, first, start, end, last):
        read = read_items(mended, first, len(mended))
        if read is not None and len(read[0]) == 1 and not read[1]:
            found = _probed(analysis, scope, read[0][0], mended)
            if found is not None:
                return found
    return None


def chunk_at(text: str, offset: int) -> tuple[int | None, int]:
    """Where the declaration around a place begins, and where the next one does; None before the first."""
    first: int | None = None
    for head in HEAD.finditer(text):
        at = head.end() - len(head.group().lstrip())
        if at >= offset:
            return first, at
        first = at
    return first, len(text)


def _mendings(text: str, first: int, start: int, end: int, last: int) -> Iterator[str]:
    before = text[:start] + HOLE
    yield before + text[end:last] + "\n"
    closing = _closers(text[first:start])
    for inside, after in TAILS:
        yield f"{before}{inside}{closing}{after}\n"
    for cut in range(1, len(closing)):
        for joint in (";", " = x", "; x", " then x else x"):
            yield f"{before}{closing[:cut]}{joint}{closing[cut:]}\n"


def _closers(text: str) -> str:
    """What closes the brackets that are open at the end of a text."""
    bare = re.sub(r'"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*', "", text)
    stack: list[str] = []
    for char in bare:
        if char in PAIRS:
            stack.append(PAIRS[char])
        elif stack and char == stack[-1]:
            stack.pop()
    return "".join(reversed(stack))


def _probed(analysis: Analysis, scope: Scope, decl: s.Decl, text: str) -> Probe | None:
    source = Source(HERE, text)
    walk = _Walk(analysis, replace(scope, source=source))
    walk.decl(decl)
    while walk.tasks:
        walk.visit(*walk.tasks.pop())
    found = walk.probe
    if found is not None and isinstance(decl, s.FnDecl | s.KernelDecl | s.LemmaDecl):
        types: dict[Span, Type] = {}
        elaborate_again(analysis.world, scope.name, decl, source, types)
        walk.known.types = found.types = types
    return found


class _Walk(Indexing):
    """The walk over the names of a declaration, on the look-out for the one that nobody has."""

    def __init__(self, analysis: Analysis, scope: Scope) -> None:
        super().__init__(analysis, scope)
        self.probe: Probe | None = None

    def note(self, kind: str, env: Env, subject: s.Expr | None = None, path: tuple[str, ...] = ()) -> None:
        if self.probe is None:
            self.probe = Probe(kind, env, subject=subject, path=path, home=self)

    def visit(self, node: object, env: Env) -> None:
        match node:
            case s.Name(name=name) if name == HOLE:
                self.note("value", env)
            case s.Call(fn=s.Name(name=name)) if name == HOLE:
                self.note("value", env)
            case s.Field(name=name, subject=subject) if name == HOLE:
                path = parts_of(node)
                self.note("field", env, subject, tuple(path[:-1]) if path is not None else ())
            case s.Update(subject=subject, fields=fields) if any(f.name is None and f.value == s.Name(f.span, HOLE) for f in fields):
                self.note("field", env, subject)
            case s.ApplyExpr(lemma=s.Call(fn=s.Name(name=name))) | s.StepApply(lemma=s.Call(fn=s.Name(name=name))) if name == HOLE:
                self.note("lemma", env)
            case s.WRef(name=qname) | s.WCall(name=qname) if qname.parts[-1] == HOLE:
                self.note("kernel", env, path=qname.parts[:-1])
            case _:
                pass
        super().visit(node, env)

    def type_name(self, name: s.QName, env: Env) -> None:
        if name.parts[-1] == HOLE:
            self.note("type", env, path=name.parts[:-1])
        super().type_name(name, env)

    def value_name(self, name: s.QName, place: Span | None = None) -> Symbol | None:
        if name.parts[-1] == HOLE:
            self.note("lemma", NOTHING, path=name.parts[:-1])
        return super().value_name(name, place)

    def define(self, kind: str, name: str, span: Span, decl: s.Decl | None = None) -> Symbol:
        if name == HOLE and kind == "local":
            self.note("pattern", NOTHING)
        return super().define(kind, name, span, decl)
