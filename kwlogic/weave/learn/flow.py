"""A task with its steps: aligned calls become a graph of kernels, values that come from earlier results its wires.

What no input and no earlier result explains becomes an input of the task; what varies in the prompt is one, too. What the task answers comes
out of the wires, or out of a last step of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kwlogic.weave.learn.align import Aligned, Step, align
from kwlogic.weave.learn.asked import asked_of
from kwlogic.weave.learn.data import ABSENT, Draft, Port, Shape, Task
from kwlogic.weave.learn.finish import single, whole_graph
from kwlogic.weave.learn.flow_data import Flow
from kwlogic.weave.learn.naming import Names, snake
from kwlogic.weave.learn.rows import inputs_of, outputs_of, result_of
from kwlogic.weave.learn.shapes import Misfit, normal
from kwlogic.weave.learn.sources import Found, Sources
from kwlogic.weave.learn.workshop import Workshop


def task_kernels(shop: Workshop, task: Task) -> None:
    """Adds the kernels of a task."""
    aligned = align(task.traces) if any(t.calls() for t in task.traces) else Aligned(task.traces, (), (), ())
    traces = aligned.traces
    if not traces:
        return
    names = Names()
    given = {snake(k, "value") for t in traces for k in inputs_of(t)}
    answers = {snake(k, "value") for t in traces for k in outputs_of(t)} - given
    names.taken |= answers
    asked = asked_of(shop, traces, names, task)
    flow = Flow(shop, task, aligned, asked, names, Sources(shop.options.alpha), answers)
    _told_left_out(flow)
    for port in asked.ports:
        _know(flow, port, list(asked.values[port.name]))
    for step in aligned.steps:
        _step(flow, step)
    if flow.broken:
        shop.say("KW856", f"the task `{task.family}` is left out: {flow.broken}")
    elif flow.lines:
        whole_graph(flow)
    else:
        single(flow)


def _told_left_out(flow: Flow) -> None:
    total = len(flow.aligned.traces)
    for tool, count in flow.aligned.optional:
        flow.dropped.append((tool, f"a step of {count} of {total} traces only"))
    if flow.aligned.left:
        some = ", ".join(t.trace_id for t in flow.aligned.left[:5])
        flow.dropped.append(("traces", f"{len(flow.aligned.left)} take other steps than the rest and are left out: {some}"))


def _know(flow: Flow, port: Port, values: list[Any]) -> None:
    flow.inputs.append(port)
    flow.values[port.name] = values
    flow.sources.add(port.name, port.shape, values)


# ---------------------------------------------------------------- steps


def _step(flow: Flow, step: Step) -> None:
    kernel = flow.shop.tools.get(step.tool)
    if kernel is None:
        flow.broken = f"the step `{step.tool}` is part of it, and no result of that tool was recorded whole and could be typed"
        return
    if step.repeated:
        _repeated(flow, step, kernel)
        return
    calls = [c[0] for c in step.calls]
    arguments: dict[str, str] = {}
    before: list[tuple[Port, Found]] = []
    for port in kernel.inputs:
        values = _read([c.arguments.get(port.key) for c in calls], port)
        if values is None:
            flow.broken = f"values of `{port.key}` of the step `{step.tool}` do not fit its type"
            return
        before.append((port, _source(flow, port, values)))
    arguments = {p.name: f.text for p, f in before}
    results = _results([result_of(c) for c in calls], kernel.outputs[0])
    _call(flow, kernel, arguments, frozenset(r for _, f in before for r in f.roots), results)


def _read(values: Sequence[Any], port: Port) -> list[Any] | None:
    try:
        return [normal(v, port.shape) for v in values]
    except Misfit:
        return None


def _results(values: Sequence[Any], port: Port) -> list[Any]:
    found: list[Any] = []
    for value in values:
        try:
            found.append(value if value is ABSENT else normal(value, port.shape))
        except Misfit:
            found.append(ABSENT)
    return found


def _source(flow: Flow, port: Port, values: list[Any]) -> Found:
    """Where the values come from; a new input of the task where nothing known explains them."""
    found = flow.sources.find(port.key, port.shape, values)
    if found is not None:
        return found
    fresh = Port(flow.names.fresh(port.name), port.shape, port.key)
    _know(flow, fresh, values)
    return Found(fresh.name, frozenset((fresh.name,)))


def _wire_name(kernel: Draft) -> str:
    name = snake(kernel.body.text, "tool")
    words = name.split("_")
    return "_".join(words[1:]) if len(words) > 1 else f"{name}_result"


def _call(flow: Flow, kernel: Draft, arguments: Mapping[str, str], roots: frozenset[str], results: list[Any]) -> None:
    output = kernel.outputs[0]
    wire = Port(flow.names.fresh(snake(_wire_name(kernel), "value")), output.shape, output.key)
    given = ", ".join(f"{n} = {e}" for n, e in arguments.items())
    last = flow.wires[-1].name if flow.wires else ""
    after = f" after {last}" if last and last not in roots else ""
    flow.lines.append(f"{wire.name} <- {kernel.name}({given}){after};")
    flow.calls.append((wire.name, kernel, dict(arguments)))
    flow.wires.append(wire)
    flow.values[wire.name] = results
    if ABSENT not in results:
        flow.sources.add(wire.name, wire.shape, results)


def _repeated(flow: Flow, step: Step, kernel: Draft) -> None:
    """A step that is taken once for each item of a known list is a `map`; any other repetition is left out."""
    arguments: dict[str, str] = {}
    roots: frozenset[str] = frozenset()
    for port in kernel.inputs:
        lists = [_read([c.arguments.get(port.key) for c in calls], port) for calls in step.calls]
        lifted = Shape("List", (port.shape,))
        found = None if any(v is None for v in lists) else flow.sources.find(port.key, lifted, lists)
        if found is None:
            counts = f"{min(map(len, step.calls))} to {max(map(len, step.calls))}"
            flow.dropped.append((step.tool, f"repeated {counts} times, over no list that is known before"))
            return
        arguments[port.name] = found.text
        roots |= found.roots
    output = kernel.outputs[0]
    wire = Port(flow.names.fresh(f"{snake(_wire_name(kernel), 'value')}_list"), Shape("List", (output.shape,)), output.key)
    results = [_results([result_of(c) for c in calls], output) for calls in step.calls]
    given = ", ".join(f"{n} = {e}" for n, e in arguments.items())
    last = flow.wires[-1].name if flow.wires else ""
    after = f" after {last}" if last and last not in roots else ""
    flow.lines.append(f"{wire.name} <- map {kernel.name}({given}){after};")
    flow.calls.append((wire.name, replace(kernel, clauses=()), dict(arguments)))
    flow.wires.append(wire)
    flow.values[wire.name] = [ABSENT if ABSENT in r else r for r in results]
    if not any(ABSENT in r for r in results):
        flow.sources.add(wire.name, wire.shape, results)
