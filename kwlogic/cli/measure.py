"""`kwlogic measure`."""

from __future__ import annotations

import json
import statistics
import sys
from typing import Any

from kwlogic.cli.output import print_diagnostics
from kwlogic.workspace.measure import Measured, MeasureRequest, Steadiness, measure, to_json

SHOWN = 8


def run_measure(request: MeasureRequest, form: str, verbose: bool) -> int:
    found = measure(request, _progress if sys.stderr.isatty() else lambda done, total: None)
    if form == "json" and not found.failed:
        print(json.dumps(_object(found), indent=1))
        return found.exit_code
    print_diagnostics(found.diagnostics, found.sources, sys.stderr)
    if not found.failed:
        _print(found, verbose)
    return found.exit_code


def _progress(done: int, total: int) -> None:
    print(f"\r{done:,} of {total:,}", end="\n" if done == total else "", file=sys.stderr, flush=True)


def _print(found: Measured, verbose: bool) -> None:
    if not found.found:
        print("nothing to measure")
        return
    for flip in found.flips:
        print(f"flip    {flip.id}: {', '.join(flip.verdicts)}")
    for cut in found.cuts:
        print(f"cut off {cut.id}: {', '.join(cut.verdicts)}")
    for change in found.changes:
        print(f"change  {change.id}: {change.was} -> {change.now}")
    widest = sorted((s for s in found.found if s.spread > 0), key=lambda s: -s.spread)
    for steady in widest if verbose else widest[:SHOWN]:
        print(f"spread  {steady.spread:7.1%}  {steady.id}  rlimit {_range(steady)}")
    print(_summary(found))
    if found.against is not None:
        ratio = f", rlimit {found.ratio:.2f} times as much" if found.ratio is not None else ""
        print(f"against {found.against}: {found.compared:,} obligations compared, {len(found.changes):,} verdicts changed{ratio}")


def _range(steady: Steadiness) -> str:
    return f"{min(steady.rlimits):,} to {max(steady.rlimits):,}"


def _summary(found: Measured) -> str:
    spreads = found.spreads
    text = f"{len(found.found):,} obligations, {found.seeds} guises each: {len(found.flips):,} flips"
    if found.cuts:
        text += f", {len(found.cuts):,} cut off by limits of time or memory"
    if not spreads:
        return f"{text} ({found.solver})"
    many = sum(s < 0.2 for s in spreads) / len(spreads)
    mean, middle = statistics.fmean(spreads), statistics.median(spreads)
    return f"{text}; spread of rlimit: mean {mean:.1%}, median {middle:.1%}, {many:.1%} of them under 20% ({found.solver})"


def _object(found: Measured) -> dict[str, Any]:
    spreads = found.spreads
    summary = {
        "obligations": len(found.found),
        "flips": len(found.flips),
        "cut_off": len(found.cuts),
        "spread_mean": round(statistics.fmean(spreads), 4) if spreads else 0.0,
        "spread_median": round(statistics.median(spreads), 4) if spreads else 0.0,
        "spread_max": round(spreads[-1], 4) if spreads else 0.0,
    }
    against = None
    if found.against is not None:
        changes = [{"id": c.id, "was": c.was, "now": c.now} for c in found.changes]
        against = {"versions": found.against, "compared": found.compared, "changes": changes, "rlimit_ratio": found.ratio}
    return {"summary": summary, "against": against} | to_json(found)
