"""Runs of a composition with its oracles played: by outputs that their contracts allow, by failures that they allow, and by
outputs that break them, which enforcement must stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from hypothesis import reject

from kwlogic.compose.interpret import Interpreter, now
from kwlogic.compose.running import Broken, Failed, Fault, OneByOne, Ports, Stopped, Where
from kwlogic.core.eval_data import EvalStop
from kwlogic.core.program import Kernel, Program
from kwlogic.gate.data import Play
from kwlogic.gate.draw import Dead, Draw, Drawer, Maker
from kwlogic.gate.inputs import DEPTH, literals, outputs_problem
from kwlogic.gate.problem import Problem, played, problem_of
from kwlogic.gate.running import Break, Ensures, Env, round_trip

MOST_CALLS = 200
FAILS_ONE_IN = 4


class Undrawable(Exception):
    """No output of this oracle that its contract allows was found."""

    def __init__(self, kernel: Kernel, inputs: Env) -> None:
        super().__init__(kernel.name)
        self.kernel, self.inputs = kernel, inputs


@dataclass(slots=True)
class Stage:
    """What plays of one composition share. ``dead`` counts runs given up since an oracle had nothing to answer, by oracle;
    ``finished`` those that yielded outputs; ``reason``: why the last one that did not failed."""

    program: Program
    kernel: Kernel
    steps: int
    maker: Maker = field(init=False)
    interpreter: Interpreter = field(init=False)
    ensures: Ensures = field(init=False)
    dead: dict[str, int] = field(default_factory=dict)
    slow: int = 0
    finished: int = 0
    reason: str = ""
    _outputs: dict[tuple[str, bool], Problem] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.maker = Maker(self.program)
        self.interpreter = Interpreter(self.program, OneByOne(_nobody), self.steps)
        self.ensures = Ensures(self.program, self.kernel, self.interpreter.evaluator)

    def outputs(self, kernel: Kernel, any_at_all: bool = False) -> Problem:
        """The problem of an oracle's outputs, under its ensures or under nothing but their types."""
        key = (kernel.name, any_at_all)
        if key not in self._outputs:
            free = problem_of(self.program, [(p.name, p.type) for p in kernel.outputs], ())
            self._outputs[key] = free if any_at_all else outputs_problem(self.program, kernel)
        return self._outputs[key]


def _nobody(kernel: Kernel, inputs: Ports, where: Where) -> Ports:
    raise Failed("nobody plays", where)


class Cast(OneByOne):
    """An environment whose oracles are played; it remembers what they answered and what came of it."""

    def __init__(self, stage: Stage, answer: Callable[[Kernel, Ports, Where, Callable[[Ports], tuple[Fault, ...]]], Ports]) -> None:
        super().__init__(_nobody)
        self.stage, self.answer = stage, answer
        self.plays: list[Play] = []
        self.events: list[tuple[str, tuple[str, ...], str]] = []
        self.skipped: set[str] = set()

    async def oracle(self, kernel: Kernel, inputs: Ports, where: Where, check: Callable[[Ports], tuple[Fault, ...]]) -> Ports:
        if len(self.plays) >= MOST_CALLS:
            raise Failed("more calls than the gate plays", where)
        try:
            outputs = self.answer(kernel, inputs, where, check)
        except Failed:
            self.plays.append(Play(kernel.name, None))
            raise
        self.plays.append(Play(kernel.name, outputs))
        return outputs

    def note(self, kind: str, where: Where, kernel: Kernel | None, what: Mapping[str, object]) -> None:
        if kind == "skipped":
            self.skipped.add(str(what.get("clause")))
        self.events.append((kind, where.path, "" if kernel is None else kernel.name))


class Player:
    """Answers out of a drawing. ``break_at``: the number of the call whose outputs shall break the contract; ``fail_at``: of one
    that shall fail, and then others do now and again. Without either, all goes well."""

    def __init__(self, stage: Stage, draw: Draw, break_at: int | None = None, fail_at: int | None = None) -> None:
        self.stage = stage
        self.drawer = Drawer(stage.maker, draw)
        self.break_at, self.fail_at = break_at, fail_at
        self.calls = 0
        self.broken_at: tuple[str, ...] | None = None

    def __call__(self, kernel: Kernel, inputs: Ports, where: Where, check: Callable[[Ports], tuple[Fault, ...]]) -> Ports:
        number, self.calls = self.calls, self.calls + 1
        if number == self.break_at:
            outputs = self._breaking(kernel, inputs, check)
            if outputs is not None:
                self.broken_at = where.path
                return outputs
        undoing = bool(where.path) and where.path[-1] == "rollback"
        if not undoing and self._fails(number) and may_fail(self.stage, kernel, inputs):
            raise Failed(f"`{kernel.name.rpartition('.')[2]}` was played to fail", where)
        return self._allowed(kernel, inputs, check)

    def _fails(self, number: int) -> bool:
        if self.fail_at is None:
            return False
        return number == self.fail_at or self.drawer.choose(FAILS_ONE_IN) == FAILS_ONE_IN - 1

    def _allowed(self, kernel: Kernel, inputs: Ports, check: Callable[[Ports], tuple[Fault, ...]]) -> Ports:
        problem = self.stage.outputs(kernel)
        near = literals(problem.preds)
        for port in kernel.inputs:
            self.stage.maker.heights.note(inputs[port.name], played(port.type), near, 24)
        for _ in range(3):
            try:
                outputs = self.drawer.env(problem, inputs, near, DEPTH)
            except Dead:
                continue
            if not check(outputs):
                return outputs
        self.stage.dead[kernel.name] = self.stage.dead.get(kernel.name, 0) + 1
        if not may_fail(self.stage, kernel, inputs):
            reject()
        raise Failed("nothing that its contract allows was found", Where())

    def _breaking(self, kernel: Kernel, inputs: Ports, check: Callable[[Ports], tuple[Fault, ...]]) -> Ports | None:
        for _ in range(8):
            try:
                outputs = self.drawer.env(self.stage.outputs(kernel, any_at_all=True), {}, {}, DEPTH)
            except Dead:
                continue
            if check(outputs):
                return outputs
        return None


def may_fail(stage: Stage, kernel: Kernel, inputs: Ports) -> bool:
    """An oracle that declares no failure may always fail; else where it says so."""
    if not kernel.fails:
        return True
    try:
        return any(stage.interpreter.evaluator.eval(c.pred, inputs) is True for c in kernel.fails)
    except (EvalStop, RecursionError, MemoryError):
        return False


def replayed(plays: tuple[Play, ...]) -> Callable[[Kernel, Ports, Where, Callable[[Ports], tuple[Fault, ...]]], Ports]:
    """Answers as they were given before; a failure beyond them."""
    waiting = list(plays)

    def answer(kernel: Kernel, inputs: Ports, where: Where, check: Callable[[Ports], tuple[Fault, ...]]) -> Ports:
        while waiting and waiting[0].kernel != kernel.name:
            waiting.pop(0)
        play = waiting.pop(0) if waiting else None
        if play is None or play.outputs is None:
            raise Failed("it failed then", where)
        return play.outputs

    return answer


def run_composition(
    stage: Stage, inputs: Env, answer: Callable[[Kernel, Ports, Where, Callable[[Ports], tuple[Fault, ...]]], Ports]
) -> tuple[Break | None, Cast]:
    """One run; what is wrong with it, if anything is."""
    cast = Cast(stage, answer)
    sure = stage.ensures.admits(inputs)
    broken = None if sure is False else _run(stage, inputs, cast)
    return (broken if (sure and not cast.skipped) or broken is None else replace(broken, sure=False)), cast


def _run(stage: Stage, inputs: Env, cast: Cast) -> Break | None:
    stage.interpreter.environment = cast
    kernel = stage.kernel
    try:
        outputs = now(stage.interpreter.run(kernel, dict(inputs)))
    except Failed as failure:
        stage.reason = failure.reason
        return _failure(stage, inputs, failure, cast)
    except Broken as broken:
        return _broken(stage, inputs, broken, cast)
    except (RecursionError, MemoryError):
        stage.slow += 1
        return None
    stage.finished += 1
    return stage.ensures.broken(inputs, outputs) or round_trip(stage.program, kernel, inputs, outputs) or _order(inputs, cast)


def _broken(stage: Stage, inputs: Env, broken: Broken, cast: Cast) -> Break | None:
    if "more steps" in broken.reason or "too large" in broken.reason:
        stage.slow += 1
        return None
    fault = broken.faults[0] if broken.faults else None
    kernel = stage.kernel
    own = [i for i, c in enumerate(kernel.ensures) if fault is not None and c is fault.clause and broken.kernel == kernel.name]
    if own:
        outputs = {p.name: fault.env[p.name] for p in kernel.outputs if fault is not None and p.name in fault.env}
        return Break("ensures", inputs, outputs, fault.message if fault else broken.reason, kernel.ensures[own[0]].span, own[0])
    message = broken.reason + (f": {fault.message}" if fault is not None else "")
    return Break("link", inputs, {}, message, fault.span if fault is not None else None)


def _failure(stage: Stage, inputs: Env, failure: Failed, cast: Cast) -> Break | None:
    kernel = stage.kernel
    if kernel.fails and not may_fail(stage, kernel, inputs):
        message = f"it fails ({failure.reason}) on an input for which it does not say so"
        return Break("fails", inputs, {}, message, kernel.fails[0].span)
    return _left(stage, inputs, cast) or _order(inputs, cast)


def _left(stage: Stage, inputs: Env, cast: Cast) -> Break | None:
    """What a failed run wrote is restored: every finished step that writes is rolled back, or cannot be."""
    undone = {path[:-1] for kind, path, _ in cast.events if kind == "rolled back"}
    for kind, path, name in cast.events:
        part = stage.program.kernels.get(name)
        if kind != "finished" or part is None or not part.writes or "rollback" in path or path in undone:
            continue
        if any(path[: len(u)] == u for u in undone) or "irrevocable" in part.flags or part.name == stage.kernel.name:
            continue
        message = f"the run fails after `{name.rpartition('.')[2]}` has written, and nothing takes that back"
        return Break("rollback", inputs, {}, message, part.name_span)
    return None


def _order(inputs: Env, cast: Cast) -> Break | None:
    """Rollbacks run in the reverse order of what they undo."""
    finished: list[tuple[str, ...]] = []
    for kind, path, _ in cast.events:
        if kind == "finished" and "rollback" not in path:
            finished.append(path)
        elif kind == "rolled back":
            at = path[:-1]
            later = [p for p in finished[finished.index(at) + 1 :] if p in _still(cast, at)] if at in finished else []
            if later:
                return Break("rollback", inputs, {}, f"`{'/'.join(at)}` is rolled back before `{'/'.join(later[0])}`, which ran later")
            if at in finished:
                finished.remove(at)
    return None


def _still(cast: Cast, before: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Steps whose rollback comes after that of a step."""
    order = [path[:-1] for kind, path, _ in cast.events if kind == "rolled back"]
    return set(order[order.index(before) + 1 :])


def enforced(inputs: Env, player: Player, cast: Cast) -> Break | None:
    """An output that breaks its kernel's contract has gone no further than that kernel."""
    if player.broken_at is None:
        return None
    ended = [kind for kind, path, _ in cast.events if path == player.broken_at and kind in ("finished", "failed")]
    if ended == ["failed"]:
        return None
    return Break("enforcement", inputs, {}, "an output that breaks the contract of its kernel was let through")


__all__ = ["Player", "Stage", "Stopped", "enforced", "may_fail", "replayed", "run_composition"]
