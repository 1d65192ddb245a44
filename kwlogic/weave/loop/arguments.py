"""The inputs of a learnt kernel out of a prompt: its prompts have one form, and what varies in it is what it was given.

Nothing is guessed: a form counts only if it gives back every prompt and every input that the kernel was learnt from, and a
prompt of another form has no inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kwlogic.compose.running import Ports
from kwlogic.core.codec import DecodeError, decode_ports
from kwlogic.core.codec_json import JsonError, read_json, write_json
from kwlogic.core.program import OracleBody
from kwlogic.core.terms import Op
from kwlogic.weave.learn.prompts import Template, template_of
from kwlogic.weave.loop.data import Asked, Extract
from kwlogic.weave.route.arguments import ask_arguments
from kwlogic.weave.route.slots import slots
from kwlogic.weave.run.backends import Backends

Read = Callable[[str], Any]
MOST = 200  # pairs that a form is made from


class Unread(ValueError):
    """A text that is not of this form."""


def _json(text: str) -> Any:
    try:
        found = read_json(text)
    except (JsonError, RecursionError) as error:
        raise Unread from error
    if isinstance(found, str):
        raise Unread
    return found


def _row(text: str) -> Any:
    return _json(f"[{text}]")


def _words(text: str) -> Any:
    return [w.strip() for w in text.split(",")]


READS: tuple[Read, ...] = (lambda text: text, str.strip, _json, _row, _words, str.lower)


@dataclass(frozen=True, slots=True)
class Form:
    """``ports``: for each input the slot it stands in, and how it is read there."""

    template: Template
    ports: Mapping[str, tuple[int, Read]]

    def inputs(self, prompt: str) -> dict[str, Any] | None:
        """None where the prompt is not of this form."""
        values = slots_of(self.template.parts, prompt)
        if values is None or not _alike(values, self.template):
            return None
        try:
            return {name: read(values[slot]) for name, (slot, read) in self.ports.items()}
        except Unread:
            return None


def slots_of(parts: Sequence[str | None], prompt: str) -> tuple[str, ...] | None:
    """What stands in the slots (None) of a prompt, each text of the form taken where it occurs first, the last one at the end."""
    at, values, waiting = 0, [], False
    for index, part in enumerate(parts):
        if part is None:
            waiting = True
            continue
        if waiting and index == len(parts) - 1:
            start = len(prompt) - len(part) if prompt.endswith(part) else -1
        else:
            start = prompt.find(part, at) if waiting else at if prompt.startswith(part, at) else -1
        if start < at:
            return None
        values += [prompt[at:start]] if waiting else []
        at, waiting = start + len(part), False
    values += [prompt[at:]] if waiting else []
    return tuple(values) if waiting or at == len(prompt) else None


def _alike(values: Sequence[str], template: Template) -> bool:
    """A slot does not swallow what the form itself says: then the prompt is of another form."""
    words = [p.strip() for p in template.parts if p and len(p.strip()) > 1]
    return not any(w in v for v in values for w in words)


def form_of(pairs: Sequence[tuple[str, Mapping[str, Any]]]) -> Form | None:
    """The form that explains all pairs, None where none does."""
    if not pairs:
        return None
    pairs = pairs[:MOST]
    template = template_of([p for p, _ in pairs])
    if template is None or any(slots_of(template.parts, p) != v for (p, _), v in zip(pairs, template.values)):
        return None
    ports: dict[str, tuple[int, Read]] = {}
    for name in pairs[0][1]:
        place = _place(template, [inputs.get(name) for _, inputs in pairs])
        if place is None:
            return None
        ports[name] = place
    return Form(template, ports)


def _place(template: Template, wanted: Sequence[Any]) -> tuple[int, Read] | None:
    for slot in range(template.slots):
        for read in READS:
            if all(_reads(read, values[slot], value) for values, value in zip(template.values, wanted)):
                return slot, read
    return None


def _reads(read: Read, text: str, value: Any) -> bool:
    try:
        found = read(text)
    except Unread:
        return False
    return type(found) is type(value) and bool(found == value)


class Forms:
    """Reads the inputs by the form of the prompts that a kernel was learnt from; ``pairs`` of prompts and inputs by kernel."""

    def __init__(self, pairs: Mapping[str, Sequence[tuple[str, Mapping[str, Any]]]]) -> None:
        self.pairs = pairs
        self._forms: dict[str, Form | None] = {}

    async def read(self, asked: Asked) -> Ports | None:
        """An ``Extract``."""
        digest = asked.ready.stored.digest
        if digest not in self._forms:
            self._forms[digest] = form_of(self.pairs.get(digest, ()))
        form = self._forms[digest]
        found = form.inputs(asked.prompt) if form is not None else None
        try:
            return None if found is None else decode_ports(write_json(found), asked.ready.kernel.inputs, asked.ready.program)
        except (DecodeError, RecursionError):
            return None


async def by_reading(asked: Asked) -> Ports | None:
    """Reads the inputs where there is one way only to fill the ports (an ``Extract``)."""
    patterns = asked.ready.kernel.body.parts if isinstance(asked.ready.kernel.body, OracleBody) else ()
    text = "".join(p if isinstance(p, str) else f"{{{p.data}}}" if p.op is Op.VAR else " " for p in patterns)
    return slots(asked.prompt, asked.ready.kernel, asked.ready.program, (text,) if text else ())


def by_model(backends: Backends) -> Extract:
    """Asks the model for the inputs; what it invents is not taken."""

    async def extract(asked: Asked) -> Ports | None:
        said = await ask_arguments(asked.prompt, asked.ready.kernel, asked.ready.program, backends)
        return None if said.invented else said.inputs

    return extract
