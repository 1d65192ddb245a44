"""The pytest plugin: each clause of a spec file is a test, its diagnostic the failure text.

Opt-in: with ``--kwlogic`` every ``*.kw`` file below the arguments is collected, without it only files that are named. With
``--kwlogic-gate`` each kernel goes through the gate as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

if TYPE_CHECKING:
    from kwlogic.source.data import Diagnostic, Source
    from kwlogic.vc.data import Obligation, Result
    from kwlogic.workspace.data import CheckResult


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("kwlogic")
    group.addoption("--kwlogic", action="store_true", help="collect spec files (*.kw): each clause is a test")
    group.addoption("--kwlogic-gate", action="store_true", help="send each kernel of collected spec files through the gate")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    named = parent.session.isinitpath(file_path)
    wanted = parent.config.getoption("--kwlogic") or parent.config.getoption("--kwlogic-gate")
    if file_path.suffix != ".kw" or not (named or wanted):
        return None
    found: pytest.Collector = SpecFile.from_parent(parent, path=file_path)
    return found


class Wrong(Exception):
    """What is wrong with a clause, in words."""


class SpecFile(pytest.File):
    """A spec file. It is read when it is collected and checked when its first clause is run."""

    _result: CheckResult | None = None

    def collect(self) -> Iterator[pytest.Item]:
        from kwlogic.vc.plan import plan
        from kwlogic.workspace.check import declarations, elaborate_all
        from kwlogic.workspace.config import project_of
        from kwlogic.workspace.load import load
        from kwlogic.workspace.select import select

        cwd = self.config.rootpath
        project = project_of((str(self.path),), cwd)
        selections, _ = select((str(self.path),), project, cwd)
        loaded = load(selections, project, cwd)
        program, _ = elaborate_all(loaded, cwd)
        names, _ = declarations(loaded, program)
        obligations = plan(program, names)[0].obligations if names else ()
        source = next((loaded.sources[s.shown] for s in selections if s.shown in loaded.sources), None)
        yield TextItem.from_parent(self, name="text")
        for obligation in obligations:
            yield ClauseItem.from_parent(self, name=_name(obligation), obligation=obligation, source=source)
        if self.config.getoption("--kwlogic-gate"):
            for name in names:
                if name in program.kernels:
                    yield GateItem.from_parent(self, name=f"{name.rpartition('.')[2]}/gate")

    def result(self) -> CheckResult:
        """The verdicts of the whole file."""
        from kwlogic.workspace.check import check
        from kwlogic.workspace.data import CheckRequest

        if self._result is None:
            self._result = check(CheckRequest((str(self.path),), self.config.rootpath))
        return self._result


def _name(obligation: Obligation) -> str:
    label = f"[{obligation.label}]" if obligation.label else ""
    return obligation.id.removeprefix(f"{obligation.module}.") + label


class SpecItem(pytest.Item):
    """One thing that a file claims. ``funcargs``: plugins that wrap tests look for fixtures there."""

    funcargs: ClassVar[dict[str, object]] = {}

    @property
    def file(self) -> SpecFile:
        assert isinstance(self.parent, SpecFile)
        return self.parent

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        from kwlogic.source.data import Diagnosed

        if isinstance(excinfo.value, Wrong):
            return str(excinfo.value)
        if isinstance(excinfo.value, Diagnosed):
            return text_of(excinfo.value.diagnostics, {})
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, self.name


class TextItem(SpecItem):
    """The file can be read: it parses, its names are known, its types fit."""

    def runtest(self) -> None:
        from kwlogic.source.data import Severity
        from kwlogic.workspace.findings import FROM_VERDICTS

        result = self.file.result()
        errors = [d for d in result.diagnostics if d.severity is Severity.ERROR and d.code not in FROM_VERDICTS]
        if errors:
            raise Wrong(text_of(errors, result.sources))


class ClauseItem(SpecItem):
    """One obligation. What is refuted or unknown fails; proved, enforced and assumed pass."""

    def __init__(self, *, obligation: Obligation, source: Source | None, **rest: Any) -> None:
        super().__init__(**rest)
        self.obligation = obligation
        self.line = source.position(obligation.span.start)[0] - 1 if source is not None else None

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, self.line, self.name

    def runtest(self) -> None:
        from kwlogic.vc.data import Refuted, Unknown

        checked = self.file.result()
        found = next((r for r in checked.results if r.obligation.id == self.obligation.id), None)
        if found is None:
            raise Wrong("it was not checked, since the file has errors")
        if isinstance(found.verdict, Refuted | Unknown):
            raise Wrong(self._text(found, checked))

    def _text(self, result: Result, checked: CheckResult) -> str:
        """The diagnostics at the place of the clause."""
        span = result.obligation.span
        mine = [d for d in checked.diagnostics if d.span == span] or [
            d for d in checked.diagnostics if d.span and d.span.start == span.start
        ]
        return text_of(mine, checked.sources) or f"`{result.obligation.text}` is not proved"


class GateItem(SpecItem):
    """One kernel through the gate."""

    def runtest(self) -> None:
        from kwlogic.gate.data import Standing
        from kwlogic.render.gate import gate_lines
        from kwlogic.workspace.gate import gate
        from kwlogic.workspace.gate_data import GateRequest

        selected = f"{self.path}::{self.name.partition('/')[0]}"
        result = gate(GateRequest((selected,), self.config.rootpath, check=False, record=False))
        if any(r.standing is not Standing.ACCEPTED for r in result.reports):
            raise Wrong("\n".join("".join(text for text, _ in line) for line in gate_lines(result)))


def text_of(diagnostics: Iterable[Diagnostic], sources: Any) -> str:
    from kwlogic.render.full import diagnostic_lines

    return "\n".join("".join(text for text, _ in line) for d in diagnostics for line in diagnostic_lines(d, sources)).rstrip()
