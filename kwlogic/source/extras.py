"""Optional packages: imported where they are needed; a missing one is named with the extra that brings it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed

# Top-level modules that only an extra brings, and which extra: for an import that nothing asked about beforehand.
EXTRA_OF = {
    "alembic": "store",
    "anthropic": "anthropic",
    "dask": "dask",
    "distributed": "dask",
    "furo": "docs",
    "llguidance": "decode",
    "lsprotocol": "lsp",
    "matplotlib": "lab",
    "mcp": "mcp",
    "myst_nb": "docs",
    "myst_parser": "docs",
    "numpy": "route",
    "openai": "openai",
    "psycopg": "postgres",
    "pyarrow": "lab",
    "pydantic": "pydantic",
    "pygls": "lsp",
    "pygments": "pygments",
    "scipy": "route",
    "sklearn": "route",
    "sphinx": "docs",
    "sqlalchemy": "store",
    "tokenizers": "minilm",
    "watchfiles": "watch",
}


def missing(error: ModuleNotFoundError) -> Diagnosed | None:
    """What to tell of an import that failed, where an extra would have brought the package."""
    package = (error.name or "").partition(".")[0]
    if package not in EXTRA_OF:
        return None
    message = f"this needs the package `{package}`, which is not installed"
    return Diagnosed(diagnostic("KW712", message, help=f"pip install 'kwlogic[{EXTRA_OF[package]}]'"))


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
