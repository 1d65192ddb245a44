"""The parser's engine: an LALR(1) automaton over tokens, with positions.

It drives the tables that Lark compiled, and differs from Lark's own driver in what a product needs: a soft keyword is a
name where the grammar wants a name, an item ends before the keyword that starts the next, nesting is bounded, and where
the parse stops the stack is there to say what was expected. Children of a node follow Lark's rules for trees.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Any

from kwlogic.source.records import dataclass
from kwlogic.syntax.lex import END, NAME, Tokens
from kwlogic.syntax.tables import LIST, SINGLE, Rule, Tables

DEPTH = 250
HEIGHT = 2000

LESS, MINUS = "LESSTHAN", "MINUS"

Action = Callable[..., Any]


class Stopped(Exception):
    """No action for the token at ``index``; ``states`` is the stack, innermost last."""

    def __init__(self, index: int, states: list[int]) -> None:
        super().__init__(index)
        self.index = index
        self.states = states


class TooDeep(Exception):
    """Nested beyond ``DEPTH`` syntax nodes, or ``HEIGHT`` open constructs, at the token ``index``."""

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


@dataclass(frozen=True, slots=True)
class Engine:
    """Tables joined with actions, one for each rule. ``soft`` are keywords that may be names, ``hard`` those
    that may be only after a dot, ``enders`` those that end an item."""

    tables: Tables
    actions: tuple[Action, ...]
    soft: frozenset[str]
    hard: frozenset[str]
    enders: frozenset[str]

    def parse(self, ctx: Any, tokens: Tokens, index: int, start: str) -> tuple[Any, int]:
        """The value of ``start`` read from token ``index`` on, and the index of the token after it."""
        run = Run(self, ctx, tokens)
        rows, rules, states, kinds = self.tables.rows, self.tables.rules, run.states, tokens.kinds
        states.append(self.tables.starts[start])
        final = self.tables.ends[start]
        half = False
        while True:
            kind = MINUS if half else kinds[index]
            act = rows[states[-1]].get(kind)
            if act is None:
                if states[-1] == final and (kind in self.enders or kind == END):
                    return run.values[0], index
                other = self.second_choice(kinds, index, kind, rows[states[-1]])
                if other is None:
                    raise Stopped(index, states)
                kind, act = other, rows[states[-1]][other]
            if act < 0:
                rule = rules[~act]
                if rule.same:
                    states[-1] = rows[states[-2]][rule.origin]
                else:
                    run.reduce(rule, self.actions[~act], index)
                continue
            run.shift(act, index, half)
            half = kind == LESS and kinds[index] != LESS
            index += not half

    def second_choice(self, kinds: list[str], index: int, kind: str, row: dict[str, int]) -> str | None:
        """What else the token may be in this state: a name (any word after a dot), the end of the item, or the ``<`` of ``<-``."""
        if NAME in row and (kind in self.soft or (kind in self.hard and index and kinds[index - 1] == "DOT")):
            return NAME
        if kind in self.enders and END in row:
            return END
        if kind == self.tables.marks["<-"] and LESS in row:
            return LESS
        return None


@dataclass(slots=True)
class Run:
    """The stacks of one parse, in step with each other (``states`` has one more, at the bottom).

    A token's value is its index. ``begins`` are text offsets; ``depths`` count nested nodes, where a chain of operators
    is one node.
    """

    engine: Engine
    ctx: Any
    tokens: Tokens
    states: list[int] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    begins: list[int] = field(default_factory=list)
    depths: list[int] = field(default_factory=list)

    def shift(self, state: int, index: int, half: bool) -> None:
        self.states.append(state)
        self.values.append(index)
        self.begins.append(self.tokens.starts[index] + half)
        self.depths.append(0)
        if len(self.states) > HEIGHT:
            raise TooDeep(index)

    def reduce(self, rule: Rule, action: Action, index: int) -> None:
        states, values, begins, depths = self.states, self.values, self.begins, self.depths
        size = rule.size
        children: list[Any] = []
        begin, depth = self.tokens.starts[index], 0
        if size:
            for position, splice in rule.picks:
                value = values[position - size]
                if not splice:
                    children.append(value)
                elif children:
                    children += value
                else:
                    children = value
            begin, depth = begins[-size], max(depths[-size:])
            del states[-size:], values[-size:], begins[-size:], depths[-size:]
        if rule.mode == LIST:
            values.append(children)
        elif rule.mode == SINGLE and len(children) == 1:
            values.append(children[0])
        else:
            depth += 1
            if depth > DEPTH:
                raise TooDeep(index)
            values.append(action(self.ctx, begin, self.tokens.ends[index - 1] if size else begin, *children))
        states.append(self.engine.tables.rows[states[-1]][rule.origin])
        begins.append(begin)
        depths.append(depth)
