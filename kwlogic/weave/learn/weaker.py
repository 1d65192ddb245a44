"""What stays of a clause that could not be shown of a body: weaker ones, which the checker judges as any other; and where none is left, a guard.

A regular expression leaves its constant ends and pieces and its least length; a part of a text leaves that it is contained, and no longer. A guard makes
the whole fail rather than yield something of another form than was ever seen; the rule that computes becomes a kernel of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from operator import ge, gt, le, lt
from typing import Any

from kwlogic.core.value_show import show_string
from kwlogic.weave.learn.columns import NUMERIC
from kwlogic.weave.learn.data import ABSENT, Body, Clause, Draft, Port
from kwlogic.weave.learn.lift import names_in
from kwlogic.weave.learn.regexes import constants, widths
from kwlogic.weave.learn.settle import FOLLOWS
from kwlogic.weave.learn.templates import MAX_FEW
from kwlogic.weave.learn.workshop import Workshop

_FORM = re.compile(r"(?:forall \w+ in (?P<list>[\w.]+) :: )?(?:matches\((?P<text>[\w.]+), \"(?P<pattern>.*)\"\)|[\w.]+ in \[.*\])")
_PART = re.compile(r"(?:starts_with|ends_with|contains)\(([\w.]+), ([\w.]+)\)")
_BOUND = re.compile(r"(len\([\w.]+\)|[\w.]+) (?:==|>=|>) (\d+)")
WEAKER = "weaker"
MAX_PIECES = 3
MAX_CONSTANT = 60


def lost(draft: Draft) -> list[str]:
    """Clauses about the outputs that hold of all that was seen, and were not shown of the body."""
    outputs = {p.name for p in draft.outputs}
    told = (text for text, reason in draft.dropped if reason != FOLLOWS and "observations break" not in reason)
    return [t for t in dict.fromkeys(told) if t != "body" and names_in(t) & outputs and "==>" not in t]


def weakened(draft: Draft) -> Draft:
    """With what is weaker than the clauses that were lost, where the body is an expression."""
    if draft.body.kind != "expression":
        return draft
    tried = {c.text for c in draft.clauses} | {text for text, _ in draft.dropped}
    told = [t for text in lost(draft) for t in _weaker(text, draft)] + [t for p in _unsaid(draft) for t in _bounds(p, draft)]
    new = [t for t in dict.fromkeys(told) if t not in tried]
    ports = {p.name for p in (*draft.inputs, *draft.outputs)}
    count = len(draft.rows)
    clauses = tuple(Clause("ensures", t, frozenset(names_in(t) & ports), count, count, 1.0, 4, note=WEAKER) for t in new)
    return replace(draft, clauses=(*draft.clauses, *clauses))


def untold(offered: Iterable[Draft], drafts: Iterable[Draft]) -> tuple[Draft, ...]:
    """Without a word about weaker clauses that were offered and not shown: the strong one is told already."""
    weak = {(d.name, c.text) for d in offered for c in d.clauses if c.note == WEAKER}
    return tuple(replace(d, dropped=tuple(e for e in d.dropped if (d.name, e[0]) not in weak)) for d in drafts)


def _weaker(text: str, draft: Draft) -> Iterator[str]:
    form, part, bound = _FORM.fullmatch(text), _PART.fullmatch(text), _BOUND.fullmatch(text)
    if form is not None and form["list"] is not None:
        yield from _length(form["list"], _values(draft, form["list"]))
    elif form is not None and form["pattern"] is not None:
        yield from _pieces(form["text"], form["pattern"].replace("\\\\", "\\").replace('\\"', '"'))
    elif part is not None:
        yield f"contains({part[1]}, {part[2]})"
        yield f"len({part[2]}) <= len({part[1]})"
    elif bound is not None and int(bound[2]) > 0:
        yield f"{bound[1]} >= {bound[2]}"
        yield f"{bound[1]} > 0"


def _pieces(port: str, pattern: str) -> Iterator[str]:
    first, inside, last = constants(pattern)
    if first:
        yield f"starts_with({port}, {show_string(first[:MAX_CONSTANT])})"
    if last:
        yield f"ends_with({port}, {show_string(last[-MAX_CONSTANT:])})"
    for piece in [p for p in inside if p not in first and p not in last][:MAX_PIECES]:
        yield f"contains({port}, {show_string(piece[:MAX_CONSTANT])})"
    least, most = widths(pattern)
    if least > 0:
        yield f"len({port}) == {least}" if least == most else f"len({port}) >= {least}"


def _values(draft: Draft, port: str) -> list[Any]:
    found = (r.outputs.get(port, ABSENT) for r in draft.rows)
    return [v for v in found if v is not ABSENT]


def _length(port: str, values: Sequence[Any]) -> Iterator[str]:
    if values and all(isinstance(v, list) and v for v in values):
        yield f"len({port}) > 0"


def _unsaid(draft: Draft) -> list[Port]:
    """Outputs that no clause speaks of."""
    said = {n for c in draft.clauses if c.kind == "ensures" for n in names_in(c.text)}
    return [p for p in draft.outputs if p.name not in said and p.shape.head in (*NUMERIC, "String")]


def _bounds(port: Port, draft: Draft) -> Iterator[str]:
    """Bounds of numbers and members of few texts that hold of all that was seen. Few traces may say so by chance: the checker decides."""
    rows = [r for r in draft.rows if r.outputs.get(port.name, ABSENT) is not ABSENT]
    if port.shape.head == "String":
        yield from _members(port.name, Counter(r.outputs[port.name] for r in rows))
        return
    zero = "0" if port.shape.head == "Int" else "0.0"
    signs: tuple[tuple[str, Callable[[Any, Any], bool]], ...] = ((">", gt), (">=", ge), ("<", lt), ("<=", le))
    others = [(zero, 0), *((p.name, p.name) for p in draft.inputs if p.shape == port.shape)][: MAX_PIECES + 1]
    for text, key in others if rows else ():
        pairs = [(r.outputs[port.name], r.inputs[key] if isinstance(key, str) else key) for r in rows]
        yield from (f"{port.name} {sign} {text}" for sign, holds in signs if all(holds(*p) for p in pairs))


def _members(port: str, seen: Counter[str]) -> Iterator[str]:
    if 2 <= len(seen) <= MAX_FEW and min(seen.values()) > 1 and all(len(v) <= MAX_CONSTANT for v in seen):
        yield f"{port} in [{', '.join(map(show_string, sorted(seen)))}]"


# ---------------------------------------------------------------- guards


def guarded(shop: Workshop, drafts: Iterable[Draft]) -> list[Draft]:
    """Where a body has no clause on its outputs left, but everything seen was of one form: a rule, and a whole that guards the form."""
    found: list[Draft] = []
    for draft in drafts:
        forms = [t for t in lost(draft) if _FORM.fullmatch(t)]
        plain = draft.body.kind == "expression" and not draft.candidate and not any(c.kind == "ensures" for c in draft.clauses)
        found += _split(shop, draft, forms) if plain and forms else [draft]
    return found


def _split(shop: Workshop, draft: Draft, forms: Sequence[str]) -> tuple[Draft, Draft]:
    name = shop.names.fresh(f"{draft.name}_rule")
    rule = replace(
        draft, name=name, docs=(f"What `{draft.name}` comes to, before its form is looked at.",), family="", fallback=None, dropped=()
    )
    left, count = _names(draft.outputs), len(draft.rows)
    arguments = {p.name: p.name for p in draft.inputs}
    call = f"{left} <- {name}({', '.join(f'{n} = {n}' for n in arguments)});"
    ports = {p.name for p in (*draft.inputs, *draft.outputs)}
    ensures = [Clause("ensures", t, frozenset(names_in(t) & ports), count, count, 1.0, 2, note="guarded") for t in forms]
    whole = replace(
        draft,
        body=Body("graph", "\n".join([call, *(f"guard {t};" for t in forms)])),
        clauses=(*(c for c in draft.clauses if c.kind == "requires"), *ensures),
        helpers=(),
        fallback=None,
        dropped=tuple(d for d in draft.dropped if d[0] not in forms),
        parts=(name,),
        calls=((draft.outputs[0].name, rule, arguments),),
    )
    return rule, whole


def _names(outputs: Sequence[Port]) -> str:
    return outputs[0].name if len(outputs) == 1 else f"({', '.join(p.name for p in outputs)})"
