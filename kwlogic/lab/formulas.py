"""Laws as formulas: a contract is three predicates, and a kernel of which nothing is known has three unknown ones.

Wires range over one sort of which nothing is known either; that is no loss, since several sorts can be told apart inside of one.
The rules for the operators are those of the algebra; quantified wires are named apart by a counter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

from kwlogic.compose import law_terms as w
from kwlogic.core.terms import FALSE, TRUE, Term, mk_and, mk_apply, mk_eq, mk_exists, mk_forall, mk_implies, mk_not, mk_or, mk_var
from kwlogic.core.types import BOOL, Type, fun_of, mk_tvar

WIRE = mk_tvar("wire")
INDEX = mk_tvar("index")
Wires = tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """``allowed`` (P), ``yields`` (Q) and ``fails`` (F) as formulas over given wires."""

    allowed: Callable[[Wires], Term]
    yields: Callable[[Wires, Wires], Term]
    fails: Callable[[Wires], Term]


class Formulas:
    """Turns statements into closed formulas over the symbols of their kernels and predicates."""

    def __init__(self) -> None:
        self.numbers = count()

    # ------------------------------------------------------------ symbols and binders

    def symbol(self, name: str, args: Wires) -> Term:
        """An unknown predicate, known by its name, of wires."""
        type = fun_of(tuple(a.type for a in args), BOOL)
        return mk_apply(mk_var(f"{name}/{len(args)}", type), args) if args else mk_var(name, BOOL)

    def fresh(self, amount: int) -> Wires:
        return tuple(mk_var(f"w{next(self.numbers)}", WIRE) for _ in range(amount))

    def every(self, amount: int, body: Callable[[Wires], Term]) -> Term:
        vars = self.fresh(amount)
        return mk_forall(tuple((v.data, v.type) for v in vars), body(vars))

    def some(self, amount: int, body: Callable[[Wires], Term]) -> Term:
        vars = self.fresh(amount)
        return mk_exists(tuple((v.data, v.type) for v in vars), body(vars))

    def cond(self, cond: w.Cond, xs: Wires) -> Term:
        match cond:
            case w.Pred(name):
                return self.symbol(name, xs[:1])
            case w.Not(pred):
                return mk_not(self.cond(pred, xs))
            case w.And(left, right):
                return mk_and((self.cond(left, xs), self.cond(right, xs)))
            case w.Later(kernel, pred):
                inner = self.contract(kernel)
                return self.some(w.arity(kernel)[1], lambda ys: mk_and((inner.yields(xs, ys), self.cond(pred, ys))))

    # ------------------------------------------------------------ contracts

    def contract(self, term: w.Term) -> Contract:
        match term:
            case w.Meta(name):
                return Contract(
                    lambda xs: self.symbol(f"{name}.P", xs),
                    lambda xs, ys: self.symbol(f"{name}.Q", (*xs, *ys)),
                    lambda xs: self.symbol(f"{name}.F", xs),
                )
            case w.Wires(_, picks):
                return Contract(lambda _: TRUE, lambda xs, ys: _equal(tuple(xs[i] for i in picks), ys), lambda _: FALSE)
            case w.Fail():
                return Contract(lambda _: TRUE, lambda *_: FALSE, lambda _: TRUE)
            case w.Gate():
                return self._gate(term)
            case w.Seq():
                return self._seq(term)
            case w.Par():
                return self._par(term)
            case w.Pointwise(body):
                return self._pointwise(self.contract(body))
            case w.Looped(inv, cond, within):
                start = (inv,) if within is None else (inv, within)
                return Contract(
                    lambda xs: mk_and(self.cond(p, xs) for p in start),
                    lambda _, ys: mk_and((self.cond(inv, ys), mk_not(self.cond(cond, ys)))),
                    lambda _: TRUE if within is None else FALSE,
                )
            case w.Quotient():
                return self._quotient(term)
            case w.Fallback() | w.Either() | w.Both() | w.Case():
                return self._choice(term)

    def _gate(self, term: w.Gate) -> Contract:
        def pred(xs: Wires) -> Term:
            return self.cond(term.pred, xs)

        if term.kind == "assert":
            return Contract(pred, _equal, lambda _: FALSE)
        fails = (lambda xs: mk_not(pred(xs))) if term.kind == "guard" else (lambda _: FALSE)
        return Contract(lambda _: TRUE, lambda xs, ys: mk_and((_equal(xs, ys), pred(xs))), fails)

    def _seq(self, term: w.Seq) -> Contract:
        a, b, middle = self.contract(term.left), self.contract(term.right), w.arity(term.left)[1]
        return Contract(
            lambda xs: mk_and((a.allowed(xs), self.every(middle, lambda ms: mk_implies(a.yields(xs, ms), b.allowed(ms))))),
            lambda xs, ys: self.some(middle, lambda ms: mk_and((a.yields(xs, ms), b.yields(ms, ys)))),
            lambda xs: mk_or((a.fails(xs), self.some(middle, lambda ms: mk_and((a.yields(xs, ms), b.fails(ms)))))),
        )

    def _par(self, term: w.Par) -> Contract:
        a, b, (ins, outs) = self.contract(term.left), self.contract(term.right), w.arity(term.left)
        return Contract(
            lambda xs: mk_and((a.allowed(xs[:ins]), b.allowed(xs[ins:]))),
            lambda xs, ys: mk_and((a.yields(xs[:ins], ys[:outs]), b.yields(xs[ins:], ys[outs:]))),
            lambda xs: mk_or((a.fails(xs[:ins]), b.fails(xs[ins:]))),
        )

    def _pointwise(self, a: Contract) -> Contract:
        """A wire is a list; ``at`` is its element at an index."""

        def each(join: Callable[[tuple[tuple[str, Type], ...], Term], Term], body: Callable[[Callable[[Wires], Wires]], Term]) -> Term:
            index = mk_var(f"i{next(self.numbers)}", INDEX)
            at = mk_var("at", fun_of((INDEX, WIRE), WIRE))
            return join(((index.data, INDEX),), body(lambda xs: (mk_apply(at, (index, xs[0])),)))

        return Contract(
            lambda xs: each(mk_forall, lambda at: a.allowed(at(xs))),
            lambda xs, ys: each(mk_forall, lambda at: a.yields(at(xs), at(ys))),
            lambda xs: each(mk_exists, lambda at: a.fails(at(xs))),
        )

    def _choice(self, term: w.Fallback | w.Either | w.Both | w.Case) -> Contract:
        match term:
            case w.Fallback(left, right):
                a, b = self.contract(left), self.contract(right)
                return Contract(
                    lambda xs: mk_and((a.allowed(xs), mk_implies(a.fails(xs), b.allowed(xs)))),
                    lambda xs, ys: mk_or((a.yields(xs, ys), mk_and((a.fails(xs), b.yields(xs, ys))))),
                    lambda xs: mk_and((a.fails(xs), b.fails(xs))),
                )
            case w.Either(left, right):
                a, b = self.contract(left), self.contract(right)
                return Contract(
                    lambda xs: mk_and((a.allowed(xs), b.allowed(xs))),
                    lambda xs, ys: mk_or((a.yields(xs, ys), b.yields(xs, ys))),
                    lambda xs: mk_or((a.fails(xs), b.fails(xs))),
                )
            case w.Both(left, right):
                a, b = self.contract(left), self.contract(right)
                return Contract(
                    lambda xs: mk_or((a.allowed(xs), b.allowed(xs))),
                    lambda xs, ys: mk_and(mk_implies(k.allowed(xs), k.yields(xs, ys)) for k in (a, b)),
                    lambda xs: mk_and(mk_implies(k.allowed(xs), k.fails(xs)) for k in (a, b)),
                )
            case w.Case(cond, then, other):
                a, b = self.contract(then), self.contract(other)
                return Contract(
                    lambda xs: self._if(cond, xs, a.allowed(xs), b.allowed(xs)),
                    lambda xs, ys: self._if(cond, xs, a.yields(xs, ys), b.yields(xs, ys)),
                    lambda xs: self._if(cond, xs, a.fails(xs), b.fails(xs)),
                )

    def _if(self, cond: w.Cond, xs: Wires, then: Term, other: Term) -> Term:
        holds = self.cond(cond, xs)
        return mk_or((mk_and((holds, then)), mk_and((mk_not(holds), other))))

    def _quotient(self, term: w.Quotient) -> Contract:
        s, a, b = (self.contract(t) for t in (term.whole, term.before, term.after))
        ins, outs = w.arity(term.whole)

        def comes(xs: Wires, ms: Wires) -> Term:
            return mk_and((s.allowed(xs), a.yields(xs, ms)))

        def good(xs: Wires, ns: Wires) -> Term:
            ends = self.every(outs, lambda zs: mk_implies(b.yields(ns, zs), s.yields(xs, zs)))
            return mk_and((ends, mk_implies(b.fails(ns), s.fails(xs))))

        return Contract(
            lambda ms: self.some(ins, lambda xs: comes(xs, ms)),
            lambda ms, ns: mk_and((b.allowed(ns), self.every(ins, lambda xs: mk_implies(comes(xs, ms), good(xs, ns))))),
            lambda ms: self.every(ins, lambda xs: mk_implies(comes(xs, ms), s.fails(xs))),
        )

    # ------------------------------------------------------------ statements

    def statement(self, says: w.Statement) -> Term:
        match says:
            case w.Refines(left, right):
                return self._refines(left, right)
            case w.Equal(left, right):
                return mk_and((self._refines(left, right), self._refines(right, left)))
            case w.All(parts):
                return mk_and(map(self.statement, parts))
            case w.Same(one, other):
                first, second = self.statement(one), self.statement(other)
                return mk_and((mk_implies(first, second), mk_implies(second, first)))
            case w.Is(flag, kernel):
                return self._flag(flag, self.contract(kernel), *w.arity(kernel))
            case w.Fits(part, whole):
                a, s = self.contract(part), self.contract(whole)
                return self.every(
                    w.arity(whole)[0],
                    lambda xs: mk_implies(s.allowed(xs), mk_and((a.allowed(xs), mk_implies(a.fails(xs), s.fails(xs))))),
                )
            case w.Kept(inv, cond, body):
                a = self.contract(body)
                return self.every(1, lambda xs: mk_implies(self._all((inv, cond), xs), mk_and((a.allowed(xs), self._into(a, xs, inv)))))
            case w.Shrinks(cond, body, now, later):
                if body is None or now is None:
                    return self.every(1, lambda xs: mk_implies(self.cond(later, xs), mk_not(self.cond(cond, xs))))
                a, inside = self.contract(body), (cond, now)
                return self.every(1, lambda xs: mk_implies(self._all(inside, xs), self._into(a, xs, later)))

    def _all(self, conds: Sequence[w.Cond], xs: Wires) -> Term:
        return mk_and(self.cond(c, xs) for c in conds)

    def _into(self, a: Contract, xs: Wires, pred: w.Cond) -> Term:
        return self.every(1, lambda ys: mk_implies(a.yields(xs, ys), self.cond(pred, ys)))

    def _refines(self, left: w.Term, right: w.Term) -> Term:
        a, b, (ins, outs) = self.contract(left), self.contract(right), w.arity(right)
        parts = (
            self.every(ins, lambda xs: mk_implies(b.allowed(xs), a.allowed(xs))),
            self.every(
                ins + outs,
                lambda zs: mk_implies(mk_and((b.allowed(zs[:ins]), a.yields(zs[:ins], zs[ins:]))), b.yields(zs[:ins], zs[ins:])),
            ),
            self.every(ins, lambda xs: mk_implies(mk_and((b.allowed(xs), a.fails(xs))), b.fails(xs))),
        )
        return mk_and(parts)

    def _flag(self, flag: str, a: Contract, ins: int, outs: int) -> Term:
        match flag:
            case "feasible":
                return self.every(ins, lambda xs: mk_implies(a.allowed(xs), self.some(outs, lambda ys: a.yields(xs, ys))))
            case "deterministic":
                return self.every(ins + 2 * outs, lambda zs: self._one(a, zs[:ins], zs[ins : ins + outs], zs[ins + outs :]))
            case "infallible":
                return self.every(ins, lambda xs: mk_not(a.fails(xs)))
            case "undemanding":
                return self.every(ins, a.allowed)
            case _:
                raise ValueError(f"no flag `{flag}`")

    def _one(self, a: Contract, xs: Wires, ys: Wires, zs: Wires) -> Term:
        return mk_implies(mk_and((a.yields(xs, ys), a.yields(xs, zs))), _equal(ys, zs))


def _equal(xs: Wires, ys: Wires) -> Term:
    return mk_and(mk_eq(x, y) for x, y in zip(xs, ys, strict=True))
