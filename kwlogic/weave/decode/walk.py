"""The text of an output as an automaton over bytes, whose transitions may ask what may stand at a site.

A state is a few *threads*, each one way in which the text may go on: fixed bytes (``Lit``) until the next question, or a value
being written within a grammar (``Leaf``). A thread never changes; reading bytes yields new ones, so that states can be kept.
Threads differ in their first byte soon: mostly there is one.

The fixed bytes that follow a value are part of its leaf's grammar, so that tokens that end a value and go on with the next
key need no second look. Only tokens that reach past them are followed one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from kwlogic.core.codec import DecodeError, decode_text
from kwlogic.core.codec_encode import may_be_null
from kwlogic.core.codec_json import string_text
from kwlogic.core.program import Ctor, Program
from kwlogic.core.value import NONE, UNIT, Value
from kwlogic.weave.decode.data import HOLE, STAR, Checked, Free, Ints, Kind, More, Residual, Residuals, Site, Tags
from kwlogic.weave.decode.divisors import checked_ints
from kwlogic.weave.decode.engine import Engine
from kwlogic.weave.decode.frames import CollFrame, ConFrame, Frame, Piece, Place, items_so_far, so_far
from kwlogic.weave.decode.grammar import Emitter, Shapes, Style, below, con_opening, lark_text, own_limit
from kwlogic.weave.decode.lexemes import Lexeme, NoGrammar, lexeme_of
from kwlogic.weave.decode.plain import Plain
from kwlogic.weave.decode.scan import BEGIN, Scan, scan

if TYPE_CHECKING:
    from llguidance import LLMatcher

_DUMMY = UNIT
_ENDS = r"[,\]}]"


class Question:
    """What follows once fixed bytes are written; asked when it is needed, and once."""

    __slots__ = ("_answer", "ask")

    def __init__(self, ask: Callable[[], Sequence[Thread]]) -> None:
        self.ask = ask
        self._answer: tuple[Thread, ...] | None = None

    @property
    def asked(self) -> bool:
        return self._answer is not None

    def answer(self) -> tuple[Thread, ...]:
        if self._answer is None:
            found: list[Thread] = []
            for thread in self.ask():
                found.extend(thread.then.answer() if isinstance(thread, Lit) and not thread.rest else (thread,))
            self._answer = tuple(found)
        return self._answer


@dataclass(frozen=True, slots=True, eq=False)
class Lit:
    """Fixed bytes, and what follows them."""

    rest: bytes
    then: Question
    last: bool = False  # the output ends behind it

    def read(self, data: bytes) -> tuple[Thread, ...]:
        if len(data) < len(self.rest):
            return (Lit(self.rest[len(data) :], self.then, self.last),) if self.rest.startswith(data) else ()
        if not data.startswith(self.rest):
            return ()
        if len(data) == len(self.rest):
            return (Lit(b"", self.then, self.last),)
        return read_all(self.then.answer(), data[len(self.rest) :])


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """The whole output is written."""

    values: dict[str, Value]

    def read(self, data: bytes) -> tuple[Thread, ...]:
        return ()


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """What all states within one leaf have in common. ``post``: the fixed bytes after it; ``last``: nothing comes after those."""

    walk: Walk
    place: Place
    residual: Residual
    start: LLMatcher
    beyond: Callable[[], LLMatcher] | None
    post: bytes
    ended: dict[bytes, tuple[Thread, ...]]


class Further:
    """A second matcher of a leaf, brought up to date when it is asked for."""

    __slots__ = ("known", "pending")

    def __init__(self, known: LLMatcher | None, pending: bytes) -> None:
        self.known = known
        self.pending = pending

    def later(self, data: bytes) -> Further:
        return Further(self.known, self.pending + data)

    def matcher(self, spot: Spot) -> LLMatcher:
        assert spot.beyond is not None
        if self.known is None or self.pending:
            found = spot.beyond() if self.known is None else self.known.deep_copy()
            spot.walk.engine.read(found, self.pending)
            self.known, self.pending = found, b""
        return self.known


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """Within a value: its text so far, and the matcher that has read it. The matcher is copied before it reads on."""

    spot: Spot
    text: bytes
    at: Scan
    matcher: LLMatcher
    further: Further

    def beyond(self) -> LLMatcher:
        """The matcher of the grammar with anything behind it, here."""
        return self.further.matcher(self.spot)

    def read(self, data: bytes) -> tuple[Thread, ...]:
        at, end = scan(self.at, data)
        if end < 0:
            return self.inside(data, at)
        value = self.text + data[:end]
        if not self.ends_with(data[:end]):
            return ()
        rest = data[end:]
        threads = self.spot.walk.ended(self.spot, value)
        return read_all(threads, rest) if rest else threads

    def inside(self, data: bytes, at: Scan) -> tuple[Thread, ...]:
        matcher = self.matcher.deep_copy()
        if not self.spot.walk.engine.read(matcher, data):
            return ()
        text = self.text + data
        if isinstance(self.spot.residual, Checked) and not self.spot.walk.alive(self.spot.residual, text):
            return ()
        return (Leaf(self.spot, text, at, matcher, self.further.later(data)),)

    def ends_with(self, data: bytes) -> bool:
        """Whether the value may end after these bytes."""
        engine, post = self.spot.walk.engine, self.spot.post
        if post:
            return engine.fits(self.matcher, data + post[:1]) == len(data) + 1
        matcher = self.matcher.deep_copy()
        return engine.read(matcher, data) and matcher.is_accepting()


Thread: TypeAlias = Lit | Leaf | Done
State: TypeAlias = tuple[Thread, ...]


def read_all(threads: Sequence[Thread], data: bytes) -> State:
    """The threads that are left after some bytes."""
    return tuple(after for thread in threads for after in thread.read(data))


def settled(threads: Sequence[Thread]) -> State:
    """Threads of which none waits at a question."""
    found: list[Thread] = []
    for thread in threads:
        found.extend(thread.then.answer() if isinstance(thread, Lit) and not thread.rest else (thread,))
    return tuple(found)


def finished(text: str, values: dict[str, Value]) -> Lit:
    return Lit(text.encode("utf-8"), Question(lambda: [Done(values)]), last=True)


class Walk:
    """One generation's questions: the program, the engine, whom to ask. Shared by all its states."""

    def __init__(self, program: Program, engine: Engine, residuals: Residuals, names: tuple[str, ...], style: Style) -> None:
        self.program = program
        self.engine = engine
        self.residuals = residuals
        self.names = names
        self.style = style
        self.shapes = Shapes(program)
        self.plain = Plain(self.shapes, engine)
        self.questions = 0

    # ------------------------------------------------------------ from value to value

    def begin(self, pieces: tuple[Piece, ...]) -> Lit:
        frame = ConFrame(None, "", pieces, "}")
        return self.part("", frame) if pieces else finished("{}", {})

    def part(self, text: str, frame: ConFrame) -> Lit:
        """The next part of a constructor."""
        return self.enter(text + frame.pieces[len(frame.done)].before, frame.child())

    def enter(self, text: str, place: Place) -> Lit:
        """Up to the first question of a value."""
        while True:
            type, shapes = place.type, self.shapes
            concerned = self.residuals.concerns(place.pattern)
            if shapes.is_scalar(type) or (not concerned and shapes.said_by_grammar(type, place.limits)):
                return self.lit(text, lambda here=place: self.leaf(here))  # type: ignore[misc]
            frame = self.single(place)
            if frame is not None:
                if not frame.pieces:
                    return self.close(text + frame.closing, place.frame, UNIT if type.head == "Tuple" else frame.value())
                text, place = text + frame.pieces[0].before, frame.child()
                continue
            if type.head in ("List", "Set", "Map"):
                opening = "{" if _is_object(place) else "["
                return self.lit(text + opening, lambda here=place: self.more(CollFrame(here)))  # type: ignore[misc]
            return self.lit(text, lambda here=place: self.tags(here))  # type: ignore[misc]

    def close(self, text: str, frame: Frame, value: Value) -> Lit:
        """A value is finished: on to the next question."""
        while True:
            if isinstance(frame, CollFrame):
                after = CollFrame(frame.place, (*frame.done, value))
                return self.lit(text, lambda here=after: self.more(here))  # type: ignore[misc]
            grown = ConFrame(frame.place, frame.ctor, frame.pieces, frame.closing, (*frame.done, value))
            if len(grown.done) < len(grown.pieces):
                return self.part(text, grown)
            text += grown.closing
            if grown.place is None:
                return finished(text, {str(p.step): v for p, v in zip(grown.pieces, grown.done)})
            value, frame = grown.value(), grown.place.frame

    def lit(self, text: str, ask: Callable[[], Sequence[Thread]]) -> Lit:
        return Lit(text.encode("utf-8"), Question(ask))

    # ------------------------------------------------------------ constructors

    def single(self, place: Place) -> ConFrame | None:
        """The frame of a type with one constructor."""
        type = place.type
        if type.head == "Tuple":
            return self.tuple_frame(place)
        if type.head in self.program.datas and self.shapes.is_record(type):
            return self.con_frame(place, self.shapes.ctors(type)[0])
        return None

    def tuple_frame(self, place: Place) -> ConFrame:
        if not place.type.args:
            return ConFrame(place, "Tuple", (), "null")
        if _is_entry(place):
            between = ("", self.style.key)
            closing = ""
        else:
            between, closing = ("[", self.style.item), "]"
        types = place.type.args
        pieces = tuple(Piece(between[i > 0], i, t, below(place.limits, i)) for i, t in enumerate(types))
        return ConFrame(place, "Tuple", pieces, closing)

    def con_frame(self, place: Place, ctor: Ctor) -> ConFrame:
        record = self.shapes.is_record(place.type)
        opening = con_opening(ctor, record, self.style)
        pieces = []
        for index, part in enumerate(self.shapes.fields(ctor, place.type)):
            before = opening + ("" if record else self.style.item) if index == 0 else self.style.item
            limits = (*part.limits, *(below(place.limits, part.name) if record else ()))
            pieces.append(Piece(before + string_text(part.key) + self.style.key, part.name, part.type, limits))
        return ConFrame(place, ctor.name, tuple(pieces), "}" if pieces else opening + "}")

    def some_frame(self, place: Place) -> ConFrame:
        inner = place.type.args[0]
        wrapped = may_be_null(inner)
        before = '{"some"' + self.style.key if wrapped else ""
        return ConFrame(place, "Some", (Piece(before, "some", inner, below(place.limits, "some")),), "}" if wrapped else "")

    # ------------------------------------------------------------ questions

    def ask(self, kind: Kind, place: Place) -> Residual:
        """What may stand at a place that is not a collection between elements."""
        self.questions += 1
        if self.residuals.concerns(place.pattern):
            site = Site(place.path, place.pattern, kind, place.type)
            found = self.residuals.residual(site, so_far(place.frame, HOLE, self.names))
            return (own_limit(place.limits) or found) if isinstance(found, Free) else found  # type: ignore[return-value]
        return self.plain.value(place) if kind is Kind.VALUE else self.plain.tags(place)

    def tags(self, place: Place) -> list[Thread]:
        residual = self.ask(Kind.TAG, place)
        option = place.type.head == "Option"
        names = ("None", "Some") if option else tuple(c.name for c in self.shapes.ctors(place.type))
        if isinstance(residual, Tags):
            names = tuple(n for n in names if n in residual.names)
        if not option:
            return [self.first(self.con_frame(place, self.program.ctors[name])) for name in names]
        none = [self.close("null", place.frame, NONE)] if "None" in names else []
        return [*none, *([self.first(self.some_frame(place))] if "Some" in names else [])]

    def first(self, frame: ConFrame) -> Lit:
        assert frame.place is not None
        return self.part("", frame) if frame.pieces else self.close(frame.closing, frame.place.frame, frame.value())

    def more(self, frame: CollFrame) -> list[Thread]:
        """Another element, or the end."""
        self.questions += 1
        place = frame.place
        residual: Residual = More()
        if self.residuals.concerns(place.pattern):
            site = Site(place.path, place.pattern, Kind.MORE, place.type)
            residual = self.residuals.residual(site, so_far(place.frame, items_so_far(frame), self.names))
        if isinstance(residual, Free) or not self.residuals.concerns(place.pattern):
            residual = self.plain.more(frame)
        assert isinstance(residual, More)
        found: list[Thread] = []
        if residual.may_continue:
            element = element_type(place)
            found.append(self.enter(self.style.item if frame.done else "", frame.child(element, below(place.limits, STAR))))
        if residual.may_stop:
            found.append(self.close("}" if _is_object(place) else "]", place.frame, frame.value()))
        return found

    def leaf(self, place: Place) -> list[Thread]:
        """A value, or a whole subtree, within one grammar."""
        emitter = Emitter(self.shapes, self.style, self.engine.is_empty)
        residual: Residual = Free()
        if self.shapes.is_scalar(place.type):
            residual, lexeme = self.scalar(place)
            symbol = emitter.terminal(lexeme)
        else:
            symbol = emitter.value(place.type, place.limits)
        emitter.finish()
        if symbol in emitter.empty:
            return []
        after = self.close("", place.frame, _DUMMY)
        start = self.engine.matcher(f"start: {symbol} {lark_text(after.rest.decode())}\n" + emitter.lark())
        spot = Spot(self, place, residual, start, self.beyond(symbol, emitter, after), after.rest, {})
        return [Leaf(spot, b"", BEGIN, start, Further(None, b""))]

    def scalar(self, place: Place) -> tuple[Residual, Lexeme]:
        residual = self.ask(Kind.VALUE, place)
        try:
            return residual, lexeme_of(residual, place.type, self.program)
        except NoGrammar:
            if not isinstance(residual, Ints):
                raise
            residual = checked_ints(residual)
            return residual, lexeme_of(residual, place.type, self.program)

    def beyond(self, symbol: str, emitter: Emitter, after: Lit) -> Callable[[], LLMatcher] | None:
        """The leaf's grammar with anything after it; None where no token reaches past the fixed bytes."""
        if after.last or (after.rest and not self.engine.passing(after.rest).any()):
            return None
        follow = f"{lark_text(after.rest.decode())} /(?s:.+)/" if after.rest else f"/{_ENDS}(?s:.*)/"
        grammar = f"start: {symbol} {follow}\n" + emitter.lark()
        return lambda: self.engine.matcher(grammar)

    # ------------------------------------------------------------ ends of leaves

    def ended(self, spot: Spot, text: bytes) -> tuple[Thread, ...]:
        """What follows a value whose text the grammar has taken; nothing where it is not one after all."""
        found = spot.ended.get(text)
        if found is None:
            value = self.value(spot.place, text)
            found = () if value is None else (self.close("", spot.place.frame, value[0]),)
            if value is not None and isinstance(spot.residual, Checked) and not spot.residual.ok(value[0]):
                found = ()
            spot.ended[text] = found
        return found

    def value(self, place: Place, text: bytes) -> tuple[Any] | None:
        try:
            return (decode_text(text.decode("utf-8"), place.type, self.program),)
        except (DecodeError, UnicodeDecodeError):
            return None

    def alive(self, residual: Checked, text: bytes) -> bool:
        try:
            return residual.alive(text.decode("utf-8"))
        except UnicodeDecodeError:
            return False  # a token that ends within a character: whether it can go on is not known


def element_type(place: Place) -> Any:
    """The type of the elements; of a map, of its entries."""
    from kwlogic.core.types import tuple_of

    return tuple_of(*place.type.args) if place.type.head == "Map" else place.type.args[0]


def _is_object(place: Place) -> bool:
    """Maps with String keys are written as objects."""
    return place.type.head == "Map" and place.type.args[0].head == "String"


def _is_entry(place: Place) -> bool:
    return isinstance(place.frame, CollFrame) and _is_object(place.frame.place)


__all__ = ["Done", "Leaf", "Lit", "Question", "State", "Thread", "Walk", "element_type", "read_all", "settled"]
