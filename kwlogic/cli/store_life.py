"""`kwlogic store review`, `promote`, `retire` and `feedback`: the life of stored kernels."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kwlogic.cli.store import ADDRESS, open_asked, print_json, told

if TYPE_CHECKING:
    from kwlogic.weave.learn.life_data import Policy
    from kwlogic.weave.learn.life_service import Reviewed
    from kwlogic.weave.store.data import Transition


def _policy() -> Policy:
    from kwlogic.weave.learn.life_config import life_policy
    from kwlogic.workspace.config import find_project

    return life_policy(find_project(Path.cwd(), Path.cwd()))


@click.command("review")
@click.argument("kernels", nargs=-1, metavar="[KERNEL]...")
@ADDRESS
@click.option("--format", "form", type=click.Choice(["full", "json"]), default="full", show_default=True)
def review_command(kernels: tuple[str, ...], url: str | None, form: str) -> int:
    """Take kernels as far as the evidence goes: candidate, gated, proved or enforced, promoted, retired.

    Candidates are checked and sent through the gate; the others go on, or back, by how their runs ended. The thresholds
    stand in the table `life` of the configuration. Without KERNEL, every kernel of the store that is not done with. Exits
    with 1 where a kernel was rejected, or lost its promotion.

    \b
    Examples:
      kwlogic store review
      kwlogic store review billing.approve --format json
    """
    from kwlogic.cli.output import print_diagnostics
    from kwlogic.weave.learn.life_service import review
    from kwlogic.weave.store.find import find_kernel

    policy = _policy()
    with open_asked(url) as store:
        wanted = [find_kernel(store, k) for k in kernels] if kernels else None
        found = review(store, policy, wanted)
        if form == "json":
            print_json([_document(r) for r in found])
        else:
            for line in _lines(found):
                print(line)
        print_diagnostics([w for r in found for w in r.warnings], {}, sys.stderr)
        told(store)
    lost = ("rejected", "retired")
    return int(any(m.after.value in lost or m.before.value == "promoted" for r in found for m in r.moves))


def _lines(found: list[Reviewed]) -> Iterator[str]:
    for one in found:
        yield f"{one.kernel.digest[:12]}  {one.kernel.name}  {one.after.value}"
        yield from (f"    {transition_words(m)}" for m in one.moves)
        if one.waits:
            yield f"    stays {one.after.value}: {one.waits}"
    yield f"{len(found)} kernel{'' if len(found) == 1 else 's'}, {sum(bool(r.moves) for r in found)} moved"


def transition_words(made: Transition) -> str:
    """A change of state on one line."""
    by = ", by hand" if made.by == "hand" else ""
    return f"{made.before.value} -> {made.after.value}{by}: {made.reason}"


def _document(one: Reviewed) -> dict[str, object]:
    from kwlogic.weave.learn.life_evidence import document_of

    moves = [
        {"before": m.before.value, "after": m.after.value, "reason": m.reason, "by": m.by, "at": m.at, "evidence": document_of(m)}
        for m in one.moves
    ]
    return {
        "digest": one.kernel.digest,
        "name": one.kernel.name,
        "before": one.before.value,
        "state": one.after.value,
        "moves": moves,
        "waits": one.waits,
    }


@click.command("promote")
@click.argument("kernel")
@ADDRESS
@click.option("--reason", required=True, help="Why; it is kept.")
def promote_command(kernel: str, url: str | None, reason: str) -> int:
    """Promote a kernel by hand: your word instead of runs.

    The gate must accept it all the same, and every clause be proved or enforced.

    \b
    Example:
      kwlogic store promote billing.approve --reason "in use for a year"
    """
    from kwlogic.weave.learn.life_service import promote
    from kwlogic.weave.store.find import find_kernel

    policy = _policy()
    with open_asked(url) as store:
        found = find_kernel(store, kernel)
        print(f"{found.name}  {transition_words(promote(store, found, reason, policy))}")
        told(store)
    return 0


@click.command("retire")
@click.argument("kernel")
@ADDRESS
@click.option("--reason", required=True, help="Why; it is kept.")
def retire_command(kernel: str, url: str | None, reason: str) -> int:
    """Retire a kernel by hand: prompts go to it no more.

    \b
    Example:
      kwlogic store retire billing.approve --reason "the law has changed"
    """
    from kwlogic.weave.learn.life_service import retire
    from kwlogic.weave.store.find import find_kernel

    policy = _policy()
    with open_asked(url) as store:
        found = find_kernel(store, kernel)
        print(f"{found.name}  {transition_words(retire(store, found, reason, policy))}")
        told(store)
    return 0


@click.command("feedback")
@click.argument("kernel")
@click.argument("verdict", type=click.Choice(["good", "bad"]))
@ADDRESS
@click.option("--run", "run", default="", help="The run that is meant; said again of the same run, the last word counts.")
@click.option("--note", default="", help="Anything to remember with it.")
def feedback_command(kernel: str, verdict: str, url: str | None, run: str, note: str) -> int:
    """Say whether what a kernel yielded was right: the evidence that promotes and retires it.

    \b
    Example:
      kwlogic store feedback billing.approve bad --run 0f3a...
    """
    import uuid

    from kwlogic.source.codes import diagnostic
    from kwlogic.source.data import Diagnosed
    from kwlogic.weave.store.data import Feedback, canonical
    from kwlogic.weave.store.find import find_kernel

    with open_asked(url) as store:
        found = find_kernel(store, kernel)
        if run and store.run(run) is None:
            raise Diagnosed(diagnostic("KW844", f"the store has no run `{run}`"))
        document = canonical({"mode": "hand", "run": run, "note": note[:2000]})
        said = store.add_feedback(Feedback(uuid.uuid4().hex, found.digest, found.family, document, verdict == "good"))
        store.count_outcome(found.digest, verdict == "good")
        print(f"{found.name}  {verdict}, feedback {said.seq}")
        told(store)
    return 0


def register(group: click.Group) -> None:
    for command in (review_command, promote_command, retire_command, feedback_command):
        group.add_command(command)
