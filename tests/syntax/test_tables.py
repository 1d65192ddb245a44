"""The grammar is strict LALR(1), Lark's own parser agrees with ours, and the cached tables survive what happens to caches."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from syntax_help import case_files, spec_files

from kwlogic.syntax import tables
from kwlogic.syntax.tables import grammar_text, load_tables


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("KWLOGIC_CACHE_HOME", str(tmp_path))
    load_tables.cache_clear()
    yield tmp_path
    load_tables.cache_clear()


def test_lark_accepts_the_same_specs():
    from lark import Lark

    lark = Lark(grammar_text(), parser="lalr", start="start")
    for path in spec_files() + case_files():
        lark.parse(path.read_text(encoding="utf-8"))


def test_conflicts_are_refused():
    from lark.exceptions import GrammarError

    with pytest.raises(GrammarError):
        tables.load_lark(grammar_text().replace("?iff: imp | imp (IFF imp)+ -> left_chain", "?iff: imp | iff IFF iff -> left_chain"))


def test_the_cache_is_used(home):
    first = load_tables()
    (path,) = home.iterdir()
    load_tables.cache_clear()
    assert load_tables() == first
    code = "import sys; from kwlogic.syntax.parse import parse_module; from kwlogic.source.data import Source; parse_module(Source('x', '')); sys.exit('lark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert path.exists()


@pytest.mark.parametrize("damage", ["", 'x\n{"rows": 1}', "\udcff"])
def test_a_damaged_cache_is_made_again(home, damage):
    first = load_tables()
    (path,) = home.iterdir()
    good = path.read_text(encoding="utf-8")
    path.write_bytes(damage.encode("utf-8", "surrogateescape"))
    load_tables.cache_clear()
    assert load_tables() == first
    assert path.read_text(encoding="utf-8") == good


def test_an_unwritable_place_costs_only_time(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("KWLOGIC_CACHE_HOME", str(blocked / "below"))
    load_tables.cache_clear()
    assert load_tables().rules
    load_tables.cache_clear()


def test_many_writers_at_once(home):
    text = grammar_text()
    packed = tables._compile(text)
    path = tables._cache_file(text)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: tables._write(path, packed), range(40)))
    assert tables._read(path) is not None
    assert [p.name for p in home.iterdir()] == [path.name]
