"""Generates modules of mixed kernels, seeded: the same seed gives the same text everywhere.

Each maker yields one kernel (with the fn or lemma that it needs) from a random source and a number that makes names
unique. About one in ten gets a plausible mistake: an off-by-one, a wrong branch, a forgotten guard.
"""

from __future__ import annotations

import random
from collections.abc import Callable

Maker = Callable[[random.Random, int, bool], str]

COMMON = """\
type Pos = {n: Int | n > 0}
type Level = Low | Mid | High
record Item(label: String, qty: Pos, price: Real)
"""


def linear(r: random.Random, n: int, wrong: bool) -> str:
    a, b, c = r.randint(2, 9), r.randint(1, 99), r.randint(2, 9)
    shown = b + 1 if wrong else b
    return f"""\
kernel linear{n}(x: Int, y: Int) -> (z: Int)
  requires x >= 0 and y >= {c}
  ensures z == {a} * x + {c} * y - {shown}
  ensures x > y ==> z > {a + c} * y - {b + (0 if not wrong else -1)}
= {a} * x + {c} * y - {b}
"""


def branching(r: random.Random, n: int, wrong: bool) -> str:
    low = r.randint(-50, 0)
    high = low + r.randint(1, 100)
    test = "<=" if wrong else "<"
    return f"""\
kernel clamp{n}(x: Int) -> (y: Int)
  ensures {low} <= y <= {high}
  ensures {low} <= x <= {high} ==> y == x
= if x < {low} then {low} else if x {test} {high} then x else {high + (1 if wrong else 0)}
"""


def division(r: random.Random, n: int, wrong: bool) -> str:
    k = r.randint(2, 60)
    guard = "n >= 0" if wrong else "n > 0"
    return f"""\
kernel share{n}(total: Int, n: Int) -> (each: Int, rest: Int)
  requires {guard}
  ensures total * {k} == each * n + rest
  ensures 0 <= rest < n
= (total * {k} // n, total * {k} % n)
"""


def money(r: random.Random, n: int, wrong: bool) -> str:
    percent = r.randint(1, 99)
    sign = "+" if wrong else "-"
    return f"""\
kernel net{n}(price: Real, percent: Real) -> (net: Real)
  requires price >= 0.0 and 0.0 <= percent <= {percent}.0
  ensures 0.0 <= net <= price
= price {sign} price * percent / 100.0
"""


def record(r: random.Random, n: int, wrong: bool) -> str:
    k = r.randint(1, 20)
    return f"""\
kernel bump{n}(i: Item) -> (j: Item)
  ensures j.qty == i.qty + {k}
  ensures j.label == i.label and j.price == i.price
= i with (qty = i.qty {"-" if wrong else "+"} {k})
"""


def level(r: random.Random, n: int, wrong: bool) -> str:
    a, b, c = sorted(r.sample(range(1, 100), 3))
    mid = f"Mid => {c + 1 if wrong else b}"
    return f"""\
kernel points{n}(l: Level, bonus: Bool) -> (p: Int)
  ensures {a} <= p <= {c + 1}
  ensures l == High ==> p >= {c}
  ensures not bonus ==> p <= {c}
= (match l {{ case Low => {a} case {mid} case High => {c} }}) + (if bonus and l == High then 1 else 0)
"""


def folding(r: random.Random, n: int, wrong: bool) -> str:
    a = r.randint(2, 9)
    start = -1 if wrong else 0
    return f"""\
fn weight{n}(xs: List[Int]) -> Int
= match xs {{ case [] => {start} case [x, *rest] => {a} * x + weight{n}(rest) }}

lemma weight{n}_append(xs: List[Int], ys: List[Int])
  ensures weight{n}(xs ++ ys) == weight{n}(xs) + weight{n}(ys)
  by induction xs

kernel weigh{n}(xs: List[Int], ys: List[Int]) -> (w: Int)
  ensures w == weight{n}(xs) + weight{n}(ys)
= weight{n}(xs ++ ys)
"""


def counting(r: random.Random, n: int, wrong: bool) -> str:
    a = r.randint(-20, 20)
    return f"""\
fn above{n}(xs: List[Int]) -> Int
  ensures 0 <= result <= len(xs){" - 1" if wrong else ""}
= match xs {{ case [] => 0 case [x, *rest] => (if x > {a} then 1 else 0) + above{n}(rest) }}

kernel ratio{n}(xs: List[Int]) -> (part: Real)
  requires len(xs) > 0
  ensures 0.0 <= part <= 1.0
= real(above{n}(xs)) / real(len(xs))
"""


def first(r: random.Random, n: int, wrong: bool) -> str:
    k = r.randint(0, 3)
    return f"""\
kernel pick{n}(xs: List[Int]) -> (y: Int)
  requires len(xs) > {k - 1 if wrong and k else k}
  ensures y in xs
= xs[{k if k or not wrong else 1}]
"""


def greeting(r: random.Random, n: int, wrong: bool) -> str:
    word = r.choice(["Hello", "Dear", "To", "Servus"])
    return f"""\
kernel greet{n}(name: String) -> (s: String)
  ensures starts_with(s, "{word} ")
  ensures len(s) == len(name) + {len(word) + (2 if wrong else 1)}
= "{word} " ++ name
"""


def lookup(r: random.Random, n: int, wrong: bool) -> str:
    default = r.randint(0, 9)
    guard = "len(k) > 0" if wrong else "k in m"
    return f"""\
kernel look{n}(m: Map[String, Int], k: String) -> (v: Int)
  ensures k in m ==> v == m[k]
  ensures k not in m ==> v == {default}
= if {guard} then m[k] else {default}
"""


def stored(r: random.Random, n: int, wrong: bool) -> str:
    by = r.randint(1, 9)
    return f"""\
kernel store{n}(m: Map[Int, Int], k: Int, v: Int) -> (out: Map[Int, Int])
  ensures k in out and out[k] == v + {by}
  ensures forall j: Int :: j != k ==> (j in out <==> j in m)
= put({"k + 1" if wrong else "k"}, v + {by}, m)
"""


def joined(r: random.Random, n: int, wrong: bool) -> str:
    x = r.randint(0, 99)
    return f"""\
kernel reach{n}(a: Set[Int], b: Set[Int]) -> (c: Set[Int])
  requires {x} in a
  ensures {x} in c
  ensures forall y in b :: y in c
= {"intersect" if wrong else "union"}(a, b)
"""


def optional(r: random.Random, n: int, wrong: bool) -> str:
    least = r.randint(-9, 9)
    return f"""\
kernel choose{n}(o: Option[Int], d: Int) -> (v: Int)
  requires d >= {least}
  ensures v >= {least}
  ensures o == None ==> v == d
= match o {{ case Some(x) => {"x" if wrong else f"(if x < {least} then d else x)"} case None => d }}
"""


def calling(r: random.Random, n: int, wrong: bool) -> str:
    k = r.randint(2, 30)
    return f"""\
kernel part{n}(x: Int) -> (y: Int)
  requires x % {k} == 0
  ensures {k} * y == x
= x // {k}

kernel parts{n}(x: Int) -> (y: Int)
  requires x % {k if wrong else k * k} == 0
  ensures {k * k} * y == x
= part{n}(part{n}(x))
"""


MAKERS: tuple[Maker, ...] = (
    linear,
    branching,
    division,
    money,
    record,
    level,
    folding,
    counting,
    first,
    greeting,
    lookup,
    stored,
    joined,
    optional,
    calling,
)


def kernels(count: int, seed: int) -> list[str]:
    """The texts of ``count`` kernels. A maker of two kernels counts as two."""
    r = random.Random(seed)
    made: list[str] = []
    total = 0
    while total < count:
        text = r.choice(MAKERS)(r, len(made), r.random() < 0.1)
        made.append(text)
        total += text.count("kernel ")
    return made


def modules(count: int, seed: int, size: int = 50) -> dict[str, str]:
    """File names and texts, about ``size`` makers' texts to a module."""
    texts = kernels(count, seed)
    parts = [texts[i : i + size] for i in range(0, len(texts), size)]
    return {f"part{i:02}.kw": f"module bench.part{i:02}\n\n{COMMON}\n" + "\n".join(part) for i, part in enumerate(parts)}
