"""What breaks if the contract of a kernel changes?

Where the new version refines the old one, nothing does: every operator is monotone in refinement. Where it does not, the
obligations of its direct users are made from both versions, and only those that differ are asked again: compositions are
proved from the contracts of their parts, so a change goes no further than a user's own declared contract.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kwlogic.compose.contract import part_of
from kwlogic.core.logic import erase
from kwlogic.core.program import ComposeBody, Kernel, Program
from kwlogic.core.terms import Op
from kwlogic.core.walk import subterms
from kwlogic.core.wiring import Wiring, kernels_of
from kwlogic.lab.opened import Opened, check_kernels, open_around, verdicts
from kwlogic.lab.refinement import RefineAnswer, refines_in
from kwlogic.lab.trial import types_within
from kwlogic.lab.versions import version
from kwlogic.source.data import Diagnostic
from kwlogic.vc.context import Context
from kwlogic.vc.data import Obligation, Proved, Result
from kwlogic.workspace.data import Progress
from kwlogic.workspace.findings import one_line, short


@dataclass(frozen=True, slots=True)
class Affected:
    """An obligation that is asked again. ``new`` is its verdict under the new contract, ``old`` under the old one (None: there
    was no such obligation)."""

    result: Result
    old: Result | None

    @property
    def breaks(self) -> bool:
        """It is not proved now, and was before (or is new)."""
        return not isinstance(self.result.verdict, Proved) and (self.old is None or isinstance(self.old.verdict, Proved))


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of the kernel, and what rests on it: for an ``ensures``, the proofs that used it; for a ``requires``, the links
    that must show it."""

    kind: str
    text: str
    resting: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """``refinement``: whether the new version refines the old one (None: no other version was given). ``users``: direct users;
    ``asked`` of all ``total`` obligations of theirs differ. ``errors``: users that do not even elaborate any more."""

    kernel: str
    users: tuple[str, ...]
    clauses: tuple[Clause, ...] = ()
    refinement: RefineAnswer | None = None
    same: bool = False
    asked: tuple[Affected, ...] = ()
    total: int = 0
    errors: tuple[Diagnostic, ...] = ()
    incomparable: str = ""

    @property
    def safe(self) -> bool:
        return self.same or (self.refinement is not None and self.refinement.verdict == "proved")

    def broken(self) -> tuple[Affected, ...]:
        return tuple(a for a in self.asked if a.breaks)


def impact(
    name: str,
    against: str | None = None,
    to: str | None = None,
    paths: Iterable[str] = (),
    cwd: Path | None = None,
    budget: int | None = None,
    progress: Progress | None = None,
) -> Impact:
    """What a change of a kernel's contract does to the compositions that use it.

    ``against``: the old version (a file, or a revision of git), the project holding the new one. ``to``: a file with the new
    version, the project holding the old one. With neither: what rests on each clause. Raises Refused.
    """
    opened, kernel = open_around(name, paths, cwd, budget)
    if against is None and to is None:
        return resting_on(opened, kernel, progress)
    trial, other = version(opened, kernel, against if against is not None else to or "")
    if against is not None:
        return compared(opened, trial.program, other, opened.program, kernel, opened.problems, progress)
    return compared(opened, opened.program, kernel, trial.program, other, trial.errors, progress)


# ---------------------------------------------------------------- who uses it


def users_of(program: Program, name: str) -> tuple[str, ...]:
    """Declarations that use a kernel directly: as a part, in a call, as a rollback, or in a ``refine``."""
    context = Context(program)
    kernels = program.kernels.values()
    found = [k.name for k in kernels if name in _parts(k) or name == k.rollback or name in context.mentions(k.name)]
    found += [r.name for r in program.refines.values() if name in (r.abstract, r.concrete)]
    found += [n for n in (*program.fns, *program.lemmas) if name in context.mentions(n)]
    return tuple(n for n in found if n != name)


def _parts(kernel: Kernel) -> tuple[str, ...]:
    body = kernel.body
    if not isinstance(body, ComposeBody) or not isinstance(body.wiring, Wiring):
        return ()
    inside = {t.data[0] for n in body.wiring.nodes for a in getattr(n, "args", ()) for t in subterms(a.term) if t.op is Op.CALL}
    return (*kernels_of(body.wiring), *inside)


def resting_on(opened: Opened, kernel: Kernel, progress: Progress | None = None) -> Impact:
    """What rests on each clause of a kernel as it is."""
    users = users_of(opened.program, kernel.name)
    results = check_kernels(opened, opened.program, users, progress=progress)
    clauses: list[Clause] = []
    for i, c in enumerate(kernel.ensures):
        resting = [r for r in results if isinstance(r.verdict, Proved) and (kernel.name, i) in set(map(part_of, r.verdict.hyps))]
        clauses.append(Clause("ensures", one_line(c.text), tuple(resting)))
    for c in kernel.requires:
        links = [r for r in results if any(span == c.span for span, _ in r.obligation.related)]
        clauses.append(Clause("requires", one_line(c.text), tuple(links)))
    return Impact(kernel.name, users, tuple(clauses), total=len(results))


# ---------------------------------------------------------------- two versions


def compared(
    opened: Opened,
    before: Program,
    old: Kernel,
    after: Program,
    new: Kernel,
    errors: Iterable[Diagnostic],
    progress: Progress | None = None,
) -> Impact:
    """What changes for the users of a kernel between two programs that differ in its file."""
    users = tuple(dict.fromkeys((*users_of(after, new.name), *users_of(before, old.name))))
    changed = changed_meaning(before, after, old)
    if not changed and same_contract(old, new):
        return Impact(new.name, users, same=True)
    refinement = None if changed else refines_in(opened, after, new, old, progress)
    if refinement is not None and refinement.verdict == "proved":
        return Impact(new.name, users, refinement=refinement)
    gone = tuple(n for n in users if n not in after.kernels and n in before.kernels)
    spans = [before.kernels[n].name_span.file for n in gone]
    broken = tuple(d for d in errors if gone and d.span is not None and (d.span.file in spans or d.span.file not in before.sources))
    whole = bool(changed) or bool(_changed_in(before, after, new.name.rpartition(".")[0]))
    asked, total = _asked_again(opened, before, after, [u for u in users if u not in gone], whole, progress)
    why = f"`{short(changed)}`, which its contract speaks of, has changed, too" if changed else ""
    return Impact(new.name, users, (), refinement, False, asked, total, broken, why)


def _asked_again(
    opened: Opened, before: Program, after: Program, users: Iterable[str], whole: bool, progress: Progress | None
) -> tuple[tuple[Affected, ...], int]:
    """``whole``: functions have other bodies, so that the same words ask another question."""
    from kwlogic.vc.plan import plan

    names = list(users)
    earlier = {o.id: o for o in plan(before, names)[0].obligations}
    now = plan(after, names)[0].obligations
    differing = tuple(o for o in now if whole or o.id not in earlier or not _alike(o, earlier[o.id]))
    results = verdicts(opened, after, differing, progress=progress)
    doubtful = tuple(earlier[r.obligation.id] for r in results if not isinstance(r.verdict, Proved) and r.obligation.id in earlier)
    was = {r.obligation.id: r for r in verdicts(opened, before, doubtful, progress=progress)}
    proved = {r.obligation.id for r in results if isinstance(r.verdict, Proved)}
    affected = (Affected(r, r if r.obligation.id in proved else was.get(r.obligation.id)) for r in results)
    return tuple(affected), len(now)


def _alike(a: Obligation, b: Obligation) -> bool:
    """The same question: terms are shared, so this compares a few identities."""
    return a.sequent == b.sequent and a.ask is b.ask and a.given == b.given and a.alternatives == b.alternatives


def same_contract(a: Kernel, b: Kernel) -> bool:
    def said(k: Kernel) -> tuple[object, ...]:
        ports = tuple((p.name, p.type) for p in k.inputs), tuple((p.name, p.type) for p in k.outputs)
        clauses = tuple(tuple(erase(c.pred) for c in side) for side in (k.requires, k.ensures, k.fails))
        return (*ports, *clauses, frozenset(k.reads), frozenset(k.writes), k.flags, type(k.body), k.rollback)

    return said(a) == said(b)


def changed_meaning(before: Program, after: Program, kernel: Kernel) -> str:
    """A function that the kernel's contract speaks of, directly or not, and that means something else now; empty where there is
    none."""
    stack = [c.pred for c in (*kernel.requires, *kernel.ensures, *kernel.fails)]
    seen: set[str] = set()
    while stack:
        for term in subterms(stack.pop()):
            name = term.data[0] if term.op is Op.CALL else ""
            if not name or name in seen:
                continue
            seen.add(name)
            if _fn_changed(before, after, name):
                return name
            fn = before.fns.get(name)
            stack += [] if fn is None else [fn.body, *(c.pred for c in (*fn.requires, *fn.ensures))]
    heads = types_within((p.type for p in (*kernel.inputs, *kernel.outputs)), before)
    return next((h for h in sorted(heads) if _shape(before, h) != _shape(after, h)), "")


def _changed_in(before: Program, after: Program, module: str) -> str:
    """A function or data type of a module that means something else now."""
    names = [n for n in dict.fromkeys((*before.fns, *after.fns)) if n.rpartition(".")[0] == module]
    datas = [n for n in dict.fromkeys((*before.datas, *after.datas)) if n.rpartition(".")[0] == module]
    changed = [n for n in names if _fn_changed(before, after, n)] + [n for n in datas if _shape(before, n) != _shape(after, n)]
    return changed[0] if changed else ""


def _fn_changed(before: Program, after: Program, name: str) -> bool:
    a, b = before.fns.get(name), after.fns.get(name)
    if a is None or b is None:
        return a is not b
    said = ([erase(c.pred) for c in (*f.requires, *f.ensures)] for f in (a, b))
    return erase(a.body) is not erase(b.body) or [p.type for p in a.params] != [p.type for p in b.params] or next(said) != next(said)


def _shape(program: Program, name: str) -> object:
    data = program.datas.get(name)
    if data is None:
        return None
    return [(c.name, [(f.name, f.type) for f in c.fields], [erase(i.pred) for i in c.invariants]) for c in data.ctors]
