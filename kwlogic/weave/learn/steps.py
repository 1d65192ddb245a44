"""Kernels of single steps: tools by their calls, tasks without tools by their inputs and outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kwlogic.weave.learn.bodies import Found, body_of
from kwlogic.weave.learn.contract import infer_contract
from kwlogic.weave.learn.data import ABSENT, Body, Clause, Draft, Observation, Port
from kwlogic.weave.learn.functions import with_functions
from kwlogic.weave.learn.lift import names_in
from kwlogic.weave.learn.naming import Names, snake
from kwlogic.weave.learn.ports import Typed, first_ones, read, readable, typed_ports
from kwlogic.weave.learn.rows import result_of, usable
from kwlogic.weave.learn.shapes import Misfit
from kwlogic.weave.learn.text import whole
from kwlogic.weave.learn.workshop import Workshop, clashing, shown_values
from kwlogic.weave.trace.data import ToolCall, Trace

LONG_EXAMPLE = 400


def tool_kernels(shop: Workshop, traces: Sequence[Trace]) -> None:
    """A kernel for each tool that the traces call, out of all its calls; failed runs and calls do not support anything."""
    calls: dict[str, list[tuple[str, ToolCall, bool]]] = {}
    for trace in traces:
        for call in trace.calls():
            calls.setdefault(call.tool, []).append((trace.trace_id, call, trace.success is not False))
    for tool, made in calls.items():
        if tool and tool not in shop.tools:
            draft = _tool(shop, tool, made)
            if draft is not None:
                shop.tools[tool] = draft


def _tool(shop: Workshop, tool: str, made: Sequence[tuple[str, ToolCall, bool]]) -> Draft | None:
    good = [(source, c) for source, c, ok in made if ok and usable(c)]
    if not good:
        return None
    keys = list(dict.fromkeys(k for _, c in good for k in c.arguments))
    names = Names()
    once = first_ones((c.arguments, result_of(c)) for _, c in good)
    given = typed_ports({k: [c.arguments.get(k, None) for _, c in good] for k in keys}, shop.types, names, tool, once)
    shown = typed_ports({"result": [result_of(c) for _, c in good]}, shop.types, names, _noun(tool), once)
    _tell(shop, tool, given, [s for s, _ in good])
    ports = shown.ports if any(result_of(c) is not ABSENT for _, c in good) else ()
    if not ports:
        shop.say("KW852", f"no result of the tool `{tool}` was recorded whole, so nothing is learnt about it")
        return None
    bad = {*given.wrong, *shown.wrong}
    rows = [_row(s, c, given.ports, ports, True) for i, (s, c) in enumerate(good) if i not in bad]
    failed = [_row(s, c, given.ports, ports, False) for s, c, ok in made if not (ok and usable(c)) and isinstance(c.arguments, dict)]
    name = snake(tool, "tool")
    name = shop.names.fresh(f"{name}_tool" if name in shop.families else name)
    if any(not isinstance(k, str) or _port_of(given, k) is None for k in keys):
        return None
    renamed = [p for p in given.ports if p.name != p.key]
    docs = [f"The tool `{_one_line(tool)}`, as {_count(len(rows), 'recorded call')} show it."]
    docs += [f"`{p.name}` stands for its argument `{_one_line(p.key)}`." for p in renamed]
    draft = Draft(name, given.ports, ports, Body("tool", tool), _there(rows), _there(failed), docs=tuple(docs))
    lost = (*given.lost, *shown.lost)
    complete = [r for r in draft.rows if whole(r, draft)]
    draft = replace(draft, dropped=lost, examples=tuple(_short(complete, draft)[: 1 if len(complete) > 1 else shop.options.examples]))
    return with_functions(shop, with_contract(shop, draft))


def _port_of(typed: Typed, key: str) -> Port | None:
    return next((p for p in typed.ports if p.key == key), None)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:80]


def _noun(tool: str) -> str:
    words = snake(tool, "tool").split("_")
    return "_".join(words[1:]) if len(words) > 1 else f"{words[0]}_result"


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


def _row(source: str, call: ToolCall, inputs: Sequence[Port], outputs: Sequence[Port], success: bool) -> Observation | None:
    given = readable(call.arguments, inputs)
    if given is None:
        return None
    try:
        return Observation(source, given, read({"result": result_of(call)}, outputs), success=success)
    except Misfit:
        return Observation(source, given, {}, success=success)


def _there(rows: Sequence[Observation | None]) -> tuple[Observation, ...]:
    return tuple(r for r in rows if r is not None)


def _tell(shop: Workshop, what: str, typed: Typed, sources: Sequence[str]) -> None:
    for key, reason in typed.lost:
        shop.say("KW854", f"`{key}` of `{what}`: {reason}")
    for index, (key, reason) in list(typed.wrong.items())[:5]:
        shop.say("KW854", f"in trace {sources[index]}, `{key}` of `{what}` is of another type than elsewhere: {reason}")


# ---------------------------------------------------------------- contracts and bodies


def with_contract(shop: Workshop, draft: Draft) -> Draft:
    """The draft with what its observations say, as they stand; nothing is inferred from one."""
    found = infer_contract(draft.inputs, draft.outputs, draft.rows[: shop.options.limit], shop.options)
    left = max(0, len(draft.rows) - shop.options.limit)
    clauses = [replace(c, support=c.support + left, total=c.total + left) if left else c for c in found.clauses]
    return replace(draft, clauses=tuple(clauses), tested=found.tested, held_out=found.holdout)


def step_kernel(
    shop: Workshop,
    name: str,
    inputs: Sequence[Port],
    outputs: Sequence[Port],
    rows: Sequence[Observation],
    failed: Sequence[Observation],
    prompt: str,
    **more: Any,
) -> Draft:
    """A kernel with a synthesised body where one is found, else an oracle with a prompt and examples."""
    draft = Draft(name, tuple(inputs), tuple(outputs), Body("prompt", prompt), tuple(rows), tuple(failed), **more)
    complete = [r for r in rows if whole(r, draft)]
    clash = clashing(complete)
    if clash is not None:
        _contradiction(shop, draft, *clash)
    if clash is None and shop.options.synthesis and len(complete) > 1:
        told = _equations(with_contract(shop, draft)) if len(rows) <= shop.options.limit else None
        found = told or body_of(shop, inputs, outputs, complete)
        if isinstance(found, Found):
            return with_contract(shop, _computed(draft, found))
        draft = replace(draft, dropped=(*draft.dropped, ("body", found)))
    draft = replace(draft, examples=tuple(_short(complete, draft)[: shop.options.examples]))
    if len(rows) == 1:
        return candidate(draft)
    return with_contract(shop, draft)


def _equations(draft: Draft) -> Found | None:
    """A body out of equations that the contract holds for every output, over inputs alone: then nothing has to be searched."""
    outputs = {p.name for p in draft.outputs}
    texts = []
    for port in draft.outputs:
        starts = tuple(f"{port.name} {sign} " for sign in ("==", "<==>"))
        told = (c.text.removeprefix(s) for c in draft.clauses for s in starts if c.kind == "ensures" and c.text.startswith(s))
        text = next((t for t in told if names_in(t) - outputs and not names_in(t) & outputs and "==>" not in t), None)
        if text is None:
            return None
        texts.append(text)
    text = texts[0] if len(texts) == 1 else f"({', '.join(texts)})"
    return Found(text, (), frozenset(names_in(text)))


def _computed(draft: Draft, found: Found) -> Draft:
    """With the body; inputs that it does not need stay, since callers have them."""
    return replace(draft, body=Body("expression", found.text), helpers=found.helpers, fallback=draft.body)


def _contradiction(shop: Workshop, draft: Draft, first: Observation, second: Observation) -> None:
    shop.say(
        "KW850",
        f"traces {first.source} and {second.source} contradict each other: the same inputs of `{draft.name}` gave different outputs",
        f"inputs: {shown_values(first.inputs, draft.inputs)}",
        f"{first.source}: {shown_values(first.outputs, draft.outputs)}",
        f"{second.source}: {shown_values(second.outputs, draft.outputs)}",
        help="remove the wrong one, or record the input that tells them apart",
    )


def candidate(draft: Draft) -> Draft:
    """From one observation nothing is generalised: the kernel says only what was seen."""
    from kwlogic.weave.learn.literal import literal

    row, count = draft.rows[0], len(draft.rows)
    clauses = [
        Clause("requires", f"{p.name} == {literal(row.inputs[p.name], p.shape)}", frozenset((p.name,)), count, count, 1.0)
        for p in draft.inputs
        if p.name in row.inputs
    ]
    seen = "once" if len(draft.rows) == 1 else f"{len(draft.rows)} times, always the same"
    docs = (*draft.docs, f"A candidate: seen {seen}, in trace {_one_line(row.source)}; nothing is generalised.")
    return replace(draft, clauses=tuple(clauses), docs=docs, candidate=True)


def _short(rows: Sequence[Observation], draft: Draft) -> list[Observation]:
    """Different observations, short ones first."""
    once = {repr((r.inputs, r.outputs)): r for r in rows}
    return [r for text, r in sorted(once.items(), key=lambda e: len(e[0])) if len(text) <= LONG_EXAMPLE or len(draft.rows) == 1]


def rows_of(
    inputs: Sequence[Port], outputs: Sequence[Port], given: Sequence[tuple[Trace, Mapping[str, Any], Mapping[str, Any]]]
) -> tuple[Observation, ...]:
    """Observations of traces whose inputs and outputs, by key, fit the ports."""
    found = []
    for trace, ins, outs in given:
        values = readable(ins, inputs)
        if values is None:
            continue
        try:
            found.append(Observation(trace.trace_id, values, read(outs, outputs), trace.prompt, trace.success is not False))
        except Misfit:
            continue
    return tuple(found)
