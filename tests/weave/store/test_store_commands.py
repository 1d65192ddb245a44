"""`kwlogic store` and `kwlogic schema`, as a user runs them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kwlogic.cli.main import cli
from kwlogic.source.data import Diagnosed

DATA = Path(os.environ.get("KWLOGIC_DATA", Path(__file__).parents[4] / "shared" / "data")) / "kernelweave"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(cli, list(arguments), standalone_mode=False)


def codes(result: Result) -> list[str]:
    assert isinstance(result.exception, Diagnosed), result.exception
    return [d.code for d in result.exception.diagnostics]


KERNEL = {
    "kernel_id": "../escape",
    "version": 3,
    "task_family": "files",
    "input_schema": {"type": "object", "properties": {"path": {"type": "string"}, "n": {"type": "integer"}}, "required": ["path"]},
    "output_schema": {"type": "object", "properties": {"ok": {"type": "boolean"}}},
    "preconditions": ["the path exists"],
    "postconditions": ["ok says so", "nothing is changed"],
    "status": {"state": "verified", "passes": 4, "failures": 1},
    "source_trace_ids": ["t1"],
}


def write(folder: Path, name: str, document: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")


def test_import_of_the_predecessors_kernels(run: Callable[..., Result], tmp_path: Path):
    write(tmp_path / "kw" / "kernels", "a.json", KERNEL)
    write(tmp_path / "kw" / "kernels", "bad.json", "{")
    write(tmp_path / "kw" / "kernels", "forged.json", {**KERNEL, "kernel_id": "forged", "digest": "0" * 64})
    write(tmp_path / "kw" / "traces", "t.json", {"trace_id": "t1", "events": [{"kind": "tool", "payload": {"tool": "x", "args": {}}}]})
    write(tmp_path / "kw", "feedback_index.json", {"feedback": [{"feedback_id": "f", "kernel_id": "../escape", "success": True}]})
    done = run("store", "import", "kw")
    assert done.return_value == 1
    assert "imported 1 kernels (0 digests verified), 1 traces, 1 feedback" in done.stdout
    assert "3 typed, 0 formal, 3 informal" in done.stdout
    assert "KW806" in done.stderr
    assert "KW807" in done.stderr
    shown = run("store", "show", "../escape").stdout
    assert "(path: String, n: Option[Int]) -> (ok: Option[Bool])" in shown
    assert "informal requires: the path exists" in shown
    assert "candidate, 4 passed, 1 failed (its origin calls it verified)" in shown
    assert "from      trace t1" in shown
    assert sorted(p.name for p in tmp_path.iterdir()) == [".kwlogic", "kw"]
    assert "../escape" in run("store", "log", "../escape").stdout
    assert json.loads(run("store", "list", "--format", "json").stdout)[0]["informal"] == 3
    assert run("store", "check").return_value == 0


def test_all_kernels_of_the_predecessor(run: Callable[..., Result]):
    if not DATA.is_dir():
        pytest.skip("the KernelWeave data are not here; KWLOGIC_DATA names the folder of the data sets")
    first = run("store", "import", str(DATA / "phasecd" / "store")).stdout
    assert first.startswith("imported 22 kernels (22 digests verified)")
    run("store", "import", str(DATA / "store"))
    assert run("store", "list").stdout.endswith("31 kernels\n")


def test_configuration_and_mistakes(run: Callable[..., Result], tmp_path: Path):
    (tmp_path / "kwlogic.toml").write_text('[store]\nurl = "here.sqlite"\n', encoding="utf-8")
    assert run("store", "list").stdout == "0 kernels\n"
    assert (tmp_path / "here.sqlite").exists()
    assert codes(run("store", "show", "nobody")) == ["KW805"]
    assert codes(run("store", "list", "--store", "http://x")) == ["KW803"]
    (tmp_path / "empty").mkdir()
    assert codes(run("store", "import", "empty")) == ["KW807"]
    (tmp_path / "kwlogic.toml").write_text("[store]\nuri = 3\n", encoding="utf-8")
    assert codes(run("store", "list")) == ["KW701"]


def test_schema_there_and_back(run: Callable[..., Result], tmp_path: Path):
    (tmp_path / "m.kw").write_text(
        "module m\nrecord R(n: {n: Int | n > 0}, s: Option[String])\nkernel k(r: R) -> (b: Bool)\n= r.n > 1\n", encoding="utf-8"
    )
    exported = run("schema", "export", "m.kw::R", "-o", "r.json")
    assert exported.return_value == 0
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["$ref"] == "#/$defs/R"
    done = run("schema", "import", "r.json", "--name", "R", "--module", "wire")
    assert "module wire" in done.stdout
    assert "n: {x: Int | x >= 1}" in done.stdout
    assert json.loads(run("schema", "export", "m.kw::k", "--outputs").stdout)["required"] == ["b"]
    write(tmp_path, "wide.json", {"type": "object"})
    assert run("schema", "compare", "r.json", "wide.json").return_value == 0
    other = run("schema", "compare", "wide.json", "r.json")
    assert (other.return_value, other.stdout[:3]) == (1, "no:")
    write(tmp_path, "odd.json", {"contains": 1})
    assert codes(run("schema", "import", "odd.json")) == ["KW821"]
    write(tmp_path, "broken.json", "{")
    assert codes(run("schema", "import", "broken.json")) == ["KW822"]
    assert codes(run("schema", "export", "m.kw::X")) == ["KW822"]


SHOP = """module shop
record Cart(total: {r: Real | r >= 0.0})

## Adds.
kernel add(cart: Cart, price: Real) -> (after: Cart)
  version "1.0.0"
  family "shopping"
  requires price >= 0.0
  ensures grown: after.total == cart.total + price
= Cart(cart.total + price)

kernel pay(after: Cart) -> (ok: Bool)
  ensures ok ==> after.total > 0.0
= after.total > 0.0

kernel buy(cart: Cart, price: Real) -> (ok: Bool)
  requires price >= 0.0
= compose add >> pay

kernel wrong(n: Int) -> (m: Int)
  ensures m > n
= n
"""


def test_kernels_of_a_spec(run: Callable[..., Result], tmp_path: Path):
    (tmp_path / "shop.kw").write_text(SHOP, encoding="utf-8")
    done = run("store", "add", "shop.kw")
    assert done.return_value == 1, "one clause is refuted"
    assert "4 kernels, 4 of them new" in done.stdout
    assert "shop.wrong  candidate" in done.stdout
    shown = run("store", "show", "add").stdout
    assert "ensures grown: after.total == cart.total + price  [proved]" in shown
    assert "candidate, 0 passed, 0 failed" in shown
    assert run("store", "show", "shop.buy").stdout.count("part ") == 2


@pytest.mark.slow
def test_versions_of_a_kernel(run: Callable[..., Result], tmp_path: Path):
    (tmp_path / "shop.kw").write_text(SHOP, encoding="utf-8")
    run("store", "add", "shop.kw")
    laid_out = SHOP.replace("## Adds.", "## Other words.").replace("after.total == cart", "after.total  # the sum\n    == cart")
    (tmp_path / "shop.kw").write_text(laid_out, encoding="utf-8")
    assert "4 kernels, 0 of them new" in run("store", "add", "shop.kw").stdout
    (tmp_path / "shop.kw").write_text(SHOP.replace("r >= 0.0", "r > -1.0"), encoding="utf-8")
    assert "4 kernels, 3 of them new" in run("store", "add", "shop.kw").stdout, "a type's invariant counts for all that use it"
    assert "from      version" in run("store", "show", "add").stdout
    assert run("store", "show", "add", "--spec").stdout.startswith("module shop")


def test_without_the_packages(tmp_path: Path):
    import subprocess
    import sys

    program = "import sys\nsys.modules['sqlalchemy'] = None\nfrom kwlogic.cli.main import guarded\nsys.exit(guarded(['store', 'list']))"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "pip install 'kwlogic[store]'" in done.stderr
