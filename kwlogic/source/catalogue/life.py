"""KW86x: the life of kernels, and the loop from prompts to answers and back."""

from __future__ import annotations

from kwlogic.source.codes import Code
from kwlogic.source.data import Severity

E, W = Severity.ERROR, Severity.WARNING

CODES: tuple[Code, ...] = (
    Code(
        "KW860",
        E,
        "the configuration of the loop is wrong",
        "The table `life` of the configuration holds the thresholds by which kernels are promoted and retired, the table `weave` when the "
        "loop learns and how it asks. A key is unknown, or a value has another form than it must have; `docs/loop.md` lists them all.",
        how="a kwlogic.toml with `[life]` and `sucess = 0.9` below it",
    ),
    Code(
        "KW861",
        W,
        "a kernel is no longer promoted",
        "A clause of it was refuted, or it succeeds less often than it was promoted for; the reason says which, since when, and how likely "
        "a false alarm is. Prompts go to it no more. It may earn its place again, unless it is retired: look at what changed (the model, the "
        "tool, the prompts), and at `kwlogic store log KERNEL`.",
        how="a promoted kernel whose runs begin to fail",
    ),
    Code(
        "KW862",
        E,
        "the state of a kernel cannot be changed so",
        "A promotion by hand stands for runs that were not made, never for the gate, and never against a refuted clause or one that is "
        "neither proved nor enforced. A change by hand needs a reason, which is kept.",
        how="kwlogic store promote K, where a clause of K is refuted",
    ),
    Code(
        "KW863",
        E,
        "the prompt has no answer",
        "No promoted kernel takes the prompt, and nothing else could answer: no model is configured, the model failed, or only kernels were "
        "asked for. The message says which. Configure a model in the table `run`, or store and promote kernels for prompts of this kind.",
        how="kwlogic weave 'a prompt' with an empty store and no model",
    ),
    Code(
        "KW864",
        W,
        "a kernel of the store cannot be used",
        "Its text is not in the store, or what it rests on is not there as it was, so it cannot be elaborated as the kernel that was stored. "
        "It is passed over, and prompts go elsewhere. Store it again with `kwlogic store add`.",
        how="a promoted kernel of an import without a text",
    ),
)
