"""Jupyter: how kernels, compositions, checks and experiments are shown, and the magic `%%kw`.

``%load_ext kwlogic.notebook`` brings the magic; objects show themselves as soon as ``kwlogic.api`` is imported. A cell of
specs is a module that later cells may `use`; nothing is written.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from functools import partialmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kwlogic.source.data import Diagnosed

if TYPE_CHECKING:
    from kwlogic.api import Project
    from kwlogic.compose.build import Composite
    from kwlogic.lab.experimenting import Outcome
    from kwlogic.lab.pictures import Picture
    from kwlogic.workspace.data import CheckResult

Bundle = dict[str, str]
HEADER = re.compile(r"^\s*module\s+([\w.']+)", re.M)


# ---------------------------------------------------------------- how things are shown


def result_bundle(result: CheckResult) -> Bundle:
    from kwlogic.render.full import summary_line
    from kwlogic.render.html.cell import result_html

    return {"text/plain": "".join(words for words, _ in summary_line(result)), "text/html": result_html(result)}


def composite_bundle(composite: Composite) -> Bundle:
    """The graph as a picture; the signature where it has no graph yet."""
    from kwlogic.lab.picture import picture_of
    from kwlogic.render.html.parts import code

    try:
        picture = picture_of(composite.dag(), composite.show())
        ports = [", ".join(f"{n}: {t}" for n, t in side.items()) for side in (composite.inputs, composite.outputs)]
    except (Diagnosed, ValueError) as error:
        return {"text/plain": repr(composite), "text/html": f"<p>{code(composite.show())}: {code(str(error))}</p>"}
    plain = f"{composite.show()}: ({ports[0]}) -> ({ports[1]})"
    return picture_bundle(picture) | {"text/plain": plain}


def picture_bundle(picture: Picture) -> Bundle:
    from kwlogic.render.mermaid import mermaid
    from kwlogic.render.svg import svg

    drawn = svg(picture)
    return {"text/plain": mermaid(picture), "image/svg+xml": drawn, "text/html": drawn}


def project_bundle(project: Project) -> Bundle:
    """A row for each kernel: signature and contract."""
    from kwlogic.core.types import show_type
    from kwlogic.render.html.cell import diagnostics_html, table
    from kwlogic.render.html.parts import code

    def ports(params: Any) -> str:
        return ", ".join(f"{p.name}: {show_type(p.type)}" for p in params)

    rows = []
    for name in project.kernels:
        kernel = project.program.kernels[name]
        clauses = [("requires", c) for c in kernel.requires] + [("ensures", c) for c in kernel.ensures]
        contract = "<br>".join(code(f"{word} {c.text}") for word, c in clauses)
        rows.append((code(name), code(f"({ports(kernel.inputs)}) -> ({ports(kernel.outputs)})"), contract))
    told = diagnostics_html(project.problems, project._opened.sources)
    return {"text/plain": repr(project), "text/html": told + table(("kernel", "ports", "contract"), rows)}


def experiment_bundle(outcome: Outcome) -> Bundle:
    """The measurements, and the figures that were written."""
    from kwlogic.render.html.cell import rows_html
    from kwlogic.render.html.parts import text

    drawn = [p.read_text(encoding="utf-8") for p in outcome.files if p.suffix == ".svg" and p.is_file()]
    notes = "".join(f"<p>{text(n)}</p>" for n in outcome.notes)
    figures = "".join(d[d.find("<svg") :] for d in drawn)
    title = outcome.experiment.title
    return {
        "text/plain": f"{title}: {len(outcome.rows)} runs",
        "text/html": f"<h4>{text(title)}</h4>{rows_html(outcome.rows)}{notes}{figures}",
    }


def _mimebundle(self: Any, include: Any = None, exclude: Any = None, *, bundle: Callable[[Any], Bundle]) -> Bundle:
    return {k: v for k, v in bundle(self).items() if (not include or k in include) and not (exclude and k in exclude)}


def _html(self: Any, *, bundle: Callable[[Any], Bundle]) -> str:
    return bundle(self)["text/html"]


def install(shown: type, bundle: Callable[[Any], Bundle]) -> None:
    """Give a class of a lower layer, which knows nothing of notebooks, its way to be shown."""
    for name, method in (("_repr_mimebundle_", _mimebundle), ("_repr_html_", _html)):
        setattr(shown, name, partialmethod(method, bundle=bundle))


def install_all() -> None:
    from kwlogic.api import Project
    from kwlogic.compose.build import Composite
    from kwlogic.lab.pictures import Picture
    from kwlogic.workspace.data import CheckResult

    install(Project, project_bundle)
    install(Composite, composite_bundle)
    install(CheckResult, result_bundle)
    install(Picture, picture_bundle)


# ---------------------------------------------------------------- the magic


class Cells:
    """The modules of a notebook's cells, by name: the last text of each counts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.texts: dict[Path, str] = {}

    def run(self, line: str, cell: str) -> tuple[Project, CheckResult | None]:
        """``line``: a module name where the cell has no `module` line, and `--no-check`. Raises Diagnosed."""
        from kwlogic.api import load
        from kwlogic.workspace.check import check
        from kwlogic.workspace.data import CheckRequest
        from kwlogic.workspace.read import unsaved

        words = _words(line)
        header = HEADER.search(cell)
        name = header[1] if header is not None else next((w for w in words if not w.startswith("--")), "cell")
        path = self.folder.joinpath(*name.split(".")).with_suffix(".kw")
        text = cell if header is not None else f"module {name}\n\n{cell}"
        with unsaved({**self.texts, path: text}):
            result = None if "--no-check" in words else check(CheckRequest((str(path),), self.folder, proofs=False))
            project = load(path, cwd=self.folder)
        self.texts[path] = text
        return project, result


def _words(line: str) -> list[str]:
    """Also of a line with a quotation mark that has no partner."""
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def load_ipython_extension(shell: Any) -> None:
    """Called by ``%load_ext kwlogic.notebook``."""
    from kwlogic.lab.experimenting import Outcome

    install_all()
    install(Outcome, experiment_bundle)
    cells = Cells(Path.cwd())

    def kw(line: str, cell: str) -> CheckResult | None:
        """Check a cell of specs; `kw` holds its kernels afterwards. `%%kw NAME --no-check`."""
        try:
            project, result = cells.run(line, cell)
        except Diagnosed as error:
            return _told(error)
        shell.push({"kw": project})
        return result

    shell.register_magic_function(kw, "cell", "kw")


def _told(error: Diagnosed) -> CheckResult:
    from kwlogic.workspace.data import CheckResult

    return CheckResult((), error.diagnostics, dict(getattr(error, "sources", {})), io_failed=True)
