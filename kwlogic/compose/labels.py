"""What a box is, as a text that does not depend on names of wires, with the order of its inputs that goes with it.

Ports of kernels and holes have names that mean something; what a predicate or an expression calls its inputs does not, and
neither does the name under which a port passes into a region. Those are numbered in the order of first use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kwlogic.compose.canon import term_text, type_text, variables
from kwlogic.compose.data import Again, Box, Check, Choice, Composition, Each, Folded, Loop, Missing, Part, Pure, Recover, bodies
from kwlogic.core.program import Clause


@dataclass(frozen=True, slots=True)
class Label:
    """``slots``: positions in ``Box.inputs`` in canonical order; inputs that nothing inside uses are left out.
    ``outs``: what each output is called."""

    text: str
    slots: tuple[int, ...]
    outs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Body:
    """A dag as a body: its digest and the inputs that it uses, in canonical order."""

    digest: str
    inputs: tuple[str, ...]


# (dag, outputs in order, what fixed inputs are called) -> the dag's digest
EncodeBody = Callable[[int, Sequence[str], Mapping[str, str]], Body]
NOTHING: Mapping[str, str] = {}
WORDS = {Choice: "case", Recover: "fallback", Each: "map"}
MANY = 8  # outputs of a region that are put in order by what they are; beyond, by name


def label_of(composition: Composition, box: Box, encode: EncodeBody) -> Label:
    match box.what:
        case Part(kernel, targs):
            text = f"kernel {kernel}[{','.join(map(type_text, targs))}]"
            return Label(text, _by_name(box), {p.name: p.name for p in box.outputs})
        case Pure(term):
            names = variables(term)
            return Label("pure " + term_text(term, _numbered(names)), _positions(box, names), {p.name: "" for p in box.outputs})
        case Check(pred, guard):
            names = variables(pred.pred)
            word = "guard " if guard else "assert "
            return Label(word + term_text(pred.pred, _numbered(names)), _positions(box, names), NOTHING)
        case Missing(requires, ensures):
            return _hole(box, requires, ensures)
        case Folded():
            return _fold(box, box.what, encode)
        case Loop():
            return _loop(composition, box, box.what, encode)
        case Choice() | Recover() | Again() | Each():
            return _region(composition, box, box.what, encode)


def _by_name(box: Box) -> tuple[int, ...]:
    if len(box.inputs) < 2:
        return tuple(range(len(box.inputs)))
    return tuple(sorted(range(len(box.inputs)), key=lambda i: box.inputs[i].name))


def _positions(box: Box, names: Sequence[str]) -> tuple[int, ...]:
    at = {p.name: i for i, p in enumerate(box.inputs)}
    return tuple(at[n] for n in names)


def _numbered(names: Sequence[str]) -> dict[str, str]:
    return {n: f"#{i}" for i, n in enumerate(names)}


def _clauses(clauses: Sequence[Clause], names: Mapping[str, str]) -> str:
    return "|".join(sorted(term_text(c.pred, names) for c in clauses))


def _hole(box: Box, requires: Sequence[Clause], ensures: Sequence[Clause]) -> Label:
    ins, outs = (",".join(sorted(f"{p.name}:{type_text(p.type)}" for p in side)) for side in (box.inputs, box.outputs))
    text = f"hole ({ins})({outs}) {_clauses(requires, {})} -> {_clauses(ensures, {})}"
    return Label(text, _by_name(box), {p.name: p.name for p in box.outputs})


def _fold(box: Box, what: Folded, encode: EncodeBody) -> Label:
    body = encode(what.body, ("acc",), {"acc": "acc", "item": "item"})
    text = f"fold {body.digest} {term_text(what.invariant.pred, NOTHING)}"
    return Label(text, _by_name(box), {p.name: "" for p in box.outputs})


def _loop(composition: Composition, box: Box, what: Loop, encode: EncodeBody) -> Label:
    """An input that is also an output has the output's number; the others come in the order of use."""
    states = {p.name: "state" for p in box.outputs}
    outputs = _in_order(box, (what.body,), encode, states)
    states = {n: f"state{i}" for i, n in enumerate(outputs)}
    body = encode(what.body, outputs, states)
    names = [*outputs, *(n for n in body.inputs if n not in states)]
    clauses = (what.cond,) if what.invariant is None else (what.cond, what.invariant)
    for clause in clauses:
        names.extend(n for n in variables(clause.pred) if n not in names)
    numbers = _numbered(names)
    said = " ".join(term_text(c.pred, numbers) for c in clauses)
    given = ",".join(numbers[n] for n in body.inputs)
    return Label(f"iterate {what.bound} {body.digest}({given}) {said}", _positions(box, names), _outs(outputs))


def _region(composition: Composition, box: Box, what: Choice | Recover | Again | Each, encode: EncodeBody) -> Label:
    inner = bodies(what)
    outputs = _in_order(box, inner, encode, NOTHING)
    made = [encode(b, outputs, NOTHING) for b in inner]
    word = f"retry {what.count}" if isinstance(what, Again) else WORDS[type(what)]
    names = variables(what.cond.pred) if isinstance(what, Choice) else []
    for body in made:
        names.extend(n for n in body.inputs if n not in names)
    if isinstance(what, Each):  # an input that the body does not use still decides how often it runs
        names.extend(sorted(p.name for p in box.inputs if p.name not in names))
    numbers = _numbered(names)
    said = term_text(what.cond.pred, numbers) + " " if isinstance(what, Choice) else ""
    parts = " ".join(f"{b.digest}({','.join(numbers[n] for n in b.inputs)})" for b in made)
    return Label(f"{word} {said}{parts}", _positions(box, names), _outs(outputs))


def _outs(outputs: Sequence[str]) -> dict[str, str]:
    return {n: str(i) for i, n in enumerate(outputs)}


def _in_order(box: Box, inner: Sequence[int], encode: EncodeBody, inputs: Mapping[str, str]) -> list[str]:
    """Outputs of a region by how the bodies make them, since their names are arbitrary; equals and many by name."""
    names = sorted(p.name for p in box.outputs)
    if 1 < len(names) <= MANY:
        names.sort(key=lambda n: [encode(b, (n,), inputs).digest for b in inner])
    return names
