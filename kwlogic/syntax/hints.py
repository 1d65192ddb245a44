"""Advice for a plain syntax error: what people who write this usually mean. Each rule looks at the place only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kwlogic.syntax.lex import NAME

if TYPE_CHECKING:
    from kwlogic.syntax.explain import Place

Rule = tuple[Callable[["Place"], bool], str]


def hint(p: Place) -> str | None:
    """The first advice that applies."""
    return next((text for applies, text in RULES if applies(p)), None)


def _before(p: Place) -> str:
    """The kind of the token before."""
    return p.tokens.kinds[p.at - 1] if p.at > p.first else ""


def _touches_string(p: Place) -> bool:
    return _before(p) == "STRING" and p.tokens.ends[p.at - 1] == p.tokens.starts[p.at]


def _word_before(p: Place) -> str:
    at = p.at - 1
    return p.tokens.text[p.tokens.starts[at] : p.tokens.ends[at]] if p.at > p.first else ""


def _inside(p: Place, *keywords: str) -> bool:
    return p.tokens.kinds[p.first] in keywords


RULES: tuple[Rule, ...] = (
    (lambda p: p.text == ";", "drop the `;`: clauses, bodies and declarations end without one"),
    (lambda p: p.text == "for" and p.accepts("+"), "instead of a comprehension: `map(fn (x) => e, xs)` and `filter(fn (x) => p, xs)`"),
    (lambda p: p.text == "return" and p.accepts("="), "a body is an expression after `=`, without `return`"),
    (lambda p: _word_before(p) == "return" and p.accepts("+"), "there is no `return`: the body is an expression"),
    (lambda p: _word_before(p) == "lambda" and p.accepts("+"), "a function is written `fn (x) => e`"),
    (lambda p: p.text == "{" and p.accepts("then"), "branches have no braces: `if c then a else b`"),
    (
        lambda p: p.kind == "STRING" and _word_before(p) in ("f", "s"),
        'strings are joined with `++`, as in `"n = " ++ to_string(n)`',
    ),
    (_touches_string, 'a quote inside a string is written `\\"`, or the string between `"""`'),
    (lambda p: p.text == "<" and _before(p) == NAME and p.accepts("["), "type arguments stand in brackets, as in `List[Int]`"),
    (lambda p: p.text == ":" and _before(p) in ("_REQUIRES", "_ENSURES"), "a label stands before its colon, as in `ensures small: x < 9`"),
    (lambda p: p.text == "by" and _inside(p, "_AXIOM"), "an axiom is not proved; a `lemma` is"),
    (
        lambda p: p.text == "{" and p.accepts("=") and not p.accepts("("),
        "a body is written `= e`; only a kernel whose body is made of bindings has braces",
    ),
    (lambda p: p.text == "{" and _inside(p, "_RECORD"), "the fields of a record stand in parentheses, `record R(x: Int)`"),
    (lambda p: p.text == "," and p.accepts("|"), "the constructors of a data type are separated by `|`"),
    (lambda p: p.text in (">>", "&", "??") and not p.accepts(p.text), "a composition begins with `= compose`"),
    (lambda p: p.text == "if" and p.accepts("+"), "the condition comes first: `if c then a else b`"),
    (lambda p: p.text == "is" and p.accepts("=="), "equality is written `==`"),
    (lambda p: p.text == "case" and p.accepts("match"), "cases stand in a match: `match e { case p => ... }`"),
    (lambda p: p.text == "*" and _before(p) == "STAR", "there is no power operator"),
    (
        lambda p: _inside(p, "_KERNEL") and _before(p) == "__ANON_0" and p.accepts("("),
        "the outputs of a kernel are named: `-> (y: Int)`",
    ),
    (
        lambda p: p.accepts(":") and _before(p) == NAME and not p.accepts("+") and not p.accepts("in"),
        "a parameter, a port or a field is written with its type, `name: Type`",
    ),
    (lambda p: p.accepts(":") and p.accepts("in"), "a variable ranges over a type or a collection: `x: Int` or `x in xs`"),
    (lambda p: p.accepts("->") and p.text in (":", "=", "{"), "a result type is written after `->`"),
    (
        lambda p: p.accepts(";") and not p.accepts(","),
        "`let`, `assert` and `apply` in an expression end in `;`, and so does each binding of a kernel",
    ),
    (lambda p: p.accepts("retry"), "a composition is made of kernels, `>>`, `&`, `??`, `retry n k`, `map k`, `case (p) then a else b`"),
)
