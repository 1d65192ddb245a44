"""The services behind `kwlogic proof`: certificates checked without a solver, and told in words. They print nothing."""

from __future__ import annotations

import difflib
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from kwlogic.core.program import Program
from kwlogic.proof.book import entries_of, entry_node, is_open
from kwlogic.proof.check import Checker
from kwlogic.proof.data import Certificate, tier_of
from kwlogic.proof.explain import explain, inductive, method_of
from kwlogic.proof.seal import Seals
from kwlogic.proof.statements import Refused
from kwlogic.proof.text import CertificateReader, seal_of
from kwlogic.resources import std_dir
from kwlogic.solve.replay import Replayer
from kwlogic.solve.trust import Supporting, support, untrusted_after
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic, Severity, Source
from kwlogic.vc.data import Goal, Obligation, Proved, Result, Unknown, Verdict
from kwlogic.vc.plan import names_of, plan
from kwlogic.workspace.check import elaborate_all
from kwlogic.workspace.config import project_of
from kwlogic.workspace.data import Project
from kwlogic.workspace.findings import one_line
from kwlogic.workspace.load import Loaded, is_std, load
from kwlogic.workspace.proofs import Books
from kwlogic.workspace.select import select


@dataclass(frozen=True, slots=True)
class ProofReport:
    """``tiers``: how many certificates hold, by tier; ``unproved``: obligations that the files say have no proof."""

    tiers: dict[str, int]
    unproved: int
    diagnostics: tuple[Diagnostic, ...]
    sources: dict[str, Source]
    seconds: float
    io_failed: bool = False

    @property
    def exit_code(self) -> int:
        if self.io_failed:
            return 2
        if any(d.severity is Severity.ERROR for d in self.diagnostics):
            return 1
        return 0 if self.tiers or self.unproved else 4


class Scene:
    """A project's modules with their certificates, ready to be checked."""

    def __init__(self, paths: tuple[str, ...], cwd: Path, strict: bool = False) -> None:
        self.cwd = cwd
        self.strict = strict
        self.project: Project = project_of(paths, cwd)
        selections, missing = select(paths, self.project, cwd)
        self.loaded: Loaded = load(selections, self.project, cwd)
        self.program, problems = elaborate_all(self.loaded, cwd)
        self.diagnostics = [*missing, *self.loaded.diagnostics, *(d for d in problems if d.severity is Severity.ERROR)]
        self.io_failed = bool(missing) or self.loaded.io_failed
        self.books = Books(self.project)
        self.books.read(self.loaded.modules)
        self.diagnostics += self.books.problems
        self.seals = Seals(self.program)
        self.reader = CertificateReader(self.program)
        self.checker = Checker(self.program)
        self.replayer = Replayer(self.program)

    def obligations(self) -> tuple[Obligation, ...]:
        """Those of the selected declarations."""
        wanted = self.loaded.wanted
        names = []
        for name in names_of(self.program):
            module, _, short = name.rpartition(".")
            if module in wanted and (not wanted[module].names or short in wanted[module].names):
                names.append(name)
        return plan(self.program, names)[0].obligations

    def behind(self, names: frozenset[str]) -> tuple[Obligation, ...]:
        """Those of other declarations; the standard library's certificates are checked where it is made."""
        return plan(self.program, [n for n in names if not self._shipped(n)])[0].obligations

    def _shipped(self, name: str) -> bool:
        module = self.program.modules.get(name.rpartition(".")[0])
        return module is not None and is_std(module.name) and Path(self.cwd, module.file).resolve().is_relative_to(std_dir().resolve())

    # ------------------------------------------------------------ one entry

    def certificate(self, obligation: Obligation) -> Certificate:
        """The certificate of an obligation as it is now, unchecked; raises Diagnosed or Refused."""
        text = self.books.entries.get(obligation.id)
        title = f"`{one_line(obligation.text)}`"
        if text is None:
            raise Diagnosed(diagnostic("KW744", f"there is no certificate for {title}", obligation.span))
        node = entry_node(text)
        if seal_of(node) != self.seals.of(obligation):
            raise Diagnosed(
                diagnostic("KW743", f"the certificate of {title} is about another question", obligation.span, "this has changed since")
            )
        found = self.reader.read(node)
        if found.obligation != obligation.id or found.tier != tier_of(found):
            raise Refused("it says another obligation or tier than its proof has")
        if self.strict and found.tier != "T1":
            raise Refused(f"it rests on the word of a solver ({found.tier})")
        return found

    def verdict(self, obligation: Obligation) -> Verdict | Diagnostic:
        """Proved where the certificate holds, Unknown where the file says that there is no proof, else what is wrong."""
        if obligation.ask is not Goal.VALID:
            return obligation.given if obligation.given is not None else Unknown("")
        if is_open(self.books.entries.get(obligation.id, "")):
            return Unknown("")
        try:
            found = self.certificate(obligation)
            uses = self.checker.check(obligation, found)
            if found.tier != "T1":
                self._hold_against_evaluation(obligation)
        except Diagnosed as wrong:
            return wrong.diagnostics[0]
        except Refused as reason:
            message = f"the certificate of `{one_line(obligation.text)}` does not hold: {reason}"
            return diagnostic("KW742", message, obligation.span, "about this")
        hyps = found.hyps | ({"induction"} if inductive(found.tree) else frozenset())
        return Proved(uses, hyps, method_of(found.tree), found.tier)

    def _hold_against_evaluation(self, obligation: Obligation) -> None:
        """A solver's word is not taken where running the declaration on some input shows otherwise."""
        from kwlogic.solve.falsify import Falsifier
        from kwlogic.solve.played import concrete

        if obligation.refutable and Falsifier(self.replayer, obligation).search(concrete(obligation.sequent), ()) is not None:
            raise Refused("it rests on the word of a solver, and evaluation shows otherwise")


def check_proofs(paths: tuple[str, ...], cwd: Path, strict: bool = False) -> ProofReport:
    """Check the certificates of what is selected. No solver is asked; ``strict``: none is believed, either."""
    began = time.perf_counter()
    scene = Scene(paths, cwd, strict)
    asked = scene.obligations()
    wrong = list(scene.diagnostics)
    supporting = Supporting(scene.program, scene.behind, {ob.declaration for ob in asked})
    results = _results(scene, asked, wrong)
    while more := supporting.more(results):
        results += _results(scene, more, wrong)
    results = _withdrawn(scene.program, results, wrong)
    wrong += _leftovers(scene, asked)
    wrong += [_believed(r) for r in results if isinstance(r.verdict, Proved) and r.verdict.tier != "T1"]
    valid = [r for r in results[: len(asked)] if r.obligation.ask is Goal.VALID]
    tiers: dict[str, int] = {}
    for result in valid:
        if isinstance(result.verdict, Proved):
            tiers[result.verdict.tier] = tiers.get(result.verdict.tier, 0) + 1
    unproved = sum(is_open(scene.books.entries.get(r.obligation.id, "")) for r in valid)
    seconds = time.perf_counter() - began
    return ProofReport(tiers, unproved, tuple(dict.fromkeys(wrong)), dict(scene.loaded.sources), seconds, scene.io_failed)


def _believed(result: Result) -> Diagnostic:
    message = f"the proof of `{one_line(result.obligation.text)}` is a solver's word, and nothing of it was checked"
    return diagnostic("KW747", message, result.obligation.span, "about this")


def _results(scene: Scene, obligations: Iterable[Obligation], wrong: list[Diagnostic]) -> list[Result]:
    out = []
    for obligation in obligations:
        found = scene.verdict(obligation)
        if isinstance(found, Diagnostic):
            wrong.append(found)
            found = Unknown("")
        out.append(Result(obligation, found))
    return out


def _withdrawn(program: Program, results: list[Result], wrong: list[Diagnostic]) -> list[Result]:
    """Certificates that rest on what is not proved show nothing."""
    counted = [r for r in results if r.obligation.ask in (Goal.VALID, Goal.GIVEN)]
    while True:
        untrusted = untrusted_after(program, counted)
        open_ids = {r.obligation.id for r in counted if not isinstance(r.verdict, Proved)}
        bad = {}
        for result in counted:
            if isinstance(result.verdict, Proved):
                missing = sorted(support(result.obligation, result.verdict) & untrusted) + [
                    i for i in result.obligation.assumes if i in open_ids
                ]
                if missing:
                    bad[result.obligation.id] = missing[0].rpartition(":")[2]
        if not bad:
            return [replace(r, verdict=Unknown("")) if r.obligation.id in open_ids else r for r in results]
        counted = [replace(r, verdict=Unknown("")) if r.obligation.id in bad else r for r in counted]
        for result in counted:
            if result.obligation.id in bad:
                message = (
                    f"the certificate of `{one_line(result.obligation.text)}` rests on `{bad[result.obligation.id]}`, which is not proved"
                )
                wrong.append(diagnostic("KW745", message, result.obligation.span))


def _leftovers(scene: Scene, asked: Iterable[Obligation]) -> list[Diagnostic]:
    """Entries about nothing, in the files of modules that are checked as a whole."""
    known = {ob.id for ob in asked}
    out = []
    for module, selection in scene.loaded.wanted.items():
        for name in entries_of(scene.books.texts.get(module) or "") if not selection.names else ():
            if name not in known:
                out.append(diagnostic("KW743", f"the certificate `{name}` is about an obligation that `{module}` no longer has"))
    return out


# ---------------------------------------------------------------- in words


def show_proof(name: str, paths: tuple[str, ...], cwd: Path) -> list[str]:
    """The proofs of one obligation, or of all that a declaration has; raises Diagnosed."""
    file, mark, short = name.rpartition("::")
    if mark:
        paths, name = (f"{file}::{short}",), short
    scene = Scene(paths, cwd)
    if scene.io_failed or (mark and any(d.code == "KW705" for d in scene.diagnostics)):
        raise Diagnosed(*scene.diagnostics)
    valid = [ob for ob in scene.obligations() if ob.ask is Goal.VALID]
    found = [ob for ob in valid if ob.id == name] or [ob for ob in valid if name in (ob.declaration, ob.declaration.rpartition(".")[2])]
    if not found:
        near = difflib.get_close_matches(name, dict.fromkeys(n for ob in valid for n in (ob.id, ob.declaration.rpartition(".")[2])), 1)
        help = f"did you mean `{near[0]}`?" if near else "`kwlogic check -v` lists the obligations"
        raise Diagnosed(*scene.diagnostics, diagnostic("KW746", f"there is no obligation or declaration `{name}`", help=help))
    return [line for ob in found for line in (*_told(scene, ob), "")][:-1]


def in_words(scene: Scene, obligation: Obligation) -> tuple[str, ...]:
    """How the proof goes that the project keeps, and what it rests on; nothing where it keeps none that holds."""
    entry = scene.books.entries.get(obligation.id)
    return () if entry is None or is_open(entry) else tuple(_told(scene, obligation)[1:])


def _told(scene: Scene, obligation: Obligation) -> list[str]:
    head = f"{obligation.id}: {one_line(obligation.text)}"
    if is_open(scene.books.entries.get(obligation.id, "")):
        return [head, "  no proof was found when the certificates were written"]
    try:
        certificate = scene.certificate(obligation)
        lines = [f"  {line}" for line in explain(scene.program, obligation, certificate)]
        uses = scene.checker.check(obligation, certificate)
    except Diagnosed as wrong:
        return [head, f"  {wrong.diagnostics[0].message}"]
    except Refused as reason:
        return [head, f"  its certificate does not hold: {reason}"]
    rests = sorted({u.removeprefix("def:").rpartition(".")[2] for u in uses})
    return [f"{head} ({certificate.tier})", *lines, *([f"  it rests on {', '.join(rests)}"] if rests else [])]
