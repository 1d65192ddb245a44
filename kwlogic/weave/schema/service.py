"""The services behind `kwlogic schema`: names and files in, schemas and texts out. Nothing is printed here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kwlogic.core.codec_json import JsonError, read_json, write_json
from kwlogic.core.program import Program
from kwlogic.core.types import mk_type
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic, Severity, Source
from kwlogic.weave.schema.export import Exported, kernel_schemas, type_schema
from kwlogic.weave.schema.into import SchemaRefused, schema_to_types
from kwlogic.weave.schema.subschema import subschema
from kwlogic.workspace.check import elaborate_all
from kwlogic.workspace.config import project_of
from kwlogic.workspace.load import load
from kwlogic.workspace.select import select

MAX_BYTES = 50_000_000


def export_schema(name: str, paths: tuple[str, ...], outputs: bool, cwd: Path) -> Exported:
    """The schema of a kernel's inputs or outputs, or of a data type; raises Diagnosed."""
    file, colons, wanted = name.partition("::")
    where = (file,) if colons else paths
    project = project_of(where, cwd)
    selections, missing = select(where, project, cwd)
    if missing:
        raise Diagnosed(*missing)
    loaded = load(selections, project, cwd)
    program, problems = elaborate_all(loaded, cwd)
    found = _find(wanted if colons else name, program, frozenset(loaded.wanted))
    if found is None:
        errors = [d for d in (*loaded.diagnostics, *problems) if d.severity is Severity.ERROR]
        raise Diagnosed(*errors, _nobody(wanted if colons else name, program, frozenset(loaded.wanted)))
    if found in program.kernels:
        kernel = program.kernels[found]
        if kernel.tparams:
            raise Diagnosed(diagnostic("KW822", f"`{name}` is generic, so its ports have no one schema", kernel.name_span))
        return kernel_schemas(kernel, program)[1 if outputs else 0]
    if program.datas[found].tparams:
        raise Diagnosed(diagnostic("KW822", f"`{name}` has parameters, so it has no one schema", program.datas[found].span))
    return type_schema(mk_type(found), program)


def _find(name: str, program: Program, modules: frozenset[str]) -> str | None:
    own = [n for n in (*program.kernels, *program.datas) if n.rpartition(".")[0] in modules]
    found = [n for n in own if n == name] or [n for n in own if n.rpartition(".")[2] == name]
    return found[0] if len(found) == 1 else None


def _nobody(name: str, program: Program, modules: frozenset[str]) -> Diagnostic:
    import difflib

    own = [n for n in (*program.kernels, *program.datas) if n.rpartition(".")[0] in modules]
    several = [n for n in own if n.rpartition(".")[2] == name]
    if several:
        return diagnostic("KW822", f"`{name}` is the name of several: {', '.join(several)}", help="give the module too")
    near = difflib.get_close_matches(name, [*own, *(n.rpartition(".")[2] for n in own)], 1)
    help = f"did you mean `{near[0]}`?" if near else None
    return diagnostic("KW822", f"there is no kernel or data type `{name}`", help=help)


def read_schema(path: Path) -> Any:
    """The schema in a file, numbers exact; raises Diagnosed."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Diagnosed(diagnostic("KW822", f"`{path}` is larger than {MAX_BYTES} bytes"))
        return read_json(path.read_bytes().decode("utf-8"))
    except (JsonError, UnicodeDecodeError) as error:
        raise Diagnosed(diagnostic("KW822", f"`{path}` is not JSON: {error}")) from error
    except (OSError, ValueError) as error:
        raise Diagnosed(diagnostic("KW710", f"`{path}` cannot be read: {getattr(error, 'strerror', None) or error}")) from error


def import_schema(path: Path, name: str, module: str | None) -> str:
    """The spec text of a schema's types, checked; raises Diagnosed."""
    try:
        imported = schema_to_types(read_schema(path), name)
        assert imported.bridge.program is not None
    except SchemaRefused as error:
        raise refused(str(path), error) from error
    return _formatted(imported.text(module))


def _formatted(text: str) -> str:
    from kwlogic.syntax.format import format_module
    from kwlogic.syntax.parse import parse_module

    source = Source("<schema>", text)
    return format_module(parse_module(source)[0], source)


def refused(shown: str, error: SchemaRefused) -> Diagnosed:
    return Diagnosed(diagnostic("KW821", f"`{shown}` cannot be said in types: {error}"))


def compare_schemas(first: Path, second: Path) -> tuple[str, str]:
    found = subschema(read_schema(first), read_schema(second))
    if found.verdict == "yes":
        return "yes", f"yes: every document of {first} is one of {second}"
    if found.verdict == "no":
        return "no", f"no: this fits {first} and not {second}: {write_json(found.witness)}"
    return "unknown", f"not decided: {found.reason}"
