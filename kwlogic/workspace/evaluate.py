"""The service behind `kwlogic eval`: the value of an expression, in scope of the standard library and of a module."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from kwlogic.core.program import Program
from kwlogic.core.terms import Term
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Severity, Source
from kwlogic.workspace.check import elaborate_all
from kwlogic.workspace.config import find_project
from kwlogic.workspace.find import header_of
from kwlogic.workspace.load import Loaded, complete, load
from kwlogic.workspace.outcome import MAX_STEPS, Outcome, stopped
from kwlogic.workspace.select import SUFFIX, files_of, select


def evaluate(text: str, module: str | None, cwd: Path) -> Outcome:
    """The value of an expression, in scope of the standard library and of a module."""
    from kwlogic.elab.elaborate import elaborate_expr
    from kwlogic.syntax.parse import parse_expr

    source = Source("<expression>", text)
    expr, problems = parse_expr(source)
    errors = tuple(d for d in problems if d.severity is Severity.ERROR)
    if expr is None or errors:
        return Outcome(diagnostics=errors, sources={source.path: source}, usage=True)
    loaded, name, failure = _module(module, text, cwd)
    if failure is not None:
        return failure
    program, of_module = elaborate_all(loaded, cwd)
    term, _, problems = elaborate_expr(program, name, expr, source)
    errors = tuple(d for d in problems if d.severity is Severity.ERROR)
    if errors and not loaded.whole:
        complete(loaded, cwd)
        program, of_module = elaborate_all(loaded, cwd)
        term, _, problems = elaborate_expr(program, name, expr, source)
        errors = tuple(d for d in problems if d.severity is Severity.ERROR)
    sources = {**loaded.sources, source.path: source}
    if term is None or errors:
        others = tuple(d for d in (*loaded.diagnostics, *of_module) if d.severity is Severity.ERROR)
        return Outcome(diagnostics=(*others, *errors), sources=sources, usage=True)
    return evaluated(program, term, sources)


def evaluated(program: Program, term: Term, sources: Mapping[str, Source]) -> Outcome:
    """The value of a closed term, as text."""
    from kwlogic.core.eval import EvalStop, Evaluator
    from kwlogic.core.value import is_function
    from kwlogic.core.value_show import show_value

    evaluator = Evaluator(program, MAX_STEPS)
    try:
        value = evaluator.eval(term, {})
    except EvalStop as stop:
        return Outcome(diagnostics=(stopped(stop, evaluator, sources),), sources=sources, failed=True)
    if is_function(value):
        return Outcome(
            diagnostics=(diagnostic("KW727", "the value is a function, which cannot be printed", help="apply it"),),
            sources=sources,
            failed=True,
        )
    return Outcome(show_value(value, term.type, program), sources=sources)


def _module(module: str | None, text: str, cwd: Path) -> tuple[Loaded, str | None, Outcome | None]:
    """The modules in scope; ``module`` is a file, or the name of a module of the project or of the standard library."""
    project = find_project(cwd, cwd)
    if module is None:
        return load((), project, cwd, text, whole=module is not None), None, None
    if module.endswith(SUFFIX):
        selections, missing = select((module,), project, cwd)
        if missing:
            return Loaded(), None, Outcome(diagnostics=missing, usage=True)
        loaded = load(selections, project, cwd, text)
        return loaded, next(iter(loaded.wanted), None), None
    loaded = load((), project, cwd, text, whole=module is not None)
    if module in loaded.modules:
        return loaded, module, None
    for path in _project_files(project.root, project.config.paths, cwd):
        if header_of(path) == module:
            selections, _ = select((str(path),), project, cwd)
            return load(selections, project, cwd, text), module, None
    return loaded, None, Outcome(diagnostics=(_no_module(module, loaded),), usage=True)


def _project_files(root: Path, paths: tuple[str, ...], cwd: Path) -> Iterator[Path]:
    project = find_project(cwd, cwd)
    for path in paths:
        yield from files_of(root / path, project)


def _no_module(module: str, loaded: Loaded) -> Diagnostic:
    import difflib

    near = difflib.get_close_matches(module, loaded.modules, 1)
    help = f"did you mean `{near[0]}`?" if near else "give the name of a module of the project, or a file"
    return diagnostic("KW726", f"there is no module `{module}`", help=help)
