"""KW440 to KW469: questions about compositions that cannot be answered as they were put (graph, impact, plan, optimize, …)."""

from __future__ import annotations

from kwlogic.source.codes import Code
from kwlogic.source.data import Severity


def _code(number: int, title: str, explanation: str, how: str, severity: Severity = Severity.ERROR) -> Code:
    return Code(f"KW{number}", severity, title, explanation, how=how)


CODES: tuple[Code, ...] = (
    _code(
        440,
        "not a composition",
        "The command asks how a kernel is put together: its graph, its schedule, its rewritings. A kernel whose body is an expression, a "
        "prompt or a tool has no parts. Name a kernel whose body is `= compose …` or a graph `{ … }`.",
        "`kwlogic graph half` where `half` is an expression kernel",
    ),
    _code(
        441,
        "a cost that does not fit",
        "`--cost NAME=NUMBER` says what one run of a part costs. The name must be that of a kernel used in the composition, and the number "
        "must not be negative. Parts without a cost count 1.",
        "`kwlogic schedule pipeline --cost prase=3` where no part is called `prase`",
    ),
    _code(
        442,
        "no hole to fill",
        "`kwlogic hole` says what is asked of a kernel that is still missing. A hole stands in a composition as `hole(x: T) -> (y: U)`, with "
        "the ports that the missing kernel shall have.",
        "`kwlogic hole pipeline` where the composition has no hole",
    ),
    _code(
        443,
        "what a hole asks for",
        "The composition has a hole. The note states the weakest contract of a kernel that may fill it: what it may rely on, what it must "
        "ensure, and where it may fail so that everything else of the composition holds. It was found from the contracts around the hole by "
        "eliminating all other wires, and then put into the hole and checked. `kwlogic hole NAME` lists the kernels of the project that keep it.",
        "`kwlogic check` of a composition with a hole",
        Severity.NOTE,
    ),
    _code(
        444,
        "a plan without a goal",
        "`kwlogic plan` looks for a composition that takes the ports of `--from` to what `--ensures` promises. The promise must speak of at "
        "least one output, by a name that is no input; otherwise every kernel keeps it. Name the outputs with `--to`.",
        "`kwlogic plan --from 'n: Int' --ensures 'n > 0'`",
    ),
    _code(
        445,
        "no such version",
        "`kwlogic impact` compares two versions of a kernel. `--against` takes a file that holds the old version, or a commit, branch or tag "
        "of the git repository that the kernel's file is kept in; `--to` takes a file with the new version. The kernel must be declared there, "
        "without errors, under the same name.",
        "`kwlogic impact half --against nowhere`",
    ),
    _code(
        446,
        "nothing to keep",
        "`kwlogic optimize` proposes compositions that keep what the kernel promises, so the kernel must be proved as it is. The label and the "
        "notes show what is not. Correct it first, or weaken the contract.",
        "`kwlogic optimize pipeline` where a link of `pipeline` is refuted",
    ),
    _code(
        450,
        "an experiment that makes no sense",
        "The file of `kwlogic experiment` is checked as a whole before anything runs: keys, the kind, its parameters with their types and "
        "ranges, columns of plots, files with graphs. The label shows the key, the help what was probably meant. `docs/lab.md` describes the "
        "format.",
        "an experiment whose `[sweep]` has `sizes = [10]` where the parameter is `size`",
    ),
)
