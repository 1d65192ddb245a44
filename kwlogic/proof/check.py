"""The checker: does this certificate prove this obligation? No solver is asked.

It recomputes from the program everything that a certificate speaks of: the sequents of inductions and cases, the
instances of definitions, facts and laws. What is left are ground contradictions, which ``proof.ground`` shows.
"""

from __future__ import annotations

from dataclasses import dataclass

from kwlogic.core.program import Program
from kwlogic.core.terms import Op, Term, mk_implies, mk_not, mk_var
from kwlogic.core.types import BOOL, type_vars
from kwlogic.core.walk import free_vars, subst, subst_types, subterms
from kwlogic.proof.data import (
    Along,
    Certificate,
    Law,
    Leaf,
    Lemma,
    Members,
    Natural,
    Pick,
    Specialise,
    Split,
    Step,
    Structural,
    Tree,
    Unfold,
    Use,
)
from kwlogic.proof.datatypes import DataTypes
from kwlogic.proof.goals import along, free_of, introduce, natural, split, structural
from kwlogic.proof.ground import refutes
from kwlogic.proof.laws import laws_of
from kwlogic.proof.statements import Refused, Statements
from kwlogic.vc.data import Goal, Kind, Obligation, Sequent
from kwlogic.vc.primlaws import WITNESS, element_laws

MOST_NODES = 2_000


@dataclass(frozen=True, slots=True)
class Scope:
    """What a proof may use: facts of declarations before ``before``, axioms in ``using``, nothing that is ``hidden``."""

    before: str
    using: tuple[str, ...]
    hidden: frozenset[str]
    lemmas: tuple[Lemma, ...] = ()


def scope_of(program: Program, obligation: Obligation) -> Scope:
    """A proof that a recursion ends must not rest on the recursion."""
    fn = program.fns.get(obligation.declaration)
    hidden = fn.group | {fn.name} if fn is not None and obligation.kind is Kind.TERMINATION else frozenset[str]()
    return Scope(obligation.before, obligation.using, hidden)


def restricted(obligation: Obligation, goal: int, hyps: frozenset[str]) -> Sequent:
    """The sequent of one goal with some of its hypotheses."""
    sequent = obligation.sequent
    goals = (sequent.goal, *obligation.alternatives)
    return Sequent(sequent.vars, tuple(h for h in sequent.hyps if h.name in hyps), goals[goal])


class Checker:
    """Checks certificates against one program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.statements = Statements(program)
        self.data = DataTypes(program)

    def check(self, obligation: Obligation, certificate: Certificate) -> frozenset[str]:
        """What the proof rests on (as ``Proved.uses`` says it); raises Refused where it does not hold."""
        if obligation.ask is not Goal.VALID:
            raise Refused("only claims of validity have certificates")
        goals = (obligation.sequent.goal, *obligation.alternatives)
        if not 0 <= certificate.goal < len(goals):
            raise Refused(f"the obligation has no goal {certificate.goal}")
        scope = scope_of(self.program, obligation)
        uses: frozenset[str] = frozenset()
        for lemma in certificate.lemmas:
            uses |= self._lemma(lemma, scope)
            scope = Scope(scope.before, scope.using, scope.hidden, (*scope.lemmas, lemma))
        return uses | self.tree(restricted(obligation, certificate.goal, certificate.hyps), certificate.tree, scope)

    def _lemma(self, lemma: Lemma, scope: Scope) -> frozenset[str]:
        if any(lemma.name == other.name for other in scope.lemmas):
            raise Refused(f"there are two lemmas `{lemma.name}`")
        if lemma.formula.type is not BOOL or any(str(v.data).startswith("%") for v in lemma.vars):
            raise Refused(f"lemma `{lemma.name}` is no statement about variables")
        if not free_vars(lemma.formula) <= set(lemma.vars):
            raise Refused(f"lemma `{lemma.name}` is not closed")
        for term in subterms(lemma.formula, *lemma.vars):
            if not type_vars(term.type) <= set(lemma.tparams):
                raise Refused(f"lemma `{lemma.name}` does not name its type parameters")
        return self.tree(Sequent(lemma.vars, (), lemma.formula), lemma.tree, scope)

    # ------------------------------------------------------------ trees

    def tree(self, sequent: Sequent, tree: Tree, scope: Scope) -> frozenset[str]:
        """Check a whole tree; what it rests on."""
        uses: set[str] = set()
        stack: list[tuple[Sequent, Tree]] = [(sequent, tree)]
        visited = 0
        while stack:
            visited += 1
            if visited > MOST_NODES:
                raise Refused("the proof is too large")
            here, node = stack.pop()
            opened = introduce(self.statements.normal, here)
            if isinstance(node, Leaf):
                if node.tier == "T1":
                    self._leaf(opened, node, scope, uses)
                else:
                    uses |= {u for step in node.steps for u in self._rests_on(step, scope)}
            else:
                stack.extend(self.children(opened, node, scope, uses))
        return frozenset(uses)

    def children(self, opened: Sequent, node: Tree, scope: Scope, uses: set[str]) -> list[tuple[Sequent, Tree]]:
        """The sequents below a node that is no leaf, with their trees. ``opened`` is introduced."""
        match node:
            case Structural(var, cases):
                return _paired(structural(self.data, opened, var), cases)
            case Split(term, cases):
                if not free_vars(term) <= free_of(opened):
                    raise Refused(f"`{term}` speaks of what the claim does not")
                return _paired(split(self.data, opened, term), cases)
            case Natural(var, case):
                return [(natural(opened, var), case)]
            case Along(call, case, guard):
                name = str(call.data[0])
                self._definition_open(name, scope)
                uses.add(f"def:{name}")
                step, needed = along(self.statements, opened, call)
                if needed is None:
                    return [(step, case)]
                if guard is None:
                    raise Refused(f"nothing shows that `{call}` ends")
                return [(step, case), (needed, guard)]
            case Leaf():
                return []

    # ------------------------------------------------------------ leaves

    def _leaf(self, opened: Sequent, leaf: Leaf, scope: Scope, uses: set[str]) -> None:
        formulas = self.assumptions(opened, leaf, scope, uses)
        if not refutes(formulas, self.data.plain):
            raise Refused("the instances of a leaf do not contradict its negated goal")

    def assumptions(self, opened: Sequent, leaf: Leaf, scope: Scope, uses: set[str]) -> list[Term]:
        """All that a leaf's contradiction is to come from."""
        return self.collector(opened, scope, uses).run(leaf.steps)

    def collector(self, opened: Sequent, scope: Scope, uses: set[str]) -> Collector:
        return Collector(self, opened, scope, uses)

    def _rests_on(self, step: Step, scope: Scope) -> set[str]:
        match step:
            case Unfold(call):
                return {f"def:{call.data[0]}"}
            case Use(name=name):
                return set() if any(lemma.name == name for lemma in scope.lemmas) else {name}
            case _:
                return set()

    def _definition_open(self, name: str, scope: Scope) -> None:
        if name in scope.hidden:
            raise Refused(f"a proof that `{name}` ends uses its definition")

    def use(self, step: Use, scope: Scope, uses: set[str]) -> Term:
        """The instance of a fact or of a lemma of the certificate."""
        for lemma in scope.lemmas:
            if lemma.name == step.name:
                return self._lemma_instance(lemma, step)
        if step.name in scope.hidden or not self.statements.usable(step.name, scope.before, scope.using):
            raise Refused(f"`{step.name}` may not be used here")
        uses.add(step.name)
        return self.statements.fact(step.name, step.index, step.types, step.args)

    def _lemma_instance(self, lemma: Lemma, step: Use) -> Term:
        if len(step.types) != len(lemma.tparams) or len(step.args) != len(lemma.vars):
            raise Refused(f"lemma `{lemma.name}` takes other arguments")
        types = dict(zip(lemma.tparams, step.types, strict=True))
        typed = [subst_types(v, types) for v in lemma.vars]
        if any(v.type is not a.type for v, a in zip(typed, step.args, strict=True)):
            raise Refused(f"the arguments of lemma `{lemma.name}` are of the wrong types")
        return self.statements.normal.of(subst(subst_types(lemma.formula, types), dict(zip(typed, step.args, strict=True))))

    def unfold(self, call: Term, scope: Scope, uses: set[str]) -> Term:
        if call.op is not Op.CALL:
            raise Refused(f"`{call}` is no call")
        name = str(call.data[0])
        self._definition_open(name, scope)
        uses.add(f"def:{name}")
        return self.statements.definition(call)


class Collector:
    """The assumptions of one leaf, growing step by step. ``formulas`` starts with hypotheses and negated goal."""

    def __init__(self, checker: Checker, opened: Sequent, scope: Scope, uses: set[str]) -> None:
        self.checker, self.scope, self.uses = checker, scope, uses
        self.formulas: list[Term] = []
        self.quantified: dict[Term, None] = {}
        self.names = {str(v.data) for v in (*free_of(opened), *opened.vars)}
        for term in (*(h.term for h in opened.hyps), mk_not(opened.goal)):
            self._add(term)

    def run(self, steps: tuple[Step, ...]) -> list[Term]:
        for step in steps:
            self.take(step)
        return self.formulas

    def take(self, step: Step) -> Term:
        """Add the formula that a step stands for; raises Refused where it stands for none."""
        formula = self._formula(step)
        self._add(formula)
        return formula

    def _add(self, formula: Term) -> None:
        self.formulas.append(formula)
        for term in quantified_in(formula):
            self.quantified[term] = None
        self.names |= {str(v.data) for v in free_vars(formula)}

    def _formula(self, step: Step) -> Term:
        normal = self.checker.statements.normal
        match step:
            case Unfold(call):
                return self.checker.unfold(call, self.scope, self.uses)
            case Use():
                return self.checker.use(step, self.scope, self.uses)
            case Specialise(number, args):
                return normal.of(_instance(self._quantified(number), args))
            case Pick(number, names):
                return normal.of(self._pick(self._quantified(number), names))
            case Law(term, index):
                laws = laws_of(term)
                if not 0 <= index < len(laws):
                    raise Refused(f"there is no law {index} about `{term}`")
                return normal.of(laws[index])
            case Members(call, index, name):
                return normal.of(self._members(call, index, name))

    def _quantified(self, number: int) -> Term:
        found = list(self.quantified)
        if not 0 <= number < len(found):
            raise Refused(f"there is no quantified formula {number}")
        return found[number]

    def _fresh(self, name: str) -> None:
        if name in self.names or name.startswith("%"):
            raise Refused(f"the name `{name}` is not new")
        self.names.add(name)

    def _pick(self, formula: Term, names: tuple[str, ...]) -> Term:
        if len(names) != len(formula.data):
            raise Refused("a name is wanted for each variable")
        for name in names:
            self._fresh(name)
        chosen = tuple(mk_var(n, t) for n, (_, t) in zip(names, formula.data, strict=True))
        opened = open_binder(formula, chosen)
        return mk_implies(formula, opened) if formula.op is Op.EXISTS else mk_implies(opened, formula)

    def _members(self, call: Term, index: int, name: str) -> Term:
        laws = element_laws((call,)) if call.op is Op.CALL and call.data[0] in ("std.list.all", "std.list.any") else []
        laws = laws[-2:]
        if not 0 <= index < len(laws):
            raise Refused(f"there is no law {index} about the members of `{call}`")
        if any(str(v.data).startswith(WITNESS) for v in free_vars(call)):
            raise Refused("a variable has the name of the member that the law is about")
        element = call.args[1].type.args[0]
        self._fresh(name)
        witness = [v for v in free_vars(laws[index]) - free_vars(call) if str(v.data).startswith(WITNESS)]
        return subst(laws[index], {w: mk_var(name, element) for w in witness})


def quantified_in(formula: Term) -> list[Term]:
    """Quantified parts that speak of no bound variable, children first."""
    return [t for t in subterms(formula) if t.op in (Op.FORALL, Op.EXISTS) and not any(str(v.data).startswith("%") for v in free_vars(t))]


def open_binder(formula: Term, args: tuple[Term, ...]) -> Term:
    """The body with its variables replaced."""
    if len(args) != len(formula.data) or any(a.type is not t for a, (_, t) in zip(args, formula.data, strict=True)):
        raise Refused("the arguments do not fit the quantified variables")
    return subst(formula.args[0], {mk_var(n, t): a for (n, t), a in zip(formula.data, args, strict=True)})


def _instance(formula: Term, args: tuple[Term, ...]) -> Term:
    opened = open_binder(formula, args)
    return mk_implies(formula, opened) if formula.op is Op.FORALL else mk_implies(opened, formula)


def _paired(sequents: list[Sequent], trees: tuple[Tree, ...]) -> list[tuple[Sequent, Tree]]:
    if len(sequents) != len(trees):
        raise Refused(f"{len(sequents)} cases are to be proved, and the certificate has {len(trees)}")
    return list(zip(sequents, trees, strict=True))
