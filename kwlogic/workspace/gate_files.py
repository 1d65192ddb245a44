"""The files of the gate in a project: ``gate/<module>.cases`` holds what once broke a contract, ``gate/<module>.baseline`` the
text of a module that was accepted. Both are text, made to be kept with the specs."""

from __future__ import annotations

from pathlib import Path

from kwlogic.gate.cases import Kept, read_cases, with_case
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic, Source
from kwlogic.workspace.config import show_path

FOLDER = "gate"


class GateFiles:
    """The folder ``gate`` of a project."""

    def __init__(self, root: Path, cwd: Path) -> None:
        self.folder = root / FOLDER
        self.cwd = cwd
        self.sources: dict[str, Source] = {}
        self.written: list[str] = []

    def path(self, module: str, kind: str) -> Path:
        return self.folder / f"{module}.{kind}"

    def read(self, module: str, kind: str) -> Source | None:
        """The file of a module as text; None where there is none. Raises Diagnosed where it cannot be read."""
        path = self.path(module, kind)
        shown = show_path(path, self.cwd)
        try:
            if not path.is_file():
                return None
            return Source(shown, path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8"
            raise Diagnosed(diagnostic("KW710", f"`{shown}` cannot be read: {reason}")) from error

    def cases(self, module: str) -> tuple[tuple[Kept, ...], tuple[Diagnostic, ...]]:
        source = self.read(module, "cases")
        if source is None:
            return (), ()
        self.sources[source.path] = source
        return read_cases(source)

    def keep(self, module: str, line: str) -> None:
        """Add a case to the file of a module."""
        source = self.read(module, "cases")
        before = source.text if source is not None else ""
        text = with_case(before, line)
        if text != before:
            self.write(module, "cases", text)

    def write(self, module: str, kind: str, text: str) -> None:
        path = self.path(module, kind)
        shown = show_path(path, self.cwd)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise Diagnosed(diagnostic("KW709", f"`{shown}` cannot be written: {error.strerror}")) from error
        if shown not in self.written:
            self.written.append(shown)
