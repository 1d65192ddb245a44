"""A proof in words: how it goes, and what it rests on."""

from __future__ import annotations

from kwlogic.core.program import Program
from kwlogic.core.show import show_term
from kwlogic.core.terms import Term
from kwlogic.proof.check import Checker, Collector, Scope, restricted, scope_of
from kwlogic.proof.data import Along, Certificate, Law, Leaf, Members, Natural, Pick, Specialise, Split, Step, Structural, Tree, Unfold, Use
from kwlogic.proof.goals import introduce
from kwlogic.proof.statements import Refused
from kwlogic.proof.text import children
from kwlogic.vc.data import Obligation, Sequent

WIDEST = 400


def method_of(tree: Tree) -> str:
    """The way a proof begins, in a few words."""
    match tree:
        case Structural(var) | Natural(var):
            return f"induction on {var.data}"
        case Along(call):
            return f"induction along {show_term(call)}"
        case Split():
            return "cases"
        case Leaf():
            return "direct"


def inductive(tree: Tree) -> bool:
    """Whether there is an induction in a proof."""
    stack = [tree]
    while stack:
        here = stack.pop()
        if isinstance(here, Structural | Natural | Along):
            return True
        stack.extend(children(here))
    return False


def explain(program: Program, obligation: Obligation, certificate: Certificate) -> list[str]:
    """Lines of text. The certificate should hold; where it does not, what can be said is said."""
    checker = Checker(program)
    scope = scope_of(program, obligation)
    out = []
    for lemma in certificate.lemmas:
        out.append(f"lemma {lemma.name}, found on the way: {show_term(lemma.formula, program, WIDEST)}")
        out.extend(_Teller(checker, scope).tell(Sequent(lemma.vars, (), lemma.formula), lemma.tree, 1))
        scope = Scope(scope.before, scope.using, scope.hidden, (*scope.lemmas, lemma))
    sequent = restricted(obligation, certificate.goal, certificate.hyps)
    out.extend(_Teller(checker, scope).tell(sequent, certificate.tree, 0))
    return out


class _Teller:
    def __init__(self, checker: Checker, scope: Scope) -> None:
        self.checker, self.scope = checker, scope

    def tell(self, sequent: Sequent, tree: Tree, indent: int) -> list[str]:
        """Recursion is as deep as inductions nest."""
        pad = "  " * indent
        try:
            opened = introduce(self.checker.statements.normal, sequent)
            below = self.checker.children(opened, tree, self.scope, set())
        except Refused as reason:
            return [f"{pad}this part cannot be followed: {reason}"]
        if isinstance(tree, Leaf):
            return [f"{pad}{line}" for line in self._leaf(opened, tree)]
        out = [f"{pad}{method_of(tree)}:"]
        for title, (inner, child) in zip(self._titles(tree), below, strict=False):
            out.append(f"{pad}  {title}")
            out.extend(self.tell(inner, child, indent + 2))
        return out

    def _titles(self, tree: Tree) -> list[str]:
        match tree:
            case Structural(var):
                return [f"{var.data} is {_constructed(c, len(f))}" for c, f in self.checker.data.named(var.type)]
            case Split(term):
                named = [c.rpartition(".")[2] for c, _ in self.checker.data.named(term.type)] or ["true", "false"]
                return [f"{self._show(term)} is {name}" for name in named]
            case Natural(var):
                return [f"for {var.data}, given all smaller ones that are not negative"]
            case Along(call):
                return ["given it for each recursive call", f"the call {self._show(call)} satisfies its requires"]
            case _:
                return ["" for _ in children(tree)]

    def _leaf(self, opened: Sequent, leaf: Leaf) -> list[str]:
        out = []
        collector = Collector(self.checker, opened, self.scope, set())
        for step in leaf.steps:
            try:
                formula = collector.take(step)
            except Refused as reason:
                out.append(f"- a step does not hold: {reason}")
                continue
            out.append(f"- {_word(step)}: {self._show(formula)}")
        if leaf.tier == "T1":
            end = "with these, the negated goal is contradictory" if out else "the negated goal contradicts the hypotheses"
            return [*out, f"so {self._show(opened.goal)}: {end}"]
        return [*out, f"{self._show(opened.goal)}: a solver says so, and nothing else was shown ({leaf.tier})"]

    def _show(self, term: Term) -> str:
        return show_term(term, self.checker.program, WIDEST)


def _constructed(ctor: str, fields: int) -> str:
    short = {"Nil": "[]", "Cons": "[first, *rest]"}.get(ctor)
    return short or ctor.rpartition(".")[2] + ("(...)" if fields else "")


def _word(step: Step) -> str:
    match step:
        case Unfold(call):
            return f"by definition of {call.data[0].rpartition('.')[2]}"
        case Use(name=name, index=index):
            return f"by {name.rpartition('.')[2] if not name.startswith('found.') else name}" + (f", clause {index + 1}" if index else "")
        case Specialise():
            return "a quantified statement, applied"
        case Pick():
            return "a name for what exists"
        case Law():
            return "a law of sets, maps or strings"
        case Members():
            return "what `all` or `any` says of members"
