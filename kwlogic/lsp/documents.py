"""The documents that the client has open, by the names it gives them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from lsprotocol import types as lsp
from pygls import uris

from kwlogic.lsp.positions import UTF16, Lines, changed

BOM = "\ufeff"


@dataclass(slots=True, eq=False)
class Document:
    uri: str
    path: Path
    text: str
    version: int
    encoding: str
    _lines: Lines | None = field(default=None, repr=False)

    @property
    def lines(self) -> Lines:
        if self._lines is None or self._lines.text is not self.text:
            self._lines = Lines(self.text, self.encoding)
        return self._lines

    def apply(self, changes: list[lsp.TextDocumentContentChangeEvent], version: int) -> None:
        for change in changes:
            self.text = changed(self.text, change, self.encoding).removeprefix(BOM)
        self.version = version


class Documents:
    """Open documents. One that is no file (never saved) gets a path in the first folder of the workspace."""

    def __init__(self) -> None:
        self.encoding = UTF16
        self.root = Path.cwd()
        self.by_uri: dict[str, Document] = {}

    def open(self, uri: str, text: str, version: int) -> Document:
        made = self.by_uri[uri] = Document(uri, self.path_of(uri), text.removeprefix(BOM), version, self.encoding)
        return made

    def close(self, uri: str) -> Document | None:
        return self.by_uri.pop(uri, None)

    def get(self, uri: str) -> Document | None:
        return self.by_uri.get(uri)

    def at(self, path: Path) -> Document | None:
        open_ = list(self.by_uri.values())
        found = next((d for d in open_ if d.path == path), None)
        if found is None:
            real = os.path.realpath(path)
            found = next((d for d in open_ if os.path.realpath(d.path) == real), None)
        return found

    def path_of(self, uri: str) -> Path:
        path = uris.to_fs_path(uri) if uri.startswith("file:") else None
        if path:
            return Path(os.path.normpath(path))
        name = "".join(c if c.isalnum() or c in "._-" else "_" for c in uri.partition(":")[2].rpartition("/")[2]) or "untitled"
        return self.root / f"{name}.kw" if not name.endswith(".kw") else self.root / name

    def uri_of(self, path: Path) -> str:
        known = self.at(path)
        return known.uri if known is not None else uris.from_fs_path(str(path)) or path.as_uri()
