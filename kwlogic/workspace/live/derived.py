"""What the parts of a composition ensure of its own outputs: read off its graph, nothing is proved.

A clause of a part is told where every port it speaks of is, wire for wire, a port of the composition; a part that every
run passes through has kept it by then.
"""

from __future__ import annotations

import re

from kwlogic.compose.data import INPUT, Composition, Dag, Part, Wire
from kwlogic.core.program import Clause, ComposeBody, Origin, Program
from kwlogic.core.walk import free_vars
from kwlogic.core.wiring import Wiring
from kwlogic.workspace.live.symbols import NAME


def derived(program: Program, name: str) -> list[str]:
    """The clauses, in the composition's own names; none for a kernel that is no composition."""
    from kwlogic.compose.wiring_to_dag import composition_of

    kernel = program.kernels.get(name)
    if kernel is None or not isinstance(kernel.body, ComposeBody) or not isinstance(kernel.body.wiring, Wiring):
        return []
    composition: Composition = composition_of(kernel.body.wiring, kernel)
    written = {" ".join(c.text.split()) for c in kernel.ensures}
    found = {text: None for text in _told(program, composition.root) if text not in written}
    return list(found)


def _told(program: Program, dag: Dag) -> list[str]:
    outside = {wire: port.name for port, wire in dag.outputs}
    told: list[str] = []
    for index, box in enumerate(dag.boxes):
        part = program.kernels.get(box.what.kernel) if isinstance(box.what, Part) else None
        if part is None:
            continue
        names = {p.name: w.port for p, w in zip(box.inputs, box.sources) if w.box == INPUT}
        yields = {p.name: outside[w] for p in box.outputs if (w := Wire(index, p.name)) in outside}
        for clause in part.ensures:
            text = _renamed(clause, names, yields)
            if text is not None:
                told.append(text)
    return told


def _renamed(clause: Clause, inputs: dict[str, str], outputs: dict[str, str]) -> str | None:
    spoken = {str(v.data) for v in free_vars(clause.pred)}
    if (
        clause.origin is not Origin.WRITTEN
        or '"' in clause.text
        or not spoken & outputs.keys()
        or not spoken <= inputs.keys() | outputs.keys()
    ):
        return None
    names = inputs | outputs
    if any(n != names[n] for n in spoken) and re.search(r"\.|\b(forall|exists|let|fn|match)\b", clause.text):
        return None
    return NAME.sub(lambda m: names[m.group()] if m.group() in spoken else m.group(), " ".join(clause.text.split()))
