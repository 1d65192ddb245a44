"""Functions that stand behind `by python "package.module:function"`: only what the configuration allows is imported."""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from kwlogic.weave.run.data import Function, OracleError


def allowed(target: str, allow: tuple[str, ...]) -> bool:
    """Whether ``module:function`` is listed, or its module is or lies below one that is."""
    module, colon, _ = target.partition(":")
    return bool(colon) and any(a == target or (":" not in a and (module == a or module.startswith(a + "."))) for a in allow)


def function_of(target: str, allow: tuple[str, ...], root: str = "") -> Function:
    """The function, looked for in the project's folder ``root`` first; raises OracleError where it is not allowed or not
    there."""
    if not allowed(target, allow):
        raise OracleError(f"`{target}` may not be called: the configuration does not list it under `run.python`", once_more=False)
    module, _, path = target.partition(":")
    if root and root not in sys.path:
        sys.path.insert(0, root)
    try:
        found: Any = import_module(module)
        for name in path.split("."):
            found = getattr(found, name)
    except (ImportError, AttributeError) as error:
        raise OracleError(f"`{target}` cannot be loaded: {error}", once_more=False) from error
    if not callable(found):
        raise OracleError(f"`{target}` is no function", once_more=False)
    function: Function = found
    return function


async def called(function: Function, target: str, arguments: Mapping[str, Any], timeout: float) -> Any:
    """The result of a function that takes the inputs by name; in a thread unless it is a coroutine function."""
    try:
        async with asyncio.timeout(timeout):
            if inspect.iscoroutinefunction(function):
                return await function(**arguments)
            return await asyncio.to_thread(function, **arguments)
    except TimeoutError as error:
        raise OracleError(f"`{target}` took longer than {timeout:g} s") from error
    except Exception as error:
        raise OracleError(f"`{target}` raised {type(error).__name__}: {error}") from error
