"""Optional packages: imported where they are needed; a missing one is named with the extra that brings it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed


def needed(module: str, extra: str, purpose: str) -> Any:
    """The module. Raises Diagnosed (KW712) where its package is not installed."""
    package = module.partition(".")[0]
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != package:
            raise
        message = f"{purpose} needs the package `{package}`, which is not installed"
        raise Diagnosed(diagnostic("KW712", message, help=f"pip install 'kwlogic[{extra}]'")) from error
