"""What one run of learning shares: the names and types of its module, the project it stands in, what is said on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from kwlogic.core.program import Program
from kwlogic.lab.opened import Opened, open_project
from kwlogic.lab.trial import Trial, tried
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic
from kwlogic.weave.learn.data import Draft, Observation, Options, Port
from kwlogic.weave.learn.naming import Names, Types


@dataclass
class Workshop:
    """``names`` of kernels; ``families``: the names that tasks will have; ``tools``: the kernel of each tool, by the tool's name."""

    options: Options
    opened: Opened
    types: Types = field(default_factory=Types)
    names: Names = field(default_factory=Names)
    families: frozenset[str] = frozenset()
    drafts: list[Draft] = field(default_factory=list)
    tools: dict[str, Draft] = field(default_factory=dict)
    said: list[Diagnostic] = field(default_factory=list)

    def say(self, code: str, message: str, *notes: str, help: str | None = None) -> None:
        self.said.append(diagnostic(code, message, notes=notes, help=help))

    def program_of(self, text: str) -> Trial:
        """A text elaborated beside the standard library."""
        return tried(self.opened, text, "learnt.kw")

    def types_only(self) -> Program:
        return self.program_of(f"module {self.options.module}\n" + "\n".join(self.types.declarations())).program

    def keep(self, draft: Draft) -> Draft:
        self.drafts.append(draft)
        return draft


def open_workshop(options: Options) -> Workshop:
    """A workshop in a project of its own: nothing of the current folder is in sight."""
    return Workshop(options, _library())


@cache
def _library() -> Opened:
    """The standard library, and nothing else."""
    with TemporaryDirectory(prefix="kwlogic-learn") as folder:
        return open_project((), Path(folder), whole=True)


def clashing(rows: Sequence[Observation]) -> tuple[Observation, Observation] | None:
    """Two observations with the same inputs and different outputs."""
    seen: dict[str, Observation] = {}
    for row in rows:
        first = seen.setdefault(repr(row.inputs), row)
        if first.outputs != row.outputs:
            return first, row
    return None


def shown_values(values: Mapping[str, object], ports: Sequence[Port]) -> str:
    from kwlogic.weave.learn.literal import literal

    told = [f"{p.name} = {literal(values[p.name], p.shape)}" for p in ports if p.name in values]
    text = ", ".join(told)
    return text if len(text) <= 300 else text[:297] + "..."
