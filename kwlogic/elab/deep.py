"""Room for recursion over syntax: long chains of operators nest as deep as they are long.

The work runs on a thread of its own with a large stack and a high recursion limit; the limit is restored.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

LIMIT = 1_000_000
STACK = 256 << 20


def with_deep_stack(task: Callable[[], Any]) -> Any:
    outcome: list[Any] = [None, None]

    def work() -> None:
        try:
            outcome[0] = task()
        except BaseException as error:
            outcome[1] = error

    limit, size = sys.getrecursionlimit(), threading.stack_size(STACK)
    sys.setrecursionlimit(max(limit, LIMIT))
    try:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    if outcome[1] is not None:
        raise outcome[1]
    return outcome[0]
