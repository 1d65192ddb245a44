"""The mask of a state: all tokens after which the output can still be finished.

Fixed bytes are compared with the vocabulary itself. Within a leaf llguidance says which tokens stay within it and the fixed
bytes behind it; tokens that reach further are followed one by one, with at most ``lookahead`` questions about the contract for a
mask (a mask may leave tokens out then; it never lets a wrong one in).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kwlogic.weave.decode.data import Checked
from kwlogic.weave.decode.ends import ends_of
from kwlogic.weave.decode.scan import scan
from kwlogic.weave.decode.threads import LENIENT, STRICT, Done, Known, Leaf, Lit, State, Thread, accepted, settled

if TYPE_CHECKING:
    from kwlogic.weave.decode.engine import Mask
    from kwlogic.weave.decode.walk import Walk

FOLLOWED = 4_096  # tokens followed one by one for one mask
FEW = 2_000  # tokens that are looked at before it is known whether they are of use
CHECKED = 256  # tokens tried one by one where a set is only known by asking


class Masks:
    """Masks over one walk. ``left_out``: how many tokens were not followed, in all."""

    def __init__(self, walk: Walk, lookahead: int) -> None:
        self.walk = walk
        self.engine = walk.engine
        self.lookahead = lookahead
        self.left_out = 0

    def of(self, state: State) -> Mask:
        if len(state) != 1 or not isinstance(state[0], Leaf):
            state = settled(state)
        if len(state) == 1:
            return self.thread(state[0])
        found = self.engine.none()
        for thread in state:
            found |= self.thread(thread)
        return found

    def thread(self, thread: Lit | Leaf | Done) -> Mask:
        if isinstance(thread, Leaf):
            return self.checked(thread) if isinstance(thread.spot.residual, Checked) else self.leaf(thread)
        if isinstance(thread, Lit):
            return self.fixed(thread)
        return self.engine.of_ids(list(self.engine.vocabulary.eos))

    # ------------------------------------------------------------ fixed bytes

    def fixed(self, thread: Lit) -> Mask:
        found, further = self.engine.spelling(thread.rest)
        if thread.last or not further:
            return found
        ids, follow = self.engine.vocabulary.ids, thread.then.answer()
        return found | self.engine.of_ids([i for word in further if accepted(follow, word) for i in ids[thread.rest + word]])

    # ------------------------------------------------------------ leaves

    def leaf(self, leaf: Leaf) -> Mask:
        engine, spot = self.engine, leaf.spot
        wide = engine.mask(leaf.matcher)
        if spot.within is None:
            return wide
        known = self.known(leaf) if spot.after is not None or spot.silent else None
        if known is not None and known.allow is not None:
            found = wide & known.allow
            return found | self.depending(leaf, wide, known) if known.depends else found
        found = engine.mask(leaf.within())
        further = wide & ~found
        if known is not None:
            self.learn(leaf, known, further)
            found = found | (further & known.good)
            further &= known.open
        return found | self.followed(leaf, further)

    def depending(self, leaf: Leaf, wide: Mask, known: Known) -> Mask:
        """Tokens for which the places around the value, or it, decide."""
        engine, spot = self.engine, leaf.spot
        further = wide & known.open
        if spot.after is None or spot.apart or engine.is_none(further):
            return self.followed(leaf, further)
        found = spot.here.get(leaf.at)
        if found is None:
            words, post, threads = engine.vocabulary.tokens, len(spot.post), spot.after.then.answer()
            said: dict[bool | None, list[int]] = {True: [], False: [], None: []}
            for i in engine.ids_of(known.open):
                rest = words[i][scan(leaf.at, words[i])[1] + post :]
                said[accepted(threads, rest, LENIENT)].append(i)
            found = spot.here[leaf.at] = engine.of_ids(said[True]), engine.of_ids(said[None])
        further &= found[1]
        return wide & found[0] if engine.is_none(further) else (wide & found[0]) | self.followed(leaf, further)

    def known(self, leaf: Leaf) -> Known:
        """What is known of tokens that end the value from here. Where few tokens can, all of them are looked at once."""
        engine, spot = self.engine, leaf.spot
        found = spot.known.get(leaf.at)
        if found is None:
            found = spot.known[leaf.at] = Known(engine.none(), engine.none(), engine.none())
            tail = spot.closer + spot.post
            if spot.after is not None and tail and engine.passing(tail) <= FEW:
                self.learn_all(leaf, spot.after, found)
        return found

    def learn_all(self, leaf: Leaf, after: Lit, known: Known) -> None:
        """The same of all tokens that end the value from here; asked once for each text that they go on with."""
        spot = leaf.spot
        seen, groups = ends_of(self.engine, leaf.at, spot.closer, spot.post)
        good: list[int] = []
        unsure: list[int] = []
        for first in starts_of(after.then.answer(), groups):
            for rest, ids in groups.get(first, ()):
                if rest not in spot.rests:
                    spot.rests[rest] = accepted(after.then.answer(), rest, LENIENT if after.then.apart else STRICT)
                said = spot.rests[rest]
                if said is not False:
                    (good if said else unsure).extend(ids)
        known.seen, known.good, known.open = seen, self.engine.of_ids(good), self.engine.of_ids(unsure)
        known.allow = ~(seen & ~known.good)
        known.depends = bool(unsure)

    def learn(self, leaf: Leaf, known: Known, further: Mask) -> None:
        """Which tokens can be read behind any value that ends in them: found once, as long as nobody is to be asked."""
        fresh = further & ~known.seen
        if not fresh.any():
            return
        words = self.engine.vocabulary.tokens
        seen: list[int] = []
        good: list[int] = []
        unsure: list[int] = []
        for i in self.engine.ids_of(fresh):
            end = scan(leaf.at, words[i])[1]
            if end < 0:
                continue
            seen.append(i)
            after = leaf.spot.alike(leaf.text + words[i][:end])
            said = None if after is None else behind(after, words[i][end:])
            (good if said else unsure if said is None else []).append(i)
        known.seen |= self.engine.of_ids(seen)
        known.good |= self.engine.of_ids(good)
        known.open |= self.engine.of_ids(unsure)

    def followed(self, leaf: Leaf, some: Mask) -> Mask:
        """Those of the tokens that can be read to their end, as far as questions may be asked."""
        if self.engine.is_none(some):
            return some
        words = self.engine.vocabulary.tokens
        found: list[int] = []
        most = self.walk.questions + self.lookahead
        ids = sorted(self.engine.ids_of(some), key=lambda i: len(words[i]))
        for at, i in enumerate(ids):
            if self.walk.questions > most or at >= FOLLOWED:
                self.left_out += len(ids) - at
                break
            if leaf.accepts(words[i], plain=0):
                found.append(i)
        return self.engine.of_ids(found)

    def checked(self, leaf: Leaf) -> Mask:
        """Each token by itself; where there are many, those of one byte only."""
        engine, words = self.engine, self.engine.vocabulary.tokens
        wide = engine.mask(leaf.matcher)
        ids = engine.ids_of(wide)
        if len(ids) > CHECKED:
            short = [i for i in ids if len(words[i]) == 1]
            self.left_out += len(ids) - len(short)
            ids = short
        return engine.of_ids([i for i in ids if leaf.accepts(words[i], plain=0)])


def starts_of(threads: Iterable[Thread], every: Iterable[int]) -> Iterable[int]:
    """The bytes that threads may start with, or all of those given."""
    found = set()
    for thread in threads:
        if isinstance(thread, Leaf):
            return every
        if isinstance(thread, Lit) and thread.rest:
            found.add(thread.rest[0])
    return found


def behind(after: Lit, rest: bytes) -> bool | None:
    """Whether something can be read behind any value; None where it depends on more than one answer about the contract."""
    if not rest.startswith(after.rest):
        return False
    return accepted(after.then.answer(), rest[len(after.rest) :], LENIENT if after.then.apart else STRICT)
