"""What an atom leaves out, within its kind, as atoms; ``NoComplement`` where no atoms say it."""

from __future__ import annotations

from kwlogic.weave.schema.atoms import (
    ArrAtom,
    Atom,
    BoolAtom,
    NoComplement,
    NullAtom,
    NumAtom,
    ObjAtom,
    StrAtom,
    settle_number,
)
from kwlogic.weave.schema.nodes import TOP, Registry


def complement_atom(atom: Atom, registry: Registry) -> list[Atom]:
    match atom:
        case NullAtom():
            return []
        case BoolAtom(values):
            rest = frozenset((True, False)) - values
            return [BoolAtom(rest)] if rest else []
        case NumAtom():
            return [a for a in _numbers(atom) if settle_number(a) is not None]
        case StrAtom():
            return list(_strings(atom))
        case ArrAtom():
            return _arrays(atom, registry)
        case ObjAtom():
            return _objects(atom, registry)


def _numbers(atom: NumAtom) -> list[NumAtom]:
    found = []
    if atom.low is not None:
        found.append(NumAtom(high=atom.low, high_open=not atom.low_open))
    if atom.high is not None:
        found.append(NumAtom(low=atom.high, low_open=not atom.high_open))
    if atom.multiple is not None:
        found.append(NumAtom(others=frozenset((atom.multiple,))))
    found += [NumAtom(multiple=o) for o in sorted(atom.others)]
    if atom.values is not None:
        found.append(NumAtom(excluded=atom.values))
    if atom.excluded:
        found.append(NumAtom(values=atom.excluded))
    return found


def _strings(atom: StrAtom) -> list[StrAtom]:
    found = []
    if atom.low:
        found.append(StrAtom(high=atom.low - 1))
    if atom.high is not None:
        found.append(StrAtom(low=atom.high + 1))
    found += [StrAtom(others=frozenset((p,))) for p in sorted(atom.patterns)]
    found += [StrAtom(patterns=frozenset((p,))) for p in sorted(atom.others)]
    if atom.values is not None:
        found.append(StrAtom(excluded=atom.values))
    if atom.excluded:
        found.append(StrAtom(values=atom.excluded))
    return found


def _arrays(atom: ArrAtom, registry: Registry) -> list[Atom]:
    if atom.unique:
        raise NoComplement("uniqueItems")
    if atom.some:
        raise NoComplement("contains")
    found: list[Atom] = []
    if atom.low:
        found.append(ArrAtom(high=atom.low - 1))
    if atom.high is not None:
        found.append(ArrAtom(low=atom.high + 1))
    for index, sub in enumerate(atom.prefix):
        if sub != TOP:
            found.append(ArrAtom((*((TOP,) * index), registry.negated(sub)), low=index + 1))
    closed = atom.high is not None and atom.high <= len(atom.prefix)
    if atom.items != TOP and not closed:
        if atom.items == registry.sub(False, "#"):
            found.append(ArrAtom(low=len(atom.prefix) + 1))
        elif atom.prefix:
            raise NoComplement("items")
        else:
            found.append(ArrAtom(some=frozenset((registry.negated(atom.items),)), low=1))
    return found


def _objects(atom: ObjAtom, registry: Registry) -> list[Atom]:
    for word, there in (("patternProperties", atom.patterns), ("propertyNames", atom.names), ("additionalProperties", atom.rest)):
        if there:
            raise NoComplement(word)
    never = registry.sub(False, "#")
    found: list[Atom] = [ObjAtom(((key, never),)) for key in sorted(atom.required)]
    for key, sub in atom.props:
        if sub != TOP:
            found.append(ObjAtom(((key, registry.negated(sub)),), required=frozenset((key,))))
    if atom.low:
        found.append(ObjAtom(high=atom.low - 1))
    if atom.high is not None:
        found.append(ObjAtom(low=atom.high + 1))
    found += [ObjAtom(((other, never),), required=frozenset((key,))) for key, other in sorted(atom.needs)]
    return found
