"""What elaboration found at each place of a text: the type of every expression, and which overload a call took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kwlogic.core import wiring as w
from kwlogic.core.program import ByCases, ByRecursion, BySteps, Clause, ComposeBody, ExprBody, Fn, Kernel, Lemma, OracleBody, Program
from kwlogic.core.terms import Op, Term
from kwlogic.core.types import Type
from kwlogic.source.data import Span

NAMED = (Op.CALL, Op.LEMMA)


@dataclass(slots=True, repr=False)
class Known:
    """``types`` by the place of an expression; ``targets``: the name of what is called or built there."""

    types: dict[Span, Type] = field(default_factory=dict)
    targets: dict[Span, str] = field(default_factory=dict)

    def add(self, roots: Iterable[Term]) -> None:
        seen: set[Term] = set()
        stack = list(roots)
        while stack:
            term = stack.pop()
            if term in seen:
                continue
            seen.add(term)
            stack.extend(term.args)
            if term.op is Op.AT:
                inner = term.args[0]
                self.types.setdefault(term.data, term.type)
                if inner.op in NAMED:
                    self.targets.setdefault(term.data, inner.data[0])
                elif inner.op in (Op.PRIM, Op.CON):
                    self.targets.setdefault(term.data, inner.data)


def known_of(program: Program, names: Iterable[str]) -> Known:
    """Of the declarations named."""
    known = Known()
    for name in names:
        known.add(terms_of(program, name))
    return known


def terms_of(program: Program, name: str) -> Iterator[Term]:
    """All terms that a declaration is made of."""
    declared = program.fns.get(name) or program.lemmas.get(name) or program.kernels.get(name)
    if declared is not None:
        yield from (c.pred for c in (*declared.requires, *declared.ensures))
    match declared:
        case Fn():
            yield from (*declared.decreases, declared.body)
        case Lemma():
            yield from declared.decreases
            yield from _proof(declared)
        case Kernel():
            yield from (c.pred for c in declared.fails)
            yield from _body(declared)
    example = program.examples.get(name)
    if example is not None:
        yield from (() if example.pred is None else (example.pred,))
        yield from (t for _, t in (*example.inputs, *example.outputs))
    data = program.datas.get(name)
    if data is not None:
        yield from (c.pred for ctor in data.ctors for c in ctor.invariants)
    yield from (c.pred for r in program.refinements if r.name == name for c in r.clauses)


def _proof(lemma: Lemma) -> Iterator[Term]:
    match lemma.proof:
        case ByRecursion(call=call):
            yield call
        case ByCases(subject=subject):
            yield subject
        case BySteps(term=term):
            yield term
        case _:
            return


def _body(kernel: Kernel) -> Iterator[Term]:
    match kernel.body:
        case ExprBody(term=term):
            yield term
        case OracleBody(parts=parts):
            yield from (p for p in parts if isinstance(p, Term))
        case ComposeBody(wiring=w.Wiring() as wiring):
            for node in wiring.nodes:
                yield from (c.pred for c in _clauses(node))
                if isinstance(node, w.Call):
                    yield from (a.term for a in node.args)
        case _:
            return


def _clauses(node: w.AnyNode) -> Iterator[Clause]:
    match node:
        case w.Case(cond=cond):
            yield cond
        case w.Fold(invariant=invariant):
            yield invariant
        case w.Iterate(cond=cond, invariant=maybe):
            yield from (cond, *(() if maybe is None else (maybe,)))
        case w.Guard(pred=pred) | w.Assert(pred=pred):
            yield pred
        case w.Hole(requires=requires, ensures=ensures):
            yield from (*requires, *ensures)
        case w.Graph(statements=statements):
            yield from (s.pred for s in statements if isinstance(s, w.Check))
        case _:
            return
