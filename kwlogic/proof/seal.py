"""Seals: a digest of an obligation's question and of the definitions behind it, so that a stale certificate is told
from one that is wrong. Nothing about solvers, budgets or places in files is in it."""

from __future__ import annotations

from hashlib import blake2b

from kwlogic.core.logic import erase
from kwlogic.core.program import Program
from kwlogic.core.terms import Op, Term
from kwlogic.core.walk import fold, subterms
from kwlogic.vc.data import Obligation
from kwlogic.vc.theory import called

_DIGESTS: dict[Term, bytes] = {}
FORMAT = "1"


class Seals:
    """Seals under one program; what declarations contribute is computed once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._declared: dict[str, tuple[bytes, frozenset[str]]] = {}

    def of(self, obligation: Obligation) -> str:
        sequent = obligation.sequent
        terms = (*sequent.vars, *(h.term for h in sequent.hyps), sequent.goal, *obligation.alternatives)
        words = (FORMAT, obligation.kind.value, obligation.before, obligation.using, [h.name for h in sequent.hyps])
        state = blake2b(repr(words).encode(), digest_size=12)
        for term in terms:
            state.update(_digest(term))
        names = frozenset[str]().union(*(called(t) for t in terms))
        heads = {t.type.head for t in subterms(*terms)}
        for name in sorted(self._behind(names)):
            state.update(self._declaration(name)[0])
        for head in sorted(heads & self.program.datas.keys()):
            data = self.program.datas[head]
            state.update(repr((head, data.tparams, [(c.name, [(f.name, f.type) for f in c.fields]) for c in data.ctors])).encode())
        return state.hexdigest()

    def _behind(self, names: frozenset[str]) -> set[str]:
        seen: set[str] = set()
        stack = list(names)
        while stack:
            name = stack.pop()
            if name not in seen:
                seen.add(name)
                stack.extend(self._declaration(name)[1])
        return seen

    def _declaration(self, name: str) -> tuple[bytes, frozenset[str]]:
        if name not in self._declared:
            fn = self.program.fns.get(name)
            terms = [] if fn is None else [erase(fn.body), *(erase(c.pred) for c in fn.requires)]
            shape = None if fn is None else ([(p.name, p.type) for p in fn.params], fn.opaque, sorted(fn.group))
            own = blake2b(repr((name, shape)).encode() + b"".join(map(_digest, terms)), digest_size=12).digest()
            self._declared[name] = own, frozenset[str]().union(*(called(t) for t in terms))
        return self._declared[name]


def _digest(term: Term) -> bytes:
    return fold((term,), _step, _DIGESTS)[term]


def _step(term: Term, parts: tuple[bytes, ...]) -> bytes:
    data = None if term.op is Op.AT else term.data
    return blake2b(repr((int(term.op), data, term.type)).encode() + b"".join(parts), digest_size=12).digest()
