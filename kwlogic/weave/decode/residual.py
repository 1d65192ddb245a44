"""What the contract of a kernel leaves open at each site of an output: ``residuals_for``.

Clauses are read on the output so far (``residual_eval``), what stays open are formulas over scalars, and the solver is
asked what may stand at the site (``residual_ask``). Everything let in has a completion that satisfies every clause that is
*guaranteed*; clauses that cannot be followed, or were not decided in time, are left to be checked after, with the reason.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

from kwlogic.core.eval import EvalStop, Evaluator
from kwlogic.core.program import Clause, Kernel, Program
from kwlogic.core.terms import Term, mk_eq, mk_int, mk_not, mk_prim, mk_str
from kwlogic.core.types import BOOL, INT, REAL, STRING
from kwlogic.core.value import Value
from kwlogic.solve.residual import OPEN, RLIMIT, Asker, Reply, Status
from kwlogic.solve.sorts import Unsupported as NotEncoded
from kwlogic.solve.sorts import constructors
from kwlogic.weave.decode.data import HOLE, Free, Kind, Left, More, OneOf, Path, Pattern, Residual, Site, SoFar, Tags
from kwlogic.weave.decode.ordering import CHOSEN, DECLARED, Order, stated
from kwlogic.weave.decode.residual_ask import Asked, Facts, NoAnswer, ask_value, facts_of, fits, guesses
from kwlogic.weave.decode.residual_concern import Concerns
from kwlogic.weave.decode.residual_defined import Defined, Definition, at_site, values_of, written_count
from kwlogic.weave.decode.residual_eval import EVALUATED, Symbolic
from kwlogic.weave.decode.residual_order import chosen
from kwlogic.weave.decode.residual_reading import Reading
from kwlogic.weave.decode.residual_shape import Shape, distinct, length_of, size_var, tag_var, value_var
from kwlogic.weave.decode.residual_values import Delay, NotYet, Unsupported

KEPT = 4_000
PATIENCE = 8  # of the budget of one question, at the start
MOST_LOOKED = 300  # elements of one container
MOST_WIDENED = 8_000  # steps of reading, after which one looks no further
MOST_TRIES = 8  # looking further each time
UNDECIDED = "it was not decided in the time given"


def residuals_for(
    kernel: Kernel, inputs: Mapping[str, Value], program: Program, budget: int = RLIMIT, *, order: Order = DECLARED
) -> Contract:
    """The residuals of one call. ``budget``: of the solver, for one question. ``order``: in which the output ports are written,
    ``"declared"``, ``"chosen"`` (what others are computed from first, where that guarantees more) or the names of all of them."""
    if order == CHOSEN:
        return chosen(kernel, program, lambda names, why: Contract(kernel, inputs, program, budget, names, why))
    return Contract(kernel, inputs, program, budget, *stated(kernel, order))


class Contract:
    """Implements ``data.Residuals``."""

    def __init__(
        self,
        kernel: Kernel,
        inputs: Mapping[str, Value],
        program: Program,
        budget: int = RLIMIT,
        order: tuple[str, ...] = (),
        ordered: str = "",
    ) -> None:
        self.kernel = kernel
        self.inputs = dict(inputs)
        self.program = program
        self.asker = Asker(program, budget)
        self.evaluator = Evaluator(program, max_steps=EVALUATED)
        self._concerns = Concerns(kernel, program)
        self._order = order or tuple(p.name for p in kernel.outputs)
        self.ordered = ordered  # why in this order
        self._defined = Defined(kernel, program, self._order)
        self._left: dict[int, Left] = {}
        self._totals: dict[Path, int] = {}
        self._cache: OrderedDict[object, Residual] = OrderedDict()
        self._hint: dict[str, Any] = {}
        self._later: set[int] = set()  # left, but looked at again when more is written
        self._impossible = ""
        self._costly = False
        self._patience = 1
        self._begin()

    # ------------------------------------------------------------ the protocol

    @property
    def order(self) -> tuple[str, ...]:
        return self._order

    @property
    def impossible(self) -> str:
        return self._impossible

    def concerns(self, pattern: Pattern) -> bool:
        return pattern[0] in self._defined.derived or self._concerns.concerns(pattern, self._gone())

    def _gone(self) -> frozenset[int]:
        """The clauses that the solver is never asked about; those that may be followed later on are, where they can be."""
        return frozenset(i for i in self._left if i not in self._later) | self._defined.clauses()

    def guaranteed(self) -> tuple[Clause, ...]:
        return tuple(c for i, c in enumerate(self.kernel.ensures) if i not in self._left)

    def checked_after(self) -> tuple[Left, ...]:
        return tuple(self._left[i] for i in sorted(self._left))

    def residual(self, site: Site, so_far: SoFar) -> Residual:
        key = (site.kind, site.path, tuple(so_far[p.name] for p in self.kernel.outputs), len(self._left))
        found = self._cache.get(key)
        if found is None:
            found = self._cache[key] = self._answer(site, so_far)
            if len(self._cache) > KEPT:
                self._cache.popitem(last=False)
        else:
            self._cache.move_to_end(key)
        return found

    def completion(self, so_far: SoFar) -> dict[str, Value] | None:
        """Some output that goes on from what is written and satisfies the guaranteed clauses, run by the reference evaluator;
        None where none is found in the time given. A way out for who has to come to an end."""
        indices = [i for i in range(len(self.kernel.ensures)) if i not in self._left]
        found: list[dict[str, Value]] = []
        try:
            self._search(indices, so_far, found)
        except NotEncoded:
            return None
        return found[-1] if found else None

    # ------------------------------------------------------------ reading

    def _clauses(self, indices: Iterable[int]) -> list[tuple[int, Clause]]:
        return [(i, self.kernel.ensures[i]) for i in indices if i not in self._left]

    def _read(self, indices: Iterable[int], so_far: SoFar, site: Site | None = None) -> tuple[Shape, Facts]:
        """What the clauses say of an output so far. One that cannot be followed is left to be checked after."""
        shape = Shape(self.program, self.kernel.outputs, so_far, self._totals, self._short(indices, so_far))
        symbolic = Symbolic(self.program, self.evaluator, shape)
        env = {**self.inputs, **shape.outputs}
        if site is not None and site.kind is Kind.MORE:
            shape.open(Delay(site.path, site.type, sum(isinstance(step, int) for step in site.path)))
        readings: list[Reading] = []
        derived = self._defined.clauses()
        steps = 0
        for index in indices:
            if (index in self._left and index not in self._later) or index in derived:
                continue
            try:
                readings += symbolic.read(self.kernel.ensures[index].pred, env)
                steps += symbolic.most_steps - symbolic.left
            except Unsupported as stop:
                if isinstance(stop, NotYet) and index not in self._left:
                    self._later.add(index)
                self._leave(index, stop.why)
        self._costly = steps > MOST_WIDENED * self._patience
        return shape, facts_of([*readings, *distinct(shape, symbolic)], shape.unknowns)

    def _short(self, indices: Iterable[int], so_far: SoFar) -> dict[Path, int]:
        """The lengths of lists that are looked into to their ends."""
        return {path: total for path, total in self._lengths(indices, so_far).items() if total <= MOST_LOOKED}

    def _lengths(self, indices: Iterable[int], so_far: SoFar) -> dict[Path, int]:
        """How long lists are in all completions, where clauses say that on what is written."""
        found: dict[Path, int] = {}
        gone = self._gone()
        said = [s for s in self._defined.lengths if s[0] in frozenset(indices) and s[0] not in gone]
        if not said:
            return found
        shape = Shape(self.program, self.kernel.outputs, so_far)
        symbolic = Symbolic(self.program, self.evaluator, shape)
        for _, path, term in said:
            try:
                (reading,) = symbolic.read(term, {**self.inputs, **shape.outputs})
            except Unsupported:
                continue
            total = length_of(reading, path, shape)
            if total is not None:
                found.setdefault(path, total)
        return found

    def _leave(self, index: int, why: str) -> None:
        self._defined.give_up(index)
        self._left.setdefault(index, Left(self.kernel.ensures[index], why))

    def _widen(self, shape: Shape, may: tuple[Term, ...], *more: Term) -> bool:
        """Look further into containers, as far as what may hold needs it; whether that changes anything."""
        reply = OPEN if self._costly else self.asker.over(may).ask(*more)
        if reply.status is not Status.SAT:
            return False
        changed = False
        for name, (path, look, written) in shape.sizes.items():
            wanted = reply.values.get(name, 0)
            if look < wanted and look + written < MOST_LOOKED:
                self._totals[path] = min(written + max(wanted, 2 * look), MOST_LOOKED)
                changed = True
        return changed

    # ------------------------------------------------------------ the start

    def _begin(self) -> None:
        so_far: SoFar = {p.name: HOLE for p in self.kernel.outputs}
        everything = range(len(self.kernel.ensures))
        budget, self.asker.rlimit, self._patience = self.asker.rlimit, self.asker.rlimit * PATIENCE, PATIENCE
        proved = self._holds(list(everything), so_far)
        if proved is None:
            self._adopt(everything, so_far)
        elif not proved:
            self._impossible = self._reason(so_far)
        self.asker.rlimit, self._patience = budget, 1

    def _holds(self, indices: list[int], so_far: SoFar) -> bool | None:
        """Whether the clauses have a completion together: False where they have none, None where that is open."""
        try:
            return self._search(indices, so_far)
        except NotEncoded:
            return None

    def _search(self, indices: list[int], so_far: SoFar, found: list[dict[str, Value]] | None = None) -> bool | None:
        while True:
            shape, facts = self._read(indices, so_far)
            reply = self._completion(facts, shape)
            if reply.status is Status.SAT:
                return self._confirmed(indices, shape, reply.values, found)
            if facts.same:
                return False if reply.status is Status.UNSAT else None
            may = self.asker.over(facts.may).ask()
            if may.status is Status.UNSAT:
                return False
            if may.status is not Status.SAT or not self._widen(shape, facts.may):
                return None

    def _completion(self, facts: Facts, shape: Shape) -> Reply:
        """Values that the clauses surely hold for."""
        for values in guesses(self._hint, ()):
            if fits(values, facts.sure):
                return Reply(Status.SAT, values)
        questions = self.asker.over(facts.sure)
        reply = questions.ask()
        if reply.status is Status.UNKNOWN:
            reply = next((r for more in _pins(shape) if (r := questions.ask(*more)).status is Status.SAT), OPEN)
        if reply.status is Status.SAT:
            if not fits(reply.values, facts.sure):
                return OPEN  # the solver means something else by it
            self._hint = dict(reply.values)
        return reply

    def _confirmed(self, indices: list[int], shape: Shape, model: Mapping[str, Any], kept: list[dict[str, Value]] | None) -> bool | None:
        """Whether the reference evaluator agrees on the completion that the solver found, which is kept then."""
        found = shape.build(model)
        if found is None:
            return None
        env = {**self.inputs, **found}
        for port, one in reversed(self._defined.derived.items()):
            value = self._evaluated(one, env)
            if value is None:
                return None
            env[port] = found[port] = value
        for index, clause in self._clauses(indices):
            try:
                holds = self.evaluator.holds(clause, env)
            except EvalStop as stop:
                self._leave(index, str(stop))
                return None
            if not holds:
                self._leave(index, "the solver and the evaluator read it differently")
                return None
        if kept is not None:
            kept.append(found)
        return True

    def _adopt(self, indices: Iterable[int], so_far: SoFar) -> None:
        """Keep the clauses, one by one, that a completion is known for together; leave the others to be checked after."""
        kept: list[int] = []
        derived = self._defined.clauses()
        for index in indices:
            if index in derived:
                continue
            if index not in self._left and self._holds([*kept, index], so_far) is True:
                kept.append(index)
            elif index not in self._left:
                self._leave(index, UNDECIDED)

    def _reason(self, so_far: SoFar) -> str:
        """The fewest clauses that no output satisfies together."""
        core = [i for i, _ in self._clauses(range(len(self.kernel.ensures))) if i not in self._defined.clauses()]
        for index in list(core):
            rest = [i for i in core if i != index]
            if self._holds(rest, so_far) is False:
                core = rest
        names = [f"`{c.label or c.text}`" for _, c in self._clauses(core)]
        if not names:
            return "no value of the output's types exists"
        which = f"{', '.join(names[:-1])} and {names[-1]} together" if len(names) > 1 else names[0]
        return f"no output satisfies {which} for these inputs"

    # ------------------------------------------------------------ a site

    def _answer(self, site: Site, so_far: SoFar) -> Residual:
        found = self._by_definition(site, so_far)
        if found is not None:
            return found
        if site.kind is Kind.MORE and site.type.head == "List":
            total = self._lengths([i for i in range(len(self.kernel.ensures)) if i not in self._left], so_far).get(site.path)
            count = written_count(site.path, so_far, self.program)
            if total is not None and count is not None and count <= total:
                return More(count < total, count == total)
        if self._later:
            found = self._with_later(site, so_far)
            if found is not None:
                return found
        while True:
            indices = self._concerns.connected(site.pattern, frozenset(self._left) | self._defined.clauses())
            left = len(self._left)
            try:
                return self._ask(site, so_far, indices)
            except (NoAnswer, NotEncoded):
                self._adopt(indices, so_far)
            if len(self._left) == left:
                return _anything(site, self.program)

    def _by_definition(self, site: Site, so_far: SoFar) -> Residual | None:
        """Where a clause that holds in all completions says what the place is in."""
        for one in self._defined.of(site.path, so_far, self._left):
            value = self._evaluated(one, {**self.inputs, **values_of(so_far)})
            found = None if value is None else at_site(value, one.path, site, so_far, self.program)
            if found is not None:
                return found
        return None

    def _evaluated(self, one: Definition, env: Mapping[str, Any]) -> Any:
        """The value of a definition; None where it says nothing here, or has none."""
        try:
            if all(self.evaluator.eval(g, env) for g in one.guards):
                return self.evaluator.eval(one.value, env)
        except EvalStop as stop:
            if one in self._defined.derived.values():
                self._leave(one.index, str(stop))
        return None

    def _with_later(self, site: Site, so_far: SoFar) -> Residual | None:
        """With the clauses that were left and can be followed by now, where that has a completion."""
        indices = self._concerns.connected(site.pattern, self._gone())
        if self._later.isdisjoint(indices):
            return None
        try:
            return self._ask(site, so_far, indices)
        except (NoAnswer, NotEncoded):
            return None

    def _ask(self, site: Site, so_far: SoFar, indices: list[int]) -> Residual:
        tries = 0
        while True:
            tries += 1
            shape, facts = self._read(indices, so_far, site)
            focus = _focus(site)
            asked = Asked(self.asker, facts, focus, shape.unknowns, self._hint)
            if asked.idle:
                return _anything(site, self.program)
            try:
                if site.kind is Kind.VALUE and site.type in (INT, REAL, STRING):
                    return ask_value(asked, site.type)
                options = self._options(site)
                answers = [asked.option(term) for _, term in options]
                open_ = [term for (_, term), found in zip(options, answers) if found is None]
                if open_ and not any(answers) and tries < MOST_TRIES and not facts.same and self._widen(shape, asked.may, open_[0]):
                    continue
                return _chosen(site, [name for (name, _), found in zip(options, answers) if found], not open_)
            except NoAnswer as none:
                if none.proved or tries >= MOST_TRIES or facts.same or not self._widen(shape, asked.may):
                    raise

    def _options(self, site: Site) -> list[tuple[Any, Term]]:
        focus = _focus(site)
        if site.kind is Kind.MORE:
            none = mk_eq(focus, mk_int(0))
            return [(True, mk_prim("int.lt", (mk_int(0), focus), BOOL)), (False, none)]
        if site.type is BOOL:
            return [(False, mk_not(focus)), (True, focus)]
        return [(c[0], mk_eq(focus, mk_int(i))) for i, c in enumerate(constructors(self.program, site.type))]


def _pins(shape: Shape) -> list[list[Term]]:
    """Ways to make a question easier: texts empty, containers without further elements."""
    texts = [mk_eq(u.var, mk_str("")) for u in shape.unknowns.values() if u.var.type is STRING]
    sizes = [mk_eq(shape.unknowns[name].var, mk_int(0)) for name in shape.sizes]
    return [pin for pin in (texts, sizes) if pin]


def _focus(site: Site) -> Term:
    if site.kind is Kind.MORE:
        return size_var(site.path)
    if site.type in (INT, REAL, BOOL, STRING):
        return value_var(site.path, site.type)
    return tag_var(site.path)


def _chosen(site: Site, names: list[Any], exact: bool) -> Residual:
    if not names:
        raise NoAnswer(exact)
    why = "" if exact else UNDECIDED
    if site.kind is Kind.MORE:
        return More(True in names, False in names, exact, why)
    return OneOf(tuple(names), exact, why) if site.type is BOOL else Tags(tuple(names), exact, why)


def _anything(site: Site, program: Program) -> Residual:
    if site.kind is Kind.MORE:
        return More()
    if site.type in (INT, REAL, BOOL, STRING):
        return Free()
    return Tags(tuple(c[0] for c in constructors(program, site.type)))
