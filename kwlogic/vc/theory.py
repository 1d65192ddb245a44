"""What a prover may use of a program: definitions to unfold and facts to instantiate, normalised once.

A definition of a recursive function holds where its ``requires`` holds (termination is proved there only), so it
comes with that guard, unless its recursion is structural: that ends on every value. A function that is not recursive
is inlined everywhere. ``untrusted`` declarations (their
proofs failed) give no facts; ``def:f`` in it hides the definition of a function whose termination is open.
"""

from __future__ import annotations

from collections.abc import Iterator

from kwlogic.core.logic import erase
from kwlogic.core.program import Clause, Fn, Kernel, Lemma, Origin, Program
from kwlogic.core.terms import TRUE, Op, Term, mk_and, mk_call, mk_implies, mk_sel, mk_var
from kwlogic.core.types import Type, mk_tvar, tuple_of
from kwlogic.core.walk import fold, subst, subst_types, subterms
from kwlogic.source.records import dataclass
from kwlogic.vc.context import Context
from kwlogic.vc.descent import Structural, outcome_of
from kwlogic.vc.simplify import Simplifier


@dataclass(frozen=True, slots=True)
class Definition:
    """``guard`` implies that the call of ``params`` equals ``body``; all normalised. ``tested``: positions of the parameters
    whose constructor the body asks for."""

    params: tuple[Term, ...]
    guard: Term
    body: Term
    tested: frozenset[int]


@dataclass(frozen=True, slots=True)
class Fact:
    """For all ``vars``: ``formula``. ``owner`` is the declaration whose proof it rests on.

    ``axiom`` facts are used only where a hint names them. ``symbols``: names of all functions called in it;
    ``reach``: of all that its statement, before simplification, speaks of directly or through definitions. A fact that
    was found, not declared, has no owner of that name; ``support`` is what its own proof rests on."""

    name: str
    owner: str
    tparams: tuple[str, ...]
    vars: tuple[Term, ...]
    formula: Term
    symbols: frozenset[str]
    reach: frozenset[str]
    axiom: bool = False
    support: frozenset[str] = frozenset()


class Theory:
    """The usable part of a program. One instance serves many obligations; it caches per function and fact."""

    def __init__(self, program: Program, untrusted: frozenset[str] = frozenset()) -> None:
        self.program = program
        self.untrusted = untrusted
        self.rank = {name: i for i, name in enumerate(program.order)}
        self.simplifier = Simplifier(self)
        self._context = Context(program)
        self._unguarded: dict[frozenset[str], bool] = {}
        self._definitions: dict[tuple[str, tuple[Type, ...]], Definition | None] = {}
        self._facts: dict[str, tuple[Fact, ...]] = {}
        self._reach: dict[str, frozenset[str]] = {}
        self._by_symbol: dict[str, list[str]] | None = None

    def simplify(self, term: Term) -> Term:
        return self.simplifier.simplify(term)

    def is_recursive(self, name: str) -> bool:
        fn = self.program.fns.get(name)
        return fn is not None and bool(fn.group)

    def visible(self, name: str) -> Fn | None:
        """The fn whose body may be used at calls, or None."""
        fn = self.program.fns.get(name)
        if fn is None or fn.opaque or (fn.group and f"def:{name}" in self.untrusted):
            return None
        return fn

    def inline(self, call: Term) -> Term | None:
        """The body of a call of a function that is not recursive."""
        name, targs = call.data
        fn = self.visible(name)
        if fn is None or fn.group:
            return None
        found = self._definition(name, targs)
        return None if found is None else subst(found.body, dict(zip(found.params, call.args, strict=True)))

    def definition(self, call: Term) -> Definition | None:
        """The definition of a recursive call's function, at its types."""
        name, targs = call.data
        fn = self.visible(name)
        return None if fn is None or not fn.group else self._definition(name, targs)

    def _definition(self, name: str, targs: tuple[Type, ...]) -> Definition | None:
        key = (name, targs)
        if key not in self._definitions:
            fn = self.program.fns[name]
            env = dict(zip(fn.tparams, targs, strict=True))
            params = tuple(subst_types(mk_var(p.name, p.type), env) for p in fn.params)
            guard = TRUE if not fn.group or self._structural(fn) else subst_types(conjunction(fn.requires), env)
            body = subst_types(erase(fn.body), env)
            tests = {t.args[0] for t in subterms(body) if t.op is Op.IS}
            tested = frozenset(i for i, p in enumerate(params) if p in tests)
            self._definitions[key] = Definition(params, guard, body, tested)
            if fn.group:
                self._definitions[key] = Definition(params, self.simplify(guard), self.simplify(body), tested)
        return self._definitions[key]

    def _structural(self, fn: Fn) -> bool:
        """Whether the recursion ends on every value, whatever the ``requires`` say."""
        if fn.group not in self._unguarded:
            self._unguarded[fn.group] = not fn.decreases and isinstance(outcome_of(self._context, fn.group), Structural)
        return self._unguarded[fn.group]

    # ------------------------------------------------------------ symbols and facts

    def reach(self, term: Term) -> frozenset[str]:
        """Names of the recursive, opaque or kernel symbols in a term and in the definitions behind them."""
        out: set[str] = set()
        stack = list(called(term))
        while stack:
            name = stack.pop()
            if name not in out:
                out.add(name)
                stack.extend(self._reach_one(name))
        return frozenset(out)

    def _reach_one(self, name: str) -> frozenset[str]:
        if name not in self._reach:
            fn = self.visible(name)
            self._reach[name] = frozenset() if fn is None else called(erase(fn.body)) | called(conjunction(fn.requires))
        return self._reach[name]

    def facts(self, symbols: frozenset[str], before: str, using: tuple[str, ...]) -> list[Fact]:
        """Facts of declarations before ``before`` whose symbols are all at hand, in order; hinted ones always."""
        limit = self.rank.get(before, len(self.rank))
        if self._by_symbol is None:
            self._by_symbol = self._index()
        names = {n for s in symbols for n in self._by_symbol.get(s, ())}
        names = {n for n in names if self.rank.get(n, limit) < limit and n not in self.untrusted}
        names -= self._own_group(before)
        out: list[Fact] = []
        for name in sorted(
            names | {u for u in using if self.rank.get(u, limit) < limit or u in self.program.lemmas}, key=lambda n: self.rank.get(n, -1)
        ):
            if name in self.untrusted or name == before:
                continue
            hinted = name in using
            out.extend(f for f in self.facts_of(name) if hinted or (not f.axiom and f.symbols and f.symbols <= symbols))
        return out

    def _own_group(self, before: str) -> frozenset[str]:
        """A proof about one member of a recursion may not use another's contract in general: that would be circular."""
        fn = self.program.fns.get(before)
        return frozenset() if fn is None else fn.group

    def _index(self) -> dict[str, list[str]]:
        index: dict[str, list[str]] = {}
        for name in self.program.order:
            for symbol in self._mentions(name):
                index.setdefault(symbol, []).append(name)
        return index

    def _mentions(self, name: str) -> frozenset[str]:
        lemma = self.program.lemmas.get(name)
        if lemma is not None:
            direct = called(conjunction(lemma.ensures)) | called(conjunction(lemma.requires))
            return direct if not lemma.axiom else frozenset()
        fn = self.program.fns.get(name)
        if fn is not None:
            return frozenset((name,)) if fn.ensures and (fn.group or fn.opaque) else frozenset()
        kernel = self.program.kernels.get(name)
        return frozenset((name,)) if kernel is not None and kernel.ensures else frozenset()

    def facts_of(self, name: str) -> tuple[Fact, ...]:
        if name not in self._facts:
            self._facts[name] = self._make_facts(name)
        return self._facts[name]

    def _make_facts(self, name: str) -> tuple[Fact, ...]:
        lemma = self.program.lemmas.get(name)
        if lemma is not None:
            return self._lemma_facts(lemma)
        fn = self.program.fns.get(name)
        if fn is not None:
            return self._fn_facts(fn)
        kernel = self.program.kernels.get(name)
        return () if kernel is None else self._kernel_facts(kernel)

    def _lemma_facts(self, lemma: Lemma) -> tuple[Fact, ...]:
        vars = tuple(mk_var(p.name, p.type) for p in lemma.params)
        guard = conjunction(lemma.requires)
        return tuple(
            self._fact(f"{lemma.name}#{i}", lemma.name, lemma.tparams, vars, mk_implies(guard, erase(c.pred)), lemma.axiom)
            for i, c in enumerate(lemma.ensures)
        )

    def _fn_facts(self, fn: Fn) -> tuple[Fact, ...]:
        vars = tuple(mk_var(p.name, p.type) for p in fn.params)
        call = mk_call(fn.name, tuple(mk_tvar(t) for t in fn.tparams), vars, fn.result)
        env = {mk_var("result", fn.result): call}
        guard = conjunction(fn.requires)
        return tuple(
            self._fact(f"{fn.name}#{i}", fn.name, fn.tparams, vars, mk_implies(guard, subst(erase(c.pred), env)))
            for i, c in enumerate(fn.ensures)
            if c.origin is not Origin.INVARIANT or not any(self._makes(p.type) for p in fn.params)
        )

    def _makes(self, type: Type) -> bool:
        """Whether a parameter is a function that yields values with invariants. Of an arbitrary function nobody knows that it
        keeps them, so what is made with it is not known to have them."""
        return type.head == "Fun" and any(d is not None and d.valid is not None for d in map(self.program.datas.get, heads(type.args[-1])))

    def _kernel_facts(self, kernel: Kernel) -> tuple[Fact, ...]:
        vars = tuple(mk_var(p.name, p.type) for p in kernel.inputs)
        env = dict(zip((mk_var(p.name, p.type) for p in kernel.outputs), kernel_outputs(kernel), strict=True))
        guard = conjunction(kernel.requires)
        return tuple(
            self._fact(f"{kernel.name}#{i}", kernel.name, kernel.tparams, vars, mk_implies(guard, subst(erase(c.pred), env)))
            for i, c in enumerate(kernel.ensures)
        )

    def _fact(self, name: str, owner: str, tparams: tuple[str, ...], vars: tuple[Term, ...], formula: Term, axiom: bool = False) -> Fact:
        reach = self.reach(formula)
        formula = self.simplify(formula)
        return Fact(name, owner, tparams, vars, formula, called(formula), reach, axiom)


def kernel_outputs(kernel: Kernel) -> tuple[Term, ...]:
    """The outputs of a kernel as terms over a call of it with its inputs as variables."""
    vars = tuple(mk_var(p.name, p.type) for p in kernel.inputs)
    targs = tuple(mk_tvar(t) for t in kernel.tparams)
    types = tuple(p.type for p in kernel.outputs)
    if len(types) == 1:
        return (mk_call(kernel.name, targs, vars, types[0]),)
    call = mk_call(kernel.name, targs, vars, tuple_of(*types))
    return tuple(mk_sel("Tuple", i, call, t) for i, t in enumerate(types))


def conjunction(clauses: tuple[Clause, ...]) -> Term:
    return mk_and(erase(c.pred) for c in clauses)


def heads(type: Type) -> Iterator[str]:
    """The names of all types that a type mentions."""
    yield type.head
    for part in type.args:
        yield from heads(part)


_CALLED: dict[Term, frozenset[str]] = {}
_EMPTY: frozenset[str] = frozenset()


def called(term: Term) -> frozenset[str]:
    """Names of the functions called anywhere in a term."""

    def step(here: Term, parts: tuple[frozenset[str], ...]) -> frozenset[str]:
        own = frozenset((here.data[0],)) if here.op is Op.CALL else _EMPTY
        if len(parts) == 1 and not own:
            return parts[0]
        return own.union(*parts) if parts else own

    return fold((term,), step, _CALLED)[term]
