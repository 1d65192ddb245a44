"""The services behind `kwlogic run`: evaluate a kernel, and check its contract on the way.

A broken clause is shown with the value of each of its parts and with the inputs. Nothing is printed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kwlogic.core.program import Clause, Kernel, Program
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Severity, Source
from kwlogic.workspace.check import elaborate_all
from kwlogic.workspace.config import project_of
from kwlogic.workspace.data import Project
from kwlogic.workspace.findings import one_line, short
from kwlogic.workspace.load import Loaded, load
from kwlogic.workspace.outcome import MAX_STEPS, Outcome, parts_notes, shown, stopped
from kwlogic.workspace.select import select

if TYPE_CHECKING:
    from kwlogic.core.value import Value


@dataclass(frozen=True, slots=True)
class Found:
    """A kernel to run, with the program that it stands in."""

    project: Project
    program: Program
    kernel: Kernel
    sources: Mapping[str, Source]


def find_kernel(name: str, paths: tuple[str, ...], cwd: Path) -> Found | Outcome:
    """The kernel that is named, or what to say where there is none that can be run. Raises Diagnosed where the
    configuration is wrong."""
    file, colons, wanted = name.partition("::")
    where = (file,) if colons else paths
    project = project_of(where, cwd)
    selections, missing = select(where, project, cwd)
    if missing:
        return Outcome(diagnostics=missing, sources=_config_source(project.source), usage=True)
    loaded = load(selections, project, cwd)
    program, problems = elaborate_all(loaded, cwd)
    kernel = _find_kernel(program, loaded, wanted if colons else name, (*loaded.diagnostics, *problems))
    if isinstance(kernel, Outcome):
        return kernel
    refusal = _refusal(kernel)
    if refusal is not None:
        return Outcome(diagnostics=(refusal,), sources=loaded.sources, usage=True)
    return Found(project, program, kernel, loaded.sources)


def evaluate_kernel(found: Found, document: str) -> Outcome:
    """The outputs of a kernel whose body is an expression, its contract checked on the way."""
    return _Run(found.program, found.kernel, found.sources).outcome(document)


def _config_source(source: Source | None) -> dict[str, Source]:
    return {source.path: source} if source is not None else {}


def _find_kernel(program: Program, loaded: Loaded, name: str, problems: tuple[Diagnostic, ...]) -> Kernel | Outcome:
    mine = [k for k in program.kernels if k.rpartition(".")[0] in loaded.wanted]
    found = [k for k in mine if k == name] or [k for k in mine if short(k) == name]
    if len(found) == 1:
        return program.kernels[found[0]]
    errors = errors_about(name, (d for d in problems if d.severity is Severity.ERROR), loaded.sources)
    if found:
        listed = ", ".join(f"`{k}`" for k in found)
        clash = diagnostic("KW726", f"`{name}` is the name of {len(found)} kernels: {listed}", help="give the module too")
        return Outcome(diagnostics=(clash,), usage=True)
    help = _near(name, mine)
    unknown = diagnostic("KW726", f"there is no kernel `{name}`" + (", or it has errors" if errors else ""), help=help)
    return Outcome(diagnostics=(*errors, unknown), sources=loaded.sources, usage=True)


def errors_about(name: str, errors: Iterable[Diagnostic], sources: Mapping[str, Source]) -> tuple[Diagnostic, ...]:
    """Those in files that seem to declare something of this name: they may be why it is not there. Errors elsewhere are not."""
    declares = re.compile(rf"^[ \t]*\w+[ \t]+{re.escape(short(name))}\s*[(\[]", re.MULTILINE)
    files = {path for path, source in sources.items() if declares.search(source.text)}
    return tuple(d for d in errors if d.span is None or d.span.file in files)


def _near(name: str, kernels: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(short(name), [short(k) for k in kernels], 1)
    if near:
        return f"did you mean `{near[0]}`?"
    if not kernels:
        return "name its file: FILE::KERNEL"
    some = ", ".join(f"`{short(k)}`" for k in kernels[:8])
    return f"there {'is' if len(kernels) == 1 else 'are'} {some}{' and others' if len(kernels) > 8 else ''}"


def _refusal(kernel: Kernel) -> Diagnostic | None:
    name = short(kernel.name)
    if kernel.tparams:
        return diagnostic("KW724", f"`{name}` is generic, so there is no telling how to read its input", kernel.name_span)
    if kernel.body is None:
        return diagnostic("KW724", f"`{name}` has no body, so there is nothing to run", kernel.name_span)
    return None


class _Run:
    """One run: decode, requires, body, ensures, encode."""

    def __init__(self, program: Program, kernel: Kernel, sources: Mapping[str, Source]) -> None:
        from kwlogic.core.eval import Evaluator

        self.program, self.kernel, self.sources = program, kernel, sources
        self.evaluator = Evaluator(program, MAX_STEPS)
        self.notices: list[Diagnostic] = []

    def outcome(self, document: str) -> Outcome:
        from kwlogic.core.codec import DecodeError, decode_ports
        from kwlogic.core.eval import EvalStop

        try:
            inputs = decode_ports(document, self.kernel.inputs, self.program)
        except DecodeError as error:
            found = diagnostic("KW720", f"the input does not fit `{short(self.kernel.name)}`: {error}", help=self._signature())
            return Outcome(diagnostics=(found,), sources=self.sources, failed=True, usage=True)
        try:
            return self._run(inputs)
        except EvalStop as stop:
            found = stopped(stop, self.evaluator, self.sources, self._input_note(inputs))
            return Outcome(diagnostics=(*self.notices, found), sources=self.sources, failed=True)

    def _run(self, inputs: dict[str, Value]) -> Outcome:
        from kwlogic.core.codec import encode_ports
        from kwlogic.core.eval_fail import results_env

        broken = self._broken(
            self.kernel.requires, inputs, inputs, "KW721", f"this input is outside of the requires of `{short(self.kernel.name)}`"
        )
        if broken:
            return Outcome(diagnostics=(*self.notices, *broken), sources=self.sources, failed=True)
        value = self.evaluator.call(self.kernel.name, list(inputs.values()))
        env, _ = results_env(self.program, self.kernel.name, (*inputs.values(), value))
        text = encode_ports({p.name: env[p.name] for p in self.kernel.outputs}, self.kernel.outputs, self.program)
        broken = self._broken(self.kernel.ensures, env, inputs, "KW722", f"the output breaks the contract of `{short(self.kernel.name)}`")
        return Outcome("" if broken else text, (*self.notices, *broken), self.sources, failed=bool(broken))

    def _broken(
        self, clauses: tuple[Clause, ...], env: Mapping[str, Value], inputs: Mapping[str, Value], code: str, message: str
    ) -> list[Diagnostic]:
        from kwlogic.core.eval import NotExecutable

        found: list[Diagnostic] = []
        for clause in clauses:
            try:
                if self.evaluator.holds(clause, env):
                    continue
            except NotExecutable as stop:
                self.notices.append(diagnostic("KW730", f"`{one_line(clause.text)}` was not checked: {stop.reason}", clause.span))
                continue
            notes = (*parts_notes(clause, env, self.evaluator, self.sources), self._input_note(inputs))
            found.append(diagnostic(code, f"{message}: `{one_line(clause.text)}` is false", clause.span, "false here", notes=notes))
        return found

    def _input_note(self, inputs: Mapping[str, Value]) -> str:
        return "inputs: " + (", ".join(f"{p.name} = {shown(inputs[p.name])}" for p in self.kernel.inputs) or "none")

    def _signature(self) -> str:
        from kwlogic.core.types import show_type

        ports = ", ".join(f"{p.name}: {show_type(p.type)}" for p in self.kernel.inputs)
        return f"the input is a JSON object with these keys: {ports}" if ports else "the input is the JSON object {}"
