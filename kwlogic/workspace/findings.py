"""From verdicts to diagnostics: a refuted clause is an error with its counterexample, an unknown one a warning.

Messages speak of the author's own clause; nothing is decided here that the verdict has not decided.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kwlogic.core.program import Clause, ComposeBody, ExprBody, Fn, Kernel, Lemma, Origin, Program
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Label, Span
from kwlogic.vc.data import Counterexample, Goal, Kind, Obligation, Proved, Refuted, Result, Unknown

REFUTED = {
    Kind.ENSURES: ("KW501", "`{name}` does not ensure `{text}`", "refuted"),
    Kind.CALL: ("KW502", "a precondition may be false here, in `{name}`", "this call"),
    Kind.PARTIAL: ("KW503", "`{text}` may be undefined, in `{name}`", "undefined for some input"),
    Kind.REFINEMENT: ("KW504", "this value may lie outside of its type, in `{name}`", "not always such a value"),
    Kind.TERMINATION: ("KW505", "`{name}` may never end", "this does not decrease at every recursive call"),
    Kind.LEMMA: ("KW507", "`{name}` is false: `{text}` does not always hold", "refuted"),
    Kind.EXAMPLE: ("KW508", "this example is false", "does not hold"),
    Kind.FAILS: ("KW509", "`{name}` may fail where it says that it does not", "refuted"),
    Kind.LINK: ("KW512", "this link of `{name}` does not hold", "what comes from the left may not be accepted on the right"),
    Kind.REFINE: ("KW513", "this refinement does not hold", "refuted"),
    Kind.REQUIRES: ("KW510", "no input satisfies the requires of `{name}`", "contradicts the others"),
    Kind.AXIOM: ("KW507", "`{name}` is false", "refuted"),
}
FROM_VERDICTS = frozenset({code for code, _, _ in REFUTED.values()} | {"KW520", "KW521"}) - {"KW510", "KW511"}
DETAILED = frozenset((Kind.CALL, Kind.PARTIAL, Kind.REFINEMENT, Kind.TERMINATION, Kind.LINK, Kind.FAILS, Kind.REFINE))
LINK_HELP = "let what comes before ensure it (a clause of a part, a `requires` of the whole), or refuse such values with a `guard`"
WIDTH = 90


def finding(result: Result, program: Program) -> Diagnostic | None:
    """The diagnostic of one verdict; None where there is nothing to say."""
    match result.verdict:
        case Refuted():
            if result.obligation.ask is Goal.SATISFIABLE:
                return _contradiction(result.obligation, result.verdict, program)
            return _refuted(result.obligation, result.verdict.counterexample)
        case Unknown():
            return _unknown(result.obligation, result.verdict)
        case _:
            return None


def _refuted(obligation: Obligation, found: Counterexample | None) -> Diagnostic:
    code, message, label = REFUTED[obligation.kind]
    if obligation.kind is Kind.PARTIAL and obligation.detail.endswith(" is asserted"):
        message = "`{text}` may be false, in `{name}`"
    return diagnostic(
        code,
        message.format(name=short(obligation.declaration), text=one_line(obligation.text)),
        obligation.span,
        (one_line(obligation.detail, 200) if obligation.kind in DETAILED else "") or label,
        *(Label(span, words) for span, words in obligation.related),
        notes=_counterexample_notes(found),
        help=LINK_HELP if obligation.kind is Kind.LINK and obligation.detail.find("` requires `") > 0 else None,
    )


def _counterexample_notes(found: Counterexample | None) -> tuple[str, ...]:
    if found is None:
        return ()
    notes: list[str] = []
    if found.inputs:
        notes.append("counterexample, replayed: " + _bindings(found.inputs))
    else:
        notes.append("replayed: it takes no input to see it")
    if found.outputs:
        notes.append("there it yields " + _bindings(found.outputs))
    if found.note:
        notes.append(found.note)
    return tuple(notes)


def _bindings(values: Iterable[tuple[str, str, str]]) -> str:
    parts = [f"{name} = {text}" for name, text, _ in values]
    line = ", ".join(parts)
    return line if len(line) <= WIDTH else "\n  " + "\n  ".join(parts)


def _contradiction(obligation: Obligation, verdict: Refuted, program: Program) -> Diagnostic:
    name = short(obligation.declaration)
    if obligation.kind is not Kind.REQUIRES:
        what = f"no value satisfies `{one_line(obligation.text)}`, so the type `{name}` is empty"
        return diagnostic("KW511", what, obligation.span, "holds for no value", help="weaken the refinement")
    clauses = requires_of(program, obligation.declaration)
    indices = sorted(i for i in map(_index, verdict.core) if i is not None and i < len(clauses))
    spans = [clauses[i].span for i in indices] or [obligation.span]
    message = REFUTED[Kind.REQUIRES][1].format(name=name)
    if len(spans) == 1:
        return diagnostic("KW510", message, spans[0], "never holds", help="weaken or remove this clause")
    others = tuple(Label(span, "clashes with this") for span in spans[1:])
    return diagnostic("KW510", message, spans[0], "cannot hold together with the other one", *others, help="weaken or remove one of them")


def _index(name: str) -> int | None:
    kind, _, number = name.partition(":")
    return int(number) if kind == "requires" and number.isdigit() else None


_HELP = {
    Kind.TERMINATION: "write `decreases e`, where e is an Int that gets smaller and stays at or above zero, or give a `requires` that bounds it",
    Kind.ENSURES: "a lemma that says what is missing may help, or a stronger `requires`; `--budget` tries harder",
    Kind.LEMMA: "a lemma that says what is missing may help, or a hint (`by induction x`, `by { assert p; }`); `--budget` tries harder",
}


def _unknown(obligation: Obligation, verdict: Unknown) -> Diagnostic:
    name = short(obligation.declaration)
    notes = [f"reason: {verdict.reason}"] if verdict.reason else []
    if verdict.stuck:
        notes.append(verdict.stuck)
    if verdict.tried:
        notes.append("tried: " + "; ".join(verdict.tried))
    if verdict.passed:
        notes.append(f"{verdict.passed:,} generated inputs passed")
    if verdict.blame == "callee" and verdict.blamed:
        blamed = short(verdict.blamed)
        message = f"`{one_line(obligation.text)}` does not follow from the contract of `{blamed}`, though its real body keeps it"
        return diagnostic(
            "KW521", message, obligation.span, _what(obligation), notes=tuple(notes), help=f"strengthen the ensures of `{blamed}`"
        )
    message = f"neither proved nor refuted, in `{name}`: {_what(obligation)}"
    return diagnostic(
        "KW520", message, obligation.span, "unknown", notes=tuple(notes), help=_HELP.get(obligation.kind) if verdict.tried else None
    )


def undefined_bodies(results: Iterable[Result]) -> dict[str, Obligation]:
    """By declaration the first operation of its body that is refuted: what follows is shown of a value that may not be there."""
    found: dict[str, Obligation] = {}
    for result in results:
        obligation = result.obligation
        if isinstance(result.verdict, Refuted) and obligation.kind in (Kind.PARTIAL, Kind.CALL) and obligation.play is None:
            found.setdefault(obligation.declaration, obligation)
    return found


def after_the_body(found: Diagnostic, undefined: Obligation | None) -> Diagnostic:
    """What is unknown because the body may be undefined says so, in place of advice about proofs."""
    if found.code != "KW520" or undefined is None:
        return found
    return replace(found, help=f"first see to `{one_line(undefined.text, 60)}`, which may be undefined; this may rest on it")


def _what(obligation: Obligation) -> str:
    text = one_line(obligation.text)
    match obligation.kind:
        case Kind.REQUIRES:
            return "whether some input satisfies the requires"
        case Kind.TERMINATION:
            return "whether the recursion ends"
        case Kind.PARTIAL | Kind.CALL | Kind.REFINEMENT if obligation.detail:
            return one_line(obligation.detail, 200)
        case _:
            return f"`{text}`"


# ---------------------------------------------------------------- requires that no proof used


def unused_requires(results: Iterable[Result], program: Program) -> list[Diagnostic]:
    """Written requires of declarations all of whose other obligations were proved without them."""
    by_declaration: dict[str, list[Result]] = {}
    for result in results:
        by_declaration.setdefault(result.obligation.declaration, []).append(result)
    found: list[Diagnostic] = []
    for name, of_it in by_declaration.items():
        if not _may_be_unused(program, name) or name in contradictory(of_it):
            continue
        proofs = [r.verdict for r in of_it if r.obligation.kind is not Kind.REQUIRES]
        proved = [v for v in proofs if isinstance(v, Proved)]
        if not proved or len(proved) < len(proofs):
            continue
        used = frozenset[str]().union(*(v.hyps for v in proved))
        for index, clause in enumerate(requires_of(program, name)):
            if clause.origin is Origin.WRITTEN and f"requires:{index}" not in used:
                found.append(_unused(name, clause))
    return found


def contradictory(results: Iterable[Result]) -> frozenset[str]:
    """Declarations that no input satisfies: what else is said about them says nothing."""
    asked = (r for r in results if r.obligation.ask is Goal.SATISFIABLE and isinstance(r.verdict, Refuted))
    return frozenset(r.obligation.declaration for r in asked)


def _may_be_unused(program: Program, name: str) -> bool:
    kernel = program.kernels.get(name)
    if kernel is not None:
        stated = any(c.origin is Origin.WRITTEN for c in kernel.ensures)
        return isinstance(kernel.body, ComposeBody) or (isinstance(kernel.body, ExprBody) and stated)
    lemma = program.lemmas.get(name)
    return (lemma is not None and not lemma.axiom) or name in program.fns


def _unused(name: str, clause: Clause) -> Diagnostic:
    message = f"no proof about `{short(name)}` used `requires {one_line(clause.text)}`"
    return diagnostic("KW533", message, clause.span, "not needed", help="remove it, and more callers are admitted")


# ---------------------------------------------------------------- words and places


def requires_of(program: Program, name: str) -> tuple[Clause, ...]:
    found: Fn | Lemma | Kernel | None = program.fns.get(name) or program.lemmas.get(name) or program.kernels.get(name)
    return found.requires if found is not None else ()


def short(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def one_line(text: str, limit: int = 100) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 3] + "..."


def start_of(span: Span | None) -> tuple[str, int]:
    return (span.file, span.start) if span is not None else ("", 0)
