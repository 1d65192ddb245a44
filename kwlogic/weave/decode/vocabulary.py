"""The tokens of a model as bytes, with the look-ups that masks need. Tokenizers are read by their own description, not imported."""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed

_BYTE = re.compile(r"<0x([0-9A-Fa-f]{2})>")


class Vocabulary:
    """``tokens``: the bytes of each token; ``eos``: ids of those that end a text; ``special``: ids that stand for no text.

    Tokens without bytes stand for no text either. ``size`` may be larger than the number of tokens: models pad their logits.
    """

    def __init__(self, tokens: Sequence[bytes], eos: Sequence[int], special: Sequence[int] = (), size: int = 0) -> None:
        silent = {*eos, *special}
        self.eos = tuple(eos)
        self.tokens = [b"" if i in silent else bytes(t) for i, t in enumerate(tokens)]
        self.tokens += [b""] * (size - len(self.tokens))
        self.special = tuple(sorted({*silent, *(i for i, t in enumerate(self.tokens) if not t)}))
        if not self.eos or not all(0 <= i < len(self.tokens) for i in self.eos):
            help = "say which one: Vocabulary(..., eos=[id])"
            raise Diagnosed(diagnostic("KW882", "the tokenizer has no token that ends a text", help=help))

    def __len__(self) -> int:
        return len(self.tokens)

    @cached_property
    def ids(self) -> dict[bytes, tuple[int, ...]]:
        """The tokens with some bytes; more than one where a vocabulary repeats itself."""
        found: dict[bytes, tuple[int, ...]] = {}
        for i, token in enumerate(self.tokens):
            if token:
                found[token] = (*found.get(token, ()), i)
        return found

    @cached_property
    def _sorted(self) -> list[bytes]:
        return sorted(self.ids)

    def longer(self, start: bytes) -> Iterator[bytes]:
        """Tokens that start so and go on."""
        words = self._sorted
        for at in range(bisect_left(words, start), len(words)):
            if not words[at].startswith(start):
                return
            if len(words[at]) > len(start):
                yield words[at]

    @cached_property
    def _joined(self) -> tuple[bytes, list[int]]:
        """All words in one, and where each starts."""
        return b"".join(self._sorted), list(accumulate(map(len, self._sorted), initial=0))

    def passing(self, part: bytes) -> list[int]:
        """Ids of tokens that have some bytes and more after them."""
        if not part:
            return [i for ids in self.ids.values() for i in ids]
        text, starts = self._joined
        found: list[int] = []
        at = text.find(part)
        while at >= 0:
            number = bisect_right(starts, at) - 1
            if at + len(part) < starts[number + 1]:
                found += self.ids[self._sorted[number]]
            at = text.find(part, at + 1)
        return found

    @classmethod
    def of(cls, tokenizer: Any, eos: Sequence[int] | int | None = None) -> Vocabulary:
        """From a Vocabulary, a tokenizer of ``tokenizers`` or ``transformers``, or anything with ``tokens`` (bytes) and
        ``eos_token_id``. Raises Diagnosed."""
        if isinstance(tokenizer, Vocabulary):
            return tokenizer
        known = [eos] if isinstance(eos, int) else list(eos or _eos_of(tokenizer))
        inner = getattr(tokenizer, "backend_tokenizer", tokenizer)
        if hasattr(inner, "to_str"):
            return _of_description(json.loads(inner.to_str()), known, len(tokenizer) if hasattr(tokenizer, "__len__") else 0)
        if hasattr(tokenizer, "tokens") and not callable(tokenizer.tokens):
            return cls(tokenizer.tokens, known, getattr(tokenizer, "special_token_ids", ()))
        kind = type(tokenizer).__name__
        help = "give Vocabulary(tokens, eos=[id]) with the bytes of each token"
        raise Diagnosed(diagnostic("KW882", f"the tokens of a `{kind}` are not known", help=help))


def _eos_of(tokenizer: Any) -> list[int]:
    found = getattr(tokenizer, "eos_token_id", None)
    if isinstance(found, int):
        return [found]
    if found is not None:
        return list(found)
    if not hasattr(tokenizer, "token_to_id"):
        return []
    names = ("<eos>", "</s>", "<|endoftext|>", "<|im_end|>", "<|eot_id|>", "<|end_of_text|>", "[SEP]", "<end_of_turn>")
    return [i for i in map(tokenizer.token_to_id, names) if i is not None]


def _of_description(described: dict[str, Any], eos: list[int], size: int) -> Vocabulary:
    """From the JSON of a tokenizer: how its words stand for bytes is told by its decoder."""
    model = described.get("model") or {}
    vocab = model.get("vocab")
    pairs = [(w, i) for i, (w, _) in enumerate(vocab)] if isinstance(vocab, list) else list((vocab or {}).items())
    added = {a["id"]: a for a in described.get("added_tokens") or []}
    count = max([i for _, i in pairs] + list(added), default=-1) + 1
    tokens = [b""] * max(count, size)
    spell = _bytes_of_level if _mentions(described, "ByteLevel") else _bytes_of_words(described, model)
    for word, i in pairs:
        tokens[i] = spell(word)
    for i, entry in added.items():
        tokens[i] = b"" if entry.get("special") else entry["content"].encode("utf-8")
    special = [i for i, entry in added.items() if entry.get("special")]
    unknown = model.get("unk_id") if isinstance(vocab, list) else (vocab or {}).get(model.get("unk_token"))
    return Vocabulary(tokens, eos, [*special, *([unknown] if isinstance(unknown, int) else [])])


def _mentions(described: dict[str, Any], kind: str) -> bool:
    parts = [described.get("decoder"), described.get("pre_tokenizer")]
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            if part.get("type") == kind:
                return True
            parts += [*(part.get("decoders") or []), *(part.get("pretokenizers") or [])]
    return False


def _level_alphabet() -> dict[str, int]:
    """The letters of byte-level vocabularies: printable Latin-1 as it is, the other bytes from U+0100 on."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [b for b in range(256) if b not in set(plain)]
    return {**{chr(b): b for b in plain}, **{chr(0x100 + n): b for n, b in enumerate(others)}}


_LEVEL = _level_alphabet()


def _bytes_of_level(word: str) -> bytes:
    return bytes(_LEVEL[c] for c in word) if all(c in _LEVEL for c in word) else word.encode("utf-8")


def _bytes_of_words(described: dict[str, Any], model: dict[str, Any]) -> Any:
    """Words with a mark for the space (``▁``), with ``<0xAB>`` for bytes, with ``##`` inside of words."""
    text = json.dumps([described.get("decoder"), described.get("pre_tokenizer"), described.get("normalizer")], ensure_ascii=False)
    marked = "▁" in text or '"Metaspace"' in text
    fallback = bool(model.get("byte_fallback")) or "ByteFallback" in text
    inside = model.get("continuing_subword_prefix") if model.get("type") == "WordPiece" else None

    def spell(word: str) -> bytes:
        found = _BYTE.fullmatch(word) if fallback else None
        if found:
            return bytes([int(found[1], 16)])
        if inside and word.startswith(inside):
            word = word[len(inside) :]
        return (word.replace("▁", " ") if marked else word).encode("utf-8")

    return spell
