"""`kwlogic check --watch` in a process of its own: edits are noticed, the interrupt ends it with the last verdict."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Queue

Cli = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]

GOOD = "module good\n\nkernel next(x: Int) -> (y: Int)\n  ensures y > x\n= x + 1\n"


def test_an_edit_is_checked_and_the_interrupt_ends_it(write: Write, tmp_path: Path) -> None:
    write("kwlogic.toml", "")
    path = write("good.kw", GOOD)
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "kwlogic", "check", "--watch"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: Queue[str] = Queue()
    assert process.stdout is not None
    threading.Thread(target=lambda: [lines.put(line) for line in process.stdout or ()], daemon=True).start()

    def until(mark: str) -> str:
        told = ""
        while mark not in told:
            told += lines.get(timeout=60)
        return told

    try:
        assert "1 proved" in until("watching")
        path.write_text(GOOD.replace("x + 1", "x - 1"))
        assert "1 refuted" in until("watching")
        path.write_text(GOOD.replace("x + 1", "x +"))
        assert "error[KW101]" in until("watching")
        path.write_text(GOOD)
        assert "1 proved" in until("watching")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        process.kill()


def test_formats_for_programs_are_refused(cli: Cli, write: Write) -> None:
    write("good.kw", GOOD)
    done = cli("check", "--watch", "--format", "sarif")
    assert (done.returncode, "`--watch` prints for people" in done.stderr) == (2, True)


def test_the_missing_package_is_named_with_its_extra(cli: Cli, write: Write, tmp_path: Path) -> None:
    write("watchfiles/__init__.py", "raise ModuleNotFoundError(name='watchfiles')\n")
    write("good.kw", GOOD)
    done = cli("check", "--watch", PYTHONPATH=str(tmp_path))
    assert done.returncode == 2
    assert "needs the package `watchfiles`" in done.stderr
    assert "pip install 'kwlogic[watch]'" in done.stderr
