"""What types alone say at a site: their limits, which constructors have values, and that in sets and among keys nothing stands
twice.

An element of a set that has parts is taken apart: where all completions of what is written could be there already, the
choice that leads to them is not offered. Completions are counted from below (``cardinal``), so that what is offered can be
finished always.
"""

from __future__ import annotations

from typing import Any

from kwlogic.core.types import Type
from kwlogic.core.value import Con, MapV, SetV, Value, iter_list
from kwlogic.weave.decode.cardinal import MANY, Counter
from kwlogic.weave.decode.data import (
    HOLE,
    STAR,
    Fields,
    Free,
    Hole,
    Items,
    Known,
    Limits,
    More,
    OneOf,
    Partial,
    Residual,
    Sizes,
    Tags,
)
from kwlogic.weave.decode.engine import Engine
from kwlogic.weave.decode.frames import CollFrame, ConFrame, Frame, Place, around, items_so_far
from kwlogic.weave.decode.grammar import Emitter, Shapes
from kwlogic.weave.decode.limits import without

Chosen = dict[Any, int]  # what was chosen here in elements that agree with this one so far, and how often


class Plain:
    def __init__(self, shapes: Shapes, engine: Engine) -> None:
        self.shapes = shapes
        self.engine = engine
        self.counter = Counter(shapes)
        self._inhabited: dict[tuple[Type, int], tuple[Limits, bool]] = {}

    # ------------------------------------------------------------ questions

    def value(self, place: Place) -> Residual:
        limit = self.shapes.own(place.limits)
        gone = self.gone(place.frame, HOLE)
        if not gone:
            return limit if limit is not None and not isinstance(limit, Sizes) else Free()
        return without(whole(place.type, self.shapes) if limit is None or isinstance(limit, Sizes) else limit, gone)

    def tags(self, place: Place) -> Residual:
        limit = self.shapes.own(place.limits)
        option = place.type.head == "Option"
        names = ("None", "Some") if option else tuple(c.name for c in self.shapes.ctors(place.type))
        names = tuple(n for n in names if (not isinstance(limit, Tags) or n in limit.names) and self.has_value(place, n))
        gone = self.gone(place.frame, HOLE, lambda name: self.tag_count(place, name))
        return Tags(tuple(n for n in names if n not in gone))

    def more(self, frame: CollFrame) -> More:
        place = frame.place
        size = self.shapes.own(place.limits)
        low, high = (size.low, size.high) if isinstance(size, Sizes) else (0, None)
        element = self.shapes.below(place.limits, STAR)
        go = high is None or len(frame.done) < high
        go = go and all(self.inhabited(t, n) for t, n in self.elements(place.type, element))
        if go and place.type.head in ("Set", "Map"):
            key = (place.type.args[0], element if place.type.head == "Set" else self.shapes.below(element, 0))
            go = len(frame.done) < self.counter.count(*key)
        stop = len(frame.done) >= low
        if not self.within_set_or_key(place.frame):
            return More(go, stop)
        gone = self.gone(place.frame, items_so_far(frame), lambda c: 1 if c == "stop" else self.rest_of(frame, 1))
        return More(go and "go" not in gone, stop and "stop" not in gone)

    def rest_of(self, frame: CollFrame, least: int) -> int:
        """In how many ways, at least, a list can go on by ``least`` elements or more."""
        place = frame.place
        if place.type.head != "List":
            return MANY
        size = self.shapes.own(place.limits)
        low, high = (size.low, size.high) if isinstance(size, Sizes) else (0, None)
        left = Sizes(max(low - len(frame.done), least), None if high is None else high - len(frame.done))
        return self.counter.lists(self.counter.count(place.type.args[0], self.shapes.below(place.limits, STAR)), left)

    def elements(self, type: Type, limits: Limits) -> list[tuple[Type, Limits]]:
        if type.head == "Map":
            return [(t, self.shapes.below(limits, i)) for i, t in enumerate(type.args)]
        return [(type.args[0], limits)]

    # ------------------------------------------------------------ values there are

    def inhabited(self, type: Type, limits: Limits) -> bool:
        found = self._inhabited.get((type, id(limits)))
        if found is None:
            emitter = Emitter(self.shapes, is_empty=self.engine.is_empty, lenient=True)
            symbol = emitter.value(type, limits)
            emitter.finish()
            found = self._inhabited[(type, id(limits))] = (limits, symbol not in emitter.empty)
        return found[1]

    def has_value(self, place: Place, name: str) -> bool:
        if name == "None":
            return True
        if name == "Some":
            return self.inhabited(place.type.args[0], self.shapes.below(place.limits, "some"))
        ctor = self.shapes.program.ctors[name]
        return all(self.inhabited(p.type, p.limits) for p in self.shapes.fields(ctor, place.type))

    def tag_count(self, place: Place, name: str) -> int:
        if name == "Some":
            return self.counter.count(place.type.args[0], self.shapes.below(place.limits, "some"))
        if name == "None":
            return 1
        ctor = self.shapes.program.ctors[name]
        return self.counter.product((p.type, p.limits) for p in self.shapes.fields(ctor, place.type))

    # ------------------------------------------------------------ nothing twice

    def gone(self, frame: Frame, inner: Partial, completions: Any = None) -> frozenset[Any]:
        """Choices at the innermost hole that sets and maps around it rule out. ``completions``: in how many ways, at least, a
        choice can be completed within the value at the hole."""
        if not self.within_set_or_key(frame):
            return frozenset()
        found: set[Any] = set()
        rest = 1  # completions of what comes after the hole, in the element so far
        while True:
            if isinstance(frame, CollFrame):
                if frame.place.type.head == "Set":
                    found |= self.ruled_out(frame.done, inner, rest, completions)
                after = CollFrame(frame.place, (*frame.done, None))
                rest = min(MANY, rest * (self.rest_of(after, 0) if frame.place.type.head == "List" else 1))
                inner = around(frame, inner)
            else:
                rest = self.times(rest, frame)
                key = self.key_of(frame)
                if key is not None:
                    found |= self.ruled_out(key, inner, rest, completions)
                    rest = MANY
                inner = around(frame, inner)
            if frame.place is None or rest >= MANY:
                return frozenset(found)
            frame = frame.place.frame

    def within_set_or_key(self, frame: Frame) -> bool:
        while True:
            if frame.place is None:
                return False
            if frame.place.type.head == "Set" if isinstance(frame, CollFrame) else self.key_of(frame) is not None:
                return True
            frame = frame.place.frame

    def key_of(self, frame: ConFrame) -> tuple[Any, ...] | None:
        """The keys that a map has already, where its next key is being written."""
        outer = frame.place.frame if frame.place is not None else None
        if not isinstance(outer, CollFrame) or outer.place.type.head != "Map" or frame.done:
            return None
        return tuple(entry.fields[0] for entry in outer.done)

    def times(self, rest: int, frame: ConFrame) -> int:
        if self.key_of(frame) is not None:
            return rest
        return min(MANY, rest * self.counter.product((p.type, p.limits) for p in frame.pieces[len(frame.done) + 1 :]))

    def ruled_out(self, used: tuple[Any, ...], inner: Partial, rest: int, completions: Any) -> set[Any]:
        chosen: Chosen = {}
        for value in used:
            choice = chosen_at(inner, value, tag=completions is not None)
            if choice is not None:
                chosen[choice[0]] = chosen.get(choice[0], 0) + 1
        return {c for c, times in chosen.items() if times >= min(MANY, rest * (completions(c) if completions else 1))}


def whole(type: Type, shapes: Shapes) -> Residual:
    """All values of a scalar type, as something that values can be taken from."""
    from kwlogic.weave.decode.data import Ints, Reals, Texts

    match type.head:
        case "Int":
            return Ints()
        case "Real":
            return Reals()
        case "String":
            return Texts()
        case "Bool":
            return OneOf((False, True))
    return Tags(tuple(c.name for c in shapes.ctors(type)))


def chosen_at(partial: Partial, value: Value, tag: bool) -> tuple[Any] | None:
    """What a finished value has where a partial one has its hole: a scalar, the name of a constructor (``tag``), or whether a collection
    ends there (``stop``, ``go``); None where they differ before that."""
    stack: list[tuple[Partial, Any]] = [(partial, value)]
    found: tuple[Any] | None = None
    while stack:
        part, whole = stack.pop()
        match part:
            case Hole():
                found = found or ((whole.ctor,) if tag and isinstance(whole, Con) else (whole,))
            case Known(value=known):
                if known != whole:
                    return None
            case Fields(ctor=ctor, parts=parts):
                if not isinstance(whole, Con) or whole.ctor != ctor:
                    return None
                first = next((i for i, p in enumerate(parts) if not isinstance(p, Known)), len(parts))
                stack.extend(zip(parts[: first + 1], whole.fields))
            case Items(head="Set" | "Map", items=items):  # written in any order
                known_items = [i.value for i in items if isinstance(i, Known)]
                if len(known_items) < len(items) or set(known_items) != set(_members(whole)):
                    return None
                found = ("stop",)
            case Items(items=items):
                members = _members(whole)
                if len(members) < len(items):
                    return None
                stack.extend(zip(items, members))
                if all(isinstance(i, Known) for i in items):
                    found = ("stop",) if len(members) == len(items) else ("go",)
    return found


def _members(value: Any) -> list[Any]:
    if isinstance(value, SetV):
        return list(value.ordered())
    if isinstance(value, MapV):
        return [Con("Tuple", (k, value.entries[k])) for k in value.keys_ordered()]
    return list(iter_list(value))
