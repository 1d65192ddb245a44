"""One run of one kernel on one input: what breaks, if anything does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice, product

from kwlogic.core.eval import Evaluator
from kwlogic.core.eval_data import EvalStop, NotExecutable, OutOfBudget, Violation
from kwlogic.core.eval_static import Runnable
from kwlogic.core.logic import erase
from kwlogic.core.program import Clause, Kernel, Program
from kwlogic.core.terms import Op, Term
from kwlogic.core.types import Type
from kwlogic.core.value import Con, Value, equal
from kwlogic.gate.heights import Heights
from kwlogic.gate.patient import Patient
from kwlogic.gate.problem import played
from kwlogic.solve.samples import Samples
from kwlogic.source.data import Span

Env = dict[str, Value]
INSTANCES = 40
POOL = 8


@dataclass(frozen=True, slots=True)
class Break:
    """What went wrong in a run. ``kind``: ensures, partial, codec, determinism, requires, enforcement, flaky, rollback.
    ``clause``: the index of the ensures that is false. ``span``: where the diagnostic points. ``sure`` False: whether the
    contract says anything about this run could not be evaluated."""

    kind: str
    inputs: Env
    outputs: Env
    message: str
    span: Span | None = None
    clause: int | None = None
    sure: bool = True


class Slow(Exception):
    """A run that used up its steps."""


def admitted(evaluator: Evaluator, requires: Iterable[Clause], env: Env) -> bool:
    """All requires hold; those that cannot be run (unbounded quantifiers) count as held."""
    for clause in requires:
        try:
            if evaluator.eval(clause.pred, env) is not True:
                return False
        except NotExecutable:
            continue
        except (EvalStop, RecursionError, MemoryError):
            return False
    return True


def outputs_of(kernel: Kernel, value: Value) -> Env:
    if len(kernel.outputs) == 1:
        return {kernel.outputs[0].name: value}
    fields = value.fields if isinstance(value, Con) else ()
    return {p.name: v for p, v in zip(kernel.outputs, fields)}


class Runner:
    """Runs of one expression kernel. ``slow`` counts runs that used up their steps, ``skipped`` clauses never evaluated."""

    def __init__(self, program: Program, kernel: Kernel, steps: int) -> None:
        self.program, self.kernel = program, kernel
        self.evaluator = Patient(program, max_steps=steps)
        self.again = Evaluator(program, max_steps=steps)
        self.ensures = Ensures(program, kernel, self.evaluator)
        self.slow = 0
        self.runs = 0

    def run(self, inputs: Env) -> Break | None:
        """Run the body; None where nothing is wrong."""
        self.runs += 1
        sure = self.ensures.admits(inputs)
        broken = None if sure is False else self._run(inputs)
        return broken if sure or broken is None else replace(broken, sure=False)

    def _run(self, inputs: Env) -> Break | None:
        args = [inputs[p.name] for p in self.kernel.inputs]
        try:
            value = self.evaluator.call(self.kernel.name, args)
        except Violation as violation:
            return Break("partial", inputs, {}, violation.message, violation.span)
        except (OutOfBudget, RecursionError, MemoryError):
            self.slow += 1
            return None
        except EvalStop:
            return None
        outputs = outputs_of(self.kernel, value)
        return self.ensures.broken(inputs, outputs) or self._round_trip(inputs, outputs) or self._repeated(inputs, args, outputs, value)

    def _round_trip(self, inputs: Env, outputs: Env) -> Break | None:
        return round_trip(self.program, self.kernel, inputs, outputs)

    def _repeated(self, inputs: Env, args: list[Value], outputs: Env, value: Value) -> Break | None:
        if self.runs % 10 != 1:
            return None
        try:
            same = equal(self.again.call(self.kernel.name, args), value)
        except (EvalStop, RecursionError, MemoryError):
            same = False
        return None if same else Break("determinism", inputs, outputs, "a second run on the same input yields something else")


def round_trip(program: Program, kernel: Kernel, inputs: Env, outputs: Env) -> Break | None:
    """JSON and back is the identity on every port."""
    from kwlogic.core.codec import DecodeError, decode_text
    from kwlogic.core.codec_encode import encode_text

    for port in (*kernel.inputs, *kernel.outputs):
        values = inputs if port in kernel.inputs else outputs
        if port.name not in values:
            continue
        type = played(port.type)
        try:
            text = encode_text(values[port.name], type, program)
            back = decode_text(text, type, program)
        except (DecodeError, ValueError) as error:
            return Break("codec", inputs, outputs, f"the value of `{port.name}` does not survive JSON: {error}", port.span)
        if not equal(back, values[port.name]):
            return Break("codec", inputs, outputs, f"the value of `{port.name}` comes back from JSON changed", port.span)
    return None


class Ensures:
    """The ensures of a kernel, evaluated: unbounded quantifiers in front are tried on values that occur nearby."""

    def __init__(self, program: Program, kernel: Kernel, evaluator: Evaluator) -> None:
        self.program, self.kernel, self.evaluator = program, kernel, evaluator
        self.heights = Heights(program)
        self.samples = Samples(program)
        self.skipped: set[int] = set()
        self.vague = self._vague()

    def admits(self, inputs: Env) -> bool | None:
        """Whether the requires that cannot be run hold of inputs: False where an instance does not, None where none is found."""
        for index in sorted(self.vague):
            try:
                if not all(
                    self.evaluator.eval(b, here) is True for b, here in self._opened(erase(self.kernel.requires[index].pred), inputs)
                ):
                    return False
            except (EvalStop, RecursionError, MemoryError):
                continue
        return None if self.vague else True

    def _vague(self) -> frozenset[int]:
        """The requires with an unbounded quantifier that cannot be run."""
        runnable = Runnable(self.program, frozenset())
        return frozenset(i for i, c in enumerate(self.kernel.requires) if not runnable.term(c.pred))

    def broken(self, inputs: Env, outputs: Env) -> Break | None:
        env = {**inputs, **outputs}
        for index, clause in enumerate(self.kernel.ensures):
            try:
                if self._holds(index, clause, env):
                    continue
            except Violation as violation:
                return Break("partial", inputs, outputs, violation.message, violation.span)
            except (OutOfBudget, RecursionError, MemoryError):
                continue
            return Break("ensures", inputs, outputs, f"`{clause.text}` is false", clause.span, index)
        return None

    def _holds(self, index: int, clause: Clause, env: Env) -> bool:
        try:
            return self.evaluator.eval(clause.pred, env) is True
        except NotExecutable:
            return self._instances(index, erase(clause.pred), env)

    def _instances(self, index: int, pred: Term, env: Env) -> bool:
        """Whether the clause holds at some instances of its universals."""
        try:
            return all(self.evaluator.eval(body, here) is True for body, here in self._opened(pred, env))
        except NotExecutable:
            self.skipped.add(index)
            return True

    def _opened(self, pred: Term, env: Env) -> Iterator[tuple[Term, Env]]:
        stack = [(pred, env)]
        while stack:
            here, known = stack.pop()
            if here.op is Op.AND:
                stack.extend((a, known) for a in here.args)
            elif here.op is Op.IMPLIES:
                if self.evaluator.eval(here.args[0], known) is True:
                    stack.append((here.args[1], known))
            elif here.op is Op.FORALL:
                types = {p.name: played(p.type) for p in (*self.kernel.inputs, *self.kernel.outputs)}
                pools = [self._pool(played(t), known, types) for _, t in here.data]
                for values in islice(product(*pools), INSTANCES):
                    stack.append((here.args[0], {**known, **{n: v for (n, _), v in zip(here.data, values)}}))
            else:
                yield here, known

    def _pool(self, type: Type, env: Env, types: dict[str, Type]) -> list[Value]:
        near: dict[Type, list[Value]] = {}
        for name, value in env.items():
            if name in types:
                self.heights.note(value, types[name], near, POOL)
        return list(dict.fromkeys((*near.get(type, [])[:POOL], *self.samples.small(type)[:4])))[: POOL + 4]
