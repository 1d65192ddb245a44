"""Completion, asked for as the shells do, and tried in the shells that there are."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from kwlogic.cli.complete import complete_names, script
from kwlogic.cli.main import cli

Write = Callable[[str, str], Path]


def completed(*words: str) -> list[str]:
    complete_names(cli)
    return [item.value for item in ShellComplete(cli, {}, "kwlogic", "_KWLOGIC_COMPLETE").get_completions(list(words[:-1]), words[-1])]


@pytest.fixture
def project(write: Write) -> None:
    write("kwlogic.toml", 'paths = ["specs"]\n')
    write("specs/shop.kw", "module shop\n\nkernel ship(x: Int) -> (y: Int)\n= x\n\nopaque fn shut(x: Int) -> Int\n= x\n")
    write("specs/broken.kw", "module broken\nkernel sheer(\n")
    write("notes.txt", "")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("che",), ["check"]),
        (("check", "--fro"), ["--frozen"]),
        (("check", "--format", "s"), ["sarif"]),
        (("check", ""), ["specs/"]),
        (("check", "specs/s"), ["specs/shop.kw"]),
        (("check", "specs/shop.kw::s"), ["specs/shop.kw::ship", "specs/shop.kw::shut"]),
        (("run", "sh"), ["sheer", "ship"]),
        (("explain", "kw110"), ["KW110"]),
        (("proof", "show", "shi"), ["ship"]),
        (("check", "absent/x"), []),
    ],
)
def test_words(project: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...], found: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert completed(*words) == found


def test_bash_completes(project: None, tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash here")
    here = Path(sys.executable).parent
    told = f"""export PATH={here}:$PATH; eval "$(kwlogic completion bash)"
COMP_WORDS=(kwlogic che); COMP_CWORD=1; _kwlogic_completion kwlogic; echo "${{COMPREPLY[@]}}" """
    done = subprocess.run([bash, "--norc", "-c", told], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.split() == ["check"], done.stderr


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_read_the_script(shell: str, tmp_path: Path) -> None:
    text = script(shell)
    assert "_KWLOGIC_COMPLETE" in text
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here")
    (tmp_path / "script").write_text(text)
    assert subprocess.run([shell, "-n", "script"], cwd=tmp_path, capture_output=True, text=True).stderr == ""
