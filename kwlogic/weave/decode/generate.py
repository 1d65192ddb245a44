"""Spans of one text: free reasoning first, if wanted, and then the constrained output; and a plain loop that samples it.

A ``Session`` is what the adaptors hold for one sequence: it takes every token that was generated and says which may come
next. Within the free span all tokens may, except those that end the text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from kwlogic.core.value import Value
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed
from kwlogic.weave.decode.masker import Masker

if TYPE_CHECKING:
    from kwlogic.weave.decode.engine import Mask


class Session:
    """``after``: text that ends a free span, or the id of a token that does; None where the output comes at once.
    ``free``: the most tokens of the free span; then the marker is written, token by token."""

    def __init__(self, masker: Masker, after: str | int | None = None, free: int = 2_048) -> None:
        self.masker = masker
        self.after = after
        self.free = free
        self.said = b""
        self._from = 0  # where the marker may start
        self._thinking = 0
        self._forced: tuple[int, ...] = ()
        self.constrained = after is None

    def fork(self) -> Session:
        other: Session = object.__new__(Session)
        other.__dict__.update(self.__dict__)
        other.masker = self.masker.fork()
        return other

    def mask(self) -> Mask:
        engine = self.masker.engine
        if self.constrained:
            return self.masker.mask()
        if self._thinking < self.free:
            return engine.full() & ~engine.of_ids([i for i in engine.vocabulary.eos if i != self.after])
        self._forced = self._forced or self._spelled()
        return engine.of_ids([self._forced[0]])

    def advance(self, token: int) -> None:
        """A token of either span; raises Diagnosed where it is not allowed."""
        if self.constrained:
            self.masker.advance(token)
            return
        self._thinking += 1
        self._forced = self._forced[1:] if self._forced[:1] == (token,) else ()
        self.said += self.masker.engine.vocabulary.tokens[token]
        if self.after == token or (isinstance(self.after, str) and self._marked(self.after.encode("utf-8"))):
            self.constrained = True

    def _marked(self, marker: bytes) -> bool:
        """Whether the marker has just been written. What its last token says beyond it is part of the output."""
        at = self.said.find(marker, self._from)
        if at < 0:
            return False
        end = at + len(marker)
        rest = self.said[end:].lstrip()
        if rest and not self.masker.begin_with(rest):  # no output starts so: it was said in passing
            self._from = end
            return False
        self.said = self.said[:end]
        return True

    def _spelled(self) -> tuple[int, ...]:
        """The tokens of the marker, the longest first."""
        if isinstance(self.after, int):
            return (self.after,)
        left = (self.after or "").encode("utf-8")
        ids = self.masker.engine.vocabulary.ids
        found: list[int] = []
        while left:
            end = next((n for n in range(len(left), 0, -1) if left[:n] in ids), 0)
            if not end:
                raise Diagnosed(diagnostic("KW884", f"the marker `{self.after}` cannot be spelt with the tokens of this model"))
            found.append(ids[left[:end]][0])
            left = left[end:]
        return tuple(found)


Logits = Callable[[Sequence[int]], Any]


def generate(logits: Logits, session: Session, prompt: Sequence[int] = (), most: int = 4_096, choose: Any = None) -> dict[str, Value]:
    """Outputs of a local model. ``logits``: the scores of the next token after some tokens, as an array. ``choose``: of the masked
    scores (a float array, ``-inf`` where not allowed), the next token; the best one where nothing is given. Raises Diagnosed
    where ``most`` tokens are not enough."""
    np = session.masker.engine.np
    tokens = list(prompt)
    for _ in range(most):
        scores = masked(np.array(logits(tokens), dtype=np.float64), session.mask(), np)
        token = int(scores.argmax()) if choose is None else int(choose(scores))
        session.advance(token)
        tokens.append(token)
        if session.masker.complete:
            return session.masker.value()
    name = session.masker.kernel.name
    raise Diagnosed(diagnostic("KW884", f"the output of `{name}` is not whole after {most} tokens", session.masker.kernel.name_span))


def masked(scores: Any, mask: Any, np: Any) -> Any:
    """The scores, ``-inf`` where the mask has no bit (and behind its end)."""
    bits = np.unpackbits(mask.view(np.uint8), bitorder="little")
    size = min(scores.shape[-1], bits.shape[0])
    scores[..., size:] = -np.inf
    scores[..., :size][..., bits[:size] == 0] = -np.inf
    return scores
