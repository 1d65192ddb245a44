"""KW850–859: what `kwlogic learn` finds in traces."""

from __future__ import annotations

from kwlogic.source.codes import Code
from kwlogic.source.data import Severity

E, W, N = Severity.ERROR, Severity.WARNING, Severity.NOTE

CODES = (
    Code(
        "KW850",
        E,
        "two traces contradict each other",
        "Two successful runs of one task had the same inputs and different outputs, so no function of the inputs yields both. Both are shown. "
        "Either one of them is wrong, or what the output depends on was not recorded as an input. The kernel that is written is an oracle.",
        how="kwlogic learn of two rows with the same inputs and different outputs",
    ),
    Code(
        "KW851",
        W,
        "a line of a file of traces is passed over",
        "The line is no JSON, or no trace: a row needs `output` (with `inputs` or `prompt`), a trace one of the keys listed. The other lines are read.",
        how="kwlogic learn of a file with a line that is no JSON",
    ),
    Code(
        "KW852",
        W,
        "results are missing",
        "The result of a task or tool was not recorded, or was cut. Such traces count for what they take, not for what they yield; where no "
        "trace has a result, nothing is learnt.",
        how="kwlogic learn of rows without an output",
    ),
    Code(
        "KW853",
        N,
        "one trace only",
        "From a single run nothing is generalised: constants stay constants, and the kernel requires exactly the inputs that were seen. It is written "
        "as a candidate. Record more runs of the same task.",
        how="kwlogic learn of a file with one trace",
    ),
    Code(
        "KW854",
        W,
        "values of different types",
        "The values of one key are of different kinds in different traces, and the language has no type for both. Where four fifths agree, the others "
        "are left out; else the key is. The kinds and how often each occurs are told.",
        how="kwlogic learn of rows whose output is now a number, now a text",
    ),
    Code(
        "KW855",
        N,
        "left out of a learnt kernel",
        "A step that not all traces take, a clause that does not hold for the body or on an observation, a body that was not found: it is named "
        "with the reason, since what is not in the kernel was in the traces.",
        how="kwlogic learn of traces of which some take another step",
    ),
    Code(
        "KW856",
        W,
        "a kernel is left out",
        "What the traces show could not be written as a kernel that checks; the obligation that was not met is named. The other kernels are written.",
        how="kwlogic learn of a task whose graph cannot be ordered",
    ),
    Code(
        "KW857",
        E,
        "there is nothing to learn from",
        "No trace was found, or none of the family that was asked for.",
        how="kwlogic learn --family of a name that no trace has",
    ),
    Code(
        "KW858",
        N,
        "a proposal of the model is refused",
        "What a model proposes enters a kernel only if it parses, has the right type, holds of every observation, and says something that the other "
        "clauses do not say. The proposal and the reason are told.",
        how="kwlogic learn --model with a model that proposes a false clause",
    ),
)
