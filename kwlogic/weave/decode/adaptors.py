"""Masks where models are run: a logits processor for Hugging Face transformers, one for llama.cpp.

Both find the state of a sequence by its tokens, not by its place in the batch: beams are reordered, dropped and doubled
between two calls. A state that is not known is made again from the nearest known start of the sequence.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from kwlogic.source.data import Diagnosed
from kwlogic.weave.decode.generate import Session, masked
from kwlogic.weave.decode.masker import Masker

KEPT = 4_096  # states of sequences

Tokens = tuple[int, ...]


class States:
    """The sessions of sequences that start from one prompt each."""

    def __init__(self, session: Session) -> None:
        self.first = session
        self._kept: OrderedDict[Tokens, Session | None] = OrderedDict()

    def at(self, tokens: Tokens) -> Session | None:
        """The session after some generated tokens; None where they left the mask (a sequence that was padded, or is dead)."""
        start = len(tokens)
        while start and tokens[:start] not in self._kept:
            start -= 1
        found = self._kept[tokens[:start]] if start else self.first
        for end in range(start + 1, len(tokens) + 1):
            found = self.next(found, tokens[end - 1])
            self.keep(tokens[:end], found)
        return found

    def next(self, session: Session | None, token: int) -> Session | None:
        if session is None or session.masker.finished:
            return session
        fork = session.fork()
        try:
            fork.advance(token)
        except Diagnosed:
            return None
        return fork

    def keep(self, tokens: Tokens, session: Session | None) -> None:
        self._kept[tokens] = session
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)


class LogitsProcessor:
    """For ``generate(logits_processor=[...])`` of transformers: ``(input_ids, scores) -> scores``.

    ``maskers``: one for each prompt of the batch, or one for all. Sequences of a beam search belong to the prompt whose beams
    they are (``rows`` of the batch divided evenly). Works on arrays and on tensors, which are changed in place.
    """

    def __init__(self, maskers: Masker | Sequence[Masker], after: str | int | None = None, free: int = 2_048) -> None:
        several = [maskers] if isinstance(maskers, Masker) else list(maskers)
        if not several:
            raise ValueError("there is no masker")
        self._states = [States(Session(m, after, free)) for m in several]
        self._prompt: int | None = None

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        rows = [tuple(int(t) for t in row) for row in _listed(input_ids)]
        if self._prompt is None or any(len(r) < self._prompt for r in rows):
            self._prompt = len(rows[0]) if rows else 0
        beams = max(1, len(rows) // len(self._states))
        for number, row in enumerate(rows):
            states = self._states[min(number // beams, len(self._states) - 1)]
            _apply(scores, number, states, states.at(row[self._prompt :]))
        return scores

    def reset(self) -> None:
        """Before the next prompt."""
        self._prompt = None
        self._states = [States(s.first) for s in self._states]


class LlamaProcessor:
    """For ``logits_processor=LogitsProcessorList([...])`` of llama-cpp-python: ``(input_ids, scores) -> scores``, one sequence."""

    def __init__(self, masker: Masker, after: str | int | None = None, free: int = 2_048) -> None:
        self._states = States(Session(masker, after, free))
        self._prompt: int | None = None

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        tokens = tuple(int(t) for t in input_ids)
        if self._prompt is None or len(tokens) < self._prompt:
            self._prompt = len(tokens)
        rows = scores.reshape(1, -1)
        _apply(rows, 0, self._states, self._states.at(tokens[self._prompt :]))
        return scores


def llama_tokenizer(llama: Any) -> Any:
    """The vocabulary of a ``llama_cpp.Llama``."""
    from kwlogic.weave.decode.vocabulary import Vocabulary

    tokens = [llama.detokenize([i]) or b"" for i in range(llama.n_vocab())]
    return Vocabulary(tokens, eos=[llama.token_eos()], special=[i for i in (llama.token_bos(),) if i >= 0])


def _listed(input_ids: Any) -> Any:
    return input_ids.tolist() if hasattr(input_ids, "tolist") else input_ids


def _apply(scores: Any, row: int, states: States, session: Session | None) -> None:
    """Mask one row; a sequence that left the mask can only end."""
    masker = states.first.masker
    np = masker.engine.np
    mask = masker.engine.of_ids(list(masker.engine.vocabulary.eos)) if session is None else session.mask()
    if isinstance(scores, np.ndarray):
        masked(scores[row], mask, np)
        return
    bits = np.unpackbits(mask.view(np.uint8), bitorder="little")
    size = min(scores.shape[-1], bits.shape[0])
    scores[row, size:] = -math.inf
    scores[row, np.nonzero(bits[:size] == 0)[0].tolist()] = -math.inf
