"""Fingerprints of obligations: equal exactly where solving would do the same.

A fingerprint covers the sequent, everything the prover and the replay may read (definitions, contracts and bodies of
what is called, facts in scope, data types), the budget, and the versions of solver and kwlogic. It does not
cover places in files, so that moving a declaration keeps its verdicts.
"""

from __future__ import annotations

from hashlib import blake2b

from kwlogic.compose.cones import before
from kwlogic.compose.contract import Value
from kwlogic.compose.stage import Scene, Stage
from kwlogic.core.logic import erase
from kwlogic.core.program import ByCases, ByInduction, ByRecursion, Clause, ExprBody, Proof
from kwlogic.core.terms import Op, Term
from kwlogic.core.types import Type
from kwlogic.core.walk import fold, subterms
from kwlogic.solve.environment import environment
from kwlogic.vc.compositions_play import Play, Scripted
from kwlogic.vc.data import Lint, Obligation, Sequent
from kwlogic.vc.theory import Theory, called

_DIGESTS: dict[Term, bytes] = {}


def term_digest(term: Term) -> bytes:
    """A digest of a term's structure, the same in every process."""
    return fold((term,), _digest_step, _DIGESTS)[term]


def _digest_step(term: Term, parts: tuple[bytes, ...]) -> bytes:
    data = None if term.op is Op.AT else term.data
    state = blake2b(repr((int(term.op), data, term.type)).encode(), digest_size=16)
    for part in parts:
        state.update(part)
    return state.digest()


def digest(*parts: object) -> bytes:
    return blake2b(b"\0".join(p if isinstance(p, bytes) else repr(p).encode() for p in parts), digest_size=16).digest()


class Fingerprints:
    """Fingerprints under one theory; what declarations contribute is computed once."""

    def __init__(self, theory: Theory, budget: int) -> None:
        self.theory = theory
        self.program = theory.program
        self.budget = budget
        self._own: dict[str, tuple[bytes, frozenset[str]]] = {}
        self._closed: dict[str, bytes] = {}
        self._types: dict[Type, bytes] = {}
        self._runs: dict[frozenset[str], bytes] = {}
        self._boxes: dict[tuple[int, int], list[bytes]] = {}
        self._stages: list[Stage] = []  # kept alive, as they are known by their identity

    def obligation(self, ob: Obligation) -> str:
        hint = _hint(ob.hint)
        own = self._closure(frozenset((ob.declaration,)))
        inner = self._sequent(ob.sequent, ob.before, ob.using)
        alternatives = tuple(term_digest(a) for a in ob.alternatives)
        run = digest(ob.id, ob.kind.value, ob.ask.value, ob.clause, ob.refutable, hint, ob.using, sorted(ob.rests_on))
        played = b"" if ob.play is None else self._played(ob.play)
        return digest(environment(), self.budget, own, inner, alternatives, run, ob.slices, played).hex()

    def lint(self, lint: Lint) -> str:
        return digest(environment(), self.budget, "lint", lint.kind.value, self._sequent(lint.sequent, lint.before, ())).hex()

    def _sequent(self, sequent: Sequent, before: str, using: tuple[str, ...]) -> bytes:
        terms = [*sequent.vars, *(h.term for h in sequent.hyps), sequent.goal]
        symbols: frozenset[str] = frozenset()
        for term in terms:
            symbols |= called(term)
        reached = self._reach(symbols)
        visible = frozenset(
            s for s in reached if self.theory.program.fns.get(s) is None or self.theory.visible(s) is None or self.theory.is_recursive(s)
        )
        facts = [(f.name, term_digest(f.formula)) for f in self.theory.facts(visible, before, using)]
        names = [h.name for h in sequent.hyps]
        hidden = sorted(reached & self.theory.untrusted)
        types = [self._type(t.type) for t in subterms(*terms)]
        return digest(names, [term_digest(t) for t in terms], self._closure(symbols), facts, hidden, sorted(set(types)))

    def _played(self, play: Play | Scripted) -> bytes:
        """What a replay may run and hold a counterexample against."""
        if isinstance(play, Scripted):
            return digest(*(self._wire(v) for v in play.played.values))
        parts: list[bytes] = []
        scene, start = play.stage.scenes[play.scene], play.start
        while True:
            boxes = self._cones(play.stage, scene)
            parts += (boxes[i] for i in start)
            if scene.parent < 0:
                return digest(*parts)
            outer = play.stage.scenes[scene.parent]
            parts += (self._wire(v) for v in outer.facts[scene.box].values)
            start, scene = tuple(before(outer.dag.boxes[scene.box])), outer

    def _cones(self, stage: Stage, scene: Scene) -> list[bytes]:
        """For each box of a scene a digest of it and of all that comes before it."""
        key = id(stage), scene.index
        if key not in self._boxes:
            found: list[bytes] = []
            for box, facts in zip(scene.dag.boxes, scene.facts, strict=True):
                said = (term_digest(s.term) for s in facts.said)
                found.append(digest(*said, *(self._wire(v) for v in facts.values), *(found[i] for i in before(box))))
            self._boxes[key] = found
            self._stages.append(stage)
        return self._boxes[key]

    def _wire(self, value: Value) -> bytes:
        if value.term is None:
            return digest("given", value.var.data, value.var.type, value.vague)
        names = called(value.term) | called(value.when)
        if names not in self._runs:
            self._runs[names] = self._closure(names)
        return digest(term_digest(value.term), term_digest(value.when), value.var.data, self._runs[names])

    def _reach(self, names: frozenset[str]) -> frozenset[str]:
        seen: set[str] = set()
        stack = list(names)
        while stack:
            name = stack.pop()
            if name not in seen:
                seen.add(name)
                stack.extend(self._declaration(name)[1])
        return frozenset(seen)

    def _closure(self, names: frozenset[str]) -> bytes:
        return digest(*(self._declaration(n)[0] for n in sorted(self._reach(names))))

    def _declaration(self, name: str) -> tuple[bytes, frozenset[str]]:
        """A declaration's own digest, and what it calls."""
        if name not in self._own:
            self._own[name] = self._make(name)
        return self._own[name]

    def _make(self, name: str) -> tuple[bytes, frozenset[str]]:
        terms: list[Term] = []
        shape: object = None
        fn, kernel, lemma = self.program.fns.get(name), self.program.kernels.get(name), self.program.lemmas.get(name)
        example = self.program.examples.get(name)
        if fn is not None:
            terms = [*_preds(fn.requires), *_preds(fn.ensures), *fn.decreases, fn.body]
            shape = (fn.tparams, [(p.name, p.type) for p in fn.params], fn.result, fn.opaque, sorted(fn.group), len(fn.requires))
        elif kernel is not None:
            body = [kernel.body.term] if isinstance(kernel.body, ExprBody) else []
            terms = [*_preds(kernel.requires), *_preds(kernel.ensures), *body]
            shape = ([(p.name, p.type) for p in (*kernel.inputs, *kernel.outputs)], len(kernel.requires), kernel.tparams)
        elif lemma is not None:
            terms = [*_preds(lemma.requires), *_preds(lemma.ensures)]
            shape = (lemma.tparams, [(p.name, p.type) for p in lemma.params], len(lemma.requires), lemma.axiom)
        elif example is not None:
            terms = [t for t in (example.pred, *(t for _, t in (*example.inputs, *example.outputs))) if t is not None]
            shape = (example.kernel, [n for n, _ in (*example.inputs, *example.outputs)])
            calls = frozenset((example.kernel,)) if example.kernel else frozenset()
            return digest(name, shape, [term_digest(t) for t in terms]), calls.union(*(called(t) for t in terms))
        types = sorted({self._type(t.type) for t in subterms(*terms)})
        calls = frozenset().union(*(called(t) for t in terms)) if terms else frozenset()
        return digest(name, shape, [term_digest(t) for t in terms], types), calls - {name}

    def _type(self, type: Type) -> bytes:
        """A type with the declarations of the data types in it, and in them."""
        if type not in self._types:
            self._types[type] = digest(*(self._data(h) for h in sorted(self._heads(type))))
        return self._types[type]

    def _heads(self, type: Type) -> set[str]:
        seen: set[str] = set()
        stack = [type]
        while stack:
            here = stack.pop()
            stack.extend(here.args)
            data = self.program.datas.get(here.head)
            if data is not None and here.head not in seen:
                seen.add(here.head)
                stack.extend(f.type for c in data.ctors for f in c.fields)
        return seen

    def _data(self, head: str) -> bytes:
        data = self.program.datas[head]
        ctors = [(c.name, [(f.name, f.type) for f in c.fields], [term_digest(erase(i.pred)) for i in c.invariants]) for c in data.ctors]
        return digest(data.name, data.tparams, ctors)


def _preds(clauses: tuple[Clause, ...]) -> list[Term]:
    return [c.pred for c in clauses]


def _hint(hint: Proof | None) -> object:
    match hint:
        case ByInduction(names):
            return ("induction", names)
        case ByRecursion(call):
            return ("recursion", term_digest(call))
        case ByCases(subject):
            return ("cases", term_digest(subject))
        case _:
            return None
