"""Stored kernels made ready to check and to run: their modules in a folder of their own, elaborated.

What comes out is the kernel that was stored and no other: its digest is held against the stored one. Names of modules become
paths only where they are names of the language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from kwlogic.core.program import Kernel, Program
from kwlogic.source.data import Source
from kwlogic.weave.store.data import StoredKernel
from kwlogic.weave.store.kernels import kernel_digest
from kwlogic.weave.store.store import Store
from kwlogic.workspace.outcome import Outcome
from kwlogic.workspace.run import Found, find_kernel

MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_']*(\.[A-Za-z_][A-Za-z0-9_']*)*")
USES = "uses "
SETTINGS = 'paths = ["."]\ncache = false\nproofs = false\n'


class Unready(Exception):
    """Why a stored kernel cannot be checked or run."""


@dataclass(frozen=True, slots=True)
class Ready:
    """``file`` holds its module, relative to ``folder``."""

    stored: StoredKernel
    found: Found
    folder: Path
    file: str

    @property
    def kernel(self) -> Kernel:
        return self.found.kernel

    @property
    def program(self) -> Program:
        return self.found.program


def ready(store: Store, stored: StoredKernel, folder: Path) -> Ready:
    """Write the kernel's modules into an empty folder and elaborate them; raises Unready."""
    if not stored.spec:
        raise Unready("the store has no text of it: an import with conditions in words only")
    texts = _modules(store, stored)
    try:
        (folder / "kwlogic.toml").write_text(SETTINGS, encoding="utf-8")
        for module, text in texts.items():
            path = _path(folder, module)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
    except (OSError, UnicodeError) as error:
        raise Unready(f"its text cannot be written: {error}") from error
    file = str(_path(folder, stored.module).relative_to(folder))
    found = find_kernel(f"{file}::{stored.name}", (), folder)
    if isinstance(found, Outcome):
        raise Unready("; ".join(d.message for d in found.diagnostics[:3]) or "its text holds no such kernel")
    if kernel_digest(found.program, found.kernel.name) != stored.digest:
        raise Unready("the modules that it rests on are not in the store as they were")
    return Ready(stored, found, folder, file)


def _path(folder: Path, module: str) -> Path:
    if not MODULE.fullmatch(module):
        raise Unready(f"`{module[:60]}` is no name of a module")
    return folder.joinpath(*module.split(".")).with_suffix(".kw")


def _modules(store: Store, stored: StoredKernel) -> dict[str, str]:
    """The texts of its module and of those that it uses, as far as the store has them."""
    parts = {k.module: k.spec for k in _parts(store, stored)} | _uses(store, stored)
    texts: dict[str, str] = {}
    waiting = [(stored.module, stored.spec)]
    while waiting:
        module, text = waiting.pop()
        if module in texts or not text:
            continue
        texts[module] = text
        for used in _used(module, text):
            latest = store.latest_of_module(used) if used not in parts else None
            waiting.append((used, parts.get(used) or (latest.spec if latest is not None else "")))
    return texts


def _uses(store: Store, stored: StoredKernel) -> dict[str, str]:
    """The modules that were kept with it."""
    links = [(k.relation.removeprefix(USES), k.parent) for k in store.parents(stored.digest) if k.relation.startswith(USES)]
    return {module: text for module, digest in links if (text := store.text(digest)) is not None}


def _parts(store: Store, stored: StoredKernel) -> list[StoredKernel]:
    found: dict[str, StoredKernel] = {}
    waiting = [stored.digest]
    while waiting:
        for link in store.parents(waiting.pop()):
            part = store.kernel(link.parent) if link.relation == "part" and link.parent not in found else None
            if part is not None:
                found[part.digest] = part
                waiting.append(part.digest)
    return list(found.values())


def _used(module: str, text: str) -> list[str]:
    from kwlogic.syntax.parse import parse_module

    tree, _ = parse_module(Source(module, text))
    return [str(u.module) for u in tree.uses]
