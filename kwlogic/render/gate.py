"""What the gate found, for people: a line for each kernel, the findings in full, a summary."""

from __future__ import annotations

from collections.abc import Iterator

from kwlogic.gate.data import Comparison, KernelReport, Standing
from kwlogic.render.full import diagnostic_lines
from kwlogic.render.text import DIM, ERROR, GOOD, PLAIN, WARNING, Line, amount
from kwlogic.workspace.findings import short
from kwlogic.workspace.gate_data import GateResult

STYLE = {Standing.ACCEPTED: GOOD, Standing.REJECTED: ERROR, Standing.UNDECIDED: WARNING}


def gate_lines(result: GateResult, verbose: bool = False) -> Iterator[Line]:
    """Findings first, then the table, then the summary."""
    for found in result.diagnostics:
        yield from diagnostic_lines(found, result.sources)
    for report in result.reports:
        for each in report.findings:
            yield from diagnostic_lines(each.diagnostic, result.sources)
    widest = max((len(short(r.name)) for r in result.reports), default=0)
    for report in result.reports:
        yield from _report(report, widest, verbose)
    if result.reports:
        yield ()
    for path in result.written:
        yield ((f"written: {path}", DIM),)
    yield ((summary(result), PLAIN),)


def _report(report: KernelReport, widest: int, verbose: bool) -> Iterator[Line]:
    standing = report.standing
    counts = [amount(report.runs + report.seeded, "run")]
    counts += [amount(report.replayed, "kept case")] if report.replayed else []
    change = [_change(report.comparison)] if report.comparison is not None else []
    text = f"  {short(report.name):<{widest}}  {', '.join((*counts, *change))}"
    yield (f"{standing.value:<9}", STYLE[standing]), (text, PLAIN)
    for reason in reasons(report) if verbose else verdicts(report):
        yield ((f"           {reason}", DIM),)


def verdicts(report: KernelReport) -> list[str]:
    """What the check says against a kernel, a line each."""
    return [f"refuted: {text}" for text in report.refuted] + [f"unknown: {text}" for text in report.unknown]


def reasons(report: KernelReport) -> list[str]:
    """Everything that speaks against a kernel, a line each."""
    return [f"{f.diagnostic.code}: {f.diagnostic.message}" for f in report.findings] + verdicts(report)


def _change(comparison: Comparison) -> str:
    words = comparison.change.value
    step = "" if comparison.step.value == "none" else f" ({comparison.step.value})"
    versions = ""
    if comparison.before or comparison.after:
        versions = f", version {comparison.before or 'none'} -> {comparison.after or 'none'}"
    return f"{words}{step}{versions}"


def summary(result: GateResult) -> str:
    if not result.reports:
        return "no kernel was gated" if result.interrupted else "there is no kernel to gate"
    counts = ", ".join(f"{result.count(s):,} {s.value}" for s in Standing if result.count(s))
    seed = f", seed {result.seed}" if result.seed else ""
    return f"{amount(len(result.reports), 'kernel')}: {counts}{seed} in {result.seconds:.2f} s"
