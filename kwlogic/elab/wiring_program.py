"""Questions about compositions that need the bodies of all kernels: a kernel made of itself, clashes over resources.

Runs once over the finished program. What a composition reads and writes is the union of what its parts do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kwlogic.core.program import ComposeBody, Kernel
from kwlogic.core.wiring import AnyNode, Graph, Par, Ref, Step, Wiring, operands
from kwlogic.elab.suggest import did_you_mean, listed
from kwlogic.elab.wiring_order import ancestors_of, cycle_in, topological
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Label, Span

Report = Callable[[str, Diagnostic], None]  # (qualified name of the kernel to blame, what is wrong)


@dataclass(frozen=True, slots=True)
class Footprint:
    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()

    def __or__(self, other: Footprint) -> Footprint:
        return Footprint(self.reads | other.reads, self.writes | other.writes)

    def clash(self, other: Footprint) -> frozenset[str]:
        """What one writes and the other touches."""
        return self.writes & (other.reads | other.writes) | other.writes & (self.reads | self.writes)


NOTHING = Footprint()


def wiring_of(kernel: Kernel) -> Wiring | None:
    body = kernel.body
    return body.wiring if isinstance(body, ComposeBody) and isinstance(body.wiring, Wiring) else None


def check_compositions(kernels: Mapping[str, Kernel], report: Report) -> None:
    """Report kernels composed of themselves, clashing parts, undeclared resources and rollbacks that cannot be fed."""
    for kernel in kernels.values():
        if kernel.rollback is not None and kernel.rollback in kernels:
            _rollback(kernel, kernels[kernel.rollback], report)
    composed = {n: w for n, k in kernels.items() if (w := wiring_of(k)) is not None}
    if not composed:
        return
    order = _order(composed, kernels, report)
    prints = {n: Footprint(frozenset(k.reads), frozenset(k.writes)) for n, k in kernels.items() if n not in composed}
    for name in order:
        _footprints(kernels[name], composed[name], prints, report)


def _order(composed: Mapping[str, Wiring], kernels: Mapping[str, Kernel], report: Report) -> list[str]:
    """Composed kernels, parts first; those that are made of themselves are reported and left out."""
    names = list(composed)
    number = {n: i for i, n in enumerate(names)}
    waits = [{number[p] for p in _parts(composed[n]) if p in number} for n in names]
    while (cycle := cycle_in(waits)) is not None:
        first = cycle.index(min(cycle))
        ring = [names[i] for i in cycle[first:] + cycle[:first]]
        _recursion(ring, composed, kernels, report)
        waits[cycle[first]] = set()
    return [names[i] for i in topological(waits)]


def _parts(wiring: Wiring) -> list[str]:
    return [n.kernel for n in wiring.nodes if isinstance(n, Ref)]


def _recursion(ring: Sequence[str], composed: Mapping[str, Wiring], kernels: Mapping[str, Kernel], report: Report) -> None:
    uses = {**dict(pairwise(ring)), ring[-1]: ring[0]}
    places = {n: next(p.span for p in composed[n].nodes if isinstance(p, Ref) and p.kernel == m) for n, m in uses.items()}
    chain = " → ".join(f"`{_last(n)}`" for n in (*ring[:6], ring[0]))
    report(
        ring[0],
        diagnostic(
            "KW413",
            f"`{_last(ring[0])}` is composed of itself: {chain}",
            places[ring[0]],
            f"`{_last(uses[ring[0]])}` is used here",
            *(Label(places[n], f"`{_last(n)}` uses `{_last(uses[n])}` here") for n in ring[1:4]),
            help="such a run would never end; a loop is `iterate … while (…) max n`",
        ),
    )


# ---------------------------------------------------------------- resources


def _footprints(kernel: Kernel, wiring: Wiring, prints: dict[str, Footprint], report: Report) -> None:
    found: list[Footprint] = []
    for node in wiring.nodes:
        own = prints.get(node.kernel, NOTHING) if isinstance(node, Ref) else NOTHING
        for index in operands(node):
            own = own | found[index] if found[index] is not NOTHING else own
        found.append(own)
        if isinstance(node, Par) and (shared := found[node.left].clash(found[node.right])):
            report(kernel.name, _parallel_clash(node, wiring.nodes, shared))
        elif isinstance(node, Graph):
            _graph_clashes(kernel, node, found, report)
    total = found[-1]
    _declared(kernel, wiring, total, prints, report)
    prints[kernel.name] = total | Footprint(frozenset(kernel.reads), frozenset(kernel.writes))


def _parallel_clash(node: Par, nodes: Sequence[AnyNode], shared: Iterable[str]) -> Diagnostic:
    return diagnostic(
        "KW417",
        f"both sides of `&` touch {_resources(shared)}, and one of them writes it",
        node.op_span,
        "these may run at the same time",
        Label(nodes[node.left].span, "one side"),
        Label(nodes[node.right].span, "the other side"),
        help="put one after the other: with `>>`, or in a graph body with `after`",
    )


def _graph_clashes(kernel: Kernel, graph: Graph, found: Sequence[Footprint], report: Report) -> None:
    steps = [(i, s, found[s.body]) for i, s in enumerate(graph.statements) if isinstance(s, Step) and found[s.body] != NOTHING]
    if len(steps) < 2:
        return
    above = ancestors_of([s.waits for s in graph.statements])
    for position, (index, step, print_) in enumerate(steps):
        for other_index, other, other_print in steps[:position]:
            shared = print_.clash(other_print)
            if shared and not (above[index] >> other_index & 1 or above[other_index] >> index & 1):
                report(kernel.name, _step_clash(step, other, shared))
                break


def _step_clash(step: Step, other: Step, shared: Iterable[str]) -> Diagnostic:
    wire = other.targets[0][1] if other.targets else None
    return diagnostic(
        "KW417",
        f"two steps touch {_resources(shared)} in no settled order, and one of them writes it",
        step.span,
        "this step",
        Label(other.span, "and this one"),
        help=f"say which comes first: `… after {wire};`"
        if wire is not None
        else "give the first step's output a name, and put `after` with that name on the other",
    )


def _declared(kernel: Kernel, wiring: Wiring, total: Footprint, prints: Mapping[str, Footprint], report: Report) -> None:
    """A composition that lists resources lists all that its parts touch; one that lists none inherits theirs."""
    if not kernel.reads and not kernel.writes:
        return
    own = Footprint(frozenset(kernel.reads), frozenset(kernel.writes))
    for kind, extra in (("writes", total.writes - own.writes), ("reads", total.reads - own.reads - own.writes)):
        if extra:
            place = _toucher(wiring, prints, extra, kind) or kernel.name_span
            report(
                kernel.name,
                diagnostic(
                    "KW418",
                    f"`{_last(kernel.name)}` {kind} {_resources(extra)} through its parts, but does not say so",
                    place,
                    f"{kind} {_resources(extra)}",
                    Label(kernel.name_span, f"declared without `{kind} {', '.join(_last(r) for r in sorted(extra))}`"),
                    help=f"add `{kind} {', '.join(_last(r) for r in sorted(extra))}` to the kernel",
                ),
            )


def _toucher(wiring: Wiring, prints: Mapping[str, Footprint], extra: frozenset[str], kind: str) -> Span | None:
    for node in wiring.nodes:
        if isinstance(node, Ref):
            part = prints.get(node.kernel, NOTHING)
            if extra & (part.writes if kind == "writes" else part.reads):
                return node.span
    return None


# ---------------------------------------------------------------- rollbacks


def _rollback(kernel: Kernel, undo: Kernel, report: Report) -> None:
    """What undoes a kernel is fed from what that kernel took and yielded."""
    known = {p.name: p for p in (*kernel.inputs, *kernel.outputs)}
    types = {n: p.type for n, p in known.items()}
    for port in undo.inputs:
        if port.name not in types:
            message = f"the rollback `{_last(undo.name)}` needs `{port.name}`, which `{_last(kernel.name)}` neither takes nor yields"
            note = f"`{_last(kernel.name)}` has {listed(types)}"
            help = did_you_mean(port.name, types)
        elif types[port.name] is not port.type and not undo.tparams:
            message = f"the rollback `{_last(undo.name)}` takes `{port.name}: {port.type!r}`, but in `{_last(kernel.name)}` it is `{types[port.name]!r}`"
            note, help = "a rollback gets the kernel's inputs and outputs, by name", "let their types agree"
        else:
            continue
        label = Label(port.span, "needed here")
        report(kernel.name, diagnostic("KW419", message, kernel.name_span, "rolled back by it", label, notes=(note,), help=help))


def _resources(names: Iterable[str]) -> str:
    return listed(_last(n) for n in sorted(names))


def _last(name: str) -> str:
    return name.rsplit(".", 1)[-1]
