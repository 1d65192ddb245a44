"""What a task is asked: the inputs that its traces name, and what varies in their prompts; and the prompt as a text with holes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kwlogic.core.codec_json import JsonError, read_json, write_json
from kwlogic.weave.learn.data import ABSENT, Observation, Port, Task
from kwlogic.weave.learn.naming import Names, snake
from kwlogic.weave.learn.ports import first_ones, read, readable, typed_ports
from kwlogic.weave.learn.prompts import SLOT, Template, slot_names, template_of
from kwlogic.weave.learn.rows import DEFAULT_OUTPUT, inputs_of, outputs_of
from kwlogic.weave.learn.shapes import Misfit
from kwlogic.weave.learn.text import prompt_text
from kwlogic.weave.learn.workshop import Workshop
from kwlogic.weave.trace.data import Trace


@dataclass(frozen=True, slots=True)
class Asked:
    """``holes``: the input that each slot of the template is."""

    ports: tuple[Port, ...]
    values: Mapping[str, tuple[Any, ...]]
    template: Template | None
    holes: tuple[str, ...]
    family: str

    def prompt(self, more: Sequence[str] = ()) -> str:
        """The text of a prompt for what the task asks; ``more`` names values to show besides."""
        pieces: list[str | tuple[str]] = []
        if self.template is not None and any(p is None or p.strip() for p in self.template.parts):
            holes = iter(self.holes)
            pieces += [(next(holes),) if p is SLOT else p for p in self.template.parts]
        else:
            pieces.append(f"{self.family}.")
        said = {p[0] for p in pieces if isinstance(p, tuple)}
        for name in (*(p.name for p in self.ports if p.name not in said), *more):
            pieces += [f"\n{name}: ", (name,)]
        return prompt_text(pieces)

    def failed_rows(self, traces: Sequence[Trace], inputs: Sequence[Port], outputs: Sequence[Port]) -> list[Observation]:
        """Failed runs of the same form: what the clauses should refuse."""
        found = []
        own = [p for p in inputs if p in self.ports]
        if len(own) < len(inputs):
            return []
        for trace in traces:
            values = readable(self._given(trace), inputs)
            if values is None:
                continue
            try:
                found.append(Observation(trace.trace_id, values, read(outputs_of(trace), outputs), trace.prompt, False))
            except Misfit:
                found.append(Observation(trace.trace_id, values, {}, trace.prompt, False))
        return found

    def _given(self, trace: Trace) -> dict[str, Any]:
        from kwlogic.weave.learn.prompts import slots_of

        given = dict(inputs_of(trace))
        values = slots_of(self.template, trace.prompt) if self.template is not None else None
        for hole, text in zip(self.holes, values or ()):
            port = next((p for p in self.ports if p.name == hole), None)
            if port is not None and port.key not in given:
                given[port.key] = text if port.shape.head == "String" else _number(text)
        return given


def asked_of(shop: Workshop, traces: Sequence[Trace], names: Names, task: Task) -> Asked:
    """Inputs by name, with their values trace by trace."""
    given = [inputs_of(t) for t in traces]
    keys = list(dict.fromkeys(k for g in given for k in g))
    once = first_ones((g, t.prompt, t.output) for g, t in zip(given, traces))
    typed = typed_ports({k: [g.get(k) for g in given] for k in keys}, shop.types, names, task.family, once)
    for key, reason in typed.lost:
        shop.say("KW854", f"`{key}` of `{task.family}`: {reason}")
    for index, (key, reason) in list(typed.wrong.items())[:5]:
        shop.say("KW854", f"in trace {traces[index].trace_id}, `{key}` of `{task.family}` is of another type than elsewhere: {reason}")
    ports = list(typed.ports)
    values = {p.name: tuple(_read(g, p) for g in given) for p in ports}
    prompts = [t.prompt for t in traces]
    template = template_of(prompts) if all(prompts) else None
    if template is not None and template.slots and template.fixed() < template.slots:
        template = None
    if template is None and any(prompts) and not ports:
        template = Template((SLOT,), tuple((p,) for p in prompts))
    holes = _slots(template, ports, values, names, traces) if template is not None else ()
    return Asked(tuple(ports), values, template, tuple(holes), task.family)


def _read(given: Mapping[str, Any], port: Port) -> Any:
    found = readable(given, (port,))
    return ABSENT if found is None else found[port.name]


def _slots(template: Template, ports: list[Port], values: dict[str, tuple[Any, ...]], names: Names, traces: Sequence[Trace]) -> list[str]:
    """The input of each slot: a known one that reads the same, one of another slot, else a new one, which is added."""
    known = {tuple(map(_shown, v)): n for n, v in values.items()}
    columns = list(zip(*template.values)) if template.slots else []
    typed = [_typed(c) for c in columns]
    wanted = slot_names(template, [not isinstance(t[0], str) for t in typed])
    holes: list[str] = []
    for column, found, name in zip(columns, typed, wanted):
        if tuple(column) not in known:
            whole = template.parts == (SLOT,)
            key = _called(found, traces) or ("prompt" if whole else name)
            port = typed_ports({key: found}, _NoTypes(), names).ports[0]
            ports.append(port)
            values[port.name] = tuple(_read({key: v}, port) for v in found)
            known[tuple(column)] = port.name
        holes.append(known[tuple(column)])
    return holes


class _NoTypes:
    """Slots hold scalars: no type is declared for them."""

    def named(self, shape: Any, hint: str) -> Any:
        from kwlogic.weave.learn.shapes import STRING

        return STRING if shape.head == "Enum" else shape


def _called(values: Sequence[Any], traces: Sequence[Trace]) -> str:
    """What calls that take exactly these values call them; what an output that has them is called."""
    found: dict[str, int] = {}
    for value, trace in zip(values, traces):
        said = [(k, v) for c in trace.calls() if isinstance(c.arguments, dict) for k, v in c.arguments.items()]
        said += [(f"{k}_given", v) for k, v in outputs_of(trace).items() if k != DEFAULT_OUTPUT]
        for key in dict.fromkeys(k for k, v in said if v == value and type(v) is type(value)):
            found[key] = found.get(key, 0) + 1
    return next((snake(k, "value") for k, n in found.items() if n == len(traces)), "")


def _shown(value: Any) -> str | None:
    """A value as a hole shows it."""
    if isinstance(value, str):
        return value
    if value is ABSENT:
        return None
    try:
        return write_json(value)
    except (TypeError, ValueError):
        return None


def _typed(texts: Sequence[str]) -> list[Any]:
    """Numbers where every text is one, written as a hole would write it."""
    found = [_number(t) for t in texts]
    return list(texts) if any(isinstance(v, str) for v in found) else found


def _number(text: str) -> Any:
    try:
        value = read_json(text)
    except JsonError:
        return text
    same = isinstance(value, (int, Fraction)) and not isinstance(value, bool) and write_json(value) == text
    return value if same else text
