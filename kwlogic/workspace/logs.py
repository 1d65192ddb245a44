"""``--log-dir``: every stage of a check as text files, one folder for each module (the solver adds its own scripts)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kwlogic.core.program import Program
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed
from kwlogic.vc.data import Obligation, Plan
from kwlogic.workspace.load import Loaded


def write_logs(folder: Path, loaded: Loaded, program: Program, plan: Plan) -> None:
    """Write the selected modules' formatted source, core and obligations; raises Diagnosed where that fails."""
    from kwlogic.syntax.format import format_module

    for name in loaded.wanted:
        source, module = loaded.modules[name]
        _write(folder / name / "1-formatted.kw", format_module(module, source))
        _write(folder / name / "2-core.txt", "".join(_core_lines(program, name)))
        obligations = [o for o in plan.obligations if o.module == name]
        _write(folder / name / "3-obligations.txt", "".join(map(_obligation_text, obligations)))


def prepare(folder: Path) -> None:
    """Make the folder before anything is proved, so that a wrong one is told at once."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Diagnosed(diagnostic("KW709", f"`{folder}` cannot be made: {error.strerror}")) from error


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise Diagnosed(diagnostic("KW709", f"`{path}` cannot be written: {error.strerror}")) from error


def _core_lines(program: Program, module: str) -> Iterator[str]:
    from kwlogic.core.program import ExprBody
    from kwlogic.core.show import show_term
    from kwlogic.core.types import show_type

    for name in program.modules[module].decls if module in program.modules else ():
        decl = program.fns.get(name) or program.lemmas.get(name) or program.kernels.get(name)
        if decl is None:
            yield f"{name}\n\n"
            continue
        inputs = getattr(decl, "params", ()) or getattr(decl, "inputs", ())
        yield f"{name}({', '.join(f'{p.name}: {show_type(p.type)}' for p in inputs)})\n"
        for kind in ("requires", "ensures", "fails"):
            for clause in getattr(decl, kind, ()):
                yield f"  {kind} {show_term(clause.pred)}  -- {clause.origin.value}\n"
        body = getattr(decl, "body", None)
        term = body.term if isinstance(body, ExprBody) else body
        if term is not None and hasattr(term, "op"):
            yield f"  = {show_term(term)}\n"
        yield "\n"


def _obligation_text(obligation: Obligation) -> str:
    from kwlogic.core.show import show_term

    sequent = obligation.sequent
    lines = [f"{obligation.id}  ({obligation.kind.value}, {obligation.ask.value})"]
    lines += [f"  var   {v.data}: {v.type!r}" for v in sequent.vars]
    lines += [f"  {h.name:<14} {show_term(h.term)}" for h in sequent.hyps]
    return "\n".join([*lines, f"  |- {show_term(sequent.goal)}", "", ""])
