"""What a task answers, and the kernel that answers it: one step where there are no others, else a graph and perhaps a last step of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kwlogic.weave.learn.data import ABSENT, Body, Draft, Observation, Port
from kwlogic.weave.learn.flow_data import Flow
from kwlogic.weave.learn.lift import lifted, names_in
from kwlogic.weave.learn.naming import snake
from kwlogic.weave.learn.ports import first_ones, typed_ports
from kwlogic.weave.learn.rows import outputs_of
from kwlogic.weave.learn.shapes import Misfit, normal
from kwlogic.weave.learn.steps import candidate, step_kernel, with_contract


def _outputs(flow: Flow) -> tuple[tuple[Port, ...], list[dict[str, Any]]]:
    """What the task answers: recorded outputs, else nothing."""
    found = [outputs_of(t) for t in flow.aligned.traces]
    keys = list(dict.fromkeys(k for o in found for k in o))
    flow.names.taken -= flow.answers
    columns = {k: [o.get(k, ABSENT if not o else None) for o in found] for k in keys}
    once = first_ones((o, *(v[i] for v in flow.values.values())) for i, o in enumerate(found))
    copied = frozenset(k for k, values in columns.items() if _copied(flow, values))
    typed = typed_ports(columns, flow.shop.types, flow.names, flow.task.family, once, copied)
    for key, reason in typed.lost:
        flow.shop.say("KW854", f"`{key}` of `{flow.task.family}`: {reason}")
    for index, (key, reason) in list(typed.wrong.items())[:5]:
        source = flow.aligned.traces[index].trace_id
        flow.shop.say("KW854", f"in trace {source}, `{key}` of `{flow.task.family}` is of another type than elsewhere: {reason}")
    return typed.ports, found


def _copied(flow: Flow, values: Sequence[Any]) -> bool:
    """Whether texts are always part of an input: then they are no enumeration, however few."""
    texts = [flow.values[p.name] for p in flow.inputs if p.shape.head == "String"]
    told = [(i, v) for i, v in enumerate(values) if isinstance(v, str)]
    return bool(told) and all(any(isinstance(t[i], str) and v in t[i] for t in texts) for i, v in told)


def _observations(flow: Flow, outputs: Sequence[Port], found: Sequence[Mapping[str, Any]], known: Sequence[Port]) -> list[Observation]:
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


def single(flow: Flow) -> None:
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
        _failed_rows(flow, outputs),
        flow.asked.prompt(),
        family=_family(flow),
        docs=_docs(flow),
    )
    flow.shop.keep(replace(draft, dropped=(*flow.dropped, *draft.dropped)))


def _failed_rows(flow: Flow, outputs: Sequence[Port]) -> list[Observation]:
    return flow.asked.failed_rows(flow.task.failed, flow.inputs, outputs)


def _family(flow: Flow) -> str:
    """What prompts the kernel answers: a name that was only made from its tools says nothing about that."""
    return flow.task.family if any(t.prompt or t.family for t in flow.task.traces) else ""


def _docs(flow: Flow) -> tuple[str, ...]:
    total = len(flow.aligned.traces)
    return (f"Learnt from {total} {'trace' if total == 1 else 'traces'} of {' '.join(flow.task.family.split())[:80]}.",)


def whole_graph(flow: Flow) -> None:
    outputs, found = _outputs(flow)
    name = flow.shop.names.fresh(snake(flow.task.family))
    if outputs:
        _answer(flow, name, outputs, found)
    else:
        last = flow.wires[-1]
        outputs = (last,)
        found = [{last.key: v} for v in flow.values[last.name]]
    used = {name for _, _, arguments in flow.calls for text in arguments.values() for name in names_in(text)}
    inputs = [p for p in flow.inputs if p.name in used]
    rows = _observations(flow, outputs, found, inputs)
    rows = rows or [Observation(t.trace_id, {}, {}) for t in flow.aligned.traces if not inputs]
    draft = Draft(name, tuple(inputs), tuple(outputs), Body("graph", "\n".join(flow.lines)), tuple(rows), family=_family(flow))
    parts = tuple(dict.fromkeys(k.name for _, k, _ in flow.calls))
    draft = replace(draft, docs=_docs(flow), dropped=tuple(flow.dropped), calls=tuple(flow.calls), parts=parts)
    once = len({repr((r.inputs, r.outputs)) for r in rows}) == 1
    flow.shop.keep(lifted(candidate(draft) if once else with_contract(flow.shop, draft)))


def _answer(flow: Flow, name: str, outputs: Sequence[Port], found: Sequence[Mapping[str, Any]]) -> None:
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
        used = names_in(draft.body.text)
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
