"""The rows of a damaged SQLite file that can still be read and whose checksums hold."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from kwlogic.weave.store.log import Op
from kwlogic.weave.store.models import TABLES
from kwlogic.weave.store.rows import RowDamaged, checked


def readable_rows(path: Path) -> Iterator[Op]:
    """As operations that add what is missing."""
    try:
        connection = sqlite3.connect(path)
    except sqlite3.Error:
        return
    with suppress(sqlite3.Error):
        connection.execute("PRAGMA writable_schema = ON")  # read on past what is wrong in the schema
    for name in TABLES:
        yield from _of_table(connection, name)
    with suppress(sqlite3.Error):
        connection.close()


def _of_table(connection: sqlite3.Connection, name: str) -> Iterator[Op]:
    columns = [c.name for c in TABLES[name].columns]
    try:
        cursor = connection.execute(f"SELECT {', '.join(columns)} FROM {name}")  # names are ours
    except sqlite3.Error:
        return
    while True:
        try:
            values = cursor.fetchone()
        except (sqlite3.Error, ValueError):
            return
        if values is None:
            return
        with suppress(RowDamaged, TypeError, ValueError):
            yield ["new", name, checked(name, dict(zip(columns, values)))]
