"""The laws of the algebra of kernels, stated once: those that hold, with their side conditions, and those that do not.

A law is about any kernels: ``Meta`` stands for one, with a contract of which nothing is known. ``K1 [= K2`` (``Refines``) says
that K1 may replace K2: it demands no more, promises no less, and fails no more often; ``Equal`` is that in both directions.
Statements only: ``lab.laws`` proves them, ``compose.finite`` tries them on small models, ``compose.rewrite`` uses them.
"""

from __future__ import annotations

from kwlogic.compose.law_terms import (
    All,
    And,
    Both,
    Case,
    Claim,
    Cond,
    Either,
    Equal,
    Fail,
    Fallback,
    Fits,
    Gate,
    Is,
    Kept,
    Later,
    Law,
    Looped,
    Meta,
    Not,
    Par,
    Pointwise,
    Pred,
    Quotient,
    Refines,
    Same,
    Seq,
    Shrinks,
    Statement,
    Term,
    Wires,
)

A, B, C, D = (Meta(n) for n in "ABCD")
A2, X, S = Meta("A'"), Meta("X"), Meta("S")
G, INV, NOW, LATER = Pred("g"), Pred("I"), Pred("v"), Pred("u")
ID, COPY, DROP = Wires(1, (0,)), Wires(1, (0, 0)), Wires(1, ())


def _flags(flag: str, *kernels: Term) -> tuple[Statement, ...]:
    return tuple(Is(flag, k) for k in kernels)


def _sure(kernel: Term) -> tuple[Statement, ...]:
    """A function that never fails."""
    return Is("deterministic", kernel), Is("infallible", kernel)


def loop(cond: Cond, body: Term, rounds: int) -> Term:
    """``iterate`` unrolled."""
    term: Term = Gate("guard", Not(cond))
    for _ in range(rounds):
        term = Case(cond, Seq(body, term), ID)
    return term


def _no(says: Statement, *given: Statement) -> Claim:
    return Claim(says, given, False)


def _both_ways(left: Term, right: Term, *given: Statement) -> tuple[Claim, ...]:
    """Neither side refines the other."""
    return _no(Refines(left, right), *given), _no(Refines(right, left), *given)


_INTERCHANGE = Par(Seq(A, B), Seq(C, D)), Seq(Par(A, C), Par(B, D))
_SHARED = Seq(A, COPY), Seq(COPY, Par(A, A))
_TAIL = Seq(Fallback(A, B), C), Fallback(Seq(A, C), Seq(B, C))
_HEAD = Seq(C, Fallback(A, B)), Fallback(Seq(C, A), Seq(C, B))
_BRANCH = Seq(C, Case(G, A, B)), Case(Later(C, G), Seq(C, A), Seq(C, B))

STRUCTURE: tuple[Law, ...] = (
    Law("seq-associative", "(A >> B) >> C = A >> (B >> C)", (Claim(Equal(Seq(Seq(A, B), C), Seq(A, Seq(B, C)))),)),
    Law("seq-unit", "id >> A = A = A >> id", (Claim(All((Equal(Seq(ID, A), A), Equal(Seq(A, ID), A)))),)),
    Law("par-associative", "(A & B) & C = A & (B & C)", (Claim(Equal(Par(Par(A, B), C), Par(A, Par(B, C)))),)),
    Law("par-unit", "A & nothing = A", (Claim(All((Equal(Par(A, Wires(0, ())), A), Equal(Par(Wires(0, ()), A), A)))),)),
    Law(
        "par-symmetric",
        "A & B = B & A, wires crossed",
        (Claim(Equal(Seq(Par(A, B), Wires(2, (1, 0))), Seq(Wires(2, (1, 0)), Par(B, A)))),),
    ),
    Law(
        "interchange",
        "(A >> B) & (C >> D) = (A & C) >> (B & D)",
        (
            Claim(Equal(*_INTERCHANGE), _flags("feasible", A, B, C, D)),
            Claim(Refines(_INTERCHANGE[1], _INTERCHANGE[0])),
            _no(Equal(*_INTERCHANGE)),
        ),
        note="on graphs it holds by definition: the contract of a graph is that of its cones",
    ),
    Law(
        "copy-natural",
        "A >> copy = copy >> (A & A)",
        (
            Claim(Equal(*_SHARED), _flags("deterministic", A)),
            Claim(Refines(*_SHARED)),
            _no(Equal(*_SHARED)),
            _no(Refines(_SHARED[1], _SHARED[0]), *_flags("infallible", A)),
        ),
        ("share",),
        "sharing is always a refinement; the other way needs a function",
    ),
    Law(
        "discard-natural",
        "A >> drop = drop",
        (
            Claim(Equal(Seq(A, DROP), DROP), (*_flags("undemanding", A), *_flags("infallible", A), *_flags("feasible", A))),
            Claim(Refines(DROP, Seq(A, DROP)), _flags("feasible", A)),
            _no(Refines(DROP, Seq(A, DROP))),
            _no(Equal(Seq(A, DROP), DROP), *_flags("feasible", A)),
        ),
        ("drop",),
    ),
)

FAILURE: tuple[Law, ...] = (
    Law("fallback-associative", "(A ?? B) ?? C = A ?? (B ?? C)", (Claim(Equal(Fallback(Fallback(A, B), C), Fallback(A, Fallback(B, C)))),)),
    Law("fallback-unit", "fail ?? A = A = A ?? fail", (Claim(All((Equal(Fallback(Fail(), A), A), Equal(Fallback(A, Fail()), A)))),)),
    Law("fallback-idempotent", "A ?? A = A", (Claim(Equal(Fallback(A, A), A)),)),
    Law(
        "retry",
        "retry n A = A",
        (Claim(Equal(Fallback(A, A), A)), Claim(Equal(Fallback(A, X), A), (Equal(X, A),))),
        note="by induction over n; it makes success likelier and proves nothing",
    ),
    Law(
        "fallback-sure", "A ?? B = A", (Claim(Equal(Fallback(A, B), A), _flags("infallible", A)), _no(Equal(Fallback(A, B), A))), ("sure",)
    ),
    Law("fallback-commutative", "A ?? B = B ?? A", (_no(Equal(Fallback(A, B), Fallback(B, A))),)),
    Law(
        "fallback-then",
        "(A ?? B) >> C = (A >> C) ?? (B >> C)",
        (Claim(Equal(*_TAIL), _flags("infallible", C)), *_both_ways(*_TAIL)),
    ),
    Law(
        "then-fallback",
        "C >> (A ?? B) = (C >> A) ?? (C >> B)",
        (Claim(Equal(*_HEAD), _sure(C)), Claim(Refines(*_HEAD)), _no(Refines(_HEAD[1], _HEAD[0]), *_flags("infallible", C))),
        note="factoring a common beginning out is always a refinement",
    ),
)

CHOICE: tuple[Law, ...] = (
    Law(
        "case-then",
        "(case g then A else B) >> C = case g then A >> C else B >> C",
        (Claim(Equal(Seq(Case(G, A, B), C), Case(G, Seq(A, C), Seq(B, C)))),),
    ),
    Law("case-idempotent", "case g then A else A = A", (Claim(Equal(Case(G, A, A), A)),), ("alike", "settled")),
    Law("case-flip", "case g then A else B = case not g then B else A", (Claim(Equal(Case(G, A, B), Case(Not(G), B, A))),), ("flip",)),
    Law(
        "then-case",
        "C >> case g then A else B = case g after C then C >> A else C >> B",
        (Claim(Equal(*_BRANCH), _flags("deterministic", C)), _no(Equal(*_BRANCH), *_flags("infallible", C))),
        note="where C yields nothing, either branch fails as C does",
    ),
    Law(
        "either-then",
        "either(A, B) >> C and C >> either(A, B) distribute",
        (
            Claim(Equal(Seq(Either(A, B), C), Either(Seq(A, C), Seq(B, C)))),
            Claim(Equal(Seq(C, Either(A, B)), Either(Seq(C, A), Seq(C, B)))),
        ),
    ),
    Law(
        "both",
        "X [= both(A, B) exactly if X [= A and X [= B",
        (
            Claim(Same(Refines(X, Both(A, B)), All((Refines(X, A), Refines(X, B))))),
            _no(Is("feasible", Both(A, B)), *_flags("feasible", A, B)),
        ),
        note="so it is the weakest common refinement; whether any kernel can meet it must be checked",
    ),
    Law(
        "gates",
        "assume p [= guard p [= assert p",
        (
            Claim(All((Refines(Gate("assume", G), Gate("guard", G)), Refines(Gate("guard", G), Gate("assert", G))))),
            _no(Refines(Gate("assert", G), Gate("guard", G))),
            _no(Refines(Gate("guard", G), Gate("assume", G))),
        ),
    ),
    Law(
        "guard-twice",
        "guard p >> guard p = guard p; assert p >> guard p = assert p",
        (
            Claim(Equal(Seq(Gate("guard", G), Gate("guard", G)), Gate("guard", G))),
            Claim(Equal(Seq(Gate("assert", G), Gate("guard", G)), Gate("assert", G))),
        ),
        ("known",),
    ),
    Law(
        "guard-and",
        "guard (p and q) = guard p >> guard q; assert as well",
        tuple(Claim(Equal(Gate(k, And(G, INV)), Seq(Gate(k, G), Gate(k, INV)))) for k in ("guard", "assert")),
        ("apart",),
    ),
    Law(
        "guard-order",
        "guard p >> guard q = guard q >> guard p",
        (Claim(Equal(Seq(Gate("guard", G), Gate("guard", INV)), Seq(Gate("guard", INV), Gate("guard", G)))),),
    ),
)

_MAPPED = Seq(Par(A, A), Par(B, B)), Par(Seq(A, B), Seq(A, B))

LOOPS: tuple[Law, ...] = (
    Law(
        "map-fusion",
        "map A >> map B = map (A >> B), of two elements",
        (Claim(Equal(*_MAPPED), _flags("feasible", A, B)), Claim(Refines(*_MAPPED)), _no(Equal(*_MAPPED))),
        ("fuse",),
        "interchange, once for each element; lists of any length are not quantified over here",
    ),
    Law(
        "iterate-invariant",
        "iterate has the contract of its invariant, whatever the bound",
        (
            Claim(Refines(loop(G, A, 0), Looped(INV, G)), (Kept(INV, G, A),)),
            Claim(Refines(Case(G, Seq(A, X), ID), Looped(INV, G)), (Kept(INV, G, A), Refines(X, Looped(INV, G)))),
        ),
        note="by induction over the bound",
    ),
    Law(
        "iterate-variant",
        "iterate does not run out of rounds where a variant decreases",
        (
            Claim(Refines(loop(G, A, 0), Looped(INV, G, NOW)), (Shrinks(G, None, None, NOW),)),
            Claim(
                Refines(Case(G, Seq(A, X), ID), Looped(INV, G, NOW)),
                (Kept(INV, G, A), Is("infallible", A), Shrinks(G, A, NOW, LATER), Refines(X, Looped(INV, G, LATER))),
            ),
        ),
        note="`v`: so many rounds are enough; by induction over the bound",
    ),
    Law(
        "iterate-more",
        "iterate with n + 1 rounds [= iterate with n",
        (_no(Refines(loop(G, A, 2), loop(G, A, 1))), _no(Refines(loop(G, A, 2), loop(G, A, 1)), *_flags("undemanding", A))),
        note="one round more may be one that the body does not allow, and may yield what fewer rounds never do",
    ),
    Law(
        "quotient",
        "A >> X >> B [= S exactly if X [= S / (A, B)",
        (
            Claim(Same(Refines(Seq(A, Seq(X, B)), S), Refines(X, Quotient(S, A, B))), (Fits(A, S),)),
            _no(Same(Refines(Seq(A, Seq(X, B)), S), Refines(X, Quotient(S, A, B)))),
        ),
        note="S / (A, B) is the weakest contract for a hole; it can be met if it is feasible",
    ),
)


def _monotone(name: str, title: str, *pairs: tuple[Term, Term]) -> Law:
    """The operator of the refined part refines the operator of the part."""
    return Law(name, title, tuple(Claim(Refines(one, other), (Refines(A2, A),)) for one, other in pairs))


CONGRUENCE: tuple[Law, ...] = (
    Law(
        "preorder",
        "[= is reflexive and transitive",
        (Claim(Refines(A, A)), Claim(Refines(A, C), (Refines(A, B), Refines(B, C))), _no(Refines(B, A), Refines(A, B))),
    ),
    _monotone("monotone-seq", ">> is monotone in both", (Seq(A2, B), Seq(A, B)), (Seq(B, A2), Seq(B, A))),
    _monotone("monotone-par", "& is monotone in both", (Par(A2, B), Par(A, B)), (Par(B, A2), Par(B, A))),
    _monotone("monotone-fallback", "?? is monotone in both", (Fallback(A2, B), Fallback(A, B)), (Fallback(B, A2), Fallback(B, A))),
    _monotone("monotone-case", "case is monotone in both branches", (Case(G, A2, B), Case(G, A, B)), (Case(G, B, A2), Case(G, B, A))),
    _monotone("monotone-either", "either is monotone in both", (Either(A2, B), Either(A, B)), (Either(B, A2), Either(B, A))),
    _monotone("monotone-map", "map is monotone", (Pointwise(A2), Pointwise(A))),
    Law(
        "monotone-iterate",
        "iterate is monotone, whatever the bound",
        (
            Claim(Refines(loop(G, A2, 1), loop(G, A, 1)), (Refines(A2, A),)),
            Claim(Refines(Case(G, Seq(A2, X), ID), Case(G, Seq(A, B), ID)), (Refines(A2, A), Refines(X, B))),
            Claim(Kept(INV, G, A2), (Refines(A2, A), Kept(INV, G, A))),
        ),
        note="by induction over the bound; what the invariant needs is kept, too",
    ),
)

LAWS: tuple[Law, ...] = (*STRUCTURE, *FAILURE, *CHOICE, *LOOPS, *CONGRUENCE)
