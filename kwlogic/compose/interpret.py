"""The reference interpreter of kernels and compositions: order, contracts at every step, failure, and rollback.

Coroutines over an ``Environment`` (``compose.running``). With one whose calls never wait, ``now`` runs them without an
event loop. No output that breaks a clause leaves a kernel: an oracle's makes that kernel fail. A clause that cannot
be run (an unbounded quantifier) is passed over, and the environment told.
"""

from __future__ import annotations

from collections.abc import Coroutine, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from kwlogic.compose.data import INPUT, Box, Check, Composition, Dag, Missing, Part, Pure, Wire
from kwlogic.compose.regions import run_region
from kwlogic.compose.running import Broken, Done, Environment, Failed, Fault, Ports, Stopped, Where
from kwlogic.compose.wiring_to_dag import composition_of
from kwlogic.core.eval import EvalStop, Evaluator, NotExecutable
from kwlogic.core.eval_fail import results_env
from kwlogic.core.program import Clause, ComposeBody, ExprBody, Kernel, Program
from kwlogic.core.value import Value
from kwlogic.core.wiring import Wiring

T = TypeVar("T")
Log = list[Done]


def now(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    coroutine.close()
    raise RuntimeError("a call waited in an environment where nothing may")


class Interpreter:
    """Runs kernels of one program in one environment."""

    def __init__(self, program: Program, environment: Environment, max_steps: int = 10_000_000) -> None:
        self.program = program
        self.environment = environment
        self.evaluator = Evaluator(program, max_steps, checked=True)
        self.composition = lru_cache(maxsize=None)(self._composition)

    async def run(self, kernel: Kernel, inputs: Ports, where: Where | None = None) -> Ports:
        """The outputs of a kernel, every clause held. Raises Failed (what it wrote has been rolled back) or Broken."""
        return await self.kernel(kernel, inputs, where or Where(), [])

    async def kernel(self, kernel: Kernel, inputs: Ports, where: Where, log: Log) -> Ports:
        """As ``run``; ``log`` gains what a later failure has to roll back."""
        self.environment.note("started", where, kernel, {"inputs": inputs})
        faults = self.faults(kernel.requires, inputs, where, kernel)
        if faults:
            raise Broken(f"`{_short(kernel)}` was started outside of its requires", where, faults, kernel.name)
        inner: Log = []
        try:
            outputs = await self._outputs(kernel, inputs, where, inner)
        except Stopped as stop:
            self.environment.note("failed", where, kernel, {"reason": stop.reason})
            raise
        self.environment.note("finished", where, kernel, {"inputs": inputs, "outputs": outputs})
        if kernel.rollback is not None or not isinstance(kernel.body, ComposeBody):
            log.append(Done(kernel, inputs, outputs, where))
        else:
            log.extend(inner)
        return outputs

    async def _outputs(self, kernel: Kernel, inputs: Ports, where: Where, log: Log) -> Ports:
        match kernel.body:
            case ExprBody():
                outputs = self._evaluated(kernel, inputs, where)
            case ComposeBody():
                composition: Composition = self.composition(kernel.name)
                outputs = await self.dag(composition, len(composition.dags) - 1, inputs, where, log)
            case _:
                outputs = await self.environment.oracle(kernel, inputs, where, lambda o: self.broken(kernel, inputs, o, where))
        faults = self.broken(kernel, inputs, outputs, where)
        if not faults:
            return outputs
        message = f"the output of `{_short(kernel)}` breaks its contract"
        if isinstance(kernel.body, ComposeBody):
            await self.roll_back(log, where)
        if isinstance(kernel.body, ExprBody | ComposeBody):
            raise Broken(message, where, faults, kernel.name)
        raise Failed(message, where, faults, kernel.name)

    def broken(self, kernel: Kernel, inputs: Ports, outputs: Ports, where: Where) -> tuple[Fault, ...]:
        """The clauses that outputs break."""
        return self.faults(kernel.ensures, {**inputs, **outputs}, where, kernel)

    def faults(self, clauses: Sequence[Clause], env: Mapping[str, Value], where: Where, kernel: Kernel | None) -> tuple[Fault, ...]:
        """The clauses that are false; one that is undefined is."""
        found = []
        for clause in clauses:
            try:
                if not self.evaluator.holds(clause, env):
                    found.append(Fault(f"`{clause.text}` is false", clause, env, clause.span))
            except NotExecutable as stop:
                self.environment.note("skipped", where, kernel, {"clause": clause.text, "reason": stop.reason})
            except EvalStop as stop:
                found.append(Fault(f"`{clause.text}` has no value: {stop}", clause, env, clause.span))
        return tuple(found)

    def _evaluated(self, kernel: Kernel, inputs: Ports, where: Where) -> Ports:
        args = [inputs[p.name] for p in kernel.inputs]
        try:
            value = self.evaluator.call(kernel.name, args)
        except EvalStop as stop:
            raise Broken(f"the body of `{_short(kernel)}` has no value: {stop}", where, (), kernel.name) from stop
        env, _ = results_env(self.program, kernel.name, (*args, value))
        return {p.name: env[p.name] for p in kernel.outputs}

    def _composition(self, name: str) -> Composition:
        kernel = self.program.kernels[name]
        assert isinstance(kernel.body, ComposeBody)
        assert isinstance(kernel.body.wiring, Wiring)
        return composition_of(kernel.body.wiring, kernel)

    async def dag(self, composition: Composition, index: int, inputs: Ports, where: Where, log: Log) -> Ports:
        """The outputs of a dag. Where a box fails, what finished in it has been rolled back before Failed is raised."""
        dag = composition.dags[index]
        values: dict[Wire, Value] = {Wire(INPUT, p.name): inputs[p.name] for p in dag.inputs}
        finished: Log = []

        async def step(i: int) -> None:
            box = dag.boxes[i]
            given = {p.name: values[w] for p, w in zip(box.inputs, box.sources, strict=True)}
            outputs = await self.box(composition, box, given, where.at(box_name(dag, i)), finished)
            values.update((Wire(i, p.name), outputs[p.name]) for p in box.outputs)

        try:
            await self.environment.schedule(waits(dag), step)
        except Stopped as stop:
            stop.notes += await self.roll_back(finished, where)
            raise
        log.extend(finished)
        return {p.name: values[w] for p, w in dag.outputs}

    async def box(self, composition: Composition, box: Box, inputs: Ports, where: Where, log: Log) -> Ports:
        match box.what:
            case Part():
                return await self.kernel(self.program.kernels[box.what.kernel], inputs, where, log)
            case Pure():
                return {box.outputs[0].name: self.value(box.what.term, inputs, where)}
            case Check():
                return self._check(box.what, inputs, where)
            case Missing():
                raise Failed("a hole has no kernel to run", where)
            case _:
                return await run_region(self, composition, box, inputs, where, log)

    def value(self, term: Any, env: Mapping[str, Value], where: Where) -> Value:
        """The value of an expression between the steps; raises Broken where it has none."""
        try:
            return self.evaluator.eval(term, env)
        except EvalStop as stop:
            raise Broken(f"an expression has no value: {stop}", where) from stop

    def _check(self, check: Check, inputs: Ports, where: Where) -> Ports:
        faults = self.faults((check.pred,), inputs, where, None)
        if not faults:
            return {}
        if check.guard:
            raise Failed(f"the guard `{check.pred.text}` does not hold", where, faults)
        raise Broken(f"the assertion `{check.pred.text}` does not hold", where, faults)

    async def roll_back(self, log: Log, where: Where) -> list[str]:
        """Undoes finished steps, the last one first; says which could not be undone."""
        notes: list[str] = []
        while log:
            done = log.pop()
            if done.kernel.rollback is None:
                continue
            undo = self.program.kernels[done.kernel.rollback]
            at = done.where.at("rollback")
            given = {**done.inputs, **done.outputs}
            try:
                await self.kernel(undo, {p.name: given[p.name] for p in undo.inputs}, at, [])
                self.environment.note("rolled back", at, done.kernel, {})
            except Stopped as stop:
                notes.append(f"`{_short(done.kernel)}` was not undone: {stop.reason}")
        return notes


def waits(dag: Dag) -> list[frozenset[int]]:
    """For each box, those that come first."""
    return [frozenset((*(w.box for w in b.sources if w.box != INPUT), *b.after)) for b in dag.boxes]


def box_name(dag: Dag, index: int) -> str:
    """A name for a box that tells it from the others of its dag."""
    box = dag.boxes[index]
    what = box.what.kernel.rsplit(".", 1)[-1] if isinstance(box.what, Part) else type(box.what).__name__.lower()
    return f"{index}:{what}"


def _short(kernel: Kernel) -> str:
    return kernel.name.rsplit(".", 1)[-1]
