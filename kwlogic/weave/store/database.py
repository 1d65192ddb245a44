"""Reading and writing rows so that nothing acknowledged is lost: one database, and for a file its log beside it.

A write is on disk in the log before the database knows of it, and is acknowledged after both. Whoever writes next
finishes what a killed writer left. A damaged database is set aside and made anew from the log; a damaged log is set
aside and made anew from the database. ``warnings`` says what was put right.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic
from kwlogic.weave.store.data import Row
from kwlogic.weave.store.engine import dispose, file_engine, is_server, migrate, missing, path_of, server_engine, unopened
from kwlogic.weave.store.lock import FileLock
from kwlogic.weave.store.log import Log, LogDamaged, Op

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Select

T = TypeVar("T")
Build = Callable[["Connection"], tuple[list[Op], T]]
APPLIED = "applied"
CHECKED_AT_OPEN = 8_000_000  # bytes: larger files are checked by `kwlogic store check`
ADVISORY = 0x6B776C6F  # the advisory lock under which a server's writers take turns


def open_database(url: str, root: Path) -> Database:
    """Raises Diagnosed where there is none to be had."""
    try:
        import sqlalchemy  # noqa: F401
    except ImportError as error:
        raise missing("sqlalchemy", "store") from error
    if is_server(url):
        return ServerDatabase(url)
    from kwlogic.weave.store.filebase import FileDatabase

    return FileDatabase(path_of(url, root))


class Database(ABC):
    """What both kinds share: reading with checks, and the form of a write."""

    engine: Engine

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.warnings: list[Diagnostic] = []

    def read(self, table: str, statement: Select[Any]) -> list[Row]:
        """The rows of a select over one whole table, each held against its checksum."""
        from kwlogic.weave.store.rows import RowDamaged

        try:
            return self._read(table, statement)
        except RowDamaged as error:
            raise self.damaged(error) from error

    def _read(self, table: str, statement: Select[Any]) -> list[Row]:
        from kwlogic.weave.store.rows import checked

        with self.engine.connect() as connection:
            return [checked(table, dict(row)) for row in connection.execute(statement).mappings()]

    def scalar(self, statement: Select[Any]) -> Any:
        with self.engine.connect() as connection:
            return connection.execute(statement).scalar()

    @abstractmethod
    def write(self, build: Build[T]) -> T:
        """One transaction: ``build`` looks at the database and says what to do; durable on return."""

    def check(self) -> list[str]:
        """Everything that is wrong, in words."""
        from sqlalchemy import select

        from kwlogic.weave.store.models import TABLES
        from kwlogic.weave.store.rows import RowDamaged, checked

        found: list[str] = []
        with self.engine.connect() as connection:
            for name, table in TABLES.items():
                for row in connection.execute(select(table)).mappings():
                    try:
                        checked(name, dict(row))
                    except RowDamaged:
                        found.append(f"a row of `{name}` differs from its checksum")
        return found

    def damaged(self, error: Exception) -> Diagnosed:
        reason = str(getattr(error, "orig", None) or error)
        return Diagnosed(diagnostic("KW803", f"the store `{self.shown}` is damaged and could not be restored: {reason}"))

    def close(self) -> None:
        dispose(self.engine)


class ServerDatabase(Database):
    """PostgreSQL: the server keeps what it acknowledged; writers take turns by an advisory lock."""

    def __init__(self, url: str) -> None:
        super().__init__(url.rpartition("@")[2])
        self.engine = server_engine(url)
        with self._transaction() as connection:
            migrate(connection, self.shown)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        from sqlalchemy import text
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with self.engine.begin() as connection:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY})
                yield connection
        except SQLAlchemyError as error:
            raise unopened(self.shown, error) from error

    def write(self, build: Build[T]) -> T:
        from kwlogic.weave.store.rows import apply

        with self._transaction() as connection:
            ops, value = build(connection)
            apply(connection, ops)
        return value


def damage_note(kind: str, moved: Path, count: int) -> Diagnostic:
    if kind == "log":
        return diagnostic("KW802", f"the log of the store was damaged; it was set aside as `{moved.name}` and written anew: {count} rows")
    return diagnostic("KW801", f"the store was damaged; it was set aside as `{moved.name}` and restored from its log: {count} transactions")


__all__ = ["APPLIED", "CHECKED_AT_OPEN", "Database", "FileLock", "Log", "LogDamaged", "damage_note", "file_engine", "open_database"]
