"""Where a search for a proof was left: the case of an induction that did not go through, in the language's own terms.

Of all inductions tried, the one that got furthest is told. What is shown is the subgoal as the prover had it, simplified,
with the names of components written as an author may write them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count

from kwlogic.core.program import Program
from kwlogic.core.show import show_term
from kwlogic.core.terms import Op, Term, mk, mk_var
from kwlogic.core.walk import BINDERS, fold, free_vars, rebuild, subst
from kwlogic.solve.conjectures import Hypothesis, taken_apart
from kwlogic.source.records import dataclass
from kwlogic.vc.data import Hyp, Sequent
from kwlogic.vc.rewrite import match

MOST_HYPS = 6
MOST_TEXT = 240


@dataclass(frozen=True, slots=True)
class Stuck:
    """An induction, the titles of the cases that hold, the case that is open, and what is left to show there."""

    scheme: str
    held: tuple[str, ...]
    case: str
    sequent: Sequent


def stuck_text(tried: Iterable[Stuck], program: Program) -> str:
    """Lines about the induction that got furthest; empty where none was tried."""
    latest = {s.scheme: s for s in tried}
    if not latest:
        return ""
    best = max(latest.values(), key=lambda s: len(s.held))
    names = _names(best.sequent)
    held = f" (it holds for {'; '.join(_said(h, names) for h in best.held)})" if best.held else ""
    where = "" if best.case.startswith("along ") else f" in the case {_said(best.case, names)}"
    lines = [f"the {best.scheme} is stuck{where}{held}"]
    hyps = dict.fromkeys((h.name == "induction", _shown(h.term, names, program)) for h in _telling(best.sequent))
    for induction, text in list(hyps)[:MOST_HYPS]:
        lines.append(f"  {'by induction' if induction else 'given'}: {text}")
    if len(hyps) > MOST_HYPS:
        lines.append(f"  and {len(hyps) - MOST_HYPS} more")
    lines.append(f"  left to show: {_shown(best.sequent.goal, names, program)}")
    return "\n".join(lines)


def _telling(sequent: Sequent) -> list[Hyp]:
    """The hypotheses, without what another says in general."""
    general = [taken_apart(h.term) for h in sequent.hyps if h.term.op is Op.FORALL or (h.name == "induction" and h.term.op is Op.IMPLIES)]
    general = [g for g in general if g.bound]
    return [h for h in sequent.hyps if h.term.op is Op.FORALL or not any(_is_instance(taken_apart(h.term), g) for g in general)]


def _is_instance(one: Hypothesis, general: Hypothesis) -> bool:
    """Whether it says the same of fewer values."""
    found = None if one.bound else match(general.body, one.body, general.bound)
    return found is not None and {subst(c, found[0]) for c in general.conds} == set(one.conds)


def _names(sequent: Sequent) -> dict[Term, Term]:
    """Variables that have no name of the language, renamed."""
    vars = sorted({v for t in (sequent.goal, *(h.term for h in sequent.hyps)) for v in free_vars(t)}, key=lambda v: str(v.data))
    taken = {str(v.data) for v in vars}
    out: dict[Term, Term] = {}
    for var in vars:
        if not str(var.data).isidentifier():
            base = "".join(c if c.isalnum() or c == "_" else "_" for c in str(var.data)).strip("_") or "v"
            name = next(n for n in (base, *(f"{base}{i}" for i in range(2, len(vars) + 3))) if n not in taken)
            taken.add(name)
            out[var] = mk_var(name, var.type)
    return out


def _said(title: str, names: dict[Term, Term]) -> str:
    for var, new in sorted(names.items(), key=lambda pair: -len(str(pair[0].data))):
        title = title.replace(str(var.data), str(new.data))
    return title


def _shown(term: Term, names: dict[Term, Term], program: Program) -> str:
    text = show_term(_readable(subst(term, names)), program, limit=4 * MOST_TEXT)
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 3] + "..."


def _readable(term: Term) -> Term:
    """Bound variables under short names, an own one for each binder: so nothing is captured."""
    taken = {str(v.data) for v in free_vars(term)}
    fresh = (n for n in _letters() if n not in taken)

    def step(here: Term, args: tuple[Term, ...]) -> Term:
        if here.op not in BINDERS or here.op is Op.LET:
            return rebuild(here, args) if args else here
        named = tuple((next(fresh), t) for _, t in here.data)
        body = subst(args[0], {mk_var(o, t): mk_var(n, t) for (o, t), (n, _) in zip(here.data, named, strict=True)})
        return mk(here.op, named, (body,), here.type)

    return fold((term,), step)[term]


def _letters() -> Iterator[str]:
    for round in count():
        yield from (letter if round == 0 else f"{letter}{round}" for letter in "abcdefghij")
