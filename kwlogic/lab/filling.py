"""Holes in compositions: the weakest contract that fits, composed and checked again, and the kernels that keep it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path

from kwlogic.compose.data import Composition, Missing
from kwlogic.compose.stage import Scene, Stage
from kwlogic.core.program import ComposeBody, Kernel
from kwlogic.core.show import show_term
from kwlogic.core.terms import Term
from kwlogic.core.types import show_type
from kwlogic.core.wiring import Hole, Port, Wiring
from kwlogic.lab.drawing import composition_named
from kwlogic.lab.opened import Opened, check_kernels, open_around
from kwlogic.lab.quotient import More, Quotient, around, quotient
from kwlogic.lab.surface import fresh
from kwlogic.lab.trial import declaration_of, naming_in, rewritten, users_of_module, with_uses
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Span
from kwlogic.vc.data import Enforced, Proved, Refuted, Result
from kwlogic.workspace.data import Progress
from kwlogic.workspace.findings import one_line, short

MOST_CANDIDATES = 24


@dataclass(frozen=True, slots=True)
class Candidate:
    """A kernel put into the hole. ``text``: how; ``fits``: everything is proved with it; ``why`` where it does not."""

    kernel: str
    text: str
    fits: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class HoleAnswer:
    """What is known of one hole. ``requires``, ``ensures`` and ``fails`` are clauses in the language's own syntax, None where
    nothing can be stated (``note`` says why). ``exact``: no weaker contract would do. ``verified``: with any kernel of this
    contract in the hole, everything that the composition obliges is proved; ``open``: what is not, though. ``wide``: a weaker
    contract for a kernel that sees the wires around the hole, too."""

    kernel: str
    span: Span
    face: str
    requires: tuple[str, ...] | None
    ensures: tuple[str, ...]
    fails: str | None
    exact: bool
    verified: bool
    vain: bool
    open: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    note: str = ""
    wide: HoleAnswer | None = None

    def declaration(self, name: str) -> str:
        """The contract as a kernel without a body."""
        lines = [f"kernel {name}{self.face}"]
        lines += [f"  requires {p}" for p in self.requires or ()]
        lines += [f"  ensures {q}" for q in self.ensures]
        lines += [f"  fails when {self.fails}"] if self.fails is not None else []
        return "\n".join(lines)


def holes(
    name: str,
    paths: Iterable[str] = (),
    cwd: Path | None = None,
    fill: bool = True,
    budget: int | None = None,
    progress: Progress | None = None,
) -> tuple[HoleAnswer, ...]:
    """The contract that each hole of a kernel asks for, and (with ``fill``) the kernels of the project that keep it.

    Raises Refused where the kernel is no composition, has no hole, or does not check as text.
    """
    opened, kernel = open_around(name, paths, cwd, budget)
    composition = composition_named(opened, kernel)
    answers = answers_for(opened, kernel, composition, fill, progress)
    if not answers:
        problem = diagnostic(
            "KW442", f"`{short(kernel.name)}` has no hole", kernel.name_span, "", help="write `hole(x: T) -> (y: U)` for it"
        )
        raise opened.refuse(problem)
    return answers


def answers_for(
    opened: Opened, kernel: Kernel, composition: Composition, fill: bool, progress: Progress | None = None
) -> tuple[HoleAnswer, ...]:
    """The same for a kernel at hand."""
    return tuple(_Asked(opened, kernel, composition, node, progress).answer(fill) for node in hole_nodes(kernel))


def hole_nodes(kernel: Kernel) -> list[Hole]:
    wiring = kernel.body.wiring if isinstance(kernel.body, ComposeBody) else None
    return [n for n in wiring.nodes if isinstance(n, Hole)] if isinstance(wiring, Wiring) else []


class _Asked:
    """One hole of one kernel."""

    def __init__(self, opened: Opened, kernel: Kernel, composition: Composition, node: Hole, progress: Progress | None) -> None:
        self.opened, self.kernel, self.composition, self.node, self.progress = opened, kernel, composition, node, progress
        self.module, self.span, self.body = declaration_of(opened, kernel)
        self.stage: Stage | None = None
        self.source = opened.loaded.modules[self.module][0]
        text = self.source.code(node.span)
        self.face = " ".join(text[text.index("(") :].split()) if "(" in text else ""

    def answer(self, fill: bool) -> HoleAnswer:
        answer = self._stated(())
        if not fill:
            return answer
        wide = self._wide(answer)
        return replace(answer, candidates=tuple(self._candidates()), wide=wide)

    def _stated(self, more: More) -> HoleAnswer:
        """The contract of a kernel that sees ``more`` besides the hole's own inputs, composed and checked."""
        found = self._quotient(more)
        if found is not None and more:
            found, more = self._needed(found, more)
        clauses = None if found is None else self._written(found, more)
        note = ""
        if found is None:
            note = "inside of `map`, `fold` and `iterate` the contract of a hole is not stated"
        elif clauses is None:
            note = "what it must do cannot be written without the wires around it"
        requires, ensures, fails = clauses if clauses is not None else (None, (), None)
        exact, vain = found is not None and found.exact, found is not None and found.vain
        answer = HoleAnswer(
            self.kernel.name, self.node.span, self._face(more), requires, ensures, fails, exact, False, vain, (), (), note
        )  # fmt: skip
        return answer if requires is None else self._composed(answer)

    def _needed(self, found: Quotient, more: More) -> tuple[Quotient, More]:
        """Without the wires that what is owed does not speak of, and what is known of them."""
        from kwlogic.core.walk import free_vars

        spoken = {str(v.data) for t in (*found.ensures, *(() if found.fails is None else (found.fails,))) for v in free_vars(t)}
        more = tuple((p, t) for p, t in more if p.name in spoken)
        ports = {p.name for p in (*self.node.face.inputs, *(p for p, _ in more))}
        kept = tuple(t for t in found.requires if {str(v.data) for v in free_vars(t)} <= ports)
        return replace(found, requires=kept), more

    def _face(self, more: More) -> str:
        if not more:
            return self.face
        inputs = (*self.node.face.inputs, *(p for p, _ in more))
        sides = (", ".join(f"{p.name}: {show_type(p.type)}" for p in side) for side in (inputs, self.node.face.outputs))
        return "({}) -> ({})".format(*sides)

    def _wide(self, narrow: HoleAnswer) -> HoleAnswer | None:
        """A weaker contract for a kernel that may see the wires around the hole, too; where there is one that can be had there."""
        place = self._place()
        if place is None or place[0].parent >= 0 or (narrow.requires is not None and not narrow.ensures):
            return None
        more = around(*place)
        wide = self._stated(more) if more else None
        if wide is None or not wide.verified or (narrow.verified and set(wide.ensures) == set(narrow.ensures)):
            return None
        return wide if wide.face != self.face else None

    # ------------------------------------------------------------ the contract

    def _place(self) -> tuple[Scene, int] | None:
        """The hole's scene and number on a stage of its own."""
        from kwlogic.vc.compositions import staged
        from kwlogic.vc.context import Context

        if self.stage is None:
            self.stage = staged(Context(self.opened.program), self.composition)
        for scene in self.stage.scenes:
            for index, box in enumerate(scene.dag.boxes):
                if isinstance(box.what, Missing) and self._is_mine(index, scene.index):
                    return scene, index
        return None

    def _quotient(self, more: More) -> Quotient | None:
        from kwlogic.vc.plan import plan

        place = self._place()
        if place is None or self.stage is None:
            return None
        obligations = plan(self.opened.program, [self.kernel.name])[0].obligations
        return quotient(self.opened.program, self.stage, *place, self.kernel, obligations, more)

    def _is_mine(self, box: int, dag: int) -> bool:
        """Holes come in the same order in the graph as in the text, as both follow the table of nodes."""
        nodes = hole_nodes(self.kernel)
        boxes = [(d, i) for d, g in enumerate(self.composition.dags) for i, b in enumerate(g.boxes) if isinstance(b.what, Missing)]
        if len(nodes) == len(boxes) == 1:
            return True
        here = self.composition.dags[dag].boxes[box]
        same = [n for n in nodes if n.face.inputs == here.inputs and n.face.outputs == here.outputs]
        alike = [
            (d, i) for d, i in boxes
            if (self.composition.dags[d].boxes[i].inputs, self.composition.dags[d].boxes[i].outputs) == (here.inputs, here.outputs)
        ]  # fmt: skip
        return self.node in same and same.index(self.node) == alike.index((dag, box))

    def _written(self, found: Quotient, more: More) -> tuple[tuple[str, ...], tuple[str, ...], str | None] | None:
        program = self.opened.program
        ports = {p.name for p in (*self.node.face.inputs, *self.node.face.outputs, *(p for p, _ in more))}

        def text(term: Term) -> str:
            return show_term(term, program)

        from kwlogic.core.walk import free_vars

        if any({str(v.data) for v in free_vars(t)} - ports for t in (*found.requires, *found.ensures)):
            return None
        fails = None if found.fails is None else text(found.fails)
        return tuple(map(text, found.requires)), tuple(map(text, found.ensures)), fails

    def _composed(self, answer: HoleAnswer) -> HoleAnswer:
        """Puts a kernel of this contract, without a body, into the hole and checks the whole."""
        name = fresh(f"{short(self.kernel.name)}_part", {short(k) for k in self.opened.program.kernels})
        tried = [answer]
        if answer.fails is None and self.kernel.fails:
            tried.append(replace(answer, fails="false"))
        for version in tried:
            text = self._exchange(name) + f"\n\n{version.declaration(name)}\n"
            trial = rewritten(self.opened, self.module, text)
            broken = trial.program.modules[self.module].broken
            made = (self.kernel.name, f"{self.module}.{name}")
            if any(n in broken or n not in trial.program.kernels for n in made):
                return replace(answer, requires=None, ensures=(), note="what it must do has no form that the language can say")
            results = check_kernels(self.opened, trial.program, [self.kernel.name], progress=self.progress)
            open_ones = _open(results)
            if not open_ones:
                return replace(version, verified=True)
        return replace(answer, open=open_ones)

    def _exchange(self, text: str) -> str:
        source = self.source.text
        return source[: self.node.span.start] + text + source[self.node.span.end :]

    # ------------------------------------------------------------ kernels that fill it

    def _candidates(self) -> Iterator[Candidate]:
        """Each kernel whose ports fit, with its ports renamed where they must be; checked in one go."""
        forms = [f for k in self._fitting() for f in self._forms(k)][:MOST_CANDIDATES]
        if not forms:
            return
        taken = {short(k) for k in self.opened.program.kernels}
        source = self.source.text
        head = source[self.span.start : self.span.end]
        at, end = self.node.span.start - self.span.start, self.node.span.end - self.span.start
        named: list[tuple[str, Kernel, str]] = []
        copies: list[str] = []
        offset = self.kernel.name_span.start - self.span.start
        for kernel, form in forms:
            name = fresh(short(self.kernel.name), taken)
            copy = head[:at] + form + head[end:]
            copies.append(copy[:offset] + name + copy[offset + len(short(self.kernel.name)) :])
            named.append((name, kernel, form))
        text = with_uses(self.opened, self.module, (k.name.rpartition(".")[0] for k, _ in forms))
        trial = rewritten(self.opened, self.module, "\n\n".join((text, *copies, "")))
        names = [f"{self.module}.{n}" for n, _, _ in named if f"{self.module}.{n}" in trial.program.kernels]
        results = check_kernels(self.opened, trial.program, names, progress=self.progress)
        for name, kernel, form in named:
            full = f"{self.module}.{name}"
            own = [r for r in results if r.obligation.declaration == full]
            if full not in names:
                yield Candidate(kernel.name, form, False, "it cannot stand here")
                continue
            missing = _open(own)
            yield Candidate(kernel.name, form, not missing and bool(own), "; ".join(missing[:3]))

    def _fitting(self) -> Iterator[Kernel]:
        """Kernels whose ports have the right types; those in scope first."""
        wanted_in = sorted(show_type(p.type) for p in self.node.face.inputs)
        wanted_out = sorted(show_type(p.type) for p in self.node.face.outputs)
        names = naming_in(self.opened, self.module)
        users = users_of_module(self.opened, self.module)
        inside = _uses(self.opened, self.kernel.name)
        kernels = [self.opened.program.kernels[k] for k in self.opened.all_kernels()]
        for kernel in sorted(kernels, key=lambda k: k.name not in names):
            if kernel.name in inside or kernel.tparams or (kernel.name not in names and kernel.name.rpartition(".")[0] in users):
                continue
            ins, outs = ([show_type(p.type) for p in side] for side in (kernel.inputs, kernel.outputs))
            if sorted(ins) == wanted_in and sorted(outs) == wanted_out:
                yield kernel

    def _forms(self, kernel: Kernel) -> Iterator[tuple[Kernel, str]]:
        """Ways to connect the ports: by name where they have the same, else every way that the types allow."""
        name = naming_in(self.opened, self.module).get(kernel.name, kernel.name)
        ins = [Port(p.name, p.type) for p in kernel.inputs]
        outs = [Port(p.name, p.type) for p in kernel.outputs]
        for left in _matchings(ins, self.node.face.inputs):
            for right in _matchings(outs, self.node.face.outputs):
                yield kernel, connected(name, left, right)


def connected(name: str, inputs: list[tuple[str, str]], outputs: list[tuple[str, str]]) -> str:
    """A kernel between wires: pairs of its own port and what is called there. Renaming both sides of one name takes an ``id``."""
    own_outputs = {a for a, _ in outputs}
    plain = [(a, b) for a, b in inputs if a != b]
    after = [(a, b) for a, b in outputs if a != b]
    tail = f"[{', '.join(f'{a} as {b}' for a, b in after)}]" if after else ""
    if any(a in own_outputs for a, _ in plain):
        front = " & ".join(f"id({b})" if a == b else f"id({b})[{b} as {a}]" for a, b in inputs)
        return f"(({front}) >> {name}{tail})"
    pairs = [*plain, *after]
    return f"{name}[{', '.join(f'{a} as {b}' for a, b in pairs)}]" if pairs else name


def _matchings(own: list[Port], wanted: tuple[Port, ...]) -> Iterator[list[tuple[str, str]]]:
    """Pairs of own and wanted names; ports of the same name and type are never exchanged."""
    fixed = {p.name for p in own} & {w.name for w in wanted if any(p.name == w.name and p.type is w.type for p in own)}
    free_own = [p for p in own if p.name not in fixed]
    free_wanted = [w for w in wanted if w.name not in fixed]
    if len(free_own) != len(free_wanted):
        return
    for order in permutations(free_wanted):
        if all(a.type is b.type for a, b in zip(free_own, order)):
            yield [*((n, n) for n in sorted(fixed)), *((a.name, b.name) for a, b in zip(free_own, order))]


def _uses(opened: Opened, name: str) -> set[str]:
    """The kernel and all kernels made with it, which cannot be a part of it."""
    from kwlogic.core.wiring import kernels_of

    users: dict[str, list[str]] = {}
    for kernel in opened.program.kernels.values():
        if isinstance(kernel.body, ComposeBody) and isinstance(kernel.body.wiring, Wiring):
            for part in kernels_of(kernel.body.wiring):
                users.setdefault(part, []).append(kernel.name)
    found, stack = {name}, [name]
    while stack:
        for user in users.get(stack.pop(), ()):
            if user not in found:
                found.add(user)
                stack.append(user)
    return found


def _open(results: Iterable[Result]) -> tuple[str, ...]:
    """What is not proved, in words."""
    return tuple(
        f"{'refuted' if isinstance(r.verdict, Refuted) else 'not proved'}: {one_line(r.obligation.detail or r.obligation.text, 120)}"
        for r in results
        if not isinstance(r.verdict, Proved | Enforced)
    )


__all__ = ["Candidate", "HoleAnswer", "answers_for", "connected", "hole_nodes", "holes"]
