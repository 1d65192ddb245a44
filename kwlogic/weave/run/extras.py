"""Optional packages, imported where they are needed; a missing one is named with the extra that brings it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from kwlogic.weave.run.data import OracleError


def needed(module: str, extra: str, purpose: str) -> Any:
    """The module; raises OracleError where it is not installed."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != module.partition(".")[0]:
            raise
        package = module.partition(".")[0]
        raise OracleError(f"{purpose} needs the package `{package}`: pip install 'kwlogic[{extra}]'", once_more=False) from error
