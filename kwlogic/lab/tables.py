"""Results of experiments as files: CSV always, Parquet where pyarrow is there."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from kwlogic.lab.kinds import Row
from kwlogic.lab.opened import Refused
from kwlogic.source.codes import diagnostic


def write_tables(folder: Path, rows: Sequence[Row]) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """The files written, and what was left out. Raises Refused where the folder cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        table = folder / "results.csv"
        with table.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, list(rows[0]) if rows else [], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return _parquet(folder, rows, table)
    except OSError as error:
        raise Refused(diagnostic("KW710", f"`{folder}` cannot be written: {error.strerror or error}")) from error


def _parquet(folder: Path, rows: Sequence[Row], table: Path) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    try:
        arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        return (table,), ()
    path = folder / "results.parquet"
    parquet.write_table(arrow.Table.from_pylist(list(rows)), path)
    return (table, path), ()
