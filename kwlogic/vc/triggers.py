"""Patterns for quantified facts, and the types at which a polymorphic fact is wanted."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from kwlogic.core.terms import Op, Term
from kwlogic.core.types import Type, subst_type
from kwlogic.core.walk import BINDERS, free_vars, subterms
from kwlogic.vc.theory import Fact

TypeEnv = dict[str, Type]
_PATTERN_OPS = frozenset((Op.CALL, Op.CON, Op.SEL, Op.APPLY, Op.VAR, Op.LIT))
_PATTERN_PRIMS = frozenset(("set.member", "set.add", "set.remove", "map.put", "map.get", "map.at", "set.union", "str.concat"))
MOST_ENVS = 6


def patterns(formula: Term, vars: tuple[Term, ...]) -> list[tuple[Term, ...]]:
    """Alternative patterns, each a group of terms that together mention all ``vars``; empty: let the solver choose.

    The conclusion's terms come first (left side of an equation before the right); groups of two only where no
    single term does.
    """
    wanted = frozenset(vars)
    candidates = _candidates(formula, wanted)
    singles = [c for c in candidates if wanted <= free_vars(c)]
    if singles:
        least = [c for c in singles if not any(o is not c and o in subterms(c) for o in singles)]
        return [(c,) for c in least[:3]]
    pairs = [p for p in combinations(candidates, 2) if wanted <= free_vars(p[0]) | free_vars(p[1])]
    if pairs:
        return list(pairs[:2])
    triples = [p for p in combinations(candidates[:8], 3) if wanted <= free_vars(p[0]) | free_vars(p[1]) | free_vars(p[2])]
    return list(triples[:1])


def _candidates(formula: Term, wanted: frozenset[Term]) -> list[Term]:
    conclusion = formula
    while conclusion.op is Op.IMPLIES:
        conclusion = conclusion.args[1]
    ordered: dict[Term, None] = {}
    for root in (conclusion, formula):
        for term in subterms(*(root.args if root.op is Op.EQ else (root,))):
            if term.op in (Op.CALL, Op.APPLY) or (term.op is Op.PRIM and term.data in _PATTERN_PRIMS):
                ordered[term] = None
    return [t for t in ordered if free_vars(t) & wanted and _is_pattern(t, wanted)]


def _is_pattern(term: Term, wanted: frozenset[Term]) -> bool:
    """Only uninterpreted structure around the variables: arithmetic and connectives do not match."""
    for part in subterms(term):
        if part.op in BINDERS:
            return False
        if part.op not in _PATTERN_OPS and free_vars(part) & wanted and not (part.op is Op.PRIM and part.data in _PATTERN_PRIMS):
            return False
    return True


def match_type(pattern: Type, type: Type, env: TypeEnv) -> TypeEnv | None:
    """Extend ``env`` so that ``pattern`` becomes ``type``."""
    if pattern.is_var:
        bound = env.get(pattern.head)
        return {**env, pattern.head: type} if bound is None else (env if bound is type else None)
    if pattern.head != type.head or type.is_var or len(pattern.args) != len(type.args):
        return None
    here: TypeEnv | None = env
    for a, b in zip(pattern.args, type.args, strict=True):
        here = match_type(a, b, here) if here is not None else None
    return here


def type_envs(fact: Fact, calls: dict[str, list[tuple[Type, ...]]], types: Iterable[Type]) -> list[TypeEnv]:
    """Type arguments at which the fact's calls occur in a problem (``calls``: name to type argument tuples)."""
    if not fact.tparams:
        return [{}]
    wanted = set(fact.tparams)
    envs: list[TypeEnv] = [{}]
    for name, targs in _call_types(fact.formula):
        if all(wanted <= env.keys() for env in envs):
            break
        envs = _extend(envs, targs, calls.get(name, []))
    if not fact.symbols:
        envs = _extend_vars(fact, list(types))
    return [e for e in envs if wanted <= e.keys()][:MOST_ENVS]


def _call_types(formula: Term) -> list[tuple[str, tuple[Type, ...]]]:
    return list(dict.fromkeys((t.data[0], t.data[1]) for t in subterms(formula) if t.op is Op.CALL))


def _extend(envs: list[TypeEnv], targs: tuple[Type, ...], instances: list[tuple[Type, ...]]) -> list[TypeEnv]:
    out: list[TypeEnv] = []
    for env in envs:
        if all(not subst_type(t, env).has_vars or t.head in env for t in targs) and targs and all(t.head in env for t in targs if t.is_var):
            out.append(env)
            continue
        for instance in instances:
            here: TypeEnv | None = env
            for pattern, type in zip(targs, instance, strict=True):
                here = match_type(pattern, type, here) if here is not None else None
            if here is not None and here not in out:
                out.append(here)
    return out or envs


def _extend_vars(fact: Fact, types: list[Type]) -> list[TypeEnv]:
    envs: list[TypeEnv] = [{}]
    for var in fact.vars:
        found = [e for env in envs for t in types if (e := match_type(var.type, t, env)) is not None]
        envs = list({tuple(sorted((k, id(v)) for k, v in e.items())): e for e in found}.values()) or envs
    return envs[:MOST_ENVS]
