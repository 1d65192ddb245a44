"""What the pre- and postconditions of a composition do not say: writes that nobody could undo, steps that do nothing.

A run fails as a whole, so what a step wrote must be undone where something beside or after it may still fail; what cannot be
undone at all comes after everything that may fail. In a loop every round comes after another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kwlogic.compose.cones import all_before
from kwlogic.compose.contract import Kernels, composed_of
from kwlogic.compose.data import Box, Each, Folded, Loop, Part, bodies
from kwlogic.compose.stage import Scene, Stage
from kwlogic.core.program import Kernel
from kwlogic.core.terms import FALSE
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Label


@dataclass(frozen=True, slots=True)
class Effect:
    """``lasting``: resources that are written without a way back; ``final``: the writer is irrevocable, and says so."""

    writes: frozenset[str] = frozenset()
    lasting: frozenset[str] = frozenset()
    final: bool = False

    def __or__(self, other: Effect) -> Effect:
        return Effect(self.writes | other.writes, self.lasting | other.lasting, self.final or other.final)


NONE = Effect()
MOST = 20
"""Writes of one graph that are complained of."""


class Effects:
    """Effects of kernels; a composition without a rollback of its own is undone part by part."""

    def __init__(self, kernels: Kernels) -> None:
        self.kernels = kernels
        self._known: dict[str, Effect] = {}

    def __call__(self, name: str) -> Effect:
        stack, entered = [name], set[str]()
        while stack:
            here = stack[-1]
            kernel = self.kernels.get(here)
            parts = composed_of(kernel)
            waiting = [p for p in parts if p not in self._known and p not in entered]
            entered.add(here)
            if waiting and here not in self._known:
                stack.extend(waiting)
                continue
            stack.pop()
            if here not in self._known:
                self._known[here] = _own(kernel, [self._known.get(p, NONE) for p in parts])
        return self._known[name]


def _own(kernel: Kernel | None, parts: Iterable[Effect]) -> Effect:
    if kernel is None:
        return NONE
    whole = NONE
    for part in parts:
        whole = whole | part
    own = frozenset(kernel.writes)
    writes = whole.writes | own
    final = whole.final or "irrevocable" in kernel.flags
    if kernel.rollback is not None or "irrevocable" in kernel.flags:
        return Effect(writes, frozenset(), final)
    return Effect(writes, whole.lasting | (own - whole.writes), final)


def effect_problems(stage: Stage) -> tuple[Diagnostic, ...]:
    """Missing rollbacks, irrevocable steps that come too early, steps without effect."""
    return tuple(dict.fromkeys((*_undoing(stage), *_idle(stage))))


# ---------------------------------------------------------------- failing after a write


def _undoing(stage: Stage) -> Iterator[Diagnostic]:
    effects = Effects(stage.kernels)
    of_scene: list[list[Effect]] = []
    for scene in stage.scenes:
        own = [_of_box(b, effects, of_scene) for b in scene.dag.boxes]
        of_scene.append(own)
        if any(e.lasting or e.final for e in own):
            yield from _in_scene(stage, scene, own)


def _of_box(box: Box, effects: Effects, of_scene: list[list[Effect]]) -> Effect:
    if isinstance(box.what, Part):
        return effects(box.what.kernel)
    whole = NONE
    for body in bodies(box.what):
        for effect in of_scene[body]:
            whole = whole | effect
    return whole


def _in_scene(stage: Stage, scene: Scene, own: list[Effect]) -> Iterator[Diagnostic]:
    boxes = scene.dag.boxes
    told = 0
    fallible = [i for i, f in enumerate(scene.facts) if f.fails is not FALSE]
    again = _repeats(stage, scene)
    for index, effect in enumerate(own):
        if (not effect.lasting and not effect.final) or told >= MOST or not fallible:
            continue
        above = all_before(scene.befores, index)
        later = next((i for i in fallible if i != index and i not in above), None)
        told += later is not None
        if later is None and again and fallible:
            yield _problem(boxes[index], effect, boxes[fallible[0]], "in another round")
        elif later is not None:
            after = index in all_before(scene.befores, later)
            yield _problem(boxes[index], effect, boxes[later], "after it" if after else "beside it")


def _repeats(stage: Stage, scene: Scene) -> bool:
    return scene.parent >= 0 and isinstance(stage.scenes[scene.parent].dag.boxes[scene.box].what, Each | Folded | Loop)


def _problem(box: Box, effect: Effect, other: Box, when: str) -> Diagnostic:
    label = Label(other.place, f"`{other.name}` may fail here")
    if effect.final:
        return diagnostic(
            "KW424",
            f"`{box.name}` is irrevocable, and `{other.name}` may still fail {when}",
            box.place,
            "cannot be taken back",
            label,
            help=f"let `{box.name}` come after every step that may fail: in a graph body with `after`",
        )
    written = ", ".join(f"`{r.rsplit('.', 1)[-1]}`" for r in sorted(effect.lasting))
    return diagnostic(
        "KW425",
        f"`{box.name}` writes {written} and has no rollback, and `{other.name}` may still fail {when}",
        box.place,
        "what it wrote would stay",
        label,
        help=f"give `{box.name}` a `rollback`, or let it come after every step that may fail",
    )


# ---------------------------------------------------------------- steps that do nothing


def _idle(stage: Stage) -> Iterator[Diagnostic]:
    effects = Effects(stage.kernels)
    for scene in stage.scenes:
        boxes = scene.dag.boxes
        used = {w.box for _, w in scene.dag.outputs}
        for index in range(len(boxes) - 1, -1, -1):
            box = boxes[index]
            idle = index not in used and isinstance(box.what, Part) and scene.facts[index].fails is FALSE
            if idle and isinstance(box.what, Part) and not effects(box.what.kernel).writes:
                yield diagnostic(
                    "KW426",
                    f"nothing uses what `{box.name}` yields",
                    box.place,
                    "this step does nothing",
                    help="it writes nothing and never fails, so it can go; or use one of its outputs",
                )
            else:
                used.update(scene.befores[index])
