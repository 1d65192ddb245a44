"""The other end of the process that proves: tasks are handed over, answers come back on a thread of their own.

Nothing here waits. A process that dies costs its tasks, which are told so, and the next task starts a fresh one.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
from collections.abc import Callable, Sequence
from typing import Any

Tell = Callable[[dict[str, Any]], None]
PATIENCE = 2.0  # seconds that a cancelled task has to end by itself
LAST = frozenset(("done", "cancelled", "refused", "failed"))


class Prover:
    """``command`` starts the process; ``log`` gets what it writes to stderr."""

    def __init__(self, command: Sequence[str], log: Callable[[str], None] = lambda _: None) -> None:
        self.command, self.log = tuple(command), log
        self.lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None
        self.telling: dict[int, Tell] = {}
        self.number = 0

    def submit(self, job: dict[str, Any], tell: Tell) -> int:
        """Hand a task over; ``tell`` hears what it says, the last time with one of ``done``, ``cancelled``, ``refused``,
        ``failed``. It is called on another thread."""
        with self.lock:
            self.number += 1
            number = self.number
            self.telling[number] = tell
            try:
                self._send({**job, "id": number})
                return number
            except OSError as error:
                del self.telling[number]
                reason = f"the process that proves cannot be reached: {error}"
        tell({"failed": reason})
        return number

    def cancel(self, number: int) -> None:
        """End a task early; one that does not end is ended with its process."""
        with self.lock:
            if number not in self.telling or self.process is None:
                return
            with contextlib.suppress(OSError):
                self._send({"cancel": number})
            process = self.process
        timer = threading.Timer(PATIENCE, self._insist, (number, process))
        timer.daemon = True
        timer.start()

    def close(self) -> None:
        with self.lock:
            process, self.process = self.process, None
            self.telling.clear()
        if process is not None:
            _end(process)

    # ------------------------------------------------------------ the process

    def _send(self, message: dict[str, Any]) -> None:
        if self.process is None or self.process.poll() is not None:
            self.process = self._start()
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def _start(self) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        process = subprocess.Popen(self.command, stdin=pipe, stdout=pipe, stderr=pipe)
        for work in (self._listen, self._overhear):
            threading.Thread(target=work, args=(process,), daemon=True).start()
        return process

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            message = json.loads(line)
            number = message.pop("id")
            with self.lock:
                tell = self.telling.pop(number, None) if LAST & message.keys() else self.telling.get(number)
            if tell is not None:
                tell(message)
        with self.lock:
            lost = list(self.telling.values()) if self.process in (process, None) else []
            if lost:
                self.telling.clear()
        for tell in lost:
            tell({"failed": "the process that proves ended"})

    def _overhear(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            self.log(line.decode("utf-8", "replace").rstrip("\n"))

    def _insist(self, number: int, process: subprocess.Popen[bytes]) -> None:
        with self.lock:
            slow = number in self.telling and self.process is process
        if slow:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(1.0)
