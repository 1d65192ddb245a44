"""help, version, explain, init, and the exit codes of wrong usage: nothing heavy is imported for them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

Cli = Callable[..., subprocess.CompletedProcess[str]]

HEAVY = ("z3", "lark", "hypothesis", "networkx", "rich", "sqlite3")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["check", "--help"], ["explain", "KW501"]])
def test_light_commands_import_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys; from kwlogic.cli.main import guarded; code = guarded(sys.argv[1:]); "
        f"print([m for m in {HEAVY!r} if m in sys.modules], code, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    assert done.stderr == "[] 0\n"


def test_version(cli: Cli) -> None:
    from kwlogic import __version__

    assert cli("--version").stdout == f"kwlogic, version {__version__}\n"


def test_every_command_shows_an_example(cli: Cli) -> None:
    for command in ("check", "run", "eval", "explain", "fmt", "init"):
        done = cli(command, "--help")
        assert done.returncode == 0
        assert "Example" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["chekc"],
        ["check", "--format", "xml"],
        ["check", "--budget", "0"],
        ["check", "--jobs", "many"],
        ["run", "k"],
        ["check", "absent.kw"],
    ],
)
def test_wrong_usage(cli: Cli, arguments: list[str]) -> None:
    done = cli(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr + done.stdout


def test_explain(cli: Cli) -> None:
    done = cli("explain", "kw501")
    assert done.returncode == 0
    assert "This yields it:" in done.stdout
    assert "\x1b" not in done.stdout
    every = cli("explain")
    assert "KW501" in every.stdout
    assert "KW901" in every.stdout


def test_explain_suggests(cli: Cli) -> None:
    done = cli("explain", "KW50")
    assert done.returncode == 2
    assert "error[KW728]" in done.stderr
    assert "did you mean KW50" in done.stderr


def test_an_internal_error_is_told_briefly() -> None:
    program = (
        "import sys, kwlogic.cli.explain as e\n"
        "def broken(code): raise ZeroDivisionError('oh')\n"
        "e.run_explain = broken\n"
        "from kwlogic.cli.main import guarded\n"
        "sys.exit(guarded(['explain']))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 101
    assert "error[KW901]" in done.stderr
    assert "Traceback" not in done.stderr
