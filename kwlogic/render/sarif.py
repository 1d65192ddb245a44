"""Findings as SARIF 2.1.0 (OASIS Standard, with Errata 01), for code scanning.

SARIF tells findings and nothing else: what is proved is counted in ``run.properties`` and told in full by
``--format json``. A finding's fingerprint does not depend on line numbers, so that it stays the same finding when text
above it changes.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from kwlogic import __version__
from kwlogic.source.codes import registry
from kwlogic.source.data import Diagnostic, Edit, Severity, Source, Span
from kwlogic.vc.data import Assumed, Enforced, Proved, Refuted, Unknown
from kwlogic.workspace.data import CheckResult

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "SRCROOT"
LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
Sources = Mapping[str, Source]


def check_sarif(result: CheckResult) -> str:
    return json.dumps(_log(result), indent=2, ensure_ascii=False)


def _log(result: CheckResult) -> dict[str, Any]:
    codes = sorted({d.code for d in result.diagnostics})
    index = {code: i for i, code in enumerate(codes)}
    placed = [d for d in result.diagnostics if _shown(d, result.sources)]
    run = {
        "tool": {"driver": {"name": "kwlogic", "version": __version__, "semanticVersion": __version__, "rules": [_rule(c) for c in codes]}},
        "columnKind": "unicodeCodePoints",
        "defaultEncoding": "utf-8",
        "invocations": [_invocation(result, index)],
        "results": _results(placed, index, result.sources),
        "properties": _counts(result),
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str) -> dict[str, Any]:
    entry = registry()[code]
    return {
        "id": code,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": entry.explanation},
        "help": {
            "text": _help(entry.explanation, entry.example, entry.fixed, ""),
            "markdown": _help(entry.explanation, entry.example, entry.fixed, "```"),
        },
        "defaultConfiguration": {"level": LEVEL[entry.severity]},
    }


def _help(explanation: str, example: str, fixed: str, fence: str) -> str:
    blocks = [("Here is what it is about:", example), ("And put right:", fixed)]
    shown = [f"{words}\n\n{fence}\n{text.strip()}\n{fence}".rstrip() for words, text in blocks if text]
    return "\n\n".join([explanation, *shown])


# ---------------------------------------------------------------- findings


def _shown(diagnostic: Diagnostic, sources: Sources) -> bool:
    return diagnostic.span is not None and diagnostic.span.file in sources


def _results(diagnostics: Iterable[Diagnostic], index: Mapping[str, int], sources: Sources) -> list[dict[str, Any]]:
    seen: Counter[str] = Counter()
    found = []
    for diagnostic in diagnostics:
        assert diagnostic.span is not None
        key = _identity(diagnostic, diagnostic.span, sources)
        seen[key] += 1
        found.append(_result(diagnostic, diagnostic.span, index, sources) | {"partialFingerprints": {"finding/v1": f"{key}:{seen[key]}"}})
    return found


def _identity(diagnostic: Diagnostic, span: Span, sources: Sources) -> str:
    """The code, the file and the text that is spoken of: blanks and places may change."""
    text = " ".join(sources[span.file].code(span).split())
    words = "\0".join((diagnostic.code, span.file, text))
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _result(diagnostic: Diagnostic, span: Span, index: Mapping[str, int], sources: Sources) -> dict[str, Any]:
    first, *others = (label for label in diagnostic.labels if label.span.file in sources)
    found: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": index[diagnostic.code],
        "level": LEVEL[diagnostic.severity],
        "message": {"text": _message(diagnostic)},
        "locations": [_location(span, sources, first.text)],
    }
    if others:
        found["relatedLocations"] = [_location(o.span, sources, o.text) | {"id": i} for i, o in enumerate(others, 1)]
    if diagnostic.fix is not None:
        found["fixes"] = [_fix(diagnostic.fix.title, diagnostic.fix.edits, sources)]
    return found


def _message(diagnostic: Diagnostic) -> str:
    help = (f"help: {diagnostic.help}",) if diagnostic.help else ()
    return "\n".join((diagnostic.message, *diagnostic.notes, *help))


def _location(span: Span, sources: Sources, words: str) -> dict[str, Any]:
    region = _region(span, sources)
    physical = {"artifactLocation": _artifact(span.file), "region": region | {"snippet": {"text": sources[span.file].slice(span)}}}
    return {"physicalLocation": physical} | ({"message": {"text": words}} if words else {})


def _region(span: Span, sources: Sources) -> dict[str, Any]:
    source = sources[span.file]
    (line, column), (end_line, end_column) = source.position(span.start), source.position(max(span.start, span.end))
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _artifact(file: str) -> dict[str, str]:
    """Relative to where the check was started; files from elsewhere by their absolute place."""
    if file.startswith("/"):
        return {"uri": "file://" + quote(file)}
    return {"uri": quote(file.replace("\\", "/")), "uriBaseId": ROOT}


def _fix(title: str, edits: Iterable[Edit], sources: Sources) -> dict[str, Any]:
    files: dict[str, list[Edit]] = {}
    for edit in edits:
        files.setdefault(edit.span.file, []).append(edit)
    changes = [
        {
            "artifactLocation": _artifact(file),
            "replacements": [{"deletedRegion": _region(e.span, sources), "insertedContent": {"text": e.text}} for e in own],
        }
        for file, own in files.items()
        if file in sources
    ]
    return {"description": {"text": title}, "artifactChanges": changes}


# ---------------------------------------------------------------- the run


def _invocation(result: CheckResult, index: Mapping[str, int]) -> dict[str, Any]:
    """What belongs to no line of a file is told of the run."""
    notes = [
        {"descriptor": {"id": d.code, "index": index[d.code]}, "level": LEVEL[d.severity], "message": {"text": _message(d)}}
        for d in result.diagnostics
        if not _shown(d, result.sources)
    ]
    done = not (result.io_failed or result.interrupted)
    return {"executionSuccessful": done, "exitCode": result.exit_code, "toolExecutionNotifications": notes}


def _counts(result: CheckResult) -> dict[str, Any]:
    return {kind.__name__.lower(): result.count(kind) for kind in (Proved, Refuted, Unknown, Enforced, Assumed)} | {"rlimit": result.rlimit}
