"""`kwlogic report`."""

from __future__ import annotations

from pathlib import Path

from kwlogic.cli.answers import answered
from kwlogic.cli.check import progress_on_terminal
from kwlogic.lab.reporting import report
from kwlogic.render.html.module import file_of, module_page
from kwlogic.render.html.overview import overview_page
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed


@answered
def run_report(paths: tuple[str, ...], folder: Path, frozen: bool) -> int:
    found = report(paths, frozen=frozen, progress=progress_on_terminal())
    pages = {"index.html": overview_page(found)} | {file_of(p.module): module_page(p, found.title) for p in found.pages}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            (folder / name).write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise Diagnosed(diagnostic("KW710", f"`{folder}` cannot be written: {error.strerror or error}")) from error
    print(f"{len(pages)} pages; open {folder / 'index.html'}")
    return found.result.exit_code
