"""Tasks on a Dask cluster, as futures of `distributed`. What a task is, and what its answer is, is as on this machine.

A worker that dies costs nothing: the scheduler gives its tasks to another. That workers run the same kwlogic with the same
solver is checked before anything is asked, and again by each worker when it gets its first task.
"""

from __future__ import annotations

import contextlib
import logging
import pickle
import queue
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from kwlogic.solve.environment import environment
from kwlogic.solve.pool import Factory, Lost, answered
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_SECONDS = 5.0
PATIENCE = 3.0
"""After how many times the wall-clock limit of a task, without any answer, the cluster counts as stuck."""


def connected(address: str) -> DaskExecutor:
    """A cluster that is there, has workers, and runs what runs here. Raises Diagnosed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from distributed import Client
    except ImportError as error:
        help = "`pip install 'kwlogic[dask]'` installs it, here and where the workers run"
        raise Diagnosed(diagnostic("KW734", "a Dask cluster needs the extra `kwlogic[dask]`, which is not installed", help=help)) from error
    _quiet()
    try:
        client = _in_time(lambda: Client(f"tcp://{address}", timeout=CONNECT_SECONDS, set_as_default=False, name="kwlogic"))
    except Exception as error:
        raise Diagnosed(_unreachable(address, error)) from error
    try:
        _examine(client, address)
    except BaseException:
        client.close(timeout=2)
        raise
    return DaskExecutor(client, address)


def _in_time(connect: Callable[[], Client]) -> Client:
    """The library's own limit does not hold against what listens there and speaks otherwise; a thread that waits for such
    does not keep the process from ending."""
    outcome: queue.SimpleQueue[Client | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcome.put(connect())
        except Exception as error:
            outcome.put(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        found = outcome.get(timeout=CONNECT_SECONDS + 1)
    except queue.Empty:
        raise TimeoutError("what listens there is no Dask scheduler") from None
    if isinstance(found, Exception):
        raise found
    return found


def _quiet() -> None:
    """What goes wrong is told in diagnostics; the library's log of its connections says nothing to a user."""
    for name in ("distributed", "tornado", "asyncio", *(n for n in logging.root.manager.loggerDict if n.startswith("distributed"))):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _unreachable(address: str, error: BaseException) -> Diagnostic:
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    help = "start one with `dask scheduler`, and its workers with `dask worker HOST:PORT --nthreads 1`"
    return diagnostic("KW735", f"no Dask scheduler answers at `{address}` within {CONNECT_SECONDS:g} s: {reason}", help=help)


def _examine(client: Client, address: str) -> None:
    """There are workers, and all of them would answer as this process would."""
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except Exception as error:
        help = f"start one with `dask worker {address} --nthreads 1`"
        raise Diagnosed(diagnostic("KW736", f"the cluster at `{address}` has no workers", help=help)) from error
    try:
        found = client.run(environment, on_error="return")
    except Exception as error:
        raise Diagnosed(_unreachable(address, error)) from error
    for worker, other in sorted(found.items()):
        if other != environment():
            raise Diagnosed(_different(str(worker), other))


def _different(worker: str, other: object) -> Diagnostic:
    if isinstance(other, BaseException):
        message = f"the worker `{worker}` cannot run kwlogic: {' '.join(str(other).split())[:200]}"
        return diagnostic("KW736", message, help="install kwlogic with the extra `dask` where the workers run")
    message = f"the worker `{worker}` runs another kwlogic or another solver than this process"
    return diagnostic("KW736", message, notes=(f"here: {environment()}", f"there: {other}"))


@dataclass(slots=True)
class DaskExecutor:
    """Carries out tasks on the workers of one cluster."""

    client: Client
    address: str

    def run(self, factory: Factory, tasks: list[int], wall: float, memory_mb: int) -> Iterator[tuple[int, Any]]:
        """What factories are made of goes to the scheduler once; from there every worker gets it, late comers too."""
        key = f"kwlogic-{uuid4().hex}"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parcel = self.client.submit(bytes, pickle.dumps((environment(), pickle.dumps(factory))), key=f"{key}-parcel", pure=False)
            futures = {self.client.submit(_solve, key, parcel, task, key=f"{key}-{task}", pure=False): task for task in tasks}
        try:
            yield from self._gathered(futures, PATIENCE * wall)
        finally:
            self._forget([parcel, *futures])

    def _gathered(self, futures: dict[Future, int], patience: float) -> Iterator[tuple[int, Any]]:
        """Answers as they come; what is answered is taken out of ``futures``."""
        done: queue.SimpleQueue[Future] = queue.SimpleQueue()
        for future in futures:
            future.add_done_callback(done.put)
        while futures:
            try:
                future = done.get(timeout=patience)
            except queue.Empty:
                for task in futures.values():
                    yield task, Lost(f"no worker of the Dask cluster gave an answer in {patience:g} s")
                return
            answer = self._answer(future)
            yield futures.pop(future), answer

    def _answer(self, future: Future) -> Any:
        try:
            error = future.exception(timeout=CONNECT_SECONDS)
            if error is None:
                return future.result(timeout=CONNECT_SECONDS)
        except (OSError, TimeoutError, CancelledError) as failure:
            return Lost(f"the connection to the Dask scheduler at {self.address} was lost ({type(failure).__name__})")
        if type(error).__name__ == "KilledWorker":
            return Lost("the workers of the Dask cluster that had it died")
        return Lost(f"the Dask cluster could not run it: {type(error).__name__}: {' '.join(str(error).split())[:200]}")

    def _forget(self, futures: list[Future]) -> None:
        """Work that nobody waits for any more is not begun."""
        with contextlib.suppress(OSError, TimeoutError, RuntimeError, CancelledError):
            self.client.cancel([f for f in futures if not f.done()], force=True)

    def close(self) -> None:
        with contextlib.suppress(OSError, TimeoutError, RuntimeError):
            self.client.close(timeout=2)


# ---------------------------------------------------------------- in the worker

_ONE_AT_A_TIME = threading.Lock()
_MADE: dict[str, Callable[[int], Any]] = {}


def _solve(key: str, parcel: bytes, task: int) -> Any:
    """One task. Threads of a worker take turns: terms are shared by all that a process holds."""
    with _ONE_AT_A_TIME:
        made = _MADE.get(key)
        if made is None:
            try:
                made = _made(parcel)
            except Different as other:
                return Lost(str(other))
            _MADE.clear()
            _MADE[key] = made
        return answered(made, task)


class Different(Exception):
    """A worker is not what the client is."""


def _made(parcel: bytes) -> Callable[[int], Any]:
    sent, factory = pickle.loads(parcel)
    if sent != environment():
        raise Different("a worker of the Dask cluster runs another kwlogic or another solver than the client")
    made: Callable[[int], Any] = pickle.loads(factory)()
    return made
