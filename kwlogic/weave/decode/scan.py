"""Where a JSON value ends, byte by byte, given that it is well-formed: a grammar has seen to that."""

from __future__ import annotations

from typing import NamedTuple

_WORD = frozenset(b"0123456789+-.eEtrufalsn")


class Scan(NamedTuple):
    """How far one is in a value: open brackets, whether within a string, after a backslash, within a number or word."""

    depth: int = 0
    text: bool = False
    escape: bool = False
    word: bool = False

    @property
    def may_end(self) -> bool:
        """A number or word on the outermost level: what comes next shows that it is over."""
        return self.word and self.depth == 0


BEGIN = Scan()


def scan(state: Scan, data: bytes) -> tuple[Scan, int]:
    """The state after the bytes, and where the value ended (the offset behind it), or -1."""
    depth, text, escape, word = state
    at = 0
    size = len(data)
    while at < size:
        byte = data[at]
        if text:
            if escape:
                escape = False
            elif byte == 0x5C:
                escape = True
            elif byte == 0x22:
                text = False
                if depth == 0:
                    return Scan(), at + 1
        elif depth == 0 and word and byte not in _WORD:
            return Scan(), at
        elif byte == 0x22:
            text = True
        elif byte in b"[{":
            depth += 1
            word = False
        elif byte in b"]}":
            depth -= 1
            word = False
            if depth <= 0:
                return Scan(), at + 1
        elif byte in _WORD:
            word = True
        else:
            word = False
        at += 1
    return Scan(depth, text, escape, word), -1
