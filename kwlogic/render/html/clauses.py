"""One obligation with all that is known of it: verdict, how, counterexample, proof in words, what it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from kwlogic.lab.reporting import Clause
from kwlogic.render.full import ENDS
from kwlogic.render.html.parts import badge, code, prose, text
from kwlogic.source.data import Diagnostic
from kwlogic.vc.data import Assumed, Counterexample, Enforced, Proved, Refuted, Unknown, verdict_name
from kwlogic.workspace.findings import one_line, short


def clause_section(clause: Clause, number: int) -> str:
    obligation, verdict = clause.result.obligation, verdict_name(clause.result.verdict)
    label = f"{obligation.label}: {obligation.text}" if obligation.label else obligation.text
    head = f'{badge(verdict)} <span class="kind">{obligation.kind.value} of {code(short(obligation.declaration))}</span> {code(one_line(label, 200))}'
    body = "".join((*_how(clause), *_words(clause), *_rests(clause)))
    return f'<section class="ob {verdict}" id="ob{number}" data-ob="{text(obligation.id)}" data-verdict="{verdict}"><h3>{head}</h3>{body}</section>'


def _how(clause: Clause) -> Iterator[str]:
    detail = clause.result.obligation.detail
    if detail:
        yield f"<p>{prose(detail)}</p>"
    match clause.result.verdict:
        case Proved(method=method, tier=tier, witness=witness):
            if witness is not None and witness.inputs:
                yield _values(witness, "Satisfied by")
            elif clause.result.obligation.ask.value == "valid":
                yield f'<p>Proved: {text(method or "direct")} <abbr title="{_tier(tier)}">{text(tier)}</abbr></p>'
        case Refuted(counterexample=found):
            yield _values(found, "Counterexample, replayed") if found is not None else "<p>Nothing satisfies it.</p>"
        case Unknown() as unknown:
            yield from _unknown(unknown)
        case Enforced(tested=tested):
            yield f"<p>Checked on every output when it runs{f'; tested on {tested:,} inputs' if tested else ''}.</p>"
        case Assumed():
            yield "<p>An axiom: assumed.</p>"


def _tier(tier: str) -> str:
    return "shown without a solver" if tier == "T1" else "a solver's word"


def _values(found: Counterexample, title: str) -> str:
    rows = "".join(f'<tr><th scope="row">{text(n)}</th><td>{code(v)}</td></tr>' for n, v, _ in found.inputs)
    rows += "".join(f'<tr class="out"><th scope="row">{text(n)}</th><td>{code(v)}</td></tr>' for n, v, _ in found.outputs)
    table = f'<table class="values"><caption>{title}</caption>{rows}</table>' if rows else f"<p>{title}, without any input.</p>"
    return table + (f"<p>{prose(found.note)}</p>" if found.note else "")


def _unknown(unknown: Unknown) -> Iterator[str]:
    if unknown.reason:
        yield f"<p>{prose(unknown.reason)}</p>"
    if unknown.stuck:
        yield f"<pre>{text(unknown.stuck)}</pre>"
    if unknown.tried:
        yield f"<p>Tried: {prose('; '.join(unknown.tried))}</p>"


def _words(clause: Clause) -> Iterator[str]:
    if clause.words:
        yield f'<details class="proof"><summary>Proof in words</summary><pre>{text(chr(10).join(clause.words))}</pre></details>'


def _rests(clause: Clause) -> Iterator[str]:
    if clause.result.rests:
        rows = "".join(
            f"<li>{code(short(r.kernel))}: {code(one_line(f'{r.label}: {r.clause}' if r.label else r.clause))} ({ENDS[r.ends_in]})</li>"
            for r in clause.result.rests
        )
        yield f"<p>It rests on</p><ul>{rows}</ul>"


def message(diagnostic: Diagnostic) -> str:
    """A diagnostic that is no verdict's own."""
    kind = diagnostic.severity.value
    notes = "".join(f"<p>{prose(n)}</p>" for n in diagnostic.notes)
    head = f'{badge(kind)} <span class="kind">{diagnostic.code}</span> {prose(diagnostic.message)}'
    return f'<section class="ob {kind}" data-verdict="{kind}"><h3>{head}</h3>{notes}{advice(diagnostic)}</section>'


def advice(diagnostic: Diagnostic) -> str:
    return f'<p class="advice"><b>help:</b> {prose(diagnostic.help)}</p>' if diagnostic.help else ""
