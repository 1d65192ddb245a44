"""Verdicts remembered between runs: bytes by fingerprint, in one SQLite file.

The file may be damaged, locked, killed in mid-write or shared with another run: then an entry is missed, never wrong.
Every value carries a checksum of its key and itself, and a damaged file is set aside and made anew. What the bytes
mean, and what belongs in a key, is the caller's business.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic

FOLDER = ".kwlogic_cache"
FILE = "verdicts.sqlite"
SCHEMA = 1
KEEP = 200_000
BUSY_SECONDS = 5.0
CHUNK = 500
TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder holds verdicts that kwlogic remembers; it may be deleted at any time.\n"


def open_cache(root: Path) -> tuple[Cache | None, tuple[Diagnostic, ...]]:
    """The cache of a project folder, or None with a notice where the folder cannot be written."""
    folder = root / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in (("CACHEDIR.TAG", TAG), (".gitignore", "*\n")):
            if not (folder / name).exists():
                (folder / name).write_text(text, encoding="utf-8")
        cache = Cache(folder / FILE)
    except (OSError, sqlite3.Error) as error:
        return None, (diagnostic("KW708", f"running without the cache of verdicts: `{folder}` cannot be used ({error})"),)
    return cache, tuple(cache.warnings)


class Cache:
    """An open file of verdicts. ``warnings`` grows when the file turns out to be damaged."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.warnings: list[Diagnostic] = []
        with _guard(path):
            try:
                self._connection: sqlite3.Connection | None = _connect(path)
            except sqlite3.DatabaseError as error:
                if _is_busy(error):
                    raise
                self._connection = None
                self._renew(error)

    def get(self, key: str) -> bytes | None:
        return self.get_many((key,)).get(key)

    def get_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The values that are there and whole; an entry whose checksum is wrong counts as missing."""
        wanted = list(dict.fromkeys(keys))
        found: dict[str, bytes] = {}
        for start in range(0, len(wanted), CHUNK):
            part = wanted[start : start + CHUNK]
            marks = ",".join("?" * len(part))
            for key, value, check in self._run(f"SELECT key, value, sum FROM verdicts WHERE key IN ({marks})", part):
                if isinstance(key, str) and isinstance(value, bytes) and check == _sum(key, value):
                    found[key] = value
        return found

    def put_many(self, items: Iterable[tuple[str, bytes]]) -> None:
        """Store all in one transaction. Where the file stays locked by another run, nothing is stored."""
        rows = [(key, value, _sum(key, value)) for key, value in items]
        if not rows or self._connection is None:
            return
        try:
            with self._connection:
                self._connection.executemany("INSERT OR REPLACE INTO verdicts (key, value, sum) VALUES (?, ?, ?)", rows)
                self._connection.execute("DELETE FROM verdicts WHERE rowid <= (SELECT max(rowid) FROM verdicts) - ?", (KEEP,))
        except sqlite3.Error as error:
            self._failed(error)

    def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _run(self, query: str, values: list[str]) -> list[tuple[object, object, object]]:
        if self._connection is None:
            return []
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            self._failed(error)
            return []

    def _failed(self, error: sqlite3.Error) -> None:
        """A lock or a full disk is borne with; anything else means that the file is damaged."""
        if _is_busy(error):
            return
        with _guard(self.path):
            self._renew(error)

    def _renew(self, error: sqlite3.Error) -> None:
        self.close()
        aside = self.path.with_name(f"{self.path.name}.damaged")
        try:
            os.replace(self.path, aside)
            for suffix in ("-wal", "-shm"):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
            self._connection = _connect(self.path)
        except (OSError, sqlite3.Error):
            self._connection = None
        self.warnings.append(
            diagnostic("KW707", f"the cache of verdicts was damaged ({error}); it is now `{aside.name}`, and everything is proved anew")
        )


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        if connection.execute("PRAGMA user_version").fetchone()[0] != SCHEMA:
            _make_tables(connection)
        connection.execute("SELECT key, value, sum FROM verdicts LIMIT 1").fetchall()
    except BaseException:
        connection.close()
        raise
    return connection


def _make_tables(connection: sqlite3.Connection) -> None:
    """A file of another version is emptied; two runs that meet here do so one after the other."""
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("PRAGMA user_version").fetchone()[0] != SCHEMA:
            connection.execute("DROP TABLE IF EXISTS verdicts")
            connection.execute("CREATE TABLE verdicts (key TEXT PRIMARY KEY, value BLOB NOT NULL, sum BLOB NOT NULL)")
            connection.execute(f"PRAGMA user_version = {SCHEMA}")


def _sum(key: str, value: bytes) -> bytes:
    return hashlib.blake2b(key.encode() + b"\0" + value, digest_size=16).digest()


def _is_busy(error: sqlite3.Error) -> bool:
    name = getattr(error, "sqlite_errorname", "")
    return name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM"))


@contextlib.contextmanager
def _guard(path: Path) -> Iterator[None]:
    """One process at a time opens or renews the file; where locks are not to be had, the checksums alone protect."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with open(path.with_name("lock"), "a") as handle:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
