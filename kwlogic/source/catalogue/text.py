"""KW1xx: the text of a file, before any name is looked up."""

from __future__ import annotations

from kwlogic.source.codes import Code
from kwlogic.source.data import Severity

E = Severity.ERROR

CODES: tuple[Code, ...] = (
    Code(
        "KW101", E, "syntax error",
        "The text does not follow the grammar here. The message says what may stand at this place and what was found. "
        "Only this declaration is left out: all others are read and checked.",
        "fn double(x: Int) -> Int\n= 2 * * x\n", "fn double(x: Int) -> Int\n= 2 * x\n",
    ),
    Code(
        "KW102", E, "string without its end",
        'A string "like this" ends on the line where it begins. A string of several lines stands between triple quotes.',
        'fn greeting() -> String\n= "hello\n', 'fn greeting() -> String\n= "hello"\n',
    ),
    Code(
        "KW103", E, "brackets do not match",
        "A bracket is never closed, closes nothing, or is closed by another kind of bracket. The labels show both ends.",
        "fn one(x: Int) -> Int\n= (x + 1\n\nfn two() -> Int\n= 2\n", "fn one(x: Int) -> Int\n= (x + 1)\n\nfn two() -> Int\n= 2\n",
    ),
    Code(
        "KW104", E, "stray character",
        "This character is no part of the language outside strings and comments. Names are made of the letters A to Z and "
        "a to z, digits, `_` and `'`; strings take double quotes.",
        "fn half(x: Int) -> Int\n= x // 2 @\n", "fn half(x: Int) -> Int\n= x // 2\n",
    ),
    Code(
        "KW105", E, "unknown escape in a string",
        "A backslash in a string begins an escape: \\n \\t \\r \\0 \\\\ \\\" \\' \\uXXXX \\u{X...}, or a line end to join two "
        "lines. A backslash itself is written \\\\, also in regular expressions.",
        'fn digits(s: String) -> Bool\n= matches(s, "\\d+")\n', 'fn digits(s: String) -> Bool\n= matches(s, "\\\\d+")\n',
    ),
    Code(
        "KW106", E, "malformed number",
        "Numbers are written 12, 1_000 or 1.50 (an exact Real), without exponent or suffix, with at most 4,000 digits.",
        "fn weight() -> Real\n= 12kg\n", "fn weight() -> Real\n= 12.0\n",
    ),
    Code(
        "KW107", E, "nested too deeply",
        "Expressions, types and patterns may be nested 250 levels deep (a chain of operators is one level). Name the inner "
        "parts with `let`, or move them into functions of their own.",
        "fn deep() -> Int\n= " + "abs(" * 300 + "1" + ")" * 300 + "\n", "fn deep() -> Int\n= abs(abs(1))\n",
    ),
    Code(
        "KW108", E, "operator of another language",
        "The language writes `and`, `or`, `not`, `==` (equality), `==>` (implication), `<==>` (equivalence), `=>` after a "
        "pattern and `::` after the variables of a quantifier. `=` names an argument or begins a body.",
        "lemma both(x: Int)\n  ensures x > 0 && x < 9\n", "lemma both(x: Int)\n  ensures x > 0 and x < 9\n",
    ),
    Code(
        "KW109", E, "misspelt keyword",
        "A word stands where a keyword is expected, and is nearly one, or is another language's word for it.",
        "kernal double(x: Int) -> (y: Int)\n= 2 * x\n", "kernel double(x: Int) -> (y: Int)\n= 2 * x\n",
    ),
    Code(
        "KW110", E, "malformed hole in a prompt",
        "In the text of a prompt, `{` opens a hole, which holds an expression over the kernel's inputs and ends at `}`. "
        "Braces that are part of the text, as in JSON, are doubled: `{{` and `}}`.",
        'kernel ask(text: String) -> (answer: String)\n  by prompt "Answer {}: {text}"\n',
        'kernel ask(text: String) -> (answer: String)\n  by prompt "Answer {{}}: {text}"\n',
    ),
    Code(
        "KW111", E, "`if` without `else`",
        "An `if` is an expression and has a value either way, so it needs both branches.",
        "fn positive(x: Int) -> Int\n= if x < 0 then 0\n", "fn positive(x: Int) -> Int\n= if x < 0 then 0 else x\n",
    ),
    Code(
        "KW112", E, "keyword as a name",
        "Words that begin or join expressions (`if then else let fn forall exists assert apply match case not and or in true "
        "false`) and those that begin declarations and clauses of contracts (`kernel lemma theorem axiom requires ensures "
        "decreases`) cannot be names. All other keywords can.",
        "fn pick(match: Int) -> Int\n= 1\n", "fn pick(chosen: Int) -> Int\n= 1\n",
    ),
    Code(
        "KW113", E, "misplaced `module` line",
        "A file is one module; its name stands in one `module` line, before everything else.",
        "type Colour = Red | Green\nmodule paint\n", "module paint\ntype Colour = Red | Green\n",
    ),
    Code(
        "KW114", E, "spread that is not last in a list pattern",
        "A list pattern matches from the front: it has at most one spread, `*rest`, and that is its last item.",
        "fn last(xs: List[Int]) -> Int\n= match xs { case [*_, x] => x case _ => 0 }\n",
        "fn first(xs: List[Int]) -> Int\n= match xs { case [x, *_] => x case _ => 0 }\n",
    ),
    Code(
        "KW120", E, "file cannot be read",
        "The file does not exist, is a folder, or may not be read. Nothing in it was checked.",
        how="check a file without permission to read it",
    ),
    Code(
        "KW121", E, "file is not UTF-8",
        "Spec files are UTF-8 text. The message names the first byte that is not; save the file as UTF-8.",
        how="check a file of the bytes ff fe",
    ),
    Code(
        "KW122", Severity.WARNING, "empty file",
        "The file declares nothing, so there is nothing to check in it.",
        how="check an empty file",
    ),
    Code(
        "KW123", E, "file is too large",
        "A spec file may have 8 MiB of text. Split it into several modules.",
        how="check a file of 9 MiB",
    ),
)  # fmt: skip
