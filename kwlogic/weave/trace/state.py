"""What earlier calls of a trace had shown: values for the inputs of a kernel that are not arguments of its tool.

Such an input takes the latest earlier result of its type, from a call that agrees with this one on everything both
know: arguments by name, and the fields of records bound so far. A call that may have changed that result, and whose
own was not recorded whole, leaves it unknown; a call that failed changed nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kwlogic.core.program import Kernel, Param, Program
from kwlogic.core.types import Type
from kwlogic.weave.trace.data import ToolCall


@dataclass(frozen=True, slots=True)
class Unbound:
    """Why an input has no value."""

    reason: str


class State:
    """The calls of a trace before one of them, newest first."""

    def __init__(self, program: Program, kernels: Mapping[str, tuple[Kernel, ...]], earlier: tuple[ToolCall, ...]) -> None:
        self.program = program
        self.kernels = kernels
        self.earlier = tuple(reversed(earlier))

    def bind(self, kernel: Kernel, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Documents (or ``Unbound``) for the inputs that are no arguments."""
        known: dict[str, Any] = dict(arguments)
        found: dict[str, Any] = {}
        waiting = [p for p in kernel.inputs if p.name not in arguments]
        progress = True
        while waiting and progress:
            progress = False
            for port in list(waiting):
                value = self.latest(port.type, known)
                if isinstance(value, Unbound) and len(waiting) > 1 and value.reason == _NEVER:
                    continue
                found[port.name] = value
                waiting.remove(port)
                progress = True
                if isinstance(value, dict):
                    known = {**{k: v for k, v in value.items() if not isinstance(v, (dict, list))}, **known}
        return {**{p.name: self._absent(p) for p in waiting}, **found}

    def _absent(self, port: Param) -> Any:
        return None if port.type.head == "Option" else Unbound(_NEVER)

    def latest(self, type: Type, known: Mapping[str, Any]) -> Any:
        wanted = type.args[0] if type.head == "Option" else type
        for call in self.earlier:
            for kernel in self.kernels.get(call.tool, ()):
                port = next((p for p in kernel.outputs if p.type is wanted), None)
                if port is None or call.error or not self._agrees(kernel, call, known):
                    continue
                if not call.known:
                    return Unbound(f"the result of `{call.tool}` before it was not recorded whole")
                return result_of(call, kernel, port)
        return None if type.head == "Option" else Unbound(_NEVER)

    def _agrees(self, kernel: Kernel, call: ToolCall, known: Mapping[str, Any]) -> bool:
        """Whether a call is about the same things: its own inputs are all known here, and equal."""
        if not isinstance(call.arguments, dict):
            return False
        names = [p.name for p in kernel.inputs if p.name in call.arguments]
        keys = [n for n in names if n in known and same(call.arguments[n], known[n])]
        differing = [n for n in names if n in known and n not in keys and is_key(call.arguments[n])]
        return (bool(keys) or not names) and not (set(differing) & identifying(kernel))


_NEVER = "no earlier call had shown it"


def is_key(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool)


def identifying(kernel: Kernel) -> frozenset[str]:
    """Inputs that say which thing a call is about: those of basic types of a kernel that changes nothing, and the first one
    of any other."""
    if not kernel.writes:
        return frozenset(p.name for p in kernel.inputs)
    return frozenset(p.name for p in kernel.inputs[:1])


def same(a: Any, b: Any) -> bool:
    return bool(a == b) and isinstance(a, bool) == isinstance(b, bool)


def result_of(call: ToolCall, kernel: Kernel, port: Param) -> Any:
    """The document of one output: a field of the result where there are several outputs, else the result."""
    result = call.result
    wrapped = isinstance(result, dict) and set(result) == {p.name for p in kernel.outputs}
    if len(kernel.outputs) > 1 or (wrapped and len(kernel.outputs) == 1):
        return result.get(port.name) if isinstance(result, dict) else Unbound(f"the result of `{call.tool}` is no object")
    return result


def projected(document: Any, type: Type, program: Program, depth: int = 0) -> Any:
    """What of a recorded result a type speaks of: keys that its records do not have are left out, options that are missing
    are null, whole numbers are integers. Anything else stays, for the strict decoder to judge."""
    if depth > 200:
        return document
    match type.head:
        case "Option":
            return None if document is None else projected(document, type.args[0], program, depth + 1)
        case "List" | "Set" if isinstance(document, list):
            return [projected(d, type.args[0], program, depth + 1) for d in document]
        case "Map" if isinstance(document, dict):
            return {k: projected(v, type.args[1], program, depth + 1) for k, v in document.items()}
        case "Int" if isinstance(document, Fraction) and document.denominator == 1:
            return int(document)
    data = program.datas.get(type.head)
    if data is None or not data.record or not isinstance(document, dict):
        return document
    from kwlogic.core.value_show import field_types

    ctor = data.ctors[0]
    out = {}
    for field, at in zip(ctor.fields, field_types(ctor.name, type, program)):
        if field.name in document:
            out[field.name] = projected(document[field.name], at, program, depth + 1)
        elif at.head == "Option":
            out[field.name] = None
    return out
