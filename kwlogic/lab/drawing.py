"""The picture of a kernel's composition, with the verdict of each link where they are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kwlogic.compose.data import Box, Check, Choice, Composition, Loop, Part, Pure, bodies
from kwlogic.core.program import ComposeBody, Kernel, Program
from kwlogic.core.walk import free_vars
from kwlogic.core.wiring import Wiring
from kwlogic.lab.opened import Opened, check_kernels, open_kernel
from kwlogic.lab.picture import Known, KnownAt, picture_of
from kwlogic.lab.pictures import Picture
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Span
from kwlogic.vc.data import Kind, Result, verdict_name
from kwlogic.workspace.data import Progress
from kwlogic.workspace.findings import short

_WORST = ("refuted", "unknown", "assumed", "enforced", "proved")


def composition_named(opened: Opened, kernel: Kernel) -> Composition:
    """The graph of a composed kernel. Raises Refused where the kernel is no composition."""
    from kwlogic.compose.wiring_to_dag import composition_of

    body = kernel.body
    if isinstance(body, ComposeBody) and isinstance(body.wiring, Wiring):
        return composition_of(body.wiring, kernel)
    raise opened.refuse(
        diagnostic(
            "KW440",
            f"`{short(kernel.name)}` is no composition, so there are no parts to ask about",
            kernel.name_span,
            "declared here",
            help="ask about a kernel whose body is `= compose …` or `{ … }`",
        )
    )


def graph(
    name: str,
    paths: Iterable[str] = (),
    cwd: Path | None = None,
    with_verdicts: bool = False,
    budget: int | None = None,
    progress: Progress | None = None,
) -> Picture:
    """The picture of the composition that a kernel is. ``with_verdicts`` checks the kernel first. Raises Refused.

    >>> from kwlogic.render.svg import svg
    >>> text = svg(graph("specs/shop.kw::checkout", with_verdicts=True))
    """
    opened, kernel = open_kernel(name, paths, cwd, budget)
    composition = composition_named(opened, kernel)
    if not with_verdicts:
        return picture_of(composition, short(kernel.name))
    results = check_kernels(opened, opened.program, [kernel.name], budget, progress)
    return picture_with(composition, kernel, results, opened.program)


def picture_with(composition: Composition, kernel: Kernel, results: Iterable[Result], program: Program) -> Picture:
    """The picture with the verdicts of what is to be shown of the kernel."""
    own = tuple(results)
    whole = known(r for r in own if r.obligation.kind in (Kind.ENSURES, Kind.FAILS))
    return picture_of(composition, short(kernel.name), verdicts_at(composition, own, program), whole, True)


def known(results: Iterable[Result]) -> Known:
    found = {r.obligation.id: verdict_name(r.verdict) for r in results}
    return Known(next((v for v in _WORST if v in found.values()), None), tuple(found))


def verdicts_at(composition: Composition, results: Iterable[Result], program: Program) -> KnownAt:
    """What is known of each box, and of each of its inputs: the worst of the obligations that are about them."""
    links: dict[tuple[int, str], list[tuple[int | None, Result]]] = {}
    inside: list[Result] = []
    for result in results:
        obligation = result.obligation
        if obligation.kind is Kind.LINK and obligation.scene is not None:
            name, _, number = obligation.id.rpartition("/link/")[2].partition("~")[0].rpartition(".")
            links.setdefault((obligation.scene, name), []).append((int(number) - 1 if number.isdigit() else None, result))
        elif obligation.kind in (Kind.PARTIAL, Kind.CALL, Kind.REFINEMENT):
            inside.append(result)

    def ask(dag: int, box: int, port: str | None) -> Known:
        here = composition.dags[dag].boxes[box]
        about = [(n, r) for n, r in links.get((dag, here.name), ()) if r.obligation.span == here.place or bodies(here.what)]
        if port is not None and about:
            about = [(n, r) for n, r in about if n is None or port in _spoken(program, here, n)]
        span = _own_span(here)
        found = [r for _, r in about] + [r for r in inside if span is not None and _within(r.obligation.span, span)]
        return known(found)

    return ask


def _spoken(program: Program, box: Box, clause: int) -> set[str]:
    """The ports that a clause of a part's requires speaks of."""
    kernel = program.kernels.get(box.what.kernel) if isinstance(box.what, Part) else None
    if kernel is None or clause >= len(kernel.requires):
        return {p.name for p in box.inputs}
    return {str(v.data) for v in free_vars(kernel.requires[clause].pred)}


def _own_span(box: Box) -> Span | None:
    match box.what:
        case Pure(span=span):
            return span
        case Check(pred=pred):
            return pred.span
        case Choice(cond=cond) | Loop(cond=cond):
            return cond.span
        case _:
            return None


def _within(inner: Span, outer: Span) -> bool:
    return inner.file == outer.file and outer.start <= inner.start and inner.end <= outer.end
