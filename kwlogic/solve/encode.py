"""Logic terms to SMT-LIB text.

An ``Encoder`` serves one query: it collects the sorts, functions and helper definitions that the assertions need. Names
are the program's own, quoted; the order is that of first use, so equal problems yield equal text.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from kwlogic.core.program import Program
from kwlogic.core.terms import Op, Term, mk_var
from kwlogic.core.types import Type
from kwlogic.core.walk import BINDERS, free_vars, subst
from kwlogic.solve.prims import PRIM_TEXT, helper_text
from kwlogic.solve.sorts import Sorts, Unsupported, constructors, ctor_symbol, full_name, quote, sel_symbol
from kwlogic.solve.strings import regex_text, string_text

SHARE = 3  # shared subterms of at least this many children below are named by a let


class Encoder:
    def __init__(self, program: Program, abstract: bool = False) -> None:
        """``abstract``: products of two unknowns become an uninterpreted commutative function. What is then
        unsatisfiable is so with products, too, and nonlinear arithmetic is kept out of the way."""
        self.program = program
        self.abstract = abstract
        self.sorts = Sorts(program)
        self.functions: dict[str, str] = {}
        self.helpers: dict[str, str] = {}
        self.lambdas: dict[Term, str] = {}
        self.axioms: list[str] = []

    # ------------------------------------------------------------ whole formulas

    def formula(self, term: Term) -> str:
        """A closed-over-constants formula; free variables become constants."""
        return self._scope(term, frozenset())

    def forall(self, vars: tuple[Term, ...], body: Term, patterns: list[tuple[Term, ...]]) -> str:
        """A universally quantified formula with explicit patterns."""
        if not vars:
            return self.formula(body)
        bound = frozenset(vars)
        binders = " ".join(f"({self.var(v)} {self.sorts.sort(v.type)})" for v in vars)
        text = self._scope(body, bound)
        marks = "".join(f" :pattern ({' '.join(self._plain(p, bound) for p in group)})" for group in patterns)
        return f"(forall ({binders}) (! {text}{marks}))" if marks else f"(forall ({binders}) {text})"

    def body(self, term: Term, params: tuple[Term, ...]) -> str:
        """The text of a function's body over its parameters."""
        return self._scope(term, frozenset(params))

    def declarations(self) -> list[str]:
        return [*self.sorts.declarations(), *self.functions.values(), *self.helpers.values()]

    # ------------------------------------------------------------ terms

    def var(self, term: Term) -> str:
        return quote(str(term.data))

    def _plain(self, term: Term, bound: frozenset[Term]) -> str:
        """Without lets, as patterns require."""
        return self._scope(term, bound, share=False)

    def _scope(self, term: Term, bound: frozenset[Term], share: bool = True) -> str:
        """Text of a term within a binder scope; shared subterms are bound by nested lets at its top."""
        order, counts = _scope_order(term)
        names: dict[Term, str] = {}
        lets: list[tuple[str, str]] = []
        sizes: dict[Term, int] = {}
        for here in order:
            text = self._node(here, names, bound, share)
            sizes[here] = 1 + sum(sizes.get(a, 1) for a in here.args)
            if share and counts[here] > 1 and sizes[here] >= SHARE and here is not term:
                name = f"a!{len(lets)}"
                lets.append((name, text))
                text = name
            names[here] = text
        text = names[term]
        for name, value in reversed(lets):
            text = f"(let (({name} {value})) {text})"
        return text

    def _node(self, here: Term, names: dict[Term, str], bound: frozenset[Term], share: bool) -> str:
        match here.op:
            case Op.VAR:
                return self.var(here) if here in bound else self._constant(here)
            case Op.LIT:
                return literal(here)
            case Op.LAMBDA:
                return self._lambda(here, bound)
            case Op.FORALL | Op.EXISTS:
                return self._quantifier(here, bound)
            case _:
                args = [names[a] for a in here.args]
                return _NODES[here.op](self, here, args)

    def _constant(self, here: Term) -> str:
        name = self.var(here)
        text = f"(declare-fun {name} () {self.sorts.sort(here.type)})"
        if self.functions.setdefault(name, text) != text:
            raise Unsupported(f"two variables of different types are named {here.data}")
        return name

    def _quantifier(self, here: Term, bound: frozenset[Term]) -> str:
        vars = tuple(mk_var(n, t) for n, t in here.data)
        names = {v.data for v in vars}
        inner = frozenset(v for v in bound if v.data not in names) | frozenset(vars)
        binders = " ".join(f"({self.var(v)} {self.sorts.sort(v.type)})" for v in vars)
        word = "forall" if here.op is Op.FORALL else "exists"
        return f"({word} ({binders}) {self._scope(here.args[0], inner)})"

    def _lambda(self, here: Term, bound: frozenset[Term]) -> str:
        """A function value: a constructor of its free variables, with its meaning as an axiom on ``apply``."""
        free = tuple(sorted(free_vars(here), key=lambda v: v.id))
        formal = tuple(mk_var(f"%free.{i}", v.type) for i, v in enumerate(free))
        key = subst(here, dict(zip(free, formal, strict=True)))
        name = self.lambdas.get(key)
        if name is None:
            name = self.lambdas[key] = f"|lambda.{len(self.lambdas)}|"
            self._declare(name, tuple(v.type for v in formal), here.type)
            self._lambda_axiom(name, key, formal)
        args = [self.var(v) if v in bound else self._constant(v) for v in free]
        return f"({name} {' '.join(args)})" if args else name

    def _lambda_axiom(self, name: str, key: Term, formal: tuple[Term, ...]) -> None:
        params = tuple(mk_var(f"%arg.{i}", t) for i, (_, t) in enumerate(key.data))
        body = subst(key.args[0], {mk_var(n, t): p for (n, t), p in zip(key.data, params, strict=True)})
        value = f"({name} {' '.join(self.var(v) for v in formal)})" if formal else name
        call = f"({self._apply_symbol(key.type)} {value} {' '.join(self.var(p) for p in params)})"
        bound = frozenset((*formal, *params))
        binders = " ".join(f"({self.var(v)} {self.sorts.sort(v.type)})" for v in (*formal, *params))
        text = self._scope(body, bound)
        self.axioms.append(f"(forall ({binders}) (! (= {call} {text}) :pattern ({call})))")

    def _apply_symbol(self, type: Type) -> str:
        name = quote(f"apply:{full_name(type)}")
        self._declare(name, (type, *type.args[:-1]), type.args[-1])
        return name

    def _declare(self, name: str, params: tuple[Type, ...], result: Type) -> None:
        if name not in self.functions:
            inner = " ".join(self.sorts.sort(p) for p in params)
            self.functions[name] = f"(declare-fun {name} ({inner}) {self.sorts.sort(result)})"

    def call_symbol(self, here: Term) -> str:
        name, targs = here.data
        inner = f"[{','.join(full_name(t) for t in targs)}]" if targs else ""
        symbol = quote(f"{name}{inner}" if here.args else f"{name}{inner}()")  # a variable may have the bare name
        self._declare(symbol, tuple(a.type for a in here.args), here.type)
        return symbol

    # ------------------------------------------------------------ node kinds

    def _call(self, here: Term, args: list[str]) -> str:
        return app(self.call_symbol(here), args)

    def _con(self, here: Term, args: list[str]) -> str:
        self.sorts.sort(here.type)
        name = ctor_symbol(here.data, here.type)
        return app(name, args) if args else f"(as {name} {self.sorts.sort(here.type)})"

    def _sel(self, here: Term, args: list[str]) -> str:
        type = here.args[0].type
        self.sorts.sort(type)
        return f"({sel_symbol(here.data[0], here.data[1], type)} {args[0]})"

    def _is(self, here: Term, args: list[str]) -> str:
        type = here.args[0].type
        self.sorts.sort(type)
        if len(constructors(self.program, type)) == 1:
            return "true"
        return f"((_ is {ctor_symbol(here.data, type)}) {args[0]})"

    def _apply(self, here: Term, args: list[str]) -> str:
        return app(self._apply_symbol(here.args[0].type), args)

    def _prim(self, here: Term, args: list[str]) -> str:
        name = here.data
        if name == "str.matches":
            return self._matches(here, args)
        if self.abstract and name in ("int.mul", "real.mul") and not any(a.op is Op.LIT for a in here.args):
            symbol = quote(f"times:{here.type.head}")
            self._declare(symbol, (here.type, here.type), here.type)
            return app(symbol, sorted(args))
        make = PRIM_TEXT.get(name)
        if make is not None:
            for part in here.args:
                self.sorts.sort(part.type)
            self.sorts.sort(here.type)
            return make(self, here, args)
        symbol = quote(f"{name}:{','.join(full_name(a.type) for a in here.args)}")
        self._declare(symbol, tuple(a.type for a in here.args), here.type)
        return app(symbol, args)

    def helper(self, name: str, text: str) -> str:
        """Register a helper definition (in order of first use) and return its name."""
        if name not in self.helpers:
            self.helpers[name] = text
        return name

    def standard(self, name: str) -> str:
        return self.helper(name, helper_text(name))

    def _matches(self, here: Term, args: list[str]) -> str:
        pattern = here.args[1]
        if pattern.op is not Op.LIT:
            raise Unsupported("the pattern of `matches` is not a literal")
        return f"(str.in_re {args[0]} {regex_text(str(pattern.data))})"


def _scope_order(term: Term) -> tuple[list[Term], dict[Term, int]]:
    """Subterms of a scope in child-first order (binders are leaves) and how often each is used."""
    counts: dict[Term, int] = {term: 1}
    order: list[Term] = []
    state: dict[Term, bool] = {}
    stack = [term]
    while stack:
        here = stack[-1]
        if state.get(here):
            stack.pop()
            continue
        if here in state or not here.args or here.op in BINDERS:
            state[here] = True
            order.append(here)
            stack.pop()
            continue
        state[here] = False
        for arg in reversed(here.args):
            counts[arg] = counts.get(arg, 0) + 1
            if arg not in state:
                stack.append(arg)
    return order, counts


def app(symbol: str, args: list[str]) -> str:
    return f"({symbol} {' '.join(args)})" if args else symbol


def literal(here: Term) -> str:
    value = here.data
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if value >= 0 else f"(- {-value})"
    if isinstance(value, Fraction):
        top = f"{abs(value.numerator)}.0"
        text = top if value.denominator == 1 else f"(/ {top} {value.denominator}.0)"
        return f"(- {text})" if value < 0 else text
    return string_text(value)


def _named(word: str) -> Callable[[Encoder, Term, list[str]], str]:
    return lambda _, __, args: f"({word} {' '.join(args)})"


_NODES: dict[Op, Callable[[Encoder, Term, list[str]], str]] = {
    Op.CALL: Encoder._call,
    Op.PRIM: Encoder._prim,
    Op.CON: Encoder._con,
    Op.SEL: Encoder._sel,
    Op.IS: Encoder._is,
    Op.APPLY: Encoder._apply,
    Op.IF: _named("ite"),
    Op.AND: _named("and"),
    Op.OR: _named("or"),
    Op.NOT: _named("not"),
    Op.IMPLIES: _named("=>"),
    Op.EQ: _named("="),
}
