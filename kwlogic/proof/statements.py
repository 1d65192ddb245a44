"""What declarations say, recomputed from the program: the equation of a recursive call, and the facts that lemmas and
contracts state. Each comes with the name of what it rests on (`def:f`: that f ends)."""

from __future__ import annotations

from kwlogic.core.logic import erase
from kwlogic.core.program import Clause, Fn, Program
from kwlogic.core.terms import TRUE, Op, Term, mk_and, mk_call, mk_eq, mk_implies, mk_sel, mk_var
from kwlogic.core.types import Type, mk_tvar, tuple_of
from kwlogic.core.walk import subst, subst_types
from kwlogic.proof.normal import Normal
from kwlogic.vc.context import Context
from kwlogic.vc.descent import Structural, outcome_of


class Refused(Exception):
    """A certificate says something that does not hold, or that cannot be read."""


class Statements:
    """The statements of one program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.normal = Normal(program)
        self.rank = {name: i for i, name in enumerate(program.order)}
        self._context = Context(program)

    def recursive(self, name: str) -> Fn | None:
        """The function of that name where its calls may be opened by instances of its definition."""
        fn = self.program.fns.get(name)
        return fn if fn is not None and fn.group and not fn.opaque else None

    def definition(self, call: Term) -> Term:
        """``guard ==> call == body`` for a call of a recursive function.

        The guard is its ``requires``, within which it is known to end; structural recursion ends on every value.
        """
        fn = self.recursive(call.data[0]) if call.op is Op.CALL else None
        if fn is None:
            raise Refused(f"`{call}` is not a call of a recursive function with a visible body")
        params, body = self.normal.body(*call.data)
        env = dict(zip(params, call.args, strict=True))
        guard = TRUE if self._structural(fn) else subst(self._at(conjunction(fn.requires), fn.tparams, call.data[1]), env)
        return mk_implies(self.normal.of(guard), mk_eq(call, self.normal.of(subst(body, env))))

    def _structural(self, fn: Fn) -> bool:
        return not fn.decreases and isinstance(outcome_of(self._context, fn.group), Structural)

    def _at(self, term: Term, tparams: tuple[str, ...], targs: tuple[Type, ...]) -> Term:
        return subst_types(term, dict(zip(tparams, targs, strict=True)))

    def fact(self, name: str, index: int, targs: tuple[Type, ...], args: tuple[Term, ...]) -> Term:
        """Clause ``index`` of the ensures of a declaration, under its requires, for given arguments."""
        tparams, vars, formula = self.statement(name, index)
        if len(tparams) != len(targs) or len(vars) != len(args):
            raise Refused(f"`{name}` takes {len(tparams)} types and {len(vars)} arguments")
        types = dict(zip(tparams, targs, strict=True))
        typed = tuple(subst_types(v, types) for v in vars)
        if any(v.type is not a.type for v, a in zip(typed, args, strict=True)):
            raise Refused(f"the arguments of `{name}` are of the wrong types")
        return self.normal.of(subst(subst_types(formula, types), dict(zip(typed, args, strict=True))))

    def statement(self, name: str, index: int) -> tuple[tuple[str, ...], tuple[Term, ...], Term]:
        """Type parameters, variables and formula."""
        program = self.program
        lemma, fn, kernel = program.lemmas.get(name), program.fns.get(name), program.kernels.get(name)
        decl = lemma or fn or kernel
        if decl is None or not 0 <= index < len(decl.ensures):
            raise Refused(f"there is no fact `{name}#{index}`")
        pred = erase(decl.ensures[index].pred)
        guard = conjunction(decl.requires)
        if lemma is not None:
            return lemma.tparams, tuple(mk_var(p.name, p.type) for p in lemma.params), mk_implies(guard, pred)
        targs = tuple(mk_tvar(t) for t in decl.tparams)
        if fn is not None:
            vars = tuple(mk_var(p.name, p.type) for p in fn.params)
            call = mk_call(name, targs, vars, fn.result)
            return fn.tparams, vars, mk_implies(guard, subst(pred, {mk_var("result", fn.result): call}))
        assert kernel is not None
        vars = tuple(mk_var(p.name, p.type) for p in kernel.inputs)
        types = tuple(p.type for p in kernel.outputs)
        call = mk_call(name, targs, vars, types[0] if len(types) == 1 else tuple_of(*types))
        values = (call,) if len(types) == 1 else tuple(mk_sel("Tuple", i, call, t) for i, t in enumerate(types))
        env = dict(zip((mk_var(p.name, p.type) for p in kernel.outputs), values, strict=True))
        return kernel.tparams, vars, mk_implies(guard, subst(pred, env))

    def count(self, name: str) -> int:
        """How many facts a declaration states."""
        decl = self.program.lemmas.get(name) or self.program.fns.get(name) or self.program.kernels.get(name)
        return 0 if decl is None else len(decl.ensures)

    def usable(self, name: str, before: str, using: tuple[str, ...]) -> bool:
        """Whether a proof in ``before`` may rest on the facts of a declaration: it stands earlier, in no recursion with it,
        and an axiom is named by the proof's hint."""
        lemma = self.program.lemmas.get(name)
        if lemma is not None and lemma.axiom and name not in using:
            return False
        own = self.program.fns.get(before)
        if name == before or (own is not None and name in own.group):
            return False
        here = self.rank.get(name)
        return here is not None and here < self.rank.get(before, len(self.rank))


def conjunction(clauses: tuple[Clause, ...]) -> Term:
    return mk_and(erase(c.pred) for c in clauses)
