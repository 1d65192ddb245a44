"""Proving the table of laws for arbitrary contracts, and showing the laws that fail to fail.

What holds is proved by refutation over unknown predicates. For what does not, the solver finds contracts over one, two or three
values; they are made as small as they can be and replayed by counting (``compose.finite``), which shares nothing with the proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from kwlogic.compose import finite
from kwlogic.compose import law_terms as w
from kwlogic.compose.laws import LAWS
from kwlogic.core.program import Program
from kwlogic.core.terms import Op, Term, mk_and, mk_bool, mk_not, mk_or, mk_var
from kwlogic.core.types import BOOL
from kwlogic.core.walk import rebuild, subst
from kwlogic.lab.formulas import WIRE, Formulas
from kwlogic.solve.backend import Answer, Meter, Query, check
from kwlogic.solve.encode import Encoder

BUDGET = 20_000_000
LARGEST = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """``verdict``: proved, refuted or unknown; ``model``: contracts for which the claim is false; ``expected``: the verdict is
    what the table says."""

    law: w.Law
    claim: w.Claim
    verdict: str
    model: finite.Model | None = None
    rlimit: int = 0
    reason: str = ""

    @property
    def expected(self) -> bool:
        return self.verdict == ("proved" if self.claim.holds else "refuted")


def prove_laws(laws: tuple[w.Law, ...] = LAWS, budget: int = BUDGET) -> Iterator[Outcome]:
    """An outcome for each claim of each law, in order."""
    for law in laws:
        for claim in law.claims:
            yield prove(law, claim, budget)


def prove(law: w.Law, claim: w.Claim, budget: int = BUDGET) -> Outcome:
    """Whether the claim holds for all kernels, without a look at what the table says."""
    meter = Meter()
    if not claim.holds:
        model = counterexample(claim, budget, meter)
        if model is not None:
            return Outcome(law, claim, "refuted", model, meter.spent)
    formulas = Formulas()
    given = [formulas.statement(g) for g in claim.given]
    answer = _ask([*given, mk_not(formulas.statement(claim.says))], budget, meter)
    if answer.status == "unsat":
        return Outcome(law, claim, "proved", None, meter.spent)
    model = counterexample(claim, budget, meter) if claim.holds else None
    if model is not None:
        return Outcome(law, claim, "refuted", model, meter.spent)
    return Outcome(law, claim, "unknown", None, meter.spent, answer.reason or "no model of up to three values breaks it")


def _ask(formulas: list[Term], budget: int, meter: Meter) -> Answer:
    encoder = Encoder(_NOTHING)
    texts = [(f"part {i}", encoder.formula(f)) for i, f in enumerate(formulas)]
    declarations = (*encoder.sorts.declarations(), *encoder.functions.values())
    return check(Query(declarations, tuple(texts)), budget, meter, models=True)


_NOTHING = Program({}, {}, {}, {}, {}, {}, {}, {}, {}, frozenset(), ())


# ---------------------------------------------------------------- finite models


def counterexample(claim: w.Claim, budget: int = BUDGET, meter: Meter | None = None) -> finite.Model | None:
    """The smallest contracts for which the conditions hold and the claim does not; replayed before they are shown."""
    formulas = Formulas()
    closed = mk_and((*(formulas.statement(g) for g in claim.given), mk_not(formulas.statement(claim.says))))
    for size in range(1, LARGEST + 1):
        answer = _ask([_expanded(closed, size)], budget, meter or Meter())
        if answer.status == "sat" and answer.model is not None:
            truths = {d.name() for d in answer.model.decls() if str(answer.model[d]) == "True"}
            model = _model(claim, size, truths)
            if finite.breaks(claim, model):
                return _least(claim, model)
    return None


def _expanded(term: Term, size: int) -> Term:
    """Quantifiers over so many values written out. Formulas of laws are small, so this recurses."""
    match term.op:
        case Op.FORALL | Op.EXISTS:
            join = mk_and if term.op is Op.FORALL else mk_or
            vars = [mk_var(n, t) for n, t in term.data]
            values = [mk_var(f"!{v}", WIRE) for v in range(size)]
            cases = product(values, repeat=len(vars))
            return join(_expanded(subst(term.args[0], dict(zip(vars, chosen))), size) for chosen in cases)
        case Op.APPLY:
            return _entry(term, size)
        case Op.EQ:
            one, other = (_value(a, size) for a in term.args)
            return mk_bool(one == other)
        case _:
            return rebuild(term, tuple(_expanded(a, size) for a in term.args))


def _entry(term: Term, size: int) -> Term:
    """A predicate of values is a truth of its own."""
    return mk_var(" ".join((term.args[0].data, *(str(_value(a, size)) for a in term.args[1:]))), BOOL)


def _value(term: Term, size: int) -> int:
    if term.op is Op.VAR:
        return int(str(term.data).removeprefix("!"))
    index, value = term.args[1:]
    return _element(_value(index, size), _value(value, size), size)


def _element(index: int, value: int, size: int) -> int:
    """Element ``index`` of the list that ``value`` stands for, in every model that is searched."""
    return (value >> index) % size if size > 1 else 0


def _model(claim: w.Claim, size: int, truths: set[str]) -> finite.Model:
    kernels, preds = w.symbols(claim.says, *claim.given)

    def row(name: str, *values: int) -> bool:
        return " ".join((f"{name}/{len(values)}", *map(str, values))) in truths

    def tuples(amount: int) -> list[tuple[int, ...]]:
        return list(product(range(size), repeat=amount))

    made = {
        n: finite.Relation(
            k.ins,
            k.outs,
            frozenset(x for x in tuples(k.ins) if row(f"{n}.P", *x)),
            frozenset((x, y) for x in tuples(k.ins) for y in tuples(k.outs) if row(f"{n}.Q", *x, *y)),
            frozenset(x for x in tuples(k.ins) if row(f"{n}.F", *x)),
        )
        for n, k in kernels.items()
    }
    chosen = {n: frozenset(v for v in range(size) if row(n, v)) for n in preds}
    return finite.Model(size, made, chosen, {(i, v): _element(i, v, size) for i in range(size) for v in range(size)})


def _least(claim: w.Claim, model: finite.Model) -> finite.Model:
    """Fewer failures, fewer outputs, more allowed inputs, as long as the claim stays broken."""
    changed = True
    while changed:
        changed = False
        for smaller in _smaller(model):
            if finite.breaks(claim, smaller):
                model, changed = smaller, True
                break
    return model


def _smaller(model: finite.Model) -> Iterator[finite.Model]:
    for name, kernel in model.kernels.items():
        for change in (
            *(replace(kernel, fails=kernel.fails - {x}) for x in sorted(kernel.fails)),
            *(replace(kernel, yields=kernel.yields - {p}) for p in sorted(kernel.yields)),
            *(replace(kernel, allowed=kernel.allowed | {x}) for x in model.values(kernel.ins) if x not in kernel.allowed),
        ):
            yield replace(model, kernels={**model.kernels, name: change})


def show_model(claim: w.Claim, model: finite.Model) -> list[str]:
    """One line for each kernel and predicate."""
    lines = []
    for name, kernel in model.kernels.items():
        where = "everywhere" if len(kernel.allowed) == model.size**kernel.ins else f"on {_set(kernel.allowed)}"
        parts = [f"allowed {where}"]
        parts.append("yields " + (", ".join(f"{_tuple(x)} -> {_tuple(y)}" for x, y in sorted(kernel.yields)) or "nothing"))
        if kernel.fails:
            parts.append(f"may fail on {_set(kernel.fails)}")
        lines.append(f"{name}: {'; '.join(parts)}")
    return [*lines, *(f"{n}: {_set((v,) for v in vs)}" for n, vs in model.preds.items())]


def _tuple(values: tuple[int, ...]) -> str:
    return str(values[0]) if len(values) == 1 else f"({', '.join(map(str, values))})"


def _set(values: Iterable[tuple[int, ...]]) -> str:
    return ", ".join(map(_tuple, sorted(values))) or "nothing"
