"""The layers: a package imports only from those below it, and each third-party library has one place."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import kwlogic

ROOT = Path(kwlogic.__file__).parent
LAYERS = (
    "source", "syntax", "core", "elab", "compose", "vc", "proof", "solve", "gate", "workspace", "lab", "weave", "render", "mcp", "lsp", "cli",
)  # fmt: skip
OWNERS = {
    "lark": {"syntax"},
    "z3": {"solve"},
    "cvc5": {"solve"},
    "networkx": {"compose"},
    "hypothesis": {"gate"},
    "pytest": {""},
    "matplotlib": {"lab"},
    "distributed": {"workspace"},
    "dask": {"workspace"},
    "sqlalchemy": {"weave"},
    "alembic": {"weave"},
    "pydantic": {"weave"},
    "openai": {"weave"},
    "anthropic": {"weave"},
    "mcp": {"weave", "mcp"},
    "mcp_types": {"mcp"},
    "uvicorn": {"mcp"},
    "numpy": {"weave"},
    "scipy": {"weave"},
    "sklearn": {"weave"},
    "tokenizers": {"weave"},
    "threadpoolctl": {"weave"},
    "llguidance": {"weave"},
    "watchfiles": {"cli"},
    "rich": {"render", "cli"},
    "click": {"cli"},
    "pygls": {"lsp"},
    "lsprotocol": {"lsp"},
    "pygments": {"render"},
}
FILES = sorted(p for p in ROOT.rglob("*.py") if "_data" not in p.parts)


def imported(path: Path) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.extend((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            module = node.module or ""
            found.append((module, node.lineno))
            if module == "kwlogic":
                found.extend((f"kwlogic.{alias.name}", node.lineno) for alias in node.names)
    return found


def package_of(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return parts[0] if len(parts) > 1 else ""


def test_every_package_has_a_layer():
    packages = {p.name for p in ROOT.iterdir() if p.is_dir() and any(p.glob("*.py"))}
    assert packages <= set(LAYERS), packages - set(LAYERS)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path: Path):
    own = package_of(path)
    for name, line in imported(path):
        parts = name.split(".")
        if parts[0] == "kwlogic":
            used = parts[1] if len(parts) > 1 else ""
            if own and used in LAYERS:
                assert LAYERS.index(used) <= LAYERS.index(own), f"{path.name}:{line}: {own} imports {name}, which stands above it"
        elif parts[0] not in sys.stdlib_module_names:
            assert own in OWNERS.get(parts[0], set()), f"{path.name}:{line}: {parts[0]} belongs to {sorted(OWNERS.get(parts[0], set()))}"
