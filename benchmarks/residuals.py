"""What it costs to ask what may stand at a site: walks over outputs of the worked examples, CPU time of each question.

python benchmarks/residuals.py
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "weave" / "decode"))
warnings.filterwarnings("ignore")


def main() -> None:
    from residual_walk import sampled
    from test_residual_many import EXAMPLES, inputs_of

    from kwlogic import load
    from kwlogic.weave.decode.residual import residuals_for

    asked: list[float] = []
    begun: list[float] = []
    outputs = left_out = 0
    for path in EXAMPLES:
        program = load(path).program
        for name, kernel in program.kernels.items():
            if path.stem not in name.split(".") or not kernel.ensures or not kernel.outputs or kernel.tparams:
                continue
            for env in inputs_of(program, kernel, 4):
                started = process_time()
                residuals = residuals_for(kernel, env, program)
                begun.append(process_time() - started)
                if residuals.impossible:
                    continue
                timed = Timed(residuals, asked)
                sampled(timed, kernel, program, Random(0), 4)
                outputs += 1
                left_out += timed.left_out
    print(f"{outputs} outputs, {len(asked)} questions, {left_out} answers that leave something out")
    print(
        f"a question: p50 {at(asked, 50):.1f} ms, p90 {at(asked, 90):.1f} ms, p99 {at(asked, 99):.1f} ms, most {max(asked) * 1000:.0f} ms"
    )
    print(f"the start:  p50 {at(begun, 50):.1f} ms, p90 {at(begun, 90):.1f} ms, most {max(begun) * 1000:.0f} ms")


class Timed:
    """Residuals that note what each question about a place that clauses speak of took."""

    def __init__(self, residuals: Any, times: list[float]) -> None:
        self.residuals, self.times, self.left_out = residuals, times, 0

    def residual(self, site: Any, so_far: Any) -> Any:
        started = process_time()
        found = self.residuals.residual(site, so_far)
        if self.residuals.concerns(site.pattern):
            self.times.append(process_time() - started)
            self.left_out += not found.exact
        return found

    def completion(self, so_far: Any) -> Any:
        return self.residuals.completion(so_far)


def at(times: list[float], share: int) -> float:
    return sorted(times)[len(times) * share // 100] * 1000


if __name__ == "__main__":
    main()
