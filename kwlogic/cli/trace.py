"""`kwlogic trace`: hold recorded calls against contracts, convert traces, put them in the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from kwlogic.weave.trace.check import Report

FILES = click.argument("traces", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.group("trace", short_help="Recorded runs of agents: check, convert, keep.")
def trace_group() -> None:
    """Recorded runs of agents: hold them against contracts, convert them, keep them in the store.

    Read are kwlogic's own traces, OTLP as JSON (OpenTelemetry GenAI, OpenInference), chat transcripts with tool calls, lists
    of calls, and KernelWeave's; one JSON document or one on each line.
    """


@trace_group.command("check")
@FILES
@click.option("--spec", "specs", multiple=True, required=True, metavar="FILE", help="Spec files with the kernels that stand for tools.")
@click.option("--format", "form", type=click.Choice(["full", "json"]), default="full", show_default=True)
@click.option("-v", "--verbose", is_flag=True, help="Also show what could not be judged.")
@click.option("--summary", is_flag=True, help="Only count: no finding by itself.")
@click.option("--otlp", type=click.Path(path_type=Path), metavar="FILE", help="Write the traces there as OTLP, with the verdicts.")
def check(traces: tuple[Path, ...], specs: tuple[str, ...], form: str, verbose: bool, summary: bool, otlp: Path | None) -> int:
    """Hold recorded tool calls against the contracts of the kernels that stand for them.

    A kernel stands for the tool of its body (`by tool "name"`), else for the tool of its own name. Inputs that are no
    arguments take what earlier calls of the trace had shown. Exits with 1 where a call that was carried out breaks a clause.

    \b
    Example:
      kwlogic trace check runs.json --spec specs/examples/airline_tools.kw
    """
    import sys

    from kwlogic.cli.output import print_diagnostics
    from kwlogic.weave.trace.service import check_files, with_verdicts

    found = check_files(traces, specs, Path.cwd())
    if otlp is not None:
        from kwlogic.weave.trace.export import otlp_text

        _write(otlp, otlp_text(with_verdicts(found.report)))
    if form == "json":
        print(_json(found.report))
        return 1 if found.report.violating() else 0
    if not summary:
        print_diagnostics(found.diagnostics, found.sources, sys.stdout)
        if verbose:
            print_diagnostics(found.notices, found.sources, sys.stdout)
    for line in summary_lines(found.report):
        print(line)
    return 1 if found.report.violating() else 0


def summary_lines(report: Report) -> list[str]:
    lines = [f"{k}: {clause}: {_count(calls, 'call')} in {_count(runs, 'trace')}" for k, clause, calls, runs in report.by_clause()]
    misfits = sum(not m.refused for m in report.misfits)
    if misfits:
        lines.append(f"{_count(misfits, 'call')} with arguments that do not fit the ports")
    lines.append(
        f"{_count(report.calls, 'call')} of {_count(len(report.traces), 'trace')} made to tools with a kernel; {report.checked} judged in full"
    )
    refused = sum(b.refused for b in report.broken) + sum(m.refused for m in report.misfits)
    if refused:
        lines.append(f"{refused} more violation{'' if refused == 1 else 's'} in calls that the tools refused; these do not count below")
    violating = report.violating()
    told = [t for t in report.traces if t.success is not None]
    lines.append(f"{_count(len(violating), 'trace')} with a violation")
    if told:
        failed = sum(t.success is False for t in violating)
        lines[-1] += f", of which {failed} had failed (of all {len(told)} with an outcome, {sum(t.success is False for t in told)} had)"
    return lines


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _json(report: Report) -> str:
    import json

    clauses = [{"kernel": k, "clause": c, "calls": n, "traces": r} for k, c, n, r in report.by_clause()]
    found: dict[str, Any] = {
        "version": 1,
        "traces": len(report.traces),
        "calls": report.calls,
        "judged": report.checked,
        "violating": [t.trace_id for t in report.violating()],
        "violating_failed": sum(t.success is False for t in report.violating()),
        "failed": sum(t.success is False for t in report.traces),
        "clauses": clauses,
        "violations": [
            {
                "trace": b.trace.trace_id,
                "event": b.call.index,
                "tool": b.call.tool,
                "kernel": b.kernel.name,
                "kind": b.kind,
                "label": b.clause.label,
                "clause": b.clause.text,
                "refused": b.refused,
            }
            for b in report.broken
        ],
        "misfits": [{"trace": m.trace.trace_id, "event": m.call.index, "tool": m.call.tool, "reason": m.reason} for m in report.misfits],
        "unjudged": [{"trace": u.trace.trace_id, "event": u.call.index, "tool": u.call.tool, "reason": u.reason} for u in report.unjudged],
        "others": dict(report.others),
    }
    return json.dumps(found, indent=2, ensure_ascii=False)


@trace_group.command("convert")
@FILES
@click.option("--to", "form", type=click.Choice(["kwlogic", "otlp"]), default="kwlogic", show_default=True, help="What to write.")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Where to write it, instead of stdout.")
def convert(traces: tuple[Path, ...], form: str, output: Path | None) -> int:
    """Convert traces: to kwlogic's own form, one on each line, or to OTLP as JSON.

    \b
    Example:
      kwlogic trace convert transcript.json --to otlp -o spans.json
    """
    from kwlogic.weave.trace.export import otlp_text
    from kwlogic.weave.trace.read import read_traces
    from kwlogic.weave.trace.text import trace_text

    found = [t for path in traces for t in read_traces(path)]
    text = otlp_text(found) if form == "otlp" else "\n".join(map(trace_text, found))
    if output is None:
        print(text)
    else:
        _write(output, text + "\n")
        print(f"{len(found)} trace{'' if len(found) == 1 else 's'}")
    return 0


@trace_group.command("import")
@FILES
@click.option("--store", "url", metavar="URL|PATH", help="Which store, instead of `[tool.kwlogic.store]`.")
def import_(traces: tuple[Path, ...], url: str | None) -> int:
    """Put traces into the store; secrets are taken out on the way.

    \b
    Example:
      kwlogic trace import runs.json
    """
    from kwlogic.weave.store.find import project_store
    from kwlogic.weave.trace.keep import keep_traces
    from kwlogic.weave.trace.read import read_traces

    found = [t for path in traces for t in read_traces(path)]
    with project_store(Path.cwd(), url) as store:
        kept = keep_traces(store, found)
    print(f"{_count(kept, 'trace')} stored" + (f", {len(found) - kept} were there already" if kept < len(found) else ""))
    return 0


def _write(path: Path, text: str) -> None:
    from kwlogic.source.codes import diagnostic
    from kwlogic.source.data import Diagnosed

    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise Diagnosed(diagnostic("KW709", f"`{path}` cannot be written: {error.strerror or error}")) from error
