"""Reading the text of one file; what is wrong with it becomes a diagnostic.

An editor's unsaved texts stand in for files: what runs inside ``unsaved`` reads those in their place.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic, Source, Span

MAX_BYTES = 8 * 1024 * 1024
_UNSAVED: ContextVar[Mapping[str, str] | None] = ContextVar("unsaved", default=None)


@contextmanager
def unsaved(texts: Mapping[Path, str]) -> Iterator[None]:
    """Within, these texts are what the files of these paths hold, whether or not they exist."""
    token = _UNSAVED.set({os.path.realpath(path): text for path, text in texts.items()})
    try:
        yield
    finally:
        _UNSAVED.reset(token)


def unsaved_text(path: Path) -> str | None:
    """The text that stands in for a file; None where the file itself counts."""
    texts = _UNSAVED.get()
    return texts.get(os.path.realpath(path)) if texts else None


def read_source(path: Path, shown: str) -> Source:
    """The text of one file; raises Diagnosed."""
    written = unsaved_text(path)
    if written is not None:
        return Source(shown, written.removeprefix("\ufeff"))
    try:
        with path.open("rb") as handle:
            data = handle.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Diagnosed(diagnostic("KW120", f"`{shown}` cannot be read: {reason}", Span(shown, 0, 0))) from error
    if len(data) > MAX_BYTES:
        message = f"`{shown}` is larger than {MAX_BYTES // 2**20} MiB, the most that a spec file may be"
        raise Diagnosed(diagnostic("KW123", message, Span(shown, 0, 0), help="split it into several modules"))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Diagnosed(_not_utf8(data, error, shown)) from error
    return Source(shown, text.removeprefix("\ufeff"))


def _not_utf8(data: bytes, error: UnicodeDecodeError, shown: str) -> Diagnostic:
    good = data[: error.start].decode("utf-8")
    line = good.count("\n") + 1
    message = f"`{shown}` is not UTF-8: byte 0x{data[error.start]:02x} on line {line}, byte {error.start} of the file"
    return diagnostic("KW121", message, Span(shown, len(good), len(good)), help="save the file as UTF-8")
