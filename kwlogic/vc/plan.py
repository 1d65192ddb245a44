"""From a program to everything that must be shown of it: obligations, lints, and what could not even be posed.

The entry of the package. Each kind of declaration has its own file; nothing is proved here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kwlogic.core.program import Program, Refinement
from kwlogic.source.data import Diagnostic
from kwlogic.source.records import dataclass
from kwlogic.vc.build import Maker
from kwlogic.vc.context import Context
from kwlogic.vc.data import Goal, Lint, Obligation, Plan, Unknown
from kwlogic.vc.examples import example_obligations
from kwlogic.vc.functions import fn_obligations
from kwlogic.vc.inhabited import data_obligations, refinement_obligations
from kwlogic.vc.kernels import kernel_obligations
from kwlogic.vc.lemmas import lemma_obligations

CIRCULAR = "KW514"


@dataclass(frozen=True, slots=True)
class Part:
    """What one declaration contributes."""

    obligations: tuple[Obligation, ...]
    lints: tuple[Lint, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def plan(program: Program, declarations: Iterable[str] | None = None) -> tuple[Plan, tuple[Diagnostic, ...]]:
    """The obligations and lints of the declarations (of all, where none are named), in source order."""
    context = Context(program)
    wanted = None if declarations is None else set(declarations)
    parts = [_part(context, n) for n in names_of(program) if wanted is None or n in wanted]
    obligations = tuple(o for p in parts for o in p.obligations)
    return Plan(obligations, tuple(x for p in parts for x in p.lints)), tuple(d for p in parts for d in p.diagnostics)


def obligations_of(program: Program, name: str) -> Part:
    """One declaration's part of the plan."""
    return _part(Context(program), name)


def names_of(program: Program) -> list[str]:
    """All declarations in source order, module by module; refinement types stand where they are declared."""
    listed = [n for m in program.modules.values() for n in m.decls]
    seen = set(listed)
    extra = [n for n in (*program.examples, *program.refines, *(r.name for r in program.refinements)) if n not in seen]
    return list(dict.fromkeys((*listed, *extra)))


def _part(context: Context, name: str) -> Part:
    part = _posed(context, name)
    if any(d.code == CIRCULAR for d in part.diagnostics):
        return replace(part, obligations=tuple(map(_leaning, part.obligations)))
    return part


def _leaning(obligation: Obligation) -> Obligation:
    """Nothing about a declaration whose proof leans on itself is shown, whatever a prover would say."""
    return replace(obligation, ask=Goal.GIVEN, given=Unknown("its proof would lean on itself"))


def _posed(context: Context, name: str) -> Part:
    program = context.program
    if name in program.fns:
        maker, lints, found = fn_obligations(context, program.fns[name])
        return Part(_sorted(maker), lints, found)
    if name in program.kernels:
        maker, lints, found = kernel_obligations(context, program.kernels[name])
        return Part(_sorted(maker), lints, found)
    if name in program.lemmas:
        maker, found = lemma_obligations(context, program.lemmas[name])
        return Part(_sorted(maker), (), found)
    if name in program.examples:
        return Part(_sorted(example_obligations(context, program.examples[name])))
    return _type_part(context, name)


def _type_part(context: Context, name: str) -> Part:
    program = context.program
    if name in program.datas:
        return Part(_sorted(data_obligations(context, program.datas[name])))
    if name in program.refines:
        from kwlogic.vc.refines import refine_obligations

        maker, problems = refine_obligations(context, program.refines[name])
        return Part(_sorted(maker), (), problems)
    found: list[Refinement] = [r for r in program.refinements if r.name == name]
    return Part(tuple(o for r in found for o in _sorted(refinement_obligations(context, r))))


def _sorted(maker: Maker) -> tuple[Obligation, ...]:
    """By place; the order of making decides where places are equal."""
    return tuple(sorted(maker.made, key=lambda o: (o.span.file, o.span.start)))
