"""Contracts out of traces: how much of what is so is found, and how much of what is found is not so.

    python benchmarks/learning.py [--sizes 6,12,25,50] [--seeds 5] [--alpha 0.05]

Each family draws inputs and answers them by a rule with some freedom; its truths are known. From n runs a contract is learnt, bodies not looked
for. *Found* is the share of the truths that the contract implies (asked of the solver); *false* is the share of learnt clauses that one of 1,000
fresh runs breaks; two families are noise, in which every clause between values would be false. Times are processor seconds.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kwlogic.core.eval import Evaluator
from kwlogic.weave.learn.data import Clause, Draft, Learned, Observation, Options
from kwlogic.weave.learn.implied import implied
from kwlogic.weave.learn.naming import declaration
from kwlogic.weave.learn.ports import readable
from kwlogic.weave.learn.service import learn
from kwlogic.weave.learn.verify import env_of, holds_of
from kwlogic.weave.learn.workshop import open_workshop
from kwlogic.weave.trace.data import Trace

FRESH = 1_000
Row = tuple[dict[str, Any], dict[str, Any]]


@dataclass(frozen=True)
class Family:
    name: str
    draw: Callable[[random.Random], Row]
    truths: tuple[str, ...]


def order(rng: random.Random) -> Row:
    lines: list[dict[str, Any]] = [
        {"qty": rng.randint(1, 6), "price": Fraction(rng.randint(50, 9000), 100)} for _ in range(rng.randint(1, 5))
    ]
    total = sum((v["qty"] * v["price"] for v in lines), Fraction())
    return {"lines": lines, "credit": Fraction(rng.randint(0, 30000), 100)}, {"total": total, "paid": rng.random() < 0.5}


def approval(rng: random.Random) -> Row:
    total, limit = rng.randint(0, 500), rng.randint(0, 500)
    return {"total": total, "limit": limit}, {"ok": total <= limit, "left": max(0, limit - total)}


def ticket(rng: random.Random) -> Row:
    name = rng.choice(["ann", "bo", "carl", "dee", "eve", "finn", "gus"]) + str(rng.randint(1, 99))
    number = rng.randint(1000, 9999)
    return {"name": name, "number": number}, {"code": f"T-{number}", "owner": name.upper(), "open": rng.random() < 0.5}


def ranking(rng: random.Random) -> Row:
    scores = [rng.randint(0, 1000) for _ in range(rng.randint(2, 8))]
    return {"scores": scores}, {"ranked": sorted(scores), "best": max(scores), "pick": rng.choice(scores)}


def fee(rng: random.Random) -> Row:
    member, amount = rng.random() < 0.5, rng.randint(1, 400)
    return {"member": member, "amount": amount}, {"fee": 0 if member else 3 * amount + 2, "wait": rng.randint(0, 90)}


def booking(rng: random.Random) -> Row:
    seats, wanted = rng.randint(1, 60), rng.randint(1, 9)
    got = min(seats, wanted)
    return {"seats": seats, "wanted": wanted, "cabin": rng.choice(["Coach", "First"])}, {"booked": got, "free": seats - got}


def line(rng: random.Random) -> Row:
    x, y = rng.randint(-200, 200), rng.randint(-200, 200)
    return {"x": x, "y": y}, {"z": 2 * x - 5 * y + 7, "w": 4 * x + 1}


def quotes(rng: random.Random) -> Row:
    words = ["sum", "net", "gross", "tax", "due", "paid", "open", "late", "soon", "never"]
    text = " ".join(rng.choice(words) for _ in range(rng.randint(3, 9)))
    cut = sorted(rng.sample(range(len(text) + 1), 2))
    return {"text": text}, {"quote": text[cut[0] : cut[1]], "length": len(text)}


def noise(rng: random.Random) -> Row:
    return {k: rng.randint(-10_000, 10_000) for k in "abc"}, {k: rng.randint(-10_000, 10_000) for k in "de"}


def words(rng: random.Random) -> Row:
    def one() -> str:
        return "".join(rng.choice("abcdefgh ijklmnop-qrst0123") for _ in range(rng.randint(3, 12)))

    return {"p": one(), "q": one()}, {"r": one(), "s": rng.randint(-99, 99), "t": rng.random() < 0.5}


FAMILIES = (
    Family(
        "order", order, ("total == sum(map(fn (it) => real(it.qty) * it.price, lines))", "total > 0.0", "forall v in lines :: v.qty > 0")
    ),
    Family("approval", approval, ("ok <==> total <= limit", "left >= 0", "left <= limit", "total >= 0")),
    Family("ticket", ticket, ('code == "T-" ++ to_string(number)', "owner == upper(name)", 'starts_with(code, "T-")')),
    Family(
        "ranking", ranking, ("ranked == sort(scores)", "best in scores", "pick in scores", "pick <= best", "len(ranked) == len(scores)")
    ),
    Family("fee", fee, ("member ==> fee == 0", "not member ==> fee == 3 * amount + 2", "fee >= 0", "amount > 0")),
    Family("booking", booking, ("booked == min(seats, wanted)", "free == seats - booked", "free >= 0", "booked <= wanted", "wanted <= 9")),
    Family("line", line, ("w == 4 * x + 1", "z == 2 * x - 5 * y + 7")),
    Family("quotes", quotes, ("contains(text, quote)", "length == len(text)")),
    Family("noise", noise, ()),
    Family("words", words, ()),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="6,12,25,50")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--alpha", type=float, default=0.05)
    parser.add_argument("--only", default="")
    parser.add_argument("-v", "--verbose", action="store_true")
    given = parser.parse_args()
    families = [f for f in FAMILIES if not given.only or f.name in given.only.split(",")]
    print(f"{'runs':>5} {'truths':>7} {'found':>7} {'clauses':>8} {'false':>6} {'of noise':>9} {'seconds':>8}")
    for size in map(int, given.sizes.split(",")):
        counted = [measured(f, size, seed, given.alpha, given.verbose) for f in families for seed in range(given.seeds)]
        truths, found, clauses, wrong, noisy, seconds = (sum(c[i] for c in counted) for i in range(6))
        share = f"{found / truths:7.0%}" if truths else f"{'':7}"
        print(
            f"{size:5} {truths:7.0f} {share} {clauses:8.0f} {wrong / max(clauses, 1):6.1%} {noisy:9.0f} {seconds / len(counted):8.2f}",
            flush=True,
        )


def measured(family: Family, size: int, seed: int, alpha: float, verbose: bool) -> tuple[float, ...]:
    """Truths, truths found, clauses, false ones, false ones of noise, seconds."""
    rng = random.Random(f"{family.name}/{size}/{seed}")
    traces = [trace(family, i, family.draw(rng)) for i in range(size)]
    began = time.process_time()
    learned = learn(traces, Options(alpha=alpha, synthesis=False))
    spent = time.process_time() - began
    if not learned.kernels:
        return len(family.truths), 0, 0, 0, 0, spent
    draft = learned.kernels[-1]
    found = truths_in(learned, draft, family)
    false = broken(learned, draft, [family.draw(rng) for _ in range(FRESH)])
    if verbose:
        print(f"  {family.name} {size}: missed {[t for t, ok in zip(family.truths, found) if not ok]}, false {[c.text for c in false]}")
    return len(family.truths), sum(found), len(draft.clauses), len(false), 0 if family.truths else len(false), spent


def trace(family: Family, number: int, row: Row) -> Trace:
    return Trace(f"r{number}", (), "", family.name, True, row[1], {"inputs": row[0], "recorded": True})


def shapes(draft: Draft) -> list[str]:
    """Declarations of the types that a kernel's ports mention, innermost first."""
    found: dict[str, str] = {}
    waiting = [p.shape for p in (*draft.inputs, *draft.outputs)]
    while waiting:
        here = waiting.pop()
        if here.name:
            found.setdefault(here.name, declaration(here))
        waiting += here.parts
    return list(reversed(found.values()))


def truths_in(learned: Learned, draft: Draft, family: Family) -> list[bool]:
    opened, ports = open_workshop(Options()).opened, (*draft.inputs, *draft.outputs)
    wanted = [Clause("ensures", t, frozenset(), 0, 0, 1.0) for t in family.truths]
    return [implied(opened, shapes(draft), ports, [*draft.clauses, w])[-1] for w in wanted]


def broken(learned: Learned, draft: Draft, rows: list[Row]) -> list[Clause]:
    """Clauses that a fresh run breaks. A run whose values do not fit the types counts against no clause."""
    shop = open_workshop(Options())
    program = shop.program_of(learned.text).program
    kernel = program.kernels[f"{learned.module}.{draft.name}"]
    evaluator = Evaluator(program, 1_000_000)
    found: list[Clause] = []
    ordered = sorted(draft.clauses, key=lambda c: c.kind != "requires")
    for clause, core in zip(ordered, (*kernel.requires, *kernel.ensures)):
        for ins, outs in rows:
            given, told = readable(ins, draft.inputs), readable(outs, draft.outputs)
            env = None if given is None or told is None else env_of(Observation("", given, told), kernel, program)
            if env is not None and holds_of(evaluator, core, env) is False:
                found.append(clause)
                break
    return found


if __name__ == "__main__":
    main()
