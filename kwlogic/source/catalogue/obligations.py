"""KW5xx: what the prover found out about contracts, and what it could not find out."""

from __future__ import annotations

from kwlogic.source.codes import Code
from kwlogic.source.data import Severity

E, W = Severity.ERROR, Severity.WARNING

CODES: tuple[Code, ...] = (
    Code(
        "KW501",
        E,
        "an ensures clause is refuted",
        "There is an input that satisfies every `requires` and for which the body yields an output that breaks the clause. "
        "The input is shown; it was replayed in the reference evaluator, so running the declaration on it really breaks the clause. "
        "Correct the body, weaken the clause, or exclude the input with a `requires`.",
        "kernel absolute(x: Int) -> (y: Int)\n  ensures y >= 0\n= if x < -1 then -x else x\n",
        "kernel absolute(x: Int) -> (y: Int)\n  ensures y >= 0\n= if x < 0 then -x else x\n",
    ),
    Code(
        "KW502",
        E,
        "the precondition of a call may be false",
        "What is called has a `requires`, and there is an input for which it does not hold at this call. A caller has to show the "
        "`requires` of what it calls. Add a `requires` to the caller, test before the call, or call with other arguments.",
        "kernel half(x: Int) -> (y: Int)\n  requires x % 2 == 0\n  ensures 2 * y == x\n= x // 2\n\n"
        "kernel careless(x: Int) -> (y: Int)\n  ensures y <= x or x < 0\n= half(x)\n",
        "kernel half(x: Int) -> (y: Int)\n  requires x % 2 == 0\n  ensures 2 * y == x\n= x // 2\n\n"
        "kernel careful(x: Int) -> (y: Int)\n  requires x % 2 == 0\n  ensures 2 * y == x\n= half(x)\n",
    ),
    Code(
        "KW503",
        E,
        "an operation may be undefined",
        "Division needs a divisor that is not zero, `xs[i]` an index inside the list, `m[k]` a key in the map; an `assert` needs its "
        "predicate to hold. There is an input for which that is not so. Guard the operation with `if` or `match`, or add a `requires`.",
        "kernel mean(total: Real, n: Int) -> (m: Real)\n  ensures m * real(n) == total\n= total / real(n)\n",
        "kernel mean(total: Real, n: Int) -> (m: Real)\n  requires n > 0\n  ensures m * real(n) == total\n= total / real(n)\n",
    ),
    Code(
        "KW504",
        E,
        "a value may lie outside its refinement",
        "A parameter, result or field has a type `{x: T | p}`, and there is an input for which the value given does not satisfy `p`. "
        "Test the value first, strengthen the `requires`, or give the type a weaker refinement.",
        "type Pos = {n: Int | n > 0}\nrecord Line(qty: Pos)\n\nkernel shrink(l: Line) -> (m: Line)\n  ensures m.qty < l.qty\n"
        "= l with (qty = l.qty - 1)\n",
        "type Pos = {n: Int | n > 0}\nrecord Line(qty: Pos)\n\nkernel shrink(l: Line) -> (m: Line)\n  requires l.qty > 1\n"
        "  ensures m.qty < l.qty\n= l with (qty = l.qty - 1)\n",
    ),
    Code(
        "KW505",
        E,
        "a decreases measure does not decrease",
        "Each recursive call has to make the `decreases` measure smaller, and an Int measure has to stay at or above zero. There is an "
        "input for which it does not, so the recursion may never end. Give another measure, or a `requires` that bounds the argument.",
        "fn spin(n: Int) -> Int\n  decreases n\n= if n == 0 then 0 else spin(n - 1)\n",
        "fn spin(n: Int) -> Int\n  requires n >= 0\n  decreases n\n= if n == 0 then 0 else spin(n - 1)\n",
    ),
    Code(
        "KW506",
        E,
        "no reason was found why the recursion ends",
        "A fn is total, so its recursion must end. Without a `decreases`, some argument of each recursive call must be a part of the "
        "parameter that it replaces (the rest of a list, a child of a tree), or an Int that plainly approaches a bound. "
        "Recurse on a part, or write `decreases e` with an Int that stays at or above zero, or a data value, and gets smaller.",
        "fn grow(xs: List[Int]) -> List[Int]\n= grow([1, *xs])\n",
        "fn drain(xs: List[Int]) -> List[Int]\n= match xs { case [] => [] case [_, *rest] => drain(rest) }\n",
    ),
    Code(
        "KW507",
        E,
        "a lemma is false",
        "There are values that satisfy the lemma's `requires` and for which its claim is false. They are shown, and were replayed in the "
        "reference evaluator. Correct the claim or add the missing `requires`.",
        "lemma square_monotone(a: Int, b: Int)\n  requires a < b\n  ensures a * a < b * b\n",
        "lemma square_monotone(a: Int, b: Int)\n  requires 0 <= a < b\n  ensures a * a < b * b\n",
    ),
    Code(
        "KW508",
        E,
        "an example is false",
        "An `example` is run, not proved: its expression must evaluate to true, or the recorded output of an oracle must satisfy the "
        "contract. It does not. Correct the example, or what it exercises.",
        "example 7 // 2 == 4\n",
        "example 7 // 2 == 3\n",
    ),
    Code(
        "KW509",
        E,
        "a kernel fails where its contract says it does not",
        "`fails when p` promises that a run fails only where `p` held. There is a run that fails where `p` is false. Widen `p`, or keep "
        "the parts from failing.",
        'kernel ask(text: String) -> (n: Int)\n  fails when len(text) > 9\n  by prompt "{text}"\n\n'
        "kernel use(text: String) -> (n: Int)\n  fails when false\n= compose ask\n",
        'kernel ask(text: String) -> (n: Int)\n  fails when len(text) > 9\n  by prompt "{text}"\n\n'
        "kernel use(text: String) -> (n: Int)\n  fails when len(text) > 9\n= compose ask\n",
    ),
    Code(
        "KW510",
        E,
        "the requires contradict each other",
        "No input satisfies all `requires` (and refinements of the parameters), so the declaration can never be used and everything "
        "about it holds for no reason. The clauses that clash are labelled. Weaken or remove one of them.",
        "kernel impossible(x: Int) -> (y: Int)\n  requires x < 0\n  requires x > 0\n  ensures y == 42\n= 7\n",
        "kernel possible(x: Int) -> (y: Int)\n  requires x > 0\n  ensures y == 42\n= 42\n",
    ),
    Code(
        "KW511",
        E,
        "a type has no values",
        "The refinement holds for no value, so nothing could ever have this type. A type must be inhabited. Weaken the refinement.",
        "type Empty = {n: Int | n > 0 and n < 0}\n",
        "type Small = {n: Int | 0 < n < 10}\n",
    ),
    Code(
        "KW512",
        E,
        "a link of a composition does not hold",
        "What comes before a part does not imply what the part requires: with the values shown, everything holds that is known there (the "
        "`requires` of the whole, what the parts before it ensure), and the `requires` is false. Strengthen an `ensures`, weaken the "
        "`requires`, or put a `guard` between. Invariants of `fold` and `iterate`, and rollbacks, are links, too.",
        "kernel half(m: Int) -> (n: Int)\n  requires m % 2 == 0\n= m // 2\n\n"
        "kernel next(n: Int) -> (m: Int)\n  ensures m == n + 1\n= n + 1\n\nkernel use(n: Int) -> (k: Int)\n= compose next >> half[n as k]\n",
        "kernel half(m: Int) -> (n: Int)\n  requires m % 2 == 0\n= m // 2\n\n"
        "kernel next(n: Int) -> (m: Int)\n  ensures m == n + 1\n= n + 1\n\n"
        "kernel use(n: Int) -> (k: Int)\n= compose next >> guard (m % 2 == 0) >> half[n as k]\n",
    ),
    Code(
        "KW513",
        E,
        "a refinement between kernels does not hold",
        "`refine a by b` needs weaker or equal `requires`, stronger or equal `ensures`, and no new failure or resource. One of these is "
        "refuted by the values shown.",
        "kernel half(m: Int) -> (n: Int)\n  requires m % 2 == 0\n  ensures 2 * n == m\n= m // 2\n\n"
        "kernel quarter(m: Int) -> (n: Int)\n  requires m % 4 == 0\n  ensures 2 * n == m\n= m // 2\n\nrefine half by quarter\n",
        "kernel half(m: Int) -> (n: Int)\n  requires m % 4 == 0\n  ensures 2 * n == m\n= m // 2\n\n"
        "kernel shift(m: Int) -> (n: Int)\n  requires m % 2 == 0\n  ensures 2 * n == m\n= m // 2\n\nrefine half by shift\n",
    ),
    Code(
        "KW514",
        E,
        "a proof leans on itself",
        "A lemma that is applied by name (`apply`, `using`) rests on the very declaration that applies it, or a `requires` or `decreases` "
        "speaks of the function that it belongs to. Such a circle would prove anything. State the lemma without the declaration, or "
        "prove what is needed in a lemma that comes after both.",
        "fn next(x: Int) -> Int\n  requires next(x) > x\n= x + 1\n",
        "fn next(x: Int) -> Int\n  ensures result > x\n= x + 1\n",
    ),
    Code(
        "KW520",
        W,
        "neither proved nor refuted",
        "Within its budget the prover found neither a proof nor a counterexample. The clause may be true or false. The notes say what was "
        "tried and how many generated inputs passed. Help it with a lemma, with `by induction x`, with `by { assert ...; }`, or give it "
        "more with `--budget`.",
        how="a true clause that needs a lemma nobody has stated, or a budget of 1",
    ),
    Code(
        "KW521",
        W,
        "not proved, because a callee's contract says too little",
        "Callers see a kernel's contract, never its body. The contract of the callee allows an output that would break this clause, "
        "although its real body does not yield one. Strengthen the `ensures` of the callee that is named.",
        "kernel twice(x: Int) -> (y: Int)\n  ensures y >= x or x < 0\n= 2 * x\n\n"
        "kernel four(x: Int) -> (y: Int)\n  ensures y == 4 * x\n= twice(twice(x))\n",
        "kernel twice(x: Int) -> (y: Int)\n  ensures y == 2 * x\n= 2 * x\n\nkernel four(x: Int) -> (y: Int)\n  ensures y == 4 * x\n= twice(twice(x))\n",
    ),
    Code(
        "KW530",
        W,
        "a clause says nothing",
        "The clause holds for every output, whatever the body does: it promises nothing to a caller. Usually a name was mistyped or a "
        "comparison is of a thing with itself. Say what was meant, or remove it.",
        "kernel idle(x: Int) -> (y: Int)\n  ensures y == y\n  ensures y == x + 1\n= x + 1\n",
        "kernel idle(x: Int) -> (y: Int)\n  ensures y == x + 1\n= x + 1\n",
    ),
    Code(
        "KW531",
        W,
        "a clause is redundant",
        "The clause follows from the other clauses of the same contract, so it adds nothing. Remove it, or state it as a lemma if it is "
        "worth saying.",
        "kernel next(x: Int) -> (y: Int)\n  ensures y == x + 1\n  ensures y > x\n= x + 1\n",
        "kernel next(x: Int) -> (y: Int)\n  ensures y == x + 1\n= x + 1\n",
    ),
    Code(
        "KW532",
        W,
        "a branch of a contract is never reached",
        "The condition of an implication or `if` in a clause is false for every input that the `requires` admit, so that part of the "
        "contract never says anything. Correct the condition, or remove the branch.",
        "kernel same(x: Int) -> (y: Int)\n  requires x > 10\n  ensures x < 5 ==> y == 0\n  ensures y == x\n= x\n",
        "kernel same(x: Int) -> (y: Int)\n  requires x > 10\n  ensures y == x\n= x\n",
    ),
    Code(
        "KW533",
        W,
        "no proof used this requires",
        "Everything about the declaration was proved without this `requires`, so it shuts callers out for nothing. Remove it, unless it "
        "is there on purpose for later versions.",
        "kernel next(x: Int, limit: Int) -> (y: Int)\n  requires limit > 0\n  ensures y > x\n= x + 1\n",
        "kernel next(x: Int) -> (y: Int)\n  ensures y > x\n= x + 1\n",
    ),
    Code(
        "KW535",
        W,
        "a contract does not notice a change of the body",
        "`kwlogic mutate` changed the body at one place; every clause of the contract is still proved, though the output is another "
        "one on the input shown. If that output would be wrong, the contract is too weak: add an `ensures` that it breaks.",
        how="kwlogic mutate of a kernel with `ensures y >= 0` and the body `x * x`",
    ),
)
