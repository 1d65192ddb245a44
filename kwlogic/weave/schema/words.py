"""Names that declarations out of schemas must not take: words of the language, its types, and what predicates call."""

from __future__ import annotations

_WORDS = (
    "and or not in if then else let match case fn forall exists assert apply true false module use resource type record opaque lemma "
    "theorem axiom kernel example refine requires ensures decreases by induction cases auto using version family evidence rollback "
    "fails when reads writes deterministic irrevocable idempotent compose prompt tool python after guard retry map fold invariant "
    "iterate while max hole id with result"
)
_TYPES = "Int Real Bool String Unit List Set Map Option Some None Nil Cons Tuple Fun True False"
_CALLED = "len keys matches unique real floor is_some abs min"
RESERVED = frozenset(f"{_WORDS} {_TYPES} {_CALLED}".split())
