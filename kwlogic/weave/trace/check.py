"""Recorded tool calls against the contracts of the kernels that stand for the tools.

A kernel stands for the tool that its body names (``by tool "name"``), else for one of its own name. Arguments are decoded
strictly; other inputs come from what earlier calls had shown (see ``state``). Then every ``requires`` is evaluated, and
every ``ensures`` where the result was recorded whole. What cannot be judged is said to be so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kwlogic.core.codec import DecodeError, decode
from kwlogic.core.eval import EvalStop, Evaluator, NotExecutable
from kwlogic.core.program import Clause, Kernel, OracleBody, Origin, Program
from kwlogic.core.value import Value
from kwlogic.core.walk import free_vars
from kwlogic.weave.trace.data import ToolCall, Trace
from kwlogic.weave.trace.state import State, Unbound, projected, result_of

MAX_STEPS = 20_000_000


@dataclass(frozen=True, slots=True)
class Broken:
    """A clause that a call broke. ``refused``: the tool itself did not carry the call out."""

    trace: Trace
    call: ToolCall
    kernel: Kernel
    kind: str
    clause: Clause
    env: Mapping[str, Value]
    refused: bool


@dataclass(frozen=True, slots=True)
class Misfit:
    """A call whose arguments are no inputs of the kernel."""

    trace: Trace
    call: ToolCall
    kernel: Kernel
    reason: str
    refused: bool


@dataclass(frozen=True, slots=True)
class Unjudged:
    trace: Trace
    call: ToolCall
    kernel: Kernel
    reason: str
    clause: Clause | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """``calls``: how many calls stand for a kernel; ``others``: tools that no kernel stands for, with how often."""

    traces: tuple[Trace, ...]
    kernels: tuple[Kernel, ...]
    broken: tuple[Broken, ...]
    misfits: tuple[Misfit, ...]
    unjudged: tuple[Unjudged, ...]
    calls: int
    checked: int
    others: Mapping[str, int]

    def violating(self) -> list[Trace]:
        """Traces with a call that was carried out and broke a clause or did not fit."""
        ids = {id(b.trace) for b in self.broken if not b.refused} | {id(m.trace) for m in self.misfits if not m.refused}
        return [t for t in self.traces if id(t) in ids]

    def by_clause(self) -> list[tuple[str, str, int, int]]:
        """Kernel, clause, calls that broke it, and in how many traces; refused calls not counted."""
        found: dict[tuple[str, str], list[Broken]] = {}
        for item in self.broken:
            if not item.refused:
                found.setdefault((item.kernel.name.rpartition(".")[2], clause_name(item.kind, item.clause)), []).append(item)
        return [(k, c, len(items), len({id(i.trace) for i in items})) for (k, c), items in sorted(found.items())]


def clause_name(kind: str, clause: Clause) -> str:
    text = " ".join(clause.text.split())
    return f"{kind} {clause.label}" if clause.label else f"{kind} `{text if len(text) <= 60 else text[:57] + '...'}`"


def tool_of(kernel: Kernel) -> str:
    """The tool that a kernel stands for."""
    body = kernel.body
    if isinstance(body, OracleBody) and body.kind == "tool" and all(isinstance(p, str) for p in body.parts):
        return "".join(str(p) for p in body.parts)
    return kernel.name.rpartition(".")[2]


def check_traces(traces: Iterable[Trace], program: Program, kernels: Iterable[Kernel]) -> Report:
    """Hold traces against kernels of a program."""
    return _Checker(program, tuple(kernels)).report(tuple(traces))


class _Checker:
    def __init__(self, program: Program, kernels: tuple[Kernel, ...]) -> None:
        self.program = program
        self.evaluator = Evaluator(program, MAX_STEPS)
        self.kernels: dict[str, tuple[Kernel, ...]] = {}
        for kernel in kernels:
            if not kernel.tparams:
                self.kernels[tool_of(kernel)] = (*self.kernels.get(tool_of(kernel), ()), kernel)
        self.broken: list[Broken] = []
        self.misfits: list[Misfit] = []
        self.unjudged: list[Unjudged] = []

    def report(self, traces: tuple[Trace, ...]) -> Report:
        calls = checked = 0
        others: dict[str, int] = {}
        for trace in traces:
            made = trace.calls()
            for index, call in enumerate(made):
                if call.tool not in self.kernels:
                    others[call.tool] = others.get(call.tool, 0) + 1
                    continue
                calls += 1
                state = State(self.program, self.kernels, made[:index])
                judged = [self.check(trace, call, kernel, state) for kernel in self.kernels[call.tool]]
                checked += all(judged)
        used = tuple(k for ks in self.kernels.values() for k in ks)
        return Report(
            traces, used, tuple(self.broken), tuple(self.misfits), tuple(self.unjudged), calls, checked, dict(sorted(others.items()))
        )

    def check(self, trace: Trace, call: ToolCall, kernel: Kernel, state: State) -> bool:
        """Whether everything about the call could be judged."""
        inputs, missing = self.inputs(trace, call, kernel, state)
        if inputs is None:
            return False
        whole = self.clauses(trace, call, kernel, "requires", kernel.requires, inputs, missing)
        if call.error or not call.known or not kernel.ensures:
            return whole
        outputs = self.outputs(call, kernel)
        if isinstance(outputs, str):
            self.unjudged.append(Unjudged(trace, call, kernel, outputs))
            return False
        return self.clauses(trace, call, kernel, "ensures", kernel.ensures, {**inputs, **outputs}, missing) and whole

    def inputs(self, trace: Trace, call: ToolCall, kernel: Kernel, state: State) -> tuple[dict[str, Value] | None, dict[str, str]]:
        """The values of the inputs, None where the call does not fit; and why inputs that are no arguments have none."""
        missing: dict[str, str] = {}
        if not isinstance(call.arguments, dict):
            self.misfits.append(Misfit(trace, call, kernel, "the arguments are no object", bool(call.error)))
            return None, missing
        names = {p.name: p for p in kernel.inputs}
        unknown = [k for k in call.arguments if k not in names]
        if unknown:
            self.misfits.append(Misfit(trace, call, kernel, f"`{unknown[0]}` is no input of the kernel", bool(call.error)))
            return None, missing
        bound = state.bind(kernel, call.arguments)
        found: dict[str, Value] = {}
        for name, port in names.items():
            given = name in call.arguments
            document = call.arguments[name] if given else bound[name]
            if isinstance(document, Unbound):
                missing[name] = document.reason
                continue
            try:
                found[name] = decode(document if given else projected(document, port.type, self.program), port.type, self.program)
            except (DecodeError, ValueError) as error:
                where = str(error).replace("at $", f"at {name}", 1)
                if given:
                    self.misfits.append(Misfit(trace, call, kernel, where, bool(call.error)))
                    return None, missing
                missing[name] = f"an earlier result does not fit: {where}"
        return found, missing

    def outputs(self, call: ToolCall, kernel: Kernel) -> dict[str, Value] | str:
        found: dict[str, Value] = {}
        for port in kernel.outputs:
            document = result_of(call, kernel, port)
            if isinstance(document, Unbound):
                return document.reason
            try:
                found[port.name] = decode(projected(document, port.type, self.program), port.type, self.program)
            except (DecodeError, ValueError) as error:
                return f"the result does not fit: {str(error).replace('at $', f'at {port.name}', 1)}"
        return found

    def clauses(
        self,
        trace: Trace,
        call: ToolCall,
        kernel: Kernel,
        kind: str,
        clauses: tuple[Clause, ...],
        env: Mapping[str, Value],
        missing: Mapping[str, str],
    ) -> bool:
        """Judge each clause whose variables have values; False where one could not be judged."""
        reasons: dict[str, Clause] = {}
        for clause in clauses:
            absent = sorted(v.data for v in free_vars(clause.pred) if v.data in missing)
            if clause.origin is Origin.INVARIANT:  # the decoder has checked these
                continue
            if absent:
                reasons.setdefault(f"`{absent[0]}`: {missing[absent[0]]}", clause)
                continue
            try:
                if not self.evaluator.holds(clause, env):
                    self.broken.append(Broken(trace, call, kernel, kind, clause, env, bool(call.error)))
            except NotExecutable as stop:
                reasons[f"`{clause.text}` cannot be run: {stop.reason}"] = clause
            except EvalStop as stop:
                reasons[str(stop)] = clause
        self.unjudged += [Unjudged(trace, call, kernel, reason, clause) for reason, clause in reasons.items()]
        return not reasons
