"""An evaluator that loses patience: the more evaluations used up their steps, the fewer steps the next ones get.

So a predicate that hangs costs little, however many inputs it is tried on. Deterministic: steps are counted, not seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kwlogic.core.eval import Evaluator
from kwlogic.core.eval_data import OutOfBudget
from kwlogic.core.terms import Term
from kwlogic.core.value import Value

FIRST, THEN = 8, 60
SHARE = 20


class Patient(Evaluator):
    """``cut``: how many evaluations used up their steps."""

    cut = 0

    def eval(self, term: Term, env: Mapping[str, Value]) -> Value:
        try:
            return super().eval(term, env)
        except OutOfBudget:
            self._lost()
            raise

    def call(self, name: str, args: Sequence[Value]) -> Value:
        try:
            return super().call(name, args)
        except OutOfBudget:
            self._lost()
            raise

    def _lost(self) -> None:
        self.cut += 1
        if self.cut in (FIRST, THEN):
            self.max_steps = max(50, self.max_steps // SHARE)
