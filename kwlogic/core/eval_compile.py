"""Compiling on demand: each fn, kernel, contract and lambda that a run meets becomes a Python function, once.

A callee is compiled before its callers, so that a caller knows whether it must wait for it (``Callee.gen``); one met
again while it is being compiled is recursive, and recursive functions are generators.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import GeneratorType
from typing import Any

from kwlogic.core import eval_fail
from kwlogic.core.eval_code import OWN, Callee, Steps, Unit
from kwlogic.core.eval_data import Budget, trampoline
from kwlogic.core.eval_native import native
from kwlogic.core.eval_static import Constants, Runnable
from kwlogic.core.prim_eval import HELPERS
from kwlogic.core.program import Clause, Fn, Lemma, Origin, Program
from kwlogic.core.terms import Op, Term
from kwlogic.core.value import Con, Value, equal
from kwlogic.core.walk import fold, subterms
from kwlogic.source.data import Span

_PLAIN_LEVELS = 30
_LARGE = 60
CHARGE = "budget.left -= 1; budget.left < 0 and charge(0)"


class Compiler:
    """Everything compiled for one program under one set of options."""

    def __init__(
        self, program: Program, budget: Budget, checked: bool, check_ensures: bool, check_termination: bool, externals: Mapping[str, Any]
    ):
        self.program = program
        self.checked = checked
        self.check_ensures = check_ensures
        self.check_termination = check_termination
        self.externals = externals
        self.runnable = Runnable(program, frozenset(externals))
        self.guarded = frozenset(c.name for c in program.ctors.values() if c.invariants) if checked else frozenset()
        self.constants = Constants(self.guarded)
        self.callees: dict[tuple[Any, ...], Callee] = {}
        self.makers: dict[tuple[Any, ...], str] = {}
        self.skipped: set[Clause] = set()
        self.sizes: dict[Term, int] = {}
        self.count = 0
        self.scope: dict[str, Any] = {
            "budget": budget,
            "charge": budget.charge,
            "Con": Con,
            "Gen": GeneratorType,
            "equal": equal,
            **HELPERS,
        }
        self.scope.update(eval_fail.helpers(program, self.scope))

    # ------------------------------------------------------------ names in the generated code

    def name(self, letter: str) -> str:
        self.count += 1
        return f"{letter}_{self.count}"

    def place(self, thing: Any) -> str:
        """A global name for a constant of the generated code."""
        name = self.name("k")
        self.scope[name] = thing
        return name

    def constant(self, term: Term) -> str | None:
        value = self.constants.of(term)
        if value is None:
            return None
        if isinstance(value, int) and abs(value) < 1 << 60:
            text = repr(value) if value >= 0 else f"({value!r})"
            self.scope[text] = value
            return text
        return self.memo_place(value, term)

    def memo_place(self, value: Value, term: Term) -> str:
        key = ("constant", term)
        if key not in self.makers:
            self.makers[key] = self.place(value)
        return self.makers[key]

    def is_large(self, term: Term) -> bool:
        """Much code, were it written out in full."""
        return fold((term,), lambda _, sizes: min(1 + sum(sizes), _LARGE), self.sizes)[term] >= _LARGE

    def only(self, ctor: str) -> bool:
        """Every value of the type has this constructor."""
        if ctor == "Tuple":
            return True
        found = self.program.ctors.get(ctor)
        return found is not None and len(self.program.datas[found.data].ctors) == 1

    def known(self, name: str) -> bool:
        return name in self.externals or self.runnable.body(name) is not None

    def params(self, name: str) -> tuple[str, ...]:
        program = self.program
        if name in program.kernels:
            return tuple(p.name for p in program.kernels[name].inputs)
        if name in program.ctors:
            return tuple(p.name for p in program.ctors[name].fields)
        found: Fn | Lemma = program.fns[name] if name in program.fns else program.lemmas[name]
        return tuple(p.name for p in found.params)

    # ------------------------------------------------------------ units

    def unit(
        self, key: tuple[Any, ...], params: tuple[str, ...], emit: Callable[[Unit], Steps[None]], here: Fn | None = None
    ) -> Steps[Callee]:
        """The compiled function for a key; compiles it where that was not done yet."""
        callee = self.callees.get(key)
        if callee is None:
            callee = self.callees[key] = Callee(self.name("f"))
            names = [f"p{i}" for i in range(len(params))]
            unit = Unit(self, dict(zip(params, names)), here, 1)
            yield emit(unit)
            callee.gen = callee.gen or unit.gen or unit.level > _PLAIN_LEVELS
            callee.level = unit.level
            callee.done = True
            self.load([f"def {callee.py}({', '.join(names)}):", *self.finished(unit, callee.gen)])
        elif not callee.done:
            callee.gen = True
        return callee

    def finished(self, unit: Unit, gen: bool) -> list[str]:
        return [*unit.lines, f"{' ' * unit.base}yield"] if gen and not unit.yields else unit.lines

    def load(self, lines: list[str]) -> None:
        exec(compile("\n".join(lines), "<kwlogic>", "exec"), self.scope)

    def finish(self, steps: Any) -> Any:
        """Run compiling to its end; where it fails, forget what was left half done."""
        try:
            return trampoline(steps)
        except BaseException:
            self.callees = {k: c for k, c in self.callees.items() if c.done}
            raise

    def callee(self, name: str) -> Steps[Callee]:
        """A fn or kernel by name."""
        if name in self.externals:
            if ("call", name) not in self.callees:
                self.callees["call", name] = Callee(self.place(self.externals[name]), done=True)
            return self.callees["call", name]
        fn = self.program.fns.get(name)
        quick = None if fn is None or ("call", name) in self.callees else native(fn)
        if quick is not None:
            self.callees["call", name] = Callee(self.place(partial(quick, self.scope["budget"])), done=True)
        body = self.runnable.body(name)
        assert body is not None

        def emit(unit: Unit) -> Steps[None]:
            unit.line(CHARGE)
            if self.check_termination and fn is not None and fn.decreases:
                unit.env = {**unit.env, **{OWN + p: atom for p, atom in unit.env.items()}}
            yield unit.tail(body, None)

        found: Callee = yield self.unit(("call", name), self.params(name), emit, fn)
        return found

    def outline(self, term: Term, span: Span | None, names: list[str], here: Fn | None) -> Steps[Callee]:
        key = ("part", term, span, tuple(names), None if here is None else here.name)
        found: Callee = yield self.unit(key, tuple(names), lambda unit: unit.tail(term, span), here)
        return found

    def function(self, term: Term, span: Span | None, names: list[str], here: Fn | None) -> Steps[str]:
        """The name of a maker of closures: applied to the captured values it yields the function value."""
        key = ("lambda", term, span, tuple(names), None if here is None else here.name)
        if key not in self.makers:
            params = [n for n, _ in term.data]
            env = {**{n: f"v{i}" for i, n in enumerate(names)}, **{n: f"p{i}" for i, n in enumerate(params)}}
            unit = Unit(self, env, here, 2)
            yield unit.tail(term.args[0], span)
            maker = self.name("m")
            head = [
                f"def {maker}({', '.join(f'v{i}' for i in range(len(names)))}):",
                f" def lam({', '.join(f'p{i}' for i in range(len(params)))}):",
            ]
            self.load([*head, *self.finished(unit, unit.gen or unit.level > _PLAIN_LEVELS), " return lam"])
            self.makers[key] = maker
        return self.makers[key]

    # ------------------------------------------------------------ contracts: index of the first false clause, or None

    def clauses(
        self, key: tuple[Any, ...], params: tuple[str, ...], clauses: tuple[Clause, ...], outputs: tuple[str, ...] = ()
    ) -> Steps[Callee | None]:
        """``outputs``: the names of several outputs, when the last parameter is their tuple. Clauses that cannot be run are skipped."""
        chosen = []
        for index, clause in enumerate(clauses):
            if clause.origin is not Origin.INVARIANT:
                if self.runnable.term(clause.pred):
                    chosen.append((index, clause))
                else:
                    self.skipped.add(clause)
        if not chosen:
            return None

        def emit(unit: Unit) -> Steps[None]:
            if any(t.op is Op.CALL for t in subterms(*(clause.pred for _, clause in chosen))):
                unit.line(CHARGE)
            for i, name in enumerate(outputs):
                unit.env = {**unit.env, name: unit.bind(f"p{len(params) - 1}.fields[{i}]")}
            for index, clause in chosen:
                holds = yield unit.value(clause.pred, clause.span)
                unit.line(f"if not {holds}: return {index}")
            unit.line("return None")

        found: Callee = yield self.unit(key, params, emit)
        return found

    def requires_of(self, name: str) -> tuple[Clause, ...]:
        for table in (self.program.fns, self.program.kernels, self.program.lemmas):
            if name in table:
                return table[name].requires
        return ()

    def pre(self, name: str) -> Steps[Callee | None]:
        clauses = self.requires_of(name)
        found: Callee | None = (yield self.clauses(("pre", name), self.params(name), clauses)) if clauses else None
        return found

    def invariant(self, ctor: str) -> Steps[Callee]:
        """A ctor of ``guarded``. What cannot be run among its invariants cannot be checked."""
        found = self.program.ctors[ctor]
        callee: Callee | None = yield self.clauses(("invariant", ctor), self.params(ctor), found.invariants)
        return callee or Callee("no_clause", done=True)

    def post(self, name: str) -> Steps[Callee | None]:
        kernel = self.program.kernels.get(name)
        clauses = self.program.fns[name].ensures if kernel is None else kernel.ensures
        results = ("result",) if kernel is None else tuple(p.name for p in kernel.outputs)
        params = self.params(name) + (results if len(results) == 1 else ("",))
        found: Callee | None = yield self.clauses(("post", name), params, clauses, results if len(results) > 1 else ())
        return found

    # ------------------------------------------------------------ termination

    def measure(self, fn: Fn) -> Steps[Callee]:
        def emit(unit: Unit) -> Steps[None]:
            values = yield unit.values(fn.decreases, fn.decreases_span)
            unit.line(f"return ({', '.join(values)},)")

        found: Callee = yield self.unit(("measure", fn.name), self.params(fn.name), emit)
        return found

    def descent(self, unit: Unit, name: str, args: list[str], span: Span | None) -> Steps[None]:
        """Check that a declared measure decreases at a recursive call."""
        here, fn = unit.here, self.program.fns.get(name)
        if not self.check_termination or here is None or fn is None or name not in here.group:
            return
        if not fn.decreases or not here.decreases or not all(map(self.runnable.term, (*fn.decreases, *here.decreases))):
            return
        own, other = (yield self.measure(here)), (yield self.measure(fn))
        before = unit.bind(unit.invoke(own, [unit.env[OWN + p] for p in self.params(here.name)]))
        after = unit.bind(unit.invoke(other, args))
        site = unit.site(span, name, tuple(args))
        unit.line(f"if not descends({before}, {after}): fail_termination({site}, {before}, {after}, locals())")

    def closed(self, term: Term, names: tuple[str, ...]) -> Steps[Callee]:
        """A term as a function of the named variables."""
        found: Callee = yield self.unit(("term", term), names, lambda unit: unit.tail(term, None))
        return found
