"""KW9xx: faults of kwlogic itself."""

from __future__ import annotations

from kwlogic.source.codes import Code
from kwlogic.source.data import Severity

CODES: tuple[Code, ...] = (
    Code(
        "KW901",
        Severity.ERROR,
        "internal error",
        "kwlogic met a state that it should never be in. This is a fault of kwlogic, not of the file. Nothing that it printed before is "
        "affected. Run again with KWLOGIC_DEBUG=1 to see where it happened, and report that together with the smallest file that shows it.",
        how="any exception that no other code describes",
    ),
)
