"""The page of a module: its text, line by line, with verdicts in the margin, and the graphs of its compositions."""

from __future__ import annotations

from dataclasses import dataclass, field

from kwlogic.lab.reporting import Clause, Figure, Page
from kwlogic.render.html.clauses import advice, clause_section, message
from kwlogic.render.html.listing import coloured_lines
from kwlogic.render.html.parts import MARKS, VERDICTS, bar, counted, filters, page, text
from kwlogic.render.svg import svg
from kwlogic.source.data import Diagnostic, Severity
from kwlogic.vc.data import verdict_name
from kwlogic.workspace.findings import FROM_VERDICTS

OPEN = frozenset(("refuted", "unknown", "error"))


def file_of(module: str) -> str:
    """The name of a module's page. No module's name holds a slash, so none leads out of the folder."""
    return f"module-{module}.html"


def errors_of(found: Page) -> int:
    """How much of a module could not be checked at all, which no verdict tells."""
    return sum(d.severity is Severity.ERROR and d.code not in FROM_VERDICTS for d in found.diagnostics)


@dataclass(slots=True)
class _Line:
    marks: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


def module_page(found: Page, title: str) -> str:
    counts = counted(c.result for c in found.clauses)
    figures = "".join(_figure(f) for f in found.figures)
    body = f'{bar(counts, errors_of(found))}{figures}<div class="source" role="group" aria-label="Source of {text(found.module)}">{_source(found)}</div>'
    crumbs = f'<a href="index.html">{text(title)}</a> / <span aria-current="page">{text(found.module)}</span>'
    heading = f"{text(found.module)} <small>{text(found.source.path)}</small>"
    return page(f"{found.module} - {title}", heading, crumbs, body, filters(counts, "words of a line"))


def _source(found: Page) -> str:
    lines: dict[int, _Line] = {}
    for number, clause in enumerate(found.clauses):
        _add_clause(lines, found, clause, number)
    for diagnostic in found.diagnostics:
        _add_diagnostic(lines, found, diagnostic)
    shown = coloured_lines(found.source.text)
    if shown and not shown[-1]:
        shown.pop()
    return "".join(_line(n, html, lines.get(n)) for n, html in enumerate(shown, 1))


def _add_clause(lines: dict[int, _Line], found: Page, clause: Clause, number: int) -> None:
    if clause.result.obligation.span.file != found.source.path:
        return
    line = lines.setdefault(found.source.position(clause.result.obligation.span.start)[0], _Line())
    line.marks.append(verdict_name(clause.result.verdict))
    line.told.append(clause_section(clause, number))


def _add_diagnostic(lines: dict[int, _Line], found: Page, diagnostic: Diagnostic) -> None:
    """Verdicts tell themselves, but what helps with an unknown one is said by its diagnostic alone."""
    assert diagnostic.span is not None
    if diagnostic.code in FROM_VERDICTS and not diagnostic.help:
        return
    line = lines.setdefault(found.source.position(diagnostic.span.start)[0], _Line())
    if diagnostic.code in FROM_VERDICTS:
        line.told.append(advice(diagnostic))
        return
    line.marks.append(diagnostic.severity.value)
    line.told.append(message(diagnostic))


def _line(number: int, html: str, line: _Line | None) -> str:
    num = f'<a class="num" href="#L{number}" aria-label="line {number}">{number}</a>'
    if line is None:
        return f'<div class="line" id="L{number}"><span class="row">{num}<span class="marks"></span><code>{html}</code></span></div>'
    marks = _marks(line.marks)
    shut = "" if OPEN & set(line.marks) else " hidden"
    kinds = " ".join(dict.fromkeys(line.marks))
    return (
        f'<div class="line has" id="L{number}" data-kinds="{kinds}"><span class="row">{num}'
        f'<button type="button" class="marks" aria-expanded="{"false" if shut else "true"}" aria-controls="T{number}">{marks}</button>'
        f'<code>{html}</code></span><div class="told" id="T{number}"{shut}>{"".join(line.told)}</div></div>'
    )


def _marks(kinds: list[str]) -> str:
    order = ("error", *VERDICTS, "warning", "note")
    return "".join(
        f'<span class="mark {k}"><span aria-hidden="true">{MARKS[k]}</span><span class="sr">{k}</span>{n if n > 1 else ""}</span>'
        for k in order
        if (n := kinds.count(k))
    )


def _figure(figure: Figure) -> str:
    name = text(figure.name)
    return (
        f'<details class="figure" id="graph-{name}"><summary>Graph of <code>{name}</code></summary>'
        f'<figure><div class="zoom" role="toolbar" aria-label="Zoom of {name}"><button type="button" data-zoom="in">+</button>'
        f'<button type="button" data-zoom="out">&minus;</button><button type="button" data-zoom="fit">Fit</button></div>'
        f'<div class="canvas" tabindex="0" aria-label="Graph of {name}: plus and minus zoom, arrows move">{svg(figure.picture)}</div>'
        f'<figcaption>Choose a link or a box to see what is obliged there.</figcaption><div class="panel" aria-live="polite"></div></figure></details>'
    )
