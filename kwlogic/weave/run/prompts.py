"""What a model is told: the prompt with its holes filled, what the answer must look like, and what was wrong with the last.

A value in a hole is data: it is put in as it is and read by nobody here (no format strings, no evaluation).
"""

from __future__ import annotations

from collections.abc import Mapping

from kwlogic.compose.running import Fault, Ports
from kwlogic.core.codec import encode_text
from kwlogic.core.eval import Evaluator
from kwlogic.core.program import Kernel, OracleBody, Program
from kwlogic.core.types import show_type
from kwlogic.core.value import Value
from kwlogic.core.value_show import show_brief


def filled(kernel: Kernel, body: OracleBody, inputs: Ports, program: Program, evaluator: Evaluator) -> str:
    """The text of the prompt: strings as they are, other values as JSON."""
    parts: list[str] = []
    for part in body.parts:
        if isinstance(part, str):
            parts.append(part)
        else:
            value = evaluator.eval(part, inputs)
            parts.append(value if isinstance(value, str) else encode_text(value, part.type, program))
    return "".join(parts)


def answer_rules(kernel: Kernel) -> str:
    """How the answer is to be written, and the clauses that it will be held to."""
    ports = "\n".join(f'- "{p.name}": {show_type(p.type)}' for p in kernel.outputs)
    text = f"Answer with one JSON object and nothing else. It has exactly these keys:\n{ports}"
    clauses = [f"- {c.text}" for c in kernel.ensures if c.text]
    return text + ("\nThe answer is checked, and must satisfy:\n" + "\n".join(clauses) if clauses else "")


def examples(kernel: Kernel, program: Program, evaluator: Evaluator) -> list[tuple[str, str]]:
    """Recorded cases of an oracle: the prompt of each, and the answer as JSON."""
    from kwlogic.core.codec import encode_ports

    found: list[tuple[str, str]] = []
    assert isinstance(kernel.body, OracleBody)
    for example in program.examples.values():
        if example.kernel == kernel.name:
            inputs = {name: evaluator.eval(term, {}) for name, term in example.inputs}
            outputs = {name: evaluator.eval(term, {}) for name, term in example.outputs}
            found.append((filled(kernel, kernel.body, inputs, program, evaluator), encode_ports(outputs, kernel.outputs, program)))
    return found


def complaint(faults: tuple[Fault, ...], kernel: Kernel) -> str:
    """What was wrong with an answer, in the values that it gave."""
    lines = [f"- {f.message}{_values(f.env, kernel)}" for f in faults]
    return "That answer is not accepted:\n" + "\n".join(lines) + "\nAnswer again, with one JSON object that satisfies all of it."


def _values(env: Mapping[str, Value], kernel: Kernel) -> str:
    known = [f"{p.name} = {show_brief(env[p.name], 200)}" for p in (*kernel.inputs, *kernel.outputs) if p.name in env]
    return f", with {', '.join(known)}" if known else ""
