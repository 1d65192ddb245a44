"""`kwlogic laws`."""

from __future__ import annotations

import json
import sys
from itertools import groupby

from kwlogic.compose.law_terms import Law
from kwlogic.compose.laws import LAWS
from kwlogic.compose.laws_show import show_given, show_statement
from kwlogic.lab.laws import Outcome, prove_laws, show_model
from kwlogic.render.text import BOLD, DIM, PLAIN, VERDICT, Line, write_lines
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed

WIDTH = 9


def run_laws(names: tuple[str, ...], form: str, budget: int) -> int:
    outcomes = list(prove_laws(_chosen(names), budget))
    if form == "json":
        print(json.dumps([_object(o) for o in outcomes], indent=1))
    else:
        write_lines(_lines(outcomes), sys.stdout)
    if any(o.verdict == "unknown" for o in outcomes if not o.expected):
        return 3
    return 0 if all(o.expected for o in outcomes) else 1


def _chosen(names: tuple[str, ...]) -> tuple[Law, ...]:
    known = {law.name: law for law in LAWS}
    for name in names:
        if name not in known:
            import difflib

            near = difflib.get_close_matches(name, known, 1)
            help = f"did you mean `{near[0]}`?" if near else "`kwlogic laws` without a name shows all of them"
            raise Diagnosed(diagnostic("KW726", f"there is no law `{name}`", help=help))
    return tuple(known[n] for n in names) or LAWS


def _lines(outcomes: list[Outcome]) -> list[Line]:
    lines: list[Line] = []
    for law, claims in groupby(outcomes, lambda o: o.law):
        lines.append(((law.name, BOLD), (f": {law.title}", PLAIN)))
        for outcome in claims:
            given = show_given(outcome.claim)
            mark = "" if outcome.expected else "  (the table says otherwise)"
            where = f"  if {given}" if given else ""
            said = f"{show_statement(outcome.claim.says)}{where}{mark}"
            lines.append((("  ", PLAIN), (outcome.verdict.ljust(WIDTH), VERDICT[outcome.verdict]), (said, PLAIN)))
            if outcome.model is not None:
                lines += [((" " * (WIDTH + 4) + text, DIM),) for text in show_model(outcome.claim, outcome.model)]
            if outcome.reason:
                lines.append(((" " * (WIDTH + 4) + outcome.reason, DIM),))
        if law.note:
            lines.append((("  note: " + law.note, DIM),))
    count = len({o.law.name for o in outcomes})
    proved, refuted = (sum(o.verdict == v for o in outcomes) for v in ("proved", "refuted"))
    lines.append(
        ((f"{count} {'law' if count == 1 else 'laws'}: {proved} claims proved for all contracts, {refuted} refuted by a model", BOLD),)
    )
    return lines


def _object(outcome: Outcome) -> dict[str, object]:
    model = outcome.model
    return {
        "law": outcome.law.name,
        "title": outcome.law.title,
        "claim": show_statement(outcome.claim.says),
        "given": show_given(outcome.claim),
        "verdict": outcome.verdict,
        "expected": outcome.expected,
        "rlimit": outcome.rlimit,
        "model": None if model is None else show_model(outcome.claim, model),
        **({"reason": outcome.reason} if outcome.reason else {}),
    }
