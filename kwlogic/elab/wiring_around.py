"""How compositions see the rest of elaboration: ``Around`` over the declaration being checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kwlogic.core.program import Clause, Data, Kernel, Param
from kwlogic.core.terms import Term, mk_var
from kwlogic.core.types import BOOL, Type
from kwlogic.core.wiring import Port
from kwlogic.elab.context import Ctx, Env
from kwlogic.elab.finish import finish
from kwlogic.elab.infer import check
from kwlogic.elab.names import resolve_name
from kwlogic.elab.refine import clauses_of
from kwlogic.elab.rtypes import resolve
from kwlogic.elab.signatures import signature_of
from kwlogic.elab.state import Entry, Stop
from kwlogic.source.data import Diagnostic, Label
from kwlogic.syntax import data as s


class Surroundings:
    """Answers None where the declaration could not go on; what there was to say has been reported then."""

    def __init__(self, ctx: Ctx) -> None:
        self.ctx = ctx

    def lookup_kernel(self, name: s.QName) -> Kernel | None:
        try:
            entries = resolve_name(self.ctx, name, "kernel")
            kernels = [e for e in entries if e.kind == "kernel"]
            if not kernels:
                self.not_a_kernel(name, entries[0])
            return signature_kernel(self.ctx, self.ctx.use(kernels[0]))
        except Stop:
            return None

    def not_a_kernel(self, name: s.QName, entry: Entry) -> None:
        declared = (Label(entry.span, "declared here"),) if entry.span is not None else ()
        self.ctx.fail(
            "KW421",
            f"`{name}` is a {KINDS.get(entry.kind, entry.kind)}, and compositions are made of kernels",
            name.span,
            "not a kernel",
            *declared,
            help="use it inside an expression kernel, `kernel k(...) -> (y: T) = ...`, and compose that",
        )

    def env(self, ports: Mapping[str, Type]) -> Env:
        self.ctx.names.update(ports)
        return {n: mk_var(n, t) for n, t in ports.items()}

    def elaborate_predicate(self, expr: s.Expr, ports: Mapping[str, Type]) -> Clause | None:
        term = self.elaborate_expr(expr, ports, BOOL)
        return None if term is None else Clause(None, term, expr.span, self.ctx.text(expr.span))

    def elaborate_expr(
        self, expr: s.Expr, ports: Mapping[str, Type], expected: Type, what: str = "", why: Label | None = None
    ) -> Term | None:
        try:
            return check(self.ctx, self.env(ports), expr, expected, why, what)
        except Stop:
            return None

    def elaborate_ports(self, params: Sequence[s.Param], output: bool) -> tuple[tuple[Port, ...], tuple[Clause, ...]] | None:
        ports: list[Port] = []
        clauses: list[Clause] = []
        env: Env = {}
        try:
            for param in params:
                shape = resolve(self.ctx, param.type, dict(env), "a port")
                env[param.name] = mk_var(param.name, shape.type)
                ports.append(Port(param.name, shape.type))
                clauses.extend(clauses_of(self.ctx, shape, param.name, param.type.span))
        except Stop:
            return None
        return tuple(ports), tuple(clauses)

    def fresh_type(self) -> Type:
        return self.ctx.meta()

    def unify(self, a: Type, b: Type) -> bool:
        return self.ctx.unify(a, b)

    def zonk(self, type: Type) -> Type:
        return self.ctx.zonk(type)

    def finish(self, clause: Clause) -> Clause | None:
        term = self.finish_term(clause.pred)
        return None if term is None else replace(clause, pred=term)

    def finish_term(self, term: Term) -> Term | None:
        self.ctx.dirty = self.ctx.metas > 0
        try:
            return finish(self.ctx, term)
        except Stop:
            return None

    def datas(self) -> Mapping[str, Data]:
        return self.ctx.world.datas

    def report(self, found: Diagnostic) -> None:
        self.ctx.report(found)


KINDS = {"fn": "function", "ctor": "constructor", "prim": "function", "lemma": "lemma"}


def signature_kernel(ctx: Ctx, entry: Entry) -> Kernel:
    """The ports of a declared kernel, as a record without clauses or body."""
    decl = entry.decl
    assert isinstance(decl, s.KernelDecl)
    signature_of(ctx, entry)
    ports = tuple(Param(p.name, shape.type, p.span) for p, shape in zip((*decl.inputs, *decl.outputs), entry.shapes, strict=True))
    count = len(decl.inputs)
    return Kernel(entry.qname, decl.tparams, ports[:count], ports[count:], (), (), (), None, decl.span, decl.name_span)
