"""`kwlogic repl`: values, types, declarations, claims and graphs, from a pipe and on a terminal."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

Cli = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]


def ask(cli: Cli, *lines: str, file: str | None = None) -> list[str]:
    done = cli("repl", *([file] if file else []), stdin="\n".join(lines) + "\n")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_a_sitting(cli: Cli, tmp_path: Path) -> None:
    told = ask(
        cli,
        "1 + 2 * 3",
        "[1,",
        " 2] ++ [3]",
        ":type map(fn (x) => x > 1, [1, 2])",
        "fn doubled(xs: List[Int]) -> List[Int]",
        "= match xs { case [] => [] case [x, *rest] => [x, x, *doubled(rest)] }",
        "",
        "doubled([1, 2])",
        ":prove xs: List[Int] :: len(doubled(xs)) == 2 * len(xs)",
        ":refute forall x: Int :: x * x > x",
        "doubled([3])",
        "fn doubled(xs: List[Int]) -> List[Int]",
        "= xs",
        "",
        "doubled([3])",
        "use std.list (sum)",
        "sum([1, 2])",
    )
    assert told[:5] == ["7", "[1, 2, 3]", "List[Bool]", "declared doubled", "[1, 1, 2, 2]"]
    assert told[5].startswith("1 proved in ")
    assert "  = counterexample, replayed: x = 0" in told
    assert told[-5:] == ["[3, 3]", "declared doubled", "[3]", "declared std.list (sum)", "3"]
    assert [p.name for p in tmp_path.iterdir() if not p.name.startswith(".")] == []


def test_with_a_file_that_stays_as_it_is(cli: Cli, write: Write) -> None:
    path = write(
        "shop.kw",
        "module shop\n\nkernel next(x: Int) -> (y: Int)\n  ensures y == x + 1\n= x + 1\n\nkernel two(x: Int) -> (z: Int)\n  ensures z > x\n= compose next >> next[x as y, y as z]\n",
    )
    before = path.read_text()
    told = ask(cli, ":type next", ":type std_of_nothing", ":type next(1)", file="shop.kw")
    assert told[0] == "(x: Int) -> (y: Int)"
    assert any("KW201" in line for line in told)
    assert told[-1] == "Int"
    told = ask(cli, ":draw two", "fn f(x: Int) -> Int\n= x + 1\n", "f(1)", ":check two", ":check f", file="shop.kw")
    assert told[0].startswith("flowchart")
    assert "2" in told
    assert path.read_text() == before


def test_nothing_typed_yields_a_traceback(cli: Cli) -> None:
    told = "\n".join(
        ask(
            cli,
            "))",
            "1 // 0",
            ":nonsense",
            ":",
            ":type",
            ":prove foo(3)",
            ":draw nothing",
            ":draw",
            "fn bad(x: Int) -> Int\n= y\n",
            "fn\n",
            "use nothing (x)",
            "\x00",
            ":reload",
            "(" * 2000 + ")" * 2000,
            "41 + 1",
        )
    )
    assert "Traceback" not in told
    assert "KW901" not in told
    assert told.endswith("42")
    assert "`1 // 0`" in told


def test_on_a_terminal_names_are_completed_and_history_is_kept(tmp_path: Path) -> None:
    parent, child = pty.openpty()
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "TERM": "dumb"}
    process = subprocess.Popen(
        [sys.executable, "-m", "kwlogic", "repl"], cwd=tmp_path, stdin=child, stdout=child, stderr=child, env=environment
    )
    os.close(child)
    try:
        assert "kw> " in _until(parent, "kw> ")
        os.write(parent, b'starts_w\t("ab", "a")\n')
        assert "true" in _until(parent, "true")
        os.write(parent, b":quit\n")
        assert process.wait(30) == 0
    finally:
        process.kill()
        os.close(parent)
    assert (tmp_path / "state" / "kwlogic" / "history").read_text().splitlines()[-1] == ":quit"


def _until(terminal: int, mark: str) -> str:
    told, end = "", time.monotonic() + 60
    while mark not in told and time.monotonic() < end:
        if select.select([terminal], [], [], 0.5)[0]:
            told += os.read(terminal, 65536).decode(errors="replace")
    return told
