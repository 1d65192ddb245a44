"""Which executor a request names: `local`, or `dask://HOST:PORT` for a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed

if TYPE_CHECKING:
    from kwlogic.solve.executor import Executor

LOCAL = "local"
SCHEME = "dask"


@contextmanager
def executor_of(asked: str | Executor | None) -> Iterator[Executor | None]:
    """The executor, ready for work until the end of the block; None where the tasks are this machine's. Raises Diagnosed."""
    if asked is None or asked == LOCAL or not isinstance(asked, str):
        yield None if isinstance(asked, str) else asked
        return
    address = address_of(asked)
    from kwlogic.workspace.executor_dask import connected

    executor = connected(address)
    try:
        yield executor
    finally:
        executor.close()


def address_of(text: str) -> str:
    """HOST:PORT of `dask://HOST:PORT`."""
    import difflib
    from urllib.parse import urlsplit

    scheme, mark, rest = text.partition("://")
    if not mark or scheme != SCHEME:
        near = difflib.get_close_matches(scheme, (SCHEME, LOCAL), 1)
        help = f"did you mean `{near[0]}{'://HOST:PORT' if near[0] == SCHEME else ''}`?" if near else None
        raise Diagnosed(diagnostic("KW733", f"`{text}` names no executor: it is `local` or `dask://HOST:PORT`", help=help))
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Diagnosed(diagnostic("KW733", f"`{text}` is no address: {error}")) from error
    if not host or port is None or rest != parts.netloc or "@" in rest:
        help = f"the scheduler's usual port is 8786: `dask://{host}:8786`" if host and port is None and rest == parts.netloc else None
        raise Diagnosed(diagnostic("KW733", f"`{text}` is no address: a host and a port are expected, as in `dask://HOST:PORT`", help=help))
    return rest
