"""The one engine of the process: tables joined with the actions of every ``build_*`` module."""

from __future__ import annotations

from functools import cache

from kwlogic.syntax import build_decls, build_exprs, build_kernels, build_patterns, build_types
from kwlogic.syntax.build import ACTIONS
from kwlogic.syntax.lalr import Action, Engine
from kwlogic.syntax.lex import DECLARATIONS, HARD
from kwlogic.syntax.tables import LIST, Rule, load_tables

PARTS = (build_decls, build_exprs, build_kernels, build_patterns, build_types)


@cache
def engine() -> Engine:
    tables = load_tables()
    soft = frozenset(kind for word, kind in tables.words.items() if word not in HARD)
    enders = frozenset(tables.words[word] for word in DECLARATIONS)
    hard = frozenset(tables.words[word] for word in HARD) - enders
    return Engine(tables, tuple(map(_action_of, tables.rules)), soft, hard, enders)


def _action_of(rule: Rule) -> Action:
    """A rule that only splices or passes on its child has no action, and must never need one."""
    if rule.mode == LIST or rule.action not in ACTIONS:
        return _never
    return ACTIONS[rule.action]


def _never(*_: object) -> object:
    raise AssertionError("a rule of the grammar has no action")
