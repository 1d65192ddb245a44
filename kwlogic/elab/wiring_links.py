"""The rules of composition: which ports must meet at each operator, and what to say where they do not.

A finding lies at the operator or at the part to blame, with a second label where a kernel declares the port.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kwlogic.core.program import Kernel
from kwlogic.core.types import Type
from kwlogic.core.wiring import Face, Port
from kwlogic.elab.suggest import counted, did_you_mean, listed
from kwlogic.elab.wiring_context import Ports, Table, by_name
from kwlogic.elab.wiring_places import called, maker_of, port_label, user_of
from kwlogic.source.data import Edit, Fix, Label, Span
from kwlogic.syntax import data as s


class Links:
    def __init__(self, table: Table) -> None:
        self.table = table
        self.kernels: dict[str, Kernel] = {}

    # ------------------------------------------------------------ helpers

    def declared(self, index: int, name: str, inputs: bool) -> Label | None:
        find = user_of if inputs else maker_of
        part, port = find(self.table.nodes, index, name)
        return port_label(self.kernels, part, port, inputs)

    def unify(self, a: Type, b: Type) -> bool:
        return self.table.around.unify(a, b)

    def element(self, type: Type) -> Type | None:
        """The type of a list's elements."""
        found = self.table.around.zonk(type)
        return found.args[0] if found.head == "List" and not found.is_var else None

    def known(self, name: str, ports: Ports, span: Span) -> bool:
        if name in ports:
            return True
        self.table.error(
            "KW408",
            f"there is no port `{name}` here",
            span,
            "not known here",
            notes=(f"ports here: {listed(ports)}",),
            help=did_you_mean(name, ports),
        )
        return False

    # ------------------------------------------------------------ a >> b

    def link(self, left: int, right: int, wiring: s.WSeq, around: Ports) -> None:
        outputs = by_name(self.table.face(left).outputs)
        for port in self.table.face(right).inputs:
            if port.name not in outputs:
                self.no_output(left, right, port, wiring, around)
            elif not self.unify(outputs[port.name], port.type):
                self.mismatch(left, False, right, port, outputs[port.name], wiring.op_span)

    def mismatch(self, left: int, left_input: bool, right: int, port: Port, other: Type, span: Span) -> None:
        nodes = self.table.nodes
        giver = (user_of if left_input else maker_of)(nodes, left, port.name)[0]
        taker = user_of(nodes, right, port.name)[0]
        self.table.error(
            "KW402",
            f"`{port.name}` is {self.quoted(other)} on the left and {self.quoted(port.type)} on the right",
            span,
            f"{called(giver)} has `{port.name}: {self.table.show(other)}`, {called(taker)} takes `{port.name}: {self.table.show(port.type)}`",
            self.declared(left, port.name, left_input),
            self.declared(right, port.name, True),
            notes=self.table.apart(port.name, other, port.type),
            help="ports meet by name and their types must agree; put a kernel that converts in between, or rename one with `[x as y]`",
        )

    def quoted(self, type: Type) -> str:
        return f"`{self.table.show(type)}`"

    def no_output(self, left: int, right: int, port: Port, wiring: s.WSeq, around: Ports) -> None:
        outputs = self.table.face(left).outputs
        user, _ = user_of(self.table.nodes, right, port.name)
        help, fix = self.repair(left, port, wiring, around)
        self.table.error(
            "KW401",
            f"{called(user)} needs `{port.name}: {self.table.show(port.type)}`, which the left of `>>` does not yield",
            wiring.op_span,
            f"no output `{port.name}` on the left",
            self.declared(right, port.name, True),
            notes=(f"outputs on the left: {self.table.show_ports(outputs)}",),
            help=help,
            fix=fix,
        )

    def repair(self, left: int, port: Port, wiring: s.WSeq, around: Ports) -> tuple[str | None, Fix | None]:
        """Pass the port along where it is known on the left; else rename an output of its type."""
        want = self.table.around.zonk(port.type)
        start, end = wiring.left.span.start, wiring.left.span.end
        file = wiring.left.span.file
        if port.name in around and self.table.around.zonk(around[port.name]) is want:
            edits = Edit(Span(file, start, start), "("), Edit(Span(file, end, end), f" & id({port.name}))")
            return f"pass it along on the left: `… & id({port.name})`", Fix(f"pass `{port.name}` along", edits)
        same = [p.name for p in self.table.face(left).outputs if self.table.around.zonk(p.type) is want]
        if len(same) != 1:
            return did_you_mean(port.name, by_name(self.table.face(left).outputs)), None
        text = f"[{same[0]} as {port.name}]"
        help = f"if `{same[0]}` is meant, rename it on the left: `…{text}`"
        if not isinstance(wiring.left, s.WRef | s.WCall | s.WRename):
            return help, None
        return help, Fix(f"rename `{same[0]}` to `{port.name}`", (Edit(Span(file, end, end), text),))

    # ------------------------------------------------------------ a & b, a ?? b, case

    def joined(self, left: int, right: int, span: Span, first: tuple[Port, ...] = ()) -> tuple[Port, ...]:
        """Inputs of both by name; where they share a name, they must agree in type."""
        ports = {p.name: p for p in first}
        for index in (left, right):
            for port in self.table.face(index).inputs:
                if not self.unify(ports.setdefault(port.name, port).type, port.type):
                    self.mismatch(left, True, right, port, ports[port.name].type, span)
        return tuple(ports.values())

    def disjoint(self, left: int, right: int, wiring: s.WPar) -> tuple[Port, ...]:
        outputs = {p.name: p for p in self.table.face(left).outputs}
        for port in self.table.face(right).outputs:
            if port.name in outputs:
                self.table.error(
                    "KW403",
                    f"both sides of `&` yield `{port.name}`",
                    wiring.op_span,
                    f"`{port.name}` comes from both sides",
                    self.declared(left, port.name, False),
                    self.declared(right, port.name, False),
                    help=f"rename one of them: `…[{port.name} as …]`",
                )
            outputs.setdefault(port.name, port)
        return tuple(outputs.values())

    def alternatives(self, left: int, right: int, span: Span, what: str) -> None:
        """Both must yield the same ports, whichever runs."""
        one, two = by_name(self.table.face(left).outputs), by_name(self.table.face(right).outputs)
        lacks, extra = [n for n in one if n not in two], [n for n in two if n not in one]
        if lacks or extra:
            said = [f"lacks {listed(lacks)}"] * bool(lacks) + [f"yields {listed(extra)} besides"] * bool(extra)
            keep = ", ".join(n for n in one if n in two)
            self.table.error(
                "KW404",
                f"{what} yields other ports than what it stands in for",
                span,
                f"{what} {' and '.join(said)}",
                notes=(
                    f"first: {self.table.show_ports(self.table.face(left).outputs)}",
                    f"second: {self.table.show_ports(self.table.face(right).outputs)}",
                ),
                help=f"drop what is too much with `>> id({keep})`"
                if not lacks
                else "rename with `[x as y]`, so that both sides yield the same names",
            )
        for name in one:
            if name in two and not self.unify(one[name], two[name]):
                self.table.error(
                    "KW402",
                    f"`{name}` is {self.quoted(one[name])} first and {self.quoted(two[name])} in {what}",
                    span,
                    "whichever runs, its outputs have the same types",
                    self.declared(left, name, False),
                    self.declared(right, name, False),
                    notes=self.table.apart(name, one[name], two[name]),
                )

    # ------------------------------------------------------------ shapes

    def positive(self, count: int, what: str, span: Span) -> None:
        if count < 1:
            self.table.error("KW415", f"{what} at least once", span, f"{count} is below 1", help="write 1 or more")

    def lifts(self, body: int, span: Span) -> None:
        if not self.table.face(body).inputs:
            self.shape("`map` needs a part with an input: the list to go through decides how often it runs", span, "takes no input")

    def folds(self, body: int, span: Span) -> bool:
        face = self.table.face(body)
        ins, outs = by_name(face.inputs), by_name(face.outputs)
        if set(ins) != {"acc", "item"} or set(outs) != {"acc"}:
            found = f"it is ({self.listing(face.inputs)}) -> ({self.listing(face.outputs)})"
            self.shape(
                "`fold` needs a part with inputs `acc` and `item` and the output `acc`",
                span,
                found,
                help="rename its ports with `[x as acc]`; a value that stays the same for every item belongs into `acc` or `item`",
            )
            return False
        if not self.unify(ins["acc"], outs["acc"]):
            message = f"`fold` hands `acc` on, but it goes in as {self.quoted(ins['acc'])} and comes out as {self.quoted(outs['acc'])}"
            self.shape(message, span, "the types must agree", self.declared(body, "acc", True), self.declared(body, "acc", False))
            return False
        return True

    def iterates(self, body: int, span: Span) -> bool:
        ins = by_name(self.table.face(body).inputs)
        good = True
        for port in self.table.face(body).outputs:
            if port.name not in ins:
                good = False
                self.shape(
                    f"`iterate` hands outputs on to the next round, but `{port.name}` is no input",
                    span,
                    f"inputs: {listed(ins)}",
                    self.declared(body, port.name, False),
                    help=f"drop it with `>> id(…)`, or rename it: `…[{port.name} as …]`",
                )
            elif not self.unify(ins[port.name], port.type):
                good = False
                message = f"`{port.name}` goes into a round as {self.quoted(ins[port.name])} and comes out as {self.quoted(port.type)}"
                self.shape(message, span, "the types must agree", self.declared(body, port.name, False))
        return good

    def shape(self, message: str, span: Span, label: str, *more: Label | None, help: str | None = None) -> None:
        self.table.error("KW414", message, span, label, *more, help=help)

    def listing(self, ports: Sequence[Port]) -> str:
        return ", ".join(f"{p.name}: {self.table.show(p.type)}" for p in ports)

    def distinct(self, params: Iterable[s.Param]) -> bool:
        seen: dict[str, Span] = {}
        for param in params:
            if param.name in seen:
                earlier = Label(seen[param.name], "first here")
                self.table.error(
                    "KW420", f"the port `{param.name}` stands twice", param.span, "again here", earlier, help="rename one of them"
                )
                return False
            seen[param.name] = param.span
        return True

    def renames(self, body: int, wiring: s.WRename) -> dict[str, str]:
        """The pairs that are sound."""
        face = self.table.face(body)
        names = [*by_name(face.inputs), *by_name(face.outputs)]
        pairs: dict[str, str] = {}
        for old, new in wiring.pairs:
            if old not in names:
                self.rename_error(
                    f"there is no port `{old}` to rename", wiring.span, f"ports: {listed(dict.fromkeys(names))}", did_you_mean(old, names)
                )
            elif old in pairs:
                self.rename_error(f"`{old}` is renamed twice", wiring.span, "one new name for each port", "keep one of the two")
            else:
                pairs[old] = new
        return pairs

    def apart(self, face: Face, span: Span) -> bool:
        """After renaming, names of one side still differ."""
        for side, ports in (("inputs", face.inputs), ("outputs", face.outputs)):
            seen: set[str] = set()
            for port in ports:
                if port.name in seen:
                    self.rename_error(
                        f"after renaming, two {side} are called `{port.name}`", span, "names must stay apart", "choose another name"
                    )
                    return False
                seen.add(port.name)
        return True

    def rename_error(self, message: str, span: Span, label: str, help: str | None) -> None:
        self.table.error("KW405", message, span, label, help=help)

    # ------------------------------------------------------------ arguments

    def arguments(self, body: int, call: s.WCall) -> Iterator[tuple[Port, s.Expr]]:
        """Ports with what they are given; complains of the rest."""
        ports = self.table.face(body).inputs
        names = by_name(ports)
        name = call.name.parts[-1]
        given: dict[str, s.Expr] = {}
        good = True
        for position, arg in enumerate(call.args):
            port = arg.name or (ports[position].name if position < len(ports) else None)
            good = good and port in names and port not in given
            if port is None:
                message = f"`{name}` takes {counted(len(ports), 'input')}, and this is argument {position + 1}"
                self.argument_error(message, arg.span, "one too many", body, help=f"its inputs: {self.table.show_ports(ports)}")
            elif port not in names:
                message = f"`{name}` has no input `{port}`"
                self.argument_error(
                    message, arg.span, "unknown port", body, help=did_you_mean(port, names) or f"its inputs: {listed(names)}"
                )
            elif port in given:
                message = f"`{name}` is given `{port}` twice"
                self.argument_error(message, arg.span, f"`{port}` again", body, Label(given[port].span, "first here"))
            else:
                given[port] = arg.value
        missing = [p for p in ports if p.name not in given]
        if missing and good:
            message = f"`{name}` needs {self.table.show_ports(missing)}"
            hint = f"write `{name}({', '.join(f'{p.name} = …' for p in ports)})`"
            self.argument_error(
                message, call.span, "not given here", body, *(self.declared(body, p.name, True) for p in missing[:3]), help=hint
            )
        for port_ in ports:
            if port_.name in given:
                yield port_, given[port_.name]

    def argument_error(self, message: str, span: Span, label: str, body: int, *more: Label | None, help: str | None = None) -> None:
        self.table.error("KW409", message, span, label, *more, help=help)

    # ------------------------------------------------------------ the kernel around

    def outer(self, root: int, kernel: Kernel, span: Span) -> None:
        """Inputs are among the kernel's, its outputs among those yielded, of the same types."""
        inputs = {p.name: p for p in kernel.inputs}
        for port in self.table.face(root).inputs:
            own = inputs.get(port.name)
            if own is None:
                self.no_input(root, port, kernel)
            elif not self.unify(own.type, port.type):
                message = f"`{port.name}` of `{_last(kernel.name)}` is {self.quoted(own.type)}, but {self.quoted(port.type)} is needed here"
                part, _ = user_of(self.table.nodes, root, port.name)
                declared = Label(own.span, "declared here")
                notes = self.table.apart(port.name, own.type, port.type)
                self.table.error("KW402", message, part.span, f"takes `{port.name}: {self.table.show(port.type)}`", declared, notes=notes)
        outputs = by_name(self.table.face(root).outputs)
        for want in kernel.outputs:
            if want.name not in outputs:
                self.no_result(root, Port(want.name, want.type), span, Label(want.span, "declared here"))
            elif not self.unify(outputs[want.name], want.type):
                message = (
                    f"`{want.name}` is declared {self.quoted(want.type)}, but the composition yields {self.quoted(outputs[want.name])}"
                )
                part, _ = maker_of(self.table.nodes, root, want.name)
                declared = Label(want.span, "declared here")
                notes = self.table.apart(want.name, want.type, outputs[want.name])
                yields = f"yields `{want.name}: {self.table.show(outputs[want.name])}`"
                self.table.error("KW402", message, part.span, yields, declared, notes=notes)

    def no_input(self, root: int, port: Port, kernel: Kernel) -> None:
        part, inner = user_of(self.table.nodes, root, port.name)
        own = by_name([Port(p.name, p.type) for p in kernel.inputs])
        same = [n for n, t in own.items() if t is self.table.around.zonk(port.type) and n not in by_name(self.table.face(root).inputs)]
        rename = f"if `{same[0]}` is meant, rename the port: `…[{inner} as {same[0]}]`" if len(same) == 1 else None
        self.table.error(
            "KW412",
            f"{called(part)} needs `{port.name}: {self.table.show(port.type)}`, which is no input of `{_last(kernel.name)}`",
            part.span,
            f"takes `{inner}`",
            port_label(self.kernels, part, inner, True),
            Label(kernel.name_span, f"inputs: {listed(own)}"),
            help=did_you_mean(port.name, own) or rename or f"declare `{port.name}` as an input, or compute it before",
        )

    def no_result(self, root: int, want: Port, span: Span, declared: Label) -> None:
        outputs = self.table.face(root).outputs
        same = [p.name for p in outputs if self.table.around.zonk(p.type) is want.type]
        rename = f"if `{same[0]}` is meant, rename it: `…[{same[0]} as {want.name}]`" if len(same) == 1 else None
        self.table.error(
            "KW411",
            f"the composition does not yield the declared output `{want.name}: {self.table.show(want.type)}`",
            span,
            f"yields {self.table.show_ports(outputs)}",
            declared,
            help=did_you_mean(want.name, by_name(outputs)) or rename,
        )


def _last(name: str) -> str:
    return name.rsplit(".", 1)[-1]
