"""The same question in another guise: other names, another order, another seed for the solver. For measuring stability.

What is asked does not change, so neither should the verdict. The order changes as far as an author can change it: that of
hypotheses, of facts, of definitions, but not of these kinds. Names of sorts and constructors stay, since models are read
by them; those of functions, constants and bound variables change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from random import Random
from typing import Any

from kwlogic.solve.backend import Query
from kwlogic.solve.canonical import runs_of
from kwlogic.vc.data import Obligation

_TOKEN = re.compile(r'"(?:[^"]|"")*"|\|[^|]*\|')
_DECLARED = re.compile(r"\(declare-fun (\|[^|]*\|) ")


@dataclass(frozen=True, slots=True)
class Shake:
    """One guise; ``seed`` decides it."""

    seed: int

    def query(self, query: Query) -> tuple[Query, dict[str, str]]:
        """The query in this guise, and its new names with the old ones."""
        random = self._random(query.script())
        names = self._names(query, random)
        declared = [self._renamed(d, names) for d in query.declarations]
        places = [i for i, d in enumerate(declared) if d.startswith("(declare-fun ")]
        for place, text in zip(places, _shuffled([declared[i] for i in places], random), strict=True):
            declared[place] = text
        asserted = [(name, self._renamed(formula, names)) for name, formula in query.assertions]
        runs = runs_of([name for name, _ in asserted])
        groups = [[a for a, run in zip(asserted, runs, strict=True) if run == number] for number in sorted(set(runs))]
        return Query(tuple(declared), tuple(a for group in groups for a in _shuffled(group, random))), {
            new[1:-1]: old[1:-1] for old, new in names.items()
        }

    def obligation(self, obligation: Obligation) -> Obligation:
        """The obligation with its hypotheses in another order."""
        sequent = obligation.sequent
        hyps = _shuffled(list(sequent.hyps), self._random(obligation.id))
        return replace(obligation, sequent=replace(sequent, hyps=tuple(hyps)))

    def model(self, model: Any, names: dict[str, str]) -> Any:
        return None if model is None else _Model(model, names)

    def _random(self, text: str) -> Random:
        return Random(int.from_bytes(blake2b(f"{self.seed} {text}".encode(), digest_size=8).digest(), "big"))

    def _names(self, query: Query, random: Random) -> dict[str, str]:
        found = [m.group(1) for d in query.declarations if (m := _DECLARED.match(d))]
        bound = {t for _, formula in query.assertions for t in _symbols(formula) if t.startswith(("|%", "|lambda."))}
        old = list(dict.fromkeys([*found, *sorted(bound)]))
        return {name: f"|s{number}|" for name, number in zip(old, random.sample(range(10 * len(old)), len(old)), strict=True)}

    def _renamed(self, text: str, names: dict[str, str]) -> str:
        return _TOKEN.sub(lambda m: names.get(m.group(0), m.group(0)), text)


def _symbols(text: str) -> Iterator[str]:
    return (t for t in _TOKEN.findall(text) if t[0] == "|")


def _shuffled(items: list[Any], random: Random) -> list[Any]:
    return random.sample(items, len(items))


class _Model:
    """A model under the names of the original query, as far as reading values asks for."""

    def __init__(self, model: Any, names: dict[str, str]) -> None:
        self.model, self.names = model, names

    def decls(self) -> list[_Named]:
        return [_Named(d, self.names.get(d.name(), d.name())) for d in self.model.decls()]

    def eval(self, node: Any, model_completion: bool = False) -> Any:
        return self.model.eval(node, model_completion=model_completion)


class _Named:
    """A declaration under another name."""

    def __init__(self, decl: Any, own: str) -> None:
        self.decl, self.own = decl, own

    def name(self) -> str:
        return self.own

    def arity(self) -> int:
        return int(self.decl.arity())

    def __call__(self) -> Any:
        return self.decl()
