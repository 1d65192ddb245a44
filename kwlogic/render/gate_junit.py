"""The gate's answer as JUnit XML: a suite for each module, a case for each kernel."""

from __future__ import annotations

from collections.abc import Iterator

from kwlogic.gate.data import KernelReport, Standing
from kwlogic.render.gate import reasons
from kwlogic.render.xml import attribute, content, told
from kwlogic.source.data import Severity
from kwlogic.workspace.gate_data import GateResult


def gate_junit(result: GateResult) -> str:
    return "\n".join(_document(result)) + "\n"


def _document(result: GateResult) -> Iterator[str]:
    modules: dict[str, list[KernelReport]] = {}
    for report in result.reports:
        modules.setdefault(report.name.rpartition(".")[0], []).append(report)
    errors = [d for d in result.diagnostics if d.severity is Severity.ERROR]
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    total, bad = len(result.reports) + bool(errors), result.count(Standing.REJECTED)
    yield f'<testsuites name="kwlogic gate" tests="{total}" failures="{bad}" errors="{int(bool(errors))}" time="{result.seconds:.3f}">'
    for module, reports in modules.items():
        yield from _suite(module, reports, result)
    if errors:
        yield '  <testsuite name="project" tests="1" failures="0" errors="1">'
        yield '    <testcase classname="project" name="specs">'
        yield f"      <error message={attribute(errors[0].message)}>{told(errors, result.sources)}</error>"
        yield "    </testcase>"
        yield "  </testsuite>"
    yield "</testsuites>"


def _suite(module: str, reports: list[KernelReport], result: GateResult) -> Iterator[str]:
    failures = sum(r.standing is Standing.REJECTED for r in reports)
    skipped = sum(r.standing is Standing.UNDECIDED for r in reports)
    head = f'tests="{len(reports)}" failures="{failures}" errors="0" skipped="{skipped}"'
    yield f"  <testsuite name={attribute(module)} {head}>"
    for report in reports:
        name = report.name.rpartition(".")[2]
        yield f"    <testcase classname={attribute(module)} name={attribute(name)}>"
        if report.standing is not Standing.ACCEPTED:
            tag = "failure" if report.standing is Standing.REJECTED else "skipped"
            why = reasons(report)
            body = told((f.diagnostic for f in report.findings), result.sources)
            yield f"      <{tag} message={attribute(why[0] if why else tag)}>{content(chr(10).join(why))}\n{body}</{tag}>"
        yield "    </testcase>"
    yield "  </testsuite>"
