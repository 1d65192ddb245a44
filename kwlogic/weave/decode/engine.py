"""llguidance behind one door: matchers of grammars over one vocabulary, kept and copied.

The vocabulary it sees has 256 more tokens at its end, one for each byte, so that any prefix of a text can be read; masks are
cut back to the model's own tokens.
"""

from __future__ import annotations

from collections import OrderedDict
from importlib import import_module
from typing import TYPE_CHECKING, Any

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed
from kwlogic.weave.decode.lexemes import Lexeme, NoGrammar
from kwlogic.weave.decode.vocabulary import Vocabulary

if TYPE_CHECKING:
    import numpy as np
    from llguidance import LLMatcher
    from numpy.typing import NDArray

    from kwlogic.weave.decode.ends import Ends
    from kwlogic.weave.decode.scan import Scan

    Mask = NDArray[np.int32]

KEPT = 2_048  # compiled grammars
LONGEST = 1_024  # bytes of a token; llguidance takes no longer ones, so they are never allowed
WARMED = 8  # how often what a lexer has found out is kept for the next text
_HEAD = '%llguidance {"no_forcing": true}\n'  # all tokens that spell what must come, not only the longest


class _Wrapped:
    """The vocabulary as llguidance asks for it."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        too_long = {i for i, t in enumerate(vocabulary.tokens) if len(t) > LONGEST}
        own = [t if t and i not in too_long else f"<|silent {i}|>".encode() for i, t in enumerate(vocabulary.tokens)]
        own += [f"<|silent {i}|>".encode() for i in range(len(own), -(-len(own) // 32) * 32)]  # the bytes start with a word of the mask
        self.tokens = own + [bytes([b]) for b in range(256)]
        self.eos_token_id = vocabulary.eos[0]
        self.bos_token_id = None
        self.special_token_ids = [*vocabulary.special, *too_long, *range(len(vocabulary), len(own))]
        self.first = len(own)

    def __call__(self, text: bytes | str) -> list[int]:
        return [self.first + b for b in (text.encode() if isinstance(text, str) else text)]


class Engine:
    """Matchers over one vocabulary. Raises Diagnosed where llguidance is not installed."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.np = needed("numpy")
        self.llguidance = needed("llguidance")
        self.size = len(vocabulary)
        self.words = (self.size + 31) // 32
        self.first = self.words * 32  # of the tokens for bytes
        wrapped = self.llguidance.TokenizerWrapper(_Wrapped(vocabulary))
        self.tokenizer = self.llguidance.LLTokenizer(wrapped, eos_token=list(vocabulary.eos))
        self._kept: OrderedDict[str, Any] = OrderedDict()
        self._warmed: dict[str, int] = {}
        self._passing: dict[bytes, int] = {}
        self._spelling: dict[bytes, tuple[Mask, tuple[bytes, ...]]] = {}
        self._empty: dict[Lexeme, bool] = {}
        self.ends: dict[tuple[Scan, bytes, bytes], Ends] = {}
        self.compiled = 0
        self._not_eos = ~self.of_ids(list(vocabulary.eos))
        self._eos = tuple((i >> 3, 1 << (i & 7)) for i in vocabulary.eos)
        self._nothing = bytes(self.words * 4)

    # ------------------------------------------------------------ matchers

    def matcher(self, lark: str) -> LLMatcher:
        """A matcher at the start of a grammar; raises NoGrammar where it is too much."""
        found = self._kept.get(lark)
        if found is None:
            self.compiled += 1
            found = self._compiled(_HEAD + lark)
            self._kept[lark] = found
            if len(self._kept) > KEPT:
                self._warmed.pop(self._kept.popitem(last=False)[0], None)
        else:
            self._kept.move_to_end(lark)
        if found.is_error():
            raise NoGrammar(found.get_error().split("\n")[0][:200])
        return found.deep_copy()

    def begun(self, lark: str, start: LLMatcher) -> LLMatcher:
        """A copy of a matcher at its start, with what was found out since."""
        return (self._kept.get(lark) or start).deep_copy()

    def ended(self, lark: str, matcher: LLMatcher) -> None:
        """A text of a grammar is read: the states of the lexer that it took are kept for the next ones. Only for the first
        few texts, so that they do not grow without end."""
        times = self._warmed.get(lark, 0)
        if times < WARMED and lark in self._kept:
            self._warmed[lark] = times + 1
            warm = matcher.deep_copy()
            if warm.reset():
                self._kept[lark] = warm

    def _compiled(self, lark: str) -> LLMatcher:
        """With more room where the usual room is not enough."""
        library = self.llguidance
        grammar = library.LLMatcher.grammar_from_lark(lark)
        found: LLMatcher = library.LLMatcher(self.tokenizer, grammar, log_level=0)
        if found.is_error() and "limit" in found.get_error():
            room = library.LLParserLimits(precompute_large_lexemes=False, initial_lexer_fuel=20_000_000, step_lexer_fuel=2_000_000)
            found = library.LLMatcher(self.tokenizer, grammar, log_level=0, limits=room)
        return found

    def read(self, matcher: LLMatcher, data: bytes) -> bool:
        """Go on by some bytes; False (and the matcher is of no use any more) where they do not fit."""
        first = self.first
        return bool(matcher.consume_tokens([first + b for b in data])) if data else True

    def fits(self, matcher: LLMatcher, data: bytes) -> int:
        """How many of the bytes fit; the matcher stays where it is."""
        first = self.first
        return int(matcher.validate_tokens([first + b for b in data]))

    def is_empty(self, lexeme: Lexeme) -> bool:
        """Whether a terminal with several conditions has no text."""
        if len(lexeme.all) + len(lexeme.none) < 2:
            return False
        found = self._empty.get(lexeme)
        if found is None:
            start = self.matcher(f"start: T\nT: {lexeme.lark()}\n")
            found = not any(start.compute_bitmask())
            self._empty[lexeme] = found
        return found

    # ------------------------------------------------------------ masks

    def none(self) -> Mask:
        return self.np.zeros(self.words, dtype=self.np.int32)  # type: ignore[no-any-return]

    def full(self) -> Mask:
        found = self.none()
        found[:] = -1
        if self.size & 31:
            found[-1] = (1 << (self.size & 31)) - 1
        return found

    def mask(self, matcher: LLMatcher) -> Mask:
        """The tokens that continue, those that end the text left out."""
        raw = matcher.compute_bitmask()
        found: Mask = self.np.frombuffer(raw, self.np.int32, self.words)
        for at, bit in self._eos:
            if raw[at] & bit:
                return found & self._not_eos
        return found

    def is_none(self, mask: Mask) -> bool:
        return mask.tobytes() == self._nothing

    def passing(self, part: bytes) -> int:
        """The number of tokens in which something follows some fixed bytes."""
        found = self._passing.get(part)
        if found is None:
            found = len(set(self.vocabulary.passing(part)))
            self._passing[part] = found
        return found

    def spelling(self, text: bytes) -> tuple[Mask, tuple[bytes, ...]]:
        """Tokens that a fixed text starts with, and what those that start with the text go on with."""
        found = self._spelling.get(text)
        if found is None:
            if len(self._spelling) > KEPT:
                self._spelling.clear()
            ids = self.vocabulary.ids
            mask = self.of_ids([i for end in range(1, len(text) + 1) for i in ids.get(text[:end], ())])
            found = mask, tuple(word[len(text) :] for word in self.vocabulary.longer(text))
            self._spelling[text] = found
        return found

    def of_ids(self, ids: list[int]) -> Mask:
        found = self.none()
        if ids:
            at = self.np.asarray(ids, dtype=self.np.int64)
            bits = self.np.left_shift(self.np.uint32(1), (at & 31).astype(self.np.uint32), dtype=self.np.uint32)
            self.np.bitwise_or.at(found.view(self.np.uint32), at >> 5, bits)
        return found

    def count(self, mask: Mask) -> int:
        return int(self.np.bitwise_count(mask.view(self.np.uint32)).sum())

    def ids_of(self, mask: Mask) -> list[int]:
        bits = self.np.unpackbits(mask.view(self.np.uint8), bitorder="little")
        return self.np.nonzero(bits[: self.size])[0].tolist()  # type: ignore[no-any-return]


def needed(module: str) -> Any:
    """An optional package; raises Diagnosed with what to install."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != module:
            raise
        help = "pip install 'kwlogic[decode]'"
        raise Diagnosed(diagnostic("KW880", f"constrained decoding needs the package `{module}`", help=help)) from error
