"""`kwlogic init`: a project that checks, small enough to read at a glance."""

from __future__ import annotations

import shlex
from pathlib import Path

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed

CONFIG = """\
# The configuration of kwlogic; every key may be left out.
paths = ["specs"]          # what `kwlogic check` looks at
# exclude = ["drafts/*"]   # files to leave out
# budget = 10_000_000      # how hard to try each obligation, in rlimit units
# jobs = 0                 # worker processes; 0 means one for each processor
# cache = true             # remember verdicts in .kwlogic_cache
# proofs = true            # keep certificates of proofs in proofs/
"""

SPEC = """\
module shop.discount

## The price after a discount in percent.
kernel discount(price: Real, percent: Real) -> (net: Real)
  requires price >= 0.0
  requires 0.0 <= percent <= 100.0
  ensures bounded: 0.0 <= net <= price
  ensures exact: percent == 0.0 ==> net == price
= price - price * percent / 100.0

## What a list of prices adds up to.
fn total(prices: List[Real]) -> Real
= match prices { case [] => 0.0 case [price, *rest] => price + total(rest) }

lemma total_append(a: List[Real], b: List[Real])
  ensures total(a ++ b) == total(a) + total(b)
  by induction a

example total([1.5, 2.5]) == 4.0
"""

FILES = {"kwlogic.toml": CONFIG, "specs/discount.kw": SPEC}


def run_init(folder: Path) -> int:
    present = [name for name in FILES if (folder / name).exists()]
    if present:
        raise Diagnosed(diagnostic("KW729", f"`{folder / present[0]}` exists already, and is left as it is"))
    for name, text in FILES.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise Diagnosed(diagnostic("KW709", f"`{path}` cannot be written: {error.strerror}")) from error
        print(f"wrote {path}")
    where = "" if folder == Path() else f" {shlex.quote(str(folder))}"
    print(f"now try: kwlogic check -v{where}")
    return 0
