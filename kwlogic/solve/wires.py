"""Counterexamples to obligations of compositions: the wires are run, and nothing counts that does not break there.

Given are the inputs and what parts without a body yield, which may be anything that their contracts allow; the bodies of
expression kernels are run on it. It is a counterexample where everything holds that is known in the whole cone, and the goal
does not. A model that only a contract allows is none: the blame is then that contract's.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from kwlogic.compose.contract import Said
from kwlogic.compose.contract import Value as Wire
from kwlogic.core.eval_data import EvalStop, OutOfBudget
from kwlogic.core.terms import TRUE, Op, Term, mk_var
from kwlogic.core.types import INT, Type, subst_type, type_vars
from kwlogic.core.value import Value
from kwlogic.core.walk import subst_types
from kwlogic.solve.present import present
from kwlogic.solve.replay import NOT_VALID, Env, Replay, Replayer, clause_value
from kwlogic.solve.samples import Samples
from kwlogic.vc.data import Counterexample, Kind, Obligation

WORK = 200_000
"""Wires run and facts looked at, in all replays of one obligation."""
MOST = 40
"""Wires that a counterexample shows."""


class Wires:
    """One obligation's wires. ``run_vars``: those that are run, not given."""

    def __init__(self, replayer: Replayer, obligation: Obligation) -> None:
        self.replayer = replayer
        self.obligation = obligation
        self.samples = Samples(replayer.program)
        play = obligation.play
        played = None if play is None else play.played
        self.large = played is None
        types = _played_types(played.values) if played is not None else {}
        self.wires = tuple(_at_types(v, types) for v in played.values) if played is not None else ()
        self.hyps = tuple(replace(h, term=subst_types(h.term, types)) if types else h for h in played.hyps) if played is not None else ()
        self.work = WORK
        self.goal = subst_types(obligation.sequent.goal, types)
        self.vague = any(w.vague for w in self.wires)
        self.run_vars = tuple(w.var for w in self.wires if w.term is not None)

    @property
    def why_open(self) -> str:
        """Why no counterexample is to be had, where that is so."""
        if self.large:
            return "not proved from the contracts nearby; what comes before is too large to be run for a counterexample"
        if self.vague:
            names = ", ".join(f"`{w.var.data}`" for w in self.wires if w.vague)
            return f"what is known of {names} is not enough: an invariant or the contract of a hole would have to say more"
        return ""

    def replay(self, inputs: Env, skolems: list[Value]) -> Replay:
        self.work -= len(self.wires) + len(self.hyps)
        if self.large or self.vague or self.work < 0:
            return NOT_VALID
        try:
            env = self.run(inputs)
            if env is None or not all(self._holds(h, env) for h in self.hyps):
                return NOT_VALID
            broken = clause_value(self.replayer.evaluator(Kind.LINK), self.goal, env, skolems) is False
        except (EvalStop, ValueError, RecursionError, MemoryError) as stop:
            self.replayer.exhausted += isinstance(stop, OutOfBudget)
            return NOT_VALID
        return Replay(broken, True, tuple(env.items()))

    def _allowed(self, model: Env) -> bool:
        """Whether the model breaks the goal while everything that is said holds of it."""
        try:
            if any(str(w.var.data) not in model for w in self.wires) or not all(self._holds(h, model) for h in self.hyps):
                return False
            return clause_value(self.replayer.evaluator(Kind.LINK), self.goal, model, []) is False
        except (EvalStop, ValueError, RecursionError, MemoryError):
            return False

    def _holds(self, said: Said, env: Env) -> bool:
        evaluator = self.replayer.evaluator(Kind.LINK)
        if said.run is None:
            return evaluator.eval(said.term, env) is True
        pred, spoken = said.run
        return evaluator.eval(pred, {name: env[str(var.data)] for name, var in spoken.items() if str(var.data) in env}) is True

    def _value(self, term: Term, env: Env) -> Value:
        """A call of a kernel on wires is not compiled for each box anew."""
        evaluator = self.replayer.evaluator(Kind.LINK)
        if term.op is Op.CALL and term.data[0] in self.replayer.program.kernels and all(a.op is Op.VAR for a in term.args):
            return evaluator.call(term.data[0], [env[str(a.data)] for a in term.args])
        return evaluator.eval(term, env)

    def run(self, inputs: Env) -> Env | None:
        """The values of all wires; None where a given one is missing and its type has no simple value."""
        env: Env = dict(inputs)
        evaluator = self.replayer.evaluator(Kind.LINK)
        for wire in self.wires:
            name = str(wire.var.data)
            if wire.term is not None and (wire.when is TRUE or evaluator.eval(wire.when, env) is True):
                env[name] = self._value(wire.term, env)
            elif wire.term is not None or name not in env:
                value = self._any(wire.var.type)
                if value is None:
                    return None
                env[name] = value
        return env

    def _any(self, type: Type) -> Value | None:
        return next(iter(self.samples.small(type)), None)

    def shown(self, given: Env, note: str) -> Counterexample:
        """The values of the inputs and of every wire, as they come about."""
        env = self.run(given) or given
        inputs = [v for v in self._inputs if str(v.data) in env]
        same = {w.term for w in self.wires if w.term is not None and w.term.op is Op.VAR}
        rest = [w.var for w in self.wires if w.var not in self._inputs and w.var not in same and str(w.var.data) in env]
        return Counterexample(present(self.replayer.program, (*inputs, *rest[-MOST:]), env), (), note)

    @cached_property
    def _inputs(self) -> tuple[Term, ...]:
        kernel = self.replayer.program.kernels.get(self.obligation.declaration)
        names = {p.name for p in kernel.inputs} if kernel is not None else set()
        return tuple(v for v in self.obligation.sequent.vars if v.data in names and not type_vars(v.type))

    def blamed(self, model: Env) -> str | None:
        """The kernel whose contract a model uses for a value that its body does not yield; None where the contracts themselves
        do not allow what the model says."""
        if self.large or self.vague or not self._allowed(model):
            return None
        evaluator = self.replayer.evaluator(Kind.LINK)
        for wire in self.wires:
            name = str(wire.var.data)
            if wire.term is None or not wire.kernel or name not in model:
                continue
            try:
                if wire.when is not TRUE and evaluator.eval(wire.when, model) is not True:
                    continue
                if evaluator.eval(wire.term, model) != model[name]:
                    return wire.kernel
            except (EvalStop, ValueError, RecursionError, MemoryError):
                return None
        return None


def _played_types(values: tuple[Wire, ...]) -> dict[str, Type]:
    return dict.fromkeys((n for v in values for n in type_vars(v.var.type)), INT)


def _at_types(wire: Wire, types: dict[str, Type]) -> Wire:
    if not types:
        return wire
    var = mk_var(str(wire.var.data), subst_type(wire.var.type, types))
    term = None if wire.term is None else subst_types(wire.term, types)
    return replace(wire, var=var, term=term, when=subst_types(wire.when, types))
