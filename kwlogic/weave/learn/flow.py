"""A task with its steps: aligned calls become a graph of kernels, values that come from earlier results its wires.

What no input and no earlier result explains becomes an input of the task; what varies in the prompt is one, too. What the task answers comes
out of the wires, or out of a last step of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kwlogic.weave.learn.align import Aligned, Step, align
from kwlogic.weave.learn.asked import Asked, asked_of
from kwlogic.weave.learn.data import ABSENT, Body, Draft, Observation, Port, Shape, Task
from kwlogic.weave.learn.lift import lifted
from kwlogic.weave.learn.naming import Names, snake
from kwlogic.weave.learn.ports import typed_ports
from kwlogic.weave.learn.rows import inputs_of, outputs_of, result_of
from kwlogic.weave.learn.shapes import Misfit, normal
from kwlogic.weave.learn.sources import Found, Sources
from kwlogic.weave.learn.steps import candidate, step_kernel, with_contract
from kwlogic.weave.learn.workshop import Workshop


@dataclass
class _Flow:
    shop: Workshop
    task: Task
    aligned: Aligned
    asked: Asked
    names: Names
    sources: Sources
    answers: set[str]
    inputs: list[Port] = field(default_factory=list)
    values: dict[str, list[Any]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    wires: list[Port] = field(default_factory=list)
    calls: list[tuple[str, Draft, dict[str, str]]] = field(default_factory=list)
    dropped: list[tuple[str, str]] = field(default_factory=list)
    broken: str = ""


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
    flow = _Flow(shop, task, aligned, asked, names, Sources(shop.options.alpha), answers)
    _told_left_out(flow)
    for port in asked.ports:
        _know(flow, port, list(asked.values[port.name]))
    for step in aligned.steps:
        _step(flow, step)
    if flow.broken:
        shop.say("KW856", f"the task `{task.family}` is left out: {flow.broken}")
    elif flow.lines:
        _whole(flow)
    else:
        _single(flow)


def _told_left_out(flow: _Flow) -> None:
    total = len(flow.aligned.traces)
    for tool, count in flow.aligned.optional:
        flow.dropped.append((tool, f"a step of {count} of {total} traces only"))
    if flow.aligned.left:
        some = ", ".join(t.trace_id for t in flow.aligned.left[:5])
        flow.dropped.append(("traces", f"{len(flow.aligned.left)} take other steps than the rest and are left out: {some}"))


def _know(flow: _Flow, port: Port, values: list[Any]) -> None:
    flow.inputs.append(port)
    flow.values[port.name] = values
    flow.sources.add(port.name, port.shape, values)


# ---------------------------------------------------------------- steps


def _step(flow: _Flow, step: Step) -> None:
    kernel = flow.shop.tools.get(step.tool)
    if kernel is None:
        flow.broken = f"the step `{step.tool}` is part of it, and none of that tool's results was recorded whole"
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


def _source(flow: _Flow, port: Port, values: list[Any]) -> Found:
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


def _call(flow: _Flow, kernel: Draft, arguments: Mapping[str, str], roots: frozenset[str], results: list[Any]) -> None:
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


def _repeated(flow: _Flow, step: Step, kernel: Draft) -> None:
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
    flow.calls.append((wire.name, replace(kernel, clauses=()), {}))
    flow.wires.append(wire)
    flow.values[wire.name] = [ABSENT if ABSENT in r else r for r in results]
    if not any(ABSENT in r for r in results):
        flow.sources.add(wire.name, wire.shape, results)


# ---------------------------------------------------------------- the whole


def _outputs(flow: _Flow) -> tuple[tuple[Port, ...], list[dict[str, Any]]]:
    """What the task answers: recorded outputs, else nothing."""
    found = [outputs_of(t) for t in flow.aligned.traces]
    keys = list(dict.fromkeys(k for o in found for k in o))
    flow.names.taken -= flow.answers
    typed = typed_ports(
        {k: [o.get(k, ABSENT if not o else None) for o in found] for k in keys}, flow.shop.types, flow.names, flow.task.family
    )
    for key, reason in typed.lost:
        flow.shop.say("KW854", f"`{key}` of `{flow.task.family}`: {reason}")
    for index, (key, reason) in list(typed.wrong.items())[:5]:
        source = flow.aligned.traces[index].trace_id
        flow.shop.say("KW854", f"in trace {source}, `{key}` of `{flow.task.family}` is of another type than elsewhere: {reason}")
    return typed.ports, found


def _observations(flow: _Flow, outputs: Sequence[Port], found: Sequence[Mapping[str, Any]], known: Sequence[Port]) -> list[Observation]:
    rows = []
    for index, trace in enumerate(flow.aligned.traces):
        inputs = {p.name: flow.values[p.name][index] for p in known}
        if any(v is ABSENT for v in inputs.values()):
            continue
        result = {p.name: _one(found[index].get(p.key, ABSENT), p) for p in outputs}
        rows.append(Observation(trace.trace_id, inputs, result, trace.prompt))
    return rows


def _one(value: Any, port: Port) -> Any:
    if value is ABSENT:
        return None if port.shape.head == "Option" else ABSENT
    try:
        return normal(value, port.shape)
    except Misfit:
        return ABSENT


def _single(flow: _Flow) -> None:
    """A task without steps: one kernel."""
    outputs, found = _outputs(flow)
    if not outputs:
        flow.shop.say("KW852", f"no trace of `{flow.task.family}` has a result, so nothing is learnt of it")
        return
    missing = [t.trace_id for t, o in zip(flow.aligned.traces, found) if not o]
    if missing:
        flow.shop.say("KW852", f"{len(missing)} of {len(found)} traces of `{flow.task.family}` have no result: {', '.join(missing[:5])}")
    rows = [r for r in _observations(flow, outputs, found, flow.inputs) if any(v is not ABSENT for v in r.outputs.values())]
    if not rows:
        return
    name = flow.shop.names.fresh(snake(flow.task.family))
    draft = step_kernel(
        flow.shop,
        name,
        flow.inputs,
        outputs,
        rows,
        failed_rows(flow, outputs),
        flow.asked.prompt(),
        family=_family(flow),
        docs=_docs(flow),
    )
    flow.shop.keep(replace(draft, dropped=(*flow.dropped, *draft.dropped)))


def failed_rows(flow: _Flow, outputs: Sequence[Port]) -> list[Observation]:
    return flow.asked.failed_rows(flow.task.failed, flow.inputs, outputs)


def _family(flow: _Flow) -> str:
    """What prompts the kernel answers: a name that was only made from its tools says nothing about that."""
    return flow.task.family if any(t.prompt or t.family for t in flow.task.traces) else ""


def _docs(flow: _Flow) -> tuple[str, ...]:
    total = len(flow.aligned.traces)
    return (f"Learnt from {total} {'trace' if total == 1 else 'traces'} of {' '.join(flow.task.family.split())[:80]}.",)


def _whole(flow: _Flow) -> None:
    outputs, found = _outputs(flow)
    name = flow.shop.names.fresh(snake(flow.task.family))
    if outputs:
        _answer(flow, name, outputs, found)
    else:
        last = flow.wires[-1]
        outputs = (last,)
        found = [{last.key: v} for v in flow.values[last.name]]
    used = _mentioned("\n".join(flow.lines))
    inputs = [p for p in flow.inputs if p.name in used]
    rows = _observations(flow, outputs, found, inputs)
    rows = rows or [Observation(t.trace_id, {}, {}) for t in flow.aligned.traces if not inputs]
    draft = Draft(name, tuple(inputs), tuple(outputs), Body("graph", "\n".join(flow.lines)), tuple(rows), family=_family(flow))
    parts = tuple(dict.fromkeys(k.name for _, k, _ in flow.calls))
    draft = replace(draft, docs=_docs(flow), dropped=tuple(flow.dropped), calls=tuple(flow.calls), parts=parts)
    once = len({repr((r.inputs, r.outputs)) for r in rows}) == 1
    flow.shop.keep(lifted(candidate(draft) if once else with_contract(flow.shop, draft)))


def _answer(flow: _Flow, name: str, outputs: Sequence[Port], found: Sequence[Mapping[str, Any]]) -> None:
    """The last step: the outputs out of what is known by then."""
    known = [*flow.inputs, *(w for w in flow.wires if ABSENT not in flow.values[w.name])]
    rows = _observations(flow, outputs, found, known)
    rows = [r for r in rows if all(v is not ABSENT for v in r.outputs.values())] or rows
    answer = flow.shop.names.fresh(f"{name}_answer")
    direct = {p.name: flow.sources.find(p.key, p.shape, [r.outputs[p.name] for r in rows]) for p in outputs} if len(rows) > 1 else {}
    if direct and all(f is not None and f.roots for f in direct.values()):
        texts = [f.text for f in direct.values() if f is not None]
        body = Body("expression", texts[0] if len(texts) == 1 else f"({', '.join(texts)})")
        draft = Draft(answer, tuple(known), tuple(outputs), body, tuple(rows))
        draft = with_contract(flow.shop, draft)
    else:
        draft = step_kernel(flow.shop, answer, known, outputs, rows, (), flow.asked.prompt([w.name for w in flow.wires if w in known]))
    if draft.body.kind == "expression":
        used = _mentioned(draft.body.text)
        kept = tuple(p for p in draft.inputs if p.name in used) or draft.inputs[:1]
        names = {p.name for p in (*kept, *outputs)}
        rows_kept = tuple(replace(r, inputs={p.name: r.inputs[p.name] for p in kept}) for r in draft.rows)
        draft = replace(draft, inputs=kept, rows=rows_kept, clauses=tuple(c for c in draft.clauses if c.roots <= names))
    draft = replace(draft, docs=(f"What `{name}` answers, from what its steps found.",))
    flow.shop.keep(draft)
    given = ", ".join(f"{p.name} = {p.name}" for p in draft.inputs)
    last = flow.wires[-1].name
    after = "" if any(p.name == last for p in draft.inputs) else f" after {last}"
    target = outputs[0].name if len(outputs) == 1 else f"({', '.join(p.name for p in outputs)})"
    flow.lines.append(f"{target} <- {draft.name}({given}){after};")
    flow.calls.append((outputs[0].name, draft, {p.name: p.name for p in draft.inputs}))


def _mentioned(text: str) -> set[str]:
    import re

    return set(re.findall(r"[A-Za-z_][A-Za-z0-9_']*", re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)))
