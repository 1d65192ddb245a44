"""One thread for linear algebra: the matrices here are small, and threads that wait for each other take longer than the work."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from importlib.util import find_spec
from typing import Any


@lru_cache(maxsize=1)
def _controller() -> Any:
    if find_spec("threadpoolctl") is None:
        return None
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def one_thread() -> AbstractContextManager[Any]:
    """What runs inside runs on one thread of the BLAS that is loaded by the time of the first call."""
    found = _controller()
    return nullcontext() if found is None else found.limit(limits=1)
