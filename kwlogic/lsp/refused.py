"""Requests that cannot be done: an answer for the author, no failure of the server, so no line of its log."""

from __future__ import annotations

import logging

from pygls.exceptions import JsonRpcException

from kwlogic.lsp.bench import Modified

REQUEST_FAILED = -32803


class Refused(JsonRpcException):
    """Carries the reason."""

    CODE = REQUEST_FAILED

    def __init__(self, message: str) -> None:
        super().__init__(message=message, code=self.CODE)


def quiet(record: logging.LogRecord) -> bool:
    """A filter of the protocol's log: refusals are answers."""
    return record.exc_info is None or not isinstance(record.exc_info[1], Refused | Modified)
