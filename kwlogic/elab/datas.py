"""Type declarations: data types, records and aliases; their invariants and validity predicates.

First all fields get their erased types; then it is settled which types carry validity; predicates are elaborated
last, when every signature can be asked for.
"""

from __future__ import annotations

from dataclasses import replace

from kwlogic.core.program import Ctor, Data, Fn, Param, Refinement
from kwlogic.core.terms import Op, Term, mk, mk_and, mk_is, mk_sel, mk_var
from kwlogic.core.types import BOOL, mk_tvar, mk_type
from kwlogic.core.walk import subst
from kwlogic.elab.context import Ctx
from kwlogic.elab.inhabit import explain, uninhabited
from kwlogic.elab.names import BUILTIN_TYPES
from kwlogic.elab.refine import clauses_of, has_validity, invariant, valid_name
from kwlogic.elab.rtypes import RType, alias_of, resolve, tparams_of
from kwlogic.elab.signatures import distinct
from kwlogic.elab.state import Sig, Stop, TypeEntry, World
from kwlogic.source.codes import diagnostic
from kwlogic.syntax import data as syn


def settle_types(world: World) -> None:
    """Resolve aliases and fields, drop what has no value, and find out which types carry validity."""
    for entry in world.type_entries.values():
        try:
            _settle(world, entry)
        except Stop:
            entry.broken = True
    _drop_broken(world)
    for found in uninhabited(world.datas):
        entry = world.type_entries[found.data]
        world.diagnostics.append(
            diagnostic(
                "KW314",
                f"the type `{entry.name}` has no values",
                entry.decl.name_span,
                "no value can be built",
                notes=(explain(found),),
                help="add a constructor that needs no value of the type, or put an `Option` or a `List` around the recursion",
            )
        )
        entry.broken = True
    _drop_broken(world)
    _settle_validity(world)


def _settle(world: World, entry: TypeEntry) -> None:
    if entry.broken:
        return
    decl = entry.decl
    ctx = Ctx(world, entry.scope, decl.tparams)
    tparams_of(ctx, decl.tparams, decl.name_span)
    if entry.name in BUILTIN_TYPES and entry.scope.std:
        raise Stop
    if entry.is_alias:
        alias_of(entry, ctx, decl.name_span)
        return
    entry.ctx = ctx
    result = mk_type(entry.qname, *[mk_tvar(p) for p in decl.tparams])
    variants = [(decl.name, decl.fields)] if isinstance(decl, syn.RecordDecl) else [(v.name, v.fields) for v in decl.variants]
    ctors: list[Ctor] = []
    for name, fields in variants:
        shapes = _fields(ctx, name, fields)
        entry.fields[name] = tuple((f.name, s, f.type.span) for f, s in zip(fields, shapes))
        types = tuple([s.type for s in shapes])
        made = entry.scope.own[name]
        made.sig = Sig(decl.tparams, tuple([f.name for f in fields]), types, result, tuple([f.span for f in fields]))
        params = tuple([Param(f.name, t, f.span) for f, t in zip(fields, types)])
        ctors.append(Ctor(made.qname, entry.qname, params, ()))
    record = isinstance(decl, syn.RecordDecl)
    world.datas[entry.qname] = Data(entry.qname, decl.tparams, tuple(ctors), record, decl.span, None, "\n".join(decl.doc))


def _fields(ctx: Ctx, ctor: str, fields: tuple[syn.Param, ...]) -> list[RType]:
    distinct(ctx, fields, "field")
    env: dict[str, Term] = {}
    shapes: list[RType] = []
    for f in fields:
        ctx.names.add(f.name)
        shape = resolve(ctx, f.type, dict(env), f"a field of `{ctor}`")
        env[f.name] = mk_var(f.name, shape.type)
        shapes.append(shape)
    return shapes


def _drop_broken(world: World) -> None:
    """A type that mentions a broken one is broken too."""
    users: dict[str, list[TypeEntry]] = {}
    for entry in world.type_entries.values():
        if entry.ctx is not None:
            for dep in entry.ctx.deps:
                users.setdefault(dep, []).append(entry)
    queue = [e for e in world.type_entries.values() if e.broken]
    while queue:
        entry = queue.pop()
        world.datas.pop(entry.qname, None)
        world.fns.pop(valid_name(entry.qname), None)
        for made in entry.scope.own.values():
            if made.data == entry.qname:
                made.broken = True
                world.ctors.pop(made.qname, None)
        for user in users.get("type " + entry.qname, ()):
            if not user.broken:
                user.broken = True
                queue.append(user)


# ---------------------------------------------------------------- validity


def _settle_validity(world: World) -> None:
    """Least fixpoint: a type carries validity where a field is refined or holds a type that does."""
    changed = True
    while changed:
        changed = False
        world.valid_types.clear()
        for name in world.datas:
            entry = world.type_entries[name]
            if name not in world.valid and any(s.refined or has_validity(world, s.type) for fs in entry.fields.values() for _, s, _ in fs):
                world.valid.add(name)
                changed = True
    world.valid_types.clear()


def build_invariants(world: World) -> None:
    """Constructor invariants and validity fns; aliases become declared refinements."""
    for entry in world.type_entries.values():
        if entry.broken:
            continue
        try:
            if entry.is_alias:
                _declared_refinement(world, entry)
            else:
                _invariants(world, entry)
        except Stop:
            entry.broken = True
    _drop_broken(world)


def _declared_refinement(world: World, entry: TypeEntry) -> None:
    assert entry.alias is not None
    if not entry.alias.refined:
        return
    ctx = entry.ctx
    assert ctx is not None
    assert isinstance(entry.decl, syn.TypeDecl)
    assert entry.decl.alias is not None
    node = entry.decl.alias
    name = node.var if isinstance(node, syn.TypeRefine) else "value"
    own = Ctx(world, entry.scope, entry.tparams)
    own.names.add(name)
    clauses = tuple(clauses_of(own, entry.alias, name, node.span))
    ctx.deps |= own.deps
    span = node.pred.span if isinstance(node, syn.TypeRefine) else node.span
    world.refinements.append(Refinement(entry.qname, Param(name, entry.alias.type, span), clauses, entry.decl.span))


def _invariants(world: World, entry: TypeEntry) -> None:
    data = world.datas[entry.qname]
    ctx = entry.ctx
    assert ctx is not None
    ctors: list[Ctor] = []
    for ctor in data.ctors:
        fields = entry.fields[ctor.name.rsplit(".", 1)[-1]]
        found = [c for name, shape, span in fields if shape.refined for c in clauses_of(ctx, shape, name, span)]
        ctors.append(replace(ctor, invariants=tuple([c for c in found if c.origin.value == "refinement"])))
    for ctor in ctors:
        world.ctors[ctor.name] = ctor
    valid = valid_name(entry.qname) if entry.qname in world.valid else None
    world.datas[entry.qname] = replace(data, ctors=tuple(ctors), valid=valid)
    if valid is not None:
        _validity_fn(world, entry, ctx)


def _validity_fn(world: World, entry: TypeEntry, ctx: Ctx) -> None:
    data = world.datas[entry.qname]
    type = mk_type(data.name, *[mk_tvar(p) for p in data.tparams])
    own = Ctx(world, entry.scope, data.tparams)
    name = own.fresh("value")
    subject = mk_var(name, type)
    body: Term | None = None
    for ctor in reversed(data.ctors):
        holds = mk_and(_ctor_holds(own, ctor, subject))
        body = holds if body is None else mk(Op.IF, None, (mk_is(ctor.name, subject), holds, body), BOOL)
    assert body is not None
    own.deps |= ctx.deps
    fn = valid_name(data.name)
    world.fns[fn] = Fn(
        fn,
        data.tparams,
        (Param(name, type, entry.decl.name_span),),
        BOOL,
        (),
        (),
        (),
        None,
        body,
        False,
        frozenset(),
        entry.decl.span,
        entry.decl.name_span,
        True,
        f"What holds of every `{entry.name}`.",
    )
    world.deps[fn] = frozenset(own.deps)
    world.calls[fn] = frozenset(own.calls | ctx.calls)


def _ctor_holds(ctx: Ctx, ctor: Ctor, subject: Term) -> list[Term]:
    parts: list[Term] = []
    fields: dict[Term, Term] = {mk_var(f.name, f.type): mk_sel(ctor.name, i, subject, f.type) for i, f in enumerate(ctor.fields)}
    for f in ctor.fields:
        value = fields[mk_var(f.name, f.type)]
        known = invariant(ctx, f.type, value)
        if known is not None:
            parts.append(known)
        parts.extend(subst(c.pred, fields) for c in ctor.invariants if c.subject == f.name)
    return parts
