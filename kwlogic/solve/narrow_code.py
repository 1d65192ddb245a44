"""Lazy evaluation of terms on inputs that are known in part, for a search that decides only what evaluation asks for.

An input is a ``Cell`` without a value until the search gives it a constructor; looking at it before raises ``Need``.
Each cell that was evaluated keeps its value together with the set of decisions that it rests on (``seen``, a bit mask),
so that taking a decision back resets just what depended on it. ``and``, ``or`` and equality look at their later parts
too where an earlier one is not known yet. What is meant is a heuristic: whatever it finds is run by the reference
evaluator, and nothing is concluded from it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kwlogic.core.eval import Evaluator
from kwlogic.core.eval_data import EvalStop
from kwlogic.core.logic import erase
from kwlogic.core.prims import PRIMS
from kwlogic.core.program import ExprBody, Program
from kwlogic.core.terms import Op, Term, mk, mk_var
from kwlogic.core.types import Type
from kwlogic.core.value import Con
from kwlogic.core.walk import fold, subterms
from kwlogic.solve.sorts import Unsupported

MOST_DEEP = 100  # cells whose evaluation waits for another
MOST_HIGH = 60  # nesting of a term
MOST_STEPS = 20_000  # of one evaluation

Code = Callable[[list[Any]], Any]


class Need(Exception):
    """Evaluation cannot go on before one of these cells has a value, the first of them at best."""

    def __init__(self, cells: tuple[Cell, ...]) -> None:
        self.cells = cells


class Stuck(Exception):
    """Evaluation does not end soon, or is not defined."""


class Cell:
    """A value that is computed when it is looked at; without code, one that the search has to decide."""

    __slots__ = ("code", "depth", "frame", "needs", "rests", "type", "value")

    def __init__(self, code: Code | None, frame: list[Any] | None, type: Type | None = None, depth: int = 0, rests: int = 0) -> None:
        self.code, self.frame, self.type, self.depth = code, frame, type, depth
        self.value: Any = None
        self.rests = rests
        self.needs: tuple[Cell, ...] = ()


class Closure:
    """A function value."""

    __slots__ = ("code", "frame", "layout", "slots")

    def __init__(self, code: Code, frame: list[Any], layout: Layout, slots: tuple[int, ...]) -> None:
        self.code, self.frame, self.layout, self.slots = code, frame, layout, slots


class Layout:
    """Places in the frame of one body: its variables, then its calls."""

    def __init__(self, body: Term, params: tuple[str, ...]) -> None:
        names = [*params, *(str(v.data) for v in subterms(body) if v.op is Op.VAR)]
        names += [n for t in subterms(body) if t.op is Op.LAMBDA for n, _ in t.data]
        self.vars = {n: i for i, n in enumerate(dict.fromkeys(names))}
        self.size = len(self.vars)

    def place(self) -> int:
        self.size += 1
        return self.size - 1


class Machine:
    """Compiles terms of one program and runs them. ``seen``: the decisions that the value under way rests on."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.evaluator = Evaluator(program, max_steps=MOST_STEPS, checked=False)
        self.bodies: dict[str, list[Any]] = {}
        self.waiting: list[str] = []
        self.trail: dict[int, list[Cell]] = {}
        self.seen = 0
        self.deep = 0
        self.steps = 0
        self.until = 0

    # ------------------------------------------------------------ running

    def start(self) -> None:
        self.seen = self.deep = 0
        self.until = self.steps + MOST_STEPS

    def force(self, value: Any) -> Any:
        if value.__class__ is not Cell:
            return value
        found = value.value
        if found is None:
            return self.run(value)
        self.seen |= value.rests
        return found

    def run(self, cell: Cell) -> Any:
        if cell.code is None:
            raise Need((cell,))
        if cell.needs and all(c.value is None for c in cell.needs):
            self.seen |= cell.rests
            raise Need(cell.needs)
        self.steps += 1
        if self.steps > self.until or self.deep >= MOST_DEEP:
            raise Stuck
        outer, self.seen = self.seen, 0
        self.deep += 1
        assert cell.frame is not None
        try:
            value = cell.value = cell.code(cell.frame)
        except Need as need:
            cell.needs = need.cells
            self._rests(cell, outer)
            raise
        except Stuck:
            self.seen |= outer
            raise
        self.deep -= 1
        self._rests(cell, outer)
        return value

    def _rests(self, cell: Cell, outer: int) -> None:
        rests = cell.rests = self.seen
        if rests:
            self.trail.setdefault(rests.bit_length(), []).append(cell)
        self.seen = outer | rests

    def undo(self, level: int) -> None:
        """Forget what rests on the decision of a level, the latest there is."""
        for cell in self.trail.pop(level, ()):
            cell.value = None
            cell.needs = ()

    # ------------------------------------------------------------ compiling

    def compiled(self, term: Term, params: tuple[str, ...]) -> tuple[Code, Callable[[list[Any]], list[Any]]]:
        """A term's code, and what makes its frame from the values of the parameters."""
        code, layout = self._body(term, params)
        while self.waiting:
            name = self.waiting.pop()
            body, names = self._definition(name)
            entry = self.bodies[name]
            entry[0], inner = self._body(body, names)
            entry[1] = inner.size
        return code, lambda values: [*values, *[None] * (layout.size - len(values))]

    def _definition(self, name: str) -> tuple[Term, tuple[str, ...]]:
        fn = self.program.fns.get(name)
        if fn is not None and fn.body is not None:
            return erase(fn.body), tuple(p.name for p in fn.params)
        kernel = self.program.kernels.get(name)
        if kernel is not None and isinstance(kernel.body, ExprBody):
            return erase(kernel.body.term), tuple(p.name for p in kernel.inputs)
        raise Unsupported(f"`{name}` has no body that can be run")

    def _body(self, term: Term, params: tuple[str, ...]) -> tuple[Code, Layout]:
        heights: dict[Term, int] = {}
        if fold((term,), lambda t, h: 0 if t.op is Op.CON else 1 + max(h, default=0), heights)[term] > MOST_HIGH:
            raise Unsupported("the term nests too deeply")
        layout = Layout(term, params)
        pairs: dict[Term, tuple[Code, Code]] = {}
        fold((term,), lambda t, parts: self._pair(t, parts, layout), pairs)
        return pairs[term][0], layout

    def _pair(self, term: Term, parts: tuple[tuple[Code, Code], ...], layout: Layout) -> tuple[Code, Code]:
        """How to evaluate a term, and how to hand it on without evaluating it."""
        codes = tuple(c for c, _ in parts)
        later = tuple(d for _, d in parts)
        match term.op:
            case Op.VAR:
                place, force = layout.vars[str(term.data)], self.force
                return (lambda frame: force(frame[place])), (lambda frame: frame[place])
            case Op.LIT:
                return _constant(term.data)
            case Op.CON:
                name = term.data
                if not term.args:
                    return _constant(Con(name, ()))
                make: Code = lambda frame: Con(name, tuple([d(frame) for d in later]))  # noqa: E731
                return make, make
            case Op.CALL:
                return self._call(term.data[0], later, layout)
        code = self._code(term, codes, later, layout)
        return code, lambda frame: Cell(code, frame)

    def _call(self, name: str, later: tuple[Code, ...], layout: Layout) -> tuple[Code, Code]:
        entry = self.bodies.get(name)
        if entry is None:
            entry = self.bodies[name] = [None, 0]
            self.waiting.append(name)
        place, force, count = layout.place(), self.force, len(later)

        def delay(frame: list[Any]) -> Cell:
            cell: Cell | None = frame[place]
            if cell is None:
                inner = [d(frame) for d in later]
                inner.extend([None] * (entry[1] - count))
                cell = frame[place] = Cell(entry[0], inner)
            return cell

        return (lambda frame: force(delay(frame))), delay

    def _code(self, term: Term, codes: tuple[Code, ...], later: tuple[Code, ...], layout: Layout) -> Code:
        match term.op:
            case Op.IF:
                test, then, other = codes
                return lambda frame: then(frame) if test(frame) else other(frame)
            case Op.IS:
                return _is(term.data, codes[0])
            case Op.SEL:
                return self._select(term.data[0], term.data[1], codes[0])
            case Op.NOT:
                return lambda frame: not codes[0](frame)
            case Op.AND:
                return self._junction(codes, False)
            case Op.OR:
                return self._junction(codes, True)
            case Op.IMPLIES:
                return self._junction((lambda frame: not codes[0](frame), codes[1]), True)
            case Op.EQ:
                return lambda frame: self.equal(codes[0](frame), codes[1](frame))
            case Op.LAMBDA:
                slots = tuple(layout.vars[n] for n, _ in term.data)
                return lambda frame: Closure(codes[0], frame, layout, slots)
            case Op.APPLY:
                return self._apply(codes[0], later[1:])
            case Op.PRIM:
                return self._prim(term, codes, later)
        raise Unsupported(f"{term.op.name} cannot be run")

    def _select(self, ctor: str, index: int, code: Code) -> Code:
        force = self.force

        def select(frame: list[Any]) -> Any:
            value = code(frame)
            if value.ctor != ctor:
                raise Stuck
            return force(value.fields[index])

        return select

    def _junction(self, codes: tuple[Code, ...], decides: bool) -> Code:
        """One part decides, whichever is known first."""

        def junction(frame: list[Any]) -> Any:
            needs: dict[Cell, None] = {}
            before, rests, deep = self.seen, 0, self.deep
            for code in codes:
                self.seen = 0
                try:
                    if code(frame) is decides:
                        self.seen |= before
                        return decides
                except Need as found:
                    needs.update(dict.fromkeys(found.cells))
                except Stuck:
                    if not needs or self.steps > self.until:
                        raise
                rests |= self.seen
                self.deep = deep
            self.seen = before | rests
            if needs:
                raise Need(tuple(needs))
            return not decides

        return junction

    def _apply(self, function: Code, later: tuple[Code, ...]) -> Code:
        def apply(frame: list[Any]) -> Any:
            closure = function(frame)
            if closure.__class__ is not Closure:
                raise Stuck
            layout = closure.layout
            count = len(layout.vars)
            inner = [*closure.frame[:count], *[None] * (layout.size - count)]
            for place, delay in zip(closure.slots, later, strict=True):
                inner[place] = delay(frame)
            return self.force(Cell(closure.code, inner))

        return apply

    def _prim(self, term: Term, codes: tuple[Code, ...], later: tuple[Code, ...]) -> Code:
        quick = _QUICK.get(term.data)
        if quick is not None:
            return quick(*codes)
        if any(p.head == "Fun" for p in PRIMS[term.data].params):
            raise Unsupported("a bounded quantifier over a set")
        names = [f"x{i}" for i in range(len(codes))]
        run = mk(Op.PRIM, term.data, tuple(mk_var(n, a.type) for n, a in zip(names, term.args, strict=True)), term.type)

        def general(frame: list[Any]) -> Any:
            env = {n: self.whole(code(frame)) for n, code in zip(names, codes, strict=True)}
            try:
                return self.evaluator.eval(run, env)
            except EvalStop:
                raise Stuck from None
            finally:
                self.steps += 1 + self.evaluator.steps

        return general

    # ------------------------------------------------------------ values

    def equal(self, left: Any, right: Any) -> bool:
        """Equality, false as soon as one part differs, even where others are not known."""
        waiting = [(left, right)]
        needs: dict[Cell, None] = {}
        before, rests, deep = self.seen, 0, self.deep
        while waiting:
            a, b = waiting.pop()
            self.seen = 0
            try:
                a, b = self.force(a), self.force(b)
            except Need as found:
                needs.update(dict.fromkeys(found.cells))
                self.deep = deep
                rests |= self.seen
                continue
            if a.__class__ is not Con:
                if a != b:
                    self.seen |= before | rests
                    return False
            elif a.ctor != b.ctor:
                self.seen |= before | rests
                return False
            elif a is not b:
                self.steps += 1
                waiting.extend(zip(reversed(a.fields), reversed(b.fields), strict=True))
            rests |= self.seen
        self.seen = before | rests
        if needs:
            raise Need(tuple(needs))
        return True

    def whole(self, value: Any) -> Any:
        """The value with nothing left to compute in it."""
        out: list[Any] = []
        work: list[tuple[Any, bool]] = [(value, False)]
        while work:
            here, built = work.pop()
            if built:
                count = len(here.fields)
                fields = tuple(out[len(out) - count :])
                del out[len(out) - count :]
                out.append(Con(here.ctor, fields))
                continue
            here = self.force(here)
            if here.__class__ is Closure:
                raise Stuck
            if here.__class__ is Con and here.fields:
                work.append((here, True))
                work.extend((f, False) for f in reversed(here.fields))
            else:
                out.append(here)
        return out[0]


def _constant(value: Any) -> tuple[Code, Code]:
    return (lambda frame: value), (lambda frame: value)


def _is(ctor: str, code: Code) -> Code:
    return lambda frame: code(frame).ctor == ctor


def _divided(a: Code, b: Code, remainder: bool) -> Code:
    def divide(frame: list[Any]) -> Any:
        left, right = a(frame), b(frame)
        if right == 0:
            raise Stuck
        return left % right if remainder else left // right

    return divide


_QUICK: dict[str, Callable[..., Code]] = {
    "int.add": lambda a, b: lambda frame: a(frame) + b(frame),
    "int.sub": lambda a, b: lambda frame: a(frame) - b(frame),
    "int.neg": lambda a: lambda frame: -a(frame),
    "int.lt": lambda a, b: lambda frame: a(frame) < b(frame),
    "int.le": lambda a, b: lambda frame: a(frame) <= b(frame),
    "int.div": lambda a, b: _divided(a, b, False),
    "int.mod": lambda a, b: _divided(a, b, True),
}
