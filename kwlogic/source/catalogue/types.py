from __future__ import annotations

from kwlogic.source.codes import Code

CODES: tuple[Code, ...] = ()
