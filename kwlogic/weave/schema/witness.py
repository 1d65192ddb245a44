"""A document that fits a conjunction of subschemas, looked for from its normal form; strings are searched to the end.

What is found here is only a proposal: ``subschema`` replays it. None means that none was found, except for strings,
where ``no_string`` says that there is none.
"""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from itertools import pairwise
from typing import Any

from kwlogic.core.regex import parse_regex
from kwlogic.core.regex_match import Automaton, automaton
from kwlogic.weave.schema.atoms import ArrAtom, Atom, BoolAtom, NullAtom, NumAtom, ObjAtom, StrAtom, prop_of
from kwlogic.weave.schema.nodes import Sub, canonical
from kwlogic.weave.schema.normal import Normal

MAX_STATES = 20_000
MAX_DEPTH = 12
NOTHING = object()


class Witnesses:
    def __init__(self, normal: Normal) -> None:
        self.normal = normal
        self._found: dict[Sub, Any] = {}

    def of(self, sub: Sub, depth: int = 0) -> Any:
        """A document, or NOTHING."""
        if sub in self._found:
            return self._found[sub]
        if depth > MAX_DEPTH:
            return NOTHING
        for atom in sorted(self.normal.of(sub), key=_simple):
            found = self.of_atom(atom, depth)
            if found is not NOTHING:
                self._found[sub] = found
                return found
        return NOTHING

    def several(self, sub: Sub, count: int) -> list[Any]:
        """Different documents, from different atoms and, for numbers and strings, from one."""
        found: dict[str, Any] = {}
        for atom in sorted(self.normal.of(sub), key=_simple):
            more: list[Any]
            more = numbers(atom, count) if isinstance(atom, NumAtom) else strings(atom, count) if isinstance(atom, StrAtom) else []
            if isinstance(atom, BoolAtom):
                more = sorted(atom.values)
            if not more:
                one = self.of_atom(atom, 1)
                more = [] if one is NOTHING else [one]
            found |= {canonical(m): m for m in more}
            if len(found) >= count:
                break
        return list(found.values())[:count]

    def of_atom(self, atom: Atom, depth: int) -> Any:
        match atom:
            case NullAtom():
                return None
            case BoolAtom(values):
                return sorted(values)[0]
            case NumAtom():
                return next(iter(numbers(atom, 1)), NOTHING)
            case StrAtom():
                return next(iter(strings(atom, 1)), NOTHING)
            case ArrAtom():
                return self.array(atom, depth)
            case ObjAtom():
                return self.object(atom, depth)

    def array(self, atom: ArrAtom, depth: int) -> Any:
        def at(i: int) -> Sub:
            return atom.prefix[i] if i < len(atom.prefix) else atom.items

        found: list[Any] = []
        for wanted in sorted(atom.some, key=sorted):
            found.append(self.of(at(len(found)) | wanted, depth + 1))
        while len(found) < atom.low:
            index = len(found)
            options = self.several(at(index), index + 1) if atom.unique else [self.of(at(index), depth + 1)]
            taken = {canonical(f) for f in found if f is not NOTHING}
            found.append(next((o for o in options if o is NOTHING or not atom.unique or canonical(o) not in taken), NOTHING))
            if len(found) > 1000 or found[-1] is NOTHING:
                return NOTHING
        return found if NOTHING not in found and (atom.high is None or len(found) <= atom.high) else NOTHING

    def object(self, atom: ObjAtom, depth: int) -> Any:
        keys = set(atom.required)
        while more := {other for key, other in atom.needs if key in keys} - keys:
            keys |= more
        named = [k for k, _ in atom.props if k not in keys]
        spare = [
            *(f"k{i}" for i in range(atom.low + 1)),
            *(s for p, _ in atom.patterns for s in strings(StrAtom(patterns=frozenset((p,))), 2)),
        ]
        out: dict[str, Any] = {}
        for key in [*sorted(keys), *named, *spare]:
            if key not in keys and len(out) >= max(atom.low, len(keys)):
                break
            value = self.of(prop_of(atom, key), depth + 1)
            if value is NOTHING and key in keys:
                return NOTHING
            if value is not NOTHING and self.fits_name(atom, key):
                out[key] = value
        return out if len(out) >= atom.low and (atom.high is None or len(out) <= atom.high) else NOTHING

    def fits_name(self, atom: ObjAtom, key: str) -> bool:
        return any(isinstance(a, StrAtom) and a.has(key) for a in self.normal.of(atom.names))


def _simple(atom: Atom) -> int:
    return ("null", "boolean", "number", "string", "array", "object").index(atom.kind)


def numbers(atom: NumAtom, count: int) -> list[Fraction]:
    if atom.values is not None:
        return sorted(atom.values)[:count]
    step = atom.multiple or Fraction(1)
    base = atom.low if atom.low is not None else atom.high if atom.high is not None else Fraction(0)
    first = -((-base) // step) * step
    tried = [first + i * step for n in range(40 + count) for i in ({n, -n})]
    if atom.multiple is None:
        middle = base if atom.low is None or atom.high is None else (atom.low + atom.high) / 2
        tried += [base, middle, *(base + Fraction(s, 1 << n) for n in range(1, 12) for s in (1, -1)), base + Fraction(1, 1000003)]
    return [x for x in dict.fromkeys(tried) if atom.has(x)][:count]


def strings(atom: StrAtom, count: int) -> list[str]:
    return search_strings(atom, count)[0]


def no_string(atom: StrAtom) -> bool:
    """Whether there surely is no such string."""
    found, complete = search_strings(atom, 1)
    return not found and complete


def search_strings(atom: StrAtom, count: int) -> tuple[list[str], bool]:
    """The first strings by length, and whether the search came to its end. States of all patterns together are explored;
    of each class of code points that no pattern tells apart one is tried."""
    if atom.values is not None:
        return sorted(atom.values)[:count], True
    machines = [automaton(parse_regex(p)) for p in (*sorted(atom.patterns), *sorted(atom.others))]
    wanted = len(atom.patterns)
    letters = _letters(machines)
    cap = max(atom.low, 0 if atom.high is None else atom.high + 1)
    extra = count + len(atom.excluded)
    queue: deque[tuple[str, tuple[frozenset[int], ...]]] = deque([("", tuple(m.start for m in machines))])
    seen: dict[tuple[object, ...], int] = {}
    found: list[str] = []
    while queue:
        text, states = queue.popleft()
        if atom.high is not None and len(text) > atom.high:
            continue
        good = all(0 in s for s in states[:wanted]) and not any(0 in s for s in states[wanted:])
        if good and len(text) >= atom.low and text not in atom.excluded:
            found.append(text)
            if len(found) >= count:
                return found, False
        for letter in letters:
            after = tuple(m.step(s, letter) for m, s in zip(machines, states))
            key = (after, min(len(text) + 1, cap))
            if seen.get(key, 0) >= extra or any(not s for s in after[:wanted]):
                continue
            seen[key] = seen.get(key, 0) + 1
            queue.append((text + letter, after))
        if len(seen) > MAX_STATES:
            return found, False
    return found, True


def _letters(machines: list[Automaton]) -> list[str]:
    """One code point of each class that the patterns tell apart; letters before others."""
    cuts = {0, 0x110000, 0xD800, 0xE000}
    for machine in machines:
        for edge in machine.edges:
            for low, high in edge[0] if edge is not None else ():
                cuts |= {low, high + 1}
    bounds = sorted(cuts)
    letters = []
    for low, high in pairwise(bounds):
        if not 0xD800 <= low < 0xE000:
            letters.append(chr(next((c for c in (97, 48, 65, 32) if low <= c < high), low)))
    return sorted(letters, key=lambda c: (not c.isalnum(), c))
