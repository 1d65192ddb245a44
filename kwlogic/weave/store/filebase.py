"""A store in a file: SQLite in WAL mode, the log beside it, and the lock under which writers take turns."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed
from kwlogic.weave.store.data import Row
from kwlogic.weave.store.database import APPLIED, CHECKED_AT_OPEN, Build, Database, T, damage_note
from kwlogic.weave.store.engine import dispose, file_engine, migrate, unopened
from kwlogic.weave.store.lock import FileLock
from kwlogic.weave.store.log import HEADER, Log, LogDamaged, Op

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

MAGIC = b"SQLite format 3\0"
BATCH = 200  # rows for each line of a log that is written anew


class FileDatabase(Database):
    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path
        self.log = Log(path.with_name(path.name + ".log"))
        self._closed = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._refuse_strangers()
            self.lock = FileLock(path.with_name(path.name + ".lock"))
            with self.lock.held():
                self._open()
        except OSError as error:
            raise Diagnosed(diagnostic("KW803", f"the store `{path}` cannot be opened: {error.strerror or error}")) from error

    # ------------------------------------------------------------ opening and mending; the lock is held

    def _open(self) -> None:
        if self.path.exists() and not self._sound():
            self._restore()
        else:
            self._connect()
            self._settle()

    def _refuse_strangers(self) -> None:
        """A file that was never a store is not ours to set aside."""
        if self.path.exists() and not self.path.is_file():
            raise Diagnosed(
                diagnostic("KW804", f"`{self.path}` is no file", help="give the path of a file; it is made where it is missing")
            )
        if self.log.exists() or not self.path.exists() or self.path.stat().st_size == 0:
            return
        with self.path.open("rb") as handle:
            head = handle.read(len(MAGIC))
        if head != MAGIC:
            raise Diagnosed(diagnostic("KW804", f"`{self.path}` is not a store of kwlogic", help="give another path"))

    def _sound(self) -> bool:
        """Whether the file reads as a database; larger ones are looked into where they are read."""
        if self.path.stat().st_size == 0:
            return not (self.log.exists() and self.log.size() > len(HEADER))
        depth = "integrity_check(1)" if self.path.stat().st_size <= CHECKED_AT_OPEN else "schema_version"
        try:
            connection = sqlite3.connect(self.path, timeout=60)
        except sqlite3.Error:
            return False
        try:
            found = connection.execute(f"PRAGMA {depth}").fetchone()
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            return "locked" in str(error) or "busy" in str(error)
        except sqlite3.DatabaseError:
            return False
        finally:
            with suppress(sqlite3.Error):
                connection.close()
        return depth == "schema_version" or found == ("ok",)

    def _connect(self) -> None:
        from sqlalchemy.exc import DatabaseError

        self.engine = file_engine(self.path)
        try:
            with self.engine.connect().execution_options(kw_write=True) as connection, connection.begin():
                migrate(connection, self.shown)
        except DatabaseError as error:
            raise unopened(self.shown, error) from error
        self._inode = self.path.stat().st_ino

    def _settle(self) -> None:
        """Bring database and log together: the tail of a killed writer is carried out, a missing or damaged log written."""
        if not self.log.exists():
            with self._writing() as connection:
                self._set_applied(connection, self.log.create(self._batches(connection)))
            return
        with self._writing() as connection:
            try:
                self._catch_up(connection)
            except LogDamaged:
                self._renew_log(connection)

    def _catch_up(self, connection: Connection) -> int:
        from kwlogic.weave.store.rows import apply

        applied = self._applied(connection)
        if applied == self.log.size():
            return applied
        if applied > self.log.size():
            raise LogDamaged(self.log.size(), "the log ends before what the store has seen of it")
        start = applied
        for end, ops in self.log.entries(applied):
            apply(connection, ops)
            applied = end
        if applied != start:
            self._set_applied(connection, applied)
        return applied

    def _renew_log(self, connection: Connection) -> None:
        from kwlogic.weave.store.rows import apply

        for ops in self.log.readable():  # what the damaged log alone still knows
            apply(connection, [op for op in ops if op[0] == "new"])
        moved = _aside(self.log.path)
        batches = list(self._batches(connection))
        self._set_applied(connection, self.log.create(batches))
        self.warnings.append(damage_note("log", moved, sum(map(len, batches))))

    def _restore(self) -> None:
        """Set the damaged file aside and make a new one from the log, and from what can still be read of the old."""
        moved = _aside(self.path)
        for suffix in ("-wal", "-shm"):
            with suppress(OSError):
                os.replace(f"{self.path}{suffix}", f"{moved}{suffix}")
        self._connect()
        count = 0
        with self._writing() as connection:
            try:
                count = self._replay(connection)
            except LogDamaged:
                self._rescue(connection, moved)
                self._renew_log(connection)
        self.warnings.append(damage_note("store", moved, count))

    def _replay(self, connection: Connection) -> int:
        from kwlogic.weave.store.rows import apply

        if not self.log.exists():
            raise LogDamaged(0, "there is no log")
        count, applied = 0, len(HEADER)
        for end, ops in self.log.entries():
            apply(connection, ops)
            count, applied = count + 1, end
        self._set_applied(connection, applied)
        return count

    def _rescue(self, connection: Connection, moved: Path) -> None:
        """Both are damaged: the whole lines of the log, then the rows of the old file whose checksums hold."""
        from kwlogic.weave.store.rescue import readable_rows
        from kwlogic.weave.store.rows import apply

        if self.log.exists():
            for ops in self.log.readable():
                apply(connection, ops)
        else:
            self.log.create()
        for op in readable_rows(moved):
            apply(connection, [op])

    def _batches(self, connection: Connection) -> Iterator[list[Op]]:
        from sqlalchemy import select

        from kwlogic.weave.store.models import TABLES

        for name, table in TABLES.items():
            rows = [dict(r) for r in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()]
            for start in range(0, len(rows), BATCH):
                yield [["put", name, row] for row in rows[start : start + BATCH]]

    # ------------------------------------------------------------ transactions

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self.engine.connect().execution_options(kw_write=True) as connection, connection.begin():
            yield connection

    def _applied(self, connection: Connection) -> int:
        from sqlalchemy import select

        from kwlogic.weave.store.models import MetaRow

        found = connection.execute(select(MetaRow.value).where(MetaRow.key == APPLIED)).scalar()
        return int(found) if found is not None else len(HEADER)

    def _set_applied(self, connection: Connection, offset: int) -> None:
        from sqlalchemy.dialects.sqlite import insert

        from kwlogic.weave.store.models import MetaRow

        made = insert(MetaRow).values(key=APPLIED, value=str(offset))
        connection.execute(made.on_conflict_do_update(index_elements=["key"], set_={"value": str(offset)}))

    def _refresh(self) -> None:
        """Another process may have put a restored file in our file's place."""
        if not self.path.exists() or self.path.stat().st_ino != self._inode or not self.log.exists():
            dispose(self.engine)
            self._open()

    def write(self, build: Build[T]) -> T:
        from sqlalchemy.exc import DatabaseError

        with self.lock.held():
            try:
                self._refresh()
                return self._write(build)
            except DatabaseError as error:
                self._mend(error)
                return self._write(build)

    def _write(self, build: Build[T]) -> T:
        from kwlogic.weave.store.rows import apply

        with self._writing() as connection:
            try:
                applied = self._catch_up(connection)
            except LogDamaged:
                self._renew_log(connection)
                applied = self.log.size()
            ops, value = build(connection)
            if ops:
                end = self.log.append(applied, ops)
                apply(connection, ops)
                self._set_applied(connection, end)
        return value

    def _mend(self, error: Exception) -> None:
        """After an error of the database: restored where the file is damaged, else the error is the user's to see."""
        with self.lock.held():
            dispose(self.engine)
            reason = str(getattr(error, "orig", None) or error)
            if any(word in reason for word in ("full", "readonly", "read-only", "locked", "permission")):
                self._connect_again()
                raise unopened(self.shown, error) from error
            if self.path.exists() and self._sound() and "checksum" not in reason:
                self._open()
            else:
                self._restore()

    def _connect_again(self) -> None:
        with suppress(Exception):
            self._connect()

    def read(self, table: str, statement: Select[Any]) -> list[Row]:
        from sqlalchemy.exc import DatabaseError

        from kwlogic.weave.store.rows import RowDamaged

        try:
            return self._read(table, statement)
        except RowDamaged:
            with self.lock.held():
                dispose(self.engine)
                self._restore()
        except DatabaseError as error:
            self._mend(error)
        try:
            return self._read(table, statement)
        except (DatabaseError, RowDamaged) as error:
            raise self.damaged(error) from error

    def scalar(self, statement: Select[Any]) -> Any:
        from sqlalchemy.exc import DatabaseError

        try:
            return super().scalar(statement)
        except DatabaseError as error:
            self._mend(error)
            return super().scalar(statement)

    def check(self) -> list[str]:
        """The whole file, every checksum, every line of the log."""
        from sqlalchemy import text
        from sqlalchemy.exc import DatabaseError

        found: list[str] = []
        try:
            with self.engine.connect() as connection:
                answers = [str(r[0]) for r in connection.execute(text("PRAGMA integrity_check(20)"))]
            found += [f"database: {a}" for a in answers if a != "ok"]
            found += super().check()
        except DatabaseError as error:
            found.append(f"database: {getattr(error, 'orig', None) or error}")
        try:
            for _ in self.log.entries():
                pass
        except (LogDamaged, OSError) as error:
            found.append(f"log: {error}")
        return found

    def size(self) -> int:
        """Bytes of the database and its log."""
        return self.path.stat().st_size + self.log.size()

    def compact(self) -> None:
        """Write the log anew with the rows as they are now, and give the database's free pages back. A kill in between
        leaves a log that does not fit, which the next one to open the store writes anew."""
        with self.lock.held():
            self._refresh()
            with self._writing() as connection:
                self._catch_up(connection)
                self._set_applied(connection, self.log.create(self._batches(connection)))
            with self.engine.connect() as connection:
                connection.exec_driver_sql("VACUUM")

    def repair(self) -> None:
        """Make anew whichever of the two is damaged."""
        with self.lock.held():
            wrong = self.check()
            dispose(self.engine)
            if any(not w.startswith("log:") for w in wrong):
                self._restore()
            else:
                self._connect()
                if wrong:
                    with self._writing() as connection:
                        self._renew_log(connection)


def _aside(path: Path) -> Path:
    """Rename a damaged file; its name is free then."""
    number = 1
    while (moved := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    os.replace(path, moved)
    return moved
