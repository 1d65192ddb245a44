"""`kwlogic report --html`: pages that stand alone, looked at in a real browser where there is one."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MARKUP = '</script><img src=x onerror="document.title=1">'

SHOP = f"""module shop

kernel parse(text: String) -> (n: Int)
  requires len(text) > 0
  ensures small: 0 <= n and n <= 100
by prompt "Read {{text}} {MARKUP.replace('"', "'")}"

kernel half(m: Int) -> (h: Int)
  requires m % 2 == 0
  ensures exact: 2 * h == m
= m // 2

# a comment with {MARKUP}
kernel odd(text: String) -> (h: Int)
  requires len(text) > 0
  ensures h >= 0
= compose parse[n as m] >> half

fn doubled(xs: List[Int]) -> List[Int]
= match xs {{ case [] => [] case [x, *rest] => [x, x, *doubled(rest)] }}

lemma twice(xs: List[Int])
  ensures len(doubled(xs)) == 2 * len(xs)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "kwlogic.toml").write_text("", encoding="utf-8")
    (folder / "shop.kw").write_text(SHOP, encoding="utf-8")
    (folder / "broken.kw").write_text("module broken\n\nfn f(x: Int) -> Int\n= y\n", encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "kwlogic", "report", "--html", "site"], cwd=folder, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == "3 pages; open site/index.html\n"
    return folder / "site"


class Outline(HTMLParser):
    """Tags that are open, ids, and what leads elsewhere."""

    VOID = frozenset(("meta", "input", "br", "img", "link"))

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        self.links += [str(v) for k, v in attrs if k in ("src", "href") and v is not None]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_pages_are_whole_and_need_nothing_but_themselves(site: Path) -> None:
    pages = {p.name: p.read_text(encoding="utf-8") for p in site.iterdir()}
    assert sorted(pages) == ["index.html", "module-broken.html", "module-shop.html"]
    ids = {}
    for name, text in pages.items():
        outline = Outline()
        outline.feed(text)
        assert outline.open == []
        assert not outline.tags & {"img", "link", "iframe", "object"}
        assert len(outline.ids) == len(set(outline.ids))
        ids[name] = (set(outline.ids), outline.links)
    for own, links in list(ids.values()):
        for link in links:
            file, _, anchor = link.partition("#")
            assert anchor in (ids[file][0] if file else own) or not anchor, link


def test_verdicts_stand_at_their_lines(site: Path) -> None:
    page = (site / "module-shop.html").read_text(encoding="utf-8")
    line = SHOP.splitlines().index("  ensures exact: 2 * h == m") + 1
    row = re.search(rf'<div class="line has" id="L{line}" data-kinds="([^"]*)">', page)
    assert row is not None
    assert row[1] == "proved"
    assert "Proof in words" in page
    assert "induction on xs" in page


def test_a_report_of_remembered_verdicts_shows_the_same_graphs(site: Path) -> None:
    shown = re.findall(r'data-about="[^"]+"', (site / "module-shop.html").read_text(encoding="utf-8"))
    assert any("/link/" in about for about in shown)
    subprocess.run([sys.executable, "-m", "kwlogic", "report", "--html", "again"], cwd=site.parent, capture_output=True)
    assert re.findall(r'data-about="[^"]+"', (site.parent / "again" / "module-shop.html").read_text(encoding="utf-8")) == shown


def test_what_could_not_be_checked_is_never_all_green(site: Path) -> None:
    index, broken = ((site / f"{name}.html").read_text(encoding="utf-8") for name in ("index", "module-broken"))
    assert 'aria-label="1 error"><span class="error"' in broken
    assert '<li class="card error"><b>1</b>' in index
    row = re.search(r"<tr><th scope=.row.><a href=.module-broken.html.>.*?</tr>", index)
    assert row is not None
    assert '<td class="errors">1</td><td><div class="bar" role="img" aria-label="1 error">' in row[0]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here")
    sync = pytest.importorskip("playwright.sync_api")
    with sync.sync_playwright() as p:
        found = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    """A page; whatever it fetches, and whatever goes wrong in it, is an error."""
    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
    yield page
    context.close()
    assert said == []


def test_search_and_filter(tab: Any, site: Path) -> None:
    tab.goto((site / "index.html").as_uri())
    rows = tab.locator("#all tbody tr")
    everything = rows.count()
    tab.keyboard.press("/")
    tab.keyboard.type("EXACT")
    assert rows.filter(visible=True).count() == 1
    tab.keyboard.press("Escape")
    tab.uncheck('input[data-verdict="proved"]')
    shown = rows.filter(visible=True)
    assert 0 < shown.count() < everything
    assert shown.filter(has_text="✓").count() == 0
    assert f" of {tab.locator('table.clauses tbody tr').count()} shown" in tab.inner_text("#count")


def test_from_the_overview_to_the_counterexample(tab: Any, site: Path) -> None:
    tab.goto((site / "index.html").as_uri())
    tab.locator("section:has(h2:text('Needs attention')) a").first.click()
    tab.wait_for_url("**/module-shop.html#L*")
    refuted = tab.locator(".ob.refuted").first
    assert refuted.is_visible()
    assert "Counterexample, replayed" in refuted.inner_text()


def test_margins_open_by_keyboard(tab: Any, site: Path) -> None:
    tab.goto((site / "module-shop.html").as_uri())
    button = tab.locator(".line:has-text('len(doubled(xs))') button.marks")
    assert button.get_attribute("aria-expanded") == "false"
    button.focus()
    tab.keyboard.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    assert tab.locator(".line:has-text('len(doubled(xs))') .told").is_visible()
    tab.keyboard.press("n")
    assert tab.evaluate("document.activeElement.closest('.line').dataset.kinds").find("refuted") >= 0


def test_a_link_of_a_graph_tells_its_obligation_and_the_values_on_its_wires(tab: Any, site: Path) -> None:
    tab.goto((site / "module-shop.html").as_uri())
    tab.click("#graph-odd summary")
    before = tab.evaluate("document.querySelector('#graph-odd svg').style.transform")
    tab.click('#graph-odd [data-zoom="in"]')
    assert tab.evaluate("document.querySelector('#graph-odd svg').style.transform") != before
    link = (
        tab.locator('#graph-odd g[role="button"]', has=tab.locator("path.edge"))
        .filter(has=tab.locator('title:text-matches("refuted")'))
        .first
    )
    link.focus()
    tab.keyboard.press("Enter")
    told = tab.inner_text("#graph-odd .panel")
    assert "half requires m % 2 == 0" in told
    assert re.search(r"Counterexample, replayed\s+text\s+\"[^\"]+\"\s+m\s+\d+", told)


def test_dark_and_light(tab: Any, site: Path) -> None:
    tab.goto((site / "index.html").as_uri())
    light = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    tab.click("#theme")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") != light
    tab.reload()
    assert tab.get_attribute("html", "data-theme") == "dark"


def test_everything_that_can_be_used_has_a_name(tab: Any, site: Path) -> None:
    tab.goto((site / "module-shop.html").as_uri())
    tab.click("#graph-odd summary")
    nameless = "[...document.querySelectorAll('button,a,input,[role=button]')].filter(e => !(e.textContent.trim() || e.ariaLabel || e.labels?.length)).length"
    assert tab.evaluate(nameless) == 0
    assert tab.evaluate("document.documentElement.lang") == "en"
    assert tab.locator("main, header, footer, nav").count() == 4


def test_the_text_of_specs_is_no_markup(tab: Any, site: Path) -> None:
    tab.goto((site / "module-shop.html").as_uri())
    assert tab.title() == "shop - " + site.parent.name
    assert tab.locator("img").count() == 0
