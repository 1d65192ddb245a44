"""Contracts of graphs from those of their steps: what a step requires of the inputs is required of the whole; what the last step ensures of
its result, the whole ensures. So links and clauses are shown by what stands there, and by no search.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from kwlogic.weave.learn.data import Clause, Draft

MAX_LIFTED = 12
_TEXTS = re.compile(r'("(?:[^"\\]|\\.)*")')
_SIMPLE = re.compile(r"[\w.']+|\".*\"")
_NAME = re.compile(r"(?<![\w.'])[A-Za-z_][\w']*")


def names_in(text: str) -> set[str]:
    """The words of an expression outside of its texts, fields left out."""
    return {n for i, p in enumerate(_TEXTS.split(text)) if i % 2 == 0 for n in _NAME.findall(p)}


def substituted(text: str, arguments: Mapping[str, str]) -> str:
    """A clause with expressions for its names; texts in quotes, fields and bound names stay."""

    def put(match: re.Match[str]) -> str:
        name = match.group(0)
        found = arguments.get(name)
        return name if found is None else found if _SIMPLE.fullmatch(found) else f"({found})"

    return "".join(p if i % 2 else _NAME.sub(put, p) for i, p in enumerate(_TEXTS.split(text)))


def lifted(draft: Draft) -> Draft:
    """The graph with the clauses of its steps that can stand for it."""
    inputs, outputs = {p.name for p in draft.inputs}, {p.name for p in draft.outputs}
    steps = {c[0] for c in draft.calls}
    requires: list[Clause] = []
    for _, kernel, arguments in draft.calls:
        for clause in kernel.clauses:
            told = substituted(clause.text, arguments)
            words = names_in(told)
            if clause.kind == "requires" and words & inputs and not words & steps:
                requires.append(replace(clause, text=told, roots=frozenset(words & inputs)))
    ensures: list[Clause] = []
    for wire, kernel, arguments in draft.calls:
        if wire not in outputs or not arguments.keys() >= {p.name for p in kernel.inputs}:
            continue
        names = {**arguments, **{p.name: p.name for p in kernel.outputs}, **({kernel.outputs[0].name: wire} if len(outputs) == 1 else {})}
        for clause in kernel.clauses:
            told = substituted(clause.text, names)
            if clause.kind == "ensures" and not names_in(told) & (steps - outputs):
                ensures.append(replace(clause, text=told, roots=frozenset(names_in(told) & (inputs | outputs))))
    own = [c for c in draft.clauses if c.kind == "requires" or not c.roots <= outputs or not ensures]
    once = {(c.kind, c.text): c for c in (*requires, *own, *ensures[:MAX_LIFTED])}
    return replace(draft, clauses=tuple(sorted(once.values(), key=lambda c: (c.kind != "requires", c.rank))))
