"""Bodies for deterministic steps: a function found from the examples, held against all of them, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kwlogic.core.codec import DecodeError, decode
from kwlogic.core.program import Program
from kwlogic.core.types import Type
from kwlogic.core.value import Con, Value
from kwlogic.weave.learn.data import Observation, Port
from kwlogic.weave.learn.synthesis.data import Budget, Contradiction, GaveUp
from kwlogic.weave.learn.synthesis.data import Port as Input
from kwlogic.weave.learn.workshop import Workshop

LEAST = 2


@dataclass(frozen=True, slots=True)
class Found:
    """``text`` of the expression, with the declarations that it calls; ``used``: the inputs it needs."""

    text: str
    helpers: tuple[str, ...]
    used: frozenset[str]


def body_of(
    shop: Workshop, inputs: Sequence[Port], outputs: Sequence[Port], rows: Sequence[Observation], seconds: float = 0.0, work: int = 0
) -> Found | str:
    """A function for the outputs (a tuple of several), or why none was found. ``seconds`` and ``work`` where not those of the options."""
    if not outputs:
        return "there is no output"
    if len({repr(r.inputs) for r in rows}) < LEAST:
        return "it was seen on one input only"
    program, kinds = core_types(shop, [*inputs, *outputs])
    limit = Budget(seconds=seconds or shop.options.seconds, **({"work": work} if work else {}))
    found = [_one(limit, inputs, port, rows, program, kinds) for port in outputs]
    told = next((f for f in found if isinstance(f, str)), None)
    if told is not None:
        return told
    parts = [f for f in found if isinstance(f, Found)]
    text = parts[0].text if len(parts) == 1 else f"({', '.join(p.text for p in parts)})"
    helpers = tuple(dict.fromkeys(h for p in parts for h in p.helpers))
    return Found(text, helpers, frozenset(u for p in parts for u in p.used))


def _one(
    limit: Budget, inputs: Sequence[Port], output: Port, rows: Sequence[Observation], program: Program, kinds: dict[str, Type]
) -> Found | str:
    from kwlogic.core.walk import free_vars
    from kwlogic.weave.learn.synthesis.synthesise import synthesise

    try:
        examples = [
            (
                {p.name: decode(r.inputs[p.name], kinds[p.name], program) for p in inputs},
                decode(r.outputs[output.name], kinds[output.name], program),
            )
            for r in rows
        ]
    except (DecodeError, ValueError) as error:
        return f"a value cannot be read: {error}"
    if len({_repr(v) for _, v in examples}) == 1 and len(rows) < 5:
        return "every output seen is the same"
    ports = tuple(Input(p.name, kinds[p.name]) for p in inputs)
    answer = synthesise(ports, kinds[output.name], examples, program=program, budget=limit)
    if isinstance(answer, Contradiction):
        return "two observations contradict each other"
    if isinstance(answer, GaveUp):
        return answer.reason
    if answer.memorised:
        return "only a table of the observations was found"
    return Found(answer.text, answer.helpers, frozenset(v.data for v in free_vars(answer.term)))


def _repr(value: Value) -> str:
    return repr(value) if isinstance(value, Con) else f"{type(value).__name__}:{value}"


def core_types(shop: Workshop, ports: Sequence[Port]) -> tuple[Program, dict[str, Type]]:
    """The core types of ports, in a program that declares them."""
    from kwlogic.weave.learn.naming import type_text

    signature = ", ".join(f"{p.name}: {type_text(p.shape)}" for p in ports)
    text = (
        f"module {shop.options.module}\n"
        + "\n".join(shop.types.declarations())
        + f"\nkernel ports'of({signature}) -> (ok': Bool)\n  by tool \"none\"\n"
    )
    trial = shop.program_of(text)
    kernel = trial.program.kernels[f"{shop.options.module}.ports'of"]
    return trial.program, {p.name: p.type for p in kernel.inputs}
