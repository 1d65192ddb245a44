"""``Masker``: which tokens may come next, so that a finished output satisfies the type and the contract.

A state is immutable, so going back is forgetting and a fork is a copy of two references. Nothing is asked before it is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kwlogic.core.program import Kernel, Program
from kwlogic.core.types import show_type
from kwlogic.core.value import Value
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed
from kwlogic.weave.decode.data import Residuals
from kwlogic.weave.decode.engine import Engine
from kwlogic.weave.decode.frames import Piece
from kwlogic.weave.decode.grammar import COMPACT, Style, below
from kwlogic.weave.decode.lexemes import NoGrammar
from kwlogic.weave.decode.masks import Masks
from kwlogic.weave.decode.report import Report, report_of
from kwlogic.weave.decode.threads import Done, Leaf, Lit, State, read_all, settled
from kwlogic.weave.decode.unasked import Unasked, port_limits
from kwlogic.weave.decode.vocabulary import Vocabulary
from kwlogic.weave.decode.walk import Walk

if TYPE_CHECKING:
    from kwlogic.weave.decode.engine import Mask

LOOKAHEAD = 8


class Masker:
    """The mask of one generation of a kernel's outputs.

    ``tokenizer``: a tokenizer of ``tokenizers`` or ``transformers``, a ``Vocabulary``, or an ``Engine`` (which keeps compiled
    grammars for the next generation). ``residuals``: who is asked about the contract; without it the solver is, through
    ``residuals_for``, where ``inputs`` are given, else the types and clauses over single outputs are all.
    ``order``: in which the outputs are written, ``"declared"``, ``"chosen"`` (what others are computed from first, where that
    guarantees more; see ``report()``) or the names of all; ``residuals`` that are given have their own.
    ``lookahead``: how many questions about the contract may be asked for one mask, to follow tokens that end a value and go on.
    """

    def __init__(
        self,
        kernel: Kernel,
        inputs: Mapping[str, Value] | None,
        tokenizer: Any,
        *,
        program: Program,
        residuals: Residuals | None = None,
        style: Style = COMPACT,
        order: str | Sequence[str] = "declared",
        lookahead: int = LOOKAHEAD,
    ) -> None:
        if kernel.tparams:
            raise Diagnosed(diagnostic("KW885", f"`{kernel.name}` is generic, so its outputs have no one type", kernel.name_span))
        self.kernel = kernel
        self.program = program
        self.engine = tokenizer if isinstance(tokenizer, Engine) else Engine(Vocabulary.of(tokenizer))
        self.residuals = residuals if residuals is not None else asked_of(kernel, inputs, program, order)
        if self.residuals.impossible:
            text = f"no output of `{kernel.name}` satisfies its contract for these inputs: {self.residuals.impossible}"
            raise Diagnosed(diagnostic("KW881", text, kernel.name_span))
        self.walk = Walk(program, self.engine, self.residuals, tuple(p.name for p in kernel.outputs), style)
        self.masks = Masks(self.walk, lookahead)
        self._states: list[State] = [(self.walk.begin(_pieces(kernel, program, self.residuals, style)),)]
        self._mask: Mask | None = None
        self._ended = False

    # ------------------------------------------------------------ one token after the other

    def mask(self) -> Mask:
        """One bit for each token, 32 to a word; set where the token may come next. Not to be written to."""
        if self._mask is None:
            self._mask = self._masked()
        return self._mask

    def _masked(self) -> Mask:
        if self._ended:
            return self.engine.of_ids(list(self.engine.vocabulary.eos))
        try:
            found = self.masks.of(self._states[-1])
        except NoGrammar as error:
            raise Diagnosed(diagnostic("KW884", f"no grammar can be made of what may stand next: {error}", self.kernel.name_span)) from None
        if self.engine.is_none(found):
            raise Diagnosed(diagnostic("KW884", "no token of the vocabulary can come next", self.kernel.name_span))
        return found

    def allowed(self) -> list[int]:
        """The ids of the tokens that may come next."""
        return self.engine.ids_of(self.mask())

    def advance(self, token: int) -> None:
        """The next token. Raises Diagnosed, and stays where it is, where the mask does not allow it."""
        if self.ending(token):
            self._ended = True
            self._states.append(self._states[-1])
            return
        words = self.engine.vocabulary.tokens
        word = words[token] if 0 <= token < len(words) else b""
        after = read_all(settled(self._states[-1]), word) if word and not self._ended else ()
        if not after:
            shown = word.decode("utf-8", "backslashreplace") or f"number {token}"
            raise Diagnosed(diagnostic("KW883", f"the token `{shown}` cannot come next", self.kernel.name_span))
        self._states.append(after)
        self._mask = None

    def begin_with(self, data: bytes) -> bool:
        """Take the first bytes of the output as given, before any token; False (and nothing is changed) where they do not fit."""
        after = read_all(settled(self._states[-1]), data)
        if not after:
            return False
        self._states = [after]
        self._mask = None
        return True

    def ending(self, token: int) -> bool:
        return token in self.engine.vocabulary.eos and self.complete and not self._ended

    def rollback(self, tokens: int) -> None:
        """Forget the last tokens."""
        if not 0 <= tokens < len(self._states):
            raise ValueError(f"there are {len(self._states) - 1} tokens to go back by, not {tokens}")
        if tokens:
            del self._states[-tokens:]
            self._mask = None
            self._ended = False

    def fork(self) -> Masker:
        """Another generation that goes on from here."""
        other: Masker = object.__new__(Masker)
        other.__dict__.update(self.__dict__)
        other._states = list(self._states)
        return other

    # ------------------------------------------------------------ what there is

    @property
    def tokens(self) -> int:
        """How many tokens were taken."""
        return len(self._states) - 1

    @property
    def inside(self) -> bool:
        """Whether a value has been begun: no question is open, and nothing is compiled for the next mask."""
        state = self._states[-1]
        return len(state) == 1 and isinstance(state[0], Leaf) and bool(state[0].text)

    @property
    def complete(self) -> bool:
        """Whether the output is whole: only a token that ends the text can come next."""
        return self._done() is not None

    @property
    def finished(self) -> bool:
        """Whether the text was ended, too."""
        return self._ended

    def value(self) -> dict[str, Value]:
        """The outputs by port; only of a whole output."""
        done = self._done()
        if done is None:
            raise ValueError("the output is not whole yet")
        return done.values

    def report(self) -> Report:
        """What holds by the mask, and what is to be checked after."""
        return report_of(self.kernel, self.walk, self.masks)

    def _done(self) -> Done | None:
        for thread in self._states[-1]:
            if isinstance(thread, Lit) and not thread.rest and thread.last:
                thread = thread.then.answer()[0]
            if isinstance(thread, Done):
                return thread
        return None


def _pieces(kernel: Kernel, program: Program, residuals: Residuals, style: Style) -> tuple[Piece, ...]:
    from kwlogic.core.codec_json import string_text

    ports = {p.name: p for p in kernel.outputs}
    limits = port_limits(kernel, program)
    order: Sequence[str] = residuals.order
    try:
        return tuple(
            Piece(("{" if i == 0 else style.item) + string_text(n) + style.key, n, ports[n].type, below(limits, n))
            for i, n in enumerate(order)
        )
    except ValueError as error:
        shown = ", ".join(f"{p.name}: {show_type(p.type)}" for p in kernel.outputs)
        raise Diagnosed(diagnostic("KW885", f"{error} ({shown})", kernel.name_span)) from None


def asked_of(kernel: Kernel, inputs: Mapping[str, Value] | None, program: Program, order: str | Sequence[str] = "declared") -> Residuals:
    """The residuals of a contract, where inputs are known."""
    if inputs is None:
        return Unasked(kernel, program, order)
    missing = [p.name for p in kernel.inputs if p.name not in inputs]
    if missing:
        raise ValueError(f"the inputs lack {', '.join(missing)}")
    from kwlogic.weave.decode.residual import residuals_for

    return residuals_for(kernel, inputs, program, order=order)
