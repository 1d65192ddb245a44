"""`kwlogic schema`: types to JSON Schema, and JSON Schema to types."""

from __future__ import annotations

from pathlib import Path

import click


@click.group("schema", short_help="Between types and JSON Schema, exactly.")
def schema_group() -> None:
    """Between types and JSON Schema, exactly: what cannot be said on the other side is named, never dropped."""


@schema_group.command("export")
@click.argument("name")
@click.option("--path", "paths", multiple=True, metavar="PATH", help="Where to look, instead of the project.")
@click.option("--outputs", is_flag=True, help="The outputs of a kernel, instead of its inputs.")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Where to write it, instead of stdout.")
def export(name: str, paths: tuple[str, ...], outputs: bool, output: Path | None) -> int:
    """Print the JSON Schema of a kernel's inputs (or outputs), or of a data type.

    NAME is FILE::NAME, MODULE.NAME or NAME. What the schema cannot say stands in `$comment`s, and is listed on stderr.

    \b
    Examples:
      kwlogic schema export approve
      kwlogic schema export billing.kw::Invoice -o invoice.schema.json
    """
    import json
    import sys

    from kwlogic.weave.schema.service import export_schema

    found = export_schema(name, paths, outputs, Path.cwd())
    text = json.dumps(found.schema, indent=2, ensure_ascii=False)
    if output is None:
        print(text)
    else:
        _write(output, text + "\n")
    for note in found.notes:
        print(f"not said by the schema: {' '.join(note.split())}", file=sys.stderr)
    return 0


@schema_group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", default="Root", show_default=True, help="Where the names of the types start from.")
@click.option("--module", metavar="MODULE", help="Write a module of this name.")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Where to write it, instead of stdout.")
def import_(file: Path, name: str, module: str | None, output: Path | None) -> int:
    """Print the types of a JSON Schema: no invalid document fits them, and every valid one does.

    A keyword that types cannot say is refused with its place.

    \b
    Example:
      kwlogic schema import invoice.schema.json --module billing.wire -o wire.kw
    """
    from kwlogic.weave.schema.service import import_schema

    text = import_schema(file, name, module)
    if output is None:
        print(text, end="")
    else:
        _write(output, text)
    return 0


@schema_group.command("compare")
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
def compare(first: Path, second: Path) -> int:
    """Is every document that fits FIRST one that fits SECOND? Prints a document that does not, where there is one.

    Exits with 0 where it is so, with 1 where it is not, with 3 where it could not be decided.

    \b
    Example:
      kwlogic schema compare new.schema.json old.schema.json
    """
    from kwlogic.weave.schema.service import compare_schemas

    verdict, text = compare_schemas(first, second)
    print(text)
    return {"yes": 0, "no": 1}.get(verdict, 3)


def _write(path: Path, text: str) -> None:
    from kwlogic.source.codes import diagnostic
    from kwlogic.source.data import Diagnosed

    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise Diagnosed(diagnostic("KW709", f"`{path}` cannot be written: {error.strerror or error}")) from error
