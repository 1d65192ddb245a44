"""KW84x: running kernels: configuration of models and tools, oracles, enforcement."""

from __future__ import annotations

from kwlogic.source.codes import Code
from kwlogic.source.data import Severity

E = Severity.ERROR

CODES: tuple[Code, ...] = (
    Code(
        "KW840",
        E,
        "the configuration of runs is wrong",
        "The table `run` of the configuration names models, tool servers and the Python that may be called. A key is unknown, a value has "
        "another form than it must have, or a name is used that is not declared. Keys of endpoints never stand in the file: `key_env` names "
        "the environment variable that holds one.",
        how="a kwlogic.toml with `[run.models.small]` and `modle = 1` below it",
    ),
    Code(
        "KW841",
        E,
        "an oracle cannot be used",
        "A prompt needs a model, a tool its server, a Python function the permission of the configuration (a spec file alone never makes "
        "Python run), and each of them its optional package. The message says which is missing, and what to install or to configure.",
        how="kwlogic run of an oracle without a configured model",
    ),
    Code(
        "KW842",
        E,
        "the kernel failed",
        "A step failed, as its contract allows: a model gave no answer that fits, a tool answered with an error, a guard did not hold. The "
        "steps that had finished were rolled back in reverse order; notes say which could not be. Nothing was returned.",
        how="kwlogic run of a composition whose guard does not hold",
    ),
    Code(
        "KW843",
        E,
        "the run was stopped",
        "Something happened that no contract allows: a step was started outside of its `requires`, an `assert` or an invariant was false, or "
        "an expression had no value. `kwlogic check` finds such links before they happen. What had finished was rolled back.",
        how="kwlogic run of a composition with a link that does not hold",
    ),
    Code(
        "KW844",
        E,
        "the run cannot be resumed",
        "`--resume RUN` goes on with a run that the store knows, of the same kernel. Steps that had finished are not done again, as long as "
        "they answer the same question: the same kernel with the same contract, at the same place, on the same inputs.",
        how="kwlogic run with `--resume nonesuch`",
    ),
)
