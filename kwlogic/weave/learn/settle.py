"""From drafts to a module that checks: what follows from the rest goes, what does not hold goes, what a part demands and nobody shows is guarded.

The verdicts are those of `kwlogic check` on the very text. A clause that is refuted or unknown is never left standing; a kernel that
cannot be mended is left out, and told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from kwlogic.source.data import Diagnostic, Severity
from kwlogic.vc.data import Assumed, Enforced, Kind, Proved, Result, verdict_name
from kwlogic.weave.learn.data import Clause, Draft
from kwlogic.weave.learn.implied import implied_in
from kwlogic.weave.learn.lift import names_in, substituted
from kwlogic.weave.learn.text import Written, written
from kwlogic.weave.learn.workshop import Workshop
from kwlogic.workspace.data import CheckRequest, CheckResult

ROUNDS = 12
ALONE = 200  # lines, below which starting other processes costs more than they do
FINE = (Proved, Enforced, Assumed)
FOLLOWS = "it follows from the others"
LINTS = ("KW530", "KW531", "KW532")


@dataclass(frozen=True, slots=True)
class Settled:
    drafts: tuple[Draft, ...]
    text: str
    result: CheckResult | None


def pruned(shop: Workshop, drafts: Sequence[Draft]) -> list[Draft]:
    """Without the clauses that follow from stronger ones."""
    asked = [d for d in drafts if not d.candidate and len(d.clauses) > 1]
    contracts = [((*d.inputs, *d.outputs), d.clauses) for d in asked]
    found = implied_in(shop.opened, shop.types.declarations(), contracts) if asked else []
    kept = {id(d): tuple(c for c, gone in zip(d.clauses, follows) if not gone) for d, follows in zip(asked, found)}
    return [replace(d, clauses=kept.get(id(d), d.clauses)) for d in drafts]


def settle(shop: Workshop, drafts: Sequence[Draft], heads: Sequence[str] = ()) -> Settled:
    """Drafts mended until their module checks. Verdicts are remembered from one round to the next."""
    current = list(drafts)
    with TemporaryDirectory(prefix="kwlogic-learn") as folder:
        for _ in range(ROUNDS):
            text = written(shop.options.module, shop.types, current, heads)
            result = _checked(shop, text.text, Path(folder))
            mended = _mended(shop, current, text, result)
            if mended is None:
                return Settled(tuple(current), text.text, result)
            current = mended
            if not current:
                break
    return Settled((), "", None)


def _checked(shop: Workshop, text: str, folder: Path) -> CheckResult:
    """What `kwlogic check` says of a text."""
    from kwlogic.workspace.check import check

    path = folder / "learnt.kw"
    path.write_text(text, encoding="utf-8")
    jobs = 1 if text.count("\n") < ALONE else None
    return check(CheckRequest((path.name,), cwd=folder, budget=shop.options.budget, jobs=jobs, cache=True, proofs=False))


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset)


def _mended(shop: Workshop, drafts: list[Draft], text: Written, result: CheckResult) -> list[Draft] | None:
    """Drafts without what was found wrong; None where nothing was."""
    gone: dict[tuple[int, int], str] = {}
    broken: dict[int, str] = {}
    guards: dict[int, list[tuple[int, str]]] = {}
    errors = [d for d in result.diagnostics if d.severity is Severity.ERROR and d.code not in ("KW501", "KW502")]
    for found in (*errors, *(d for d in result.diagnostics if d.code in LINTS)):
        _blame_line(found, text, gone, broken)
    for verdict in result.results:
        if not isinstance(verdict.verdict, FINE):
            _blame_result(drafts, text, verdict, gone, broken, guards)
    if not gone and not broken and not guards:
        return None
    found_: list[Draft] = []
    for index, draft in enumerate(drafts):
        clauses = [c for n, c in enumerate(draft.clauses) if (index, n) not in gone]
        dropped = [(c.text, gone[index, n]) for n, c in enumerate(draft.clauses) if (index, n) in gone]
        here: Draft | None = replace(draft, clauses=tuple(clauses), dropped=(*draft.dropped, *dropped))
        if index in guards:
            here = _guarded(draft, here, guards[index])
        elif index in broken and not dropped:
            here = _without_body(shop, draft, broken[index])
        if here is not None:
            found_.append(here)
    names = {d.name for d in found_}
    return [d for d in found_ if set(d.parts) <= names]


def _blame_line(found: Diagnostic, text: Written, gone: dict[tuple[int, int], str], broken: dict[int, str]) -> None:
    if found.span is None or not found.span.file.endswith("learnt.kw"):
        return
    line = _line(text.text, found.span.start)
    if line in text.clauses:
        gone[text.clauses[line]] = FOLLOWS if found.code in LINTS else found.message
    elif found.code not in LINTS:
        nearest = max((b for b in text.bodies if b <= line), default=None)
        after = min((b for b in text.bodies if b >= line), default=None)
        place = nearest if nearest is not None and line - nearest < 3 else after if after is not None else nearest
        if place is not None:
            broken[text.bodies[place]] = found.message


def _blame_result(
    drafts: list[Draft],
    text: Written,
    found: Result,
    gone: dict[tuple[int, int], str],
    broken: dict[int, str],
    guards: dict[int, list[tuple[int, str]]],
) -> None:
    obligation = found.obligation
    line = _line(text.text, obligation.span.start)
    name = verdict_name(found.verdict)
    if line in text.clauses:
        gone[text.clauses[line]] = f"it is {name} for the body" if obligation.kind is Kind.ENSURES else f"{obligation.kind.value} {name}"
        return
    index = text.bodies.get(line)
    if index is None:
        index = next((i for i, d in enumerate(drafts) if obligation.declaration.endswith(f".{d.name}")), None)
    if index is None:
        return
    if drafts[index].body.kind == "graph" and obligation.kind is Kind.LINK and line in text.bodies:
        first = min(b for b, i in text.bodies.items() if i == index)
        guards.setdefault(index, []).append((line - first - 1, obligation.text))
    else:
        broken[index] = f"{obligation.kind.value} of its body is {name}: {' '.join(obligation.text.split())[:120]}"


# ---------------------------------------------------------------- mending


def _without_body(shop: Workshop, draft: Draft, reason: str) -> Draft | None:
    """An oracle in place of a body that cannot be shown safe; nothing where there is no other way."""
    if draft.fallback is not None:
        return replace(draft, body=draft.fallback, fallback=None, helpers=(), dropped=(*draft.dropped, ("body", reason)))
    shop.say("KW856", f"`{draft.name}` is left out: {reason}")
    return None


def _guarded(before: Draft, draft: Draft | None, wanted: list[tuple[int, str]]) -> Draft | None:
    """A graph with guards for what its steps require and nothing shows. What speaks of inputs only is required of the whole."""
    if draft is None:
        return None
    lines = draft.body.text.split("\n")
    clauses = list(draft.clauses)
    inputs = {p.name for p in draft.inputs}
    for place, text in sorted(wanted, reverse=True):
        if not 0 <= place < len(lines):
            continue
        target = lines[place].partition(" <-")[0].strip("() ").partition(",")[0]
        step = next((c for c in before.calls if c[0] == target), None)
        if step is None:
            continue
        clause = next((c for c in step[1].clauses if " ".join(c.text.split()) == " ".join(text.split())), None)
        told = substituted(text, step[2])
        words = names_in(told)
        wires = {c[0] for c in before.calls} & words
        support, total = (clause.support, clause.total) if clause is not None else (len(draft.rows), len(draft.rows))
        if not wires:
            clauses.append(Clause("requires", told, frozenset(inputs & words), support, total, 0.0, note=f"asked by {step[1].name}"))
        else:
            lines.insert(place, f"guard {told};")
    done = replace(draft, clauses=tuple(dict.fromkeys(clauses)), body=replace(draft.body, text="\n".join(dict.fromkeys(lines))))
    return done if done != draft else None
