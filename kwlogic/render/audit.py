"""An audit for people: text for the terminal, Markdown for a summary or a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from kwlogic.render.text import BOLD, DIM, GOOD, PLAIN, WARNING, Line, visible
from kwlogic.workspace.audit import CHECKED, Audit, Entry, Section
from kwlogic.workspace.findings import short

SPECIAL = {ord(c): f"\\{c}" for c in "\\`*_{}[]<>|"}


def audit_lines(audit: Audit) -> Iterator[Line]:
    yield (_head(audit), GOOD if audit.clean else WARNING), (_tiers(audit), PLAIN)
    for section in audit.sections:
        if not section.entries:
            continue
        yield ()
        yield (f"{section.title} ({len(section.entries)})", BOLD), (f": {section.meaning}", PLAIN)
        for entry in section.entries:
            yield (f"  {_place(entry, audit)}  ", DIM), (visible(_said(entry)), PLAIN), (visible(_more(entry)), DIM)


def _head(audit: Audit) -> str:
    counts = [f"{len(s.entries):,} {s.title.lower()}" for s in audit.sections if s.entries]
    by_value = f" ({audit.witnessed:,} by a value)" if audit.witnessed else ""
    return f"{audit.proved + audit.witnessed:,} proved{by_value}" + "".join(f", {c}" for c in counts)


def _tiers(audit: Audit) -> str:
    if not audit.tiers:
        return ""
    without = "; no certificates are kept here, `kwlogic check --proofs` makes them" if CHECKED not in audit.tiers else ""
    return f" (proofs by tier: {', '.join(f'{count:,} {tier}' for tier, count in audit.tiers.items())}{without})"


def _place(entry: Entry, audit: Audit) -> str:
    source = audit.sources.get(entry.span.file)
    return f"{entry.span.file}:{source.position(entry.span.start)[0]}" if source is not None else entry.span.file


def _said(entry: Entry) -> str:
    return f"{short(entry.declaration)}: {entry.text}" if entry.declaration else entry.text


def _more(entry: Entry) -> str:
    users = f"used by {', '.join(entry.used_by)}" if entry.used_by else ""
    words = ", ".join(filter(None, (entry.note, users)))
    return f"  [{words}]" if words else ""


# ---------------------------------------------------------------- Markdown


def audit_markdown(audit: Audit) -> str:
    return "\n".join(_markdown(audit)) + "\n"


def _markdown(audit: Audit) -> Iterator[str]:
    yield "# Audit"
    yield ""
    yield f"{_head(audit)}{_tiers(audit)}."
    for section in audit.sections:
        if section.entries:
            yield from _table(section, audit)


def _table(section: Section, audit: Audit) -> Iterator[str]:
    yield ""
    yield f"## {section.title} ({len(section.entries):,})"
    yield ""
    yield f"{section.meaning[0].upper()}{section.meaning[1:]}."
    yield ""
    yield "| where | clause | notes |"
    yield "| --- | --- | --- |"
    for entry in section.entries:
        cells = (_place(entry, audit), _said(entry), _more(entry).strip(" []"))
        yield "| " + " | ".join(visible(c).translate(SPECIAL).replace("\n", " ") for c in cells) + " |"
