"""The process beside an interactive face in which proofs are searched for: tasks come in as lines of JSON, answers go out.

It does one task at a time. A task that is cancelled ends with what it has; when the parent goes, the process goes. What a
task is may be more than checking: a face passes its own, by name, which run with the editor's texts in place of files.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from kwlogic.source.data import Diagnosed
from kwlogic.vc.data import Result
from kwlogic.workspace.data import CheckRequest, CheckResult
from kwlogic.workspace.read import unsaved

Say = Callable[[dict[str, Any]], None]
Task = Callable[[Mapping[str, Any], Say], Any]


def check_task(job: Mapping[str, Any], say: Say) -> Any:
    """Verdicts of some declarations; each is said as it comes, and all of them, settled, at the end."""
    from kwlogic.workspace.check import check
    from kwlogic.workspace.written import result_to_json

    request = CheckRequest(tuple(job["paths"]), Path(job["root"]), job.get("budget"), proofs=False)
    result = check(request, _Streaming(say))
    if result.interrupted:
        raise KeyboardInterrupt
    return result_to_json(replace(result, sources={}))


class _Streaming:
    """Says what arrives. A proof may yet be withdrawn when all are in, so only what is refuted is final already."""

    def __init__(self, say: Say) -> None:
        self.say = say

    def start(self, total: int) -> None:
        self.say({"total": total})

    def advance(self, result: Result) -> None:
        from kwlogic.workspace.written import result_to_json

        self.say({"result": result_to_json(CheckResult((replace(result, rests=()),), (), {}))})

    def stop(self) -> None:
        pass


class Child:
    """The main thread works; another reads, so that cancelling is heard while a task runs."""

    def __init__(self, tasks: Mapping[str, Task]) -> None:
        self.tasks = {"check": check_task, **tasks}
        self.waiting: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.lock = threading.Lock()
        self.current: int | None = None
        self.cancelled: set[int] = set()
        self.out = os.fdopen(os.dup(1), "wb", buffering=0)
        self.source = os.fdopen(os.dup(0), "rb")
        os.dup2(2, 1)
        sys.stdin = io.StringIO()  # forked workers close it, and it must not be locked by the thread that reads

    def serve(self) -> None:
        threading.Thread(target=self._listen, daemon=True).start()
        while (job := self.waiting.get()) is not None:
            self._work(job)

    def _listen(self) -> None:
        for line in self.source:
            message = json.loads(line)
            if "cancel" in message:
                with self.lock:
                    self.cancelled.add(message["cancel"])
                    if self.current == message["cancel"]:
                        os.kill(os.getpid(), signal.SIGINT)
            else:
                self.waiting.put(message)
        os._exit(0)

    def _say(self, message: dict[str, Any]) -> None:
        self.out.write(json.dumps(message, separators=(",", ":")).encode() + b"\n")

    def _work(self, job: dict[str, Any]) -> None:
        number = job["id"]
        answer: dict[str, Any]
        try:
            with self.lock:
                if number in self.cancelled:
                    raise KeyboardInterrupt
                self.current = number
            with unsaved({Path(p): text for p, text in job["texts"].items()}):
                answer = {"done": self.tasks[job["do"]](job, lambda m: self._say({"id": number, **m}))}
        except KeyboardInterrupt:
            answer = {"cancelled": True}
        except Diagnosed as refused:
            answer = {"refused": [d.message for d in refused.diagnostics]}
        except Exception as error:
            answer = {"failed": f"{type(error).__name__}: {error}"}
        self._ended(number)
        self._say({"id": number, **answer})

    def _ended(self, number: int) -> None:
        """A cancellation that comes too late must not hit the next task."""
        with contextlib.suppress(KeyboardInterrupt), self.lock:
            self.current = None
            self.cancelled.discard(number)


def serve(tasks: Mapping[str, Task]) -> None:
    """The life of the process."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(5)
    sys.set_int_max_str_digits(0)
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        Child(tasks).serve()
