"""KW6xx: the gate, which holds new versions against old ones. None yet."""

from __future__ import annotations

from kwlogic.source.codes import Code

CODES: tuple[Code, ...] = ()
