"""From obligations to verdicts: options for the prover, and the certificates that a project keeps."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from kwlogic.core.program import Program
from kwlogic.resources import std_dir
from kwlogic.solve.cache import Cache
from kwlogic.solve.session import Solved, SolveOptions, solve_all
from kwlogic.source.data import Diagnostic
from kwlogic.vc.data import Obligation, Plan, Result
from kwlogic.vc.plan import plan
from kwlogic.workspace.data import CheckRequest, Progress, Project
from kwlogic.workspace.load import Loaded, is_std
from kwlogic.workspace.proofs import Books, wanted, within


class Proving:
    """One call of the prover, with the certificates that the project keeps."""

    def __init__(self, request: CheckRequest, project: Project, program: Program, obligations: Plan, cache: Cache | None) -> None:
        self.request, self.project, self.program, self.plan, self.cache = request, project, program, obligations, cache
        self.problems: list[Diagnostic] = []
        self.books: Books | None = None
        self.lemmas = Lemmas(program, cache)

    def read_proofs(self, loaded: Loaded) -> None:
        """The certificates that the project keeps of the modules in scope."""
        if wanted(self.project, self.request.proofs) and any(within(self.project, s.path) for s in loaded.wanted.values()):
            self.books = Books(self.project, frozen=self.request.frozen)
            self.books.read(loaded.modules)

    def write_proofs(self, solved: Solved, loaded: Loaded) -> None:
        if self.books is None:
            self.lemmas.keep(solved.results)
        if self.books is not None:
            whole = {m for m, s in loaded.wanted.items() if not s.names and not solved.interrupted}
            self.books.write(self.plan.obligations, solved.results, whole, self.request.cwd, self.program)
            self.problems.extend(self.books.problems)

    def solve(self, progress: Progress | None) -> Solved:
        if not self.plan.obligations and not self.plan.lints:
            return Solved(())
        config, request = self.project.config, self.request
        options = SolveOptions(
            budget=request.budget or config.budget,
            jobs=(request.jobs if request.jobs is not None else config.jobs) or processors(),
            log_dir=request.log_dir,
            cache=self.cache,
            wall=config.wall_seconds,
            memory_mb=config.memory_mb,
            proofs=None if self.books is None else self.books.entries,
            executor=None if isinstance(request.executor, str) else request.executor,
            remembered=self.books.lemmas if self.books is not None else self.lemmas.of({o.module for o in self.plan.obligations}),
        )
        if progress is None:
            return solve_all(self.program, self.plan.obligations, self.plan.lints, options, behind=self._behind)
        progress.start(len(self.plan.obligations))
        try:
            return solve_all(self.program, self.plan.obligations, self.plan.lints, options, progress.advance, self._behind)
        finally:
            progress.stop()

    def _behind(self, names: frozenset[str]) -> tuple[Obligation, ...]:
        """The obligations of declarations that were not selected; the standard library's are proved where it is made."""
        asked = [n for n in names if not self._shipped(n)]
        return plan(self.program, asked)[0].obligations if asked else ()

    def _shipped(self, name: str) -> bool:
        module = self.program.modules.get(name.rpartition(".")[0])
        return (
            module is not None and is_std(module.name) and Path(self.request.cwd, module.file).resolve().is_relative_to(std_dir().resolve())
        )


class Lemmas:
    """Statements of lemmas by module, remembered with the verdicts where no certificates are kept. Questions that are asked
    about modules of no file (those of the lab) leave nothing behind."""

    def __init__(self, program: Program, cache: Cache | None) -> None:
        self.program, self.cache = program, cache
        self.known: dict[str, tuple[str, ...]] = {}

    def of(self, modules: set[str]) -> dict[str, tuple[str, ...]]:
        keys = {self._key(m): m for m in modules if m in self.program.modules} if self.cache is not None else {}
        stored = self.cache.get_many(keys) if self.cache is not None else {}
        for key, module in keys.items():
            with contextlib.suppress(ValueError):
                found = json.loads(stored.get(key, b"[]"))
                self.known[module] = tuple(map(str, found)) if isinstance(found, list) else ()
        return {m: found for m, found in self.known.items() if found}

    def keep(self, results: Iterable[Result]) -> None:
        if self.cache is None:
            return
        from kwlogic.solve.remembered import found_in, merged

        now = {m: merged(self.known.get(m, ()), found) for m, found in found_in(results).items() if m in self.program.modules}
        self.cache.put_many((self._key(m), json.dumps(found).encode()) for m, found in now.items() if found != self.known.get(m))

    def _key(self, module: str) -> str:
        return f"lemmas of {module} in {self.program.modules[module].file}"


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
