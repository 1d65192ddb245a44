"""Typing of a composition that stands in no kernel, as Python composes them: by the checker that spec files go through.

What the parts take decides the types of the inputs; a type that nothing settles stays a variable, for what the composition is
later linked to to settle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kwlogic.core.types import Type, list_of
from kwlogic.core.wiring import Wiring
from kwlogic.elab.context import Ctx
from kwlogic.elab.deep import with_deep_stack
from kwlogic.elab.state import Scope, World, is_std
from kwlogic.elab.wiring import Typing, innermost_call
from kwlogic.elab.wiring_around import Surroundings
from kwlogic.elab.wiring_close import closed_nodes
from kwlogic.elab.wiring_context import Ports, Table, run
from kwlogic.elab.wiring_names import free_names, operands
from kwlogic.source.data import Diagnostic, Source
from kwlogic.syntax import data as s


@dataclass(frozen=True, slots=True)
class Typed:
    """``wiring`` None where something is wrong. ``open``: ports in expressions whose types nothing tells so far, which may be
    what is wrong."""

    wiring: Wiring | None
    problems: tuple[Diagnostic, ...]
    open: frozenset[str] = frozenset()


def type_open(world: World, module: str | None, decl: s.KernelDecl, source: Source) -> Typed:
    """The composition that is the body of ``decl``, in scope of a module and of all others by their full names. The inputs of
    ``decl`` give types to inputs; its outputs say nothing."""
    assert isinstance(decl.body, s.BodyCompose)
    body = decl.body
    home = world.scopes.get(module) if module is not None else None
    uses = tuple(n for n in world.scopes if not is_std(n))
    empty = Scope("", source, s.Module(decl.span, None, (), ()))
    scope = replace(home or empty, source=source, cache={}, uses=uses)
    before = len(world.diagnostics)
    unsettled: set[str] = set()
    wiring = with_deep_stack(lambda: _type(Ctx(world, scope), decl, body.wiring, unsettled))
    found = tuple(world.diagnostics[before:])
    del world.diagnostics[before:]
    return Typed(None if found else wiring, found, frozenset(unsettled))


def _type(ctx: Ctx, decl: s.KernelDecl, wiring: s.Wiring, unsettled: set[str]) -> Wiring | None:
    around = Surroundings(ctx)
    table = Table(around)
    declared = around.elaborate_ports(decl.inputs, False)
    if declared is None:
        return None
    ports: Ports = {p.name: p.type for p in declared[0]}
    for name, type in _inputs(table, wiring).items():
        if name not in ports and type is None:
            unsettled.add(name)
        ports.setdefault(name, type or around.fresh_type())
    typing = Typing(table)
    root = run(typing.check(wiring, ports))
    if root is None or table.failed:
        return None
    for port in table.face(root).inputs:
        if port.name in ports and not around.unify(ports[port.name], port.type):
            _clash(table, wiring, port.name, ports[port.name], port.type)
    nodes = closed_nodes(table)
    return None if table.failed else Wiring(nodes)


def _clash(table: Table, wiring: s.Wiring, name: str, one: Type, other: Type) -> None:
    table.error(
        "KW402",
        f"`{name}` is taken as `{table.show(one)}` and as `{table.show(other)}`",
        wiring.span,
        "inputs of one name are one input",
        help="rename one of the ports with `[x as y]`",
    )


# ---------------------------------------------------------------- what the parts say of the inputs

Known = dict[str, Type | None]


def _inputs(table: Table, wiring: s.Wiring) -> Known:
    """Names that the composition may take from around it, with their types where a kernel's port tells."""
    found: dict[int, Known] = {}
    stack: list[tuple[s.Wiring, bool]] = [(wiring, False)]
    while stack:
        here, ready = stack.pop()
        parts = operands(here)
        if isinstance(here, s.WSeq):
            parts = (here.left,)
        if ready or not parts:
            found[id(here)] = _taken(table, here, [found[id(p)] for p in parts])
        else:
            stack.append((here, True))
            stack.extend((p, False) for p in parts)
    return found[id(wiring)]


def _taken(table: Table, wiring: s.Wiring, parts: list[Known]) -> Known:
    match wiring:
        case s.WRef() if wiring.name.parts != ("id",):
            return dict(_ports_of(table, wiring.name))
        case s.WCall():
            return _arguments(table, wiring)
        case s.WGuard() | s.WAssert():
            return dict.fromkeys(_names(table, wiring.pred))
        case s.WHole():
            return {}
        case s.WRename():
            pairs = dict(wiring.pairs)
            return {pairs.get(n, n): t for n, t in parts[0].items()}
        case s.WMap() | s.WFold() if innermost_call(wiring) is None:
            return {n: t if t is None or (isinstance(wiring, s.WFold) and n == "acc") else list_of(t) for n, t in parts[0].items()}
        case s.WMap() | s.WFold():
            return dict.fromkeys(parts[0])
        case s.WCase():
            return _joined([*parts, dict.fromkeys(_names(table, wiring.cond))])
        case _:
            return _joined(parts)


def _joined(parts: list[Known]) -> Known:
    whole: Known = {}
    for part in parts:
        for name, type in part.items():
            whole[name] = whole.get(name) or type
    return whole


def _ports_of(table: Table, name: s.QName) -> Mapping[str, Type]:
    """The inputs of a kernel whose types are settled."""
    kernel = None if name.parts == ("id",) else table.kernel(name)
    return {} if kernel is None else {p.name: p.type for p in kernel.inputs if kernel.tparams == () or not p.type.has_vars}


def _arguments(table: Table, call: s.WCall) -> Known:
    """A port that is given a name alone tells the type of that name."""
    known: Known = {}
    ports, order = _ports_of(table, call.name), table.ports_of(call.name)[0]
    for position, arg in enumerate(call.args):
        port = arg.name or (order[position] if position < len(order) else None)
        if isinstance(arg.value, s.Name):
            known[arg.value.name] = known.get(arg.value.name) or (ports.get(port) if port is not None else None)
        else:
            known.update(dict.fromkeys(_names(table, arg.value) - known.keys()))
    return known


def _names(table: Table, expr: s.Expr) -> set[str]:
    """Free names of an expression that mean nothing in the module, so that they must be ports."""
    from kwlogic.elab.names import candidates

    around = table.around
    assert isinstance(around, Surroundings)
    return {n for n in free_names(expr) if not candidates(around.ctx.world, around.ctx.scope, n)}
