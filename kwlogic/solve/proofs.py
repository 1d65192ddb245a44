"""Proofs kept between runs: replayed before anything is searched for, and made into certificates when found.

A replayed proof is checked like any certificate, without a solver, so it is found again in every run.
"""

from __future__ import annotations

from collections.abc import Mapping

from kwlogic.proof.book import entry_node, is_open
from kwlogic.proof.check import Checker
from kwlogic.proof.data import Certificate, Leaf
from kwlogic.proof.explain import inductive, method_of
from kwlogic.proof.seal import Seals
from kwlogic.proof.statements import Refused
from kwlogic.proof.text import CertificateReader, certificate_text, seal_of
from kwlogic.solve.certify import Certifier
from kwlogic.solve.search import Success
from kwlogic.vc.data import Goal, Lint, Obligation, Proved
from kwlogic.vc.theory import Theory


class Proofs:
    """Certificates under one theory. ``known``: the text of entries by obligation."""

    def __init__(self, theory: Theory, known: Mapping[str, str]) -> None:
        self.theory = theory
        self.known = known
        self.checker = Checker(theory.program)
        self.certifier = Certifier(self.checker)
        self.reader = CertificateReader(theory.program)
        self.seals = Seals(theory.program)

    def fresh(self, obligation: Obligation | Lint) -> bool:
        """Whether there is an entry for the obligation as it is now (or none is due)."""
        if isinstance(obligation, Lint):
            return True
        text = self.known.get(obligation.id, "")
        if obligation.ask is not Goal.VALID:
            return True
        try:
            return bool(text) and not is_open(text) and seal_of(entry_node(text)) == self.seals.of(obligation)
        except Refused:
            return False

    def replay(self, obligation: Obligation) -> Proved | None:
        """The verdict of a certificate that holds without a solver."""
        if not self.known.get(obligation.id) or not self.fresh(obligation):
            return None
        text = self.known[obligation.id]
        try:
            certificate = self.reader.read(entry_node(text))
            if certificate.obligation != obligation.id or certificate.tier != "T1":
                return None
            return self._proved(obligation, certificate, text)
        except Refused:
            return None

    def certified(self, obligation: Obligation, found: Success) -> Proved:
        """The verdict of a proof that was found, with its certificate."""
        plain = Proved(found.uses, found.hyps, found.method)
        certificate = self.certifier.certify(obligation, found)
        try:
            if certificate is not None:
                text = certificate_text(certificate)
                if certificate.tier != "T1":
                    return Proved(found.uses, found.hyps, found.method, certificate.tier, certificate=text)
                proved = self._proved(obligation, self.reader.read(entry_node(text)), text)
                if proved is not None:
                    return Proved(proved.uses, proved.hyps | found.hyps, found.method, "T1", certificate=text)
        except Refused:
            pass
        hyps = frozenset(h.name for h in obligation.sequent.hyps)
        bare = Certificate(obligation.id, self.seals.of(obligation), "T4", Leaf(tier="T4"), (), found.goal, hyps)
        return Proved(plain.uses, plain.hyps, plain.method, "T4", certificate=certificate_text(bare))

    def _proved(self, obligation: Obligation, certificate: Certificate, text: str) -> Proved | None:
        """None where it holds but rests on what may not be relied on in this theory."""
        uses = self.checker.check(obligation, certificate)
        if not uses.isdisjoint(self.theory.untrusted):
            return None
        hyps = certificate.hyps | ({"induction"} if inductive(certificate.tree) else frozenset())
        return Proved(uses, hyps, method_of(certificate.tree), "T1", certificate=text, lemmas=_lemmas(certificate))


def _lemmas(certificate: Certificate) -> tuple[str, ...]:
    """Statements of the lemmas in it, to be offered to others."""
    if not certificate.lemmas:
        return ()
    from kwlogic.solve.remembered import statements

    return statements(lemma.formula for lemma in certificate.lemmas)
