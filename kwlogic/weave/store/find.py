"""Finding entries as people name them: a kernel by name or by (part of) its digest, the configured address of the store."""

from __future__ import annotations

import difflib
from pathlib import Path

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed
from kwlogic.weave.store.data import StoredKernel
from kwlogic.weave.store.store import Store, open_store
from kwlogic.workspace.config import find_project
from kwlogic.workspace.data import Project

LEAST = 8  # digits of a digest that are taken for one


def store_url(project: Project) -> str | None:
    """``url`` of ``[tool.kwlogic.store]``; raises Diagnosed where the table holds anything else."""
    table = project.config.tables.get("store", {})
    for key, value in table.items():
        if key != "url":
            raise Diagnosed(diagnostic("KW701", f"`{key}` is not a key of `store`", help="its one key is `url`"))
        if not isinstance(value, str) or not value:
            raise Diagnosed(diagnostic("KW702", f"`url` of `store` must be a text, and here it is {value!r}"[:200]))
    url = table.get("url")
    return url if isinstance(url, str) else None


def project_store(cwd: Path, url: str | None = None) -> Store:
    """The store that was asked for, else the configured one, else the default one of the project."""
    if url is not None:
        return open_store(url, cwd)
    project = find_project(cwd, cwd)
    return open_store(store_url(project), project.root)


def find_kernel(store: Store, text: str) -> StoredKernel:
    """The latest kernel of this name (module and name, or the last part of it), or the one of this digest."""
    found = store.latest(text)
    if found is not None:
        return found
    kernels = store.kernels()
    if len(text) >= LEAST:
        near = [k for k in kernels if k.digest.startswith(text)]
        if len(near) == 1:
            return near[0]
    short = [k for k in kernels if k.name.rpartition(".")[2] == text]
    if len({k.name for k in short}) == 1:
        return short[-1]
    raise _missing(text, kernels, [k.name for k in short])


def _missing(text: str, kernels: list[StoredKernel], several: list[str]) -> Diagnosed:
    names = sorted({k.name for k in kernels})
    if several:
        listed = ", ".join(f"`{n}`" for n in sorted(set(several)))
        return Diagnosed(diagnostic("KW805", f"`{text}` is the name of several kernels: {listed}", help="give the module too"))
    near = difflib.get_close_matches(text, [*names, *(n.rpartition(".")[2] for n in names)], 1)
    help = f"did you mean `{near[0]}`?" if near else "`kwlogic store list` shows what there is" if names else "the store has no kernels yet"
    return Diagnosed(diagnostic("KW805", f"there is no kernel `{text}` in the store", help=help))
