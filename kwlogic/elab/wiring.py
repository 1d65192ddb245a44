"""Typing of compositions: syntax of ``compose`` bodies to ``core.wiring``.

Ports are known from the left: a part is checked against the ports it may see (the kernel's inputs, or the outputs
of what stands left of ``>>``), which types the predicates of ``guard``, ``case`` and the like. Whether the ports a
part takes are there is then a question of its link. Base types must agree; refinements become obligations later.
"""

from __future__ import annotations

from collections.abc import Sequence

from kwlogic.core.program import Clause, ComposeBody, Kernel
from kwlogic.core.terms import Term
from kwlogic.core.types import Type, list_of, subst_type
from kwlogic.core.walk import free_vars
from kwlogic.core.wiring import (
    Argument,
    Assert,
    Call,
    Case,
    Face,
    Fallback,
    Fold,
    Guard,
    Hole,
    Id,
    Iterate,
    Map,
    Par,
    Port,
    Ref,
    Rename,
    Retry,
    Seq,
)
from kwlogic.elab.wiring_close import close
from kwlogic.elab.wiring_context import Around, Checker, Ports, Table, by_name, run
from kwlogic.elab.wiring_links import Links
from kwlogic.elab.wiring_names import free_names, wiring_reach
from kwlogic.source.data import Span
from kwlogic.syntax import data as s

MANY = 64


def elaborate_compose(around: Around, kernel: Kernel, body: s.BodyCompose) -> ComposeBody | None:
    """The body ``= compose w`` of a kernel whose signature is ``kernel``; None where something was reported."""
    table = Table(around)
    typing = Typing(table)
    root = run(typing.check(body.wiring, {p.name: p.type for p in kernel.inputs}))
    if root is not None and not table.failed:
        typing.links.outer(root, kernel, body.wiring.span)
    return close(table)


class Typing:
    """``check`` answers with the index of the node made, or None where nothing can be said of its ports."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.around = table.around
        self.links = Links(table)

    def check(self, wiring: s.Wiring, ports: Ports) -> Checker:
        match wiring:
            case s.WRef():
                return self.ref(wiring)
            case s.WCall():
                return self.call(wiring, ports)
            case s.WSeq():
                return self.seq(wiring, ports)
            case s.WPar():
                return self.par(wiring, ports)
            case s.WFallback():
                return self.fallback(wiring, ports)
            case s.WCase():
                return self.case(wiring, ports)
            case s.WRetry() | s.WMap() | s.WFold() | s.WIterate():
                return self.wrapped(wiring, ports)
            case s.WGuard() | s.WAssert():
                return self.gate(wiring, ports)
            case s.WHole():
                return self.hole(wiring)
            case s.WRename():
                return self.rename(wiring, ports)

    # ------------------------------------------------------------ leaves

    def ref(self, wiring: s.WRef) -> Checker:
        yield from ()
        if wiring.name.parts == ("id",):
            self.table.error(
                "KW420",
                "`id` needs the names of the ports it passes through",
                wiring.span,
                "which ports?",
                help="write `id(x, y)`",
            )
            return None
        return self.kernel_node(wiring.name, wiring.span)

    def kernel_node(self, name: s.QName, span: Span) -> int | None:
        kernel = self.table.kernel(name)
        if kernel is None:
            return None
        targs = tuple(self.around.fresh_type() for _ in kernel.tparams)
        env = dict(zip(kernel.tparams, targs, strict=True))
        self.links.kernels[kernel.name] = kernel
        if targs:
            self.table.polymorphic.append((span, kernel, targs))
        inputs = tuple(Port(p.name, subst_type(p.type, env)) for p in kernel.inputs)
        outputs = tuple(Port(p.name, subst_type(p.type, env)) for p in kernel.outputs)
        return self.table.add(Ref(span, Face(inputs, outputs), kernel.name, targs))

    def call(self, wiring: s.WCall, ports: Ports) -> Checker:
        yield from ()
        if wiring.name.parts == ("id",):
            return self.identity(wiring, ports)
        return self.given(self.kernel_node(wiring.name, wiring.name.span), wiring, ports)

    def identity(self, wiring: s.WCall, ports: Ports) -> int | None:
        found: dict[str, Port] = {}
        for arg in wiring.args:
            if arg.name is not None or not isinstance(arg.value, s.Name):
                self.table.error(
                    "KW420",
                    "`id` takes names of ports, since it passes them through",
                    arg.span,
                    "not the name of a port",
                    help="compute a value in an expression kernel and use that",
                )
            elif arg.value.name in found:
                self.table.error("KW420", f"`{arg.value.name}` is passed through twice", arg.span, "named before", help="name it once")
            elif self.links.known(arg.value.name, ports, arg.span):
                found[arg.value.name] = Port(arg.value.name, ports[arg.value.name])
        through = tuple(found.values())
        return self.table.add(Id(wiring.span, Face(through, through)))

    def given(self, body: int | None, call: s.WCall, ports: Ports) -> int | None:
        """``body`` with the arguments of ``call``, which are expressions over ``ports``."""
        if body is None:
            return None
        face = self.table.face(body)
        args: list[Argument] = []
        for port, value in self.links.arguments(body, call):
            what, why = f"the input `{port.name}` of `{call.name.parts[-1]}`", self.links.declared(body, port.name, True)
            term = self.around.elaborate_expr(value, self.visible(value, ports), self.around.zonk(port.type), what, why)
            if term is None:
                self.table.failed = True
            else:
                args.append(Argument(port.name, term, value.span))
        inputs = _ports_of([a.term for a in args], ports)
        return self.table.add(Call(call.span, Face(inputs, face.outputs), body, tuple(args)))

    def hole(self, wiring: s.WHole) -> Checker:
        yield from ()
        inputs = self.around.elaborate_ports(wiring.inputs, False)
        outputs = self.around.elaborate_ports(wiring.outputs, True)
        if inputs is None or outputs is None or not self.links.distinct(wiring.inputs) or not self.links.distinct(wiring.outputs):
            self.table.failed = True
            return None
        return self.table.add(Hole(wiring.span, Face(inputs[0], outputs[0]), inputs[1], outputs[1]))

    def gate(self, wiring: s.WGuard | s.WAssert, ports: Ports) -> Checker:
        yield from ()
        pred = self.predicate(wiring.pred, ports)
        if pred is None:
            return None
        through = _ports_of([pred.pred], ports)
        make = Guard if isinstance(wiring, s.WGuard) else Assert
        return self.table.add(make(wiring.span, Face(through, through), pred))

    def predicate(self, expr: s.Expr, ports: Ports) -> Clause | None:
        found = self.around.elaborate_predicate(expr, self.visible(expr, ports))
        self.table.failed |= found is None
        return found

    def visible(self, expr: s.Expr, ports: Ports) -> Ports:
        """The ports that an expression may name; of very many, those it does name."""
        names = ports if len(ports) <= MANY else [n for n in free_names(expr) if n in ports]
        return {n: self.around.zonk(ports[n]) for n in names}

    # ------------------------------------------------------------ operators

    def seq(self, wiring: s.WSeq, ports: Ports) -> Checker:
        left = yield self.check(wiring.left, ports)
        if left is None:
            return None
        right = yield self.check(wiring.right, by_name(self.table.face(left).outputs))
        if right is None:
            return None
        self.links.link(left, right, wiring, ports)
        face = Face(self.table.face(left).inputs, self.table.face(right).outputs)
        return self.table.add(Seq(wiring.span, face, left, right, wiring.op_span))

    def par(self, wiring: s.WPar, ports: Ports) -> Checker:
        left = yield self.check(wiring.left, ports)
        right = yield self.check(wiring.right, ports)
        if left is None or right is None:
            return None
        inputs = self.links.joined(left, right, wiring.op_span)
        outputs = self.links.disjoint(left, right, wiring)
        return self.table.add(Par(wiring.span, Face(inputs, outputs), left, right, wiring.op_span))

    def fallback(self, wiring: s.WFallback, ports: Ports) -> Checker:
        left = yield self.check(wiring.left, ports)
        right = yield self.check(wiring.right, ports)
        if left is None or right is None:
            return None
        inputs = self.links.joined(left, right, wiring.op_span)
        self.links.alternatives(left, right, wiring.op_span, "the fallback")
        face = Face(inputs, self.table.face(left).outputs)
        return self.table.add(Fallback(wiring.span, face, left, right, wiring.op_span))

    def case(self, wiring: s.WCase, ports: Ports) -> Checker:
        cond = self.predicate(wiring.cond, ports)
        then = yield self.check(wiring.then, ports)
        other = yield self.check(wiring.other, ports)
        if cond is None or then is None or other is None:
            return None
        inputs = self.links.joined(then, other, wiring.other.span, _ports_of([cond.pred], ports))
        self.links.alternatives(then, other, wiring.other.span, "the `else` branch")
        return self.table.add(Case(wiring.span, Face(inputs, self.table.face(then).outputs), cond, then, other))

    def wrapped(self, wiring: s.WRetry | s.WMap | s.WFold | s.WIterate, ports: Ports) -> Checker:
        """Arguments of a call that only such operators wrap are given to the wrapped whole: ``map k(xs)`` takes lists."""
        call = innermost_call(wiring)
        made = yield self.wrap(wiring, call, ports)
        return made if call is None else self.given(made, call, ports)

    def wrap(self, wiring: s.Wiring, call: s.WCall | None, ports: Ports) -> Checker:
        match wiring:
            case s.WRetry():
                return self.retry(wiring, call, ports)
            case s.WMap():
                return self.map(wiring, call, ports)
            case s.WFold():
                return self.fold(wiring, call, ports)
            case s.WIterate():
                return self.iterate(wiring, call, ports)
            case s.WCall() if wiring is call:
                return self.ref(s.WRef(wiring.name.span, wiring.name))
            case _:
                return self.check(wiring, ports)

    def retry(self, wiring: s.WRetry, call: s.WCall | None, ports: Ports) -> Checker:
        self.links.positive(wiring.count, "`retry` tries", wiring.span)
        body = yield self.wrap(wiring.body, call, ports)
        return None if body is None else self.table.add(Retry(wiring.span, self.table.face(body), wiring.count, body))

    def map(self, wiring: s.WMap, call: s.WCall | None, ports: Ports) -> Checker:
        inner = {n: e for n, t in ports.items() if (e := self.links.element(t)) is not None}
        body = yield self.wrap(wiring.body, call, inner)
        if body is None:
            return None
        face = self.table.face(body)
        self.links.lifts(body, wiring.span)
        lifted = Face(*(tuple(Port(p.name, list_of(p.type)) for p in side) for side in (face.inputs, face.outputs)))
        return self.table.add(Map(wiring.span, lifted, body))

    def fold(self, wiring: s.WFold, call: s.WCall | None, ports: Ports) -> Checker:
        item = self.links.element(ports["item"]) if "item" in ports else None
        inner = {n: t for n, t in (("acc", ports.get("acc")), ("item", item)) if t is not None}
        body = yield self.wrap(wiring.body, call, inner)
        if body is None or not self.links.folds(body, wiring.span):
            return None
        types = by_name(self.table.face(body).inputs)
        invariant = self.predicate(wiring.invariant, {"acc": types["acc"]})
        if invariant is None:
            return None
        inputs = Port("acc", types["acc"]), Port("item", list_of(types["item"]))
        return self.table.add(Fold(wiring.span, Face(inputs, self.table.face(body).outputs), body, invariant))

    def iterate(self, wiring: s.WIterate, call: s.WCall | None, ports: Ports) -> Checker:
        self.links.positive(wiring.bound, "`iterate` runs", wiring.span)
        body = yield self.wrap(wiring.body, call, ports)
        if body is None or not self.links.iterates(body, wiring.span):
            return None
        inside = by_name(self.table.face(body).inputs)
        cond = self.predicate(wiring.cond, inside)
        invariant = None if wiring.invariant is None else self.predicate(wiring.invariant, inside)
        if cond is None or (invariant is None and wiring.invariant is not None):
            return None
        return self.table.add(Iterate(wiring.span, self.table.face(body), body, cond, wiring.bound, invariant))

    def rename(self, wiring: s.WRename, ports: Ports) -> Checker:
        yields = wiring_reach(wiring.body, self.table.ports_of).yields
        inner = {**ports, **{old: ports[new] for old, new in wiring.pairs if new in ports and old not in yields}}
        body = yield self.check(wiring.body, inner)
        if body is None:
            return None
        pairs = self.links.renames(body, wiring)
        face = self.table.face(body)
        ins, outs = ({p.name: pairs[p.name] for p in side if p.name in pairs} for side in (face.inputs, face.outputs))
        ins = {old: new for old, new in ins.items() if old not in outs}
        face = Face(_renamed(face.inputs, ins), _renamed(face.outputs, outs))
        if not self.links.apart(face, wiring.span):
            return None
        return self.table.add(Rename(wiring.span, face, body, tuple(ins.items()), tuple(outs.items())))


def innermost_call(wiring: s.Wiring) -> s.WCall | None:
    """The call of a kernel that ``retry``, ``map``, ``fold`` and ``iterate`` alone wrap."""
    while isinstance(wiring, s.WRetry | s.WMap | s.WFold | s.WIterate):
        wiring = wiring.body
    return wiring if isinstance(wiring, s.WCall) and wiring.name.parts != ("id",) else None


def _renamed(ports: Sequence[Port], pairs: dict[str, str]) -> tuple[Port, ...]:
    return tuple(Port(pairs.get(p.name, p.name), p.type) for p in ports)


def _ports_of(terms: Sequence[Term], ports: dict[str, Type]) -> tuple[Port, ...]:
    """The ports that terms mention, by name."""
    used = {v.data for t in terms for v in free_vars(t)}
    return tuple(Port(n, ports[n]) for n in sorted(used) if n in ports)
