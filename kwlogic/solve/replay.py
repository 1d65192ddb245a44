"""Replaying a suspected counterexample in the reference evaluator: nothing is refuted that does not break there.

A replay runs the declaration itself on the inputs, with every check on: its ``requires`` must hold, and then the very
thing that the obligation is about must go wrong (a clause is false, or the operation at its place is undefined).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kwlogic.core.eval import Evaluator
from kwlogic.core.eval_data import EvalStop, NotExecutable, OutOfBudget, Violation
from kwlogic.core.program import BySteps, Clause, ExprBody, Fn, Kernel, Lemma, Param, Program, Refinement
from kwlogic.core.terms import Op, Term
from kwlogic.core.value import Con, Value
from kwlogic.source.records import dataclass
from kwlogic.vc.data import Kind, Obligation

if TYPE_CHECKING:
    from kwlogic.solve.wires import Wires

Env = dict[str, Value]
STEPS = 100_000
BRIEF = 5_000


@dataclass(frozen=True, slots=True)
class Replay:
    """``broken``: the obligation fails on these inputs. ``outputs``: what the body yielded. ``note``: what happened.
    ``valid``: the inputs satisfy the requires (False: the inputs prove nothing)."""

    broken: bool
    valid: bool
    outputs: tuple[tuple[str, Value], ...] = ()
    note: str = ""


NOT_VALID = Replay(False, False)


class Replayer:
    """Replays for one program; the evaluator compiles each body once. ``exhausted`` counts evaluations cut off by the
    step budget: who tries many values should lose patience with one that runs forever."""

    def __init__(self, program: Program, steps: int = STEPS) -> None:
        self.program = program
        self.steps = steps
        self._evaluator = Evaluator(program, max_steps=steps)
        self._measuring: Evaluator | None = None
        self.exhausted = 0
        self._wires: Wires | None = None
        self._brief: Replayer | None = None

    @property
    def brief(self) -> Replayer:
        """One that gives up soon: for looking through many values of which some may run forever."""
        if self._brief is None:
            self._brief = Replayer(self.program, BRIEF)
        return self._brief

    @property
    def steps_taken(self) -> int:
        """Steps of the evaluation that came last."""
        return self._evaluator.steps

    def evaluator(self, kind: Kind) -> Evaluator:
        if kind is not Kind.TERMINATION:
            return self._evaluator
        if self._measuring is None:
            self._measuring = Evaluator(self.program, max_steps=self.steps, check_termination=True)
        return self._measuring

    def replay(self, obligation: Obligation, inputs: Env, skolems: Env) -> Replay:
        """Run the obligation's declaration on ``inputs``; ``skolems`` feed a clause's own unbounded universals in order."""
        if obligation.play is not None:
            return self.wires(obligation).replay(inputs, list(skolems.values()))
        decl = declaration(self.program, obligation.declaration)
        if decl is None:
            return NOT_VALID
        evaluator = self.evaluator(obligation.kind)
        try:
            return _run(evaluator, decl, obligation, inputs, list(skolems.values()))
        except (EvalStop, RecursionError, MemoryError) as stop:
            self.exhausted += isinstance(stop, OutOfBudget)
            return NOT_VALID

    def wires(self, obligation: Obligation) -> Wires:
        """A composition's obligation, set up for running its wires."""
        from kwlogic.solve.wires import Wires

        if self._wires is None or self._wires.obligation is not obligation:
            self._wires = Wires(self, obligation)
        return self._wires

    def satisfies(self, clauses: tuple[Clause, ...], env: Env) -> bool:
        """All clauses evaluate to true."""
        try:
            return all(self._evaluator.eval(c.pred, env) is True for c in clauses)
        except (EvalStop, RecursionError, MemoryError) as stop:
            self.exhausted += isinstance(stop, OutOfBudget)
            return False

    def function(self, term: Term) -> Value:
        """The function value of a closed lambda."""
        return self._evaluator.eval(term, {})

    def holds(self, term: Term, env: Env) -> bool | None:
        """A term's truth; None where it cannot be evaluated."""
        try:
            return self._evaluator.eval(term, env) is True
        except (EvalStop, RecursionError, MemoryError) as stop:
            self.exhausted += isinstance(stop, OutOfBudget)
            return None


Decl = Fn | Kernel | Lemma | Refinement


def declaration(program: Program, name: str) -> Decl | None:
    found = program.fns.get(name) or program.kernels.get(name) or program.lemmas.get(name)
    return found or next((r for r in program.refinements if r.name == name), None)


def inputs_of(decl: Decl) -> tuple[Param, ...]:
    match decl:
        case Kernel():
            return decl.inputs
        case Refinement():
            return (decl.var,)
        case _:
            return decl.params


def requires_of(decl: Decl) -> tuple[Clause, ...]:
    return decl.clauses if isinstance(decl, Refinement) else decl.requires


def _run(evaluator: Evaluator, decl: Decl, obligation: Obligation, inputs: Env, skolems: list[Value]) -> Replay:
    env: Env = dict(inputs)
    for clause in requires_of(decl):
        stop = _attempt(evaluator, clause.pred, env, obligation)
        if isinstance(stop, Replay):
            return stop
        if stop is not True:
            return NOT_VALID
    if isinstance(decl, Refinement):
        return Replay(False, True)
    if obligation.kind is Kind.TERMINATION:
        return _descends(evaluator, decl, obligation, env)
    outputs: tuple[tuple[str, Value], ...] = ()
    body = _body(decl)
    if body is not None:
        value = _attempt(evaluator, body, env, obligation)
        if isinstance(value, Replay):
            return value
        outputs = _outputs(decl, value)
        env.update(outputs)
    if isinstance(decl, Fn):
        for measure in decl.decreases:
            stop = _attempt(evaluator, measure, env, obligation)
            if isinstance(stop, Replay):
                return stop
    return _clauses(evaluator, decl, obligation, env, outputs, skolems)


def _descends(evaluator: Evaluator, decl: Decl, obligation: Obligation, env: Env) -> Replay:
    """Run the function itself, measuring every recursive call."""
    try:
        evaluator.call(decl.name, [env[p.name] for p in inputs_of(decl)])
    except Violation as violation:
        if _is_about(violation, obligation):
            return Replay(True, True, (), violation.message)
        raise
    return Replay(False, True)


def _body(decl: Decl) -> Term | None:
    match decl:
        case Fn():
            return decl.body
        case Kernel(body=ExprBody(term)):
            return term
        case Lemma(proof=BySteps(term)):
            return term
        case _:
            return None


def _outputs(decl: Decl, value: Value) -> tuple[tuple[str, Value], ...]:
    if isinstance(decl, Fn):
        return (("result", value),)
    if not isinstance(decl, Kernel):
        return ()
    if len(decl.outputs) == 1:
        return ((decl.outputs[0].name, value),)
    fields = value.fields if isinstance(value, Con) else ()
    return tuple((p.name, v) for p, v in zip(decl.outputs, fields, strict=True))


def _attempt(evaluator: Evaluator, term: Term, env: Env, obligation: Obligation) -> Value | Replay:
    """The value, or the replay where evaluation broke: at the obligation's own place or elsewhere."""
    try:
        return evaluator.eval(term, env)
    except Violation as violation:
        if _is_about(violation, obligation):
            return Replay(True, True, (), violation.message)
        raise


def _is_about(violation: Violation, obligation: Obligation) -> bool:
    if obligation.kind is Kind.TERMINATION:
        return violation.kind == "termination"
    return violation.span == obligation.span and obligation.kind in _KINDS.get(violation.kind, ())


_KINDS = {
    "call": (Kind.CALL, Kind.PARTIAL),
    "requires": (Kind.CALL, Kind.PARTIAL),
    "partial": (Kind.PARTIAL,),
    "refinement": (Kind.REFINEMENT,),
    "assert": (Kind.PARTIAL, Kind.LEMMA, Kind.CALL),
}


def _clauses(
    evaluator: Evaluator,
    decl: Fn | Kernel | Lemma,
    obligation: Obligation,
    env: Env,
    outputs: tuple[tuple[str, Value], ...],
    skolems: list[Value],
) -> Replay:
    for index, clause in enumerate(decl.ensures):
        mine = obligation.clause == index and obligation.kind in (Kind.ENSURES, Kind.LEMMA, Kind.REFINEMENT)
        try:
            value = clause_value(evaluator, clause.pred, env, skolems if mine else [])
        except Violation as violation:
            if _is_about(violation, obligation):
                return Replay(True, True, outputs, violation.message)
            raise
        except NotExecutable:
            if mine:
                raise
            continue
        if mine:
            return Replay(value is False, True, outputs)
    return Replay(False, True, outputs)


def clause_value(evaluator: Evaluator, pred: Term, env: Env, skolems: list[Value]) -> Value:
    """The clause's value; its outermost unbounded universals take the given values, under implications too."""
    here = dict(env)
    waiting = list(skolems)
    while True:
        while pred.op is Op.AT:
            pred = pred.args[0]
        if pred.op is Op.FORALL and len(waiting) >= len(pred.data):
            for name, _ in pred.data:
                here[name] = waiting.pop(0)
            pred = pred.args[0]
        elif pred.op is Op.IMPLIES and waiting:
            if evaluator.eval(pred.args[0], here) is not True:
                return True
            pred = pred.args[1]
        else:
            return evaluator.eval(pred, here)
