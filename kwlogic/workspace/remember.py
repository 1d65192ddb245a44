"""Whole answers of earlier runs: where nothing that a check reads has changed, its answer is read back.

An entry belongs to a request (which files, which declarations, what budget). It holds the digest of everything that was
read: the files selected, the modules they use, the standard library, certificates, and where each used module was found.
It is used only where all of that is as it was; whatever is doubtful counts as changed. Answers that the safety net had a
hand in, of interrupted runs, and of runs that could not read something, are not kept.
"""

from __future__ import annotations

import dataclasses
import json
from hashlib import blake2b
from typing import Any

from kwlogic.resources import std_dir
from kwlogic.solve.cache import Cache
from kwlogic.solve.environment import environment
from kwlogic.source.data import Diagnosed, Source
from kwlogic.workspace.config import show_path
from kwlogic.workspace.data import CheckRequest, CheckResult, Project, Selection
from kwlogic.workspace.find import Finder
from kwlogic.workspace.load import Loaded
from kwlogic.workspace.proofs import path_of, wanted
from kwlogic.workspace.read import read_source
from kwlogic.workspace.select import SUFFIX
from kwlogic.workspace.written import result_from_json, result_to_json


def digest(*parts: str) -> str:
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class Memory:
    """The answer of one request, if it is known and still right."""

    def __init__(self, cache: Cache, request: CheckRequest, project: Project, selections: tuple[Selection, ...]) -> None:
        self.cache = cache
        self.cwd = request.cwd
        self.project = project
        self.selections = selections
        self.certified = wanted(project, request.proofs)
        asked = [f"{s.shown}::{'::'.join(sorted(s.names))}" for s in selections]
        self.key = digest("check", str(request.budget or project.config.budget), str(self.certified), *asked)

    # ------------------------------------------------------------ reading

    def recall(self) -> CheckResult | None:
        data = self.cache.get(self.key)
        if data is None:
            return None
        try:
            read = json.loads(data)
            sources = self._unchanged(read)
            if sources is None:
                return None
            own = self.project.source
            return result_from_json(read["result"], sources if own is None else sources | {own.path: own})
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def _unchanged(self, read: dict[str, Any]) -> dict[str, Source] | None:
        """The texts of all files, where each is as it was."""
        if read["environment"] != environment() or read["library"] != _library():
            return None
        sources = {shown: source for shown in read["files"] if (source := self._read(shown)) is not None}
        if any(shown not in sources or digest(sources[shown].text) != known for shown, known in read["files"].items()):
            return None
        finder = Finder(self.project)
        if any(self._found(finder, user, name) != shown for name, (user, shown) in read["found"].items()):
            return None
        return None if any(self._proof(module) != known for module, known in read["proofs"].items()) else sources

    def _read(self, shown: str) -> Source | None:
        try:
            return read_source(self.cwd / shown, shown)
        except Diagnosed:
            return None

    def _found(self, finder: Finder, user: str, name: str) -> str | None:
        path = finder.find(self.cwd / user, name)
        return None if path is None else show_path(path, self.cwd)

    def _proof(self, module: str) -> str | None:
        try:
            return blake2b(path_of(self.project, module).read_bytes(), digest_size=16).hexdigest()
        except OSError:
            return None

    # ------------------------------------------------------------ keeping

    def keep(self, loaded: Loaded, result: CheckResult) -> None:
        """Keep a settled answer. What was loaded is what counts, not what the files hold by now."""
        texts = {source.path: source.text for source, _ in loaded.modules.values()}
        texts |= {s.shown: loaded.sources[s.shown].text for s in self.selections if s.shown in loaded.sources}
        if any(shown is not None and shown not in texts for _, shown in loaded.found.values()):
            return
        entry = {
            "environment": environment(),
            "library": _library(),
            "files": {shown: digest(text) for shown, text in texts.items()},
            "found": loaded.found,
            "proofs": {module: self._proof(module) for module in loaded.modules} if self.certified else {},
            "result": result_to_json(dataclasses.replace(result, sources={})),
        }
        self.cache.put_many([(self.key, json.dumps(entry, separators=(",", ":")).encode())])


def _library() -> list[str]:
    """Which files the standard library has; their texts are among the files read."""
    folder = std_dir()
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob(f"*{SUFFIX}"))
