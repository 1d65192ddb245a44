"""Verdicts in words, for showing beside the text: what is proved and how, what is refuted and by which input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kwlogic.vc.data import Assumed, Enforced, Kind, Proved, Refuted, Rest, Result, Unknown, verdict_name
from kwlogic.workspace.findings import one_line, short
from kwlogic.workspace.live.verdicts import Standing, Status

MARKS = {"proved": "✓", "refuted": "✗", "unknown": "?", "enforced": "⛨", "assumed": "!"}
ENDS = {
    "proof": "proved",
    "enforcement": "enforced when it runs",
    "axiom": "rests on an axiom",
    "assumed": "an axiom",
    "nothing": "nobody answers for it",
}


def summary(status: Status) -> str:
    """`proved 5/6, 1 refuted`; never a word of proof where something stands in its way."""
    if status.standing is Standing.BROKEN:
        return "not checked: it has errors"
    if status.standing is Standing.OPEN:
        return "not verified yet"
    counts = Counter(verdict_name(r.verdict) for r in status.results)
    total = sum(counts.values())
    if not total:
        return "nothing to prove"
    proved = counts.pop("proved", 0)
    parts = [f"proved {proved}/{total}" if proved < total else f"proved, {total} of {total}"] if proved or not counts else []
    parts += [f"{n} {name}" for name, n in sorted(counts.items(), key=lambda c: list(MARKS).index(c[0]))]
    text = ", ".join(parts)
    return f"stale: {text}" if status.standing is Standing.STALE else text


def lines(status: Status) -> Iterator[str]:
    """One line for each clause and obligation, with what is known of it."""
    for result in status.results:
        obligation = result.obligation
        label = f"{obligation.label}: " if obligation.label else ""
        yield f"{MARKS[verdict_name(result.verdict)]} {verdict_name(result.verdict)} {obligation.kind.value} `{label}{one_line(obligation.text, 60)}`{how(result)}"


def how(result: Result) -> str:
    """The proof, the counterexample or the reason, in words."""
    match result.verdict:
        case Proved() as proved:
            return _proof(proved, result.rests)
        case Refuted(counterexample=None):
            return ": no input satisfies it"
        case Refuted(counterexample=found) if found is not None:
            values = ", ".join(f"{n} = {one_line(v, 60)}" for n, v, _ in found.inputs)
            yields = ", ".join(f"{n} = {one_line(v, 60)}" for n, v, _ in found.outputs)
            note = f" ({found.note})" if found.note else ""
            return (f": by {values}" if values else ": whatever the input") + (f", which yields {yields}" if yields else "") + note
        case Unknown(reason=reason, tried=tried, passed=passed):
            more = f"; tried {', '.join(tried)}" if tried else ""
            return f": {one_line(reason, 120)}{more}" + (f"; {passed:,} generated inputs passed" if passed else "")
        case Enforced(tested=tested):
            return ": checked on every output" + (f", tested on {tested:,}" if tested else "")
        case Assumed():
            return ": an axiom"
        case _:
            return ""


def _proof(proved: Proved, rests: tuple[Rest, ...]) -> str:
    words = []
    if proved.witness is not None and proved.witness.inputs:
        words.append("satisfied by " + ", ".join(f"{n} = {one_line(v, 40)}" for n, v, _ in proved.witness.inputs))
    elif proved.method:
        words.append("directly" if proved.method == "direct" else f"by {proved.method.removeprefix('by ')}")
    used = sorted({short(u) for u in proved.uses})
    if used:
        words.append("using " + ", ".join(f"`{u}`" for u in used[:6]) + (f" and {len(used) - 6} more" if len(used) > 6 else ""))
    for rest in rests[:4]:
        words.append(f"resting on `{short(rest.kernel)}`: {one_line(rest.label or rest.clause, 40)} ({ENDS[rest.ends_in]})")
    return ": " + "; ".join(words) if words else ""


def derived(status: Status) -> list[Result]:
    """What a composition is known to keep."""
    return [r for r in status.results if r.obligation.kind in (Kind.ENSURES, Kind.FAILS, Kind.LINK)]
