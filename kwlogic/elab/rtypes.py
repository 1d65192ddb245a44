"""Written types: a core type, and beside it the refinements that the core type forgets.

A refinement's predicate is elaborated when somebody first asks for it, since it may call functions whose
signatures are not settled when types are. Instances of a parametric alias share one elaborated predicate.
"""

from __future__ import annotations

from collections.abc import Mapping

from kwlogic.core.terms import Term, mk_var
from kwlogic.core.types import BOOL, INT, REAL, STRING, UNIT, Type, mk_type, subst_type
from kwlogic.core.walk import subst, subst_types
from kwlogic.elab.context import Ctx, Env
from kwlogic.elab.names import BUILTIN_TYPES, module_named, spoilt, type_candidates
from kwlogic.elab.state import Scope, Stop, TypeEntry
from kwlogic.elab.suggest import ENOUGH, counted, did_you_mean, listed
from kwlogic.source.data import Label, Span
from kwlogic.syntax import data as syn

ATOMS = {"Int": INT, "Real": REAL, "Bool": BOOL, "String": STRING, "Unit": UNIT}


class Pred:
    """``{x: T | p}`` as written; ``core`` is (variable, predicate), elaborated once."""

    __slots__ = ("_busy", "_core", "_failed", "base", "ctx", "env", "node")

    def __init__(self, node: syn.TypeRefine, ctx: Ctx, env: Env, base: Type) -> None:
        self.node = node
        self.ctx = ctx
        self.env = env
        self.base = base
        self._core: tuple[Term, Term] | None = None
        self._failed = False
        self._busy = False

    def core(self) -> tuple[Term, Term]:
        if self._core is None:
            if self._failed:
                raise Stop
            self._failed = True
            if self._busy:
                self.ctx.fail("KW328", "this refinement needs its own predicate to be stated", self.node.span, "refers to itself")
            self._busy = True
            try:
                self._failed = False
                self._core = self._elaborate()
            except Stop:
                self._failed = True
                raise
            finally:
                self._busy = False
        return self._core

    def _elaborate(self) -> tuple[Term, Term]:
        from kwlogic.elab.finish import closed_predicate

        var = mk_var(self.ctx.fresh(self.node.var), self.base)
        return var, closed_predicate(self.ctx, {**self.env, self.node.var: var}, self.node.pred)


class RType:
    """``preds`` hold of the value itself; ``args`` (parallel to the type's) only where something inside is refined."""

    __slots__ = ("args", "preds", "type")

    def __init__(self, type: Type, preds: tuple[tuple[Pred, Mapping[str, Type]], ...] = (), args: tuple[RType, ...] = ()) -> None:
        self.type = type
        self.preds = preds
        self.args = args if any(a.refined for a in args) else ()

    @property
    def refined(self) -> bool:
        return bool(self.preds or self.args)


def pred_at(pred: Pred, inst: Mapping[str, Type], subject: Term) -> Term:
    """The predicate of a value."""
    var, term = pred.core()
    if inst:
        var, term = mk_var(var.data, subst_type(var.type, inst)), subst_types(term, inst)
    return subst(term, {var: subject})


def instantiate(shape: RType, env: Mapping[str, RType]) -> RType:
    """Put refined types for type variables."""
    if not env:
        return shape
    if shape.type.is_var:
        found = env.get(shape.type.head)
        if found is None:
            return shape
        return RType(found.type, (*found.preds, *_inst(shape, env)), found.args)
    if shape.args:
        args = tuple([instantiate(a, env) for a in shape.args])
    else:
        args = tuple([_spread(a, env) for a in shape.type.args])
    type = mk_type(shape.type.head, *[a.type for a in args])
    return RType(type, _inst(shape, env), args)


def _inst(shape: RType, env: Mapping[str, RType]) -> tuple[tuple[Pred, Mapping[str, Type]], ...]:
    types = {n: r.type for n, r in env.items()}
    return tuple([(p, {**types, **{k: subst_type(t, types) for k, t in old.items()}} if old else types) for p, old in shape.preds])


def _spread(t: Type, env: Mapping[str, RType]) -> RType:
    """An unrefined type with refined ones put for its variables."""
    if not t.has_vars:
        return RType(t)
    if t.is_var:
        return env.get(t.head) or RType(t)
    args = tuple([_spread(a, env) for a in t.args])
    return RType(mk_type(t.head, *[a.type for a in args]), (), args)


# ---------------------------------------------------------------- resolving what is written


def resolve(ctx: Ctx, t: syn.TypeExpr, env: Env, place: str = "") -> RType:
    """The written type. ``env``: variables that an inline refinement may mention. ``place`` names where functions
    are not allowed ("a port"), empty where they are."""
    if isinstance(t, syn.TypeName):
        return _named(ctx, t, env)
    if isinstance(t, syn.TypeTuple):
        items = tuple([resolve(ctx, i, env, "a tuple") for i in t.items])
        return RType(mk_type("Tuple", *[i.type for i in items]), (), items)
    if isinstance(t, syn.TypeRefine):
        base = resolve(ctx, t.base, env, "a refinement")
        return RType(base.type, (*base.preds, (Pred(t, ctx, env, base.type), {})), base.args)
    return _function(ctx, t, env, place)


def _function(ctx: Ctx, t: syn.TypeFun, env: Env, place: str) -> RType:
    if place:
        ctx.fail(
            "KW308",
            f"{place} cannot hold a function",
            t.span,
            "a function type",
            help="functions are parameters of a `fn` or a `lemma` only",
        )
    parts = [resolve(ctx, p, env, "a function's parameter") for p in t.params]
    parts.append(resolve(ctx, t.result, env, "a function's result"))
    for shape, node in zip(parts, (*t.params, t.result)):
        if shape.refined:
            ctx.fail(
                "KW315",
                "a refinement inside a function type is not supported",
                node.span,
                "refined",
                help="use the plain type here, and state what must hold as a `requires`",
            )
    return RType(mk_type("Fun", *[p.type for p in parts]))


def _named(ctx: Ctx, t: syn.TypeName, env: Env) -> RType:
    name = t.name.parts[-1]
    if len(t.name.parts) == 1:
        var = ctx.tvars.get(name)
        if var is not None:
            _arity(ctx, t, name, 0, None)
            return RType(var)
        atom = ATOMS.get(name)
        if atom is not None and name not in ctx.scope.types and not t.args:
            return RType(atom)
        found = type_candidates(ctx.world, ctx.scope, name)
    else:
        found = _qualified_type(ctx, t)
    if found:
        return _declared(ctx, t, found[0], env)
    if len(t.name.parts) == 1 and name in BUILTIN_TYPES:
        return _builtin(ctx, t, name, env)
    return _unknown_type(ctx, t, name)


def _builtin(ctx: Ctx, t: syn.TypeName, name: str, env: Env) -> RType:
    _arity(ctx, t, name, BUILTIN_TYPES[name], None)
    args = tuple([resolve(ctx, a, env, f"a `{name}`") for a in t.args])
    return RType(ATOMS.get(name) or mk_type(name, *[a.type for a in args]), (), args)


def _unknown_type(ctx: Ctx, t: syn.TypeName, name: str) -> RType:
    if spoilt(ctx.scope, name):
        raise Stop
    pool = {*ctx.tvars, *ctx.scope.types, *ctx.scope.used_types, *ctx.world.std_types, *BUILTIN_TYPES}
    help = did_you_mean(name, pool) if len(ctx.world.diagnostics) < ENOUGH else None
    if help is None:
        for scope in ctx.world.scopes.values():
            if name in scope.types:
                help = f"module `{scope.name}` has a type `{name}`: add `use {scope.name} ({name})`"
                break
    ctx.fail("KW203", f"there is no type `{name}` in scope", t.name.span, "unknown type", help=help)


def _qualified_type(ctx: Ctx, t: syn.TypeName) -> tuple[TypeEntry, ...]:
    parts = list(t.name.parts)
    scope: Scope | None = module_named(ctx, parts[:-1], t.name.span)
    if scope is None:
        module = ".".join(parts[:-1])
        ctx.fail("KW204", f"there is no module `{module}`", t.name.span, help=did_you_mean(module, ctx.world.scopes))
    found = scope.types.get(parts[-1])
    if found is None:
        if spoilt(scope, parts[-1]):
            raise Stop
        help = did_you_mean(parts[-1], scope.types)
        ctx.fail("KW206", f"module `{scope.name}` has no type named `{parts[-1]}`", t.name.span, help=help)
    return (found,)


def _arity(ctx: Ctx, t: syn.TypeName, name: str, wanted: int, entry: TypeEntry | None) -> None:
    if len(t.args) == wanted:
        return
    more = () if entry is None else (Label(entry.decl.name_span, "declared here"),)
    shape = f"`{name}`" if wanted == 0 else f"`{name}[{', '.join(entry.tparams if entry else _PARAMS[name])}]`"
    takes = "takes no type arguments" if wanted == 0 else f"takes {counted(wanted, 'type argument')}"
    ctx.fail("KW309", f"`{name}` {takes}, and {len(t.args)} {'is' if len(t.args) == 1 else 'are'} given", t.span, f"write {shape}", *more)


_PARAMS = {"List": ("a",), "Set": ("a",), "Option": ("a",), "Map": ("k", "v")}


def _declared(ctx: Ctx, t: syn.TypeName, entry: TypeEntry, env: Env) -> RType:
    if entry.broken:
        raise Stop
    _arity(ctx, t, entry.name, len(entry.tparams), entry)
    args = tuple([resolve(ctx, a, env, f"a `{entry.name}`") for a in t.args])
    ctx.deps.add("type " + entry.qname)
    if entry.is_alias:
        return instantiate(alias_of(entry, ctx, t.span), dict(zip(entry.tparams, args)))
    for shape, node in zip(args, t.args):
        if shape.refined:
            ctx.fail(
                "KW315",
                f"a refinement inside the arguments of `{entry.name}` is not supported",
                node.span,
                "refined",
                Label(entry.decl.name_span, "declared here"),
                help="use the plain type here and state what must hold as a clause; `List`, `Set`, `Map`, `Option` and tuples may hold refined types",
            )
    return RType(mk_type(entry.qname, *[a.type for a in args]), (), args)


def alias_of(entry: TypeEntry, ctx: Ctx, span: Span) -> RType:
    """What an alias stands for; aliases that stand for each other are an error at the first."""
    if entry.broken:
        raise Stop
    if entry.alias is not None:
        return entry.alias
    assert isinstance(entry.decl, syn.TypeDecl)
    assert entry.decl.alias is not None
    own = Ctx(ctx.world, entry.scope, entry.tparams)
    if entry.busy:
        entry.broken = True
        ctx.fail(
            "KW328",
            f"the alias `{entry.name}` stands for itself",
            entry.decl.name_span,
            "this alias",
            Label(span, "which is used here"),
            help="give it constructors (`type T = Leaf | Node(left: T, right: T)`) to make it a recursive data type",
        )
    entry.busy, entry.ctx = True, own
    try:
        entry.alias = resolve(own, entry.decl.alias, {}, f"the alias `{entry.name}`")
        if entry.broken:
            raise Stop
    except Stop:
        entry.broken = True
        raise
    finally:
        entry.busy = False
    return entry.alias


def tparams_of(ctx: Ctx, names: tuple[str, ...], span: Span) -> None:
    """Type parameters are distinct."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            ctx.fail("KW202", f"the type parameter `{name}` is named twice", span, f"of {listed(names)}")
        seen.add(name)
