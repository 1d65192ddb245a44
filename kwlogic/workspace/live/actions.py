"""What may be done about a diagnostic, as edits: its own fix, the missing arm of a match, the `requires` that a
counterexample asks for. Nothing is offered that would not parse; what a proof says of it, the next check tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kwlogic.core.program import Data
from kwlogic.core.types import Type
from kwlogic.elab.names import candidates
from kwlogic.elab.wiring_names import free_names
from kwlogic.source.data import Diagnostic, Edit, Source, Span
from kwlogic.syntax import data as s
from kwlogic.vc.data import Kind, Refuted, Result
from kwlogic.workspace.findings import one_line
from kwlogic.workspace.live.desk import Analysis
from kwlogic.workspace.live.quick import HERE, read_items

_MUST = re.compile(r"^`(.+?)` must hold", re.DOTALL)
_REQUIRES = re.compile(r"^`[^`]+` requires `(.+?)`", re.DOTALL)
_MEANT = re.compile(r"did you mean `([A-Za-z_][\w']*)`\?$")
_USE = re.compile(r"add `(use [\w.']+(?: \([\w']+\))?)`")
_MISSING = re.compile(r"^add `case (.+) => \.\.\.`$", re.DOTALL)
Scoped = s.FnDecl | s.LemmaDecl | s.KernelDecl


@dataclass(frozen=True, slots=True)
class Action:
    """``link``: nothing is written yet; the prover says what would mend the link of this kernel."""

    title: str
    edits: tuple[Edit, ...] = ()
    preferred: bool = False
    link: tuple[str, str] | None = None


def actions(analysis: Analysis, file: str, d: Diagnostic, results: tuple[Result, ...] = ()) -> Iterator[Action]:
    """What may be done about a diagnostic of a file; ``results`` are the verdicts of the declaration it is in."""
    if d.fix is not None and all(e.span.file == file for e in d.fix.edits):
        yield Action(d.fix.title, d.fix.edits, preferred=True)
    decl = declaration_at(analysis, file, d.span)
    source = analysis.sources[file]
    if d.fix is None:
        yield from _advised(analysis, source, d)
    if d.code == "KW310":
        yield from _missing_arm(analysis, source, d)
    if decl is None or d.span is None:
        return
    if d.code in ("KW502", "KW503"):
        yield from _requires(analysis, source, decl, d)
    if d.code == "KW533":
        yield Action("remove this `requires`", (Edit(_with_blank(source, d.span), ""),))
    if d.code == "KW512" and isinstance(decl, s.KernelDecl):
        yield Action("insert the `guard` that this link needs", link=(decl.name, "guard"))
        yield Action("insert an adapter into this link", link=(decl.name, "adapter"))
    if d.code in ("KW501", "KW507"):
        yield from _ruled_out(source, decl, d.span, results)


def declaration_at(analysis: Analysis, file: str, span: Span | None) -> Scoped | None:
    scope = analysis.scope(file)
    if scope is None or span is None or span.file != file:
        return None
    found = (x for x in scope.tree.decls if x.span.start <= span.start <= x.span.end and isinstance(x, Scoped))
    return next(found, None)


# ---------------------------------------------------------------- what the help says


def _advised(analysis: Analysis, source: Source, d: Diagnostic) -> Iterator[Action]:
    """The name that was meant, or the `use` that is missing."""
    meant, use = _MEANT.search(d.help or ""), _USE.search(d.help or "")
    if meant is not None and d.span is not None and (place := _word(source, d.span)) is not None:
        yield Action(f"write `{meant.group(1)}`", (Edit(place, meant.group(1)),), preferred=True)
    scope = analysis.scope(source.path)
    if use is not None and scope is not None:
        above = [u.span.end for u in scope.tree.uses] or [scope.tree.name.span.end if scope.tree.name is not None else 0]
        at = Span(source.path, above[-1], above[-1])
        yield Action(f"add `{use.group(1)}`", (Edit(at, f"\n{use.group(1)}" if above[-1] else f"{use.group(1)}\n"),), preferred=True)


def _word(source: Source, span: Span) -> Span | None:
    """The name that a place is, or the last part of a qualified one."""
    text = source.slice(span)
    last = text.rpartition(".")[2].lstrip()
    return Span(span.file, span.end - len(last), span.end) if re.fullmatch(r"[A-Za-z_][\w']*", last) else None


# ---------------------------------------------------------------- the missing arm


def _missing_arm(analysis: Analysis, source: Source, d: Diagnostic) -> Iterator[Action]:
    found = _MISSING.match(d.help or "")
    if found is None or d.span is None:
        return
    node = _match_at(analysis, source.path, d.span)
    if node is None:
        return
    pattern = _named(found.group(1))
    last = node.arms[-1]
    body = source.code(last.body.span)
    type = _type_of(analysis, source, last.body.span, d.span)
    value = _value(analysis, type, 3) if type is not None else None
    same_line = "\n" not in source.text[node.span.start : node.span.end]
    line = source.text.rfind("\n", 0, last.span.start) + 1
    indent = source.text[line : last.span.start]
    lead = " " if same_line or indent.strip() else "\n" + indent
    at = Span(source.path, last.span.end, last.span.end)
    yield Action(f"add `case {pattern} => ...`", (Edit(at, f"{lead}case {pattern} => {value or body}"),), preferred=True)


def _match_at(analysis: Analysis, file: str, span: Span) -> s.Match | None:
    decl = analysis.scope(file)
    stack: list[object] = list(decl.tree.decls) if decl is not None else []
    while stack:
        here = stack.pop()
        if isinstance(here, s.Match) and here.span == span:
            return here
        if isinstance(here, tuple):
            stack.extend(here)
        elif isinstance(here, s.Node) and here.span.start <= span.start and span.end <= here.span.end:
            stack.extend(getattr(here, name) for name in here.__dataclass_fields__)
    return None


def _named(pattern: str) -> str:
    """The pattern that no arm covers, as the author would write it."""
    return pattern.replace("\n", " ")


def _type_of(analysis: Analysis, source: Source, body: Span, where: Span) -> Type | None:
    """The type of an expression in a declaration that does not check."""
    from kwlogic.elab.again import elaborate_again

    decl = declaration_at(analysis, source.path, where)
    scope = analysis.scope(source.path)
    if decl is None or scope is None:
        return None
    types: dict[Span, Type] = {}
    elaborate_again(analysis.world, scope.name, decl, source, types)
    return types.get(body)


def _value(analysis: Analysis, type: Type, depth: int) -> str | None:
    """Some value of a type, to be replaced."""
    simple = {"Int": "0", "Real": "0.0", "Bool": "false", "String": '""', "List": "[]", "Set": "{}", "Map": "{:}", "Option": "None"}
    if type.is_var or depth == 0:
        return None
    if type.head in simple:
        return simple[type.head]
    if type.head == "Tuple":
        parts = [_value(analysis, a, depth - 1) for a in type.args]
        return None if None in parts else f"({', '.join(p for p in parts if p is not None)})"
    data = analysis.world.datas.get(type.head)
    return None if data is None or data.tparams else _constructed(analysis, data, depth)


def _constructed(analysis: Analysis, data: Data, depth: int) -> str | None:
    for ctor in sorted(data.ctors, key=lambda c: len(c.fields)):
        parts = [_value(analysis, f.type, depth - 1) for f in ctor.fields]
        if None not in parts:
            name = ctor.name.rpartition(".")[2]
            return f"{name}({', '.join(p for p in parts if p is not None)})" if parts else name
    return None


# ---------------------------------------------------------------- requires


def _requires(analysis: Analysis, source: Source, decl: Scoped, d: Diagnostic) -> Iterator[Action]:
    """The condition that may be false, where it speaks of nothing but the parameters."""
    label = d.labels[0].text if d.labels else ""
    must = _MUST.match(label)
    condition = must.group(1) if must is not None else None
    if condition is None and d.span is not None:
        asked = _REQUIRES.match(label)
        condition = _at_call(analysis, source, decl, d.span, asked.group(1)) if asked is not None else None
    if condition is None or not _speaks_of(condition, decl):
        return
    edit = requires_edit(source, decl, condition)
    if edit is not None and _parses(source, edit, decl):
        yield Action(f"add `requires {one_line(condition, 60)}`", (edit,), preferred=True)


def _ruled_out(source: Source, decl: Scoped, span: Span, results: tuple[Result, ...]) -> Iterator[Action]:
    """A `requires` that keeps the one input of a counterexample away."""
    for r in results:
        if isinstance(r.verdict, Refuted) and r.obligation.span == span and r.obligation.kind in (Kind.ENSURES, Kind.LEMMA):
            found = r.verdict.counterexample
            params = {p.name for p in _params(decl)}
            inputs = [(n, v) for n, v, _ in found.inputs if n in params] if found is not None else []
            if len(inputs) == 1:
                condition = f"{inputs[0][0]} != {inputs[0][1]}"
            elif 1 < len(inputs) <= 3:
                condition = "not (" + " and ".join(f"{n} == {v}" for n, v in inputs) + ")"
            else:
                continue
            edit = requires_edit(source, decl, condition)
            if edit is not None and _parses(source, edit, decl):
                yield Action(f"rule the counterexample out: `requires {one_line(condition, 60)}`", (edit,))


def _params(decl: Scoped) -> tuple[s.Param, ...]:
    return decl.inputs if isinstance(decl, s.KernelDecl) else decl.params


def _speaks_of(condition: str, decl: Scoped) -> bool:
    from kwlogic.syntax.parse import parse_expr

    expr, problems = parse_expr(Source(HERE, condition))
    if expr is None or problems:
        return False
    names = free_names(expr)
    called = {x.fn.name for x in _calls(expr) if isinstance(x.fn, s.Name)}
    return names.keys() - called <= {p.name for p in _params(decl)}


def _calls(expr: s.Expr) -> Iterator[s.Call]:
    stack: list[object] = [expr]
    while stack:
        here = stack.pop()
        if isinstance(here, s.Call):
            yield here
        if isinstance(here, tuple):
            stack.extend(here)
        elif isinstance(here, s.Node):
            stack.extend(getattr(here, name) for name in here.__dataclass_fields__)


def _at_call(analysis: Analysis, source: Source, decl: Scoped, span: Span, asked: str) -> str | None:
    """A clause of what is called, in terms of the arguments of the call."""
    from kwlogic.workspace.live.index_rules import parameter_lists
    from kwlogic.workspace.live.symbols import NAME, entry_symbol

    scope = analysis.scope(source.path)
    body = decl.body if not isinstance(decl, s.LemmaDecl) else None
    expr = body.expr if isinstance(body, s.BodyExpr) else body
    if scope is None or expr is None or not isinstance(expr, s.Expr):
        return None
    found = next((c for c in _calls(expr) if c.span == span), None)
    if found is None or not isinstance(found.fn, s.Name):
        return None
    entries = [e for e in candidates(analysis.world, scope, found.fn.name) if e.kind in ("fn", "kernel")]
    lists = parameter_lists(entry_symbol(entries[0])) if len(entries) == 1 else []
    if not lists:
        return None
    names = [p.name for p in lists[0][1]]
    given = {(a.name or names[i]): source.code(a.value.span) for i, a in enumerate(found.args) if a.name or i < len(names)}
    return NAME.sub(lambda m: _operand(given[m.group()]) if m.group() in given else m.group(), asked)


def _operand(text: str) -> str:
    return text if re.fullmatch(r"[\w.']+|[\w.']+\([^()]*\)", text) else f"({text})"


def requires_edit(source: Source, decl: Scoped, condition: str) -> Edit | None:
    """Put a `requires` where the author would: before the other clauses, else after the signature."""
    first = next((c for c in decl.clauses if isinstance(c, s.Clause | s.Decreases)), None)
    if first is not None:
        at = first.span.start
        return Edit(Span(source.path, at, at), f"requires {condition}\n  ")
    if isinstance(decl, s.FnDecl):
        at = decl.result.span.end
    else:
        ports = decl.outputs if isinstance(decl, s.KernelDecl) else decl.params
        after = ports[-1].span.end if ports else decl.name_span.end
        at = source.text.find(")", after) + 1
    return Edit(Span(source.path, at, at), f"\n  requires {condition}") if at > 0 else None


def _parses(source: Source, edit: Edit, decl: Scoped) -> bool:
    """The declaration parses with the edit made."""
    text = source.text[: edit.span.start] + edit.text + source.text[edit.span.end : decl.span.end] + "\n"
    read = read_items(text, decl.span.start, len(text))
    return read is not None and len(read[0]) == 1 and not read[1]


def _with_blank(source: Source, span: Span) -> Span:
    """A clause with the blanks before it, so that no empty line is left."""
    start = span.start
    while start > 0 and source.text[start - 1] in " \t":
        start -= 1
    if start > 0 and source.text[start - 1] == "\n":
        start -= 1
    return Span(span.file, start, span.end)
