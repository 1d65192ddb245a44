"""What a clause comes to on an output that is known in part."""

from __future__ import annotations

from kwlogic.core.terms import Term, mk_and, mk_not, mk_or
from kwlogic.source.records import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """``value``: what the clause comes to. It is not to be relied on under ``undefined`` (then the clause does not hold)
    nor under ``cut`` (beyond what was looked into). ``loose``: where values stand in for what was not looked into; what is
    said of them are ``facts``, so that the value may hold with any of them."""

    value: Term
    undefined: Term
    cut: Term
    loose: Term
    facts: tuple[Term, ...]

    def surely(self) -> Term:
        """Implies that the clause holds."""
        return mk_and((self.value, mk_not(self.undefined), mk_not(self.cut), mk_not(self.loose)))

    def maybe(self) -> Term:
        """Is implied where the clause holds."""
        return mk_or((mk_and((self.value, mk_not(self.undefined), *self.facts)), self.cut))
