"""What the gate says of what it found: diagnostics with the input, the outputs, and one command that shows it again."""

from __future__ import annotations

import shlex

from kwlogic.core.program import Kernel, Program
from kwlogic.core.value import Value
from kwlogic.core.value_show import show_value
from kwlogic.gate.cases import case_line
from kwlogic.gate.data import Case, Finding
from kwlogic.gate.problem import played
from kwlogic.gate.running import Break
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic

LONG = 300
CODES = {
    "determinism": "KW604",
    "flaky": "KW604",
    "codec": "KW605",
    "enforcement": "KW606",
    "rollback": "KW607",
}


def finding(program: Program, kernel: Kernel, broken: Break, proved: bool, kept: bool = False, plays: Case | None = None) -> Finding:
    """What a break amounts to. ``proved``: a proof says that this cannot be; ``kept``: it broke before."""
    case = plays or Case(kernel.name, broken.inputs)
    if not broken.sure:
        return unsure(program, kernel, broken, case)
    name = kernel.name.rpartition(".")[2]
    code = CODES.get(broken.kind) or ("KW602" if proved else "KW603" if kept else "KW601")
    message = {
        "KW601": f"`{name}` breaks its contract: {broken.message}",
        "KW602": f"a run of `{name}` breaks what is proved of it: {broken.message}",
        "KW603": f"`{name}` breaks its contract on a kept case: {broken.message}",
        "KW604": f"`{name}` is not deterministic: {broken.message}",
        "KW605": f"a port of `{name}` has no faithful JSON: {broken.message}",
        "KW606": f"enforcement failed in `{name}`: {broken.message}",
        "KW607": f"`{name}` leaves traces of a failed run: {broken.message}",
    }[code]
    help = "this is a defect of kwlogic: please report it with the command below" if code == "KW602" else None
    notes = (*_values(program, kernel, broken, case), f"again: {command(program, kernel, case)}")
    return Finding(diagnostic(code, message, broken.span or kernel.name_span, _LABELS.get(broken.kind, ""), notes=notes, help=help), case)


_LABELS = {"ensures": "false in this run", "partial": "undefined in this run", "link": "not so in this run"}


def _values(program: Program, kernel: Kernel, broken: Break, case: Case) -> tuple[str, ...]:
    found = ["inputs: " + shown(program, kernel.inputs, broken.inputs)]
    for play in case.plays or ():
        ports = program.kernels[play.kernel].outputs
        answer = "failed" if play.outputs is None else "answered " + shown(program, ports, play.outputs)
        found.append(f"`{play.kernel.rpartition('.')[2]}` {answer}")
    if broken.outputs:
        found.append("outputs: " + shown(program, kernel.outputs, broken.outputs))
    return tuple(found)


def shown(program: Program, ports: tuple[object, ...], values: dict[str, Value]) -> str:
    parts = [
        f"{p.name} = {show_value(values[p.name], played(p.type), program, LONG)}"  # type: ignore[attr-defined]
        for p in ports
        if p.name in values  # type: ignore[attr-defined]
    ]
    return ", ".join(parts) or "none"


def command(program: Program, kernel: Kernel, case: Case) -> str:
    """One command that runs the case again."""
    name = kernel.name.rpartition(".")[2]
    line = case_line(case, program).removeprefix(f"{name} ")
    return f"kwlogic gate {shlex.quote(f'{kernel.span.file}::{name}')} --replay {shlex.quote(line)}"


def unsure(program: Program, kernel: Kernel, broken: Break, case: Case) -> Finding:
    """A run in which something is false, though whether the contract speaks of that run could not be evaluated."""
    name = kernel.name.rpartition(".")[2]
    message = f"a run of `{name}` may break its contract: {broken.message}"
    help = "an unbounded quantifier stands before it, which no run can decide: the check may"
    notes = (*_values(program, kernel, broken, case), f"again: {command(program, kernel, case)}")
    return Finding(diagnostic("KW621", message, broken.span or kernel.name_span, "perhaps", notes=notes, help=help), undecided=True)


def starved(kernel: Kernel, runs: int) -> Finding:
    """Inputs were hardly found."""
    name = kernel.name.rpartition(".")[2]
    few = f"only {runs}" if runs else "no"
    message = f"{few} inputs were found that satisfy the requires of `{name}`, so its contract was hardly run"
    span = kernel.requires[0].span if kernel.requires else kernel.name_span
    help = "record an input with an `example`, or say the requires by bounds, lengths and memberships"
    return Finding(diagnostic("KW611", message, span, "rarely satisfied", help=help), undecided=True)


def slow(kernel: Kernel, count: int, what: str) -> Finding:
    name = kernel.name.rpartition(".")[2]
    message = f"{count} {what} of `{name}` used up their steps, so nothing is known of them"
    return Finding(diagnostic("KW612", message, kernel.name_span, "goes on and on", help="`--steps` allows more"), undecided=True)


def unanswerable(kernel: Kernel, oracle: Kernel, count: int) -> Finding:
    name = oracle.name.rpartition(".")[2]
    message = f"no output was found that the ensures of `{name}` allow, in {count} runs"
    label = "can an answer satisfy this at all?"
    span = oracle.ensures[0].span if oracle.ensures else oracle.name_span
    return Finding(diagnostic("KW618", message, span, label, help="where none can, the kernel can only fail"), undecided=True)


def always_fails(kernel: Kernel, reason: str) -> Finding:
    name = kernel.name.rpartition(".")[2]
    message = f"`{name}` failed every time it was asked: {reason}"
    help = "see that what it calls is there and allowed"
    return Finding(diagnostic("KW619", message, kernel.name_span, "never answers", help=help), undecided=True)


def never_finishes(kernel: Kernel, runs: int, reason: str) -> Finding:
    name = kernel.name.rpartition(".")[2]
    message = f"none of {runs} runs of `{name}` came to outputs: {reason}"
    return Finding(diagnostic("KW620", message, kernel.name_span, "always fails"), undecided=True)


def contradiction(kernel: Kernel, core: frozenset[str]) -> Finding:
    """No input satisfies the requires."""
    from kwlogic.source.data import Label

    name = kernel.name.rpartition(".")[2]
    numbers = sorted(int(c.partition(":")[2]) for c in core if c.startswith("requires:"))
    clauses = [kernel.requires[i] for i in numbers if i < len(kernel.requires)] or list(kernel.requires)
    first, *others = clauses
    message = f"no input satisfies the requires of `{name}`, so there is nothing to run"
    labels = tuple(Label(c.span, "clashes with this") for c in others)
    label = "cannot hold together with the others" if others else "never holds"
    return Finding(diagnostic("KW610", message, first.span, label, *labels, help="weaken or remove one of them"))


def stale(problem: Diagnostic) -> Finding:
    return Finding(problem)
