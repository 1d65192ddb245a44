"""Looking names up: own module first, then what ``use`` brings in, then the standard library and the primitives.

A module's own name shadows all others; only inside ``std`` do the candidates add up, since the library overloads
its own names across its modules. An overloaded name yields several candidates, which ``elab.calls`` tells apart.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kwlogic.core.prims import PRIMS
from kwlogic.core.types import mk_tvar, option_of, type_vars
from kwlogic.elab.state import Entry, Scope, Sig, Stop, TypeEntry, World
from kwlogic.elab.suggest import ENOUGH, did_you_mean
from kwlogic.source.data import Span
from kwlogic.syntax import data as syn

if TYPE_CHECKING:
    from kwlogic.elab.context import Ctx, Env

_A = mk_tvar("a")
NONE = Entry("ctor", "None", "None", "", sig=Sig(("a",), (), (), option_of(_A)))
SOME = Entry("ctor", "Some", "Some", "", sig=Sig(("a",), ("value",), (_A,), option_of(_A)))
KINDS = {"fn": "function", "prim": "function", "ctor": "constructor", "kernel": "kernel", "lemma": "lemma"}
BUILTIN_TYPES = {"Int": 0, "Real": 0, "Bool": 0, "String": 0, "Unit": 0, "List": 1, "Set": 1, "Map": 2, "Option": 1}


def _prim_entries() -> dict[str, tuple[Entry, ...]]:
    table: dict[str, tuple[Entry, ...]] = {"None": (NONE,), "Some": (SOME,)}
    for prim in PRIMS.values():
        if prim.surface:
            tparams = tuple(sorted({v for p in (*prim.params, prim.result) for v in type_vars(p)}))
            sig = Sig(tparams, (), prim.params, prim.result)
            table[prim.surface] = (*table.get(prim.surface, ()), Entry("prim", prim.surface, prim.name, "", sig=sig))
    return table


PRIM_ENTRIES = _prim_entries()


def candidates(world: World, scope: Scope, name: str) -> tuple[Entry, ...]:
    """All meanings of a value name at module level, nearest first; empty where there is none."""
    found = scope.cache.get(name)
    if found is None:
        found = scope.cache[name] = _candidates(world, scope, name)
    return found


def _candidates(world: World, scope: Scope, name: str) -> tuple[Entry, ...]:
    own = scope.own.get(name)
    if own is not None and not scope.std:
        return (own,)
    used = scope.used.get(name, ())
    foreign = tuple(dict.fromkeys(e for e in used if not e.std))
    if foreign:
        return foreign
    std = world.std_values.get(name, ())
    tiers = (*((own,) if own else ()), *used, *std, *PRIM_ENTRIES.get(name, ()))
    return tuple(dict.fromkeys(tiers))


def type_candidates(world: World, scope: Scope, name: str) -> tuple[TypeEntry, ...]:
    own = scope.types.get(name)
    if own is not None:
        return (own,)
    return tuple(dict.fromkeys(scope.used_types.get(name) or world.std_types.get(name, ())))


def parts_of(e: syn.Expr) -> list[str] | None:
    """``a.b.c`` as its parts, where the expression is nothing but dots and names."""
    parts: list[str] = []
    while isinstance(e, syn.Field):
        parts.append(e.name)
        e = e.subject
    if not isinstance(e, syn.Name):
        return None
    parts.append(e.name)
    return parts[::-1]


def module_named(ctx: Ctx, parts: list[str], span: Span) -> Scope | None:
    """The module of a qualified name; one that exists but is not used is an error that says so."""
    name = ".".join(parts)
    scope = ctx.world.scopes.get(name)
    if scope is not None and not (scope.std or scope is ctx.scope or name in ctx.scope.uses):
        ctx.fail("KW207", f"module `{name}` is not used here", span, help=f"add `use {name}` at the top of the file")
    return scope


def resolve_name(ctx: Ctx, name: syn.QName, what: str) -> tuple[Entry, ...]:
    """Meanings of a possibly qualified name, an error where there is none."""
    if len(name.parts) == 1:
        found = candidates(ctx.world, ctx.scope, name.parts[0])
        if not found:
            unknown(ctx, {}, name.parts[0], name.span, what)
        return found
    return qualified(ctx, list(name.parts), name.span, what)


def qualified(ctx: Ctx, parts: list[str], span: Span, what: str) -> tuple[Entry, ...]:
    scope = module_named(ctx, parts[:-1], span)
    if scope is None:
        module = ".".join(parts[:-1])
        help = did_you_mean(module, ctx.world.scopes)
        ctx.fail("KW204", f"there is no module `{module}`", span, "unknown module", help=help)
    own = scope.own.get(parts[-1])
    if own is not None:
        return (own,)
    if scope is not ctx.scope and spoilt(scope, parts[-1]):
        raise Stop
    return ctx.fail(
        "KW206",
        f"module `{scope.name}` has no {what} named `{parts[-1]}`",
        span,
        help=did_you_mean(parts[-1], scope.own),
    )


def expression_entries(ctx: Ctx, env: Env, e: syn.Expr) -> tuple[Entry, ...] | None:
    """Module-level meanings of a name in an expression; None where it is a local variable or no name at all."""
    if isinstance(e, syn.Name):
        if e.name in env:
            return None
        found = candidates(ctx.world, ctx.scope, e.name)
        if not found:
            unknown(ctx, env, e.name, e.span, "name")
        return found
    parts = parts_of(e) if isinstance(e, syn.Field) else None
    if parts is None or parts[0] in env:
        return None
    if any(n == parts[0] or n.startswith(parts[0] + ".") for n in ctx.world.scopes):
        if ".".join(parts[:-1]) in ctx.world.scopes:
            return qualified(ctx, parts, e.span, "name")
        if len(parts) > 2 and ".".join(parts[:-2]) in ctx.world.scopes:
            return None
        if not candidates(ctx.world, ctx.scope, parts[0]):
            return qualified(ctx, parts, e.span, "name")
    return None


def unknown(ctx: Ctx, env: Env, name: str, span: Span, what: str) -> None:
    """Say that nothing has this name; silent where a syntax error ate its declaration."""
    if spoilt(ctx.scope, name):
        raise Stop
    if name in ctx.hidden:
        ctx.fail("KW214", f"`{name}` {ctx.hidden[name]}", span, "not visible here")
    help = None
    if len(ctx.world.diagnostics) < ENOUGH:
        help = did_you_mean(name, {*env, *ctx.scope.own, *ctx.scope.used, *ctx.world.std_values, *PRIM_ENTRIES}) or _elsewhere(ctx, name)
    if help is None and "result" in env:
        help = "the value of a `fn` is called `result` in its `ensures`"
    ctx.fail("KW201", f"there is no {what} `{name}` in scope", span, "unknown name", help=help)


def _elsewhere(ctx: Ctx, name: str) -> str | None:
    for scope in ctx.world.scopes.values():
        if name in scope.own and not scope.std:
            return f"module `{scope.name}` has a `{name}`: add `use {scope.name} ({name})`"
    if name in ctx.scope.types or name in BUILTIN_TYPES:
        return f"`{name}` is a type, not a value"
    return None


def spoilt(scope: Scope, name: str) -> bool:
    """Whether something said before explains that ``name`` is missing: a module that is not there, or a declaration
    that the text has though the tree does not, since it did not parse."""
    if name in scope.lost or scope.lost_all:
        return True
    if name in scope.own or name in scope.types:
        return False
    if scope.written is None:
        scope.written = written_names(scope.source.text)
    return name in scope.written


DECLARED = re.compile(r"\b(?:fn|kernel|lemma|theorem|axiom|type|record|resource)\s+([A-Za-z_][\w']*)", re.ASCII)
VARIANTS = re.compile(r"^\s*type\b.*(?:\n\s*\|.*)*", re.MULTILINE)
VARIANT = re.compile(r"[=|]\s*([A-Z][\w']*)", re.ASCII)


def written_names(text: str) -> frozenset[str]:
    """Names that the text declares, whether or not it parses there."""
    variants = (n for block in VARIANTS.findall(text) for n in VARIANT.findall(block))
    return frozenset((*DECLARED.findall(text), *variants))
