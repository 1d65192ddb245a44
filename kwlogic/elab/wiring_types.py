"""Where two types that ought to be equal differ: the path of the first fields and components that do not agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kwlogic.core.program import Data
from kwlogic.core.types import Type, show_type, subst_type

Datas = Mapping[str, Data]
MOST = 3
PARTS = {"List": ("[…]",), "Set": ("{…}",), "Option": (".value",), "Map": (" (keys)", "[…]")}


def differences(name: str, one: Type, other: Type, datas: Datas) -> tuple[str, ...]:
    """Notes on how two types of a port differ, where that lies deeper than in their names."""
    found: list[str] = []
    seen: set[tuple[Type, Type]] = set()
    stack = [(name, one, other)]
    while stack and len(found) < MOST:
        path, a, b = stack.pop()
        if a is b or (a, b) in seen or a.is_var or b.is_var:
            continue
        seen.add((a, b))
        inner = list(_parts(path, a, b, datas))
        if inner:
            stack.extend(reversed(inner))
        elif path != name:
            found.append(f"`{path}` is `{show_type(a)}` on one side and `{show_type(b)}` on the other{_homonyms(a, b)}")
        elif note := _homonyms(a, b):
            found.append(f"these are two types{note}")
        found += _fields(path, a, b, datas)
    return tuple(found[:MOST])


def _parts(path: str, a: Type, b: Type, datas: Datas) -> Iterator[tuple[str, Type, Type]]:
    """The components of types of one shape, fields of records by name."""
    if a.head == b.head and len(a.args) == len(b.args):
        names = PARTS.get(a.head) or tuple(f".{i}" for i in range(len(a.args)))
        yield from ((path + n, x, y) for n, x, y in zip(names, a.args, b.args))
        return
    left, right = _record(a, datas), _record(b, datas)
    if left is not None and right is not None:
        yield from ((f"{path}.{n}", t, right[n]) for n, t in left.items() if n in right and right[n] is not t)


def _fields(path: str, a: Type, b: Type, datas: Datas) -> list[str]:
    left, right = _record(a, datas), _record(b, datas)
    if left is None or right is None or a.head == b.head:
        return []
    only = [(n, a) for n in left if n not in right] + [(n, b) for n in right if n not in left]
    return [f"`{path}` has a field `{n}` in `{show_type(t)}` only" for n, t in only]


def _record(type: Type, datas: Datas) -> dict[str, Type] | None:
    """The fields of a type with one constructor."""
    data = datas.get(type.head)
    if data is None or len(data.ctors) != 1:
        return None
    env = dict(zip(data.tparams, type.args))
    return {f.name: subst_type(f.type, env) for f in data.ctors[0].fields}


def _homonyms(a: Type, b: Type) -> str:
    if show_type(a) != show_type(b) or a.head == b.head:
        return ""
    return f": `{a.head}` and `{b.head}`"
