"""KW440 to KW469: questions about compositions that cannot be answered as they were put (graph, impact, plan, optimize, …)."""

from __future__ import annotations

from kwlogic.source.codes import Code
from kwlogic.source.data import Severity


def _code(number: int, title: str, explanation: str, how: str) -> Code:
    return Code(f"KW{number}", Severity.ERROR, title, explanation, how=how)


CODES: tuple[Code, ...] = (
    _code(
        440,
        "not a composition",
        "The command asks how a kernel is put together: its graph, its schedule, its rewritings. A kernel whose body is an expression, a "
        "prompt or a tool has no parts. Name a kernel whose body is `= compose …` or a graph `{ … }`.",
        "`kwlogic graph half` where `half` is an expression kernel",
    ),
    _code(
        441,
        "a cost that does not fit",
        "`--cost NAME=NUMBER` says what one run of a part costs. The name must be that of a kernel used in the composition, and the number "
        "must not be negative. Parts without a cost count 1.",
        "`kwlogic schedule pipeline --cost prase=3` where no part is called `prase`",
    ),
)
