"""One question: what may stand at a site, given the clauses as they read on the output so far.

Only what is connected to the site by shared unknowns is asked; the rest has a completion already. What surely holds
(within what is looked into) decides what is let in, what may hold decides whether that is all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kwlogic.core.terms import Op, Term, mk_eq, mk_not, mk_prim, mk_str
from kwlogic.core.types import BOOL, INT, REAL, STRING, Type
from kwlogic.core.walk import free_vars, subst, subterms
from kwlogic.solve.residual import Asker, Questions, Reply, Status
from kwlogic.solve.sorts import Unsupported as NotEncoded
from kwlogic.source.records import dataclass
from kwlogic.weave.decode.data import Free, Residual
from kwlogic.weave.decode.residual_linear import Cube, Projection
from kwlogic.weave.decode.residual_model import Model
from kwlogic.weave.decode.residual_reading import Reading
from kwlogic.weave.decode.residual_sets import ints, outside, reals
from kwlogic.weave.decode.residual_shape import Unknown
from kwlogic.weave.decode.residual_texts import TextProjection, Word, texts

MOST_CUBES = 20
MOST_POINTS = 70
MOST_TERMS = 1_500  # in a question that only tells whether an answer is exact


class NoAnswer(Exception):
    """Nothing is known to complete the output: ``proved`` where nothing does, else it was not decided."""

    def __init__(self, proved: bool) -> None:
        super().__init__("no completion is known")
        self.proved = proved


@dataclass(frozen=True, slots=True)
class Facts:
    """What is asked about: conjuncts that surely imply the clauses, and conjuncts that they imply."""

    sure: tuple[Term, ...]
    may: tuple[Term, ...]

    @property
    def same(self) -> bool:
        return self.sure == self.may


def conjuncts(terms: Iterable[Term]) -> list[Term]:
    """The parts of conjunctions, once each."""
    found: dict[Term, None] = {}
    waiting = list(terms)[::-1]
    while waiting:
        term = waiting.pop()
        if term.op is Op.AND:
            waiting.extend(reversed(term.args))
        elif not (term.op is Op.LIT and term.data is True):
            found[term] = None
    return list(found)


def facts_of(readings: Iterable[Reading], unknowns: Mapping[str, Unknown]) -> Facts:
    """What the clauses and the types say of the unknowns."""
    readings = list(readings)
    sure = conjuncts(r.surely() for r in readings)
    may = conjuncts(r.maybe() for r in readings)
    return Facts(_bounded(sure, unknowns), _bounded(may, unknowns))


def _bounded(terms: list[Term], unknowns: Mapping[str, Unknown]) -> tuple[Term, ...]:
    names: dict[Term, None] = {}
    for term in terms:
        names.update((v, None) for v in sorted(free_vars(term), key=lambda v: v.id))
    bounds = [b for v in names if str(v.data) in unknowns for b in unknowns[str(v.data)].bounds()]
    return (*terms, *bounds)


def connected(terms: tuple[Term, ...], focus: frozenset[Term]) -> tuple[Term, ...]:
    """The terms that share unknowns with the focus, directly or through others."""
    reached = set(focus)
    kept: set[Term] = set()
    by_var: dict[Term, list[Term]] = {}
    for term in terms:
        for var in free_vars(term):
            by_var.setdefault(var, []).append(term)
    waiting = list(focus)
    while waiting:
        for term in by_var.get(waiting.pop(), ()):
            if term not in kept:
                kept.add(term)
                new = free_vars(term) - reached
                reached |= new
                waiting.extend(new)
    closed = [t for t in terms if not free_vars(t)]
    return (*closed, *(t for t in terms if t in kept))


def solved(terms: tuple[Term, ...], focus: frozenset[Term], free: frozenset[str]) -> tuple[Term, ...]:
    """Without unknowns that an equality defines, put in everywhere. ``free`` are the names of those without bounds."""
    parts = list(terms)
    changed = True
    while changed:
        changed = False
        for index, term in enumerate(parts):
            found = _definition(term, focus, free)
            if found is not None:
                del parts[index]
                parts = conjuncts(subst(p, {found[0]: found[1]}) for p in parts)
                changed = True
                break
    return tuple(parts)


def _definition(term: Term, focus: frozenset[Term], free: frozenset[str]) -> tuple[Term, Term] | None:
    if term.op is not Op.EQ:
        return None
    for var, value in (term.args, term.args[::-1]):
        if var.op is Op.VAR and var not in focus and var.data in free and var not in free_vars(value):
            return var, value
    return None


def fits(values: Mapping[str, Any], terms: Iterable[Term]) -> bool:
    model = Model(values)
    return all(model.value(t) for t in terms)


def guesses(hint: dict[str, Any], more: tuple[Term, ...]) -> list[dict[str, Any]]:
    """Values that may do: what did before, and the least there are, with what is asked put in."""
    asked: dict[str, Any] = {}
    for term in more:
        if term.op is Op.EQ and term.args[0].op is Op.VAR and term.args[1].op is Op.LIT:
            asked[term.args[0].data] = term.args[1].data
        elif term.op is Op.PRIM and term.data == "int.lt" and term.args[1].op is Op.VAR and term.args[0].op is Op.LIT:
            asked[term.args[1].data] = term.args[0].data + 1
        elif term.op is Op.VAR:
            asked[term.data] = True
        elif term.op is Op.NOT and term.args[0].op is Op.VAR:
            asked[term.args[0].data] = False
    return [hint | asked, asked]


class Asked:
    """Questions about one site. ``free``: names of unknowns of values, which have no bounds of their own."""

    def __init__(self, asker: Asker, facts: Facts, focus: Term, unknowns: Mapping[str, Unknown], hint: dict[str, Any]) -> None:
        self.asker = asker
        self.focus = focus
        self.hint = hint
        only = frozenset((focus,))
        free = frozenset(n for n, u in unknowns.items() if u.low is None and u.high is None)
        self.sure = solved(connected(facts.sure, only), only, free)
        self.may = self.sure if facts.same else solved(connected(facts.may, only), only, free)
        self._added: list[Term] = []
        self._sure: Questions | None = None
        self._may: Questions | None = None
        self.why = ""

    @property
    def idle(self) -> bool:
        """Whether nothing is said of the site."""
        return not self.sure and not self.may

    def sure_of(self, *more: Term) -> Reply:
        """Whether there is a completion with this, and which: a guess that fits, or what the solver finds."""
        wanted = (*self.sure, *self._added, *more)
        for values in guesses(self.hint, more):
            if fits(values, wanted):
                return Reply(Status.SAT, values)
        if self._sure is None:
            self._sure = self.asker.over((*self.sure, *self._added))
        reply = self._sure.ask(*more)
        if reply.status is Status.UNKNOWN:
            reply = self._pinned(wanted, more)
        if reply.status is Status.SAT:
            if not fits(reply.values, wanted):
                return Reply(Status.UNKNOWN, {})  # the solver means something else by it
            self.hint.update(reply.values)
        return reply

    def _pinned(self, wanted: tuple[Term, ...], more: tuple[Term, ...]) -> Reply:
        """Texts are hard for the solver: asked again with those besides the focus empty."""
        assert self._sure is not None
        found = {v for t in wanted for v in free_vars(t) if v.type is STRING and v is not self.focus}
        if not found:
            return Reply(Status.UNKNOWN, {})
        reply = self._sure.ask(*more, *(mk_eq(v, mk_str("")) for v in sorted(found, key=lambda v: v.id)))
        return reply if reply.status is Status.SAT else Reply(Status.UNKNOWN, {})

    def add(self, term: Term) -> None:
        self._added.append(term)
        if self._sure is not None:
            self._sure.add(term)

    def may_of(self, *more: Term) -> Reply:
        """Of what may hold; the same as what surely does where nothing is hidden."""
        if self.may is self.sure:
            return self.sure_of(*more)
        if self._may is None and len(subterms(*self.may)) > MOST_TERMS:
            return Reply(Status.UNKNOWN, {})  # whether nothing is left out is not worth that much
        if self._may is None:
            self._may = self.asker.over(self.may)
        return self._may.ask(*more)

    # ------------------------------------------------------------ sets

    def option(self, term: Term) -> bool | None:
        """Whether there is a completion with this; None where it is not decided."""
        found = self.sure_of(term).status
        if found is Status.SAT:
            return True
        if self.may is self.sure:
            return False if found is Status.UNSAT else None
        return False if self.may_of(term).status is Status.UNSAT else None

    def numbers(self) -> Residual:
        cubes: list[Cube] = []
        reply = self.sure_of()
        while reply.status is Status.SAT:
            projection = Projection(Model(reply.values), self.focus)
            projection.require(self.sure)
            cube = projection.cube()
            cubes.append(cube)
            points = cube.low is not None and cube.low == cube.high
            if len(cubes) >= (MOST_POINTS if points else MOST_CUBES):
                break
            self.add(outside(cube, self.focus))
            reply = self.sure_of()
        exact = self._complete(cubes, reply, [outside(c, self.focus) for c in cubes])
        return (ints if self.focus.type is INT else reals)(cubes, exact, "" if exact else self.why)

    def _complete(self, found: list[Any], reply: Reply, others: list[Term]) -> bool:
        """Whether nothing is left out."""
        if not found:
            proved = reply.status is Status.UNSAT and (self.may is self.sure or self.may_of().status is Status.UNSAT)
            raise NoAnswer(proved)
        if reply.status is not Status.UNSAT:
            self.why = "there are more values than were found in the time given"
            return False
        if self.may is self.sure or self.may_of(*others).status is Status.UNSAT:
            return True
        self.why = "only completions of limited length were looked at"
        return False

    def texts(self) -> Residual:
        words: list[Word] = []
        reply = self.sure_of()
        while reply.status is Status.SAT:
            word = TextProjection(Model(reply.values), self.focus).word(self.sure)
            words.append(word)
            if len(words) >= (MOST_POINTS if word.point is not None else MOST_CUBES):
                break
            self.add(mk_not(word.term()))
            reply = self.sure_of()
        exact = self._complete(words, reply, [mk_not(w.term()) for w in words])
        return texts(words, exact, "" if exact else self.why, self._starts)

    def _starts(self, word: Word, start: str) -> str | None:
        """A text of a set that begins so."""
        begins = mk_prim("str.starts_with", (word.var, mk_str(start)), BOOL)
        try:
            reply = self.asker.over((word.term(), begins)).ask()
        except NotEncoded:
            return None
        value = reply.values.get(str(word.var.data), "") if reply.status is Status.SAT else None
        return value if isinstance(value, str) and word.has(value) and value.startswith(start) else None


def ask_value(asked: Asked, type: Type) -> Residual:
    """The residual of an Int, a Real or a String."""
    if asked.idle:
        return Free()
    if type is STRING:
        return asked.texts()
    assert type is INT or type is REAL
    return asked.numbers()
