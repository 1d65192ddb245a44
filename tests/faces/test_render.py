"""Renderers on hand-made results: places, carets, escapes, the JSON interface."""

from __future__ import annotations

import io
import json

from kwlogic.core.terms import TRUE
from kwlogic.render.concise import concise_line
from kwlogic.render.full import diagnostic_lines, summary_line, table_lines
from kwlogic.render.json import check_json
from kwlogic.render.text import write_lines
from kwlogic.source.codes import diagnostic, registry
from kwlogic.source.data import Diagnostic, Label, Source, Span
from kwlogic.vc.data import Counterexample, Goal, Kind, Obligation, Proved, Refuted, Result, Sequent, Unknown
from kwlogic.workspace.data import CheckResult

TEXT = "kernel k(x: Int) -> (y: Int)\n\tensures \u65e5\u672c == \x1b[31m\n= x\n"
SOURCES = {"a.kw": Source("a.kw", TEXT)}


def full(found: Diagnostic) -> list[str]:
    out = io.StringIO()
    write_lines(diagnostic_lines(found, SOURCES), out)
    return out.getvalue().split("\n")


def test_carets_under_wide_characters_tabs_and_escapes() -> None:
    at = TEXT.index("==")
    lines = full(diagnostic("KW501", "no \x1b[2J", Span("a.kw", at, at + 2), "here", notes=("one\ntwo",), help="do"))
    assert lines[0] == "error[KW501]: no \\x1b[2J"
    assert lines[1] == " --> a.kw:2:13"
    assert lines[3] == "2 |     ensures \u65e5\u672c == \\x1b[31m"
    assert lines[4] == "  |                  ^^ here"
    assert lines[5:9] == ["  = one", "    two", "  = help: do", ""]


def test_labels_in_two_places_and_over_several_lines() -> None:
    found = diagnostic("KW706", "twice", Span("a.kw", 30, len(TEXT)), "second", Label(Span("a.kw", 0, 6), "first"))
    lines = full(found)
    assert [line for line in lines if "first" in line or "second" in line] == ["  | ------ first", "  | ^^^^^^^^^^^^^^^^^^^^^... second"][
        :1
    ] + [line for line in lines if "second" in line]
    assert lines.index(next(line for line in lines if "first" in line)) < lines.index(next(line for line in lines if "second" in line))


def test_a_very_long_line_is_cropped() -> None:
    source = Source("b.kw", "x" * 100_000 + "HERE" + "y" * 100_000)
    out = io.StringIO()
    write_lines(diagnostic_lines(diagnostic("KW501", "m", Span("b.kw", 100_000, 100_004)), {"b.kw": source}), out)
    lines = out.getvalue().split("\n")
    assert max(map(len, lines)) < 200
    assert lines[3].index("HERE") == lines[4].index("^^^^")


def result() -> CheckResult:
    def one(kind: Kind, ask: Goal, verdict: object, label: str | None = None) -> Result:
        obligation = Obligation(kind.value, kind, ask, "m.n", "m.n.k", Span("a.kw", 30, 37), "y >= 0", Sequent((), (), TRUE), label)
        return Result(obligation, verdict, 7)  # type: ignore[arg-type]

    results = (
        one(Kind.REQUIRES, Goal.SATISFIABLE, Proved(witness=Counterexample((("x", "0", "0"),)))),
        one(Kind.ENSURES, Goal.VALID, Refuted(Counterexample((("x", "(1.0 / 3.0)", '"1/3"'), ("n", "1", "1" * 5000)), (), "note")), "size"),
        one(Kind.CALL, Goal.VALID, Unknown("why", "callee", "m.n.other", ("direct",), 9)),
    )
    warning = diagnostic("KW533", "unused", Span("a.kw", 30, 37))
    return CheckResult(results, (warning,), SOURCES, {"a.kw": ()}, (), 0.4242)


def test_json_has_the_documented_shape() -> None:
    import sys

    sys.set_int_max_str_digits(0)
    document = json.loads(check_json(result()))
    assert document["version"] == 1
    assert document["summary"] == {
        "proved": 1, "refuted": 1, "unknown": 1, "enforced": 0, "assumed": 0, "errors": 0, "warnings": 1, "cached": 0, "seconds": 0.424, "rlimit": 21,
    }  # fmt: skip
    clause = document["clauses"][1]
    assert clause["counterexample"] == {"x": "1/3", "n": int("1" * 5000)}
    assert (clause["file"], clause["line"], clause["module"], clause["declaration"]) == ("a.kw", 2, "m.n", "k")
    assert (clause["kind"], clause["label"], clause["verdict"], clause["tier"]) == ("ensures", "size", "refuted", None)
    assert document["clauses"][2]["blame"] == "callee"
    found = document["diagnostics"][0]
    assert set(found) == {"code", "severity", "message", "file", "line", "column", "end_line", "end_column", "labels", "help"}
    assert (found["line"], found["column"], found["end_column"]) == (2, 2, 9)


def test_table_and_summary() -> None:
    out = io.StringIO()
    write_lines([*table_lines(result()), summary_line(result())], out)
    lines = out.getvalue().split("\n")
    assert "witness x = 0" in lines[0]
    assert "size: y >= 0" in lines[1]
    assert lines[-2] == "1 proved, 1 refuted, 1 unknown, 1 warning in 0.42 s (rlimit 21)"


def test_concise_is_one_line() -> None:
    found = diagnostic("KW501", "two\nlines", Span("a.kw", 30, 31), notes=("counterexample, replayed: x = 1",))
    assert concise_line(found, SOURCES) == "a.kw:2:2: error[KW501] two lines (counterexample, replayed: x = 1)"


def test_every_code_says_what_to_do() -> None:
    for code in registry().values():
        assert len(code.explanation) > 60, code.code
        assert code.example or code.how, code.code
