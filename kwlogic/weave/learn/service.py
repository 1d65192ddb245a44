"""The service behind `kwlogic learn`: traces in, a module of kernels out, with what was found on the way. It prints nothing.

>>> from kwlogic.weave.learn.service import learn_files     # doctest: +SKIP
>>> print(learn_files(["runs.jsonl"]).text)                 # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from os import PathLike, fspath
from pathlib import Path

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic
from kwlogic.vc.data import Enforced, Proved, verdict_name
from kwlogic.weave.learn.data import Draft, Learned, Options
from kwlogic.weave.learn.flow import task_kernels
from kwlogic.weave.learn.grouping import tasks_of
from kwlogic.weave.learn.naming import snake
from kwlogic.weave.learn.propose import Proposer, improved
from kwlogic.weave.learn.reading import read_files, read_store
from kwlogic.weave.learn.settle import FOLLOWS, Settled, pruned, settle
from kwlogic.weave.learn.steps import tool_kernels
from kwlogic.weave.learn.text import formatted, written
from kwlogic.weave.learn.vary import varied
from kwlogic.weave.learn.verify import verified
from kwlogic.weave.learn.weaker import guarded, untold, weakened
from kwlogic.weave.learn.workshop import Workshop, open_workshop
from kwlogic.weave.trace.data import Trace

ROUNDS = 4


def learn_files(paths: Iterable[str | PathLike[str]], options: Options = Options(), proposer: Proposer | None = None) -> Learned:  # noqa: B008
    """Learn from files or folders of traces. Raises Diagnosed where nothing in them can be read."""
    traces, problems = read_files(tuple(Path(fspath(p)) for p in paths))
    return learn(traces, options, problems, proposer)


def learn_store(url: str | None, cwd: Path, options: Options = Options(), proposer: Proposer | None = None) -> Learned:  # noqa: B008
    """Learn from the traces of a store. Raises Diagnosed."""
    traces = read_store(url, options.family, cwd)
    if not traces:
        raise Diagnosed(diagnostic("KW857", "the store holds no traces" + (f" of the family `{options.family}`" if options.family else "")))
    return learn(traces, options, (), proposer)


def learn(
    traces: Sequence[Trace],
    options: Options = Options(),  # noqa: B008
    problems: Iterable[Diagnostic] = (),
    proposer: Proposer | None = None,
) -> Learned:
    """Kernels for all tasks of the traces, in one module that checks; its text is empty where nothing was learnt. What ``proposer``
    says is judged first, and may say nothing that the traces do not."""
    shop = open_workshop(options)
    shop.said.extend(problems)
    tasks = tasks_of(traces, options.family)
    if not tasks:
        _nothing(shop, traces)
        return Learned(options.module, "", (), tuple(shop.said), len(traces))
    wanted = [t for task in tasks for t in (*task.traces, *task.failed)]
    shop.families = frozenset(snake(t.family) for t in tasks)
    tool_kernels(shop, wanted)
    for task in tasks:
        task_kernels(shop, task)
    drafts = _in_use(shop)
    if not drafts:
        return Learned(options.module, "", (), tuple(shop.said), len(traces))
    drafts = verified(shop, pruned(shop, drafts))
    if proposer is not None:
        drafts = [d if d.candidate else improved(shop, d, proposer) for d in drafts]
    settled = _laddered(shop, _settled(shop, varied(shop, drafts)))
    drafts = list(settled.drafts)
    _told(shop, drafts)
    return _learned(shop, settled, drafts, len(traces))


def _settled(shop: Workshop, drafts: list[Draft]) -> Settled:
    """Drafts that check, each of whose clauses holds of what was observed, with the support counted last."""
    for _ in range(ROUNDS):
        settled = settle(shop, drafts)
        if not settled.drafts:
            break
        drafts = verified(shop, settled.drafts)
        if [[c.text for c in d.clauses] for d in drafts] == [[c.text for c in d.clauses] for d in settled.drafts]:
            text = written(shop.options.module, shop.types, drafts).text
            return Settled(tuple(drafts), text, settled.result)
    return Settled((), "", None)


def _laddered(shop: Workshop, settled: Settled) -> Settled:
    """Weaker clauses in the place of those that were lost, then guards where there are none; as it is where neither adds anything."""
    for guards in (False, True):
        drafts = guarded(shop, settled.drafts) if guards else [weakened(d) for d in settled.drafts]
        if drafts != list(settled.drafts):
            found = _settled(shop, varied(shop, verified(shop, drafts)))
            settled = found if len(found.drafts) >= len(settled.drafts) else settled
            settled = replace(settled, drafts=untold(drafts, settled.drafts))
    return settled


def _nothing(shop: Workshop, traces: Sequence[Trace]) -> None:
    import difflib

    wanted = shop.options.family or ""
    families = sorted({t.family for t in traces if t.family})
    near = difflib.get_close_matches(wanted, families, 1)
    help = f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(families[:8])}" if families else None
    shop.say("KW857", f"no trace is of the family `{wanted}`" if wanted else "there are no traces to learn from", help=help)


def _in_use(shop: Workshop) -> list[Draft]:
    return [*shop.tools.values(), *shop.drafts]


def _told(shop: Workshop, drafts: Sequence[Draft]) -> None:
    for draft in drafts:
        if draft.candidate:
            source = draft.rows[0].source if draft.rows else ""
            shop.say(
                "KW853",
                f"`{draft.name}` was seen on one input only (trace {source}), so nothing of it is generalised: it stays a candidate",
            )
        for what, reason in [d for d in draft.dropped if d[1] != FOLLOWS][:8]:
            shop.say("KW855", f"`{draft.name}`: `{what}` is left out: {reason}")


def _learned(shop: Workshop, settled: Settled, drafts: Sequence[Draft], traces: int) -> Learned:
    if settled.result is None:
        return Learned(shop.options.module, "", (), tuple(shop.said), traces)
    results = settled.result.results
    verdicts = tuple((r.obligation.declaration, " ".join(r.obligation.text.split()), verdict_name(r.verdict)) for r in results)
    return Learned(
        shop.options.module,
        formatted(settled.text),
        tuple(drafts),
        tuple(dict.fromkeys(shop.said)),
        traces,
        verdicts,
        settled.result.count(Proved),
        settled.result.count(Enforced),
    )
