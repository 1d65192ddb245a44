"""`kwlogic init`: a project to play with, small enough to read at a glance: something proved, something refuted, something enforced."""

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

## The price after a discount in percent. One of its clauses promises too much.
kernel discount(price: Real, percent: Real) -> (net: Real)
  requires price >= 0.0
  requires 0.0 <= percent <= 100.0
  ensures bounded: 0.0 <= net <= price  # expect: proved
  ensures cheaper: net < price          # expect: refuted
= price - price * percent / 100.0

## What a model writes. Nothing can be proved of that, so every answer is checked.
kernel offer(product: String, net: Real) -> (text: String)
  requires product != ""
  ensures names_it: contains(text, product)  # expect: enforced
  by prompt "Write one friendly line that offers {product} for {net}."

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
    print(f"now try: kwlogic check{where}   (one clause is refuted: read its counterexample, and mend it)")
    return 0
