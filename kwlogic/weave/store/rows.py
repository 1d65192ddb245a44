"""Rows, their checksums, and the statements that write them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from kwlogic.weave.store.data import Row, canonical
from kwlogic.weave.store.log import Op
from kwlogic.weave.store.models import TABLES

if TYPE_CHECKING:
    from sqlalchemy import Connection


UNKEPT = re.compile("[\0\ud800-\udfff]")


class RowDamaged(Exception):
    """A row that was read is not what was written."""


def sealed(table: str, row: Row) -> Row:
    """The row with its checksum. Texts lose what not every database keeps: NUL, and halves of surrogate pairs."""
    clean = {k: UNKEPT.sub("\ufffd", v) if isinstance(v, str) else v for k, v in row.items()}
    return {**clean, "sum": seal(table, clean)}


def seal(table: str, row: Row) -> str:
    body = {k: v for k, v in row.items() if k != "sum"}
    return hashlib.sha256(canonical([table, body]).encode("utf-8")).hexdigest()[:16]


def checked(table: str, row: Row) -> Row:
    if row.get("sum") != seal(table, row):
        raise RowDamaged(table)
    return row


def put(table: str, row: Row) -> Op:
    """Write, over what is there under the same key."""
    return ["put", table, sealed(table, row)]


def new(table: str, row: Row) -> Op:
    """Write where there is nothing under the same key."""
    return ["new", table, sealed(table, row)]


def drop(table: str, where: Row) -> Op:
    return ["del", table, where]


def apply(connection: Connection, ops: Iterable[Op]) -> None:
    """Carry out operations in order; neighbours of one kind go to the database together."""
    group: list[Row] = []
    last: tuple[str, str] = ("", "")
    for kind, table, row in ops:
        if (kind, table) != last or kind == "del":
            _run(connection, last, group)
            last, group = (kind, table), []
        group.append(row)
    _run(connection, last, group)


def _run(connection: Connection, what: tuple[str, str], rows: list[Row]) -> None:
    if not rows:
        return
    kind, name = what
    if kind == "del":
        from sqlalchemy import delete

        table = TABLES[name]
        for row in rows:
            connection.execute(delete(table).where(*(table.c[k] == v for k, v in row.items())))
        return
    connection.execute(_upsert(connection.dialect.name, kind, name), rows)


@cache
def _upsert(dialect: str, kind: str, name: str) -> Any:
    table = TABLES[name]
    keys = [c.name for c in table.primary_key.columns]
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite

        lite = sqlite.insert(table)
        if kind == "new":
            return lite.on_conflict_do_nothing(index_elements=keys)
        return lite.on_conflict_do_update(index_elements=keys, set_={c.name: lite.excluded[c.name] for c in table.columns})
    from sqlalchemy.dialects import postgresql

    server = postgresql.insert(table)
    if kind == "new":
        return server.on_conflict_do_nothing(index_elements=keys)
    return server.on_conflict_do_update(index_elements=keys, set_={c.name: server.excluded[c.name] for c in table.columns})
