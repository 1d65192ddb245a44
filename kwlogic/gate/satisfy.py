"""Does a Python function keep a kernel's contract? ``@kwlogic.satisfies("module.kernel")`` makes a test of it.

Inputs come from the contract, as plain Python values; outputs are encoded back and held against the ``ensures``. The seeds
are run first, each of them, then what Hypothesis draws under the profile in force.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings

from kwlogic.core.eval import Evaluator
from kwlogic.core.eval_data import EvalStop
from kwlogic.core.program import ExprBody, Kernel, Program
from kwlogic.core.value import Value, equal
from kwlogic.gate.inputs import Inputs
from kwlogic.gate.lookup import found_kernel
from kwlogic.gate.plain import DecodeError, from_plain, to_plain
from kwlogic.gate.problem import played
from kwlogic.gate.running import Ensures
from kwlogic.gate.words import shown

STEPS = 200_000
Env = dict[str, Value]


class Fails(Exception):
    """Raised by an implementation to say that the kernel fails, where its contract allows that."""


class NotSatisfied(AssertionError):
    """The contract is broken, or the implementation is flaky; the text says how."""


def satisfies(
    kernel: str | Kernel, program: Program | None = None, *, seeds: bool = True, options: settings | None = None
) -> Callable[[Callable[..., Any]], Callable[[], None]]:
    """A decorator that turns an implementation of a kernel into a test of it.

    The function takes the inputs by port name (or by position) and yields the output, or of several outputs a dict or tuple.
    """

    def decorate(function: Callable[..., Any]) -> Callable[[], None]:
        def test() -> None:
            found, of = found_kernel(kernel, program)
            Trial(found, of, function).run(seeds, options)

        test.__name__, test.__doc__, test.__module__ = getattr(function, "__name__", "test"), function.__doc__, function.__module__
        return test

    return decorate


class Trial:
    """One implementation against one contract."""

    def __init__(self, kernel: Kernel, program: Program, function: Callable[..., Any]) -> None:
        self.kernel, self.program, self.function = kernel, program, function
        self.evaluator = Evaluator(program, max_steps=STEPS)
        self.ensures = Ensures(program, kernel, self.evaluator)
        self.by_name = _by_name(kernel, function)

    def run(self, seeds: bool, options: settings | None) -> None:
        inputs = Inputs(self.program, self.kernel, seeds=seeds)
        for env in inputs.seeds:
            self.check(env)
        profile = options or settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
        profile(given(inputs.strategy())(lambda env: self.check(env)))()

    def check(self, inputs: Env) -> None:
        """Run the function twice on an input; raises NotSatisfied."""
        sure = self.ensures.admits(inputs)
        if sure is False:
            return
        first, broken = self._judged(inputs)
        second, again = self._judged(inputs)
        if (broken is None) is not (again is None) or (first is None) is not (second is None):
            raise NotSatisfied(self._text(inputs, "it is flaky: on the same input the contract holds only sometimes", first or second))
        if broken is not None:
            doubt = "" if sure else " (whether this input satisfies the requires cannot be run)"
            raise NotSatisfied(self._text(inputs, broken + doubt, first))
        if first is not None and second is not None and self._steady() and not all(equal(first[n], second[n]) for n in first):
            raise NotSatisfied(self._text(inputs, "it is flaky: the same input gives other outputs", first))

    def _steady(self) -> bool:
        return isinstance(self.kernel.body, ExprBody) or "deterministic" in self.kernel.flags

    def _judged(self, inputs: Env) -> tuple[Env | None, str | None]:
        """The outputs (None: it failed), and what is wrong with that."""
        try:
            outputs = self._outputs(self._called(inputs))
        except Fails as failure:
            return None, None if self._may_fail(inputs) else f"it fails where its contract does not say so: {failure}"
        except DecodeError as error:
            return {}, f"its result is no output of the kernel: {error}"
        broken = self.ensures.broken(inputs, outputs)
        return outputs, None if broken is None else broken.message

    def _called(self, inputs: Env) -> Any:
        plain = {p.name: to_plain(inputs[p.name], played(p.type), self.program) for p in self.kernel.inputs}
        return self.function(**plain) if self.by_name else self.function(*plain.values())

    def _outputs(self, result: Any) -> Env:
        ports = self.kernel.outputs
        if len(ports) == 1:
            named: Mapping[str, Any] = {ports[0].name: result}
        elif isinstance(result, Mapping):
            named = result
        elif isinstance(result, tuple) and len(result) == len(ports):
            named = {p.name: v for p, v in zip(ports, result)}
        else:
            names = ", ".join(p.name for p in ports)
            raise DecodeError("$", f"a dict or a tuple of the outputs ({names})", f"a `{type(result).__name__}`")
        missing = [p.name for p in ports if p.name not in named]
        if missing:
            raise DecodeError("$", f"the output `{missing[0]}`", ", ".join(named) or "nothing")
        return {p.name: from_plain(named[p.name], played(p.type), self.program) for p in ports}

    def _may_fail(self, inputs: Env) -> bool:
        if isinstance(self.kernel.body, ExprBody):
            return False
        try:
            return not self.kernel.fails or any(self.evaluator.eval(c.pred, inputs) is True for c in self.kernel.fails)
        except EvalStop:
            return False

    def _text(self, inputs: Env, message: str, outputs: Env | None) -> str:
        name = getattr(self.function, "__name__", "the function")
        lines = [f"`{name}` does not satisfy `{self.kernel.name}`: {message}"]
        lines.append("  inputs: " + shown(self.program, self.kernel.inputs, inputs))
        lines += ["  outputs: " + shown(self.program, self.kernel.outputs, outputs)] if outputs else []
        return "\n".join(lines)


def _by_name(kernel: Kernel, function: Callable[..., Any]) -> bool:
    """Whether the function takes the ports by their names; raises TypeError where it cannot take them at all."""
    try:
        params = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    names = [p.name for p in kernel.inputs]
    wanted = {p.name for p in params if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    if wanted >= set(names) or any(p.kind is p.VAR_KEYWORD for p in params):
        return True
    places = [p for p in params if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(places) == len(names) or any(p.kind is p.VAR_POSITIONAL for p in params):
        return False
    raise TypeError(f"`{kernel.name}` has the inputs ({', '.join(names)}), and the function takes ({', '.join(p.name for p in params)})")
