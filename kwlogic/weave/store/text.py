"""A store as text, exactly: one file of JSON lines for each table, sorted by key, in one folder.

Names of files are names of tables: nothing that is stored becomes a path. What is imported is added in one transaction;
every row's checksum and every kernel's digest is verified first.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed
from kwlogic.weave.store.data import Row, canonical, digest_of
from kwlogic.weave.store.log import Op
from kwlogic.weave.store.store import Store

MANIFEST = "store.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Moved:
    """How many rows of each table went out or came in."""

    rows: dict[str, int]

    def words(self) -> str:
        return ", ".join(f"{n} {t}" for t, n in self.rows.items() if n) or "nothing"


def export_store(store: Store, folder: Path) -> Moved:
    """Write the whole store; files of an earlier export are replaced."""
    from kwlogic.weave.store.models import TABLES

    counts: dict[str, int] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for table in TABLES:
            rows = store.rows(table)
            lines = sorted(canonical({k: v for k, v in row.items() if k != "sum"}) for row in rows)
            _write(folder / f"{table}.jsonl", "".join(line + "\n" for line in lines))
            counts[table] = len(rows)
        _write(folder / MANIFEST, canonical({"kwlogic_store": FORMAT, "rows": counts}) + "\n")
    except OSError as error:
        raise Diagnosed(diagnostic("KW709", f"`{folder}` cannot be written: {error.strerror or error}")) from error
    return Moved(counts)


def _write(path: Path, text: str) -> None:
    draft = path.with_suffix(path.suffix + ".new")
    draft.write_text(text, encoding="utf-8", newline="\n")
    os.replace(draft, path)


def is_export(folder: Path) -> bool:
    return (folder / MANIFEST).is_file()


def import_store(store: Store, folder: Path) -> Moved:
    """Add what an export holds, over rows of the same keys."""
    from kwlogic.weave.store.models import TABLES
    from kwlogic.weave.store.rows import put

    manifest = _document(folder / MANIFEST, _text(folder / MANIFEST), 1)
    if manifest.get("kwlogic_store") != FORMAT:
        raise wrong_file(folder / MANIFEST, f"it is no export of version {FORMAT}")
    ops: list[Op] = []
    counts: dict[str, int] = {}
    for table in TABLES:
        rows = _rows(folder, table)
        if len(rows) != manifest.get("rows", {}).get(table, len(rows)):
            raise wrong_file(folder / f"{table}.jsonl", f"it has {len(rows)} rows, and `{MANIFEST}` says {manifest['rows'][table]}")
        counts[table] = len(rows)
        ops += [put(table, row) for row in rows]
    if ops:
        store.database.write(lambda _: (ops, None))
    return Moved(counts)


def _rows(folder: Path, table: str) -> list[Row]:
    path = folder / f"{table}.jsonl"
    if not path.is_file():
        return []
    rows = [_document(path, line, number) for number, line in enumerate(_text(path).split("\n"), 1) if line]
    for row in rows:
        _fits(path, table, row)
    return rows


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise wrong_file(path, str(error)) from error


def _document(path: Path, text: str, line: int) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise wrong_file(path, f"line {line} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise wrong_file(path, f"line {line} is no object")
    return found


def _fits(path: Path, table: str, row: Row) -> None:
    """The columns of the table and no others, of their types; a kernel's digest is that of its content."""
    from kwlogic.weave.store.models import TABLES

    columns = {c.name: c for c in TABLES[table].columns if c.name != "sum"}
    if set(row) != set(columns):
        raise wrong_file(path, f"a row has the keys {', '.join(sorted(row))} instead of {', '.join(sorted(columns))}")
    for name, column in columns.items():
        number = column.type.python_type is int
        fine = (row[name] is None and column.nullable) or (
            isinstance(row[name], int if number else str) and not isinstance(row[name], bool)
        )
        if not fine:
            raise wrong_file(path, f"`{name}` of a row must be a {'number' if number else 'text'}")
    key = {"kernels": "document", "texts": "text"}.get(table)
    if key is not None and digest_of(row[key]) != row["digest"]:
        raise Diagnosed(diagnostic("KW806", f"the digest {row['digest'][:12]} in `{path.name}` is not that of its content"))


def wrong_file(path: Path, reason: str) -> Diagnosed:
    return Diagnosed(diagnostic("KW807", f"`{path}` cannot be imported: {reason}"))
