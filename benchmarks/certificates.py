"""How many proofs get which tier: the share of T1, per file and in all.

    python benchmarks/certificates.py [PATH ...] [--budget 10000000]

Without a PATH: the standard library, the worked examples, and the shared induction problems where they are at hand. Nothing is
taken from a cache and nothing is written into the project; every certificate is read back from its text and checked.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

from kwlogic.vc.data import Goal, Proved
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest
from kwlogic.workspace.proofs_check import check_proofs

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "cases"


def defaults() -> list[Path]:
    folders = (ROOT / "specs" / "std", ROOT / "specs" / "examples", SHARED / "induction", SHARED / "tip")
    files = [f for folder in folders if folder.is_dir() for f in sorted(folder.glob("*.kw"))]
    return [f for f in files if not f.stem.endswith("_wrong")]


def measure(file: Path, folder: Path, budget: int) -> tuple[Counter[str], float, float]:
    """Tiers of the proofs of one file, the seconds to find them, and those to check them. ``folder`` holds copies of the
    files beside it, and the certificates of those before it."""
    (folder / "kwlogic.toml").write_text("proofs = true\nwall_seconds = 600\n", encoding="utf-8")
    for path in file.parent.glob("*.kw"):
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    result = check(CheckRequest((file.name,), folder, budget=budget, jobs=1, cache=False))
    report = check_proofs((file.name,), folder)
    if report.exit_code == 1:
        raise SystemExit(f"{file.name}: {report.diagnostics[0].message}")
    tiers = Counter(r.verdict.tier for r in result.results if r.obligation.ask is Goal.VALID and isinstance(r.verdict, Proved))
    return tiers, result.seconds, report.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--budget", type=int, default=10_000_000)
    options = parser.parse_args()
    total: Counter[str] = Counter()
    began = time.perf_counter()
    print(f"{'file':<32} {'T1':>5} {'T4':>5} {'find s':>8} {'check s':>8}")
    with tempfile.TemporaryDirectory() as place:
        for file in options.paths or defaults():
            folder = Path(place) / file.parent.name
            folder.mkdir(exist_ok=True)
            tiers, found, checked = measure(file, folder, options.budget)
            total += tiers
            name = f"{file.parent.name}/{file.stem}"
            print(f"{name:<32} {tiers['T1']:>5} {tiers['T4']:>5} {found:>8.2f} {checked:>8.2f}", flush=True)
    every = sum(total.values())
    share = 100 * total["T1"] / every if every else 0.0
    print(f"{every} proofs, {total['T1']} of them T1 ({share:.1f} %), {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
