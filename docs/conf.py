"""The documentation as a site: `pip install 'kwlogic[docs]'`, then `sphinx-build -W docs site`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kwlogic import __version__
from kwlogic.render.doc.reference import diagnostics_page, grammar_page
from kwlogic.render.doc.site import SETTINGS, register_lexers

project = "kwlogic"
release = version = __version__
globals().update(SETTINGS)
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
nb_execution_mode = "off"
exclude_patterns = [".doctrees"]
autodoc_typehints = "description"
autodoc_member_order = "bysource"
html_title = "kwlogic"
# links to files of the checkout, which are no pages; examples that are no text of the language
suppress_warnings = ["myst.xref_missing", "misc.highlighting_failure"]


def write_generated(app: Any) -> None:
    """Pages made of the grammar and of the registry of codes, as they are now."""
    folder = Path(app.srcdir) / "reference"
    folder.mkdir(exist_ok=True)
    for name, text in (("diagnostics.md", diagnostics_page()), ("grammar.md", grammar_page())):
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def setup(app: Any) -> None:
    register_lexers(app)
    app.connect("builder-inited", write_generated)
