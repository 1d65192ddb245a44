"""Contracts out of observations: templates filled in on most of them, kept if the others agree and chance does not explain them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kwlogic.weave.learn.chance import kept
from kwlogic.weave.learn.columns import Group, groups_of
from kwlogic.weave.learn.conditions import conditional_facts
from kwlogic.weave.learn.data import ABSENT, Candidate, Clause, Observation, Options, Port
from kwlogic.weave.learn.fits import fit_facts
from kwlogic.weave.learn.regexes import widths
from kwlogic.weave.learn.relations import pair_facts, truth_facts, wrap_facts
from kwlogic.weave.learn.table import Table
from kwlogic.weave.learn.templates import single_facts

LEAST_HELD = 8  # observations below which none is held out
MAX_CLAUSES = 60


@dataclass(frozen=True, slots=True)
class Inferred:
    """``tested`` templates, of which ``held`` held of the rows they were made from, ``survived`` of held-out rows too."""

    clauses: tuple[Clause, ...]
    tested: int
    held: int
    survived: int
    holdout: int


def infer_contract(inputs: Sequence[Port], outputs: Sequence[Port], rows: Sequence[Observation], options: Options) -> Inferred:
    """Clauses that the observations support, the strongest first. Nothing is inferred from a single one."""
    distinct = _distinct(rows)
    if len(distinct) < 2:
        return Inferred((), 0, 0, 0, 0)
    train, held = _split(len(distinct), options.holdout)
    made: list[tuple[str, Group, Candidate]] = []
    counts: Counter[str] = Counter()
    for kind, ports, about in (
        ("requires", [*inputs], frozenset[str]()),
        ("ensures", [*inputs, *outputs], frozenset(p.name for p in outputs)),
    ):
        if kind == "ensures" and not about:
            continue
        for group in groups_of([(p, [_value(r, p) for r in distinct]) for p in ports]):
            table = Table(group, train)
            _fill(table, about)
            if about and not group.binders:
                conditional_facts(table, about, _fill)
            counts += table.counts
            made += [(kind, group, c) for c in table.found if _concerns(group, c, about)]
    survived = [m for m in made if _holds_on(m[1], m[2], held)]
    chosen: set[int] = set()
    for stratum, tested in counts.items():
        own = [i for i, m in enumerate(survived) if m[2].stratum == stratum]
        chosen |= {i for i, ok in zip(own, kept([survived[i][2].p for i in own], tested, options.alpha)) if ok}
    clauses = [_clause(*m, rows) for i, m in enumerate(survived) if i in chosen]
    clauses = [c for c in _without_lengths(clauses) if not _shadowed(c, inputs, outputs)]
    return Inferred(_ordered(clauses), counts.total(), len(made), len(survived), len(held))


def _shadowed(clause: Clause, inputs: Sequence[Port], outputs: Sequence[Port]) -> bool:
    """Whether a port has the name of a function that the clause calls."""
    return any(re.search(rf"(?<![\w.]){re.escape(p.name)}\(", clause.text) for p in (*inputs, *outputs))


def _value(row: Observation, port: Port) -> Any:
    return row.inputs[port.name] if port.name in row.inputs else row.outputs.get(port.name, ABSENT)


def _distinct(rows: Sequence[Observation]) -> list[Observation]:
    """Each observation once: what was run twice is no more evidence."""
    return list({repr((r.inputs, r.outputs)): r for r in rows}.values())


def _split(count: int, holdout: float) -> tuple[frozenset[int], frozenset[int]]:
    everyone = frozenset(range(count))
    if holdout <= 0 or count < LEAST_HELD:
        return everyone, frozenset()
    step = max(2, round(1 / holdout))
    held = frozenset(range(step - 1, count, step))
    return everyone - held, held


def _fill(table: Table, about: frozenset[str]) -> None:
    columns = table.columns
    roots = table.group.roots

    def concerns(*indices: int) -> bool:
        return not about or bool(roots & about) or any(columns[i].roots & about for i in indices)

    table.stratum = "single"
    single_facts(table, concerns)
    table.stratum = "pair"
    pair_facts(table, concerns)
    truth_facts(table, about)
    wrap_facts(table, about)
    table.stratum = "fit"
    fit_facts(table, about)


def _concerns(group: Group, candidate: Candidate, about: frozenset[str]) -> bool:
    return not about or bool(group.roots & about) or any(group.columns[c].roots & about for c in candidate.columns)


def _holds_on(group: Group, candidate: Candidate, observations: frozenset[int]) -> bool:
    columns = [group.columns[c].values for c in candidate.columns]
    rows = (tuple(v[i] for v in columns) for i, r in enumerate(group.row) if r in observations)
    return all(candidate.holds(*r) for r in rows if not any(x is ABSENT for x in r))


def _clause(kind: str, group: Group, candidate: Candidate, rows: Sequence[Observation]) -> Clause:
    roots = frozenset(r for c in candidate.columns for r in group.columns[c].roots) | group.roots
    text = candidate.text
    for variable, source in group.binders:
        text = f"forall {variable} in {source} :: {text}"
    support = sum(all(r in row.inputs or row.outputs.get(r, ABSENT) is not ABSENT for r in roots) for row in rows)
    return Clause(kind, text, roots, support, support, candidate.p, candidate.rank + (1 if group.binders else 0))


_MATCHES = re.compile(r"(?:forall (\w+) in (\S+) :: )?matches\(([\w.]+), \"(.*)\"\)")
_LENGTH = re.compile(r"(?:forall (\w+) in (\S+) :: )?len\(([\w.]+)\) (==|<=|>=|>) (\d+)")


def _without_lengths(clauses: list[Clause]) -> list[Clause]:
    """Without lengths of texts that a regular expression settles."""
    known = {m.group(1, 2, 3): widths(m.group(4).replace("\\\\", "\\")) for c in clauses if (m := _MATCHES.fullmatch(c.text))}
    return [c for c in clauses if not _settled(_LENGTH.fullmatch(c.text), known)]


def _settled(found: re.Match[str] | None, known: dict[tuple[str, ...], tuple[int, int | None]]) -> bool:
    width = known.get(found.group(1, 2, 3)) if found is not None else None
    if found is None or width is None:
        return False
    (low, high), bound = width, int(found.group(5))
    below = high is not None and high <= bound
    return {"==": low == bound and below, "<=": below, ">=": low >= bound, ">": low > bound}[found.group(4)]


def _ordered(clauses: list[Clause]) -> tuple[Clause, ...]:
    """Strong and short ones first, requires before ensures; each text once."""
    once = {(c.kind, c.text): c for c in clauses}
    ordered = sorted(once.values(), key=lambda c: (c.kind != "requires", c.rank, len(c.roots), len(c.text), c.text))
    return tuple(ordered[:MAX_CLAUSES])
