"""Tokenizers trained here, and a tiny model with random weights."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import numpy as np

WORDS = [
    "invoice",
    "total",
    "lines",
    "label",
    "qty",
    "price",
    "currency",
    "EUR",
    "USD",
    "tea",
    "coffee",
    "the",
    "a",
    "of",
    "and",
    "order",
    "paid",
    "yes",
    "no",
    "null",
    "true",
    "false",
]


def corpus(count: int = 400) -> list[str]:
    """Texts like those that are generated, with words and numbers in them."""
    rng = random.Random(0)

    def value(depth: int) -> str:
        kind = rng.randrange(7 if depth else 4)
        if kind == 0:
            return str(rng.randrange(-50, 5_000))
        if kind == 1:
            return f"{rng.randrange(100)}.{rng.randrange(100)}"
        if kind == 2:
            return rng.choice(["true", "false", "null"])
        if kind == 3:
            return '"' + " ".join(rng.choices(WORDS, k=rng.randrange(4))) + '"'
        if kind == 4:
            return "[" + ",".join(value(depth - 1) for _ in range(rng.randrange(4))) + "]"
        return "{" + ",".join(f'"{rng.choice(WORDS)}":{value(depth - 1)}' for _ in range(rng.randrange(1, 4))) + "}"

    return [value(3) for _ in range(count)]


@cache
def byte_level_bpe() -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=900, special_tokens=["<eos>"], initial_alphabet=alphabet, show_progress=False, max_token_length=8
    )
    tokenizer.train_from_iterator(corpus(), trainer)
    return tokenizer


@cache
def unigram() -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never", split=False)
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="never", split=False)
    alphabet = [chr(c) for c in range(33, 127)]
    special = ["<unk>", "<eos>"]
    trainer = trainers.UnigramTrainer(
        vocab_size=600, special_tokens=special, unk_token="<unk>", initial_alphabet=alphabet, show_progress=False, max_piece_length=8
    )
    tokenizer.train_from_iterator(corpus(), trainer)
    return tokenizer


class TinyModel:
    """Embeddings, one recurrent step, an output layer: random weights, a bias towards tokens that close something."""

    def __init__(self, size: int, seed: int, closing: Any = (), width: int = 16) -> None:
        rng = np.random.default_rng(seed)
        self.embedding = rng.normal(size=(size, width))
        self.step = rng.normal(size=(width, width)) / width**0.5
        self.out = rng.normal(size=(width, size))
        self.bias = np.zeros(size)
        self.bias[list(closing)] = 3.0
        self.calls = 0

    def __call__(self, tokens: Any) -> Any:
        self.calls += 1
        state = np.zeros(self.step.shape[0])
        for token in list(tokens)[-24:]:
            state = np.tanh(self.step @ state + self.embedding[token])
        return state @ self.out * 2 + self.bias


def closing(vocabulary: Any) -> list[int]:
    return [i for i, token in enumerate(vocabulary.tokens) if token[:1] in (b'"', b"]", b"}", b",")]


def sampler(seed: int) -> Any:
    """Draws from masked scores; what is masked is never drawn."""
    rng = np.random.default_rng(seed)

    def choose(scores: Any) -> int:
        weights = np.exp(scores - scores.max())
        return int(rng.choice(len(weights), p=weights / weights.sum()))

    return choose
