"""The states of a text that is being written, byte by byte: what may still follow.

A state is a few *threads*, each one way in which the text may go on: fixed bytes (``Lit``) until the next question, or a value
being written within a grammar (``Leaf``). A thread never changes; reading bytes yields new ones, so that states can be kept.
Threads differ in their first byte soon: mostly there is one.

The fixed bytes that follow a value are part of its leaf's grammar, so that tokens that end a value and go on with the next
key need no second look. Only tokens that reach past them are followed one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from kwlogic.core.value import Value
from kwlogic.weave.decode.data import Checked, Residual
from kwlogic.weave.decode.engine import Engine
from kwlogic.weave.decode.scan import Scan, scan

if TYPE_CHECKING:
    from llguidance import LLMatcher

    from kwlogic.weave.decode.engine import Mask


STRICT, LENIENT = 1, 2  # how much is answered while tokens are looked at ahead


class Question:
    """What follows once fixed bytes are written; asked when it is needed, and once."""

    __slots__ = ("_answer", "apart", "ask", "plain")

    def __init__(self, ask: Callable[[], Sequence[Thread]], plain: bool, apart: bool = False) -> None:
        """``plain``: the types answer it; ``apart``: with a look at what stands there already, in sets, among keys, in lists of
        limited length. What is answered without that is answered alike at all places of one pattern."""
        self.ask = ask
        self.plain = plain
        self.apart = apart
        self._answer: tuple[Thread, ...] | None = None

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

    def accepts(self, data: bytes, plain: int) -> bool | None:
        size = len(self.rest)
        if len(data) <= size:
            return self.rest.startswith(data)
        if not data.startswith(self.rest):
            return False
        if plain and (not self.then.plain or (plain == STRICT and self.then.apart)):
            return None
        return accepted(self.then.answer(), data[size:], plain)


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """The whole output is written."""

    values: dict[str, Value]

    def read(self, data: bytes) -> tuple[Thread, ...]:
        return ()

    def accepts(self, data: bytes, plain: int) -> bool | None:
        return False


@dataclass(slots=True)
class Known:
    """Tokens that end a value and reach past the bytes after it: those looked at, those that can be read, those that depend on
    the value. ``allow``, where all were looked at: every token but those that never can be read."""

    seen: Mask
    good: Mask
    open: Mask
    allow: Mask | None = None
    depends: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """What all states within one leaf have in common. ``closer``: the byte that every value ends with, if there is one; ``post``:
    the fixed bytes after it; ``finish``: what follows a value by its
    text, starting with those bytes; nothing where the text is no value after all. ``after``: what follows any value, where the
    types alone say that; ``silent``: no clause speaks of the value, so that what follows any one of them follows all. ``start``
    lets anything follow the fixed bytes, and ``within`` nothing; they are one (``within`` None) where no token reaches that far.
    ``lark`` is the grammar that ``start`` is at the start of. ``known`` may be shared among places; ``here`` is of this place:
    which of the tokens that depend on what stands there already can be read, and which depend on the value. ``apart``: the value
    is part of something that must not stand twice."""

    engine: Engine
    finish: Callable[[bytes], tuple[Thread, ...]]
    residual: Residual
    start: LLMatcher
    within: Callable[[], LLMatcher] | None
    post: bytes
    closer: bytes = b""
    after: Lit | None = None
    silent: bool = False
    ended: dict[bytes, tuple[Thread, ...]] = field(default_factory=dict)
    lark: str = ""
    known: dict[Scan, Known] = field(default_factory=dict)
    rests: dict[bytes, bool | None] = field(default_factory=dict)
    apart: bool = False
    here: dict[Scan, tuple[Mask, Mask]] = field(default_factory=dict)

    def share(self, known: dict[Scan, Known], rests: dict[bytes, bool | None]) -> None:
        """Use what was found out about tokens, and about what they go on with, at other places that go on alike."""
        object.__setattr__(self, "known", known)
        object.__setattr__(self, "rests", rests)

    def alike(self, text: bytes) -> Lit | None:
        """What follows all values alike, if that is so; ``text``: one of them."""
        if self.after is not None or not self.silent:
            return self.after
        if not self.ended and not self.end(text):
            self.ended.clear()
            return None
        (found, *_) = next(t for t in self.ended.values() if t)
        return found if isinstance(found, Lit) else None

    def end(self, text: bytes) -> tuple[Thread, ...]:
        if text not in self.ended:
            self.ended[text] = self.finish(text)
        return self.ended[text]


class Further:
    """A second matcher of a leaf, brought up to date when it is asked for."""

    __slots__ = ("known", "pending")

    def __init__(self, known: LLMatcher | None, pending: bytes) -> None:
        self.known = known
        self.pending = pending

    def later(self, data: bytes) -> Further:
        return Further(self.known, self.pending + data)

    def matcher(self, spot: Spot) -> LLMatcher:
        assert spot.within is not None
        if self.known is None or self.pending:
            found = spot.within() if self.known is None else self.known.deep_copy()
            spot.engine.read(found, self.pending)
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

    def within(self) -> LLMatcher:
        """The matcher of the grammar with nothing behind the fixed bytes, here."""
        return self.further.matcher(self.spot)

    def read(self, data: bytes) -> tuple[Thread, ...]:
        at, end = scan(self.at, data)
        if end < 0:
            return self.inside(data, at)
        value = self.text + data[:end]
        if not self.ends_with(data[:end]):
            return ()
        self.spot.engine.ended(self.spot.lark, self.matcher)
        rest = data[end:]
        threads = self.spot.end(value)
        return read_all(threads, rest) if rest else threads

    def accepts(self, data: bytes, plain: int) -> bool | None:
        end = scan(self.at, data)[1]
        residual, engine = self.spot.residual, self.spot.engine
        if end < 0:
            fits = engine.fits(self.matcher, data) == len(data)
            return fits and (not isinstance(residual, Checked) or alive(residual, self.text + data))
        if not self.ends_with(data[:end]):
            return False
        value = self.text + data[:end]
        after = self.spot.after if plain else self.spot.alike(value)
        if after is not None:
            return after.accepts(data[end:], plain)
        sure = not plain or (plain == LENIENT and not isinstance(residual, Checked))
        return accepted(self.spot.end(value), data[end:], plain) if sure else None

    def inside(self, data: bytes, at: Scan) -> tuple[Thread, ...]:
        engine = self.spot.engine
        matcher = self.matcher.deep_copy() if self.text else engine.begun(self.spot.lark, self.matcher)
        if not engine.read(matcher, data):
            return ()
        text = self.text + data
        if isinstance(self.spot.residual, Checked) and not alive(self.spot.residual, text):
            return ()
        return (Leaf(self.spot, text, at, matcher, self.further.later(data)),)

    def ends_with(self, data: bytes) -> bool:
        """Whether the value may end after these bytes."""
        engine, post = self.spot.engine, self.spot.post
        if post:
            return engine.fits(self.matcher, data + post[:1]) == len(data) + 1
        if self.spot.within is not None:
            return engine.fits(self.matcher, data + b",") == len(data) + 1
        matcher = self.matcher.deep_copy()
        return engine.read(matcher, data) and matcher.is_accepting()


Thread: TypeAlias = Lit | Leaf | Done
State: TypeAlias = tuple[Thread, ...]


def read_all(threads: Sequence[Thread], data: bytes) -> State:
    """The threads that are left after some bytes."""
    return tuple(after for thread in threads for after in thread.read(data))


def accepted(threads: Sequence[Thread], data: bytes, plain: int = 0) -> bool | None:
    """Whether some bytes can be read, without making the states after them. ``plain``: without questions about the contract
    (``LENIENT``), nor about what stands there already (``STRICT``); None where one would have to be asked."""
    unknown = False
    for thread in threads:
        found = thread.accepts(data, plain)
        if found:
            return True
        unknown = unknown or found is None
    return None if unknown else False


def settled(threads: Sequence[Thread]) -> State:
    """Threads of which none waits at a question."""
    found: list[Thread] = []
    for thread in threads:
        found.extend(thread.then.answer() if isinstance(thread, Lit) and not thread.rest else (thread,))
    return tuple(found)


def alive(residual: Checked, text: bytes) -> bool:
    try:
        return residual.alive(text.decode("utf-8"))
    except UnicodeDecodeError:
        return False  # a token that ends within a character: whether it can go on is not known


def finished(text: str, values: dict[str, Value]) -> Lit:
    return Lit(text.encode("utf-8"), Question(lambda: [Done(values)], plain=True), last=True)
