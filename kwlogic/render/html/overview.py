"""The first page of a report: how much is shown of what, and what needs attention."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from kwlogic.lab.reporting import Page, Report
from kwlogic.render.html.module import errors_of, file_of
from kwlogic.render.html.parts import LEGEND, VERDICTS, badge, bar, code, counted, filters, page, prose, text
from kwlogic.source.data import Diagnostic, Severity, Span
from kwlogic.vc.data import Result, verdict_name
from kwlogic.workspace.audit import Section
from kwlogic.workspace.findings import FROM_VERDICTS, one_line, short

TIERS = {"T1": "shown without a solver", "T4": "a solver's word"}


def overview_page(found: Report) -> str:
    counts = counted(found.result.results)
    body = "".join((_summary(found, counts), _problems(found), _attention(found), _modules(found), _beliefs(found), _all(found)))
    return page(
        found.title,
        f"{text(found.title)} <small>contracts</small>",
        f'<span aria-current="page">{text(found.title)}</span>',
        body,
        filters(counts, "name or clause"),
    )


def _summary(found: Report, counts: dict[str, int]) -> str:
    errors = len(_wrong(found))
    all = {**({"error": errors} if errors else {}), **counts}
    cards = "".join(f'<li class="card {v}"><b>{n:,}</b> {badge(v)}<small>{LEGEND[v]}</small></li>' for v, n in all.items())
    tiers = "".join(f"<li><b>{n:,}</b> {text(t)}: {TIERS.get(t, '')}</li>" for t, n in found.audit.tiers.items())
    assurance = f'<section aria-label="Assurance"><h2>Assurance of proofs</h2><ul class="tiers">{tiers}</ul></section>' if tiers else ""
    return f'<section aria-label="Verdicts"><ul class="cards">{cards}</ul>{bar(counts, errors)}</section>{assurance}'


def _problems(found: Report) -> str:
    rows = "".join(
        f'<li>{badge("error")} <span class="kind">{d.code}</span> {prose(d.message)} {_at(d, found)}</li>' for d in _wrong(found)
    )
    return f'<section><h2>Not checked</h2><ul class="plain">{rows}</ul></section>' if rows else ""


def _wrong(found: Report) -> list[Diagnostic]:
    """Errors that are no verdicts: what could not be checked at all."""
    return [d for d in found.result.diagnostics if d.severity is Severity.ERROR and d.code not in FROM_VERDICTS]


def _at(diagnostic: Diagnostic, found: Report) -> str:
    return _link(diagnostic.span, found) if diagnostic.span is not None else ""


def _link(span: Span, found: Report) -> str:
    """The line of a page where there is one, else the place as text."""
    source = found.result.sources.get(span.file)
    line = source.position(span.start)[0] if source is not None else 1
    module = next((p.module for p in found.pages if p.source.path == span.file), None)
    shown = f"{text(span.file)}:{line}"
    return f'<a href="{quote(file_of(module))}#L{line}">{shown}</a>' if module is not None else shown


def _attention(found: Report) -> str:
    rows = "".join(_row(r, found) for v in ("refuted", "unknown") for r in found.result.results if verdict_name(r.verdict) == v)
    if not rows:
        return ""
    return f'<section><h2>Needs attention</h2><table class="clauses">{_HEAD}<tbody>{rows}</tbody></table></section>'


_HEAD = '<thead><tr><th scope="col">verdict</th><th scope="col">where</th><th scope="col">declaration</th><th scope="col">kind</th><th scope="col">clause</th></tr></thead>'


def _row(found: Result, whole: Report) -> str:
    obligation, verdict = found.obligation, verdict_name(found.verdict)
    label = f"{obligation.label}: {obligation.text}" if obligation.label else obligation.text
    cells = (
        badge(verdict),
        _link(obligation.span, whole),
        code(short(obligation.declaration)),
        obligation.kind.value,
        code(one_line(label, 140)),
    )
    return f'<tr data-kinds="{verdict}">' + "".join(f"<td>{c}</td>" for c in cells) + "</tr>"


def _modules(found: Report) -> str:
    head = "".join(f'<th scope="col">{v}</th>' for v in (*reversed(VERDICTS), "errors"))
    rows = "".join(map(_module, found.pages))
    return (
        f'<section><h2>Modules</h2><table class="modules"><thead><tr><th scope="col">module</th>{head}<th scope="col">share</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></section>"
    )


def _module(one: Page) -> str:
    counts, errors = counted(c.result for c in one.clauses), errors_of(one)
    shown = [*((v, counts[v]) for v in reversed(VERDICTS)), ("errors", errors)]
    cells = "".join(f'<td class="{v if n else "zero"}">{n:,}</td>' for v, n in shown)
    return (
        f'<tr><th scope="row"><a href="{quote(file_of(one.module))}">{text(one.module)}</a></th>{cells}<td>{bar(counts, errors)}</td></tr>'
    )


def _beliefs(found: Report) -> str:
    """The audit without what is listed above."""
    sections = [s for s in found.audit.sections if s.entries and s.key not in ("refuted", "unknown")]
    shown = "".join(_section(s, found) for s in sections)
    return f"<section><h2>What has to be believed</h2>{shown or '<p>Nothing beyond the proofs.</p>'}</section>"


def _section(section: Section, found: Report) -> str:
    return f'<details><summary>{text(section.title)} ({len(section.entries):,}): {text(section.meaning)}</summary><ul class="plain">{"".join(_entries(section, found))}</ul></details>'


def _entries(section: Section, found: Report) -> Iterator[str]:
    for entry in section.entries:
        users = f" used by {', '.join(map(code, entry.used_by))}" if entry.used_by else ""
        name = f"{code(short(entry.declaration))}: {code(entry.text)}" if entry.declaration else prose(entry.text)
        yield f"<li>{_link(entry.span, found)} {name}{users}{f' ({text(entry.note)})' if entry.note else ''}</li>"


def _all(found: Report) -> str:
    rows = "".join(_row(r, found) for r in found.result.results)
    return f'<section><h2>All clauses</h2><table class="clauses" id="all">{_HEAD}<tbody>{rows}</tbody></table></section>'
