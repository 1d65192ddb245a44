"""String tasks with examples (SyGuS, PBE-Strings): kwlogic's synthesis beside cvc5's, same tasks, same run, same limit.

    python benchmarks/sygus.py [FILE] [--seconds 10] [--only NAME,...] [--with-constants] [--no-cvc5] [--leave-out]

FILE is JSON with `problems` (default: ../shared/data/sygus_pbe_slia.json). Our answers are functions of kwlogic's own language and
are checked by the reference evaluator on every example; cvc5 answers in each task's own grammar, with its constants, and its
answers are checked by a small interpreter here. Ours gets no constants unless asked to (`--with-constants`: the grammar's).
Times are processor seconds; cvc5 runs in a process of its own that is killed at the limit. `--leave-out` learns from two thirds
of the distinct examples of every task that has four or more, and counts how many answers fit the rest.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kwlogic.core.eval import Evaluator
from kwlogic.core.types import BOOL, INT, STRING
from kwlogic.weave.learn.synthesis.data import Budget, Contradiction, GaveUp, Port, Synthesised
from kwlogic.weave.learn.synthesis.library import library
from kwlogic.weave.learn.synthesis.synthesise import contradiction, synthesise

SORTS = {"String": STRING, "Int": INT, "Bool": BOOL}
DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "sygus_pbe_slia.json"
Pair = tuple[tuple[Any, ...], Any]


@dataclass(frozen=True)
class Outcome:
    """``state``: solved, contradictory, none, or wrong; ``fits`` counts the held-out examples that the answer fits."""

    state: str
    seconds: float
    size: int = 0
    text: str = ""
    fits: int = 0
    note: str = ""


def pairs_of(problem: dict[str, Any]) -> list[Pair]:
    return [(tuple(given), wanted) for given, wanted in problem["examples"]]


# ---------------------------------------------------------------- ours


def ours(problem: dict[str, Any], shown: Sequence[Pair], held: Sequence[Pair], seconds: float, constants: bool) -> Outcome:
    ports = tuple(Port(name.lstrip("_"), SORTS[sort]) for name, sort in problem["params"])
    names = [p.name for p in ports]
    given = [c for sort in ("String", "Int") for c in problem["constants"].get(sort, ()) if c != ""] if constants else []
    start = time.process_time()
    answer = synthesise(
        ports,
        SORTS[problem["ret"]],
        [(dict(zip(names, a)), o) for a, o in shown],
        program=library(),
        budget=Budget(seconds=seconds),
        constants=given,
    )
    spent = time.process_time() - start
    match answer:
        case Contradiction(first, second):
            return Outcome("contradictory", spent, note=f"examples {first} and {second}")
        case GaveUp(reason):
            return Outcome("none", spent, note=reason)
        case Synthesised():
            evaluator = Evaluator(answer.program)

            def value(row: tuple[Any, ...]) -> Any:
                return evaluator.eval(answer.term, dict(zip(names, row)))

            right = all(value(a) == o for a, o in shown)
            note = "a table of the examples" if answer.memorised else ""
            fits = sum(value(a) == o for a, o in held)
            return Outcome("solved" if right else "wrong", spent, answer.size, answer.text, fits, note)


# ---------------------------------------------------------------- cvc5


RENAMED = {"int.to.str": "str.from_int", "str.to.int": "str.to_int"}  # as SMT-LIB 2.6 calls them


def sexp(term: Any) -> str:
    if isinstance(term, list):
        return "(" + " ".join(map(sexp, term)) + ")"
    return f"(- {term[1:]})" if re.fullmatch(r"-\d+", term) else RENAMED.get(term, str(term))


def literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return sexp(str(value))
    return '"' + "".join('""' if c == '"' else c if " " <= c <= "~" and c != "\\" else f"\\u{{{ord(c):x}}}" for c in value) + '"'


def sygus_text(problem: dict[str, Any], shown: Sequence[Pair]) -> str:
    params = " ".join(f"({name} {sort})" for name, sort in problem["params"])
    grammar = problem["grammar"]
    heads = " ".join(f"({name} {rule['sort']})" for name, rule in grammar.items())
    rules = " ".join(f"({n} {r['sort']} ({' '.join(dict.fromkeys(map(sexp, r['rules'])))}))" for n, r in grammar.items())
    lines = ["(set-logic SLIA)", f"(synth-fun f ({params}) {problem['ret']} ({heads}) ({rules}))"]
    lines += [f"(constraint (= (f {' '.join(map(literal, a))}) {literal(o)}))" for a, o in dict(shown).items()]
    return "\n".join([*lines, "(check-synth)"])


def child() -> None:
    """Solve the SyGuS text on standard input, within the limit of processor time; print the seconds and the solution."""
    import resource

    import cvc5

    limit = int(time.process_time() + float(sys.argv[-1])) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    text = sys.stdin.read()
    start = time.process_time()
    solver = cvc5.Solver()
    solver.setOption("sygus", "true")
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SYGUS_2_1, text, "task")
    manager = parser.getSymbolManager()
    out = ""
    while not (command := parser.nextCommand()).isNull():
        out = str(command.invoke(solver, manager)).strip() or out
    print(json.dumps([time.process_time() - start, out]))


def cvc5(problem: dict[str, Any], shown: Sequence[Pair], held: Sequence[Pair], seconds: float) -> Outcome:
    try:
        done = subprocess.run(
            [sys.executable, __file__, "--child", str(seconds)],
            input=sygus_text(problem, shown),
            capture_output=True,
            text=True,
            timeout=6 * seconds + 5,
        )
    except subprocess.TimeoutExpired:
        return Outcome("none", seconds, note="time limit")
    if done.returncode < 0:
        return Outcome("none", seconds, note="time limit")
    if done.returncode:
        return Outcome("none", 0.0, note=(done.stderr.strip().splitlines() or ["failed"])[-1][:120])
    spent, out = json.loads(done.stdout)
    if "define-fun" not in out:
        return Outcome("none", spent, note=out[:80])
    body = parsed(out)[0][-1]
    names = [name for name, _ in problem["params"]]
    right = all(smt(body, dict(zip(names, a))) == o for a, o in shown)
    fits = sum(smt(body, dict(zip(names, a))) == o for a, o in held)
    return Outcome("solved" if right else "wrong", spent, size(body), sexp(body), fits)


def parsed(text: str) -> Any:
    """The first s-expression of a text."""
    tokens = re.findall(r'"(?:[^"]|"")*"|[()]|[^\s()"]+', text)
    stack: list[list[Any]] = [[]]
    for token in tokens:
        if token == "(":
            stack.append([])
        elif token == ")":
            last = stack.pop()
            stack[-1].append(last)
        else:
            stack[-1].append(token)
    return stack[0][0] if isinstance(stack[0][0][0], list) else [stack[0][0]]


def size(term: Any) -> int:
    return sum(map(size, term)) if isinstance(term, list) else 1


def _replace(s: str, old: str, new: str) -> str:
    return s.replace(old, new, 1) if old else new + s


SMT: dict[str, Callable[..., Any]] = {
    "str.++": lambda *a: "".join(a),
    "str.replace": _replace,
    "str.at": lambda s, i: s[i] if 0 <= i < len(s) else "",
    "str.substr": lambda s, i, n: s[i : i + n] if 0 <= i < len(s) and n > 0 else "",
    "str.indexof": lambda s, t, i: s.find(t, i) if 0 <= i <= len(s) else -1,
    "str.len": len,
    "str.to.int": lambda s: int(s) if re.fullmatch(r"[0-9]+", s) else -1,
    "str.from_int": lambda n: str(n) if n >= 0 else "",
    "str.prefixof": lambda a, b: b.startswith(a),
    "str.suffixof": lambda a, b: b.endswith(a),
    "str.contains": lambda a, b: b in a,
    "+": lambda *a: sum(a),
    "-": lambda *a: -a[0] if len(a) == 1 else a[0] - sum(a[1:]),
    "=": lambda a, b: a == b,
}
SMT["str.to_int"], SMT["int.to.str"] = SMT["str.to.int"], SMT["str.from_int"]


def smt(term: Any, env: dict[str, Any]) -> Any:
    """The value of an SMT-LIB term."""
    if isinstance(term, list):
        if term[0] == "ite":
            return smt(term[2 if smt(term[1], env) else 3], env)
        return SMT[term[0]](*(smt(t, env) for t in term[1:]))
    if term.startswith('"'):
        return re.sub(r"\\u\{([0-9a-fA-F]+)\}", lambda m: chr(int(m[1], 16)), term[1:-1].replace('""', '"'))
    if term in ("true", "false"):
        return term == "true"
    return int(term) if re.fullmatch(r"\d+", term) else env[term]


# ---------------------------------------------------------------- tasks and tables


def split(problem: dict[str, Any], leave_out: bool) -> tuple[list[Pair], list[Pair]] | None:
    """What is shown and what is held out; None where there is too little to hold out."""
    pairs = pairs_of(problem)
    if not leave_out:
        return pairs, []
    distinct = list(dict.fromkeys(pairs))
    if len(distinct) < 4 or contradiction([a for a, _ in distinct], [o for _, o in distinct]):
        return None
    most = (2 * len(distinct) + 2) // 3
    return distinct[:most], distinct[most:]


def report(title: str, found: dict[str, Outcome], held: dict[str, int]) -> None:
    solved = [o for o in found.values() if o.state == "solved"]
    count = {s: sum(o.state == s for o in found.values()) for s in ("solved", "contradictory", "none", "wrong")}
    times = [o.seconds for o in solved] or [0.0]
    print(f"{title}: " + ", ".join(f"{n} {s}" for s, n in count.items() if n or s == "solved"), end="")
    print(f"; solved in median {statistics.median(times):.2f} s, most {max(times):.2f} s", end="")
    print(f"; size median {statistics.median([o.size for o in solved] or [0]):g}", end="")
    print(f"; {sum(bool(o.note) for o in solved)} tables of their examples" if any(o.note for o in solved) else "")
    if any(held.values()):
        whole = sum(o.state == "solved" and o.fits == held[n] for n, o in found.items())
        some, every = sum(o.fits for o in found.values()), sum(held.values())
        print(f"    held out: {whole} of {len(found)} tasks fit all of theirs; {some} of {every} examples")


def show(name: str, who: str, outcome: Outcome) -> None:
    print(
        f"{name[:44]:44} {who:5} {outcome.state:13} {outcome.seconds:6.2f} s {outcome.size:4}  {outcome.note or outcome.text[:150]}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=DATA)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--only", default="", help="tasks whose names contain one of these")
    parser.add_argument("--with-constants", action="store_true")
    parser.add_argument("--no-cvc5", action="store_true")
    parser.add_argument("--leave-out", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not options.file.is_file():
        sys.exit(f"{options.file} is not there: give the file of the tasks")
    wanted = [w for w in options.only.split(",") if w]
    problems = json.loads(options.file.read_text(encoding="utf-8"))["problems"]
    found: dict[str, dict[str, Outcome]] = {"ours": {}, "cvc5": {}}
    held: dict[str, int] = {}
    for problem in problems:
        name = problem["name"]
        parts = split(problem, options.leave_out)
        if parts is None or (wanted and not any(w in name for w in wanted)):
            continue
        held[name] = len(parts[1])
        found["ours"][name] = ours(problem, *parts, options.seconds, options.with_constants)
        show(name, "ours", found["ours"][name])
        if not options.no_cvc5:
            found["cvc5"][name] = cvc5(problem, *parts, options.seconds)
            show(name, "cvc5", found["cvc5"][name])
    for who, outcomes in found.items():
        if outcomes:
            report(who, outcomes, held)
    if options.json:
        rows = {who: {n: [o.state, o.seconds, o.size, o.fits] for n, o in outcomes.items()} for who, outcomes in found.items()}
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    child() if "--child" in sys.argv[1:] else main()
