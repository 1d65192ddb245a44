"""Plans: which composition of the project's kernels takes these ports to a promise? Found by search, checked as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path

from kwlogic.compose.contract import Failing
from kwlogic.compose.facts import facts_of
from kwlogic.core.logic import erase
from kwlogic.core.program import Kernel
from kwlogic.core.terms import mk_and
from kwlogic.core.types import Type, show_type
from kwlogic.core.wiring import Port
from kwlogic.lab.opened import Opened, check_kernels, open_project
from kwlogic.lab.search import Counts, Found, Search
from kwlogic.lab.surface import KEYWORDS, fresh
from kwlogic.lab.trial import Trial, ambiguous, formatted, tried, type_names, use_lines
from kwlogic.source.codes import diagnostic
from kwlogic.vc.data import Enforced, Proved, Result
from kwlogic.workspace.data import Progress
from kwlogic.workspace.findings import one_line, short
from kwlogic.workspace.load import is_std

MOST_DOUBTFUL = 12
_FREE = re.compile(r"(?<![\w'.])[A-Za-z_][A-Za-z0-9_']*")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_']*")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted, as text: ``inputs`` and ``outputs`` are port lists (``x: Int, y: String``); outputs may be left out where the
    promise names them. ``total``: nothing in it may fail; ``effects``: it may write
    resources."""

    inputs: str
    ensures: str
    requires: str = ""
    outputs: str = ""
    name: str = "planned"
    total: bool = False
    effects: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """A composition that was checked: ``text`` is a module that proves. ``steps``: its kernels in order."""

    text: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanAnswer:
    """``plans``, smallest first; where there is none, ``near`` is one that links but does not keep the promise."""

    plans: tuple[Planned, ...]
    links: int
    wholes: int
    cut: bool
    largest: int
    kernels: int
    near: str = ""
    why: str = ""


def plan(
    wish: Wish,
    paths: Iterable[str] = (),
    cwd: Path | None = None,
    most: int = 4,
    count: int = 1,
    limit: int = 3_000,
    progress: Progress | None = None,
) -> PlanAnswer:
    """Compositions of at most ``most`` kernels that take the wished inputs to the wished promise, ``count`` of them.

    ``limit`` bounds how many questions the search may put to a solver. Each plan that is given has been parsed, elaborated
    and proved as a module of its own. Raises Refused where the wish does not parse or type.
    """
    opened = open_project(paths, cwd, whole=True)
    return plan_in(opened, wish, most, count, limit, progress)


def plan_in(
    opened: Opened, wish: Wish, most: int = 4, count: int = 1, limit: int = 3_000, progress: Progress | None = None, laws: bool = True
) -> PlanAnswer:
    """The same in a project that is open already. ``laws`` False: the search tries equal compositions in every order."""
    return _Planning(opened, wish, progress).answer(most, count, limit, laws)


class _Planning:
    def __init__(self, opened: Opened, wish: Wish, progress: Progress | None) -> None:
        self.opened, self.wish, self.progress = opened, wish, progress
        self.usable = [k for n in opened.all_kernels() if _may_stand(k := opened.program.kernels[n])]
        if not wish.effects:
            known = facts_of(opened.program)
            self.usable = [k for k in self.usable if not known(k.name).writes]
        if wish.total:
            failing = Failing(opened.program.kernels)
            self.usable = [k for k in self.usable if not failing(k.name)]

    def answer(self, most: int, count: int, limit: int, laws: bool) -> PlanAnswer:
        spec = self.spec()
        kernel = spec.program.kernels[f"{spec.module}.{self.wish.name}"]
        inputs = tuple(Port(p.name, p.type) for p in kernel.inputs)
        outputs = tuple(Port(p.name, p.type) for p in kernel.outputs)
        given = mk_and(erase(c.pred) for c in kernel.requires)
        goal = mk_and(erase(c.pred) for c in kernel.ensures)
        kernels = [spec.program.kernels[k.name] for k in self.usable]
        search = Search(spec.program, kernels, inputs, outputs, given, goal, limit, laws)
        plans = tuple(islice(self.checked(search, most, kernel), count))
        near, why = ("", "") if plans else self.nearest(search.counts, kernel)
        counts = search.counts
        return PlanAnswer(plans, counts.links, counts.wholes, counts.cut, most, len(search.kernels), near, why)

    def checked(self, search: Search, most: int, kernel: Kernel) -> Iterator[Planned]:
        doubtful = 0
        for found in search.run(most):
            doubtful += not found.sure
            if not found.sure and doubtful > MOST_DOUBTFUL:
                continue
            text = self.text(found, kernel)
            results = self.results(text)
            if results and all(isinstance(r.verdict, Proved | Enforced) for r in results):
                yield Planned(text, tuple(s.kernel.name for s in found.steps))

    def nearest(self, counts: Counts, kernel: Kernel) -> tuple[str, str]:
        """A composition that links, with what is wrong with it."""
        if counts.near is None:
            return "", ""
        text = self.text(counts.near, kernel)
        open_ones = [r for r in self.results(text) if not isinstance(r.verdict, Proved | Enforced)]
        return (text, _why(open_ones[0])) if open_ones else ("", "")

    def results(self, text: str) -> tuple[Result, ...]:
        trial = tried(self.opened, text)
        name = f"{trial.module}.{self.wish.name}"
        if trial.errors or name not in trial.program.kernels:
            return ()
        return check_kernels(self.opened, trial.program, [name], progress=self.progress)

    # ------------------------------------------------------------ texts

    def module(self) -> str:
        taken = set(self.opened.program.modules)
        return fresh(self.wish.name, taken)

    def head(self, outputs: str, kernels: Iterable[str] = (), types: Iterable[Type] = ()) -> str:
        wish, kernels = self.wish, tuple(kernels)
        names = {*self.mentioned(f"{wish.inputs} {outputs} {wish.requires} {wish.ensures}"), *kernels}
        names |= type_names(types, self.opened.program)
        clashing = ambiguous(names)
        whole = "".join(f"use {m}\n" for m in sorted({k.rpartition(".")[0] for k in kernels if short(k) in clashing}))
        uses = use_lines(n for n in names if short(n) not in clashing) + whole
        requires = f"\n  requires {wish.requires}" if wish.requires.strip() else ""
        fails = "\n  fails when false" if wish.total else ""
        return f"module {self.module()}\n\n{uses}\nkernel {wish.name}({wish.inputs}) -> ({outputs}){requires}{fails}\n  ensures {wish.ensures}\n"

    def mentioned(self, text: str) -> set[str]:
        """What a text may mean by its words: functions, constructors and types of the project's modules."""
        words = set(_WORD.findall(text)) - KEYWORDS
        program = self.opened.program
        tables: tuple[Iterable[str], ...] = (program.fns, program.ctors, program.datas, (r.name for r in program.refinements))
        return {n for table in tables for n in table if short(n) in words and not is_std(n.rpartition(".")[0]) and "'" not in n}

    def spec(self) -> Trial:
        """The wish as a kernel without a body. Raises Refused where it does not check."""
        first: Trial | None = None
        for outputs in self.output_lists():
            trial = tried(self.opened, self.head(outputs), "the question")
            if not trial.errors:
                return trial
            first = first or trial
        if first is None:
            help = "give them with `--to`, as in `--to 'total: Real'`"
            raise self.opened.refuse(diagnostic("KW444", "the promise names no output, so there is nothing to look for", help=help))
        from kwlogic.lab.opened import Refused

        raise Refused(*first.errors[:5], sources={**self.opened.sources, first.source.path: first.source})

    def output_lists(self) -> Iterator[str]:
        """The outputs as given; else the names that the promise uses and nobody else explains, at the types that kernels yield."""
        if self.wish.outputs.strip():
            yield self.wish.outputs
            return
        taken = set(_WORD.findall(self.wish.inputs))
        program = self.opened.program
        known = {short(n) for t in (program.fns, program.ctors) for n in t} | KEYWORDS | _surface_names()
        text = re.sub(r'"(?:\\.|[^"\\])*"', "", self.wish.ensures)
        names = [n for n in dict.fromkeys(_FREE.findall(text)) if n not in taken | known]
        kinds: dict[str, list[str]] = {}
        for name in names:
            own = [show_type(p.type) for k in self.usable for p in k.outputs if p.name == name]
            rest = [show_type(p.type) for k in self.usable for p in k.outputs]
            kinds[name] = list(dict.fromkeys((*own, *rest)))[:8]
        if names:
            for types in islice(product(*kinds.values()), 64):
                yield ", ".join(f"{n}: {t}" for n, t in zip(names, types))

    def text(self, found: Found, kernel: Kernel) -> str:
        """The composition as a module."""
        names = self.wire_names(found, kernel)
        used = [s.kernel.name for s in found.steps]
        clashing = ambiguous(used)
        own = {k: k if short(k) in clashing else short(k) for k in used}
        lines: list[str] = []
        at = len(kernel.inputs)
        for step in found.steps:
            targets = names[at : at + len(step.kernel.outputs)]
            at += len(targets)
            lines.append(f"  {_left(targets)} <- {own[step.kernel.name]}({_given(step.kernel, [names[a] for a in step.args])});")
        outputs = ", ".join(f"{p.name}: {show_type(p.type)}" for p in kernel.outputs)
        body = "{\n" + "\n".join(lines) + "\n}"
        return formatted(self.head(outputs, used, (p.type for p in kernel.outputs)) + body)

    def wire_names(self, found: Found, kernel: Kernel) -> list[str]:
        taken = {p.name for p in (*kernel.inputs, *kernel.outputs)}
        names: list[str] = [p.name for p in kernel.inputs]
        ends: Mapping[int, str] = {e: p.name for e, p in zip(found.ends, kernel.outputs)}
        taken_by = {a for s in found.steps for a in s.args}
        for step in found.steps:
            for port in step.kernel.outputs:
                wire = len(names)
                idle = wire not in ends and wire not in taken_by
                names.append("_" if idle else ends[wire] if wire in ends else fresh(port.name, taken))
        return names


def _surface_names() -> set[str]:
    from kwlogic.core.prims import SURFACE

    return set(SURFACE)


def _may_stand(kernel: Kernel) -> bool:
    """Kernels with something to take, and that are what they seem (a signature alone does nothing)."""
    return not kernel.tparams and bool(kernel.inputs) and kernel.body is not None


def _left(targets: list[str]) -> str:
    return targets[0] if len(targets) == 1 else f"({', '.join(targets)})"


def _given(kernel: Kernel, args: list[str]) -> str:
    if len(args) == 1 or all(a == p.name for a, p in zip(args, kernel.inputs)):
        return ", ".join(args)
    return ", ".join(f"{p.name} = {a}" for p, a in zip(kernel.inputs, args))


def _why(result: Result) -> str:
    from kwlogic.vc.data import Refuted

    said = one_line(result.obligation.detail or result.obligation.text, 120)
    if isinstance(result.verdict, Refuted) and result.verdict.counterexample is not None:
        values = ", ".join(f"{n} = {v}" for n, v, _ in result.verdict.counterexample.inputs)
        return f"{said}, and it does not for {values}"
    return f"{said}, which is not proved"


__all__ = ["PlanAnswer", "Planned", "Wish", "plan", "plan_in"]
