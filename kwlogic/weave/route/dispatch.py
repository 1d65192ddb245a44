"""From a prompt to a call: the route, its arguments, the kernel's ``requires`` checked on them, and the next candidate
where they do not hold.

The certificate speaks of the first candidate. A later one is tried only where, the ones before it ruled out, it is as
likely as the threshold asks; it is never called certified.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kwlogic.core.eval import EvalStop, Evaluator, NotExecutable
from kwlogic.core.program import Kernel, Program
from kwlogic.core.value import Value
from kwlogic.core.value_show import show_brief
from kwlogic.weave.route.arguments import ask_arguments
from kwlogic.weave.route.data import Route
from kwlogic.weave.route.features import words_of
from kwlogic.weave.route.prompts import PLACE
from kwlogic.weave.route.router import Router
from kwlogic.weave.route.slots import by_pattern, slots
from kwlogic.weave.run.backends import Backends

MAX_STEPS = 2_000_000
MOST_TRIED = 4
LEAST_WORDS = 2  # that a pattern must have beside its places, to decide alone


@dataclass(frozen=True, slots=True)
class Attempt:
    """One candidate. ``inputs`` None, or ``reason`` not empty: it was not taken, and why. ``by``: ``reading`` or ``model``.
    ``invented``: inputs of the model whose value does not stand in the prompt."""

    kernel: str
    probability: float
    inputs: Mapping[str, Value] | None = None
    by: str = ""
    reason: str = ""
    invented: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dispatch:
    """``route.kernel`` is the kernel that is taken, None where none is; ``inputs`` are its arguments then, None where it has
    no spec to read them by."""

    route: Route
    attempts: tuple[Attempt, ...]
    inputs: Mapping[str, Value] | None = None


async def dispatch(
    router: Router,
    prompt: str,
    program: Program,
    backends: Backends | None = None,
    patterns: Mapping[str, Sequence[str]] | None = None,
) -> Dispatch:
    """``backends``: whose model is asked for arguments that cannot be read; without one they are only read."""
    route = router.route(prompt)
    if route.kernel is None:
        route = _by_form(route, prompt, program, patterns or {})
    if route.kernel is None:
        return Dispatch(route, ())
    if route.kernel not in program.kernels:
        return Dispatch(route, (Attempt(route.kernel, route.probability, reason="it has no spec, so no arguments are read"),))
    attempts: list[Attempt] = []
    evaluator = Evaluator(program, MAX_STEPS)
    for name, probability in _order(route):
        kernel = program.kernels.get(name)
        if kernel is None:
            attempts.append(Attempt(name, probability, reason="it has no spec"))
            continue
        attempt = await _tried(prompt, kernel, probability, program, evaluator, backends, (patterns or {}).get(name, ()))
        attempts.append(attempt)
        if not attempt.reason:
            certified = route.certified and name == route.kernel
            return Dispatch(replace(route, kernel=name, probability=probability, certified=certified), tuple(attempts), attempt.inputs)
    reason = "; ".join(f"`{a.kernel}`: {a.reason}" for a in attempts)
    return Dispatch(replace(route, kernel=None, certified=False, reason=f"no candidate can be called: {reason}"), tuple(attempts))


def _by_form(route: Route, prompt: str, program: Program, patterns: Mapping[str, Sequence[str]]) -> Route:
    """The kernel of whose patterns the prompt is one, where that is one of the candidates only."""
    found = []
    for candidate in route.candidates:
        kernel = program.kernels.get(candidate.kernel)
        own = [p for p in patterns.get(candidate.kernel, ()) if len(words_of(PLACE.sub(" ", p))) >= LEAST_WORDS]
        if kernel is not None and own and by_pattern(prompt, kernel, program, own) is not None:
            found.append(candidate)
    if len(found) != 1:
        return route
    return replace(route, kernel=found[0].kernel, probability=found[0].probability, reason="it has the form of the kernel's own prompts")


def _order(route: Route) -> list[tuple[str, float]]:
    """The route, then the others that are likely enough once those before them are ruled out."""
    assert route.kernel is not None
    threshold = route.certificate.threshold if route.certificate is not None else 1.0
    found = [(route.kernel, route.probability)]
    left = 1.0 - route.probability
    for candidate in route.candidates:
        if candidate.kernel == route.kernel:
            continue
        likely = candidate.probability / left if left > 1e-9 else 0.0
        if likely < threshold or len(found) >= MOST_TRIED:
            break
        found.append((candidate.kernel, min(1.0, likely)))
        left -= candidate.probability
    return found


async def _tried(
    prompt: str,
    kernel: Kernel,
    probability: float,
    program: Program,
    evaluator: Evaluator,
    backends: Backends | None,
    patterns: Sequence[str],
) -> Attempt:
    if kernel.tparams:
        return Attempt(kernel.name, probability, reason="it is generic")
    inputs, by = slots(prompt, kernel, program, patterns), "reading"
    invented: tuple[str, ...] = ()
    if inputs is None:
        if backends is None:
            return Attempt(kernel.name, probability, reason="its arguments cannot be read out of the prompt, and no model is asked")
        asked = await ask_arguments(prompt, kernel, program, backends)
        if asked.inputs is None:
            return Attempt(kernel.name, probability, by="model", reason=f"no arguments: {asked.reason}")
        inputs, by, invented = asked.inputs, "model", asked.invented
    return Attempt(kernel.name, probability, inputs, by, broken_requires(kernel, inputs, evaluator), invented)


def broken_requires(kernel: Kernel, inputs: Mapping[str, Value], evaluator: Evaluator) -> str:
    """Which clause of ``requires`` the arguments break; empty where they keep them all. One that cannot be run is left to
    the run itself."""
    for clause in kernel.requires:
        try:
            if evaluator.holds(clause, inputs):
                continue
        except NotExecutable:
            continue
        except EvalStop as stop:
            return f"`{' '.join(clause.text.split())}` could not be checked: {stop}"
        values = ", ".join(f"{n} = {show_brief(v, 60)}" for n, v in inputs.items())
        return f"`{' '.join(clause.text.split())}` does not hold with {values}"
    return ""
