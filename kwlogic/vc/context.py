"""What planning shares between declarations: their walks, the outcome of termination for a group, who refers to whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from kwlogic.core.program import (
    ByAuto,
    ByCases,
    ByInduction,
    ByRecursion,
    BySteps,
    Clause,
    ExprBody,
    Fn,
    Kernel,
    Lemma,
    Program,
    Proof,
)
from kwlogic.core.terms import TRUE, Op, Term
from kwlogic.core.walk import subterms
from kwlogic.source.data import Span
from kwlogic.source.records import dataclass
from kwlogic.vc.scope import Scope
from kwlogic.vc.walk import walk_into
from kwlogic.vc.walked import Mode, Walk


@dataclass(slots=True)
class Context:
    program: Program
    modules: dict[str, str] = field(default_factory=dict)
    walks: dict[str, Walk] = field(default_factory=dict)
    outcomes: dict[frozenset[str], object] = field(default_factory=dict)
    _mentions: dict[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for module in self.program.modules.values():
            self.modules.update(dict.fromkeys(module.decls, module.name))

    def module_of(self, name: str) -> str:
        return self.modules.get(name) or name.rsplit(".", 1)[0]

    def text(self, span: Span) -> str:
        source = self.program.sources.get(span.file)
        return "" if source is None else source.code(span)

    def walk_of(self, name: str) -> Walk:
        """The walk of a fn's or expression kernel's body, or of a lemma's steps."""
        found = self.walks.get(name)
        if found is None:
            found = self.walks[name] = _walk(self.program, name)
        return found

    def body_of(self, name: str) -> Term:
        """The body of a fn or expression kernel, or the steps of a lemma; ``true`` where there is none."""
        return _body(self.program, name)

    def reaches(self, start: str, goal: str) -> bool:
        """Whether ``start`` refers to ``goal``, however indirectly."""
        seen, stack = {start}, [start]
        while stack:
            here = stack.pop()
            for name in self.mentions(here):
                if name == goal:
                    return True
                if name not in seen:
                    seen.add(name)
                    stack.append(name)
        return False

    def mentions(self, name: str) -> frozenset[str]:
        found = self._mentions.get(name)
        if found is None:
            found = self._mentions[name] = frozenset(_mentions(self.program, name))
        return found


def _walk(program: Program, name: str) -> Walk:
    fn, lemma, kernel = program.fns.get(name), program.lemmas.get(name), program.kernels.get(name)
    body = _body(program, name)
    if fn is not None:
        return _run(program, fn.group, {p.name for p in fn.params} | {"result"}, Mode.EXPRESSION, body, fn.name_span)
    if kernel is not None:
        names = {p.name for p in (*kernel.inputs, *kernel.outputs)}
        return _run(program, frozenset(), names, Mode.EXPRESSION, body, kernel.name_span)
    assert lemma is not None
    return _run(program, frozenset((name,)), {p.name for p in lemma.params}, Mode.PROOF, body, lemma.name_span)


def _body(program: Program, name: str) -> Term:
    fn, lemma, kernel = program.fns.get(name), program.lemmas.get(name), program.kernels.get(name)
    if fn is not None:
        return fn.body
    if kernel is not None:
        return kernel.body.term if isinstance(kernel.body, ExprBody) else TRUE
    return lemma.proof.term if lemma is not None and isinstance(lemma.proof, BySteps) else TRUE


def _run(program: Program, group: frozenset[str], taken: set[str], mode: Mode, term: Term, span: Span) -> Walk:
    walk = Walk(program, group, taken, mode)
    walk_into(walk, term, span, Scope({}))
    return walk


def _mentions(program: Program, name: str) -> Iterator[str]:
    fn, lemma, kernel = program.fns.get(name), program.lemmas.get(name), program.kernels.get(name)
    roots: list[Term] = []
    if fn is not None:
        roots = [fn.body, *fn.decreases, *_preds(fn)]
    elif kernel is not None:
        roots = [*_preds(kernel), *([kernel.body.term] if isinstance(kernel.body, ExprBody) else [])]
    elif lemma is not None:
        roots = [*_preds(lemma), *_proof_terms(lemma.proof)]
        yield from using_of(lemma.proof)
    for term in subterms(*roots):
        if term.op is Op.CALL or term.op is Op.LEMMA:
            yield term.data[0]


def _preds(decl: Fn | Lemma | Kernel) -> list[Term]:
    clauses: tuple[Clause, ...] = (*decl.requires, *decl.ensures)
    return [c.pred for c in clauses]


def _proof_terms(proof: Proof | None) -> list[Term]:
    match proof:
        case ByRecursion(call=term) | ByCases(subject=term) | BySteps(term=term):
            return [term]
        case _:
            return []


def using_of(proof: Proof | None) -> tuple[str, ...]:
    """The facts that a hint names."""
    match proof:
        case ByInduction(using=names) | ByRecursion(using=names) | ByCases(using=names) | ByAuto(using=names):
            return names
        case _:
            return ()
