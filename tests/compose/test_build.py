"""Composing in Python: the same typing, the same messages, the same compositions as in spec files."""

from __future__ import annotations

import copy
import subprocess
import sys
from pathlib import Path

import pytest

import kwlogic
from kwlogic import (
    Composite,
    CompositionError,
    Project,
    assert_,
    case,
    fallback,
    fold,
    guard,
    hole,
    ident,
    iterate,
    load,
    map_,
    par,
    retry,
    seq,
)
from kwlogic.compose.digest import digest
from kwlogic.compose.wiring_to_dag import composition_of
from kwlogic.core.program import ComposeBody
from kwlogic.core.wiring import Wiring

SHOP = """module shop
record Order(amount: Int, name: String)
kernel extract(text: String) -> (total: Int)
  requires len(text) > 0
  ensures total >= 0
= len(text)
kernel approve(total: Int, limit: Int) -> (ok: Bool)
  requires total >= 0
  ensures ok <==> total <= limit
= total <= limit
kernel ask(text: String) -> (total: Int)
  ensures total >= 0
  by tool "ask"
kernel same[t](v: t) -> (w: t)
= v
kernel step(n: Int) -> (m: Int)
= n + 1
kernel plus(acc: Int, item: Int) -> (sum: Int)
= acc + item
kernel amount(order: Order) -> (total: Int)
= order.amount
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    path = tmp_path_factory.mktemp("shop") / "shop.kw"
    path.write_text(SHOP, encoding="utf-8")
    return load(path)


def forms(p: Project) -> dict[str, Composite]:
    intake = seq(par(p.extract, ident("limit")), p.approve)
    return {
        "kernel": p.extract,
        "seq": p.extract >> p.step.rename(n="total"),
        "par": p.extract & p.step,
        "intake": intake,
        "again": intake >> guard("ok"),
        "fallback": p.ask | p.extract,
        "fallbacks": fallback(p.ask, p.ask, p.extract),
        "case": case("len(text) > 3", p.ask, p.extract),
        "retry": retry(3, p.ask),
        "map": map_(p.extract >> p.step["n as total"]),
        "fold": fold(p.plus["sum as acc"], "acc >= 0")["acc as total"],
        "iterate": iterate(p.step["m as n"], "n < 9", 9, "n >= 0").rename(n="last"),
        "guard": guard("n > 0", n="Int") >> p.step,
        "assert": p.extract >> assert_("total >= 0") >> p.step(n="total + 1"),
        "hole": p.extract >> hole({"total": "Int"}, {"score": "{s: Int | s >= 0}"}),
        "generic": p.extract >> p.same["v as total, w as z"],
        "call": p.approve("len(text)", limit="9").with_inputs(text="String"),
        "record": p.amount >> p.step(n="total"),
    }


def test_shows_what_parses_back(shop: Project, tmp_path: Path):
    """A file of the shown compositions holds the same compositions."""
    made = forms(shop)
    text = SHOP + "\n".join(c.declaration(f"c_{name}") for name, c in made.items())
    (tmp_path / "shop.kw").write_text(text, encoding="utf-8")
    again = load(tmp_path / "shop.kw")
    assert not again.problems, [d.message for d in again.problems]
    for name, composite in made.items():
        body = again.program.kernels[f"shop.c_{name}"].body
        assert isinstance(body, ComposeBody)
        assert isinstance(body.wiring, Wiring)
        assert digest(composition_of(body.wiring), again.facts) == composite.digest(), name


def test_faces(shop: Project):
    intake = seq(par(shop.extract, ident("limit")), shop.approve)
    assert intake.inputs == {"text": "String", "limit": "Int"}
    assert intake.outputs == {"ok": "Bool"}
    assert intake.show() == "extract & id(limit) >> approve"
    assert forms(shop)["generic"].outputs == {"z": "Int"}
    assert forms(shop)["map"].inputs == {"text": "List[String]"}


def test_equal_up_to_brackets(shop: Project):
    a, b, c = shop.extract, shop.step["n as total"], shop.step["n as m, m as k"]
    assert (a >> b) >> c == a >> (b >> c) == seq(a, b, c)
    assert ident("text") >> a == a == a >> ident("total")
    assert len({(a >> b) >> c, a >> (b >> c)}) == 1
    assert a >> b != a
    assert par(a, shop.step).digest() != par(shop.step, a["text as u"]).digest()


def test_operands_never_change(shop: Project):
    a, b = shop.extract, shop.step["n as total"]
    before = copy.copy(a), copy.copy(b), a.show(), b.show(), a.dag(), b.dag(), a.outputs, b.outputs
    whole = a >> b
    assert whole.show()
    assert (a, b, a.show(), b.show(), a.dag(), b.dag(), a.outputs, b.outputs) == before
    with pytest.raises(AttributeError):
        a.text = "other"  # type: ignore[misc]


ERRORS = {
    "missing": ("KW401", lambda p: p.extract >> p.approve),
    "types": ("KW402", lambda p: p.extract["total as text"] >> p.extract),
    "twice": ("KW403", lambda p: p.extract & p.ask),
    "other ports": ("KW404", lambda p: p.extract | p.step),
    "no fold": ("KW414", lambda p: fold(p.extract, "true")),
    "no port": ("KW408", lambda p: p.extract >> ident("nothing") >> p.step),
    "argument": ("KW409", lambda p: p.step(k="3")),
    "not once": ("KW415", lambda p: retry(0, p.ask)),
    "no function": ("KW201", lambda p: p.extract >> p.step(n="unheard_of(1)")),
    "syntax": ("KW1", lambda p: p.extract >> guard("total >")),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_are_those_of_the_language(shop: Project, name: str):
    code, make = ERRORS[name]
    with pytest.raises(CompositionError) as caught:
        make(shop)
    assert caught.value.diagnostics[0].code.startswith(code), [d.code for d in caught.value.diagnostics]
    assert caught.value.diagnostics[0].message in str(caught.value)


def test_message(shop: Project):
    with pytest.raises(CompositionError) as caught:
        shop.extract >> shop.approve
    assert "`approve` needs `limit: Int`, which the left of `>>` does not yield" in str(caught.value)
    assert "at `>>`" in str(caught.value)


def test_names(shop: Project):
    with pytest.raises(AttributeError, match="did you mean `extract`"):
        _ = shop.extrakt
    assert "extract" in dir(shop)
    assert shop["shop.extract"] == shop.extract
    assert not hasattr(shop, "nothing_like_it")


def test_pieces_without_a_kernel():
    piece = guard("x > 0") >> ident("x")
    assert piece.show() == "guard (x > 0) >> id(x)"
    with pytest.raises(ValueError, match="names no kernel"):
        piece.digest()


def test_projects_do_not_mix(shop: Project, tmp_path: Path):
    (tmp_path / "other.kw").write_text(SHOP, encoding="utf-8")
    other = load(tmp_path / "other.kw")
    with pytest.raises(ValueError, match="different projects"):
        shop.extract >> other.step(n="total")
    assert shop.extract.outputs == {"total": "Int"}, "loading another project does not take this one away"


def test_checks(shop: Project):
    intake = seq(par(shop.extract, ident("limit")), shop.approve)
    good = intake.check(requires=["len(text) > 0", "limit >= 0"])
    assert good.exit_code == 0
    bad = intake.check()
    assert bad.exit_code == 1
    broken = intake.check(ensures=["nothing > 0"])
    assert broken.exit_code == 1
    assert broken.diagnostics


def test_several_modules(tmp_path: Path):
    (tmp_path / "one.kw").write_text("module one\nkernel f(x: Int) -> (y: Int)\n= x + 1\n", encoding="utf-8")
    (tmp_path / "two.kw").write_text("module two\nkernel f(y: Int) -> (z: Int)\n  ensures z > y\n= y + 1\n", encoding="utf-8")
    project = load(tmp_path)
    both = project["one.f"] >> project["two.f"]
    assert both.show() == "one.f >> two.f"
    assert both.outputs == {"z": "Int"}
    assert both.check(ensures=["z > 0 or z <= 0"]).exit_code == 0
    with pytest.raises(CompositionError, match="is the name of 2 kernels"):
        project["f"]


def test_equal_by_laws(shop: Project):
    sure, plain = fallback(shop.extract, shop.ask), shop.extract
    assert sure != plain
    assert sure.digest(laws=True) == plain.digest(laws=True)
    assert fallback(shop.ask, shop.extract).digest(laws=True) != plain.digest(laws=True)


def test_open_types(shop: Project):
    assert shop.same.outputs.keys() == {"w"}
    with pytest.raises(CompositionError, match="nothing settles the type of `v`"):
        shop.same.declaration("k")
    assert "v: Int" in (shop.same.with_inputs(v="Int")).declaration("k")


def test_as_a_networkx_graph(shop: Project):
    graph = (shop.extract >> guard("total > 0") >> shop.step(n="total + 1")).networkx()
    assert [graph.nodes[n]["kind"] for n in range(4)] == ["kernel", "check", "expression", "kernel"]
    assert graph.nodes[0]["kernel"] == "shop.extract"
    assert graph.has_edge("input", 0)
    assert graph.has_edge(3, "output")
    assert any(d["order"] for _, _, d in graph.edges(data=True))


def test_nothing_to_load(tmp_path: Path):
    with pytest.raises(CompositionError, match="there is no file"):
        load(tmp_path / "nothing.kw")


def test_many_parts(shop: Project):
    parts = [shop.step[f"n as p{i}, m as p{i + 1}"] for i in range(500)]
    whole = seq(*parts)
    assert whole.inputs == {"p0": "Int"}
    assert len(whole.dag().root.boxes) == 500


def test_importing_is_light():
    program = "import sys, kwlogic; dir(kwlogic); assert not [m for m in ('lark', 'z3', 'kwlogic.core.terms') if m in sys.modules]"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0
    assert all(hasattr(kwlogic, n) for n in kwlogic.__all__)
    with pytest.raises(AttributeError):
        _ = kwlogic.nothing  # type: ignore[attr-defined]
