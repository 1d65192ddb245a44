"""From value to value through an output: which fixed bytes come next, what is asked there, what the answer leads to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from kwlogic.core.codec import DecodeError, decode_ports, decode_text
from kwlogic.core.codec_encode import may_be_null
from kwlogic.core.codec_json import string_text
from kwlogic.core.program import Ctor, Param, Program
from kwlogic.core.types import Type
from kwlogic.core.value import NONE, UNIT, Value
from kwlogic.source.data import Span
from kwlogic.weave.decode.data import HOLE, STAR, Checked, Free, Ints, Kind, Limits, More, Pattern, Residual, Residuals, Site, Tags
from kwlogic.weave.decode.divisors import checked_ints
from kwlogic.weave.decode.engine import Engine
from kwlogic.weave.decode.frames import CollFrame, ConFrame, Frame, Piece, Place, items_so_far, so_far
from kwlogic.weave.decode.grammar import Emitter, Shapes, Style, con_opening, lark_text
from kwlogic.weave.decode.lexemes import Lexeme, NoGrammar, lexeme_of
from kwlogic.weave.decode.plain import Plain
from kwlogic.weave.decode.scan import BEGIN, Scan
from kwlogic.weave.decode.threads import Further, Known, Leaf, Lit, Question, Spot, Thread, finished

_DUMMY = UNIT
_ENDS = r"[,\]}]"


@dataclass(frozen=True, slots=True)
class Grammar:
    """Of a leaf: as text, and what is left to ask of its values. ``limits`` are held because they are known by identity."""

    limits: Limits
    residual: Residual
    within: str
    beyond: str | None
    nothing: bool
    known: dict[Scan, Known] = field(default_factory=dict, compare=False)
    rests: dict[bytes, bool | None] = field(default_factory=dict, compare=False)


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
        self.narrowed: dict[Pattern, str] = {}
        self._grammars: dict[object, Grammar] = {}
        self._frames: dict[object, tuple[Limits, tuple[Piece, ...], str]] = {}

    # ------------------------------------------------------------ from value to value

    def begin(self, pieces: tuple[Piece, ...]) -> Lit:
        """The whole output in one grammar, where nobody is asked about any part of it."""
        frame = ConFrame(None, "", pieces, "}")
        if not pieces:
            return finished("{}", {})
        asked = any(self.residuals.concerns((p.step,)) or not self.shapes.said_by_grammar(p.type, p.limits) for p in pieces)
        return self.part("", frame) if asked else self.lit("", lambda: self.whole(frame), True)

    def whole(self, frame: ConFrame) -> list[Thread]:
        emitter = Emitter(self.shapes, self.style, self.engine.is_empty)
        symbol = emitter.fixed([(p.before, p.type, p.limits) for p in frame.pieces], frame.closing)
        emitter.finish()
        if symbol in emitter.empty:
            return []
        lark = f"start: {symbol}\n" + emitter.lark()
        start = self.engine.matcher(lark)
        ports = [Param(str(p.step), p.type, Span("", 0, 0)) for p in frame.pieces]
        spot = Spot(self.engine, lambda text: self.outputs(ports, text), Free(), start, None, b"", lark=lark)
        return [Leaf(spot, b"", BEGIN, start, Further(None, b""))]

    def outputs(self, ports: list[Param], text: bytes) -> tuple[Thread, ...]:
        try:
            return (finished("", decode_ports(text.decode("utf-8"), ports, self.program)),)
        except (DecodeError, UnicodeDecodeError):
            return ()

    def part(self, text: str, frame: ConFrame) -> Lit:
        """The next part of a constructor."""
        return self.enter(text + frame.pieces[len(frame.done)].before, frame.child())

    def enter(self, text: str, place: Place) -> Lit:
        """Up to the first question of a value."""
        while True:
            type, shapes = place.type, self.shapes
            concerned = self.residuals.concerns(place.pattern)
            if shapes.is_scalar(type) or not (concerned or place.apart or not shapes.said_by_grammar(type, place.limits)):
                return self.lit(text, lambda here=place: self.leaf(here), not concerned, place.apart)  # type: ignore[misc]
            frame = self.single(place)
            if frame is not None:
                if not frame.pieces:
                    return self.close(text + frame.closing, place.frame, UNIT if type.head == "Tuple" else frame.value())
                text, place = text + frame.pieces[0].before, frame.child()
                continue
            if type.head in ("List", "Set", "Map"):
                opening = "{" if _is_object(place) else "["
                return self.lit(text + opening, lambda here=place: self.more(CollFrame(here)), not concerned, place.apart)  # type: ignore[misc]
            return self.lit(text, lambda here=place: self.tags(here), not concerned, place.apart)  # type: ignore[misc]

    def close(self, text: str, frame: Frame, value: Value) -> Lit:
        """A value is finished: on to the next question."""
        while True:
            if isinstance(frame, CollFrame):
                after = CollFrame(frame.place, (*frame.done, value))
                plain = not self.residuals.concerns(frame.place.pattern)
                apart = frame.place.apart or frame.place.type.head != "List" or self.shapes.own(frame.place.limits) is not None
                return self.lit(text, lambda here=after: self.more(here), plain, apart)  # type: ignore[misc]
            grown = ConFrame(frame.place, frame.ctor, frame.pieces, frame.closing, (*frame.done, value))
            if len(grown.done) < len(grown.pieces):
                return self.part(text, grown)
            text += grown.closing
            if grown.place is None:
                return finished(text, {str(p.step): v for p, v in zip(grown.pieces, grown.done)})
            value, frame = grown.value(), grown.place.frame

    def lit(self, text: str, ask: Callable[[], Sequence[Thread]], plain: bool, apart: bool = False) -> Lit:
        return Lit(text.encode("utf-8"), Question(ask, plain, apart))

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
        pieces = tuple(Piece(between[i > 0], i, t, self.shapes.below(place.limits, i)) for i, t in enumerate(types))
        return ConFrame(place, "Tuple", pieces, closing)

    def con_frame(self, place: Place, ctor: Ctor) -> ConFrame:
        key = (ctor.name, place.type, id(place.limits))
        known = self._frames.get(key)
        if known is None:
            known = self._frames[key] = (place.limits, *self.con_pieces(place, ctor))
        return ConFrame(place, ctor.name, known[1], known[2])

    def con_pieces(self, place: Place, ctor: Ctor) -> tuple[tuple[Piece, ...], str]:
        record = self.shapes.is_record(place.type)
        opening = con_opening(ctor, record, self.style)
        pieces = []
        for index, part in enumerate(self.shapes.fields(ctor, place.type)):
            before = opening + ("" if record else self.style.item) if index == 0 else self.style.item
            limits = (*part.limits, *(self.shapes.below(place.limits, part.name) if record else ()))
            pieces.append(Piece(before + string_text(part.key) + self.style.key, part.name, part.type, limits))
        return tuple(pieces), "}" if pieces else opening + "}"

    def some_frame(self, place: Place) -> ConFrame:
        inner = place.type.args[0]
        wrapped = may_be_null(inner)
        before = '{"some"' + self.style.key if wrapped else ""
        return ConFrame(place, "Some", (Piece(before, "some", inner, self.shapes.below(place.limits, "some")),), "}" if wrapped else "")

    # ------------------------------------------------------------ questions

    def ask(self, kind: Kind, place: Place) -> Residual:
        """What may stand at a place that is not a collection between elements."""
        if self.residuals.concerns(place.pattern):
            self.questions += 1
            site = Site(place.path, place.pattern, kind, place.type)
            found = self.heard(site, self.residuals.residual(site, so_far(place.frame, HOLE, self.names)))
            return (self.shapes.own(place.limits) or found) if isinstance(found, Free) else found  # type: ignore[return-value]
        return self.plain.value(place) if kind is Kind.VALUE else self.plain.tags(place)

    def heard(self, site: Site, answer: Residual) -> Residual:
        """An answer that leaves something out is remembered for the report."""
        if not answer.exact:
            self.narrowed.setdefault(site.pattern, answer.why)
        return answer

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
        place = frame.place
        residual: Residual = More()
        if self.residuals.concerns(place.pattern):
            self.questions += 1
            site = Site(place.path, place.pattern, Kind.MORE, place.type)
            residual = self.heard(site, self.residuals.residual(site, so_far(place.frame, items_so_far(frame), self.names)))
        if isinstance(residual, Free) or not self.residuals.concerns(place.pattern):
            residual = self.plain.more(frame)
        assert isinstance(residual, More)
        found: list[Thread] = []
        if residual.may_continue:
            element = element_type(place)
            found.append(self.enter(self.style.item if frame.done else "", frame.child(element, self.shapes.below(place.limits, STAR))))
        if residual.may_stop:
            found.append(self.close("}" if _is_object(place) else "]", place.frame, frame.value()))
        return found

    def leaf(self, place: Place) -> list[Thread]:
        """A value, or a whole subtree, within one grammar."""
        answered = place.apart or self.residuals.concerns(place.pattern)
        residual = self.ask(Kind.VALUE, place) if answered and self.shapes.is_scalar(place.type) else None
        after = self.close("", place.frame, _DUMMY)
        own = id(place.limits) if residual is None else residual
        key = (place.type, own, after.rest, after.last, place.pattern, ctors_around(place))  # such places go on alike
        grammar = self._grammars.get(key)
        if grammar is None:
            grammar = self._grammars[key] = self.grammar(place, residual, after)
        if grammar.nothing:
            return []
        lark = grammar.within if grammar.beyond is None else grammar.beyond
        start = self.engine.matcher(lark)
        within = None if grammar.beyond is None else partial(self.engine.matcher, grammar.within)
        known = grammar.residual
        free = not isinstance(known, Checked) and not (place.apart and after.then.apart)
        silent = free and not self.residuals.concerns(place.pattern)
        alike = after if free and after.then.plain else None
        spot = Spot(
            self.engine,
            lambda text: self.ended(place, known, text),
            known,
            start,
            within,
            after.rest,
            self.closer(place.type),
            alike,
            silent,
            lark=lark,
            apart=place.apart,
        )
        if alike is not None and not after.then.apart:
            spot.share(grammar.known, grammar.rests)
        return [Leaf(spot, b"", BEGIN, start, Further(None, b""))]

    def grammar(self, place: Place, residual: Residual | None, after: Lit) -> Grammar:
        """A leaf's grammar with the fixed bytes after it, and with anything after those where some token reaches past them."""
        emitter = Emitter(self.shapes, self.style, self.engine.is_empty)
        if residual is None and self.shapes.is_scalar(place.type):
            residual = self.plain.value(place)
        if residual is None:
            residual, symbol = Free(), emitter.value(place.type, place.limits)
        else:
            residual, lexeme = self.lexeme(residual, place.type)
            symbol = emitter.terminal(lexeme)
        emitter.finish()
        rules, post = emitter.lark(), lark_text(after.rest.decode())
        beyond = None
        tail = self.closer(place.type) + after.rest
        if not after.last and (not tail or self.engine.passing(tail)):
            follow = f"{post} /(?s:.+)/" if after.rest else f"/{_ENDS}(?s:.*)/"
            beyond = f"start: {symbol} {follow}\n{rules}"
        return Grammar(place.limits, residual, f"start: {symbol} {post}\n{rules}", beyond, symbol in emitter.empty)

    def closer(self, type: Type) -> bytes:
        """The byte that all values of a type end with."""
        if type.head == "String" or self.shapes.is_enum(type):
            return b'"'
        if type.head in ("List", "Set") or (type.head == "Tuple" and type.args):
            return b"]"
        return b"}" if type.head in self.program.datas else b""

    def lexeme(self, residual: Residual, type: Type) -> tuple[Residual, Lexeme]:
        try:
            return residual, lexeme_of(residual, type, self.program)
        except NoGrammar:
            if not isinstance(residual, Ints):
                raise
            residual = checked_ints(residual)
            return residual, lexeme_of(residual, type, self.program)

    # ------------------------------------------------------------ ends of leaves

    def ended(self, place: Place, residual: Residual, text: bytes) -> tuple[Thread, ...]:
        """What follows a value whose text the grammar has taken."""
        try:
            value = decode_text(text.decode("utf-8"), place.type, self.program)
        except (DecodeError, UnicodeDecodeError):
            return ()
        if isinstance(residual, Checked) and not residual.ok(value):
            return ()
        return (self.close("", place.frame, value),)


def ctors_around(place: Place) -> tuple[str, ...]:
    """The constructors that a place is in: fields of several may have one name."""
    found = []
    frame: Frame = place.frame
    while True:
        found.append(frame.ctor if isinstance(frame, ConFrame) else "")
        if frame.place is None:
            return tuple(found)
        frame = frame.place.frame


def element_type(place: Place) -> Any:
    """The type of the elements; of a map, of its entries."""
    from kwlogic.core.types import tuple_of

    return tuple_of(*place.type.args) if place.type.head == "Map" else place.type.args[0]


def _is_object(place: Place) -> bool:
    """Maps with String keys are written as objects."""
    return place.type.head == "Map" and place.type.args[0].head == "String"


def _is_entry(place: Place) -> bool:
    return isinstance(place.frame, CollFrame) and _is_object(place.frame.place)
