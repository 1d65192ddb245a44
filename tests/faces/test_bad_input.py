"""Bad input of every kind: a diagnostic with code and place, all other results kept, never a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., subprocess.CompletedProcess[str]]

Write = Callable[[str, str], Path]
FINE = "module fine\n\nkernel next(x: Int) -> (y: Int)\n  ensures y == x + 1\n= x + 1\n"


def check(cli: Cli, code: int, *words: str) -> None:
    """The bad file is reported, and the good file beside it is proved all the same."""
    done = cli("check", "--format", "concise", ".")
    text = done.stdout + done.stderr
    assert "Traceback" not in text
    assert done.returncode == code, text
    assert "1 proved" in text, text
    assert all(word in text for word in words), text


@pytest.fixture(autouse=True)
def fine(write: Write) -> None:
    write("fine.kw", FINE)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable(cli: Cli, write: Write) -> None:
    write("bad.kw", FINE).chmod(0)
    check(cli, 2, "bad.kw:1:1: error[KW120]")


def test_a_link_to_nowhere(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "bad.kw").symlink_to("nowhere.kw")
    check(cli, 2, "bad.kw:1:1: error[KW120]")


def test_a_folder_named_like_a_file(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "bad.kw").mkdir()
    check(cli, 0)


def test_not_utf8(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "bad.kw").write_bytes(b"module bad\n# caf\xe9\n")
    check(cli, 1, "bad.kw", "0xe9 on line 2")


def test_empty(cli: Cli, write: Write) -> None:
    write("bad.kw", "")
    check(cli, 0)


def test_enormous(cli: Cli, write: Write) -> None:
    write("bad.kw", "# x\n" * 3_000_000)
    check(cli, 1, "bad.kw", "MiB")


@pytest.mark.parametrize("opening", ["(", "[", "{", "if true then ", "not ", "-", "fn (x: Int) => ", "match "])
def test_deeply_nested(cli: Cli, write: Write, opening: str) -> None:
    write("bad.kw", f"module bad\n\nfn f(x: Int) -> Int\n= {opening * 50_000}x\n")
    check(cli, 1, "bad.kw:4:", "error[KW1")


def test_a_long_chain(cli: Cli, write: Write) -> None:
    write("long.kw", f"module long\n\nfn f(x: Int) -> Int\n= {' + '.join(['x'] * 5000)}\n")
    check(cli, 0)


def test_nul_and_control_characters(cli: Cli, write: Write) -> None:
    write("bad.kw", "module bad\n\nfn f(x: Int) -> Int\n= x \x00 \x1b[2J\n")
    check(cli, 1, "bad.kw:4:", "error[KW1")


def test_cyclic_modules(cli: Cli, write: Write) -> None:
    write("a.kw", "module a\nuse b\n\nfn f(x: Int) -> Int\n= g(x)\n")
    write("b.kw", "module b\nuse a\n\nfn g(x: Int) -> Int\n= x\n")
    done = cli("check", "--format", "concise", ".")
    assert "Traceback" not in done.stdout + done.stderr
    assert done.returncode == 1
    assert "error[KW2" in done.stdout


def test_a_module_twice(cli: Cli, write: Write) -> None:
    write("other.kw", FINE)
    check(cli, 1, "other.kw:1:", "error[KW706]")


def test_duplicate_names(cli: Cli, write: Write) -> None:
    write("bad.kw", "module bad\n\nfn f(x: Int) -> Int\n= x\n\nfn f(x: Int) -> Int\n= x + 1\n")
    check(cli, 1, "bad.kw", "error[KW2")


def test_a_missing_module(cli: Cli, write: Write) -> None:
    write("bad.kw", "module bad\nuse nowhere.at_all (f)\n")
    check(cli, 1, "bad.kw:2:", "error[KW2")


def test_an_unknown_key(cli: Cli, write: Write) -> None:
    write("kwlogic.toml", "# mine\nbugdet = 3\n")
    done = cli("check")
    assert done.returncode == 2
    assert "error[KW701]" in done.stdout
    assert "kwlogic.toml:2:1" in done.stdout
    assert "did you mean `budget`?" in done.stdout


def test_an_unknown_key_as_json(cli: Cli, write: Write) -> None:
    import json

    write("kwlogic.toml", "bugdet = 3\n")
    done = cli("check", "--format", "json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["diagnostics"][0]["code"] == "KW701"


def test_a_cache_of_rubbish(cli: Cli, write: Write) -> None:
    write(".kwlogic_cache/verdicts.sqlite", "rubbish" * 1000)
    check(cli, 0, "KW707")


def test_a_cache_that_cannot_be(cli: Cli, write: Write) -> None:
    write(".kwlogic_cache", "a file")
    check(cli, 0, "KW708")


def test_the_reader_goes_away(tmp_path: Path) -> None:
    done = subprocess.run(f"{sys.executable} -m kwlogic explain | head -1", shell=True, capture_output=True, text=True, cwd=tmp_path)
    assert done.stderr == ""


def test_interrupted(tmp_path: Path, write: Write) -> None:
    cubes = "".join(
        f"lemma l{n}(a: Int, b: Int, c: Int)\n  requires a > 0 and b > 0 and c > 0\n  ensures a*a*a + b*b*b != c*c*c + {n}*a*b*c\n"
        for n in range(50)
    )
    write("hard.kw", "module hard\n" + cubes)
    process = subprocess.Popen(
        [sys.executable, "-m", "kwlogic", "check", "."],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    time.sleep(2.5)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130, out + err
    assert "Traceback" not in out + err
    assert "interrupted" in out + err
