"""Diagnostics with their source lines, carets and labels; the verdict table; the summary line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kwlogic.render.text import DIM, ERROR, NOTE, PLAIN, SEVERITY, VERDICT, WARNING, Line, amount, visible, width
from kwlogic.source.data import Diagnostic, Label, Severity, Source, Span
from kwlogic.vc.data import Assumed, Counterexample, Enforced, Proved, Refuted, Result, Unknown, verdict_name
from kwlogic.workspace.data import CheckResult
from kwlogic.workspace.findings import FROM_VERDICTS, one_line, short

Sources = Mapping[str, Source]
CROP = 160
ENDS = {
    "proof": "ends in proofs",
    "enforcement": "ends in enforcement",
    "axiom": "ends in an axiom",
    "assumed": "an axiom",
    "nothing": "nobody answers for it",
}


def diagnostic_lines(diagnostic: Diagnostic, sources: Sources) -> Iterator[Line]:
    """The message, the places, the notes, the help; ends with an empty line."""
    severity = diagnostic.severity.value
    style = SEVERITY[severity]
    yield (f"{severity}[{diagnostic.code}]", style), (f": {visible(diagnostic.message)}", "bold")
    places = [label for label in diagnostic.labels if label.span.file in sources]
    gutter = max((len(str(sources[p.span.file].position(p.span.start)[0])) for p in places), default=1)
    file, shown = "", -1
    for index, label in enumerate(_in_order(places)):
        source = sources[label.span.file]
        if label.span.file != file:
            arrow = "-->" if index == 0 else ":::"
            file, shown = label.span.file, -1
            yield _arrow(label, source, gutter, arrow)
        line = source.position(label.span.start)[0]
        again = line == shown and len(source.line(line)) <= CROP
        shown = line
        yield from list(_snippet(label, source, gutter, label is places[0], style))[2 if again else 0 :]
    if not places and diagnostic.labels:
        yield ((f"  --> {visible(diagnostic.labels[0].span.file)}", DIM),)
    for note in diagnostic.notes:
        yield from _note("", note, gutter, PLAIN)
    if diagnostic.help:
        yield from _note("help: ", diagnostic.help, gutter, NOTE)
    yield ()


def _in_order(places: list[Label]) -> list[Label]:
    """The primary file first, and within a file from top to bottom."""
    first = places[0].span.file if places else ""
    return sorted(places, key=lambda p: (p.span.file != first, p.span.file, p.span.start))


def _arrow(label: Label, source: Source, gutter: int, arrow: str) -> Line:
    line, column = source.position(label.span.start)
    return (" " * gutter + arrow + " ", DIM), (f"{visible(source.path)}:{line}:{column}", PLAIN)


def _snippet(label: Label, source: Source, gutter: int, primary: bool, style: str) -> Iterator[Line]:
    number, column = source.position(label.span.start)
    last, end = source.position(max(label.span.end, label.span.start))
    text = source.line(number)
    start, stop = column - 1, (end - 1 if last == number else len(text))
    crop = max(0, start - CROP // 2) if len(text) > CROP else 0
    part = text[crop : crop + CROP]
    head, marked = part[: start - crop], part[start - crop : stop - crop]
    lead = "..." if crop else ""
    mark = ("^" if primary else "-") * max(width(marked), 1)
    more = "..." if last > number else ""
    yield ((" " * gutter + " |", DIM),)
    yield (f"{number:>{gutter}} | ", DIM), (lead + visible(part) + ("..." if crop + CROP < len(text) else ""), PLAIN)
    words = f" {visible(label.text)}" if label.text else ""
    yield (" " * gutter + " | ", DIM), (" " * (len(lead) + width(head)) + mark + more + words, style if primary else NOTE)


def _note(kind: str, text: str, gutter: int, style: str) -> Iterator[Line]:
    first, *rest = visible(text).split("\n")
    yield (" " * gutter + " = ", DIM), (kind, style), (first, PLAIN)
    for line in rest:
        yield ((" " * (gutter + 3 + len(kind)) + line, PLAIN),)


# ---------------------------------------------------------------- verdicts


def table_lines(result: CheckResult) -> Iterator[Line]:
    """One line for each obligation: place, declaration, kind, verdict, clause, and how."""
    rows = [_cells(r, result.sources) for r in result.results]
    if not rows:
        return
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    for found, (place, declaration, kind, verdict, text) in zip(result.results, rows):
        head = f"{place:<{widths[0]}}  {declaration:<{widths[1]}}  {kind:<{widths[2]}}  "
        yield (head, PLAIN), (f"{verdict:<{widths[3]}}", VERDICT[verdict]), (f"  {text}", PLAIN), (_how(found), DIM)
        for rest in found.rests:
            line = _line_of(result, rest.span)
            clause = visible(one_line(f"{rest.label}: {rest.clause}" if rest.label else rest.clause, 60))
            yield ((f"{'':<{widths[0]}}  rests on `{short(rest.kernel)}`: {clause}  [{rest.span.file}:{line}, {ENDS[rest.ends_in]}]", DIM),)
    yield ()


def _cells(result: Result, sources: Sources) -> tuple[str, str, str, str, str]:
    obligation = result.obligation
    source = sources.get(obligation.span.file)
    line = source.position(obligation.span.start)[0] if source else 0
    label = f"{obligation.label}: " if obligation.label else ""
    text = visible(label + one_line(obligation.text, 60))
    return f"{obligation.span.file}:{line}", short(obligation.declaration), obligation.kind.value, verdict_name(result.verdict), text


def _how(result: Result) -> str:
    match result.verdict:
        case Proved(method=method, tier=tier, witness=witness):
            how = f"witness {_values(witness)}" if witness is not None and witness.inputs else ", ".join(filter(None, (method, tier)))
        case Refuted(counterexample=found):
            how = _values(found) if found is not None else "nothing satisfies it"
        case Unknown(reason=reason):
            how = one_line(reason, 80)
        case Enforced(tested=tested):
            how = f"tested {tested:,}" if tested else "checked on every output"
        case Assumed():
            how = "an axiom"
    cached = ", cached" if result.cached else ""
    return f"  [{visible(one_line(how, 100))}{cached}]" if how or cached else ""


def _values(found: Counterexample) -> str:
    return ", ".join(f"{name} = {text}" for name, text, _ in found.inputs)


def axiom_lines(result: CheckResult) -> Iterator[Line]:
    """`2 proofs rest on axioms: `yes` (a.kw:2)`, where any do."""
    resting = [{(r.kernel, r.span) for r in found.rests if r.ends_in == "assumed"} for found in result.results]
    axioms: set[tuple[str, Span]] = set().union(*resting)
    if axioms:
        places = sorted((span.file, _line_of(result, span), short(name)) for name, span in axioms)
        named = ", ".join(f"`{name}` ({file}:{line})" for file, line, name in dict.fromkeys(places))
        count = sum(map(bool, resting))
        yield ((f"{count:,} {'proof rests' if count == 1 else 'proofs rest'} on axioms, which are assumed: {named}", PLAIN),)


def _line_of(result: CheckResult, span: Span) -> int:
    source = result.sources.get(span.file)
    return source.position(span.start)[0] if source else 0


def summary_line(result: CheckResult) -> Line:
    """`12 proved, 1 refuted, 1 unknown in 0.42 s (rlimit 12,345)`, with whatever else there is to count."""
    verdicts = [(Proved, "proved"), (Refuted, "refuted"), (Unknown, "unknown"), (Enforced, "enforced"), (Assumed, "assumed")]
    counts = [(result.count(kind), name) for kind, name in verdicts]
    parts = [f"{count:,} {name}" for count, name in counts if count or name == "proved"]
    other = [d for d in result.diagnostics if d.code not in FROM_VERDICTS]
    errors = sum(d.severity is Severity.ERROR for d in other)
    warnings = sum(d.severity is Severity.WARNING for d in other)
    parts += [amount(n, noun) for n, noun in ((errors, "error"), (warnings, "warning")) if n]
    cached = sum(r.cached for r in result.results)
    extra = f", {cached:,} from the cache" if cached else ""
    if not result.results and not other:
        why = "what is declared here obliges to nothing" if result.selected else "specs are files `*.kw`; `kwlogic init` makes one"
        parts = [f"nothing to check ({why})"]
    style = ERROR if result.exit_code in (1, 2) else WARNING if result.exit_code in (3, 4, 130) else "bold green"
    head = "interrupted: " if result.interrupted else ""
    return (head + ", ".join(parts), style), (f" in {result.seconds:.2f} s (rlimit {result.rlimit:,}{extra})", PLAIN)
