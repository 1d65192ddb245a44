"""Kernels: ports, contract, properties and body.

``requires`` and ``fails when`` speak of the inputs only; ``ensures`` of inputs and outputs. What an oracle ensures is
checked on every output, so it must be executable.
"""

from __future__ import annotations

import re

from kwlogic.core.program import Body, Clause, ExprBody, Kernel, OracleBody, Param
from kwlogic.core.terms import Term, mk_at, mk_con
from kwlogic.core.types import Type, tuple_of
from kwlogic.elab.context import Ctx, Env
from kwlogic.elab.contracts import said, unique_labels, written
from kwlogic.elab.finish import finish
from kwlogic.elab.functions import Attempt, environment, type_clauses
from kwlogic.elab.infer import check, check_all, infer
from kwlogic.elab.names import KINDS, resolve_name
from kwlogic.elab.signatures import signature_of
from kwlogic.elab.state import Entry, Stop, World
from kwlogic.elab.suggest import counted, did_you_mean, listed
from kwlogic.source.data import Label, Span
from kwlogic.syntax import data as syn

SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(-(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?",
    re.ASCII,
)
ONCE = {syn.Version: "version", syn.Family: "family", syn.Rollback: "rollback"}


def elaborate_kernel(world: World, entry: Entry, decl: syn.KernelDecl) -> None:
    ctx = entry.ctx
    assert ctx is not None
    count = len(decl.inputs)
    inputs = environment(decl.inputs, entry.shapes)
    ports = {**inputs, **environment(decl.outputs, entry.shapes[count:])}
    attempt = Attempt()
    requires: list[Clause] = attempt(lambda: type_clauses(ctx, decl.inputs, entry.shapes), [])
    ensures: list[Clause] = attempt(lambda: type_clauses(ctx, decl.outputs, entry.shapes[count:]), [])
    fails: list[Clause] = []
    attempt(lambda: unique_labels(ctx, decl.clauses), None)
    for c in decl.clauses:
        if isinstance(c, syn.Clause):
            made = attempt(lambda c=c: _clause(ctx, decl, c, inputs, ports), None)  # type: ignore[misc]
            if made is not None:
                {"requires": requires, "ensures": ensures, "fails": fails}[c.kind].append(made)
    properties = attempt(lambda: Properties(ctx, decl), None)
    body = attempt(lambda: _body(ctx, decl, entry, inputs), None)
    attempt.settle()
    assert properties is not None
    params = tuple([Param(p.name, s.type, p.span) for p, s in zip((*decl.inputs, *decl.outputs), entry.shapes)])
    world.kernels[entry.qname] = Kernel(
        entry.qname,
        decl.tparams,
        params[:count],
        params[count:],
        tuple(requires),
        tuple(ensures),
        tuple(fails),
        body,
        decl.span,
        decl.name_span,
        properties.version,
        properties.family,
        properties.evidence,
        properties.reads,
        properties.writes,
        properties.rollback,
        properties.flags,
        "\n".join(decl.doc),
    )


def _clause(ctx: Ctx, decl: syn.KernelDecl, c: syn.Clause, inputs: Env, ports: Env) -> Clause:
    if c.kind == "ensures":
        ctx.unbounded.clear()
        made = written(ctx, ports, c)
        if isinstance(decl.body, syn.BodyOracle) and ctx.unbounded:
            ctx.fail(
                "KW316",
                "what an oracle ensures is checked on every output, and an unbounded quantifier cannot be run",
                c.span,
                "",
                Label(ctx.unbounded[0], "ranges over all values"),
                help="bound it: `x in xs` or `x in range(lo, hi)`",
            )
        return made
    outputs = [p.name for p in decl.outputs]
    ctx.hidden = {n: f"is an output, and `{said(c)}` speaks of the inputs only" for n in outputs if n not in inputs}
    try:
        return written(ctx, inputs, c)
    finally:
        ctx.hidden = {}


# ---------------------------------------------------------------- properties


class Properties:
    """Everything in a kernel's head that is no predicate."""

    def __init__(self, ctx: Ctx, decl: syn.KernelDecl) -> None:
        self.ctx = ctx
        self.decl = decl
        self.version: str | None = None
        self.family: str | None = None
        self.evidence: tuple[str, ...] = ()
        self.reads: tuple[str, ...] = ()
        self.writes: tuple[str, ...] = ()
        self.rollback: str | None = None
        self.flags: frozenset[str] = frozenset()
        attempt = Attempt()
        for clause in decl.clauses:
            if not isinstance(clause, syn.Clause):
                attempt(lambda c=clause: self.take(c), None)  # type: ignore[misc]
        attempt.settle()

    def take(self, c: syn.KernelClause) -> None:
        self.once(c)
        match c:
            case syn.Version():
                self.version = self.semantic(c)
            case syn.Family(text=text):
                self.family = text
            case syn.Evidence(names=names):
                self.evidence += self.outputs(names)
            case syn.Resources():
                self.resources(c)
            case syn.Rollback(kernel=name):
                self.rollback = self.compensation(name)
            case syn.Flag():
                self.flag(c)
            case syn.Clause():
                pass

    def once(self, c: syn.KernelClause) -> None:
        word = ONCE.get(type(c))
        first = next((x for x in self.decl.clauses if type(x) is type(c)), c)
        if word is not None and first is not c:
            self.ctx.fail("KW321", f"the kernel has two `{word}` clauses", c.span, "the second", Label(first.span, "the first"))

    def semantic(self, c: syn.Version) -> str:
        if not SEMVER.fullmatch(c.text):
            help = 'write three numbers, as in `version "1.2.0"`: changes are held against it'
            self.ctx.fail("KW320", f"`{c.text}` is not a semantic version", c.span, "not `major.minor.patch`", help=help)
        return c.text

    def outputs(self, names: tuple[tuple[str, Span], ...]) -> tuple[str, ...]:
        known = [p.name for p in self.decl.outputs]
        for name, span in names:
            if name not in known:
                help = did_you_mean(name, known) or f"the outputs are {listed(known)}"
                self.ctx.fail("KW212", f"`evidence` names outputs, and there is no output `{name}`", span, "not an output", help=help)
        return tuple(n for n, _ in names)

    def resources(self, c: syn.Resources) -> None:
        verb = "writes" if c.write else "reads"
        if isinstance(self.decl.body, syn.BodyExpr):
            self.ctx.fail(
                "KW321",
                f"an expression touches no resource, so `{self.decl.name}` cannot have `{verb}`",
                c.span,
                "not here",
                Label(self.decl.body.span, "the body is an expression"),
                help="remove the clause",
            )
        found = tuple(self.resource(n, s) for n, s in c.names)
        if c.write:
            self.writes += found
        else:
            self.reads += found

    def resource(self, name: str, span: Span) -> str:
        scope = self.ctx.scope
        if name in scope.resources:
            return f"{scope.name}.{name}"
        if name in scope.used_resources:
            return scope.used_resources[name]
        pool = {*scope.resources, *scope.used_resources}
        help = did_you_mean(name, pool) or f"declare it: `resource {name}`"
        return self.ctx.fail("KW213", f"there is no resource `{name}`", span, "unknown resource", help=help)

    def compensation(self, name: syn.QName) -> str:
        found = resolve_name(self.ctx, name, "kernel")
        kernels = [x for x in found if x.kind == "kernel"]
        if not kernels:
            self.ctx.fail("KW211", f"`rollback` takes a kernel, and `{name}` is a {KINDS[found[0].kind]}", name.span, "not a kernel")
        entry = kernels[0]
        signature_of(self.ctx, entry)
        self.ctx.mentions.add(entry.qname)
        return entry.qname

    def flag(self, c: syn.Flag) -> None:
        if c.name in self.flags:
            self.ctx.fail("KW321", f"the kernel is said to be `{c.name}` twice", c.span, "again here")
        self.flags |= {c.name}


# ---------------------------------------------------------------- bodies


def _body(ctx: Ctx, decl: syn.KernelDecl, entry: Entry, inputs: Env) -> Body | None:
    match decl.body:
        case None:
            return None
        case syn.BodyExpr(expr=expr):
            return ExprBody(_expression(ctx, decl, entry, inputs, expr))
        case syn.BodyOracle():
            return OracleBody(decl.body.kind, tuple(_part(ctx, inputs, p) for p in decl.body.parts))
        case syn.BodyCompose() | syn.BodyGraph():
            return _composition(ctx, entry, decl.body)


def _composition(ctx: Ctx, entry: Entry, body: syn.BodyCompose | syn.BodyGraph) -> Body:
    """The typing of compositions is loaded where there are some: most files have none."""
    from kwlogic.elab.wiring import elaborate_compose
    from kwlogic.elab.wiring_around import Surroundings, signature_kernel
    from kwlogic.elab.wiring_graph import elaborate_graph

    around, kernel = Surroundings(ctx), signature_kernel(ctx, entry)
    made = elaborate_compose(around, kernel, body) if isinstance(body, syn.BodyCompose) else elaborate_graph(around, kernel, body)
    if made is None:
        raise Stop
    return made


def _expression(ctx: Ctx, decl: syn.KernelDecl, entry: Entry, inputs: Env, e: syn.Expr) -> Term:
    outputs = decl.outputs
    types = [s.type for s in entry.shapes[len(decl.inputs) :]]
    if len(outputs) > 1 and isinstance(e, syn.TupleExpr) and len(e.items) != len(outputs):
        names = ", ".join(p.name for p in outputs)
        ctx.fail(
            "KW322",
            f"the kernel has {counted(len(outputs), 'output')}, and its body yields {len(e.items)}",
            e.span,
            f"should be ({names})",
            Label(outputs[0].span, "declared from here on"),
        )
    if len(outputs) > 1 and isinstance(e, syn.TupleExpr):
        parts = check_all(ctx, [lambda i=i: _output(ctx, inputs, outputs[i], e.items[i], types[i]) for i in range(len(outputs))])  # type: ignore[misc]
        return finish(ctx, mk_at(e.span, mk_con("Tuple", tuple(parts), tuple_of(*types))))
    if len(types) == 1:
        return finish(ctx, _output(ctx, inputs, outputs[0], e, types[0]))
    wanted = tuple_of(*types)
    why = Label(outputs[0].span, "declared here")
    return finish(ctx, check(ctx, inputs, e, wanted, why, "the body (a tuple of the outputs)"))


def _output(ctx: Ctx, inputs: Env, port: syn.Param, e: syn.Expr, type: Type) -> Term:
    return check(ctx, inputs, e, type, Label(port.span, "declared here"), f"the output `{port.name}`")


def _part(ctx: Ctx, inputs: Env, part: str | syn.PromptHole) -> str | Term:
    if isinstance(part, str):
        return part
    return finish(ctx, infer(ctx, inputs, part.expr))
