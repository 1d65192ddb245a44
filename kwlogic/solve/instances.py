"""Ground instances for the leaf of a certificate: of definitions, of the facts that a proof used, of quantified
hypotheses, and of laws. Found by matching, in rounds; which of them are needed is for a solver to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, product

from kwlogic.core.terms import Op, Term, mk_con, mk_int, mk_not, mk_sel, mk_str, mk_var
from kwlogic.core.types import BOOL, INT, STRING, Type
from kwlogic.core.walk import free_vars, rebuild, subst, subst_types, subterms
from kwlogic.proof.check import Checker, Collector, Scope, open_binder, quantified_in
from kwlogic.proof.data import Law, Members, Pick, Specialise, Step, Unfold, Use
from kwlogic.proof.datatypes import DataTypes
from kwlogic.proof.goals import free_of
from kwlogic.proof.ground import propagated
from kwlogic.proof.laws import laws_of
from kwlogic.proof.statements import Refused
from kwlogic.solve.ematch import Matcher, patterns
from kwlogic.vc.data import Sequent

MOST_CANDIDATES = 400
MOST_MATCHES = 60
MOST_VALUES = 8
MOST_TUPLES = 40
MOST_KEPT = 3
WIDER_AFTER = 2
PROPAGATION = 100_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A step that may be of use. ``about``: the quantified formula that it speaks of, by which it is numbered later."""

    step: Step
    formula: Term
    about: Term | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A fact to instantiate, and how to make the step from its matched variables."""

    tparams: tuple[str, ...]
    vars: tuple[Term, ...]
    formula: Term
    make: Callable[[tuple[Type, ...], tuple[Term, ...]], Step]


class Instances:
    """Candidates for one leaf, growing by rounds. ``lean``: calls whose case is open are unfolded in the first only."""

    def __init__(self, checker: Checker, opened: Sequent, scope: Scope, facts: frozenset[str], lean: bool = False) -> None:
        self.checker = checker
        self.scope = scope
        self.collector = Collector(checker, opened, scope, set())
        self.own = len(self.collector.formulas)
        self.inductive = {t for h in opened.hyps if h.name == "induction" for t in quantified_in(h.term)}
        self.named = sorted(free_of(opened), key=lambda v: str(v.data))
        self.found: list[Candidate] = []
        self.seen: set[object] = set()
        self.rounds = 0
        self.lean = lean
        self.statements = list(self._statements(facts))

    # ------------------------------------------------------------ rounds

    def grow(self) -> None:
        """One round: whatever the terms at hand call for; later ones try plain values, too."""
        self.rounds += 1
        everything = subterms(*self.collector.formulas)
        bound = _bound(everything)
        ground = [t for t in everything if bound.isdisjoint(free_vars(t))]
        self._definitions(ground)
        graph = propagated(self.collector.formulas, self.checker.data.plain, PROPAGATION)
        if graph is None:
            return
        self.matcher = Matcher(graph, bound)
        self._settled_definitions(ground)
        for term in ground:
            for alike in (term, *self._alike(term)):
                self._laws(alike)
        self._quantified(ground)
        for statement in self.statements:
            for types, args in _matched(statement, self.matcher):
                self._take(statement.make(types, args), None, ("fact", id(statement), types, args))

    def _take(self, step: Step, about: Term | None, key: object) -> None:
        if key in self.seen or len(self.found) >= MOST_CANDIDATES:
            return
        self.seen.add(key)
        try:
            formula = self.collector.take(step)
        except Refused:
            return
        self.found.append(Candidate(step, formula, about))

    def _definitions(self, ground: list[Term]) -> None:
        for call in ground:
            if call.op is not Op.CALL or call.data[0] in self.scope.hidden or self.checker.statements.recursive(call.data[0]) is None:
                continue
            if not self.lean or self.rounds == 1 or self._decided(call):
                self._take(Unfold(call), None, ("def", call))

    def _settled_definitions(self, ground: list[Term]) -> None:
        """Calls whose case is open as they are written, but not with what their arguments are known to be built of."""
        graph = self.matcher.graph
        for call in ground:
            if call.op is not Op.CALL or call.data[0] in self.scope.hidden or call not in graph.index:
                continue
            if self.checker.statements.recursive(call.data[0]) is None:
                continue
            built = [graph.con[graph.root[graph.index[a]]] for a in call.args]
            known = rebuild(call, tuple(graph.terms[c] if c >= 0 else a for a, c in zip(call.args, built, strict=True)))
            if known is not call and ("def", call) not in self.seen and self._decided(known):
                self._take(Unfold(known), None, ("def", known))

    def _decided(self, call: Term) -> bool:
        """Whether the arguments settle the first case distinction of the body."""
        try:
            formula = self.checker.statements.definition(call)
        except Refused:
            return False
        while formula.op is Op.IMPLIES:
            formula = formula.args[1]
        return formula.op is not Op.EQ or formula.args[1].op is not Op.IF or formula.args[1] in call.args

    def _alike(self, term: Term) -> list[Term]:
        """The application of a primitive with an argument written as one that it is known to equal."""
        graph = self.matcher.graph
        if term.op is not Op.PRIM or term.data.startswith(("int.", "real.")) or term not in graph.index:
            return []
        out: list[Term] = []
        for place, arg in enumerate(term.args):
            for member in graph.members[graph.root[graph.index[arg]]]:
                other = graph.terms[member]
                if other is not arg and other.op is Op.PRIM and len(out) < MOST_VALUES:
                    out.append(rebuild(term, (*term.args[:place], other, *term.args[place + 1 :])))
        return out

    def _laws(self, term: Term) -> None:
        if term.op is Op.PRIM or (term.op is Op.EQ and term.args[0].type.head in ("Set", "Map")):
            for index in range(len(laws_of(term))):
                self._take(Law(term, index), None, ("law", term, index))
        elif term.op is Op.CALL and term.data[0] in ("std.list.all", "std.list.any"):
            for index in range(2):
                self._take(Members(term, index, f"some.{len(self.seen)}"), None, ("members", term, index))

    # ------------------------------------------------------------ quantified formulas at hand

    def _quantified(self, ground: list[Term]) -> None:
        signs = _polarities([*self.collector.formulas[: self.own], *(_told(c) for c in self.found)])
        for formula in list(self.collector.quantified):
            for positive in sorted(signs.get(formula, {True, False})):
                if positive is (formula.op is Op.FORALL):
                    self._specialise(formula, ground)
                else:
                    names = tuple(f"some.{len(self.seen)}.{i}" for i in range(len(formula.data)))
                    self._take(Pick(self._number(formula), names), formula, ("pick", formula))

    def _number(self, formula: Term) -> int:
        return list(self.collector.quantified).index(formula)

    def _specialise(self, formula: Term, ground: list[Term]) -> None:
        vars, body = _prefix(formula)
        statement = Statement((), vars, body, lambda _, args: Specialise(self._number(formula), args))
        for _, args in _matched(statement, self.matcher):
            self._chain(formula, args)
        if formula in self.inductive:
            for values in _as_they_were(vars, self.named):
                self._chain(formula, values)
        if not patterns(body, vars) or self.rounds > WIDER_AFTER:
            for values in _values(vars, ground, self.checker.data):
                self._chain(formula, values)

    def _chain(self, formula: Term, args: tuple[Term, ...]) -> None:
        """Specialise a quantified formula, and the one that is then left inside, with the rest of the arguments."""
        while args:
            own, args = args[: len(formula.data)], args[len(formula.data) :]
            self._take(Specialise(self._number(formula), own), formula, ("all", formula, own))
            if args:
                inner = self._inner(formula, own)
                if inner is None:
                    return
                formula = inner

    def _inner(self, formula: Term, args: tuple[Term, ...]) -> Term | None:
        here = self.checker.statements.normal.of(open_binder(formula, args))
        while here.op is Op.IMPLIES:
            here = here.args[1]
        return here if here in self.collector.quantified else None

    # ------------------------------------------------------------ facts

    def _statements(self, facts: frozenset[str]) -> Iterator[Statement]:
        normal = self.checker.statements.normal
        for lemma in self.scope.lemmas:
            if lemma.name in facts:
                yield Statement(lemma.tparams, lemma.vars, lemma.formula, _use(lemma.name, 0))
        for fact in sorted(facts):
            name, hash, number = fact.rpartition("#")
            if not hash or not number.isdigit():
                continue
            try:
                tparams, vars, formula = self.checker.statements.statement(name, int(number))
            except Refused:
                continue
            yield Statement(tparams, vars, normal.of(formula), _use(name, int(number)))


def _use(name: str, index: int) -> Callable[[tuple[Type, ...], tuple[Term, ...]], Step]:
    return lambda types, args: Use(name, index, types, args)


def _told(candidate: Candidate) -> Term:
    """What a candidate adds: of `all ==> instance` the instance."""
    formula = candidate.formula
    if candidate.about is None or formula.op is not Op.IMPLIES:
        return formula
    return formula.args[1] if formula.args[0] is candidate.about else mk_not(formula.args[0])


def _bound(everything: list[Term]) -> set[Term]:
    out: set[Term] = set()
    for term in everything:
        if term.op in (Op.LAMBDA, Op.FORALL, Op.EXISTS):
            out.update(mk_var(n, t) for n, t in term.data)
    return out


def _prefix(formula: Term) -> tuple[tuple[Term, ...], Term]:
    """The variables of a quantified formula and of the universal ones that it concludes with; what they speak about."""
    vars = [mk_var(n, t) for n, t in formula.data]
    body = formula.args[0]
    while formula.op is Op.FORALL:
        inner = body
        while inner.op is Op.IMPLIES:
            inner = inner.args[1]
        more = [mk_var(n, t) for n, t in inner.data] if inner.op is Op.FORALL else []
        if not more or set(more) & set(vars):
            break
        vars += more
        body = inner.args[0]
    return tuple(vars), body


def _matched(statement: Statement, matcher: Matcher) -> list[tuple[tuple[Type, ...], tuple[Term, ...]]]:
    """Type arguments and arguments at which the statement's patterns occur, all of them or those that premises leave open."""
    if not statement.vars:
        return [((), ())]
    out: dict[tuple[tuple[Type, ...], tuple[Term, ...]], None] = {}
    for known in dict.fromkeys(((), tuple(_settled(statement).items()))):
        settled = dict(known)
        vars = tuple(v for v in statement.vars if v not in settled)
        formula = subst(statement.formula, settled)
        wanted = frozenset(vars)
        for group in patterns(formula, vars):
            for env, types in matcher.group(group, wanted):
                if not wanted <= env.keys() or not set(statement.tparams) <= types.keys():
                    continue
                terms = {subst_types(v, types): matcher.term(matcher.graph.root[env[v]]) for v in vars}
                args = tuple(subst(subst_types(settled.get(v, v), types), terms) for v in statement.vars)
                out[tuple(types[t] for t in statement.tparams), args] = None
                if len(out) >= MOST_MATCHES:
                    return list(out)
    return list(out)


def _settled(statement: Statement) -> dict[Term, Term]:
    """Variables that a premise says the value of: of `f(x) == Some(y)`, y."""
    out: dict[Term, Term] = {}
    premises: list[Term] = []
    here = statement.formula
    while here.op is Op.IMPLIES:
        premises.extend(here.args[0].args if here.args[0].op is Op.AND else (here.args[0],))
        here = here.args[1]
    for premise in premises:
        if premise.op is not Op.EQ:
            continue
        for value, con in (premise.args, premise.args[::-1]):
            if value.op is not Op.CALL or con.op is not Op.CON:
                continue
            fresh = {v: mk_sel(con.data, i, value, v.type) for i, v in enumerate(con.args) if v in statement.vars}
            if out.keys().isdisjoint(fresh) and free_vars(value).isdisjoint((*fresh, *out)):
                out.update(fresh)
    return out


def _as_they_were(vars: tuple[Term, ...], named: list[Term]) -> Iterator[tuple[Term, ...]]:
    """A hypothesis of induction speaks of all values of the other variables, in the order of their names; most often those
    that they have are wanted. Variables at hand of the right types in that order, then."""
    found = 0
    stack: list[tuple[tuple[Term, ...], int]] = [((), 0)]
    while stack and found < MOST_KEPT:
        taken, start = stack.pop()
        if len(taken) == len(vars):
            found += 1
            yield taken
            continue
        wanted = vars[len(taken)].type
        places = [i for i in range(start, len(named)) if named[i].type is wanted][:MOST_KEPT]
        stack.extend(((*taken, named[i]), i + 1) for i in reversed(places))


def _values(vars: tuple[Term, ...], ground: list[Term], data: DataTypes) -> Iterator[tuple[Term, ...]]:
    """Where no pattern tells: a few of the terms at hand of the right types, small ones first."""
    by_type: dict[Type, list[Term]] = {STRING: [mk_str("")], INT: [mk_int(0)]}
    for type in dict.fromkeys(v.type for v in vars):
        by_type.setdefault(type, []).extend(mk_con(name, (), type) for name, fields in data.plain(type) if not fields)
    for term in sorted((t for t in ground if t.op in _PLAIN and t.type is not BOOL), key=lambda t: len(subterms(t))):
        by_type.setdefault(term.type, []).append(term)
    columns = [by_type.get(v.type, [])[:MOST_VALUES] for v in vars]
    yield from islice(product(*columns), MOST_TUPLES)


_PLAIN = frozenset((Op.VAR, Op.CALL, Op.APPLY, Op.SEL, Op.PRIM))


def _polarities(formulas: Iterable[Term]) -> dict[Term, set[bool]]:
    """In which signs the quantified parts occur; both where it cannot be told."""
    out: dict[Term, set[bool]] = {}
    seen: set[tuple[Term, bool]] = set()
    stack = [(f, True) for f in formulas]
    while stack:
        here, sign = stack.pop()
        if (here, sign) in seen or here.type is not BOOL:
            if here.type is not BOOL:
                stack.extend((a, s) for a in here.args if (a, True) not in seen for s in (True, False))
                seen.add((here, sign))
            continue
        seen.add((here, sign))
        match here.op:
            case Op.FORALL | Op.EXISTS:
                out.setdefault(here, set()).add(sign)
            case Op.AND | Op.OR:
                stack.extend((a, sign) for a in here.args)
            case Op.NOT:
                stack.append((here.args[0], not sign))
            case Op.IMPLIES:
                stack.extend(((here.args[0], not sign), (here.args[1], sign)))
            case _:
                stack.extend((a, s) for a in here.args for s in (True, False))
    return out
