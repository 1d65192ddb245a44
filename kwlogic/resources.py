"""Where grammar and standard library are: inside an installed wheel, or beside the package in a checkout."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parent


def grammar_dir() -> Path:
    packed = HERE / "_data" / "grammar"
    return packed if packed.is_dir() else HERE.parent / "grammar"


def std_dir() -> Path:
    packed = HERE / "_data" / "std"
    return packed if packed.is_dir() else HERE.parent / "specs" / "std"
