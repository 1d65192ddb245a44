"""A module's text out of drafts, one clause a line, with what each line says; formatted by the formatter at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kwlogic.core.value_show import show_string
from kwlogic.source.data import Severity, Source
from kwlogic.weave.learn.data import ABSENT, Clause, Draft, Observation
from kwlogic.weave.learn.literal import literal
from kwlogic.weave.learn.naming import Types, type_text

WIDE = 160


@dataclass(frozen=True, slots=True)
class Written:
    """``clauses``: the line each clause begins on; ``bodies``: the lines of each body."""

    text: str
    clauses: Mapping[int, tuple[int, int]]
    bodies: Mapping[int, int]


def written(module: str, types: Types, drafts: Sequence[Draft], heads: Sequence[str] = ()) -> Written:
    lines = [*(f"# {h}" for h in heads), f"module {module}", ""]
    for declaration in types.declarations():
        lines += [declaration, ""]
    for helper in dict.fromkeys(h for d in drafts for h in d.helpers):
        lines += [*helper.strip().split("\n"), ""]
    clauses: dict[int, tuple[int, int]] = {}
    bodies: dict[int, int] = {}
    for index, draft in enumerate(drafts):
        lines += [f"## {d}" if d else "##" for d in draft.docs]
        lines.append(_head(draft))
        if draft.family:
            lines.append(f"  family {show_string(draft.family)}")
        for number, clause in enumerate(draft.clauses):
            clauses[len(lines)] = (index, number)
            lines.append(f"  {clause.kind} {f'{clause.label}: ' if clause.label else ''}{clause.text}  # {support(clause)}")
        for line in _body(draft):
            bodies[len(lines)] = index
            lines.append(line)
        lines += ["", *(_example(draft, e) for e in draft.examples), ""]
    return Written("\n".join(lines) + "\n", clauses, bodies)


def support(clause: Clause) -> str:
    counted = f"{clause.support} of {clause.total} traces"
    return counted if clause.by == "traces" else f"{counted}, proposed by {clause.by}"


def _head(draft: Draft) -> str:
    inside = ", ".join(f"{p.name}: {type_text(p.shape)}" for p in draft.inputs)
    out = ", ".join(f"{p.name}: {type_text(p.shape)}" for p in draft.outputs)
    return f"kernel {draft.name}({inside}) -> ({out})"


def _body(draft: Draft) -> list[str]:
    body = draft.body
    note = f"  # {body.note}" if body.note else ""
    match body.kind:
        case "expression":
            return [f"= {body.text}{note}"]
        case "prompt":
            return f'  by prompt """{body.text}"""{note}'.split("\n")
        case "tool":
            return [f"  by tool {show_string(body.text)}{note}"]
    return ["{", *(f"  {line}" for line in body.text.split("\n")), "}"]


def _example(draft: Draft, row: Observation) -> str:
    inputs = ", ".join(literal(row.inputs[p.name], p.shape) for p in draft.inputs)
    outputs = ", ".join(literal(row.outputs[p.name], p.shape) for p in draft.outputs)
    return f"example {draft.name}({inputs}) -> ({outputs})"


def whole(row: Observation, draft: Draft) -> bool:
    """Whether an observation has a value for every port."""
    return all(row.outputs.get(p.name, ABSENT) is not ABSENT for p in draft.outputs) and all(p.name in row.inputs for p in draft.inputs)


def formatted(text: str, shown: str = "learnt.kw") -> str:
    """The text in canonical layout; as it is where it does not parse, which a test would find."""
    from kwlogic.syntax.format import format_module
    from kwlogic.syntax.parse import parse_module

    source = Source(shown, text)
    module, problems = parse_module(source)
    return text if any(d.severity is Severity.ERROR for d in problems) else format_module(module, source)


def prompt_text(pieces: Sequence[str | tuple[str]]) -> str:
    """The text between the quotes of a prompt: strings as they are, holes as 1-tuples of an expression."""
    return "".join(f"{{{p[0]}}}" if isinstance(p, tuple) else _quoted(p) for p in pieces)


def _quoted(text: str) -> str:
    found = text.replace("\\", "\\\\").replace("{", "{{").replace("}", "}}").replace('"', '\\"')
    return "".join(c if c.isprintable() or c in "\n\t" else f"\\u{{{ord(c):x}}}" for c in found).replace("\r", "\\r")
