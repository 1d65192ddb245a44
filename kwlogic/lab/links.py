"""Links of large graphs: each distinct link once, from the smallest slice of the graph that shows it.

A link is a clause that a part requires of its inputs. What shows it is nearly always said by the parts right before it, so these
are tried first, each as if its inputs came from anywhere; then slices of 1, 2, 4, ... steps back from all inputs of the part. What is
cut off is only left unsaid. Slices are compared as texts in which parts are known by what their contracts say, so ten thousand equal
links are one question, and after a change only the slices that the changed kernel is part of are looked at again. What no slice
shows stays open: whether it is false is for `kwlogic check` to say.

A slice also counts on the ``requires`` of the parts in it. That is no circle: what comes before is a link of its own, further up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from kwlogic.compose.canon import term_text, type_text, variables
from kwlogic.compose.data import Box, Composition, Part, Wire
from kwlogic.core.logic import erase
from kwlogic.core.program import Clause, Kernel, Origin, Program
from kwlogic.core.terms import TRUE, Term, mk_var
from kwlogic.core.walk import free_vars, subst, subst_types
from kwlogic.solve.backend import Meter, check
from kwlogic.solve.problem import QueryBuilder, prepare
from kwlogic.solve.sorts import Unsupported
from kwlogic.vc.data import Hyp, Sequent
from kwlogic.vc.theory import Theory

STEPS = (0, 1, 2, 4, 8)
MOST = 64  # parts of a slice
BUDGET = 1_000_000


@dataclass(frozen=True, slots=True)
class Link:
    """Clause ``clause`` of the ``requires`` of the box."""

    box: int
    clause: int


@dataclass(frozen=True, slots=True)
class Report:
    """``open``: links that no slice shows; while there are any, what comes after them is shown only given that they hold. ``skipped``: boxes that are no kernels (regions, guards): they are not looked at here."""

    links: int
    asked: int
    proved: int
    open: tuple[Link, ...]
    skipped: int
    rlimit: int


@dataclass(slots=True, eq=False)
class Memory:
    """What was asked before, by slice. Graphs may share it if their programs mean the same by the same names of functions and
    types. ``numbers``: of texts, for short."""

    answers: dict[tuple[object, ...], bool] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))


@dataclass(frozen=True, slots=True)
class _Contract:
    """What a kernel says, as far as links ask. ``number`` is the same for kernels that say the same; ``told``: what it says of its
    outputs, and of inputs that this speaks of, and ``telling`` the same for kernels that tell the same."""

    number: int
    requires: tuple[Clause, ...]
    ensures: tuple[Clause, ...]
    wants: tuple[_Want, ...]
    told: tuple[Clause, ...] = ()
    telling: int = -1


@dataclass(frozen=True, slots=True)
class _Want:
    """A clause of ``requires``: its place, the ports that it speaks of in the order of ``text``, which does not name them."""

    clause: int
    ports: tuple[str, ...]
    text: str


@dataclass(slots=True, eq=False)
class Links:
    """The links of one dag, from the ``requires`` of the whole. What was shown stays known when kernels change."""

    program: Program
    composition: Composition
    requires: tuple[Clause, ...] = ()
    budget: int = BUDGET
    memory: Memory = field(default_factory=lambda: Memory())
    spent: int = 0
    asked: int = 0
    _contracts: dict[Part, _Contract] = field(default_factory=dict)
    _users: dict[int, list[int]] | None = None
    _theory: Theory | None = None
    _given: int = -1
    _positions: dict[int, dict[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._given = self.memory.number(repr([term_text(c.pred, {}) for c in self.requires]))

    # ------------------------------------------------------------ questions

    def check(self, boxes: Iterable[int] | None = None) -> Report:
        """All links, or those of some boxes."""
        all_boxes = self.composition.root.boxes
        chosen = range(len(all_boxes)) if boxes is None else boxes
        self.asked = self.spent = 0
        count, skipped, open_ones = 0, 0, list[Link]()
        for index in chosen:
            what = all_boxes[index].what
            if not isinstance(what, Part):
                skipped += 1
                continue
            box = all_boxes[index]
            wires = {p.name: w for p, w in zip(box.inputs, box.sources)}
            for want in self.contract(what).wants:
                count += 1
                if not self._shown(index, want, [wires[n] for n in want.ports]):
                    open_ones.append(Link(index, want.clause))
        return Report(count, self.asked, count - len(open_ones), tuple(open_ones), skipped, self.spent)

    def changed(self, kernel: Kernel) -> Report:
        """The links that the new version of a kernel is part of, or may have been needed for."""
        self.program, self._theory = _with(self.program, kernel), None
        for part in [p for p in self._contracts if p.kernel == kernel.name]:
            del self._contracts[part]
        boxes = self.composition.root.boxes
        touched = {i for i, b in enumerate(boxes) if isinstance(b.what, Part) and b.what.kernel == kernel.name}
        return self.check(sorted(self._followers(touched)))

    def _followers(self, touched: set[int]) -> set[int]:
        """The boxes, and those whose slice they may be part of: one step on, unless wider slices were ever needed."""
        if self._users is None:
            self._users = {}
            for index, box in enumerate(self.composition.root.boxes):
                for wire in box.sources:
                    self._users.setdefault(wire.box, []).append(index)
        found, steps = set(touched), max((k[0] for k in self.memory.answers if isinstance(k[0], int)), default=1) or 1
        here = set(touched)
        for _ in range(steps):
            here = {u for i in here for u in self._users.get(i, ())} - found
            found |= here
        return found

    # ------------------------------------------------------------ contracts

    def contract(self, part: Part) -> _Contract:
        found = self._contracts.get(part)
        if found is None:
            found = self._contracts[part] = self._read(part)
        return found

    def _read(self, part: Part) -> _Contract:
        kernel = self.program.kernels.get(part.kernel)
        if kernel is None:
            return _Contract(-1, (), (), ())
        requires = tuple(c for c in kernel.requires if c.origin is not Origin.INVARIANT)
        texts = [[term_text(c.pred, {}) for c in side] for side in (requires, kernel.ensures)]
        ports = [[f"{p.name}:{type_text(p.type)}" for p in side] for side in (kernel.inputs, kernel.outputs)]
        text = repr((texts, ports, kernel.tparams, [type_text(t) for t in part.targs]))
        types = dict(zip(kernel.tparams, part.targs))
        spoken = {v for c in kernel.ensures for v in free_vars(c.pred)}
        told = (*(c for c in requires if not spoken.isdisjoint(free_vars(c.pred))), *kernel.ensures)
        telling = repr(([term_text(subst_types(c.pred, types), {}) for c in told], [type_text(t) for t in part.targs]))
        wants = tuple(_want(i, subst_types(c.pred, types)) for i, c in enumerate(requires))
        return _Contract(self.memory.number(text), requires, kernel.ensures, wants, told, self.memory.number(telling))

    # ------------------------------------------------------------ slices

    def _shown(self, index: int, want: _Want, start: list[Wire]) -> bool:
        last: tuple[object, ...] = ()
        for steps in STEPS:
            near = (*start, *(self.composition.root.boxes[index].sources if steps else ()))
            parts, whole = self._slice(near, max(steps, 1))
            key = self._key(steps, want, start, parts)
            if key[1:] != last[1:]:
                shown = self.memory.answers.get(key)
                if shown is None:
                    shown = self.memory.answers[key] = self._proved(index, want.clause, parts, not steps)
                if shown:
                    return True
            if steps and (whole or len(parts) >= MOST):
                return False
            last = key
        return False

    def _slice(self, start: Sequence[Wire], steps: int) -> tuple[list[int], bool]:
        """The parts up to so many steps before some wires, nearest first; whether that is all there is."""
        boxes = self.composition.root.boxes
        found: dict[int, None] = {}
        here = [w.box for w in start if w.box >= 0]
        for _ in range(steps):
            fresh = [b for b in dict.fromkeys(here) if b not in found]
            found.update(dict.fromkeys(fresh))
            here = [w.box for b in fresh for w in boxes[b].sources if w.box >= 0]
        parts = list(found)
        return parts[:MOST], len(parts) <= MOST and all(b in found for b in here)

    def _key(self, steps: int, want: _Want, start: list[Wire], parts: list[int]) -> tuple[object, ...]:
        """Equal for slices that are equal up to names of wires."""
        boxes = self.composition.root.boxes
        at = {b: n for n, b in enumerate(parts)}
        cut: dict[Wire, int] = {}

        def ref(wire: Wire) -> object:
            if wire.box < 0:
                return wire.port
            inside = at.get(wire.box)
            return (inside, wire.port) if inside is not None else (-1 - cut.setdefault(wire, len(cut)),)

        own = tuple([ref(w) for w in start])
        if not steps:
            return 0, self._given, want.text, own, tuple([self._number(boxes[b], True) for b in parts])
        rows = tuple(
            [(self._number(boxes[b]), tuple([(p.name, ref(w)) for p, w in zip(boxes[b].inputs, boxes[b].sources)])) for b in parts]
        )
        return steps, self._given, want.text, own, rows

    def _number(self, box: Box, loose: bool = False) -> object:
        if not isinstance(box.what, Part):
            return None
        said = self.contract(box.what)
        return said.telling if loose else said.number

    # ------------------------------------------------------------ proofs

    def _proved(self, index: int, clause: int, parts: list[int], loose: bool) -> bool:
        """By the solver alone, at low effort: no definitions are opened and no lemmas used."""
        self.asked += 1
        sequent = self.sequent(index, clause, parts, loose)
        if sequent.goal is TRUE or any(h.term is sequent.goal for h in sequent.hyps):
            return True
        if self._theory is None:
            self._theory = Theory(self.program, frozenset())
        problem = prepare(self._theory, sequent, "")
        if problem.closed:
            return True
        meter = Meter()
        try:
            answer = check(QueryBuilder(problem).query(0, facts=False), self.budget, meter, title="link")
        except Unsupported:
            return False
        self.spent += meter.spent
        return answer.status == "unsat"

    def sequent(self, index: int, clause: int, parts: list[int], loose: bool = False) -> Sequent:
        """What the parts say, and what the box requires of its inputs. ``loose``: nothing is said of where the parts' own inputs
        come from."""
        boxes = self.composition.root.boxes
        hyps: list[Hyp] = [Hyp(f"requires:{i}", erase(c.pred)) for i, c in enumerate(self.requires)]
        for part in parts:
            what = boxes[part].what
            if isinstance(what, Part):
                said = self.contract(what)
                hyps += [
                    Hyp(f"part:{part}:{n}", self._at(boxes[part], part, c, loose)) for n, c in enumerate((*said.requires, *said.ensures))
                ]
        goal_box = boxes[index]
        assert isinstance(goal_box.what, Part)
        goal = self._at(goal_box, index, self.contract(goal_box.what).requires[clause])
        vars = {v for t in (*(h.term for h in hyps), goal) for v in free_vars(t)}
        return Sequent(tuple(sorted(vars, key=lambda v: v.id)), tuple(hyps), goal)

    def _at(self, box: Box, index: int, clause: Clause, loose: bool = False) -> Term:
        """The clause at the wires of a box."""
        assert isinstance(box.what, Part)
        kernel = self.program.kernels[box.what.kernel]
        pred = subst_types(erase(clause.pred), dict(zip(kernel.tparams, box.what.targs)))
        inputs = self._positions.get(id(box.inputs))
        if inputs is None:
            inputs = self._positions[id(box.inputs)] = {p.name: i for i, p in enumerate(box.inputs)}
        env: dict[Term, Term] = {}
        for var in free_vars(pred):
            at = inputs.get(var.data)
            wire = Wire(index, var.data) if at is None else Wire(index, f"{var.data}?") if loose else box.sources[at]
            env[var] = mk_var(wire.port if wire.box < 0 else f"{wire.port}@{wire.box}", var.type)
        return erase(subst(pred, env))


def _want(clause: int, pred: Term) -> _Want:
    names = variables(pred)
    return _Want(clause, tuple(names), term_text(pred, {n: f"#{i}" for i, n in enumerate(names)}))


def _with(program: Program, kernel: Kernel) -> Program:
    return replace(program, kernels={**program.kernels, kernel.name: kernel})
