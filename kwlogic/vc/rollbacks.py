"""Rollbacks: what undoes a kernel may be started with what the kernel took and yielded."""

from __future__ import annotations

from dataclasses import replace

from kwlogic.compose.contract import Value, contract_at
from kwlogic.core.program import Kernel, Origin
from kwlogic.core.terms import mk_var
from kwlogic.vc.build import Maker, clause_hyps
from kwlogic.vc.compositions_play import Played, Scripted, as_said
from kwlogic.vc.compositions_words import one_line
from kwlogic.vc.context import Context
from kwlogic.vc.data import Goal, Kind


def rolled_back(context: Context, maker: Maker, kernel: Kernel) -> None:
    """An obligation for each clause that the rollback requires."""
    undo = context.program.kernels.get(kernel.rollback or "")
    if undo is None or undo.tparams:
        return
    ports = {p.name: mk_var(p.name, p.type) for p in (*kernel.inputs, *kernel.outputs)}
    if any(p.name not in ports for p in undo.inputs):
        return
    hyps = (*clause_hyps("requires", kernel.requires), *clause_hyps("ensures", kernel.ensures))
    free = tuple(ports.values())
    script = Scripted(Played(tuple(Value(v) for v in free), as_said(hyps)))
    for i, clause, term in contract_at(undo, (), {p.name: ports[p.name] for p in undo.inputs}).requires():
        if clause.origin is Origin.INVARIANT:
            continue
        last = undo.name.rsplit(".", 1)[-1]
        detail = f"the rollback `{last}` requires `{one_line(clause.text)}` of what `{kernel.name.rsplit('.', 1)[-1]}` took and yielded"
        made = maker.add(
            Kind.LINK,
            Goal.VALID,
            kernel.name_span,
            hyps,
            term,
            text=clause.text,
            label=clause.label,
            detail=detail,
            vars=free,
            number=f"rollback.{i + 1}",
        )
        maker.made[-1] = replace(made, play=script, related=((clause.span, f"`{last}` requires this"),))
