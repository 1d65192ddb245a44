"""Recursion that is not allowed: kernels that call themselves, lemmas that are proved by what rests on them."""

from __future__ import annotations

from collections.abc import Mapping

from kwlogic.elab.order import components
from kwlogic.elab.state import World
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Label, Span


def check_recursion(world: World) -> set[str]:
    """Report such circles; the names of their members."""
    broken: set[str] = set()
    calls = {n: [c for c in world.calls.get(n, ()) if c in world.kernels or c in world.fns] for n in (*world.kernels, *world.fns)}
    for group in components(calls):
        kernels = sorted(n for n in group if n in world.kernels)
        if kernels and (len(group) > 1 or kernels[0] in calls[kernels[0]]):
            broken.update(group)
            _kernel_circle(world, kernels)
    facts = {n: [d for d in world.deps.get(n, ()) if d in world.lemmas or d in world.fns] for n in (*world.lemmas, *world.fns)}
    for group in components(facts):
        lemmas = sorted((n for n in group if n in world.lemmas), key=lambda n: world.lemmas[n].name_span)
        if lemmas and len(group) > 1:
            broken.update(group)
            _lemma_circle(world, lemmas, group, facts)
    return broken


def _kernel_circle(world: World, kernels: list[str]) -> None:
    first = world.kernels[kernels[0]]
    others = tuple(Label(world.kernels[n].name_span, "and this one") for n in kernels[1:4])
    world.diagnostics.append(
        diagnostic(
            "KW217",
            f"the kernel `{_last(first.name)}` calls itself",
            first.name_span,
            "recursive",
            *others,
            help="kernels are not recursive: put the recursion into a `fn`, and let the kernel call that",
        )
    )


def _lemma_circle(world: World, lemmas: list[str], group: list[str], facts: Mapping[str, list[str]]) -> None:
    lemma = world.lemmas[lemmas[0]]
    members = set(group)
    user = next(n for n in group if lemma.name in facts[n] and n != lemma.name)
    via = next(d for d in facts[lemma.name] if d in members and d != lemma.name)
    more = tuple(
        Label(span, words) for n, words in ((user, "which uses the lemma"), (via, "which the lemma rests on")) if (span := _span(world, n))
    )
    world.diagnostics.append(
        diagnostic(
            "KW218",
            f"the proof of `{_last(lemma.name)}` rests on itself",
            lemma.name_span,
            f"it rests on `{_last(via)}`, and `{_last(user)}` uses it",
            *dict.fromkeys(more),
            help="prove what is needed in a lemma of its own that speaks of neither, or leave the step to the prover",
        )
    )


def _span(world: World, name: str) -> Span | None:
    found = world.lemmas.get(name) or world.fns.get(name)
    return found.name_span if found is not None else None


def _last(name: str) -> str:
    return name.rsplit(".", 1)[-1]
