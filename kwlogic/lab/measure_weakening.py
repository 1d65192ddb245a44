"""How much the contract of a part may be weakened before a composition around it breaks, operator by operator.

The part `source` promises ``0 <= y <= bound``; what follows takes it through one operator to `sink`, which requires
``0 <= y <= bound + slack``. The promise is then weakened to ``bound + step``, ``bound + 2 * step``, and so on.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping
from pathlib import Path

from kwlogic.lab.kinds import ExperimentKind, Parameter, Row, Value, cpu_seconds
from kwlogic.vc.data import Enforced, Proved
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest

# Each is a body over `x: Int` (or a list of them), with `source` weakened at the level; `{b}` is what the sink requires at most.
BODIES: dict[str, str] = {
    "seq": "= compose source{i} >> sink",
    "par": "= compose (source{i} & other) >> sink2",
    "case": "= compose source{i} >> (case (y <= {b}) then sink else (id(y)[y as z]))",
    "fallback": "= compose (source{i} ?? safe) >> sink",
    "retry": "= compose (retry 3 source{i}) >> sink",
    "map": "= compose (map source{i}) >> (map sink)",
    "fold": "= compose (id(x)[x as item] & (start >> id(acc))) >> (fold step{i} invariant (0 <= acc <= {b})) >> sink[y as acc]",
    "iterate": "= compose source{i} >> (iterate halve while (y > {b}) max 3 invariant (y >= 0)) >> sink",
    "guard": "= compose source{i} >> guard (y <= {b}) >> sink",
    "twice": "= compose source{i} >> twice >> sink4",
    "joined": "= compose (source{i} & source{i}[x as u, y as w]) >> sum >> sink4",
    "refit": "= compose source{i} >> clamp >> sink",
}


def run(parameters: Mapping[str, Value], seed: int) -> Row:
    operator, levels = str(parameters["operator"]), int(parameters["levels"])
    dice = random.Random(f"weakening {seed}")
    bound = dice.randint(5, 50)
    step = max(1, int(parameters["slack"]) // max(1, int(parameters["grain"])))
    slack = int(parameters["slack"])
    text = _module(operator, bound, slack, step, levels)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "weak.kw").write_text(text, encoding="utf-8")
        began = cpu_seconds()
        result = check(CheckRequest(("weak.kw",), Path(folder), jobs=1, cache=False, proofs=False))
        spent = cpu_seconds() - began
    good = [True] * (levels + 1)
    for r in result.results:
        _, _, number = r.obligation.declaration.rpartition(".whole")
        if number.isdigit() and not isinstance(r.verdict, Proved | Enforced):
            good[int(number)] = False
    tolerated = next((i for i, g in enumerate(good) if not g), levels + 1) - 1
    broken = tolerated < levels
    return {
        "bound": bound,
        "tolerated": tolerated * step,
        "relative": round(tolerated * step / slack, 3) if slack else float(tolerated * step > 0),
        "breaks": broken,
        "cpu_seconds": round(spent, 4),
    }


def _module(operator: str, bound: int, slack: int, step: int, levels: int) -> str:
    most = bound + slack
    lists = operator in ("map", "fold")
    lines = [
        "module weak",
        "kernel other(x: Int) -> (w: Int)\n  ensures w >= 0\n= if x < 0 then 0 - x else x",
        f"kernel safe(x: Int) -> (y: Int)\n  ensures 0 <= y <= {bound}\n= {bound}",
        f"kernel sink(y: Int) -> (z: Int)\n  requires 0 <= y <= {most}\n  ensures z == y\n= y",
        f"kernel sink4(y: Int) -> (z: Int)\n  requires 0 <= y <= {2 * bound + slack}\n  ensures z == y\n= y",
        "kernel twice(y: Int) -> (d: Int)\n  ensures d == 2 * y\n= 2 * y",
        "kernel sum(y: Int, w: Int) -> (s: Int)\n  ensures s == y + w\n= y + w",
        f"kernel sink2(y: Int, w: Int) -> (z: Int)\n  requires 0 <= y <= {most} and w >= 0\n  ensures z == y\n= y",
        f"kernel clamp(y: Int) -> (y2: Int)\n  ensures y2 <= {most} and (y >= 0 ==> y2 >= 0)\n= if y > {most} then {most} else y",
        "kernel halve(y: Int) -> (y2: Int)\n  requires y >= 0\n  ensures 0 <= y2 <= y\n= y // 2",
        "kernel start(x: List[Int]) -> (acc: Int)\n  ensures acc == 0\n= 0",
    ]
    body = BODIES[operator].replace("halve", "halve[y2 as y]").replace("clamp", "clamp[y2 as y]")
    body = body.replace(">> twice", ">> twice[d as y]").replace(">> sum", ">> sum[s as y]")
    more = ", u: Int" if operator == "joined" else ""
    takes, yields = (
        ("x: List[Int]", "z: Int") if operator == "fold" else ("x: List[Int]", "z: List[Int]") if lists else (f"x: Int{more}", "z: Int")
    )
    for i in range(levels + 1):
        weak = bound + i * step
        source = f'kernel source{i}(x: Int) -> (y: Int)\n  ensures 0 <= y <= {weak}\n  by tool "source"'
        if operator == "fold":
            source = f'kernel step{i}(acc: Int, item: Int) -> (acc2: Int)\n  ensures 0 <= acc2 <= {weak}\n  by tool "step"'
        text = body.format(i=i, b=most).replace(f"step{i}", f"step{i}[acc2 as acc]")
        lines += [source, f"kernel whole{i}({takes}) -> ({yields})\n{text}"]
    return "\n\n".join(lines) + "\n"


KIND = ExperimentKind(
    "weakening",
    "how much weaker a part's promise may get before the composition breaks",
    {
        "operator": Parameter("seq", f"one of {', '.join(BODIES)}", tuple(BODIES)),
        "slack": Parameter(8, "how much more the sink allows than the source promises", low=0, high=1_000_000),
        "grain": Parameter(4, "how many steps of weakening make up the slack", low=1, high=1000),
        "levels": Parameter(8, "how many steps of weakening are tried", low=1, high=100),
    },
    {
        "bound": "what the source promises at first",
        "tolerated": "the largest weakening with which everything is still proved",
        "relative": "the same, as a multiple of the slack",
        "breaks": "whether it breaks within the levels tried",
        "cpu_seconds": "processor time",
    },
    run,
)
