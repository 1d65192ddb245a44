"""Programs by name, for faces and for whoever uses the library from Python: what a file, a module or a type stands for.

The one place below which nothing knows of files is left here: the gate's public strategies take names, and this finds them.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kwlogic.core.program import Clause, Program
    from kwlogic.core.types import Type
    from kwlogic.workspace.load import Loaded


def load_project(name: str, cwd: Path | None = None) -> tuple[Program, frozenset[str]]:
    """The program in which ``file.kw::declaration`` or ``module.declaration`` stands, and the modules that it may be in.

    Raises Diagnosed where the file is not there or holds errors.
    """
    folder = cwd or Path.cwd()
    file = name.partition("::")[0] if "::" in name else ""
    return _loaded(file, folder, _stamp(folder / file))


def _stamp(path: Path) -> tuple[int, int]:
    """Changes where the file does."""
    try:
        found = path.stat()
        return found.st_mtime_ns, found.st_size
    except (OSError, ValueError):
        return 0, 0


@lru_cache(maxsize=32)
def _loaded(file: str, cwd: Path, stamp: tuple[int, int]) -> tuple[Program, frozenset[str]]:
    from kwlogic.source.data import Diagnosed, Severity
    from kwlogic.workspace.check import elaborate_all

    loaded = _read((file,) if file else (), cwd)
    program, problems = elaborate_all(loaded, cwd)
    errors = [d for d in (*loaded.diagnostics, *problems) if d.severity is Severity.ERROR]
    if errors and file:
        raise Diagnosed(*errors)
    return program, frozenset(loaded.wanted)


def _read(paths: tuple[str, ...], cwd: Path, text: str = "") -> Loaded:
    from kwlogic.source.data import Diagnosed
    from kwlogic.workspace.config import project_of
    from kwlogic.workspace.load import load
    from kwlogic.workspace.select import select

    project = project_of(paths, cwd)
    selections, missing = select(paths, project, cwd) if paths or not text else ((), ())
    if missing:
        raise Diagnosed(*missing)
    return load(selections, project, cwd, text)


def load_type(text: str, cwd: Path | None = None) -> tuple[Type, Program, tuple[Clause, ...]]:
    """The type that ``file.kw::Type`` or the text of a type stands for, with the clauses of its refinement, about ``x``."""
    from kwlogic.source.data import Diagnosed, Severity, Source
    from kwlogic.syntax.parse import parse_module
    from kwlogic.workspace.check import elaborate_all

    folder = cwd or Path.cwd()
    file, _, type = text.rpartition("::") if "::" in text else ("", "", text)
    loaded = _read((file,) if file else (), folder, type)
    probe = f"\nlemma value_of(x: {type})\n  ensures true\n"
    name = next(iter(loaded.wanted), "values")
    before = loaded.modules[name][0].text if name in loaded.modules else "module values\n"
    source = Source(f"<{text}>", before + probe)
    module, problems = parse_module(source)
    loaded.modules[name] = (source, module)
    program, more = elaborate_all(loaded, folder)
    errors = [d for d in (*problems, *more) if d.severity is Severity.ERROR]
    lemma = program.lemmas.get(f"{name}.value_of")
    if lemma is None:
        raise Diagnosed(*errors)
    return lemma.params[0].type, program, lemma.requires
