"""``synthesise``: a function of the language from examples of it.

Contradictory examples are reported before anything is searched for. A search runs on a small sample, its answer on all
examples; what it gets wrong joins the sample. Nothing is returned that the reference evaluator does not confirm.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kwlogic.core.eval import EvalStop, Evaluator
from kwlogic.core.program import Program
from kwlogic.core.show import show_term
from kwlogic.core.terms import Op, Term
from kwlogic.core.types import BOOL, INT, REAL, STRING, Type
from kwlogic.core.value import Value
from kwlogic.core.walk import subterms
from kwlogic.weave.learn.synthesis.data import Answer, Budget, Contradiction, Example, GaveUp, Port, Synthesised
from kwlogic.weave.learn.synthesis.library import MODULE, declarations, extended, needed, rename_calls, renamed
from kwlogic.weave.learn.synthesis.meter import Exhausted, Meter
from kwlogic.weave.learn.synthesis.native import Native, to_native
from kwlogic.weave.learn.synthesis.node import Node, run_node, term_of
from kwlogic.weave.learn.synthesis.search import Problem
from kwlogic.weave.learn.synthesis.structure import solve

_MORE = 2


def synthesise(
    inputs: Sequence[Port],
    output: Type,
    examples: Sequence[Example],
    *,
    program: Program,
    budget: Budget = Budget(),  # noqa: B008
    constants: Sequence[Value] = (),
    taken: Collection[str] = (),
) -> Answer:
    """A function from the inputs to the output that yields the output of every example; deterministic. ``constants`` are tried
    before those mined from the examples; no helper gets a name that is ``taken`` where the function is to stand."""
    rows = [tuple(given[p.name] for p in inputs) for given, _ in examples]
    outputs = [value for _, value in examples]
    clash = contradiction(rows, outputs)
    if clash is not None:
        return clash
    if not examples:
        return GaveUp("there are no examples", 0)
    meter = Meter(budget)
    job = _Job(tuple(inputs), output, rows, outputs, program, meter, budget, tuple(constants), frozenset(taken))
    try:
        node = job.run()
    except Exhausted as stop:
        return GaveUp(stop.reason, meter.spent)
    return job.confirmed(node)


def contradiction(rows: Sequence[tuple[Value, ...]], outputs: Sequence[Value]) -> Contradiction | None:
    """The first two examples with the same inputs and different outputs."""
    first: dict[tuple[Value, ...], int] = {}
    for index, row in enumerate(rows):
        before = first.setdefault(row, index)
        if outputs[before] != outputs[index]:
            return Contradiction(before, index)
    return None


class _Job:
    def __init__(
        self,
        inputs: tuple[Port, ...],
        output: Type,
        rows: Sequence[tuple[Value, ...]],
        outputs: Sequence[Value],
        program: Program,
        meter: Meter,
        budget: Budget,
        constants: tuple[Value, ...],
        taken: frozenset[str],
    ) -> None:
        self.taken = taken | {p.name for p in inputs}
        self.inputs, self.output, self.program, self.meter, self.budget = inputs, output, program, meter, budget
        distinct = dict(zip(rows, outputs))
        self.values = [(dict(zip((p.name for p in inputs), r)), o) for r, o in distinct.items()]
        self.rows: list[tuple[Native, ...]] = [tuple(to_native(v, p.type, program) for v, p in zip(r, inputs)) for r in distinct]
        self.goal: list[Native] = [to_native(o, output, program) for o in distinct.values()]
        self.constants = tuple((t, v) for v in constants if (t := _type_of(v)) is not None)

    def run(self) -> Node:
        """Search on a sample that grows by what the answers get wrong."""
        sample = spread(self.rows, self.goal, self.budget.sample)
        while True:
            node = self._solve(sample)
            wrong = self._wrong(node)
            if not wrong:
                return node
            more = [i for i in wrong if i not in sample][:_MORE]
            if not more:
                raise Exhausted("what was found for a sample of the examples does not fit it")
            sample = sorted({*sample, *more})

    def _wrong(self, node: Node) -> list[int]:
        return [i for i in range(len(self.rows)) if self._value(node, i) != self.goal[i]]

    def _solve(self, sample: Sequence[int]) -> Node:
        rows, goal = tuple(self.rows[i] for i in sample), tuple(self.goal[i] for i in sample)
        problem = Problem(self.inputs, rows, self.output, goal, self.program, self.constants, self.budget.branches)
        return solve(problem, self.meter, lambda node: not self._wrong(node))

    def _value(self, node: Node, index: int) -> Native:
        return run_node(node, dict(zip((p.name for p in self.inputs), self.rows[index])))

    def confirmed(self, node: Node) -> Synthesised | GaveUp:
        """The function, once the reference evaluator has confirmed it on every example."""
        term = term_of(node)
        names = needed(helpers_of(term))
        taken = self.taken
        term = rename_calls(term, taken)
        program = extended(self.program, taken)
        evaluator = Evaluator(program)
        for given, wanted in self.values:
            try:
                value = evaluator.eval(term, given)
            except EvalStop as stop:
                return GaveUp(f"what was found stops on an example: {stop}", self.meter.spent)
            if value != wanted:
                return GaveUp("what was found is another function for the evaluator", self.meter.spent)
        texts = tuple(renamed(declarations()[n], taken) for n in names)
        memorised = is_memorised(term, self.rows, self.goal)
        return Synthesised(term, show_term(term, program), texts, program, node.cost, size_of(term), self.meter.spent, memorised)


def helpers_of(term: Term) -> set[str]:
    """The helpers that a term calls."""
    prefix = f"{MODULE}."
    return {t.data[0].removeprefix(prefix) for t in subterms(term) if t.op is Op.CALL and t.data[0].startswith(prefix)}


def _type_of(value: Value) -> Type | None:
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, int):
        return INT
    if isinstance(value, str):
        return STRING
    from fractions import Fraction

    return REAL if isinstance(value, Fraction) else None


def spread(rows: Sequence[tuple[Native, ...]], goal: Sequence[Native], size: int) -> list[int]:
    """A sample that differs: by the shape of inputs and outputs first, then in order."""
    if len(rows) <= size:
        return list(range(len(rows)))
    shapes: dict[object, int] = {}
    for index, (row, out) in enumerate(zip(rows, goal)):
        shapes.setdefault((*map(_shape, row), _shape(out)), index)
    first = list(shapes.values())[:size]
    rest = [i for i in range(len(rows)) if i not in first]
    return sorted([*first, *rest[: size - len(first)]])


def _shape(value: Native) -> object:
    if isinstance(value, str):
        return "".join(dict.fromkeys("9" if c.isdigit() else "a" if c.isalpha() else c for c in value))
    if isinstance(value, tuple):
        return len(value)
    return value if isinstance(value, bool) else None


# ---------------------------------------------------------------- tables in disguise


def is_memorised(term: Term, inputs: Sequence[Sequence[Native]], goal: Sequence[Native]) -> bool:
    """Whether every output has a constant of its own in the function: one that is part of it, of no other output and of none of its
    inputs. Then the function is a table of the examples."""
    literals = {t.data for t in subterms(term) if t.op is Op.LIT and not isinstance(t.data, bool)}
    if len(set(goal)) < 2 or len(set(goal)) < len(goal):
        return False
    owners = {c: [i for i, g in enumerate(goal) if _holds(g, c)] for c in literals if _telling(c)}
    own = {w[0] for c, w in owners.items() if len(w) == 1 and not any(_holds(v, c) for v in inputs[w[0]])}
    return len(own) == len(goal)


def _telling(constant: Native) -> bool:
    return not isinstance(constant, str) or sum(map(str.isalnum, constant)) > 1


def _holds(value: Native, constant: Native) -> bool:
    if isinstance(value, str):
        return isinstance(constant, str) and constant in value
    return type(value) is type(constant) and bool(value == constant)


def size_of(term: Term) -> int:
    """How many operations, variables and constants it is written with; equal parts counted each time."""
    count: dict[Term, int] = {}
    for here in subterms(term):
        count[here] = 1 + sum(count[a] for a in here.args)
    return count[term]
