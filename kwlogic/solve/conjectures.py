"""Conjectures out of the case of an induction that is stuck: what would have to be true for it to go through.

An equation is *fertilised* (the induction hypothesis used once, on one side), *peeled* (of `f(a) == f(b)`, `a == b`) and
*generalised* (a call that occurs several times becomes a variable; where another term said the same of that call as of what is
inside it, it now says it of the variable). Conditions are kept only where values break the conjecture without them. Nothing here is
believed: a prover decides.

Sources: Boyer and Moore, A Computational Logic (1979); Sonnex, Drossopoulou, Eisenbach, Zeno (2012).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from kwlogic.core.terms import Op, Term, mk_and, mk_eq, mk_implies, mk_not, mk_prim, mk_var
from kwlogic.core.types import BOOL, INT, Type
from kwlogic.core.walk import BINDERS, fold, free_vars, rebuild, subst, subterms
from kwlogic.solve.sized import calls_in_reach
from kwlogic.source.records import dataclass
from kwlogic.vc.rewrite import match
from kwlogic.vc.theory import Theory, called

MOST_SIZE = 40
MOST_BASES = 24
MOST_CONJECTURES = 12
MOST_GENERALISED = 6

IsFalse = Callable[[Term], bool]


@dataclass(frozen=True, slots=True)
class Claim:
    """Under ``conds``, ``goal``."""

    conds: tuple[Term, ...]
    goal: Term

    @property
    def formula(self) -> Term:
        return mk_implies(mk_and(self.conds), self.goal)

    def replaced(self, part: Term, by: Term) -> Claim:
        return Claim(tuple(replaced(c, part, by) for c in self.conds), replaced(self.goal, part, by))


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """An induction hypothesis taken apart: for all ``bound``, ``conds`` imply ``body``."""

    bound: frozenset[Term]
    conds: tuple[Term, ...]
    body: Term


def taken_apart(formula: Term) -> Hypothesis:
    bound: set[Term] = set()
    conds: list[Term] = []
    while formula.op in (Op.FORALL, Op.IMPLIES):
        if formula.op is Op.FORALL:
            bound.update(mk_var(n, t) for n, t in formula.data)
            formula = formula.args[0]
        else:
            conds.extend(formula.args[0].args if formula.args[0].op is Op.AND else (formula.args[0],))
            formula = formula.args[1]
    return Hypothesis(frozenset(bound), tuple(conds), formula)


# ---------------------------------------------------------------- from a stuck case


def conjectures(theory: Theory, goal: Term, hyps: tuple[Term, ...], inductive: tuple[Term, ...], is_false: IsFalse) -> list[Term]:
    """Formulas that testing does not refute, small ones first. ``hyps``: the conditions at hand; ``inductive``: the
    induction hypotheses."""
    made: dict[Term, None] = {}
    goal = _opened(theory, goal)
    known = {canonical(theory.simplify(taken_apart(h).body)) for h in inductive}
    for claim in islice(_claims(theory, goal, hyps, inductive), MOST_BASES):
        for formula in _generalised(theory, claim, is_false):
            shown = canonical(theory.simplify(formula))
            if shown.op is not Op.LIT and called(shown) and shown not in known and size(shown) <= MOST_SIZE:
                made[shown] = None
    return sorted(made, key=size)[:MOST_CONJECTURES]


def _claims(theory: Theory, goal: Term, hyps: tuple[Term, ...], inductive: tuple[Term, ...]) -> Iterator[Claim]:
    plain = tuple(h for h in hyps if h.op is not Op.FORALL and not _binds(h))
    apart = [h for h in map(taken_apart, inductive) if not _binds(h.body)]
    seen: set[Claim] = set()
    for part in goal.args if goal.op is Op.AND else (goal,):
        if _binds(part):
            continue
        for claim in _branches(theory, Claim(plain, part)):
            for fertile in _fertilised(theory, claim, apart):
                for peeled in _peeled(fertile):
                    if peeled not in seen:
                        seen.add(peeled)
                        yield peeled


def _opened(theory: Theory, goal: Term) -> Term:
    """The goal with calls unfolded once where their arguments settle which case of the definition it is."""

    def step(here: Term, args: tuple[Term, ...]) -> Term:
        if here.op in BINDERS:
            return here
        now = rebuild(here, args) if args else here
        definition = theory.definition(now) if now.op is Op.CALL else None
        if definition is None or not any(now.args[i].op is Op.CON for i in definition.tested):
            return now
        body = theory.simplify(subst(definition.body, dict(zip(definition.params, now.args, strict=True))))
        return now if body.op is Op.IF else body

    return theory.simplify(fold((goal,), step)[goal])


def _binds(term: Term) -> bool:
    return any(t.op in BINDERS and t.op is not Op.LAMBDA for t in subterms(term))


def _branches(theory: Theory, claim: Claim) -> Iterator[Claim]:
    """The claim, and what it says under each outcome of its first condition."""
    yield claim
    inside = next((t for t in subterms(claim.goal) if t.op is Op.IF), None)
    if inside is None or any(str(v.data).startswith("%") for v in free_vars(inside.args[0])):
        return
    cond = inside.args[0]
    for held, branch in ((cond, inside.args[1]), (mk_not(cond), inside.args[2])):
        goal = theory.simplify(replaced(claim.goal, inside, branch))
        if goal.op is not Op.LIT:
            yield Claim((*claim.conds, held), goal)


def _fertilised(theory: Theory, claim: Claim, apart: list[Hypothesis]) -> Iterator[Claim]:
    """The goal with an induction hypothesis used in it, and the goal itself."""
    conds = tuple(h.body for h in apart if h.body.op is not Op.EQ and not h.bound and not h.conds)
    equations = [h for h in apart if h.body.op is Op.EQ]
    for flip in (1, -1) if len(equations) > 1 else ():
        goal = claim.goal
        for hyp in equations:
            left, right = hyp.body.args[::flip]
            if left.op not in (Op.LIT, Op.CON, Op.VAR):
                goal = theory.simplify(_rewritten(goal, left, right, hyp.bound))
        if goal is not claim.goal and goal.op is not Op.LIT:
            yield Claim(claim.conds, goal)
    for hyp in equations:
        for left, right in (hyp.body.args, hyp.body.args[::-1]):
            for goal in _used(claim.goal, left, right, hyp.bound):
                simpler = theory.simplify(goal)
                if simpler is not claim.goal and simpler.op is not Op.LIT:
                    yield Claim(claim.conds, simpler)
    yield from _chained(theory, claim, [h for h in apart if h.conds and h.body.op is not Op.EQ])
    yield Claim((*conds, *claim.conds), claim.goal)


def _chained(theory: Theory, claim: Claim, hyps: list[Hypothesis]) -> Iterator[Claim]:
    """With a hypothesis `c ==> b`, the goal with `c` for `b`, which says no less where the goal asks for `b`."""
    for hyp in hyps:
        goal = theory.simplify(_rewritten(claim.goal, hyp.body, mk_and(hyp.conds), hyp.bound))
        if goal is not claim.goal and goal.op is not Op.LIT:
            yield Claim(claim.conds, goal)


def _used(goal: Term, left: Term, right: Term, bound: frozenset[Term]) -> Iterator[Term]:
    """The goal with ``left`` rewritten to ``right``: everywhere, or in one side of an equation only."""
    if left.op in (Op.LIT, Op.CON) or left in bound:
        return
    if goal.op is not Op.EQ:
        yield _rewritten(goal, left, right, bound)
        return
    a, b = goal.args
    if left.op is not Op.VAR:
        yield mk_eq(_rewritten(a, left, right, bound), _rewritten(b, left, right, bound))
    yield mk_eq(_rewritten(a, left, right, bound), b)
    yield mk_eq(a, _rewritten(b, left, right, bound))


def _rewritten(term: Term, left: Term, right: Term, bound: frozenset[Term]) -> Term:
    def step(here: Term, args: tuple[Term, ...]) -> Term:
        if here.op in BINDERS:
            return here
        now = rebuild(here, args) if args else here
        found = match(left, here, bound) if here.op is left.op else None
        if found is None or not free_vars(right) & bound <= found[0].keys():
            return now
        return subst(right, found[0])

    return fold((term,), step)[term]


def _peeled(claim: Claim) -> Iterator[Claim]:
    """The claim, and what is left where both sides apply the same function to arguments of which one differs."""
    yield claim
    goal = claim.goal
    while goal.op is Op.EQ and goal.args[0].op is goal.args[1].op is Op.CALL and goal.args[0].data == goal.args[1].data:
        apart = [(a, b) for a, b in zip(goal.args[0].args, goal.args[1].args, strict=True) if a is not b]
        if len(apart) != 1 or apart[0][0].type.head == "Fun":
            return
        goal = mk_eq(*apart[0])
        yield Claim(claim.conds, goal)


def blocking(theory: Theory, goal: Term) -> Term | None:
    """A variable whose constructor a condition of the goal asks for, or a function that takes it apart at its first test."""
    for term in subterms(goal):
        if term.op in (Op.IS, Op.SEL) and term.args[0].op is Op.VAR and not str(term.args[0].data).startswith("%"):
            return term.args[0]
    return None


# ---------------------------------------------------------------- generalisation


def _generalised(theory: Theory, claim: Claim, is_false: IsFalse) -> Iterator[Term]:
    """Generalisations of a claim that values do not break, with as few conditions as that takes."""
    for choice in _choices(claim):
        for formula in _abstracted(theory, claim, choice, is_false):
            yield from _set_apart(theory, formula, is_false)
            yield formula


def _choices(claim: Claim) -> list[tuple[Term, ...]]:
    """Sets of terms to be made variables, the boldest first."""
    counts = occurrences((*claim.conds, claim.goal))
    sides = claim.goal.args if claim.goal.op is Op.EQ else (claim.goal,)
    inside = subterms(*sides)
    place = {t: i for i, t in enumerate(inside)}
    built = {t for t in inside if t.op is Op.CON and t.args and counts[t] > 1}
    calls = [t for t in inside if (t.op in (Op.CALL, Op.APPLY) or t in built) and free_vars(t) and _is_general(t) and t not in sides]
    calls = [t for t in calls if not any(str(v.data).startswith("%") for v in free_vars(t))]
    repeated = sorted((t for t in calls if counts[t] > 1), key=lambda t: (-size(t), place[t]))
    widest = [t for t in repeated if not any(t is not o and t in subterms(o) and counts[o] >= counts[t] for o in repeated)]
    choices: dict[tuple[Term, ...], None] = {}
    if len(widest) > 1:
        choices[tuple(widest)] = None
    choices.update(((t,), None) for t in repeated[:MOST_GENERALISED])
    innermost = [t for t in calls if t.op is Op.CALL and counts[t] == 1 and all(a.op is Op.VAR for a in t.args)]
    if innermost and len(choices) < 2:
        together = tuple(sorted({*widest, *innermost}, key=lambda t: place[t]))
        choices[together] = None
    choices[()] = None
    return list(choices)


def _is_general(term: Term) -> bool:
    return term.type is not BOOL and term.type.head != "Fun"


def _abstracted(theory: Theory, claim: Claim, terms: tuple[Term, ...], is_false: IsFalse) -> Iterator[Term]:
    """The claim with each of the terms replaced by a variable, and what says the same of term and variable adapted."""
    here = claim
    lifted: list[Term] = []
    for number, term in enumerate(terms):
        var = mk_var(f"general.{number}", term.type)
        here = here.replaced(term, var)
        here, more = _transferred(theory, here, term, var, is_false)
        lifted += more
    formula = weakest(theory, here, is_false)
    if formula is None:
        return
    yield from lifted
    yield formula


def _transferred(theory: Theory, claim: Claim, term: Term, var: Term, is_false: IsFalse) -> tuple[Claim, list[Term]]:
    """Where something is said of a variable inside the term that is as true of the term itself (`len(xs)`, for the term
    `rev(xs)`), say it of the new variable; with the equations that this is true by."""
    lemmas: list[Term] = []
    for inner in sorted(free_vars(term), key=lambda v: str(v.data)):
        if inner.type is not term.type:
            continue
        everything = subterms(*claim.conds, claim.goal)
        for part in [t for t in everything if t.op is Op.CALL and inner in t.args and var not in free_vars(t)]:
            same = mk_eq(subst(part, {inner: term}), part)
            if not is_false(same):
                claim = claim.replaced(part, subst(part, {inner: var}))
                lemmas.append(same)
    return claim, lemmas


def weakest(theory: Theory, claim: Claim, is_false: IsFalse) -> Term | None:
    """The claim under as few of its conditions as values demand; None where they break it under all."""
    bare = theory.simplify(claim.goal)
    if not is_false(bare):
        return bare
    vars = free_vars(claim.goal)
    conds = [c for c in dict.fromkeys(claim.conds) if free_vars(c) & vars]
    if not conds or is_false(theory.simplify(mk_implies(mk_and(conds), claim.goal))):
        return None
    for cond in list(conds):
        fewer = [c for c in conds if c is not cond]
        if fewer and not is_false(theory.simplify(mk_implies(mk_and(fewer), claim.goal))):
            conds = fewer
    return mk_implies(mk_and(conds), claim.goal)


def _set_apart(theory: Theory, formula: Term, is_false: IsFalse) -> Iterator[Term]:
    """A variable that is taken apart by some function and also merely passed to one becomes two: `plus(x, S(x))` says
    less than `plus(x, S(y))`."""
    for var in sorted(free_vars(formula), key=lambda v: str(v.data)):
        other = mk_var(f"apart.{var.data}", var.type)
        apart = _passed_replaced(theory, formula, var, other)
        if apart is not formula and var in free_vars(apart) and not is_false(apart):
            yield apart


def _passed_replaced(theory: Theory, formula: Term, var: Term, other: Term) -> Term:
    """The formula with another variable where one occurs in an argument that its function does not take apart."""
    swap = {var: other}

    def step(here: Term, args: tuple[Term, ...]) -> Term:
        if here.op in BINDERS:
            return here
        definition = theory.definition(here) if here.op is Op.CALL else None
        if definition is None:
            return rebuild(here, args) if args else here
        moved = tuple(a if i in definition.tested else subst(a, swap) for i, a in enumerate(args))
        return rebuild(here, moved)

    return fold((formula,), step)[formula]


# ---------------------------------------------------------------- accumulators


def accumulators(theory: Theory, goal: Term, is_false: IsFalse) -> list[Term]:
    """Of `f(x, c) == r`, where `c` is a constant in a parameter that `f` accumulates in: `f(x, a) == g(r, a)` for the
    functions `g` at hand, and `f(x, a) == g(f(x, c), a)`. Where `r` accumulates as well, of `h(f(x, c)) == k(x, d)`:
    `h(f(x, a)) == k(x, a)` and `h(f(x, a)) == k(x, h(a))`."""
    if goal.op is not Op.EQ:
        return []
    out: dict[Term, None] = {}
    for side, other in (goal.args, goal.args[::-1]):
        for call in (t for t in subterms(side) if t.op is Op.CALL):
            for position in _accumulating(theory, call):
                var = mk_var("general.acc", call.args[position].type)
                opened = rebuild(call, (*call.args[:position], var, *call.args[position + 1 :]))
                ways = [(replaced(side, call, opened), other)]
                if call is not side:
                    ways.append((opened, call))
                made = [(left, combined) for left, right in ways for combined in _combined(theory, goal, right, var)]
                made += ((ways[0][0], r) for r in _accumulated(theory, other, (var, replaced(side, call, var))))
                for left, right in made:
                    formula = canonical(theory.simplify(mk_eq(left, right)))
                    if formula.op is not Op.LIT and not is_false(formula):
                        out[formula] = None
    return sorted(out, key=size)[:MOST_CONJECTURES]


def _accumulated(theory: Theory, term: Term, values: tuple[Term, ...]) -> Iterator[Term]:
    """A term with one of the values for the constant in a call that accumulates."""
    for call in (t for t in subterms(term) if t.op is Op.CALL):
        for position in _accumulating(theory, call):
            for value in values:
                if value.type is call.args[position].type:
                    yield replaced(term, call, rebuild(call, (*call.args[:position], value, *call.args[position + 1 :])))


def _accumulating(theory: Theory, call: Term) -> list[int]:
    """Positions of constants at parameters that are not taken apart and that recursive calls change."""
    definition = theory.definition(call)
    if definition is None:
        return []
    inner = [t for t in subterms(definition.body) if t.op is Op.CALL and t.data == call.data]
    return [
        i
        for i, (arg, param) in enumerate(zip(call.args, definition.params, strict=True))
        if arg.op in (Op.CON, Op.LIT) and not free_vars(arg) and i not in definition.tested and any(t.args[i] is not param for t in inner)
    ]


def _combined(theory: Theory, goal: Term, value: Term, var: Term) -> Iterator[Term]:
    """Applications of a function at hand to a value and an accumulator."""
    for call in calls_in_reach(theory, [goal]):
        types = [a.type for a in call.args]
        if call.type is value.type and len(types) == 2:
            if types == [value.type, var.type]:
                yield rebuild(call, (value, var))
            if types == [var.type, value.type]:
                yield rebuild(call, (var, value))
    if value.type is INT and var.type is INT:
        yield mk_prim("int.add", (value, var), INT)
        yield mk_prim("int.mul", (value, var), INT)


# ---------------------------------------------------------------- terms


def replaced(term: Term, part: Term, by: Term) -> Term:
    """A term with every occurrence of a part replaced (not under a binder)."""
    if term is part:
        return by

    def step(here: Term, args: tuple[Term, ...]) -> Term:
        if here is part:
            return by
        return here if here.op in BINDERS or not args else rebuild(here, args)

    return fold((term,), step)[term]


def occurrences(terms: tuple[Term, ...]) -> dict[Term, int]:
    """How often each subterm occurs, the terms written out as trees."""
    counts: dict[Term, int] = dict.fromkeys(subterms(*terms), 0)
    for term in terms:
        counts[term] += 1
    for term in sorted(counts, key=lambda t: -t.id):
        for arg in term.args:
            counts[arg] += counts[term]
    return counts


def size(term: Term) -> int:
    """Symbols of a term written out as a tree."""
    return fold((term,), lambda here, parts: 1 + sum(parts), _SIZES)[term]


_SIZES: dict[Term, int] = {}


def canonical(formula: Term) -> Term:
    """The larger side of an equation on the left, and the variables numbered by type in order of occurrence, so that
    variants coincide."""
    body = formula.args[1] if formula.op is Op.IMPLIES else formula
    if body.op is Op.EQ and size(body.args[1]) > size(body.args[0]):
        body = mk_eq(body.args[1], body.args[0])
        formula = mk_implies(formula.args[0], body) if formula.op is Op.IMPLIES else body
    numbers: dict[Type, int] = {}
    env: dict[Term, Term] = {}
    for var in (t for t in subterms(formula) if t.op is Op.VAR and t in free_vars(formula)):
        number = numbers[var.type] = numbers.get(var.type, -1) + 1
        env[var] = mk_var(f"g{len({*numbers}) - 1 if number == 0 else list(numbers).index(var.type)}.{number}", var.type)
    return subst(formula, env)
