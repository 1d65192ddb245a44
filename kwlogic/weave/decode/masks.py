"""The mask of a state: all tokens after which the output can still be finished.

Fixed bytes are compared with the vocabulary itself. Within a leaf llguidance says which tokens stay within it and the fixed
bytes behind it; tokens that reach further are followed one by one, with at most ``lookahead`` questions about the contract for a
mask (a mask may leave tokens out then; it never lets a wrong one in).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kwlogic.weave.decode.data import Checked
from kwlogic.weave.decode.threads import Done, Leaf, Lit, State, read_all, settled

if TYPE_CHECKING:
    from kwlogic.weave.decode.engine import Mask
    from kwlogic.weave.decode.walk import Walk

FOLLOWED = 4_096  # tokens followed one by one for one mask
CHECKED = 256  # tokens tried one by one where a set is only known by asking


class Masks:
    """Masks over one walk. ``left_out``: how many tokens were not followed, in all."""

    def __init__(self, walk: Walk, lookahead: int) -> None:
        self.walk = walk
        self.engine = walk.engine
        self.lookahead = lookahead
        self.left_out = 0

    def of(self, state: State) -> Mask:
        state = settled(state)
        if len(state) == 1:
            return self.thread(state[0])
        found = self.engine.none()
        for thread in state:
            found |= self.thread(thread)
        return found

    def thread(self, thread: Lit | Leaf | Done) -> Mask:
        if isinstance(thread, Lit):
            return self.engine.of_ids(self.fixed(thread))
        if isinstance(thread, Leaf):
            return self.checked(thread) if isinstance(thread.spot.residual, Checked) else self.leaf(thread)
        return self.engine.of_ids(list(self.engine.vocabulary.eos))

    # ------------------------------------------------------------ fixed bytes

    def fixed(self, thread: Lit) -> list[int]:
        ids, rest = self.engine.vocabulary.ids, thread.rest
        found = [i for end in range(1, len(rest) + 1) for i in ids.get(rest[:end], ())]
        if thread.last:
            return found
        further = [word[len(rest) :] for word in self.engine.vocabulary.longer(rest)]
        if further:
            follow = thread.then.answer()
            found += [i for word in further if self.reads(follow, word) for i in ids[rest + word]]
        return found

    def reads(self, state: State, data: bytes) -> bool:
        """Whether some bytes can be read; those that stay within a leaf are for its matcher alone."""
        for thread in state:
            if isinstance(thread, Leaf) and not isinstance(thread.spot.residual, Checked):
                fits = self.engine.fits(thread.matcher, data)
                if fits == len(data):
                    return True
                if thread.spot.beyond is None:
                    continue
            if self.alive(thread.read(data)):
                return True
        return False

    def alive(self, state: State) -> bool:
        """Whether a state has a future: one that waits at a question is asked."""
        return any(not isinstance(t, Lit) or t.rest or self.alive(t.then.answer()) for t in state)

    # ------------------------------------------------------------ leaves

    def leaf(self, leaf: Leaf) -> Mask:
        engine, spot = self.engine, leaf.spot
        found = engine.mask(leaf.matcher)
        if spot.beyond is None:
            return found
        further = engine.mask(leaf.beyond()) & ~found
        if spot.post:
            further &= engine.passing(spot.post)
        if not further.any():
            return found
        return found | engine.of_ids(self.followed(leaf, engine.ids_of(further)))

    def followed(self, leaf: Leaf, ids: list[int]) -> list[int]:
        """Those of the tokens that can be read to their end, as far as questions may be asked."""
        words = self.engine.vocabulary.tokens
        found: list[int] = []
        most = self.walk.questions + self.lookahead
        for at, i in enumerate(ids):
            if self.walk.questions > most or at >= FOLLOWED:
                self.left_out += len(ids) - at
                break
            if self.alive(leaf.read(words[i])):
                found.append(i)
        return found

    def checked(self, leaf: Leaf) -> Mask:
        """Each token by itself; where there are many, those of one byte only."""
        engine, words = self.engine, self.engine.vocabulary.tokens
        wide = engine.mask(leaf.matcher)
        if leaf.spot.beyond is not None:
            wide |= engine.mask(leaf.beyond())
        ids = engine.ids_of(wide)
        if len(ids) > CHECKED:
            short = [i for i in ids if len(words[i]) == 1]
            self.left_out += len(ids) - len(short)
            ids = short
        return engine.of_ids([i for i in ids if self.alive(read_all((leaf,), words[i]))])
