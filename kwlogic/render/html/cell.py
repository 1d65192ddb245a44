"""Answers as pieces of HTML for notebooks: no script, no class of a page, colours that a dark page bears, too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kwlogic.render.full import diagnostic_lines, summary_line
from kwlogic.render.html.parts import MARKS, code, text
from kwlogic.render.palette import COLOURS
from kwlogic.source.data import Diagnostic, Source
from kwlogic.vc.data import Enforced, Proved, Refuted, Result, Unknown, verdict_name
from kwlogic.workspace.data import CheckResult
from kwlogic.workspace.findings import FROM_VERDICTS, one_line, short

MOST_ROWS = 200
LEFT = ' style="text-align:left"'


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells are HTML."""
    top = "".join(f"<th{LEFT}>{text(h)}</th>" for h in head)
    body = "".join("<tr>" + "".join(f"<td{LEFT}>{c}</td>" for c in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def result_html(result: CheckResult) -> str:
    """What `kwlogic check -v` prints: a row for each obligation, then what is wrong besides."""
    shown = result.results[:MOST_ROWS]
    rows = [(_verdict(r), code(short(r.obligation.declaration)), r.obligation.kind.value, code(_clause(r)), _how(r)) for r in shown]
    more = f"<p>and {len(result.results) - MOST_ROWS:,} more</p>" if len(result.results) > MOST_ROWS else ""
    told = diagnostics_html((d for d in result.diagnostics if d.code not in FROM_VERDICTS), result.sources)
    last = "".join(words for words, _ in summary_line(result))
    grid = table(("verdict", "declaration", "kind", "clause", ""), rows) if rows else ""
    return f"{told}{grid}{more}<p>{text(last)}</p>"


def diagnostics_html(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]) -> str:
    lines = ["".join(words for words, _ in line) for d in diagnostics for line in diagnostic_lines(d, sources)]
    return f"<pre>{text(chr(10).join(lines).rstrip())}</pre>" if lines else ""


def _verdict(found: Result) -> str:
    name = verdict_name(found.verdict)
    return f'<b style="color:{COLOURS[name]};white-space:nowrap">{MARKS[name]} {name}</b>'


def _clause(found: Result) -> str:
    obligation = found.obligation
    return one_line(f"{obligation.label}: {obligation.text}" if obligation.label else obligation.text, 120)


def _how(found: Result) -> str:
    match found.verdict:
        case Proved(method=method, witness=witness):
            return _values(witness.inputs, "satisfied by ") if witness is not None else text(method)
        case Refuted(counterexample=shown) if shown is not None:
            yields = _values(shown.outputs, ", which yields ") if shown.outputs else ""
            return _values(shown.inputs) + yields + (f" ({text(shown.note)})" if shown.note else "")
        case Unknown(reason=reason):
            return text(one_line(reason, 160))
        case Enforced():
            return "checked on every output when it runs"
        case _:
            return ""


def _values(values: Iterable[tuple[str, str, str]], before: str = "") -> str:
    return before + ", ".join(code(f"{name} = {one_line(shown, 100)}") for name, shown, _ in values)


def rows_html(rows: Sequence[Mapping[str, object]]) -> str:
    """Measurements: a column for each key of the first row."""
    head = list(rows[0]) if rows else []
    shown = [[text(_cell(row.get(h, ""))) for h in head] for row in rows[:MOST_ROWS]]
    return table(head, shown) + (f"<p>and {len(rows) - MOST_ROWS:,} more</p>" if len(rows) > MOST_ROWS else "")


def _cell(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
