"""The text form of kept cases: what once broke a contract, one case a line, read by people and replayed forever.

``NAME {inputs}`` with the inputs as the JSON object of the ports, and for a composition ``NAME {inputs} playing [...]``
with what its oracles answered: ``["kernel", {outputs}]``, or ``["kernel", null]`` for a failure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from kwlogic.core.codec import DecodeError, decode_ports
from kwlogic.core.codec_encode import encode_ports
from kwlogic.core.program import Kernel, Param, Program
from kwlogic.gate.data import Case, Env, Play
from kwlogic.gate.problem import played
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Source, Span

HEAD = "# What once broke a contract, one case a line. `kwlogic gate` runs each of them, forever.\n"
_NAME = re.compile(r"[A-Za-z_][\w']*")
PLAYING = "playing"


@dataclass(frozen=True, slots=True)
class Kept:
    """A line of the file: the kernel's short name, the texts of its inputs and of what was played."""

    kernel: str
    inputs: str
    plays: str
    span: Span


class _Malformed(ValueError):
    pass


def read_cases(source: Source) -> tuple[tuple[Kept, ...], tuple[Diagnostic, ...]]:
    """The lines of a file, and what is wrong with the others."""
    kept: list[Kept] = []
    problems: list[Diagnostic] = []
    for number, start in enumerate(source.line_starts, 1):
        line = source.line(number)
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        span = Span(source.path, start, start + len(line))
        try:
            kept.append(_line(line, span))
        except _Malformed as error:
            help = 'a line is `kernel {"port": value, ...}`, or the same with `playing [["oracle", {...}], ...]`'
            problems.append(diagnostic("KW613", f"this is no kept case: {error}", span, "not replayed", help=help))
    return tuple(kept), tuple(problems)


def _line(line: str, span: Span) -> Kept:
    head = _NAME.match(line)
    if head is None:
        raise _Malformed("it does not begin with the name of a kernel")
    inputs, rest = _json(line, head.end(), "{")
    plays = ""
    if rest.strip():
        if not rest.strip().startswith(PLAYING):
            raise _Malformed(f"`{rest.strip()[:30]}` after the inputs")
        plays, rest = _json(rest, rest.index(PLAYING) + len(PLAYING), "[")
        if rest.strip():
            raise _Malformed(f"`{rest.strip()[:30]}` at the end")
    return Kept(head.group(), inputs, plays, span)


def _json(text: str, at: int, opening: str) -> tuple[str, str]:
    """The JSON value that starts after blanks, and what follows it."""
    while at < len(text) and text[at] in " \t":
        at += 1
    if text[at : at + 1] != opening:
        raise _Malformed(f"`{opening}` was expected" + (f" instead of `{text[at : at + 10]}`" if text[at:] else " at the end"))
    try:
        _, end = json.JSONDecoder().raw_decode(text, at)
    except (ValueError, RecursionError) as error:
        raise _Malformed(f"not JSON: {error}") from None
    return text[at:end], text[end:]


def case_of(kept: Kept, kernel: Kernel, program: Program) -> Case | Diagnostic:
    """The case that a line stands for today; a diagnostic where it does not fit the kernel any more."""
    try:
        inputs = decode_ports(kept.inputs, _ports(kernel.inputs), program)
        plays = None if not kept.plays else tuple(_plays(kept.plays, program))
    except DecodeError as error:
        message = f"a kept case does not fit `{kept.kernel}` any more: {error}"
        return diagnostic("KW614", message, kept.span, "not replayed", help="remove the line, or write it for the ports of today")
    return Case(kernel.name, inputs, plays)


def _plays(text: str, program: Program) -> Iterator[Play]:
    for entry in json.loads(text, parse_float=_exact, parse_int=_whole):
        if not isinstance(entry, list) or len(entry) != 2 or entry[0] not in program.kernels:
            raise DecodeError("playing", 'pairs `["module.kernel", outputs]`', str(entry)[:60])
        kernel = program.kernels[entry[0]]
        yield Play(kernel.name, None if entry[1] is None else _outputs(entry[1], kernel, program))


def _outputs(document: object, kernel: Kernel, program: Program) -> Env:
    from kwlogic.core.codec import decode

    if not isinstance(document, dict) or set(document) != {p.name for p in kernel.outputs}:
        raise DecodeError("playing", f"the outputs of `{kernel.name}`", str(document)[:60])
    return {p.name: decode(document[p.name], played(p.type), program) for p in kernel.outputs}


def _exact(text: str) -> Fraction:
    return Fraction(text)


def _whole(text: str) -> int:
    return int(text)


def _ports(ports: Iterable[Param]) -> tuple[Param, ...]:
    return tuple(Param(p.name, played(p.type), p.span) for p in ports)


def inputs_text(case: Case, kernel: Kernel, program: Program) -> str:
    return encode_ports(case.inputs, _ports(kernel.inputs), program)


def case_line(case: Case, program: Program) -> str:
    """The line of a case."""
    kernel = program.kernels[case.kernel]
    line = f"{kernel.name.rpartition('.')[2]} {inputs_text(case, kernel, program)}"
    return line if case.plays is None else f"{line} {PLAYING} {plays_text(case.plays, program)}"


def plays_text(plays: tuple[Play, ...], program: Program) -> str:
    parts = []
    for play in plays:
        outputs = "null" if play.outputs is None else encode_ports(play.outputs, _ports(program.kernels[play.kernel].outputs), program)
        parts.append(f"[{json.dumps(play.kernel)}, {outputs}]")
    return "[" + ", ".join(parts) + "]"


def with_case(text: str, line: str) -> str:
    """The file's text with a line more, unless it is there already."""
    if line in text.splitlines():
        return text
    text = text or HEAD
    return text + ("" if text.endswith("\n") else "\n") + line + "\n"
