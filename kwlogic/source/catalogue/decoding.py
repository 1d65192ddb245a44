"""KW880 to KW889: constrained decoding, token by token."""

from __future__ import annotations

from kwlogic.source.codes import Code
from kwlogic.source.data import Severity

E = Severity.ERROR

CODES: tuple[Code, ...] = (
    Code(
        "KW880",
        E,
        "constrained decoding needs an optional package",
        "Masks over tokens are computed with llguidance and numpy, which come with an extra: `pip install 'kwlogic[decode]'`.",
        how="a Masker where llguidance is not installed",
    ),
    Code(
        "KW881",
        E,
        "no output satisfies the contract for these inputs",
        "Before anything is generated, the contract is put to the solver with the inputs filled in. It has no solution, so there is nothing "
        "that a mask could allow. A `requires` that rules these inputs out, or a weaker `ensures`, is what is missing.",
        how="a Masker of a kernel with `ensures n > 3 and n < m` on m = 2",
    ),
    Code(
        "KW882",
        E,
        "the tokenizer cannot be used",
        "A mask needs the bytes of every token and at least one token that ends the text. Tokenizers of the libraries `tokenizers` and "
        "`transformers` are read by themselves; for any other, `Vocabulary(tokens, eos=...)` takes the bytes of the tokens.",
        how="a Masker with a tokenizer that has no end-of-text token",
    ),
    Code(
        "KW883",
        E,
        "a token that the mask does not allow",
        "`advance` takes only tokens that `mask` allows: any other would leave the grammar or the contract. A sampler that yields one "
        "ignores the mask, or was given the mask of another sequence.",
        how="`advance` with a token outside of the mask",
    ),
    Code(
        "KW884",
        E,
        "nothing can be generated here",
        "No token of this tokenizer continues the text: its vocabulary lacks a byte that the output needs, or the set that the contract "
        "leaves at this place is more than a grammar can be made of. The message says which place it is.",
        how="a Masker with a vocabulary without the quote character",
    ),
    Code(
        "KW885",
        E,
        "values of this type have no JSON form",
        "Constrained decoding writes the outputs of a kernel as JSON. A generic kernel has no one output type; instantiate it first.",
        how="a Masker of a generic kernel",
    ),
)
