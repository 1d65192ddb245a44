"""What the grammar would accept where a parse stopped, in an author's words."""

from __future__ import annotations

from kwlogic.syntax.lalr import Engine
from kwlogic.syntax.lex import END, NAME

OPERATORS = frozenset(
    [
        "IFF",
        "IMPLIES",
        "OR",
        "AND",
        "_NOT",
        "_IN",
        "CONCAT",
        "PLUS",
        "MINUS",
        "STAR",
        "SLASH",
        "PERCENT",
        "LESSTHAN",
        "MORETHAN",
        "DOT",
        "LPAR",
        "LSQB",
        "_WITH",
    ]
)
CLAUSES = frozenset(
    [
        "_REQUIRES",
        "_ENSURES",
        "_DECREASES",
        "_FAILS",
        "_VERSION",
        "_FAMILY",
        "_EVIDENCE",
        "_ROLLBACK",
        "_READS",
        "_WRITES",
        "_DETERMINISTIC",
        "_IRREVOCABLE",
        "_IDEMPOTENT",
    ]
)
STARTERS = frozenset(
    [
        "NAME",
        "INT",
        "REAL",
        "STRING",
        "_IF",
        "_LET",
        "_FN",
        "_FORALL",
        "_EXISTS",
        "_ASSERT",
        "_APPLY",
        "_MATCH",
        "_NOT",
        "_TRUE",
        "_FALSE",
        "LPAR",
        "LSQB",
        "LBRACE",
        "MINUS",
        "_RETRY",
        "_MAP",
        "_FOLD",
        "_ITERATE",
        "_CASE",
        "_GUARD",
        "_HOLE",
    ]
)
WORDS = {NAME: "a name", "INT": "a whole number", "REAL": "a number", "STRING": "a string"}


def accepted(engine: Engine, states: list[int]) -> frozenset[str]:
    """The terminals after which the parse could go on; END where the item may end here."""
    rows = engine.tables.rows
    candidates = [symbol for symbol in rows[states[-1]] if symbol.isupper() or symbol == END or symbol.startswith("__ANON")]
    return frozenset(symbol for symbol in candidates if _shifts(engine, states, symbol))


def _shifts(engine: Engine, states: list[int], terminal: str) -> bool:
    rows, rules = engine.tables.rows, engine.tables.rules
    stack = list(states)
    while (act := rows[stack[-1]].get(terminal)) is not None:
        if act >= 0:
            return True
        rule = rules[~act]
        if rule.size:
            del stack[-rule.size :]
        stack.append(rows[stack[-1]][rule.origin])
    return terminal == END and stack[-1] in engine.tables.ends.values()


def describe(engine: Engine, terminals: frozenset[str]) -> list[str]:
    """The accepted terminals as a short list: kinds of things first, then words and marks that must come."""
    rest = set(terminals)
    things: list[str] = []
    if thing := _thing(rest):
        things.append(thing)
        rest -= STARTERS
    elif rest >= {"PLUS", "STAR"}:
        things.append("an operator")
        rest -= OPERATORS | {engine.tables.marks[mark] for mark in ("==", "!=", "<=", ">=", "//")}
    if rest & CLAUSES:
        rest -= CLAUSES
        things.append("a clause")
    if END in rest or rest & engine.enders:
        rest -= engine.enders | {END}
        things.append("the next declaration")
    marks = sorted(engine.tables.names.get(t, WORDS.get(t, t)) for t in rest)
    words = things if len(marks) > 6 else marks + things
    return words or marks


def _thing(terminals: set[str]) -> str:
    if "_MATCH" in terminals:
        return "an expression"
    if "_RETRY" in terminals:
        return "a kernel or a composition"
    if {"INT", "LSQB"} <= terminals:
        return "a pattern"
    if terminals >= {NAME, "LPAR", "LBRACE"}:
        return "a type"
    return ""


def listing(words: list[str]) -> str:
    """``a, b or c``"""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]
