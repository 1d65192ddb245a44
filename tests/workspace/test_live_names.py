"""Names in texts that are being written: what they stand for, what may be renamed, what may be written next."""

from __future__ import annotations

from pathlib import Path

import pytest

from kwlogic.core.sweep import size, sweep
from kwlogic.core.terms import mk_int, mk_prim, mk_var
from kwlogic.core.types import INT
from kwlogic.source.data import Span
from kwlogic.workspace.live.actions import actions
from kwlogic.workspace.live.complete import complete
from kwlogic.workspace.live.derived import derived
from kwlogic.workspace.live.desk import Analysis, Desk
from kwlogic.workspace.live.index import index_of, references
from kwlogic.workspace.live.rename import Refusal, rename
from kwlogic.workspace.live.verdicts import Board, Standing, closure
from kwlogic.workspace.read import unsaved

TEXT = """module shop
record Line(label: String, qty: Int)
type Pos = {n: Int | n > 0}

fn total[a](xs: List[a], lines: List[Line]) -> Int
  ensures result >= 0 or true
= match lines {
    case [] => len(xs)
    case [l, *rest] => let q = l.qty; q + total(xs, rest)
  }

fn more(line: Line) -> Line
= line with (qty = line.qty + 1)

kernel one(x: Int) -> (y: Int)
  ensures y > x
= x + 1

kernel both(x: Int) -> (z: Int)
{
  w <- one(x = x);
  z <- one(w);
}

kernel plain(x: Int) -> (y: Int)
= compose one

lemma l(a: Int, b: Int)
  requires a > 0
  ensures a + b > b
"""
PATH = Path("/nowhere/shop.kw")


FIRST = Desk()


def opened(text: str = TEXT) -> tuple[Desk, Analysis]:
    if not FIRST._parsed:
        FIRST.warm()
    desk = FIRST.another({PATH: text})
    return desk, desk.analysis(PATH)


@pytest.fixture(scope="module")
def shop() -> tuple[Desk, Analysis]:
    desk, analysis = opened()
    assert not analysis.diagnostics
    return desk, analysis


def at(mark: str, by: int = 0, text: str = TEXT) -> int:
    return text.index(mark) + by


@pytest.mark.parametrize(
    ("use", "definition", "kind"),
    [
        ("total(xs, rest)", "total[a]", "fn"),
        ("a], lines", "a](xs", "tparam"),
        ("xs, rest", "xs: List", "param"),
        ("rest)", "rest] =>", "local"),
        ("q + total", "q = l", "local"),
        ("qty; q", "qty: Int", "field"),
        ("qty = line", "qty: Int", "field"),
        ("n > 0", "n: Int |", "local"),
        ("x = x", "x: Int) -> (y", "input"),
        ("x);\n  z", "x: Int) -> (z", "input"),
        ("w);", "w <-", "wire"),
        ("z <-", "z: Int)", "output"),
        ("Line) -> Line", "Line(label", "record"),
        ("a + b", "a: Int, b", "param"),
    ],
)
def test_what_names_stand_for(shop: tuple[Desk, Analysis], use: str, definition: str, kind: str):
    index = index_of(shop[1], "shop.kw")
    assert index is not None
    found = index.at(at(use))
    assert found is not None
    assert found.symbol.place is not None
    assert (found.symbol.place.start, found.symbol.kind) == (at(definition), kind)


def test_a_record_is_its_constructor_too():
    _, analysis = opened(TEXT + 'fn tea() -> Line\n= Line("tea", 1)\n')
    index = index_of(analysis, "shop.kw")
    assert index is not None
    found = index.at(at("Line(label"))
    assert found is not None
    assert len(references(analysis, found.symbol)) == 6


@pytest.mark.parametrize(
    ("mark", "new", "count"),
    [("total[a]", "sum_of", 2), ("q = l", "qq", 2), ("qty: Int", "pieces", 4), ("w <-", "mid", 2), ("both(", "twice", 1)],
)
def test_renaming(shop: tuple[Desk, Analysis], mark: str, new: str, count: int):
    desk, analysis = shop
    assert len(rename(desk, analysis, "shop.kw", at(mark), new).edits) == count


@pytest.mark.parametrize(
    ("mark", "new", "why"),
    [
        ("q = l", "k", "stand for something else"),  # `k` would capture it, and all would still check
        ("xs: List", "lines", "named twice"),
        ("y: Int)\n  ensures", "out", "links by name"),
        ("len(xs)", "size", "belongs to the standard library"),
        ("shop", "store", "a module is called"),
        ("result >= 0", "value", "belongs to the language"),
        ("one(x: Int)", "Both", "starts lower-case"),
    ],
)
def test_renaming_refused(shop: tuple[Desk, Analysis], mark: str, new: str, why: str):
    text = TEXT.replace("let q = l.qty; q + total(xs, rest)", "let q = l.qty; let k = 2; q + k") if mark == "q = l" else TEXT
    desk, analysis = shop if text is TEXT else opened(text)
    with pytest.raises(Refusal, match=why):
        rename(desk, analysis, "shop.kw", at(mark, text=text), new)


@pytest.mark.parametrize(
    ("before", "typed", "wanted", "unwanted"),
    [
        ("= x + 1", "= x + ", {"x", "one", "len", "if"}, {"y", "l"}),
        ("let q = l.qty; q", "l.", {"label", "qty"}, {"len", "xs"}),
        ("ensures y > x", "ensures y > ", {"x", "y"}, {"l"}),
        ("z <- one(w)", "z <- ", {"one", "retry"}, {"len", "w"}),
        ("xs: List[a]", "xs: ", {"List", "Line", "a", "Int"}, {"one"}),
        ("z <- one(w)", "z <- one(", {"x =", "w"}, set()),
    ],
)
def test_completion(shop: tuple[Desk, Analysis], before: str, typed: str, wanted: set[str], unwanted: set[str]):
    """The analysis is of the text before."""
    text = TEXT.replace(before, typed)
    found = {p.label for p in complete(shop[1], "shop.kw", text, text.index(typed) + len(typed))}
    assert wanted <= found
    assert not unwanted & found


def test_what_parts_ensure_of_a_composition(shop: tuple[Desk, Analysis]):
    assert derived(shop[1].program, "shop.plain") == ["y > x"]
    assert derived(shop[1].program, "shop.both") == [], "of the wire in between nothing is said"


def test_a_missing_arm_gets_a_value_of_the_right_type():
    text = "module m\ntype T = A | B(n: Int)\nfn f(t: T) -> List[Int]\n= match t { case A => [1] }\n"
    _, analysis = opened(text)
    [found] = analysis.of_file("shop.kw")
    [action] = actions(analysis, "shop.kw", found)
    assert [e.text for e in action.edits] == [" case B(_) => []"]


@pytest.mark.parametrize(
    ("old", "wrong", "edit"),
    [
        ("q + total(xs, rest)", "q + totall(xs, rest)", "total"),
        ("l.qty;", "l.qti;", "qty"),
        ("(line: Line)", "(line: Lime)", "Line"),
        ("ensures a + b > b", "ensures a + b > fahrenheit(b)", "\nuse other (fahrenheit)"),
    ],
)
def test_what_the_help_says_can_be_done(old: str, wrong: str, edit: str):
    text = TEXT.replace(old, wrong)
    desk = FIRST.another({PATH: text, Path("/nowhere/other.kw"): "module other\nfn fahrenheit(n: Int) -> Int\n= n\n"})
    analysis = desk.analysis(PATH)
    [found] = [d for d in analysis.of_file("shop.kw") if d.span is not None and wrong[-12:-3] in text[d.span.start - 20 : d.span.end + 20]]
    [action] = actions(analysis, "shop.kw", found)
    assert [e.text for e in action.edits] == [edit]
    mended = text[: action.edits[0].span.start] + edit + text[action.edits[0].span.end :]
    desk.put(PATH, mended)
    assert not [d for d in desk.analysis(PATH).of_file("shop.kw") if d.code != "KW202"]


def test_verdicts_fall_with_what_they_rest_on():
    desk, analysis = opened()
    assert closure(analysis, ["shop.both"]) == {"shop.both", "shop.one"}
    board = Board()
    assert set(board.outdated(analysis, "shop.kw")) >= {"shop.both", "shop.one", "shop.l"}
    from kwlogic.workspace.data import CheckResult

    board.keep(analysis, ["shop.both", "shop.one", "shop.l"], CheckResult((), (), {}))
    assert board.status(analysis, "shop.both").standing is Standing.FRESH
    for text, stale in ((TEXT.replace("ensures y > x", "ensures y >= x"), {"shop.both", "shop.one"}), ("# moved\n" + TEXT, set())):
        desk.put(PATH, text)
        later = desk.analysis(PATH)
        found = {n for n in ("shop.both", "shop.one", "shop.l") if board.status(later, n).standing is Standing.STALE}
        assert found == stale
    desk.put(PATH, TEXT.replace("= x + 1", "= nothing"))
    broken = desk.analysis(PATH)
    assert {board.status(broken, n).standing for n in ("shop.one", "shop.both")} == {Standing.BROKEN}


def test_unsaved_texts_stand_in_for_files(tmp_path: Path):
    from kwlogic.workspace.find import header_of
    from kwlogic.workspace.read import read_source

    path = tmp_path / "a.kw"
    path.write_text("module old\n")
    with unsaved({path: "module new\n", tmp_path / "none.kw": "module none\n"}):
        assert read_source(path, "a.kw").text == "module new\n"
        assert header_of(path) == "new"
        assert header_of(tmp_path / "none.kw") == "none"
    assert header_of(path) == "old"


def test_terms_that_nobody_holds_are_forgotten():
    kept = mk_prim("int.add", (mk_var("kept'here", INT), mk_int(123456789)), INT)
    mk_prim("int.add", (mk_var("gone'at'once", INT), mk_int(987654321)), INT)
    before = size()
    assert sweep() > 0
    assert size() < before
    assert mk_prim("int.add", (mk_var("kept'here", INT), mk_int(123456789)), INT) is kept
    assert mk_var("another", INT).id > kept.id


def test_places():
    lsp = pytest.importorskip("lsprotocol.types", reason="pip install 'kwlogic[lsp]'")
    from kwlogic.lsp.positions import Lines, changed

    text = "a\r\nb😀é\rc\n"
    for encoding, units in (("utf-16", 4), ("utf-8", 7), ("utf-32", 3)):
        lines = Lines(text, encoding)
        assert (lines.position(text.index("\rc")).line, lines.position(text.index("\rc")).character) == (1, units)
        for offset in [*range(2), *range(3, len(text) + 1)]:
            assert lines.offset(lines.position(offset)) == offset
        assert lines.offset(lsp.Position(99, 99)) == len(text)
        assert lines.offset(lsp.Position(1, 99)) == text.index("\rc")
        assert lines.range(Span("", 0, 10**9)).end.line == 3
    whole = lsp.TextDocumentContentChangeWholeDocument("x")
    assert changed(text, whole, "utf-16") == "x"
    part = lsp.TextDocumentContentChangePartial(lsp.Range(lsp.Position(1, 1), lsp.Position(1, 3)), "!")
    assert changed(text, part, "utf-16") == "a\r\nb!é\rc\n"
