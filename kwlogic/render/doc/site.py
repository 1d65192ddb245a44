"""From pages of Markdown to a site: Sphinx with MyST and the theme furo, as the documentation of kwlogic itself."""

from __future__ import annotations

import io
from pathlib import Path
from tempfile import TemporaryDirectory

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed
from kwlogic.source.extras import needed

SETTINGS = {
    "extensions": ["myst_parser"],
    "html_theme": "furo",
    "myst_heading_anchors": 3,
    "highlight_language": "text",
    "html_show_copyright": False,
    "html_show_sphinx": False,
}


def build_site(pages: Path, site: Path, title: str) -> None:
    """Build HTML from the Markdown in a folder. Raises Diagnosed where Sphinx is not installed, or finds fault."""
    for package in ("sphinx", "myst_parser", "furo"):
        needed(package, "docs", "a site")
    application = needed("sphinx.application", "docs", "a site").Sphinx
    said = io.StringIO()
    settings = {**SETTINGS, "project": title}
    with TemporaryDirectory() as kept:
        app = application(str(pages), None, str(site), kept, "html", confoverrides=settings, status=None, warning=said)
        register_lexers(app)
        app.build(force_all=True)
    if app.statuscode:
        raise Diagnosed(diagnostic("KW710", f"the site could not be built: {said.getvalue().strip()[:2000]}"))


def register_lexers(app: object) -> None:
    """Colours for specs and for the grammar's notation."""
    from kwlogic.render.pygments_kw import KwLexer
    from kwlogic.render.pygments_lark import LarkLexer

    add = app.add_lexer  # type: ignore[attr-defined]
    add("kw", KwLexer)
    add("lark", LarkLexer)
