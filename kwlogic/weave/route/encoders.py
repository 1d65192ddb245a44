"""What turns prompts into vectors: TF-IDF, MiniLM, an endpoint, or two of them side by side.

TF-IDF is fitted on the examples and travels with a bundle; the others are named in it, and must be there when it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from kwlogic.weave.route.data import EncoderError, Settings
from kwlogic.weave.route.features import WORD_MARK, TfIdf, Vector, fit_tfidf, words_of

NAMES = ("tfidf", "minilm", "endpoint")


class Embedder(Protocol):
    """Texts to unit vectors, all of one length. Raises EncoderError."""

    def embed(self, texts: Sequence[str]) -> list[Sequence[float]]: ...


@dataclass(frozen=True, slots=True)
class Encoder:
    """``tfidf`` first, then the dense part; each weighs the same. ``dense`` is the length of the embedder's vectors."""

    tfidf: TfIdf | None
    embedder: Embedder | None
    dense: int

    @property
    def size(self) -> int:
        return (self.tfidf.size if self.tfidf is not None else 0) + self.dense

    def vectors(self, texts: Sequence[str]) -> list[Vector]:
        if self.embedder is None:
            assert self.tfidf is not None
            return [self.tfidf.vector(t) for t in texts]
        embedded = [np.asarray(e, np.float32) for e in self.embedder.embed(texts)]
        if any(e.shape != (self.dense,) or not np.isfinite(e).all() for e in embedded):
            raise EncoderError(f"the embeddings are not vectors of {self.dense} numbers, as those of the examples were")
        if self.tfidf is None:
            ids = np.arange(self.dense, dtype=np.int32)
            return [(ids, e) for e in embedded]
        return [_joined(self.tfidf.vector(t), e, self.tfidf.size) for t, e in zip(texts, embedded)]

    def known(self, text: str) -> float:
        """Which share of the words of a text occurs in the examples; 1 where nothing is known of words."""
        if self.tfidf is None:
            return 1.0
        words = set(words_of(text))
        return sum(WORD_MARK + w in self.tfidf.index for w in words) / len(words) if words else 0.0


def _joined(sparse: Vector, dense: Any, offset: int) -> Vector:
    ids = np.concatenate((sparse[0], np.arange(offset, offset + len(dense), dtype=np.int32)))
    return ids, (np.concatenate((sparse[1], dense)) * np.float32(0.5**0.5)).astype(np.float32)


def embedder_of(settings: Settings) -> Embedder | None:
    """The embedder that the settings name; raises EncoderError where it is not there."""
    names = settings.encoder.split("+")
    if not names or len(set(names)) < len(names) or any(n not in NAMES for n in names) or len(names) > 2:
        raise EncoderError(f"`{settings.encoder}` is no encoder: write one of {', '.join(NAMES)}, or two joined by `+`")
    if "minilm" in names and "endpoint" in names:
        raise EncoderError("`minilm` and `endpoint` are two embeddings: take one of them")
    if "minilm" in names:
        from kwlogic.weave.route.minilm import MiniLM

        return MiniLM.open()
    if "endpoint" in names:
        from kwlogic.weave.route.endpoint import EndpointEmbedder

        if settings.endpoint is None:
            raise EncoderError("the encoder `endpoint` needs its address: `[tool.kwlogic.route.endpoint]` with `base_url` and `model`")
        return EndpointEmbedder(settings.endpoint)
    return None


def fit_encoder(texts: Sequence[str], settings: Settings, embedder: Embedder | None) -> Encoder:
    """``embedder``: as ``embedder_of`` gives it, or one's own."""
    tfidf = fit_tfidf(texts, 2 if len(texts) > 2000 else 1) if "tfidf" in settings.encoder.split("+") else None
    dense = len(embedder.embed(["a"])[0]) if embedder is not None else 0
    return Encoder(tfidf, embedder, dense)
