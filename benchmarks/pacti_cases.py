"""Pacti's own examples and recorded results against the rules of the algebra: agree, or differ and why.

    python benchmarks/pacti_cases.py FILE

FILE is one JSON document with ``files``: each a file of Pacti's repository (examples, and tests with recorded results). Where Pacti is
installed, it computes the results that are not recorded, in the same run, and two questions more are put to it: whether the quotient
does what a quotient is for, and whether two bracketings of one composition come to the same. Every difference is shown with values.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

from kwlogic.compose.pacti import BadContract, LinearContract, read_contract, read_file
from kwlogic.lab.eliminate import TooLarge
from kwlogic.lab.linear import Finding, Verdict, composed, divided, in_order, merged, possible, solvable

Files = dict[str, Any]


def recorded(files: Files) -> Iterator[tuple[str, str, Callable[[], Verdict | Finding]]]:
    """Case, operation, and the comparison with what is recorded."""
    for path, document in files.items():
        name = path.rpartition("/")[2].removesuffix(".json")
        made = list(read_file(document).values())
        if "composition_success" in name:
            yield name, "composition", lambda m=made: composed(*m)
        elif "quotient_success" in name:
            yield name, "quotient", lambda m=made: divided(*m)
        elif "merging_success" in name:
            yield name, "merge", lambda m=made: merged(*m)
        elif name.endswith("_out"):
            parts = list(read_file(files[path.replace("_out", "")]).values())
            yield name, "composition", lambda p=parts, m=made: composed(p[0], p[1], m[0])
        elif "composition_failure" in name or "unsatisfiable" in name:
            yield name, "refusal", lambda m=made: refusal(possible(m[0], m[1]))
        elif "quotient_failure" in name:
            yield name, "refusal", lambda m=made: refusal(solvable(m[0], m[1]))
        elif "merging_failure" in name:
            yield name, "refusal", lambda m=made: feedback(m)


def refusal(found: Finding) -> Finding:
    """A recorded refusal is right if nothing fits."""
    return Finding("nothing fits", None if found.holds is None else not found.holds, found.values)


def feedback(made: list[LinearContract]) -> Finding:
    try:
        in_order(made[0], made[1])
    except ValueError:
        return Finding("nothing fits", True, {})
    return Finding("nothing fits", False, {})


def judged(found: Verdict | Finding) -> tuple[str, str]:
    if isinstance(found, Finding):
        return ("agree" if found.holds else "differ" if found.holds is False else "unknown"), shown(found)
    wrong = [f for f in found.findings if not f.holds]
    if not wrong:
        return "agree", ""
    if any(f.holds is None for f in wrong):
        return "unknown", "; ".join(map(shown, wrong))
    return ("ours says more" if found.right else "Pacti wrong"), "; ".join(map(shown, wrong))


def shown(found: Finding) -> str:
    if found.holds:
        return ""
    values = ", ".join(f"{v} = {float(x):.6g}" for v, x in sorted(found.values.items()))
    return f"not so: {found.says}" + (f" ({values})" if values else "")


def show(name: str, operation: str, compare: Callable[[], Verdict | Finding]) -> str:
    try:
        verdict, why = judged(compare())
    except (BadContract, ValueError, TooLarge) as error:
        verdict, why = "not compared", str(error)
    print(f"{verdict:14} {operation:12} {name}" + (f"\n{'':28}{why}" if why else ""))
    return verdict


# ---------------------------------------------------------------- Pacti, live


def theirs(contract: LinearContract) -> Any:
    from pacti.contracts import PolyhedralIoContract

    def side(cases: Any) -> list[dict[str, Any]]:
        return [{"constant": float(p.most), "coefficients": {v: float(c) for v, c in p.sum}} for p in cases[0]]

    return PolyhedralIoContract.from_dict(
        {"input_vars": list(contract.inputs), "output_vars": list(contract.outputs), "assumptions": side(contract.assumes),
         "guarantees": side(contract.guarantees)}
    )  # fmt: skip


def ours(name: str, contract: Any) -> LinearContract:
    return read_contract(name, contract.to_machine_dict())


def live(files: Files) -> Iterator[tuple[str, str, Callable[[], Verdict | Finding]]]:
    """What is not recorded, computed by Pacti now."""
    for path, document in files.items():
        if isinstance(document, dict) and "operation" in document:
            made = list(read_file(document).values())
            name = path.rpartition("/")[2].removesuffix(".json")
            yield name, f"{document['operation']}*", lambda m=made, o=document["operation"]: computed(o, m)


def computed(operation: str, made: list[LinearContract]) -> Verdict | Finding:
    one, other = theirs(made[0]), theirs(made[1])
    try:
        result = one.compose(other) if operation == "composition" else one.quotient(other)
    except (ValueError, AssertionError) as error:
        found = refusal(possible(made[0], made[1]) if operation == "composition" else solvable(made[0], made[1]))
        return Finding(f"{found.says} (Pacti stops with {type(error).__name__})", found.holds, found.values)
    return (composed if operation == "composition" else divided)(made[0], made[1], ours("result", result))


def quotients() -> Iterator[tuple[str, str, Callable[[], Verdict | Finding]]]:
    """Small quotients: the whole, the known part before it, and Pacti's answer for what is missing."""
    texts = {"y <= x": ["y - x <= 0"], "y <= 2": ["y <= 2"], "y = x + 1": ["y - x = 1"], "0 <= y <= 3": ["y <= 3", "-y <= 0"]}
    knowns = {"m <= x": ["m - x <= 0"], "m = x": ["m - x = 0"], "|m| <= 1": ["|m| <= 1"]}
    for (whole, says), (known, tells) in product(texts.items(), knowns.items()):
        s = read_contract("whole", {"input_vars": ["x"], "output_vars": ["y"], "assumptions": ["|x| <= 1"], "guarantees": says})
        a = read_contract("known", {"input_vars": ["x"], "output_vars": ["m"], "assumptions": ["|x| <= 1"], "guarantees": tells})
        yield f"({whole}) / ({known})", "quotient*", lambda s=s, a=a: computed("quotient", [s, a])


def bracketings() -> Iterator[tuple[str, str, Callable[[], Verdict | Finding]]]:
    """Three steps in a row, put together from the left and from the right: do both come to what the parts say?"""
    guarantees = (["m - x <= 0"], ["m <= 2", "-m <= 0"], ["m + x <= 1"])
    assumes = (["m <= 3"], ["|m| <= 2"], ["m >= 0"])
    for g, h in product(range(3), range(3)):
        a = read_contract("a", {"input_vars": ["x"], "output_vars": ["m"], "assumptions": ["|x| <= 2"], "guarantees": guarantees[g]})
        b = read_contract("b", {"input_vars": ["m"], "output_vars": ["n"], "assumptions": assumes[h], "guarantees": ["n - m <= 1"]})
        c = read_contract(
            "c", {"input_vars": ["n", "k"], "output_vars": ["y"], "assumptions": ["n + k <= 4"], "guarantees": ["y - n - k <= 0"]}
        )
        yield f"({guarantees[g]}; {assumes[h]})", "brackets*", lambda a=a, b=b, c=c: brackets(a, b, c)


def brackets(a: LinearContract, b: LinearContract, c: LinearContract) -> Finding:
    from kwlogic.compose.pacti import term_of
    from kwlogic.lab.linear import finding

    made: list[LinearContract | None] = []
    for build in (lambda: theirs(a).compose(theirs(b)).compose(theirs(c)), lambda: theirs(a).compose(theirs(b).compose(theirs(c)))):
        try:
            made.append(ours("result", build()))
        except ValueError:
            made.append(None)
    left, right = made
    if left is None or right is None:
        fits = possible(a, b)
        return Finding("both or neither are refused, and only where nothing fits", left is right and fits.holds is False, fits.values)
    slack = Fraction(1, 10**6)
    one = finding("the left assumes what the right does", [term_of(left.assumes)], term_of(right.loose(slack).assumes))
    other = finding("the right assumes what the left does", [term_of(right.assumes)], term_of(left.loose(slack).assumes))
    return one if not one.holds else other


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    files: Files = json.loads(options.file.read_text(encoding="utf-8"))["files"]
    print("recorded results")
    counts = Counter(show(*case) for case in recorded(files))
    print(dict(counts))
    try:
        import pacti  # noqa: F401
    except ImportError:
        print("\nPacti is not installed: what is not recorded was not computed")
        sys.exit(0)
    for title, cases in (("computed now (*)", live(files)), ("quotients", quotients()), ("bracketings", bracketings())):
        print(f"\n{title}")
        print(dict(Counter(show(*case) for case in cases)))


if __name__ == "__main__":
    main()
