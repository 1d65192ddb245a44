"""Slips that people make coming from other languages, as data: what was written, what is meant."""

from __future__ import annotations

from dataclasses import dataclass

from kwlogic.syntax.lex import DECLARATIONS

DECLARATION_WORDS = DECLARATIONS


@dataclass(frozen=True, slots=True)
class Slip:
    """``write`` is what to write instead; the slip counts only where ``wants`` (a mark or word) would be accepted."""

    message: str
    write: str = ""
    wants: str = ""
    help: str | None = None


OPERATOR_SLIPS: dict[str, tuple[Slip, ...]] = {
    "=": (
        Slip("a wire is bound with `<-`", "<-", "<-"),
        Slip("`=` does not compare", "==", "==", "equality is written `==`; `=` names an argument or begins a body"),
    ),
    "==": (Slip("`==` compares; this needs `=`", "=", "=", "a definition is written with `=`"),),
    "&&": (Slip("conjunction is written `and`", "and"),),
    "||": (Slip("disjunction is written `or`", "or"),),
    "!": (Slip("negation is written `not`", "not", "not"), Slip("`!` is no operator; negation is written `not`")),
    "&": (Slip("conjunction is written `and`", "and", "and", "`&` sets kernels side by side in a `compose`"),),
    "|": (Slip("disjunction is written `or`", "or", "or"),),
    ":=": (
        Slip("a wire is bound with `<-`", "<-", "<-"),
        Slip("a definition is written with `=`", "=", "="),
        Slip("`:=` is no operator", help="a `let` and a body take `=`, a wire takes `<-`, a comparison `==`"),
    ),
    "<=>": (Slip("equivalence is written `<==>`", "<==>"),),
    "=>": (
        Slip(
            "implication is written `==>`",
            "==>",
            "==>",
            "`=>` follows the pattern of a `case` or the parameters of a `fn`, as in `fn (x) => x + 1`",
        ),
        Slip("what binds the variables ends in `::`", "::", "::"),
    ),
    "->": (
        Slip("what follows a pattern or parameters is written after `=>`", "=>", "=>"),
        Slip("implication is written `==>`", "==>", "==>", "`->` stands before a result"),
    ),
    ":": (Slip("what binds the variables ends in `::`", "::", "::"),),
    ".": (Slip("what binds the variables ends in `::`", "::", "::"),),
    "<-": (Slip("a definition is written with `=`; `<-` binds wires", "=", "="),),
}

FOREIGN = {
    "def": "fn", "func": "fn", "function": "fn", "fun": "fn", "method": "kernel", "predicate": "fn", "lambda": "fn",
    "struct": "record", "class": "record", "data": "type", "enum": "type", "datatype": "type", "union": "type",
    "import": "use", "from": "use", "include": "use", "open": "use", "package": "module", "namespace": "module",
    "pre": "requires", "require": "requires", "precondition": "requires", "post": "ensures", "ensure": "ensures",
    "postcondition": "ensures", "returns": "ensures", "variant": "decreases", "elif": "else if", "elsif": "else if",
    "elseif": "else if", "otherwise": "else", "switch": "match", "when": "case", "test": "example", "check": "example",
    "proof": "by", "using": "by", "is": "==",
}  # fmt: skip

NOT_MISSPELT = ("for",)  # words of other languages that only look like a keyword
