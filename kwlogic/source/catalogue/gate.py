"""KW6xx: the gate, which runs contracts on generated inputs, replays what once broke, and holds versions against versions."""

from __future__ import annotations

from kwlogic.source.codes import Code
from kwlogic.source.data import Severity

E, W, N = Severity.ERROR, Severity.WARNING, Severity.NOTE

CODES: tuple[Code, ...] = (
    Code(
        "KW601",
        E,
        "a run breaks the contract",
        "The kernel was run on an input that satisfies its requires, and a clause is false, or an operation of the body is undefined. The "
        "input is the smallest one found; the command in the message runs it again. It is kept in the project and replayed by every later "
        "run of the gate. Correct the body, or say in the contract what is really promised.",
        how="kwlogic gate on a kernel `top(a: Int, b: Int) -> (m: Int)` with `ensures m >= a and m >= b` and the body `a`",
    ),
    Code(
        "KW602",
        E,
        "a run breaks what is proved",
        "The check says that this clause is proved, and a run of the kernel breaks it. One of the two is wrong, and both are kwlogic: the "
        "proof, or the evaluator. Please report it with the command that the message gives.",
        how="a verdict `proved` handed to the gate for a clause that is false",
    ),
    Code(
        "KW603",
        E,
        "a case that once broke the contract breaks it again",
        "The file `gate/<module>.cases` of the project keeps inputs that once broke a contract. Each is replayed by every run of the gate, "
        "and this one breaks a clause again. A line may be removed by hand where the contract has changed its meaning.",
        how="a line in `gate/<module>.cases` whose input breaks a clause",
    ),
    Code(
        "KW604",
        E,
        "the same input does not always give the same outputs",
        "A kernel whose body is an expression, or that is declared `deterministic`, must yield the same outputs for the same input. Here a "
        "second run went another way. What is flaky is reported as that, and never counts as passing.",
        how="`@kwlogic.satisfies` on a Python function that counts its calls",
    ),
    Code(
        "KW605",
        E,
        "a value does not survive JSON",
        "Ports are exchanged as JSON, and a value of a port was written and read back as something else, or could not be read at all.",
        how="a port whose values hold a text that is no valid Unicode",
    ),
    Code(
        "KW606",
        E,
        "an output that breaks the contract was let through",
        "In a composition an oracle was played to answer what its `ensures` forbid, and the answer went on to the next step. Enforcement "
        "must stop every such output. This is a defect of kwlogic: please report it.",
        how="an interpreter that does not enforce, handed to the gate",
    ),
    Code(
        "KW607",
        E,
        "a failed run leaves traces",
        "A run of the composition fails after a step has written, and no rollback takes back what was written, or rollbacks run in the "
        "wrong order. Give the step a `rollback`, let it write last, or declare it `irrevocable`.",
        how="a composition `{ store(x); y <- ask(x); }` where `store` writes without a `rollback`",
    ),
    Code(
        "KW608",
        E,
        "a breaking change that the version does not admit",
        "Compared with the earlier version, the kernel demands more of its callers, promises less, or has other ports. Whoever relies on the "
        "earlier contract may break, so the declared `version` must take a major step (a minor one while it is 0.x). The message shows the "
        "clause with a value that one version allows and the other does not.",
        how="kwlogic gate --against baseline after a `requires` was added",
    ),
    Code(
        "KW609",
        W,
        "the declared version is behind the change",
        "The change is safe for callers, but the version does not show it: a contract that demands less or promises more is a minor step, "
        "another body under the same contract a patch.",
        how="kwlogic gate --against baseline after an `ensures` was added under the same `version`",
    ),
    Code(
        "KW610",
        E,
        "no input satisfies the requires",
        "The solver shows that the clauses named contradict each other, so the kernel can never be started, and whatever it ensures says "
        "nothing. Weaken or remove one of them.",
        how="`requires x > 0` and `requires x < 0`",
    ),
    Code(
        "KW611",
        W,
        "hardly any input was found",
        "The requires are so narrow, or said in such a way, that neither drawing nor the solver found inputs, so the contract was hardly "
        "run. The kernel is neither accepted nor rejected for it. An `example`, or bounds, lengths and memberships instead of a search by a "
        "function, help.",
        how="`requires` that only a search can satisfy, as `square(x) == 1522756` over a recursive `square`",
    ),
    Code(
        "KW612",
        W,
        "runs were cut off",
        "Evaluations used up their steps, as a predicate or body does that takes very long on some inputs. Nothing is known of these runs, "
        "and the kernel is neither accepted nor rejected for them.",
        how="`kwlogic gate --steps 10` on a recursive kernel",
    ),
    Code(
        "KW613",
        E,
        "a line of a file of cases cannot be read",
        "`gate/<module>.cases` holds one case a line: the name of a kernel and the JSON object of its inputs, for a composition also what "
        "its oracles answered. This line is not of that form.",
        how="a line `approve oops` in `gate/<module>.cases`",
    ),
    Code(
        "KW614",
        W,
        "a kept case does not fit any more",
        "The kernel's ports have changed since the case was kept, so it cannot be replayed. Remove the line, or write it for the new ports.",
        how="a kept case of a kernel whose port was renamed since",
    ),
    Code(
        "KW615",
        E,
        "there is nothing to compare with",
        "`--against` names a baseline that was never recorded (`kwlogic gate --accept` records it), a file that cannot be read, or a "
        "revision that git does not know.",
        how="kwlogic gate --against baseline in a project without `gate/*.baseline`",
    ),
    Code(
        "KW616",
        W,
        "not known whether the new version refines the old one",
        "Neither a proof nor a counterexample was found within the budget for some clause, so the kernel is neither accepted nor rejected. "
        "`--budget` tries harder.",
        how="two versions whose clauses differ by a property that the solver cannot decide",
    ),
    Code(
        "KW617",
        E,
        "a kernel has gone",
        "The earlier version has a kernel that is not there any more, and other people may use it. Bring it back, or record the present "
        "state with `kwlogic gate --accept`.",
        how="kwlogic gate --against baseline after a kernel was removed",
    ),
    Code(
        "KW618",
        W,
        "no answer was found that the contract allows",
        "For most inputs no output was found that satisfies the `ensures` of an oracle. Where there is none, the oracle can only fail, and "
        "whatever is built on it with it.",
        how="an oracle with `ensures y > x and y < x`",
    ),
    Code(
        "KW619",
        W,
        "an oracle that was asked never answered",
        "With `--call` the gate calls the functions behind `by python`, and this one failed for every input: it is not there, the "
        "configuration does not allow it, or it raises. An oracle may fail, so the kernel is not rejected, but nothing is known of it.",
        how="kwlogic gate --call on a kernel by python whose function raises",
    ),
    Code(
        "KW620",
        W,
        "no run of the composition came to outputs",
        "With its oracles played by what their contracts allow, every run failed: there is a hole in it, or a guard that never holds. So "
        "nothing was seen of what it ensures, and it is neither accepted nor rejected.",
        how="kwlogic gate on a composition with a hole",
    ),
    Code(
        "KW621",
        W,
        "a run may break the contract",
        "Something is false in this run, but whether the run counts is not known: a requires, or the contract of an oracle that was played, "
        "has an unbounded quantifier, and only some of its instances could be tried. Nothing is refuted by that, so the kernel is left "
        "undecided. `kwlogic check` may know more; a bounded quantifier (`forall x in xs`) settles it.",
        how="a requires `forall v: Int :: ...` that an input breaks only at a far value",
    ),
)
