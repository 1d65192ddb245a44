"""How many bugs does the gate find in 100 runs? Over mutants of every kernel of the examples, with and without seeds.

    python benchmarks/gate_power.py [--mutants N] [--seeds N] [--json FILE]

Three ways to choose 100 inputs: values of the types, thrown away where a ``requires`` does not hold; values drawn under the
contract; the same with boundary values and the solver's models among them. A mutant counts where some way finds it, or the
prover refutes it: what its contract does not notice, no run can find.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable

from kwlogic.core.program import ExprBody, Kernel, Program
from kwlogic.core.value import Value
from kwlogic.gate.draw import Drawer, Maker
from kwlogic.gate.inputs import DEPTH, Inputs
from kwlogic.gate.problem import problem_of
from kwlogic.gate.running import Runner, admitted
from kwlogic.project import load_project
from kwlogic.workspace.mutants import mutants
from kwlogic.workspace.mutate import with_body

EXAMPLES = Path(__file__).parents[1] / "specs" / "examples"
RUNS, STEPS = 100, 20_000
WAYS = ("types", "contract", "seeds")
Env = dict[str, Value]


def drawn(inputs: Inputs, number: int) -> list[Env]:
    """100 inputs under the contract."""
    found: list[Env] = []
    profile = settings(max_examples=RUNS, database=None, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    with contextlib.suppress(Unsatisfiable):
        seed(number)(profile(given(inputs.strategy())(lambda env: found.append(env))))()
    return found[:RUNS]


def by_type(program: Program, kernel: Kernel, number: int) -> list[Env]:
    """What is left of 100 inputs of the right types when the ``requires`` have had their say."""
    free = problem_of(program, [(p.name, p.type) for p in kernel.inputs], ())
    maker = Maker(program)
    found: list[Env] = []

    from hypothesis import strategies as st

    @st.composite
    def values(draw):  # type: ignore[no-untyped-def]
        return Drawer(maker, draw).env(free, {}, {}, DEPTH)

    profile = settings(max_examples=RUNS, database=None, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    seed(number)(profile(given(values())(lambda env: found.append(env))))()
    return [e for e in found[:RUNS] if admitted(maker.evaluator, kernel.requires, e)]


class Trial:
    """One kernel: inputs are drawn once for each seed and shared by its mutants."""

    def __init__(self, program: Program, kernel: Kernel, seeds: int) -> None:
        self.program, self.kernel, self.seeds = program, kernel, seeds
        plain = Inputs(program, kernel, seeds=False)
        self.inputs = {
            "types": [by_type(program, kernel, n + 1) for n in range(seeds)],
            "contract": [drawn(plain, n + 1) for n in range(seeds)],
        }

    def mutant(self, body: object) -> dict[str, int]:
        """In how many seeds each way finds it."""
        program = with_body(self.program, self.kernel, body)  # type: ignore[arg-type]
        kernel = program.kernels[self.kernel.name]
        runner = Runner(program, kernel, STEPS)
        own = Inputs(program, kernel, seeds=True).seeds
        counts = {}
        for way in WAYS:
            sets = self.inputs.get(way) or [[*own, *more][:RUNS] for more in self.inputs["contract"]]
            counts[way] = sum(any(runner.run(e) is not None for e in envs) for envs in sets)
        return counts

    def refuted(self, body: object) -> bool:
        """Whether the prover notices it."""
        from kwlogic.solve.discharge import Session, discharge
        from kwlogic.solve.replay import Replayer
        from kwlogic.vc.data import Goal, Refuted
        from kwlogic.vc.plan import obligations_of
        from kwlogic.vc.theory import Theory

        program = with_body(self.program, self.kernel, body)  # type: ignore[arg-type]
        session = Session(Theory(program), Replayer(program, STEPS), 300_000, 5.0)
        asked = (o for o in obligations_of(program, self.kernel.name).obligations if o.ask is Goal.VALID)
        return any(isinstance(discharge(session, o)[0].verdict, Refuted) for o in asked)


def spread(items: list[object], most: int) -> list[object]:
    return items if len(items) <= most else [items[i * len(items) // most] for i in range(most)]


def measure(file: Path, most: int, seeds: int) -> list[dict[str, object]]:
    program, modules = load_project(f"{file}::")
    rows = []
    for kernel in program.kernels.values():
        if not isinstance(kernel.body, ExprBody) or not kernel.ensures or kernel.name.rpartition(".")[0] not in modules:
            continue
        trial = Trial(program, kernel, seeds)
        for mutant in spread(list(mutants(kernel.body.term)), most):
            counts = trial.mutant(mutant.body)  # type: ignore[attr-defined]
            noticed = any(counts.values()) or trial.refuted(mutant.body)  # type: ignore[attr-defined]
            rows.append({"kernel": kernel.name, "mutant": mutant.kind, "noticed": noticed, **counts})  # type: ignore[attr-defined]
        print(f"  {kernel.name}: {sum(r['kernel'] == kernel.name for r in rows)} mutants", flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutants", type=int, default=10, help="at most so many of each kernel")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    began = time.process_time()
    rows = [r for f in sorted(EXAMPLES.glob("*.kw")) if "_wrong" not in f.stem for r in measure(f, options.mutants, options.seeds)]
    noticed = [r for r in rows if r["noticed"]]
    total = len(noticed) * options.seeds
    print(f"{len(rows)} mutants, {len(noticed)} of which a run can find; {options.seeds} seeds, {RUNS} runs each")
    for way in WAYS:
        found = sum(int(str(r[way])) for r in noticed)
        always = sum(r[way] == options.seeds for r in noticed)
        never = sum(r[way] == 0 for r in noticed)
        print(f"  {way:<9} found {100 * found / max(1, total):5.1f} %   in every seed {always:4}   in none {never:4}")
    missed = [f"{r['kernel']}: {r['mutant']}" for r in noticed if r["seeds"] != options.seeds]
    print("not in every seed, with seeds:", "; ".join(missed) or "none")
    print(f"{time.process_time() - began:.0f} s of processor time")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
