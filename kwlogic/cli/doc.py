"""`kwlogic doc`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from kwlogic.cli.answers import answered
from kwlogic.cli.check import progress_on_terminal
from kwlogic.cli.output import print_diagnostics
from kwlogic.render.doc.modules import index_page, module_page, page_of
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed
from kwlogic.vc.data import Result
from kwlogic.workspace.documenting import Documents, documents


@answered
def run_doc(paths: tuple[str, ...], folder: Path, markdown: bool, verdicts: bool) -> int:
    found = documents(paths, Path.cwd(), _verdicts(paths) if verdicts else None)
    print_diagnostics(found.diagnostics, found.sources, sys.stderr)
    if not found.modules:
        if not found.diagnostics:
            print("there are no spec files to tell of; `kwlogic init` makes one", file=sys.stderr)
        return 2 if found.io_failed else 4
    pages = _pages(found)
    if markdown:
        _write(folder, pages)
    else:
        from kwlogic.render.doc.site import build_site

        with TemporaryDirectory() as draft:
            _write(Path(draft), pages)
            build_site(Path(draft), folder.resolve(), found.title)
    first = "index.md" if markdown else "index.html"
    print(f"{len(pages)} pages; open {folder / first}")
    return 1 if found.diagnostics else 0


def _verdicts(paths: tuple[str, ...]) -> tuple[Result, ...]:
    from kwlogic.workspace.check import check
    from kwlogic.workspace.data import CheckRequest

    return check(CheckRequest(paths, Path.cwd()), progress_on_terminal()).results


def _pages(found: Documents) -> dict[str, str]:
    own = {f"{page_of(m.module)}.md": module_page(m, found.checked) for m in found.modules}
    return {"index.md": index_page(found)} | own


def _write(folder: Path, pages: Mapping[str, str]) -> None:
    try:
        for name, text in pages.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise Diagnosed(diagnostic("KW710", f"`{folder}` cannot be written: {error.strerror or error}")) from error
