"""``refine a by b``: b may stand wherever a does. Obligations between two contracts, and what already rules it out.

Compatible ports, a weaker or equal ``requires``, stronger or equal ``ensures``, no new failures, no new resources.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from kwlogic.compose.contract import At, Failing, Value, contract_at
from kwlogic.compose.facts import facts_of
from kwlogic.core.program import ExprBody, Kernel, Origin, Refine
from kwlogic.core.terms import FALSE, TRUE, Term, mk_call, mk_sel, mk_var
from kwlogic.core.types import Type, mk_tvar, show_type, subst_type, tuple_of
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Label, Span
from kwlogic.vc.build import Maker
from kwlogic.vc.compositions_play import Played, Scripted, as_said, behind
from kwlogic.vc.compositions_words import one_line
from kwlogic.vc.context import Context
from kwlogic.vc.data import Goal, Hyp, Kind


def refine_obligations(context: Context, refine: Refine) -> tuple[Maker, tuple[Diagnostic, ...]]:
    program = context.program
    maker = Maker(context, refine.name, before=refine.concrete)
    abstract, concrete = program.kernels[refine.abstract], program.kernels[refine.concrete]
    problems = (*_ports(refine, abstract, concrete), *_resources(context, refine, abstract, concrete))
    if not problems:
        _Refines(context, maker, refine, abstract, concrete).run()
    return maker, problems


# ---------------------------------------------------------------- ports and resources


def _ports(refine: Refine, abstract: Kernel, concrete: Kernel) -> tuple[Diagnostic, ...]:
    if len(abstract.tparams) != len(concrete.tparams):
        return (
            _unfit(refine, f"{short(abstract)} and {short(concrete)} have different numbers of type parameters", concrete.name_span, ""),
        )
    types = _types(abstract, concrete)
    sides = (
        ("takes", concrete, concrete.inputs, abstract, abstract.inputs),
        ("yields", abstract, abstract.outputs, concrete, concrete.outputs),
    )
    found: list[Diagnostic] = []
    for verb, asker, wanted, giver, given in sides:
        there = {p.name: p for p in given}
        for port in wanted:
            other = there.get(port.name)
            kind = subst_type(port.type, types)
            if other is None:
                where = f"`{port.name}`, which {short(giver)} has not among its {'inputs' if verb == 'takes' else 'outputs'}"
                found.append(_unfit(refine, f"{short(asker)} {verb} {where}", port.span, f"`{port.name}` of {short(asker)}"))
            elif subst_type(other.type, types) is not kind:
                message = f"{short(asker)} {verb} `{port.name}: {show_type(kind)}`, but in {short(giver)} it is `{show_type(other.type)}`"
                found.append(_unfit(refine, message, port.span, f"`{port.name}` of {short(asker)}", other.span))
    return tuple(found)


def _unfit(refine: Refine, message: str, place: Span, words: str, other: Span | None = None) -> Diagnostic:
    labels = [Label(place, words)] + ([Label(other, "and here")] if other is not None else [])
    help = "what stands in for a kernel takes at most its inputs and yields at least its outputs; rename ports in a composition"
    return diagnostic("KW422", message, refine.span, "the ports do not fit", *labels, help=help)


def _resources(context: Context, refine: Refine, abstract: Kernel, concrete: Kernel) -> tuple[Diagnostic, ...]:
    facts = facts_of(context.program)
    a, b = facts(abstract.name), facts(concrete.name)
    extra = {"writes": b.writes - a.writes, "reads": b.reads - a.reads - a.writes}
    found: list[Diagnostic] = []
    for verb, names in extra.items():
        if names:
            listed = ", ".join(f"`{n.rsplit('.', 1)[-1]}`" for n in sorted(names))
            found.append(
                diagnostic(
                    "KW423",
                    f"{short(concrete)} {verb} {listed}, and {short(abstract)} does not",
                    refine.span,
                    "touches more",
                    Label(concrete.name_span, f"{verb} {listed}"),
                    Label(abstract.name_span, f"declared without `{verb} {listed.replace('`', '')}`"),
                    help=f"add it to {short(abstract)} if whoever uses that may live with it",
                )
            )
    return tuple(found)


# ---------------------------------------------------------------- contracts


def _types(abstract: Kernel, concrete: Kernel) -> dict[str, Type]:
    """The type parameters of the concrete kernel are those of the abstract one, in order."""
    return dict(zip(concrete.tparams, (mk_tvar(t) for t in abstract.tparams)))


@dataclass(slots=True)
class _Refines:
    context: Context
    maker: Maker
    refine: Refine
    abstract: Kernel
    concrete: Kernel

    def run(self) -> None:
        a, b, values = self.contracts()
        failing = Failing(self.context.program.kernels)
        requires = tuple(Hyp(f"requires:{i}", t) for i, _, t in a.requires())
        for i, clause, term in b.requires():
            if clause.origin is not Origin.INVARIANT:
                detail = f"{short(self.concrete)} requires `{one_line(clause.text)}`, which must follow from what {short(self.abstract)} requires"
                self.add(f"requires.{i + 1}", requires, term, detail, clause.text, clause.span, clause.label, values)
        said = (*requires, *(Hyp(f"part:0:{i}:{self.concrete.name}", t) for i, _, t in b.ensures()))
        for i, clause, term in a.ensures():
            if clause.origin is not Origin.INVARIANT:
                detail = (
                    f"{short(self.abstract)} ensures `{one_line(clause.text)}`, which must follow from what {short(self.concrete)} ensures"
                )
                self.add(f"ensures.{i + 1}", said, term, detail, clause.text, clause.span, clause.label, values)
        fails = b.fails(failing(self.concrete.name))
        if fails is not FALSE and (allowed := a.fails(failing(self.abstract.name))) is not TRUE:
            detail = f"{short(self.concrete)} may fail, which {short(self.abstract)} does not allow there"
            place = self.concrete.fails[0].span if self.concrete.fails else self.concrete.name_span
            self.add("fails", (*requires, Hyp("fails:0", fails)), allowed, detail, None, place, None, values)
        if not self.maker.made:
            self.maker.add(Kind.REFINE, Goal.VALID, self.refine.span, detail="nothing is required or ensured")

    def contracts(self) -> tuple[At, At, tuple[Value, ...]]:
        """Both contracts at the same wires, and how these come by their values."""
        types = _types(self.abstract, self.concrete)
        given = {p.name: mk_var(p.name, p.type) for p in self.abstract.inputs}
        out = {p.name: self.output(p.name, subst_type(p.type, types), given) for p in self.concrete.outputs}
        a = contract_at(self.abstract, tuple(mk_tvar(t) for t in self.abstract.tparams), {**given, **out})
        b = contract_at(self.concrete, tuple(types[t] for t in self.concrete.tparams), {**given, **out})
        values = [Value(v) for v in given.values()]
        if isinstance(self.concrete.body, ExprBody):
            values += self.run_values(given, out, types)
        else:
            values += [Value(v) for v in out.values()]
        return a, b, tuple(values)

    def output(self, name: str, type: Type, given: dict[str, Term]) -> Term:
        return mk_var(name if name not in given else f"{name}'", type)

    def run_values(self, given: dict[str, Term], out: dict[str, Term], types: dict[str, Type]) -> list[Value]:
        concrete = self.concrete
        args = tuple(given[p.name] for p in concrete.inputs)
        targs = tuple(types[t] for t in concrete.tparams)
        kinds = tuple(out[p.name].type for p in concrete.outputs)
        call = mk_call(concrete.name, targs, args, kinds[0] if len(kinds) == 1 else tuple_of(*kinds))
        parts = [call] if len(kinds) == 1 else [mk_sel("Tuple", i, call, t) for i, t in enumerate(kinds)]
        return [Value(out[p.name], t, TRUE, concrete.name) for p, t in zip(concrete.outputs, parts, strict=True)]

    def add(
        self,
        number: str,
        hyps: tuple[Hyp, ...],
        goal: Term,
        detail: str,
        text: str | None,
        place: Span,
        label: str | None,
        values: tuple[Value, ...],
    ) -> None:
        given = (mk_var(p.name, p.type) for p in self.abstract.inputs)
        needed = behind({v.var: v for v in values}, (*given, *(h.term for h in hyps), goal))
        free = tuple(v.var for v in needed if v.term is None)
        made = self.maker.add(
            Kind.REFINE, Goal.VALID, self.refine.span, hyps, goal, text=text, label=label, detail=detail, vars=free, number=number
        )
        self.maker.made[-1] = replace(made, play=Scripted(Played(needed, as_said(hyps))), related=((place, "this clause"),))


def short(kernel: Kernel) -> str:
    return f"`{kernel.name.rsplit('.', 1)[-1]}`"
