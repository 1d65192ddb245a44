"""KW8xx: the weave loop: traces, learning, routing, running. None yet."""

from __future__ import annotations

from kwlogic.source.codes import Code

CODES: tuple[Code, ...] = ()
