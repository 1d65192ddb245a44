"""What a check says of holes: for each a note with the weakest contract that fits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from kwlogic.lab.drawing import composition_named
from kwlogic.lab.filling import HoleAnswer, answers_for, hole_nodes
from kwlogic.lab.opened import open_project
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic, Source, Span
from kwlogic.workspace.findings import short

_HOLE = re.compile(r"\bhole\s*\(")


def hole_notes(
    paths: Iterable[str], cwd: Path, selected: Mapping[str, tuple[Span, ...]], sources: Mapping[str, Source]
) -> tuple[Diagnostic, ...]:
    """Notes on the holes of what was selected (files, with the spans looked at); nothing is read again where no text has one."""
    files = {f for f in selected if f in sources and _HOLE.search(sources[f].text)}
    if not files:
        return ()
    try:
        opened = open_project(paths, cwd)
    except Diagnosed:
        return ()
    found: list[Diagnostic] = []
    for name in opened.own_kernels():
        kernel = opened.program.kernels[name]
        if kernel.name_span.file in files and hole_nodes(kernel) and _looked_at(kernel.name_span, selected[kernel.name_span.file]):
            found += map(note, answers_for(opened, kernel, composition_named(opened, kernel), False))
    return tuple(found)


def _looked_at(place: Span, spans: tuple[Span, ...]) -> bool:
    return not spans or any(s.start <= place.start and place.end <= s.end for s in spans)


def note(answer: HoleAnswer) -> Diagnostic:
    name = short(answer.kernel)
    help = f"`kwlogic hole {name}` lists the kernels of the project that fit"
    if answer.requires is None:
        return diagnostic(
            "KW443", f"what the hole in `{name}` asks for is not stated", answer.span, "a kernel is missing", notes=(answer.note,)
        )
    kind = "the weakest contract" if answer.exact else "a contract"
    notes = [f"{kind} that fits:\n{answer.declaration('part')}"]
    if answer.vain:
        notes.append("no kernel can keep it for every input that may reach the hole: the composition around it asks too much")
    if answer.open:
        notes.append("even so, this is open: " + "; ".join(answer.open))
    return diagnostic(
        "KW443",
        f"the hole in `{name}` takes any kernel of this contract",
        answer.span,
        "a kernel is missing",
        notes=tuple(notes),
        help=help,
    )
