"""Words for evaluations that go wrong: the clause, the value of each of its parts, the inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kwlogic.core.program import Clause
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Source, Span
from kwlogic.workspace.findings import one_line

if TYPE_CHECKING:
    from kwlogic.core.eval import EvalStop, Evaluator
    from kwlogic.core.value import Value

MAX_STEPS = 20_000_000
MAX_PARTS = 12


@dataclass(frozen=True, slots=True)
class Outcome:
    """``text`` is what goes to stdout; ``failed`` says that something is wrong with the values, ``usage`` that the
    evaluation could not start."""

    text: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    failed: bool = False
    usage: bool = False


def shown(value: Value) -> str:
    """A value for a message, long ones shortened."""
    from kwlogic.core.value_show import show_brief

    return show_brief(value)


def parts_notes(clause: Clause, env: Mapping[str, Value], evaluator: Evaluator, sources: Mapping[str, Source]) -> tuple[str, ...]:
    """Every sub-expression of a clause with its value, the largest first; the clause itself and literals are left out."""
    lines: dict[str, str] = {}
    whole = one_line(clause.text, 70)
    for span, value in evaluator.explain(clause.pred, env):
        text = _slice(span, sources)
        if text and text != whole and text not in lines and not _is_literal(text):
            lines[text] = shown(value)
    parts = [f"{text} = {value}" for text, value in list(lines.items())[:MAX_PARTS]]
    return ("where " + "\n      ".join(parts),) if parts else ()


def _slice(span: Span, sources: Mapping[str, Source]) -> str:
    return one_line(sources[span.file].code(span), 70) if span.file in sources else ""


def _is_literal(text: str) -> bool:
    return text in ("true", "false", "[]", "{}", "{:}", "None") or text[0].isdigit() or text[0] == '"'


def stopped(stop: EvalStop, evaluator: Evaluator, sources: Mapping[str, Source], *more: str) -> Diagnostic:
    """What to say of an evaluation that ended without a value."""
    from kwlogic.core.eval import NotExecutable, Violation

    if isinstance(stop, NotExecutable):
        return diagnostic("KW727", f"this cannot be evaluated: {stop.reason}", stop.span, "here", notes=more)
    if not isinstance(stop, Violation):
        return diagnostic("KW725", f"the evaluation was stopped: {stop}", notes=more)
    notes: tuple[str, ...] = ()
    if stop.clause is not None:
        notes = parts_notes(stop.clause, stop.env, evaluator, sources)
    elif stop.env:
        notes = ("where " + ", ".join(f"{n} = {shown(v)}" for n, v in list(stop.env.items())[:MAX_PARTS]),)
    return diagnostic("KW723", stop.message, stop.span, "evaluation stopped here", notes=(*notes, *more))
