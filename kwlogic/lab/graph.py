"""The picture of a kernel's composition, with the verdict of each link where they are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kwlogic.compose.data import Composition
from kwlogic.core.program import ComposeBody, Kernel
from kwlogic.core.wiring import Wiring
from kwlogic.lab.opened import Opened, check_kernels, open_kernel
from kwlogic.lab.picture import BoxVerdict, nothing_known, picture_of
from kwlogic.lab.pictures import Picture
from kwlogic.source.codes import diagnostic
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
    whole = worst(verdict_name(r.verdict) for r in results if r.obligation.kind in (Kind.ENSURES, Kind.FAILS))
    return picture_of(composition, short(kernel.name), verdicts_at(composition, results), whole, True)


def worst(verdicts: Iterable[str]) -> str | None:
    found = set(verdicts)
    return next((v for v in _WORST if v in found), None)


def verdicts_at(composition: Composition, results: Iterable[Result]) -> BoxVerdict:
    """What is known of each box: the worst of the obligations that lie at its place and speak of its part."""
    at: dict[tuple[str, int, int], list[Result]] = {}
    for result in results:
        if result.obligation.kind in (Kind.LINK, Kind.PARTIAL, Kind.CALL, Kind.REFINEMENT):
            span = result.obligation.span
            at.setdefault((span.file, span.start, span.end), []).append(result)
    if not at:
        return nothing_known

    def ask(dag: int, box: int) -> str | None:
        here = composition.dags[dag].boxes[box]
        found = at.get((here.place.file, here.place.start, here.place.end), [])
        named = [r for r in found if f"`{here.name}`" in r.obligation.detail] if here.name else []
        return worst(verdict_name(r.verdict) for r in named or found)

    return ask
