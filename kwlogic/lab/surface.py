"""From the graph of a composition back to text that an author could have written: `{ y <- k(x); ... }`, or `compose ...`.

Names of wires are kept where they are unique. The text is not trusted by anyone: whoever shows it has elaborated and checked
it first. What has no text (a computed value that an operator other than a call takes) raises Unprintable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from kwlogic.compose.data import (
    INPUT,
    Again,
    Box,
    Check,
    Choice,
    Composition,
    Dag,
    Each,
    Folded,
    Loop,
    Missing,
    Part,
    Pure,
    Recover,
    Wire,
    bodies,
)
from kwlogic.core.show import show_term
from kwlogic.core.types import show_type
from kwlogic.core.wiring import Port
from kwlogic.source.data import Source

_WORD = re.compile(r"""("(?:\\.|[^"\\])*")|([A-Za-z_][A-Za-z0-9_']*)""", re.S)
_BINDS = re.compile(r"\b(forall|exists|let|fn|match)\b")
KEYWORDS = frozenset(
    [
        "module",
        "use",
        "type",
        "record",
        "resource",
        "fn",
        "opaque",
        "lemma",
        "theorem",
        "axiom",
        "kernel",
        "example",
        "refine",
        "requires",
        "ensures",
        "fails",
        "when",
        "if",
        "then",
        "else",
        "let",
        "match",
        "case",
        "forall",
        "exists",
        "in",
        "not",
        "and",
        "or",
        "true",
        "false",
        "by",
        "prompt",
        "tool",
        "python",
        "compose",
        "hole",
        "id",
        "guard",
        "assert",
        "retry",
        "map",
        "fold",
        "iterate",
        "while",
        "max",
        "invariant",
        "as",
        "after",
        "apply",
        "induction",
        "cases",
        "using",
        "decreases",
        "family",
        "evidence",
        "reads",
        "writes",
        "rollback",
        "version",
        "with",
        "deterministic",
        "irrevocable",
        "idempotent",
    ]
)
DEEPEST = 100
Naming = Callable[[str], str]
"""How a text calls a kernel that is given by its qualified name."""


class Unprintable(Exception):
    """This graph has no text as it stands."""


@dataclass(frozen=True, slots=True)
class Writer:
    """``sources``: where expressions have their text; ``naming``: what kernels are called."""

    sources: Mapping[str, Source]
    naming: Naming = lambda name: name

    def body(self, composition: Composition) -> str:
        """The body of a kernel: a graph, or (where an output has the name of an input) ``= compose ...``."""
        dag = composition.root
        if nesting(composition) > DEEPEST:
            raise Unprintable("operators inside each other without end")
        inputs = {p.name for p in dag.inputs}
        if any(p.name in inputs and w != Wire(INPUT, p.name) for p, w in dag.outputs):
            return f"= compose {self.algebra(composition, len(composition.dags) - 1)}"
        return self.graph(composition)

    # ------------------------------------------------------------ graph bodies

    def graph(self, composition: Composition) -> str:
        dag = composition.root
        names = wire_names(dag, outputs_fixed=True)
        lines = [f"  {self._statement(composition, dag, i, names)};" for i, b in enumerate(dag.boxes) if not isinstance(b.what, Pure)]
        for port, wire in dag.outputs:
            if names[wire] != port.name:
                lines.append(f"  {port.name} <- id({names[wire]})[{names[wire]} as {port.name}];")
        return "{\n" + "\n".join(lines) + "\n}"

    def _statement(self, composition: Composition, dag: Dag, index: int, names: Mapping[Wire, str]) -> str:
        box = dag.boxes[index]
        if isinstance(box.what, Check):
            return f"{'guard' if box.what.guard else 'assert'} {self._predicate(box, names)}"
        kept = used_wires(dag) | {w for w, _ in dag.names}
        awaited = any(index in b.after for b in dag.boxes)
        targets = [names[w] if (w := Wire(index, p.name)) in kept or (awaited and not n) else "_" for n, p in enumerate(box.outputs)]
        if set(targets) == {p.name for p in box.outputs} and targets != [p.name for p in box.outputs]:
            raise Unprintable("targets that are the outputs in another order")
        left = targets[0] if len(targets) == 1 else "_" if all(t == "_" for t in targets) else f"({', '.join(targets)})"
        return f"{left} <- {self._step(composition, dag, box, names)}{self._after(dag, box, names)}"

    def _after(self, dag: Dag, box: Box, names: Mapping[Wire, str]) -> str:
        waits = [i for i in box.after if not isinstance(dag.boxes[i].what, Check)]
        if not waits:
            return ""
        kept = used_wires(dag) | {w for w, _ in dag.names}
        wires: list[str | None] = []
        for i in waits:
            outputs = [Wire(i, p.name) for p in dag.boxes[i].outputs]
            wires.append(next((names[w] for w in outputs if w in kept), names[outputs[0]] if outputs else None))
        if None in wires:
            raise Unprintable("a step that waits for one without outputs")
        return " after " + ", ".join(str(w) for w in wires)

    def _step(self, composition: Composition, dag: Dag, box: Box, names: Mapping[Wire, str]) -> str:
        if isinstance(box.what, Part):
            return self._call(dag, box, names)
        wrapped = self._wrapped_call(composition, dag, box, names)
        if wrapped is not None:
            return wrapped
        operator = self.operator(composition, box)
        passed = self._passed(dag, box, names)
        return operator if passed is None else f"{passed} >> ({operator})"

    def _call(self, dag: Dag, box: Box, names: Mapping[Wire, str], prefix: str = "", kernel: str | None = None) -> str:
        assert isinstance(box.what, Part) or kernel is not None
        name = kernel or self.naming(box.what.kernel if isinstance(box.what, Part) else "")
        args = [self._argument(dag, w, names) for w in box.sources]
        if len(args) == 1 or self._by_position(box):
            return f"{prefix}{name}({', '.join(args)})"
        if all(a == p.name for a, p in zip(args, box.inputs)):
            return f"{prefix}{name}({', '.join(args)})"
        return f"{prefix}{name}({', '.join(f'{p.name} = {a}' for a, p in zip(args, box.inputs))})"

    def _by_position(self, box: Box) -> bool:
        """Whether the author gives the arguments of this step by position."""
        source = self.sources.get(box.place.file)
        text = source.code(box.place) if source is not None else ""
        return "(" in text and not any(re.search(rf"[(,]\s*{re.escape(p.name)}\s*=(?!=)", text) for p in box.inputs)

    def _wrapped_call(self, composition: Composition, dag: Dag, box: Box, names: Mapping[Wire, str]) -> str | None:
        """``retry 2 k(e)`` and the like, around one kernel whose ports are those of the region."""
        kernel, prefix, suffix = self._wrapper(composition, box)
        return None if kernel is None else self._call(dag, box, names, prefix, kernel) + suffix

    def _wrapper(self, composition: Composition, box: Box) -> tuple[str | None, str, str]:
        match box.what:
            case Again(count=count, body=body):
                prefix, suffix = f"retry {count} ", ""
            case Each(body=body):
                prefix, suffix = "map ", ""
            case Folded(body=body, invariant=invariant):
                prefix, suffix = "fold ", f" invariant ({_flat(invariant.text)})"
            case _:
                return None, "", ""
        inner = composition.dags[body]
        if len(inner.boxes) != 1 or inner.boxes[0].after:
            return None, "", ""
        only = inner.boxes[0]
        straight = [s == Wire(INPUT, p.name) for p, s in zip(only.inputs, only.sources)]
        ends = [(p.name, w) for p, w in inner.outputs]
        if not all(straight) or ends != [(p.name, Wire(0, p.name)) for p in only.outputs] or only.inputs == ():
            return None, "", ""
        if len(only.inputs) != len(box.inputs):
            return None, "", ""
        if isinstance(only.what, Part):
            return self.naming(only.what.kernel), prefix, suffix
        name, more, end = self._wrapper(composition, only)
        if end and suffix:
            return None, "", ""
        return name, prefix + more, end + suffix

    def _argument(self, dag: Dag, wire: Wire, names: Mapping[Wire, str]) -> str:
        if wire.box != INPUT and isinstance(dag.boxes[wire.box].what, Pure):
            return self._expression(dag.boxes[wire.box], names)
        return names[wire]

    def _expression(self, box: Box, names: Mapping[Wire, str]) -> str:
        assert isinstance(box.what, Pure)
        source = self.sources.get(box.what.span.file)
        text = source.code(box.what.span) if source is not None else show_term(box.what.term)
        return renamed(_flat(text), {p.name: self._plain(w, names) for p, w in zip(box.inputs, box.sources)})

    def _predicate(self, box: Box, names: Mapping[Wire, str]) -> str:
        assert isinstance(box.what, Check)
        return renamed(_flat(box.what.pred.text), {p.name: self._plain(w, names) for p, w in zip(box.inputs, box.sources)})

    @staticmethod
    def _plain(wire: Wire, names: Mapping[Wire, str]) -> str:
        if wire not in names:
            raise Unprintable("a computed value where the name of a wire is needed")
        return names[wire]

    def _passed(self, dag: Dag, box: Box, names: Mapping[Wire, str]) -> str | None:
        """``id`` for the ports of an operator, renamed from the wires; None where they are called the same."""
        pairs = [(self._plain(w, names), p.name) for p, w in zip(box.inputs, box.sources)]
        if all(a == b for a, b in pairs):
            return None
        return "(" + " & ".join(f"id({a})" if a == b else f"id({a})[{a} as {b}]" for a, b in pairs) + ")"

    # ------------------------------------------------------------ operators and their bodies

    def operator(self, composition: Composition, box: Box) -> str:
        inside = [self.algebra(composition, b) for b in bodies(box.what)]
        match box.what:
            case Choice(cond=cond):
                return f"case ({_flat(cond.text)}) then ({inside[0]}) else ({inside[1]})"
            case Recover():
                return f"({inside[0]}) ?? ({inside[1]})"
            case Again(count=count):
                return f"retry {count} ({inside[0]})"
            case Each():
                return f"map ({inside[0]})"
            case Folded(invariant=invariant):
                return f"fold ({inside[0]}) invariant ({_flat(invariant.text)})"
            case Loop(cond=cond, bound=bound, invariant=invariant):
                tail = "" if invariant is None else f" invariant ({_flat(invariant.text)})"
                return f"iterate ({inside[0]}) while ({_flat(cond.text)}) max {bound}{tail}"
            case Missing():
                return f"hole({_ports(box.inputs)}) -> ({_ports(box.outputs)})"
            case _:
                raise AssertionError("no operator")

    def algebra(self, composition: Composition, index: int) -> str:
        """A dag as an expression over its own inputs: one stage for each box, with the wires still needed passed along."""
        dag = composition.dags[index]
        names = wire_names(dag, outputs_fixed=False)
        boxes = [i for i, b in enumerate(dag.boxes) if not isinstance(b.what, Pure)]
        needed = self._needed(dag, boxes)
        live = {Wire(INPUT, p.name) for p in dag.inputs}
        stages: list[str] = []
        for position, i in enumerate(boxes):
            if any(not isinstance(dag.boxes[b].what, Check) for b in dag.boxes[i].after):
                raise Unprintable("a step inside an operator that waits for one that it takes nothing from")
            made = self._stage(composition, dag, i, names)
            own = set(dag.boxes[i].sources) if isinstance(dag.boxes[i].what, Check) else set[Wire]()
            along = sorted(names[w] for w in live & needed[position + 1] - own)
            stages.append(f"({made} & id({', '.join(along)}))" if along else made)
            live |= {Wire(i, p.name) for p in dag.boxes[i].outputs}
        last = stages[-1] if stages else None
        ends = [(names[w], p.name) for p, w in dag.outputs]
        if last is None or not self._ends_so(dag, boxes[-1], names, ends):
            stages.append(" & ".join(f"id({a})" if a == b else f"id({a})[{a} as {b}]" for a, b in ends))
            stages[-1] = f"({stages[-1]})" if len(ends) > 1 else stages[-1]
        return " >> ".join(stages)

    def _needed(self, dag: Dag, boxes: list[int]) -> list[set[Wire]]:
        """Before each stage (and at the end): the wires that it or a later one takes."""
        needed = [{w for _, w in dag.outputs}]
        for i in reversed(boxes):
            needed.append(needed[-1] | self._taken(dag, i))
        return needed[::-1]

    def _taken(self, dag: Dag, index: int) -> set[Wire]:
        found: set[Wire] = set()
        stack = list(dag.boxes[index].sources)
        while stack:
            wire = stack.pop()
            if wire.box != INPUT and isinstance(dag.boxes[wire.box].what, Pure):
                stack.extend(dag.boxes[wire.box].sources)
            else:
                found.add(wire)
        return found

    def _stage(self, composition: Composition, dag: Dag, index: int, names: Mapping[Wire, str]) -> str:
        box = dag.boxes[index]
        if isinstance(box.what, Check):
            return f"{'guard' if box.what.guard else 'assert'} ({self._predicate(box, names)})"
        ends = {p.name: names[Wire(index, p.name)] for p in box.outputs}
        pairs = [f"{a} as {b}" for a, b in ends.items() if a != b]
        tail = f"[{', '.join(pairs)}]" if pairs else ""
        if isinstance(box.what, Part):
            plain = all(w in names for w in box.sources)
            if plain and all(names[w] == p.name for w, p in zip(box.sources, box.inputs)):
                return f"{self.naming(box.what.kernel)}{tail}"
            return f"{self._call(dag, box, names)}{tail}"
        operator = self.operator(composition, box)
        passed = self._passed(dag, box, names)
        whole = f"({operator})" if tail or passed else operator
        return f"({passed} >> {whole}{tail})" if passed else f"{whole}{tail}" if tail else f"({whole})"

    @staticmethod
    def _ends_so(dag: Dag, index: int, names: Mapping[Wire, str], ends: list[tuple[str, str]]) -> bool:
        """Whether the outputs of the last stage are those of the whole, in order."""
        made = [names[Wire(index, p.name)] for p in dag.boxes[index].outputs]
        return all(a == b for a, b in ends) and made == [a for a, _ in ends]


def _flat(text: str) -> str:
    return " ".join(text.split())


def _ports(ports: Iterable[Port]) -> str:
    return ", ".join(f"{p.name}: {show_type(p.type)}" for p in ports)


def nesting(composition: Composition) -> int:
    """How deep operators stand inside each other."""
    depth: list[int] = []
    for dag in composition.dags:
        depth.append(1 + max((depth[b] for box in dag.boxes for b in bodies(box.what)), default=0))
    return depth[-1]


def used_wires(dag: Dag) -> set[Wire]:
    return {w for b in dag.boxes for w in b.sources} | {w for _, w in dag.outputs}


def wire_names(dag: Dag, outputs_fixed: bool) -> dict[Wire, str]:
    """A name for every wire but computed values. ``outputs_fixed``: an output's wire has the output's name where it can."""
    names = {Wire(INPUT, p.name): p.name for p in dag.inputs}
    taken = set(names.values()) | {p.name for p, _ in dag.outputs}
    for port, wire in dag.outputs:
        computed = wire.box != INPUT and isinstance(dag.boxes[wire.box].what, Pure)
        if computed:
            raise Unprintable("an output that is computed by an expression alone")
        if wire not in names and port.name not in names.values():
            names[wire] = port.name
    wanted = dict(dag.names)
    for index, box in enumerate(dag.boxes):
        for port in box.outputs if not isinstance(box.what, Pure) else ():
            wire = Wire(index, port.name)
            if wire not in names:
                names[wire] = fresh(wanted.get(wire, port.name), taken)
    return names


def fresh(base: str, taken: set[str]) -> str:
    """``base``, with a number where it is taken or means something else; adds it to ``taken``."""
    name, number = base, 2
    while name in taken or name in KEYWORDS or name == "_":
        name, number = f"{base}_{number}", number + 1
    taken.add(name)
    return name


def renamed(text: str, names: Mapping[str, str]) -> str:
    """An expression over other wires: words are exchanged, or (where it binds names itself) bound in front of it."""
    pairs = {a: b for a, b in names.items() if a != b}
    if not pairs:
        return text
    if _BINDS.search(text):
        old, new = ", ".join(pairs), ", ".join(pairs.values())
        return f"(let ({old}) = ({new}); {text})" if len(pairs) > 1 else f"(let {old} = {new}; {text})"

    def word(match: re.Match[str]) -> str:
        found = match.group(2)
        after_dot = match.start() > 0 and text[match.start() - 1] == "."
        return match.group() if found is None or after_dot else pairs.get(found, found)

    return _WORD.sub(word, text)


__all__ = ["Unprintable", "Writer", "fresh", "renamed", "used_wires", "wire_names"]
