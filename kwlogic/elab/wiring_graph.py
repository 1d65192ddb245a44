"""Typing of graph bodies, ``{ y <- k(x); ... }``: wires assigned once, in any order that has no cycle.

Which step waits for which is known from syntax (``wiring_names``), so the steps are typed in an order where every
wire is known before it is used. A step that rests on a wire whose own step failed is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kwlogic.core.program import ComposeBody, Kernel
from kwlogic.core.types import Type
from kwlogic.core.wiring import Check, Face, Graph, Port, Statement, Step
from kwlogic.elab.suggest import counted, did_you_mean, listed
from kwlogic.elab.wiring import Typing
from kwlogic.elab.wiring_close import close
from kwlogic.elab.wiring_context import Around, Table, by_name, run
from kwlogic.elab.wiring_names import Names, free_names, wiring_reach
from kwlogic.elab.wiring_order import ancestors_of, cycle_in, topological
from kwlogic.elab.wiring_places import user_of
from kwlogic.source.data import Label, Span
from kwlogic.syntax import data as s


def elaborate_graph(around: Around, kernel: Kernel, body: s.BodyGraph) -> ComposeBody | None:
    """The body ``{ ... }`` of a kernel whose signature is ``kernel``; None where something was reported."""
    table = Table(around)
    _Graph(table, kernel, body).build()
    return close(table)


@dataclass(slots=True, eq=False)
class _Plan:
    """A statement before typing. ``uses``: wires it takes; ``after``: statements named by ``after``."""

    uses: Names
    after: tuple[int, ...] = ()
    waits: set[int] = field(default_factory=set)


class _Graph:
    def __init__(self, table: Table, kernel: Kernel, body: s.BodyGraph) -> None:
        self.table = table
        self.kernel = kernel
        self.body = body
        self.typing = Typing(table)
        self.wires: dict[str, Type] = {p.name: p.type for p in kernel.inputs}
        self.bound: dict[str, tuple[int, Span]] = {}
        self.lost: set[str] = set()

    def build(self) -> None:
        self.bind_names()
        plans = [self.plan(b) for b in self.body.binds]
        if not self.order_steps(plans):
            return
        statements: dict[int, Statement] = {}
        order = topological([p.waits for p in plans])
        for index in order:
            made = self.statement(self.body.binds[index], plans[index])
            if made is not None:
                statements[index] = made
        outputs = self.outputs()
        if len(statements) == len(plans):
            face = Face(tuple(Port(p.name, p.type) for p in self.kernel.inputs), outputs)
            made_all = tuple(statements[i] for i in range(len(plans)))
            self.table.add(Graph(self.span(), face, made_all, tuple(order)))
        else:
            self.table.failed = True

    def span(self) -> Span:
        binds = self.body.binds
        return Span(binds[0].span.file, binds[0].span.start, binds[-1].span.end) if binds else self.body.span

    # ------------------------------------------------------------ names

    def bind_names(self) -> None:
        inputs = {p.name: p.span for p in self.kernel.inputs}
        for index, bind in enumerate(self.body.binds):
            for name, span in bind.targets if isinstance(bind, s.Bind) else ():
                if name == "_":
                    continue
                first = inputs.get(name) or (self.bound[name][1] if name in self.bound else None)
                if first is None:
                    self.bound[name] = index, span
                    continue
                what = f"`{name}` is an input and cannot be bound again" if name in inputs else f"`{name}` is bound twice"
                help = "a wire has one value: give this one a name of its own"
                self.table.error("KW407", what, span, "bound again here", Label(first, "first here"), help=help)

    def plan(self, bind: s.Bind | s.BindAssert | s.BindGuard) -> _Plan:
        if not isinstance(bind, s.Bind):
            return self.waiting(_Plan(self.wires_in(free_names(bind.pred))))
        needs = self.wires_in(wiring_reach(bind.wiring, self.table.ports_of).needs)
        after = [self.bound[n][0] for n, span in bind.after if self.after_known(n, span) and n in self.bound]
        return self.waiting(_Plan(needs, tuple(dict.fromkeys(after))))

    def wires_in(self, names: Names) -> Names:
        return {n: span for n, span in names.items() if n in self.bound or n in self.wires}

    def waiting(self, plan: _Plan) -> _Plan:
        plan.waits = {self.bound[n][0] for n in plan.uses if n in self.bound} | set(plan.after)
        return plan

    def after_known(self, name: str, span: Span) -> bool:
        if name in self.bound or name in self.wires:
            return True
        pool = (*self.bound, *self.wires)
        notes = (f"wires bound by steps: {listed(self.bound)}",)
        help = did_you_mean(name, pool) or "`after` names a wire that another step binds"
        self.table.error("KW408", f"there is no wire `{name}` to wait for", span, "not a wire", notes=notes, help=help)
        return False

    # ------------------------------------------------------------ order

    def order_steps(self, plans: list[_Plan]) -> bool:
        """Settle what waits for what; False where steps wait for each other."""
        if self.complain_of_cycle(plans):
            return False
        above = ancestors_of([p.waits for p in plans])
        users: dict[str, list[int]] = {}
        for index, plan in enumerate(plans):
            for name in plan.uses if isinstance(self.body.binds[index], s.Bind) else ():
                users.setdefault(name, []).append(index)
        for check, plan in enumerate(plans):
            if not isinstance(self.body.binds[check], s.Bind):
                for step in {i for name in plan.uses for i in users.get(name, ())}:
                    if not above[check] >> step & 1:
                        plans[step].waits.add(check)
        return not self.complain_of_cycle(plans)

    def complain_of_cycle(self, plans: list[_Plan]) -> bool:
        cycle = cycle_in([p.waits for p in plans])
        if cycle is None:
            return False
        first = cycle.index(min(cycle))
        cycle = cycle[first:] + cycle[:first]
        others = [Label(self.place(i), f"which waits for {self.called(j)}") for i, j in zip(cycle[1:], (*cycle[2:], cycle[0]))]
        waits = " → ".join(self.called(i) for i in (*cycle[:6], *((cycle[0],) if len(cycle) <= 6 else ())))
        message = (
            "this step waits for itself" if len(cycle) == 1 else f"these steps wait for each other: {waits}{' → …' * (len(cycle) > 6)}"
        )
        self.table.error(
            "KW406",
            message,
            self.place(cycle[0]),
            f"waits for {self.called(cycle[1])}" if len(cycle) > 1 else f"needs {self.called(cycle[0])} to compute {self.called(cycle[0])}",
            *others[:4],
            help="a wire must be computed from inputs and earlier wires; repetition is `iterate`, and a chain of updates needs a new name each time",
        )
        return True

    def place(self, index: int) -> Span:
        bind = self.body.binds[index]
        return bind.targets[0][1] if isinstance(bind, s.Bind) and bind.targets else bind.span

    def called(self, index: int) -> str:
        bind = self.body.binds[index]
        if isinstance(bind, s.Bind):
            return listed(n for n, _ in bind.targets) if bind.targets else "a step"
        return "this `guard`" if isinstance(bind, s.BindGuard) else "this `assert`"

    # ------------------------------------------------------------ statements

    def statement(self, bind: s.Bind | s.BindAssert | s.BindGuard, plan: _Plan) -> Statement | None:
        waits = tuple(sorted(plan.waits))
        if not self.lost.isdisjoint(plan.uses):
            self.lose(bind)
            return None
        if isinstance(bind, s.Bind):
            return self.step(bind, plan, waits)
        pred = self.typing.predicate(bind.pred, self.wires)
        return None if pred is None else Check(bind.span, isinstance(bind, s.BindGuard), pred, waits)

    def lose(self, bind: s.Bind | s.BindAssert | s.BindGuard) -> None:
        self.table.failed = True
        if isinstance(bind, s.Bind):
            self.lost.update(n for n, _ in bind.targets)

    def step(self, bind: s.Bind, plan: _Plan, waits: tuple[int, ...]) -> Step | None:
        body = run(self.typing.check(bind.wiring, self.wires))
        if body is None:
            self.lose(bind)
            return None
        for port in self.table.face(body).inputs:
            self.fed(body, port)
        targets = self.targets(bind, self.table.face(body).outputs)
        if targets is None:
            self.lose(bind)
            return None
        types = by_name(self.table.face(body).outputs)
        for port_name, wire in targets:
            self.wires.setdefault(wire, types[port_name])
        return Step(bind.span, targets, body, plan.after, waits)

    def fed(self, body: int, port: Port) -> None:
        """A part without arguments takes the wires that are called as its inputs."""
        wire = self.wires.get(port.name)
        part, _ = user_of(self.table.nodes, body, port.name)
        if wire is None:
            self.table.error(
                "KW408",
                f"`{port.name}: {self.table.show(port.type)}` is needed here, and no wire has that name",
                part.span,
                f"takes a wire `{port.name}`",
                self.typing.links.declared(body, port.name, True),
                notes=(f"wires: {listed(self.wires)}",),
                help=did_you_mean(port.name, self.wires) or f"give it as an argument: `(…, {port.name} = …)`",
            )
        elif not self.table.around.unify(wire, port.type):
            message = f"the wire `{port.name}` is `{self.table.show(wire)}`, but `{self.table.show(port.type)}` is needed"
            declared = self.typing.links.declared(body, port.name, True)
            notes = self.table.apart(port.name, wire, port.type)
            self.table.error("KW402", message, part.span, "wires meet ports by name", declared, notes=notes)

    def targets(self, bind: s.Bind, outputs: tuple[Port, ...]) -> tuple[tuple[str, str], ...] | None:
        """By name where the targets are just the ports' names, else by position; ``_`` discards."""
        names = [n for n, _ in bind.targets]
        ports = [p.name for p in outputs]
        if names == ["_"]:
            return ()
        if len(names) != len(ports):
            wrong = f"this step yields {counted(len(ports), 'output')} ({', '.join(ports)}), but {counted(len(names), 'name')} {'stands' if len(names) == 1 else 'stand'} on the left"
            example = ", ".join(ports)
            help = f"write `{f'({example})' if len(ports) != 1 else example} <- …`; `_` stands for an output you do not need"
            self.table.error("KW410", wrong, self.left_side(bind), f"{len(names)} for {len(ports)}", help=help)
            return None
        if set(names) == set(ports):
            ports = names
        own = {span for _, span in bind.targets}
        return tuple((p, n) for p, n in zip(ports, names) if n in self.bound and self.bound[n][1] in own)

    def left_side(self, bind: s.Bind) -> Span:
        spans = [span for _, span in bind.targets]
        return Span(bind.span.file, min(x.start for x in spans), max(x.end for x in spans)) if spans else bind.span

    # ------------------------------------------------------------ outputs

    def outputs(self) -> tuple[Port, ...]:
        for want in self.kernel.outputs:
            wire = self.wires.get(want.name)
            if wire is None and want.name not in self.lost and want.name not in self.bound:
                self.unbound(want.name, want.span)
            elif wire is not None and not self.table.around.unify(wire, want.type):
                place = self.bound[want.name][1] if want.name in self.bound else want.span
                message = (
                    f"the output `{want.name}` is declared `{self.table.show(want.type)}`, but `{self.table.show(wire)}` is bound to it"
                )
                declared = Label(want.span, "declared here")
                notes = self.table.apart(want.name, want.type, wire)
                self.table.error("KW402", message, place, f"`{self.table.show(wire)}` here", declared, notes=notes)
        return tuple(Port(p.name, p.type) for p in self.kernel.outputs)

    def unbound(self, name: str, span: Span) -> None:
        help = did_you_mean(name, self.bound) or f"bind it: `{name} <- …;`"
        self.table.error("KW411", f"the output `{name}` is never bound", span, "no step yields it", help=help)
