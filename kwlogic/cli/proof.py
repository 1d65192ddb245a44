"""`kwlogic proof`: check the certificates of a project, and show one in words. No solver is loaded."""

from __future__ import annotations

import sys
from pathlib import Path

from kwlogic.cli.output import print_diagnostics
from kwlogic.workspace.proofs_check import ProofReport, check_proofs, show_proof

_TIERS = {"T1": "shown without a solver", "T4": "a solver says so, and nothing else"}


def run_proof_check(paths: tuple[str, ...], strict: bool) -> int:
    report = check_proofs(paths, Path.cwd(), strict)
    print_diagnostics(report.diagnostics, report.sources, sys.stdout)
    print(_summary(report))
    return report.exit_code


def _summary(report: ProofReport) -> str:
    total = sum(report.tiers.values())
    parts = [f"{count} {tier} ({_TIERS.get(tier, '')})" for tier, count in sorted(report.tiers.items())]
    wrong = f", {len(report.diagnostics)} wrong" if report.diagnostics else ""
    open_ones = f", {report.unproved} without a proof" if report.unproved else ""
    count = "1 certificate holds" if total == 1 else f"{total} certificates hold"
    return f"{count}: {', '.join(parts) or 'none'}{wrong}{open_ones}, in {report.seconds:.2f} s"


def run_proof_show(name: str, paths: tuple[str, ...]) -> int:
    print("\n".join(show_proof(name, paths, Path.cwd())))
    return 0
