"""The write-ahead text of a SQLite store: one checked line for each transaction, on disk before it is acknowledged.

The log and the database each hold everything, so either can be made anew from the other. The first line names the
log; every other is ``<checksum> <operations as JSON>``. A last line without an end is what a killed writer left, and
was never acknowledged; a wrong line anywhere else is damage.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

from kwlogic.weave.store.data import canonical

Op: TypeAlias = list[Any]  # ["put" | "new" | "del", table, row]
HEADER = b"kwlogic-store-log 1\n"


class LogDamaged(Exception):
    """A line that was acknowledged is not what was written; ``offset`` is where it starts."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(f"at byte {offset}: {reason}")
        self.offset = offset
        self.reason = reason


def line_of(ops: list[Op]) -> bytes:
    body = canonical(ops).encode("utf-8")
    return _sum(body) + b" " + body + b"\n"


def _sum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:16].encode("ascii")


class Log:
    """The file; whoever writes holds the store's lock."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def exists(self) -> bool:
        return self.path.is_file()

    def size(self) -> int:
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def create(self, batches: Iterable[list[Op]] = ()) -> int:
        """A new log with these transactions, in place at once; its length."""
        draft = self.path.with_name(self.path.name + ".new")
        with draft.open("wb") as handle:
            handle.write(HEADER)
            handle.writelines(line_of(batch) for batch in batches)
            _settle(handle.fileno(), handle)
        os.replace(draft, self.path)
        _settle_folder(self.path.parent)
        return self.size()

    def append(self, offset: int, ops: list[Op]) -> int:
        """Write a transaction at ``offset``, over what a killed writer may have left; durable on return."""
        line = line_of(ops)
        with self.path.open("r+b") as handle:
            handle.seek(offset)
            handle.truncate()
            handle.write(line)
            _settle(handle.fileno(), handle)
        return offset + len(line)

    def entries(self, start: int = 0) -> Iterator[tuple[int, list[Op]]]:
        """Whole transactions from an offset on, each with the offset where it ends. Raises LogDamaged."""
        with self.path.open("rb") as handle:
            if start == 0:
                if handle.readline() != HEADER:
                    raise LogDamaged(0, "the first line is not that of a log")
                start = len(HEADER)
            handle.seek(start)
            while True:
                line = handle.readline()
                if not line.endswith(b"\n"):
                    return
                yield start + len(line), _read_line(line, start)
                start += len(line)

    def readable(self) -> Iterator[list[Op]]:
        """Every line that is whole, whatever stands between: for rescue."""
        with self.path.open("rb") as handle:
            for line in handle:
                try:
                    yield _read_line(line, 0)
                except LogDamaged:
                    continue


def _read_line(line: bytes, offset: int) -> list[Op]:
    check, _, body = line.rstrip(b"\n").partition(b" ")
    if check != _sum(body):
        raise LogDamaged(offset, "a line differs from its checksum")
    try:
        ops: list[Op] = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise LogDamaged(offset, str(error)) from None
    return ops


def _settle(number: int, handle: Any) -> None:
    handle.flush()
    os.fsync(number)


def _settle_folder(folder: Path) -> None:
    try:
        number = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(number)
    except OSError:
        pass
    finally:
        os.close(number)
