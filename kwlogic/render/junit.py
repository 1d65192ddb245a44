"""Verdicts as JUnit XML: a suite for each module, a case for each clause, so that what is proved is told, too.

A refuted clause is a failure and an unknown one an error; what enforcement or an axiom carries is passed over as
skipped, since nothing was shown of it. What is wrong in a text, or with the project, is a case of its file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kwlogic.render.xml import attribute, content, told
from kwlogic.source.data import Diagnostic, Severity, Span
from kwlogic.vc.data import Assumed, Enforced, Refuted, Result, Unknown
from kwlogic.workspace.data import CheckResult
from kwlogic.workspace.findings import FROM_VERDICTS, REFUTED, one_line, short

OF_VERDICTS = FROM_VERDICTS | {"KW510", "KW511"}
Findings = Mapping[tuple[Span, str], Diagnostic]
SKIPPED = {Enforced: "checked on every output when it runs", Assumed: "an axiom: assumed"}


def check_junit(result: CheckResult) -> str:
    return "\n".join(_document(result)) + "\n"


def _document(result: CheckResult) -> Iterator[str]:
    modules: dict[str, list[Result]] = {}
    for found in result.results:
        modules.setdefault(found.obligation.module, []).append(found)
    broken: dict[str, list[Diagnostic]] = {}
    for d in result.diagnostics:
        if d.severity is Severity.ERROR and d.code not in OF_VERDICTS:
            broken.setdefault(d.span.file if d.span is not None else "project", []).append(d)
    errors = result.count(Unknown) + sum(map(len, broken.values()))
    total = len(result.results) + sum(map(len, broken.values()))
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    counts = f'tests="{total}" failures="{result.count(Refuted)}" errors="{errors}" skipped="{_skipped(result.results)}"'
    yield f'<testsuites name="kwlogic check" {counts} time="{result.seconds:.3f}">'
    findings = {(d.span, d.code): d for d in result.diagnostics if d.span is not None and d.code in OF_VERDICTS}
    for module, results in modules.items():
        yield from _module(module, results, findings, result)
    for file, diagnostics in broken.items():
        yield from _file(file, diagnostics, result)
    yield "</testsuites>"


def _skipped(results: Iterable[Result]) -> int:
    return sum(type(r.verdict) in SKIPPED for r in results)


def _module(module: str, results: list[Result], findings: Findings, whole: CheckResult) -> Iterator[str]:
    failures = sum(isinstance(r.verdict, Refuted) for r in results)
    errors = sum(isinstance(r.verdict, Unknown) for r in results)
    time = sum(r.seconds for r in results)
    counts = f'tests="{len(results)}" failures="{failures}" errors="{errors}" skipped="{_skipped(results)}"'
    yield f'  <testsuite name={attribute(module)} {counts} time="{time:.3f}">'
    for found in results:
        yield from _case(found, findings, whole)
    yield "  </testsuite>"


def _case(found: Result, findings: Findings, whole: CheckResult) -> Iterator[str]:
    obligation = found.obligation
    clause = f"{obligation.label}: {obligation.text}" if obligation.label else obligation.text
    source = whole.sources.get(obligation.span.file)
    line = source.position(obligation.span.start)[0] if source is not None else 1
    owner = f"{obligation.module}.{short(obligation.declaration)}"
    name = f"{obligation.kind.value}: {one_line(clause)}"
    head = f"classname={attribute(owner)} name={attribute(name)} file={attribute(obligation.span.file)}"
    head = f'    <testcase {head} line="{line}" time="{found.seconds:.3f}"'
    skipped = SKIPPED.get(type(found.verdict))
    if skipped is not None:
        yield f"{head}>\n      <skipped message={attribute(skipped)}/>\n    </testcase>"
    elif isinstance(found.verdict, Refuted | Unknown):
        tag = "failure" if isinstance(found.verdict, Refuted) else "error"
        said = _said(found, findings)
        message = said.message if said is not None else name
        kind = type(found.verdict).__name__.lower()
        body = told((said,), whole.sources) if said is not None else content(name)
        yield f'{head}>\n      <{tag} type="{kind}" message={attribute(message)}>{body}</{tag}>\n    </testcase>'
    else:
        yield f"{head}/>"


def _file(file: str, diagnostics: list[Diagnostic], whole: CheckResult) -> Iterator[str]:
    yield f'  <testsuite name={attribute(file)} tests="{len(diagnostics)}" failures="0" errors="{len(diagnostics)}" skipped="0">'
    for d in diagnostics:
        yield f"    <testcase classname={attribute(file)} name={attribute(f'{d.code}: {one_line(d.message)}')}>"
        yield f'      <error type="{d.code}" message={attribute(d.message)}>{told((d,), whole.sources)}</error>\n    </testcase>'
    yield "  </testsuite>"


def _said(found: Result, findings: Findings) -> Diagnostic | None:
    codes = (REFUTED[found.obligation.kind][0], "KW511") if isinstance(found.verdict, Refuted) else ("KW520", "KW521")
    return next((d for c in codes if (d := findings.get((found.obligation.span, c))) is not None), None)
