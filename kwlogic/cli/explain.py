"""`kwlogic explain`."""

from __future__ import annotations

import difflib
import sys

from kwlogic.render.explain import explain_lines, list_lines
from kwlogic.render.text import write_lines
from kwlogic.source.codes import diagnostic, registry
from kwlogic.source.data import Diagnosed


def run_explain(name: str | None) -> int:
    if name is None:
        write_lines(list_lines(), sys.stdout)
        return 0
    wanted = name.strip().upper()
    if wanted.isdigit():
        wanted = f"KW{wanted}"
    found = registry().get(wanted)
    if found is None:
        near = [c for c in registry() if c.startswith(wanted)][:3] or difflib.get_close_matches(wanted, registry(), 3, 0.6)
        help = f"did you mean {' or '.join(near)}?" if near else "`kwlogic explain` without a code lists them all"
        raise Diagnosed(diagnostic("KW728", f"there is no diagnostic code `{name}`", help=help))
    write_lines(explain_lines(found), sys.stdout)
    return 0
