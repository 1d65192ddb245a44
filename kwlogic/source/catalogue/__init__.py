"""Declarations of all diagnostic codes, one module for each hundred."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kwlogic.source.codes import Code

MODULES = (
    "text",
    "names",
    "types",
    "composition",
    "lab",
    "obligations",
    "gate",
    "project",
    "weave",
    "running",
    "decoding",
    "routing",
    "life",
    "learning",
    "internal",
)


def all_codes() -> list[Code]:
    codes: list[Code] = []
    for name in MODULES:
        codes.extend(import_module(f"kwlogic.source.catalogue.{name}").CODES)
    return codes
