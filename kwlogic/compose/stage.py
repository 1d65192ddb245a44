"""A composition set on a stage: every wire of every dag is a constant of the logic, and nothing is said of it yet.

A dag is a ``Scene``; the body of a region is a scene inside the one that the region stands in. Inner wires stay free constants,
so nothing is quantified when contracts are put together. In the body of a ``map``, ``fold`` or ``iterate`` the inputs are
constants for one round; ``lists`` of a map's body says which list each constant of a round comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from kwlogic.compose.contract import Kernels, Said, Value, Want, Written
from kwlogic.compose.data import (
    INPUT,
    Again,
    Box,
    Choice,
    Composition,
    Dag,
    Each,
    Folded,
    Loop,
    Part,
    Pure,
    Recover,
    Wire,
    bodies,
)
from kwlogic.core.logic import erase
from kwlogic.core.program import ExprBody
from kwlogic.core.terms import Term, mk_var
from kwlogic.core.types import BOOL, INT, Type, list_of
from kwlogic.core.walk import subst
from kwlogic.core.wiring import Port
from kwlogic.source.records import dataclass


@dataclass(slots=True)
class Facts:
    """Of one box. ``said``: once it has yielded; ``fails``: where it may fail; ``rests``: kernels that are said never to."""

    said: tuple[Said, ...] = ()
    fails: Term | None = None
    wants: tuple[Want, ...] = ()
    written: tuple[Written, ...] = ()
    values: tuple[Value, ...] = ()
    rests: frozenset[str] = frozenset()


@dataclass(slots=True)
class Scene:
    """``box``: the region of scene ``parent`` whose body this is. ``entry``: what is known at its start besides what the region's
    ancestors say; ``exit``: what must hold at its end. ``befores``: the boxes right before
    each. ``locals``: constants made for it and for what is inside. ``flag`` of
    the first alternative of a fallback: whether it failed; ``number`` of a loop's body: which round it is; of
    `iterate` ``ends``: how it stands when the rounds are used up, which is its ``flag``."""

    index: int
    dag: Dag
    parent: int = -1
    box: int = -1
    path: str = ""
    inputs: Mapping[str, Term] = field(default_factory=dict)
    wires: dict[Wire, Term] = field(default_factory=dict)
    befores: list[list[int]] = field(default_factory=list)
    facts: list[Facts] = field(default_factory=list)
    entry: tuple[Said, ...] = ()
    exit: tuple[Want, ...] = ()
    opening: tuple[Written, ...] = ()
    locals: list[Term] = field(default_factory=list)
    lists: dict[Term, Term] = field(default_factory=dict)
    flag: Term | None = None
    number: Term | None = None
    ends: dict[str, Term] = field(default_factory=dict)

    def value(self, wire: Wire) -> Term:
        return self.inputs[wire.port] if wire.box == INPUT else self.wires[wire]

    def given(self, box: Box) -> dict[str, Term]:
        """The values of a box's inputs."""
        return {p.name: self.value(w) for p, w in zip(box.inputs, box.sources, strict=True)}

    def yielded(self) -> dict[str, Term]:
        return {p.name: self.value(w) for p, w in self.dag.outputs}

    def path_of(self, box: int) -> str:
        return f"{self.path}{box}"


@dataclass(slots=True)
class Stage:
    """``values``: how each wire comes by its value, once the scenes' facts are known."""

    scenes: list[Scene]
    kernels: Kernels
    names: set[str]
    values: dict[Term, Value] = field(default_factory=dict)

    @property
    def root(self) -> Scene:
        return self.scenes[-1]


def before(box: Box) -> list[int]:
    """The boxes right before a box."""
    if not box.after and len(box.sources) == 1:
        return [box.sources[0].box] if box.sources[0].box >= 0 else []
    found = [w.box for w in box.sources if w.box >= 0]
    return [*dict.fromkeys((*found, *box.after))]


def env_of(given: Mapping[str, Term]) -> dict[Term, Term]:
    return {mk_var(name, term.type): term for name, term in given.items()}


def at(term: Term, given: Mapping[str, Term]) -> Term:
    """A program term over ports, as logic over wires."""
    return erase(subst(erase(term), env_of(given)))


def set_up(composition: Composition, kernels: Kernels) -> Stage:
    """Scenes for all dags, the whole one last."""
    scenes = [Scene(i, d, befores=[before(b) for b in d.boxes]) for i, d in enumerate(composition.dags)]
    stage = Stage(scenes, kernels, set())
    root = stage.root
    stage.names |= {p.name for p in root.dag.inputs}
    root.inputs = {p.name: mk_var(p.name, p.type) for p in root.dag.inputs}
    for scene in reversed(stage.scenes):
        _wires(stage, scene)
    for scene in stage.scenes[:-1]:
        _collect(stage, scene)
    return stage


def _wires(stage: Stage, scene: Scene) -> None:
    """Constants for what the boxes yield, and the inputs of the scenes inside."""
    called = {w: p.name for p, w in reversed(scene.dag.outputs)} | dict(scene.dag.names)
    for index, box in enumerate(scene.dag.boxes):
        what = box.what
        if isinstance(what, Pure):
            scene.wires[Wire(index, "value")] = at(what.term, scene.given(box))
            continue
        for port in box.outputs:
            wire = Wire(index, port.name)
            scene.wires[wire] = _new(stage, scene, called.get(wire, ""), f"{box.name}.{port.name}", port.type)
        for position, body in enumerate(bodies(what)):
            _enter(stage, scene, index, box, stage.scenes[body], position)


def _new(stage: Stage, scene: Scene, wanted: str, otherwise: str, type: Type) -> Term:
    name = wanted if wanted and wanted not in stage.names else otherwise
    number = 1
    base = name
    while name in stage.names:
        number += 1
        name = f"{base}~{number}"
    stage.names.add(name)
    var = mk_var(name, type)
    scene.locals.append(var)
    return var


def _enter(stage: Stage, scene: Scene, index: int, box: Box, inner: Scene, position: int) -> None:
    """Gives the inner scene its inputs."""
    inner.parent, inner.box = scene.index, index
    inner.path = f"{scene.path_of(index)}.{position}."
    given = scene.given(box)
    match box.what:
        case Choice() | Recover() | Again():
            inner.inputs = {p.name: given[p.name] for p in inner.dag.inputs}
            if isinstance(box.what, Recover) and position == 0:
                inner.flag = _new(stage, scene, "", f"{_tried(inner)} failed", BOOL)
        case Each() | Folded() | Loop():
            changing = {p.name for p in (box.outputs if isinstance(box.what, Loop) else inner.dag.inputs)}
            inner.inputs = {p.name: _round(stage, inner, p) if p.name in changing else given[p.name] for p in inner.dag.inputs}
            if not isinstance(box.what, Each):
                inner.number = _new(stage, inner, "", "round", INT)
            if isinstance(box.what, Loop):
                inner.flag = _new(stage, scene, "", "rounds used up", BOOL)
                inner.ends = {p.name: _new(stage, scene, "", f"{p.name} at last", p.type) for p in box.outputs}


def _round(stage: Stage, inner: Scene, port: Port) -> Term:
    """A constant for what a port is in one round."""
    return _new(stage, inner, "", f"{port.name}'", port.type)


def _tried(inner: Scene) -> str:
    names = [b.name for b in inner.dag.boxes if isinstance(b.what, Part)]
    return names[0] if names else "the first"


def _collect(stage: Stage, scene: Scene) -> None:
    """Hands the constants of a body to the scene around: as they are, or for each round one list of them."""
    outer = stage.scenes[scene.parent]
    box = outer.dag.boxes[scene.box]
    if not isinstance(box.what, Each):
        outer.locals.extend(scene.locals)
        return
    given = outer.given(box)
    for name, element in scene.inputs.items():
        scene.lists[element] = given[name]
    for port, wire in scene.dag.outputs:
        element = scene.value(wire)
        if element in scene.locals and element not in scene.lists:
            scene.lists[element] = outer.wires[Wire(scene.box, port.name)]
    for element in scene.locals:
        if element not in scene.lists:
            scene.lists[element] = _new(stage, outer, "", f"{element.data}s", list_of(element.type))


def runs(kernels: Kernels, what: Part) -> bool:
    """Whether the kernel has a body that replays can run."""
    kernel = kernels.get(what.kernel)
    return kernel is not None and isinstance(kernel.body, ExprBody)
