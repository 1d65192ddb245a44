"""What all pages share: escaping, badges, the frame of a page with its style and script inside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from importlib.resources import files

from kwlogic import __version__
from kwlogic.render.text import visible
from kwlogic.vc.data import Result, verdict_name

VERDICTS = ("refuted", "unknown", "assumed", "enforced", "proved")
MARKS = {"proved": "✓", "refuted": "✗", "unknown": "?", "enforced": "!", "assumed": "~", "error": "✗", "warning": "⚠", "note": "i"}
LEGEND = {
    "proved": "holds for every input",
    "refuted": "false for an input that was run",
    "unknown": "neither shown nor refuted",
    "enforced": "checked on every output when it runs",
    "assumed": "an axiom",
    "error": "could not be checked at all",
}


def text(words: str) -> str:
    """Escaped, with control characters made visible."""
    return escape(visible(words))


def badge(kind: str, more: str = "") -> str:
    """A verdict as mark and word; never by colour alone."""
    return f'<span class="badge {kind}"><span aria-hidden="true">{MARKS[kind]}</span> {kind}{more}</span>'


def code(words: str) -> str:
    return f"<code>{text(words)}</code>"


def prose(words: str) -> str:
    """A message of a diagnostic: what stands between back quotes is code, line ends stay."""
    pieces = re.split(r"`([^`\n]+)`", words)
    return "".join(code(p) if n % 2 else text(p).replace("\n", "<br>") for n, p in enumerate(pieces))


def counted(results: Iterable[Result]) -> dict[str, int]:
    counts = dict.fromkeys(VERDICTS, 0)
    for result in results:
        counts[verdict_name(result.verdict)] += 1
    return counts


def bar(counts: Mapping[str, int], errors: int = 0) -> str:
    """Shares of verdicts as a bar, told in words to those who do not see it. ``errors`` come first: what has one is never all green."""
    counts = {"error": errors, **counts}
    told = ", ".join(f"{n:,} {v}" for v, n in counts.items() if n) or "nothing"
    pieces = "".join(f'<span class="{v}" style="flex-grow:{n}"></span>' for v, n in counts.items() if n)
    return f'<div class="bar" role="img" aria-label="{text(told)}">{pieces}</div>'


@cache
def _asset(name: str) -> str:
    return (files("kwlogic.render.html") / name).read_text(encoding="utf-8")


def page(title: str, heading: str, crumbs: str, body: str, filters: str = "") -> str:
    """A whole page. ``heading``, ``crumbs``, ``body`` and ``filters`` are HTML."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<meta name="color-scheme" content="light dark">
<title>{text(title)}</title>
<style>
{_asset("report.css")}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<nav aria-label="Where you are">{crumbs}</nav>
<h1>{heading}</h1>
<div class="tools">{filters}<button type="button" id="theme" aria-pressed="false">Dark</button></div>
</header>
<main id="main">
{body}
</main>
<footer>kwlogic {text(__version__)}. Keys: <kbd>/</kbd> search, <kbd>n</kbd> and <kbd>p</kbd> next and previous finding, <kbd>d</kbd> dark or light.</footer>
<script>
{_asset("report.js")}</script>
</body>
</html>
"""


def filters(counts: Mapping[str, int], what: str) -> str:
    """Search field and a box for each verdict that there is."""
    boxes = "".join(
        f'<label class="pick"><input type="checkbox" data-verdict="{v}" checked> {badge(v, f" {n:,}")}</label>'
        for v, n in counts.items()
        if n
    )
    return (
        f'<form role="search" id="filters"><label>Search <input type="search" id="search" placeholder="{text(what)}"></label>'
        f'<fieldset><legend class="sr">Verdicts shown</legend>{boxes}</fieldset><output id="count" aria-live="polite"></output></form>'
    )
