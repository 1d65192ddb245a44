"""Arguments read out of a prompt without a model: by patterns, and where there is one way only to fill the ports.

Nothing is guessed: a port that two things of the prompt could fill, or a thing that fits no port, and there are no arguments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from kwlogic.core.codec import DecodeError, decode
from kwlogic.core.codec_encode import is_enum, short
from kwlogic.core.program import Kernel, Param, Program
from kwlogic.core.types import Type
from kwlogic.core.value import Value
from kwlogic.weave.route.prompts import PLACE, words_of_name

LONGEST = 20_000
_NUMBER = r"[-+]?\d+(?:,\d{3})*(?:\.\d+)?"
_TOKENS = re.compile(
    rf'"(?P<double>[^"\n]*)"|`(?P<tick>[^`\n]*)`|(?<!\w)\'(?P<single>[^\'\n]*)\'(?!\w)|“(?P<curly>[^”\n]*)”'
    rf"|(?P<list>\[[^\[\]\n]*\])|(?<![\w.])(?P<number>{_NUMBER})(?![\w])"
)


def slots(prompt: str, kernel: Kernel, program: Program, patterns: Sequence[str] = ()) -> dict[str, Value] | None:
    """The inputs, all of them and typed, or None where that takes more than reading."""
    if len(prompt) > LONGEST:
        return None
    found = by_pattern(prompt, kernel, program, patterns)
    return found if found is not None else _filled(prompt, kernel.inputs, program)


def by_pattern(prompt: str, kernel: Kernel, program: Program, patterns: Sequence[str]) -> dict[str, Value] | None:
    """The inputs, where the prompt has the form of a pattern."""
    for pattern in patterns if len(prompt) <= LONGEST else ():
        found = matched(pattern, prompt)
        if found is not None and set(found) == {p.name for p in kernel.inputs}:
            values = _typed(found, kernel.inputs, program)
            if values is not None:
                return values
    return None


def matched(pattern: str, prompt: str) -> dict[str, str] | None:
    """What stands in the places of a pattern, where there is one way only to read it; blanks and case do not count."""
    text = " ".join(prompt.split())
    parts = PLACE.split(" ".join(pattern.split()))
    literals, names = parts[::2], parts[1::2]
    if len(set(names)) < len(names) or not names:
        return None
    first, last = _places(text, literals, False), _places(text, literals, True)
    if first is None or first != last or any(not text[a:b].strip() for a, b in first):
        return None
    return {name: text[a:b].strip() for name, (a, b) in zip(names, first)}


def _places(text: str, literals: list[str], late: bool) -> list[tuple[int, int]] | None:
    """Between which places the holes are, each literal as early as it can be, or as late."""
    lower, head, tail = text.lower(), literals[0].lower(), literals[-1].lower()
    if len(lower) != len(text) or not lower.startswith(head) or not lower.endswith(tail) or len(text) < len(head) + len(tail):
        return None
    start, end = len(head), len(text) - len(tail)
    inner = [part.lower() for part in literals[1:-1]]
    spots: list[tuple[int, int]] = []
    low, high = start, end
    for part in reversed(inner) if late else inner:
        at = lower.rfind(part, low, high) if late else lower.find(part, low, high)
        if at < 0:
            return None
        spots.append((at, at + len(part)))
        low, high = (low, at) if late else (at + len(part), high)
    edges = [(start, start), *(reversed(spots) if late else spots), (end, end)]
    return [(a[1], b[0]) for a, b in zip(edges, edges[1:])]  # noqa: RUF007


def _typed(found: Mapping[str, str], ports: Sequence[Param], program: Program) -> dict[str, Value] | None:
    values: dict[str, Value] = {}
    for port in ports:
        document = _document(found[port.name], port.type, program)
        if document is None:
            return None
        try:
            values[port.name] = decode(document, port.type, program)
        except (DecodeError, ValueError):
            return None
    return values


def _document(text: str, type: Type, program: Program) -> Any:
    """What a text says as a value of a type, as a JSON document; None where it does not."""
    plain = text.strip().rstrip(".?!") if type.head != "String" else text.strip()
    match type.head:
        case "String":
            return plain[1:-1] if len(plain) > 1 and plain[0] == plain[-1] and plain[0] in "\"'`" else plain
        case "Int" | "Real":
            return _number(plain, type)
        case "Bool":
            return {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}.get(plain.lower())
        case "List":
            return _list(plain, type, program)
    data = program.datas.get(type.head)
    if data is not None and is_enum(data):
        named = [short(c.name) for c in data.ctors if plain.lower() in (short(c.name).lower(), words_of_name(short(c.name)))]
        return named[0] if len(named) == 1 else None
    return None


def _number(text: str, type: Type) -> Any:
    plain = text.strip().replace(",", "")
    if not re.fullmatch(r"[-+]?\d{1,400}(\.\d{1,400})?", plain, re.ASCII):
        return None
    exact = Fraction(plain)
    return int(exact) if "." not in plain else exact if type.head == "Real" else None


def _list(text: str, type: Type, program: Program) -> Any:
    inner = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    items = [p for p in re.split(r"\s*(?:,|;|\band\b)\s*", inner) if p.strip()]
    if len(items) == 1 and type.args[0].head in ("Int", "Real"):
        items = inner.split()
    found = [_document(i, type.args[0], program) for i in items]
    return None if not found or any(f is None for f in found) else found


def _filled(prompt: str, ports: Sequence[Param], program: Program) -> dict[str, Value] | None:
    """Numbers, quoted texts, bracketed lists and names of enumerations, where there are as many as ports of that kind.

    Of several of a kind each must be labelled with its port (``qty 3``, ``price: 2.50``), since their order says nothing."""
    marks = [(m.lastgroup or "", m) for m in _TOKENS.finditer(prompt)]
    pools = {kind: [m for g, m in marks if g in groups] for kind, groups in _POOLS.items()}
    wanted: dict[str, list[Param]] = {kind: [] for kind in (*_POOLS, "name", "")}
    for port in ports:
        wanted[_kind(port.type, program)].append(port)
    found: dict[str, str] = {}
    if wanted[""] or len({p.type for p in wanted["name"]}) < len(wanted["name"]):
        return None
    if len(wanted["list"]) == 1 and not pools["list"] and not wanted["number"] and len(pools["number"]) > 1:
        found[wanted["list"].pop().name] = ", ".join(m.group().replace(",", "") for m in pools["number"])
        pools["number"] = []
    for kind, marked in pools.items():
        own = _assigned(prompt, wanted[kind], marked)
        if own is None:
            return None
        found |= own
    plain = _TOKENS.sub(" ", prompt)
    for port in wanted["name"]:
        named = _names_in(plain, port.type, program)
        if len(named) != 1:
            return None
        found[port.name] = named[0]
    return _typed(found, ports, program)


_POOLS = {"number": ("number",), "quoted": ("double", "tick", "single", "curly"), "list": ("list",)}


def _assigned(prompt: str, ports: Sequence[Param], marks: Sequence[re.Match[str]]) -> dict[str, str] | None:
    if len(ports) != len(marks):
        return None
    if len(ports) <= 1:
        return {p.name: m.group(m.lastgroup or 0) for p, m in zip(ports, marks)}
    found: dict[str, str] = {}
    for mark in marks:
        before = re.sub(r"[\s:=]+(?:is|of|to)?[\s:=]*$", "", prompt[max(0, mark.start() - 80) : mark.start()].lower())
        named = [p for p in ports if re.search(rf"(?<![^\W_]){re.escape(words_of_name(p.name))}$", before)]
        if len(named) != 1 or named[0].name in found:
            return None
        found[named[0].name] = mark.group(mark.lastgroup or 0)
    return found


def _kind(type: Type, program: Program) -> str:
    if type.head in ("Int", "Real"):
        return "number"
    if type.head == "String":
        return "quoted"
    if type.head == "List" and type.args[0].head in ("Int", "Real", "String"):
        return "list"
    data = program.datas.get(type.head)
    return "name" if data is not None and is_enum(data) else ""


def _names_in(text: str, type: Type, program: Program) -> list[str]:
    data = program.datas[type.head]
    words = " " + " ".join(re.findall(r"[^\W_]+", text.lower())) + " "
    return [short(c.name) for c in data.ctors if f" {words_of_name(short(c.name))} " in words or f" {short(c.name).lower()} " in words]
