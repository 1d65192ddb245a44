"""Writes traces to a store and says on stdout which ones were acknowledged.

As a program it is a nursery: on ``start PATH PREFIX COUNT`` it forks a writer (so that each is there at once), on ``kill PID``
it kills one with SIGKILL and says ``dead`` once it is gone.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from kwlogic.weave.store import filebase, rows, store
from kwlogic.weave.store.data import StoredTrace


def say(text: str) -> None:
    os.write(1, text.encode() + b"\n")


def write(path: str, prefix: str, count: int) -> None:
    with store.open_store(path, Path("/")) as found:
        for number in range(count):
            name = f"{prefix}-{number}"
            found.put_traces([StoredTrace(name, prefix, "[" + "1," * 400 + "1]"), StoredTrace(f"{name}+", prefix, "[]")])
            say(name)


def main() -> None:
    import sqlalchemy.dialects.sqlite  # noqa: F401  (loaded before the forks, as are the modules above)

    assert filebase
    assert rows
    for line in sys.stdin:
        command, *words = line.split()
        if command == "start":
            child = os.fork()
            if child == 0:
                write(words[0], words[1], int(words[2]))
                say(f"done {words[1]}")
                os._exit(0)
            say(f"pid {child}")
        else:
            os.kill(int(words[0]), signal.SIGKILL)
            os.waitpid(int(words[0]), 0)
            say("dead")


if __name__ == "__main__":
    main()
