"""`kwlogic check` from outside: exit codes, formats, selection, marks, logs, cache."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., subprocess.CompletedProcess[str]]

Write = Callable[[str, str], Path]

GOOD = """module good

kernel absolute(x: Int) -> (y: Int)
  ensures size: y >= 0               # expect: proved
= if x < 0 then -x else x

kernel half(x: Int) -> (y: Int)
  requires x % 2 == 0
  ensures 2 * y == x                 # expect: proved
= x // 2
"""
BAD = """module bad

kernel absolute(x: Int) -> (y: Int)
  ensures y >= 0                     # expect: refuted
= if x < -1 then -x else x

fn fine(x: Int) -> Int
  ensures result > x
= x + 1
"""
BROKEN = """module broken

fn wrong(x: Int) -> Int
= y

kernel next(x: Int) -> (y: Int)
  ensures y == x + 1
= x + 1
"""
AXIOM = "module ax\n\naxiom small(x: Int)\n  ensures x < 100\n"


def test_all_proved(cli: Cli, write: Write) -> None:
    write("good.kw", GOOD)
    done = cli("check", "good.kw")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("3 proved in ")
    assert "(rlimit " in done.stdout
    assert done.stderr == ""


def test_refuted(cli: Cli, write: Write) -> None:
    write("bad.kw", BAD)
    done = cli("check", "bad.kw")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "error[KW501]: `absolute` does not ensure `y >= 0`" in done.stdout
    assert "--> bad.kw:4:3" in done.stdout
    assert "counterexample, replayed: x = -1" in done.stdout
    assert "1 proved, 1 refuted in " in done.stdout
    assert "\x1b" not in done.stdout


def test_an_error_hides_no_other_verdict(cli: Cli, write: Write) -> None:
    write("broken.kw", BROKEN)
    done = cli("check", "broken.kw", "--format", "concise")
    assert done.returncode == 1
    assert done.stdout.startswith("broken.kw:4:3: error[KW2")
    assert "1 proved, 1 error in" in done.stdout


def test_only_unknown(cli: Cli, write: Write) -> None:
    write(
        "hard.kw",
        "module hard\n\nlemma fermat(a: Int, b: Int, c: Int)\n  requires a > 0 and b > 0 and c > 0\n  ensures a * a * a + b * b * b != c * c * c\n",
    )
    done = cli("check", "hard.kw", "--budget", "20000")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "warning[KW520]" in done.stdout


def test_assumed_counts_as_fine(cli: Cli, write: Write) -> None:
    write("ax.kw", AXIOM)
    done = cli("check", "ax.kw", "-v")
    assert done.returncode == 0
    assert "assumed" in done.stdout


@pytest.mark.parametrize("text", ["", "# only a comment\n", "module empty\n"])
def test_nothing_to_check(cli: Cli, write: Write, text: str) -> None:
    write("empty.kw", text)
    done = cli("check", "empty.kw")
    assert done.returncode == 4, done.stdout + done.stderr
    assert "nothing to check" in done.stdout or "warning" in done.stdout


def test_a_file_without_obligations_is_not_a_missing_file(cli: Cli, write: Write) -> None:
    write("plain.kw", "fn same(x: Int) -> Int = x\n")
    done = cli("check", "plain.kw")
    assert done.returncode == 4, done.stdout + done.stderr
    assert "nothing to check (what is declared here obliges to nothing)" in done.stdout


def test_an_empty_folder(cli: Cli) -> None:
    assert cli("check").returncode == 4


def test_selection(cli: Cli, write: Write) -> None:
    write("bad.kw", BAD)
    assert cli("check", "bad.kw::fine").returncode == 0
    assert cli("check", "bad.kw::absolute").returncode == 1
    done = cli("check", "bad.kw::absolut")
    assert done.returncode == 2
    assert "did you mean `bad.kw::absolute`?" in done.stdout


def test_expect(cli: Cli, write: Write) -> None:
    write("specs/good.kw", GOOD)
    write("specs/bad.kw", BAD)
    done = cli("check", "--expect", "specs")
    assert done.returncode == 0, done.stdout
    assert "3 marks: all as expected" in done.stdout
    write("specs/bad.kw", BAD.replace("refuted", "proved"))
    done = cli("check", "--expect", "specs")
    assert done.returncode == 1
    assert "specs/bad.kw:4: expected proved, found refuted" in done.stdout


def test_json(cli: Cli, write: Write) -> None:
    write("bad.kw", BAD)
    done = cli("check", "--format", "json", "bad.kw")
    document = json.loads(done.stdout)
    assert done.returncode == 1
    assert set(document) == {"version", "summary", "clauses", "diagnostics"}
    said = {"verdict", "counterexample", "blame", "reason", "tier", "rlimit", "rests_on"}
    keys = {"file", "line", "module", "declaration", "kind", "label"} | said
    assert all(set(c) == keys for c in document["clauses"])
    refuted = next(c for c in document["clauses"] if c["verdict"] == "refuted")
    assert (refuted["line"], refuted["counterexample"], refuted["declaration"]) == (4, {"x": -1}, "absolute")
    assert document["summary"]["refuted"] == 1


def test_log_dir(cli: Cli, write: Write, tmp_path: Path) -> None:
    write("good.kw", GOOD)
    assert cli("check", "good.kw", "--log-dir", "log").returncode == 0
    folder = tmp_path / "log" / "good"
    assert "kernel half" in (folder / "1-formatted.kw").read_text()
    assert "half" in (folder / "2-core.txt").read_text()
    assert "|-" in (folder / "3-obligations.txt").read_text()
    assert list((tmp_path / "log").rglob("*.smt2"))


def test_log_dir_that_cannot_be_made(cli: Cli, write: Write) -> None:
    write("good.kw", GOOD)
    done = cli("check", "good.kw", "--log-dir", "good.kw")
    assert done.returncode == 2
    assert "KW709" in done.stdout + done.stderr


def test_the_cache(cli: Cli, write: Write, tmp_path: Path) -> None:
    write("good.kw", GOOD)
    assert cli("check", "--no-cache", "good.kw").returncode == 0
    assert not (tmp_path / ".kwlogic_cache").exists()
    cli("check", "good.kw")
    assert (tmp_path / ".kwlogic_cache" / "CACHEDIR.TAG").exists()
    assert "3 from the cache" in cli("check", "good.kw").stdout


def test_modules_in_the_same_folder(cli: Cli, write: Write) -> None:
    write("a.kw", "module shop.a\n\nfn inc(x: Int) -> Int\n  ensures result > x\n= x + 1\n")
    write("b.kw", "module shop.b\nuse shop.a (inc)\n\nkernel k(x: Int) -> (y: Int)\n  ensures y > x + 1\n= inc(inc(x))\n")
    done = cli("check", "b.kw")
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("1 proved")


def test_init_makes_a_project_to_play_with(cli: Cli, tmp_path: Path) -> None:
    assert cli("init", "demo").returncode == 0
    done = cli("check", "demo")
    assert done.returncode == 1
    assert "6 proved, 1 refuted, 1 enforced in " in done.stdout
    assert "counterexample, replayed: price = 0.0, percent = 0.0" in done.stdout
    assert cli("check", "--expect", "demo").returncode == 0
    assert cli("fmt", "--check", "demo").returncode == 0
    spec = tmp_path / "demo" / "specs" / "discount.kw"
    spec.write_text(spec.read_text().replace("cheaper: net < price ", "cheaper: price * percent > 0.0 ==> net < price "))
    assert cli("check", "demo").returncode == 0
    again = cli("init", "demo")
    assert again.returncode == 2
    assert "KW729" in again.stderr


def test_what_a_body_leaves_unknown_points_to_where_it_may_be_undefined(cli: Cli, write: Write) -> None:
    write("pop.kw", "fn pop(q: List[Int]) -> (Int, List[Int])\n= (q[0], q[1:])\n")
    done = cli("check", "pop.kw")
    assert "KW503" in done.stdout
    assert "help: first see to `q[0]`, which may be undefined" in done.stdout
