"""SMT-LIB sorts for core types, and the declarations that they need.

Lists, options, tuples and data types are algebraic data types, one for each instance; sets are arrays to Bool, maps
arrays to options, strings the theory's own; type variables and function types are uninterpreted.
"""

from __future__ import annotations

from kwlogic.core.program import Program
from kwlogic.core.types import Type, mk_type, option_of, show_type, subst_type

MOST_GROWTH = 4  # a data type may hold itself at other types, but not without end
BASE = {"Int": "Int", "Real": "Real", "Bool": "Bool", "String": "String"}


class Unsupported(Exception):
    """Something that has no faithful encoding; the verdict is unknown, with this reason."""


def quote(name: str) -> str:
    """An SMT-LIB quoted symbol; names never hold a bar or a backslash."""
    return f"|{name}|"


class Sorts:
    """Sorts in use for one query, in order of first use."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._names: dict[Type, str] = {}
        self._data: dict[Type, None] = {}
        self._opaque: dict[str, None] = {}
        self._inside: list[Type] = []

    def sort(self, type: Type) -> str:
        """The sort of a type; registers what it needs."""
        found = self._names.get(type)
        if found is None:
            found = self._names[type] = self._make(type)
            self._visit(type)
        return found

    def _make(self, type: Type) -> str:
        if type.is_var:
            self._opaque[quote(f"'{type.head}")] = None
            return quote(f"'{type.head}")
        if type.head in BASE:
            return BASE[type.head]
        if type.head == "Set":
            return f"(Array {self.sort(type.args[0])} Bool)"
        if type.head == "Map":
            return f"(Array {self.sort(type.args[0])} {self.sort(option_of(type.args[1]))})"
        name = quote(full_name(type))
        if type.head == "Fun":
            for part in type.args:
                self.sort(part)
            self._opaque[name] = None
        else:
            self._data[type] = None
        return name

    def _visit(self, type: Type) -> None:
        if type not in self._data:
            return
        if sum(t.head == type.head and depth(t) < depth(type) for t in self._inside) > MOST_GROWTH:
            raise Unsupported(f"`{show_type(mk_type(type.head))}` holds itself at ever larger types")
        self._inside.append(type)
        for _, fields in constructors(self.program, type):
            for field in fields:
                self.sort(field)
        self._inside.pop()

    def declarations(self) -> list[str]:
        """Declarations of all sorts registered so far."""
        out = [f"(declare-sort {name} 0)" for name in self._opaque]
        if not self._data:
            return out
        for group in data_groups(self.program, list(self._data)):
            heads = " ".join(f"({self.sort(t)} 0)" for t in group)
            bodies = " ".join(f"({' '.join(self._ctor(t, c, fields) for c, fields in constructors(self.program, t))})" for t in group)
            out.append(f"(declare-datatypes ({heads}) ({bodies}))")
        return out

    def _ctor(self, type: Type, ctor: str, fields: tuple[Type, ...]) -> str:
        name = ctor_symbol(ctor, type)
        inner = " ".join(f"({sel_symbol(ctor, i, type)} {self.sort(f)})" for i, f in enumerate(fields))
        return f"({name} {inner})" if fields else f"({name})"


_DEPTHS: dict[Type, int] = {}


def depth(type: Type) -> int:
    """How deep the arguments of a type nest."""
    if type not in _DEPTHS:
        _DEPTHS[type] = 1 + max(map(depth, type.args), default=0)
    return _DEPTHS[type]


def full_name(type: Type) -> str:
    """A name that tells instances apart: qualified heads, arguments in brackets."""
    if type.is_var:
        return f"'{type.head}"
    return type.head if not type.args else f"{type.head}[{','.join(full_name(a) for a in type.args)}]"


def ctor_symbol(ctor: str, type: Type) -> str:
    return quote(f"{ctor}:{full_name(type)}")


def sel_symbol(ctor: str, index: int, type: Type) -> str:
    return quote(f"{ctor}.{index}:{full_name(type)}")


def constructors(program: Program, type: Type) -> tuple[tuple[str, tuple[Type, ...]], ...]:
    """Constructors of a data type instance with the types of their fields."""
    if type.head == "List":
        return (("Nil", ()), ("Cons", (type.args[0], type)))
    if type.head == "Option":
        return (("None", ()), ("Some", (type.args[0],)))
    if type.head == "Tuple":
        return (("Tuple", type.args),)
    data = program.datas.get(type.head)
    if data is None:
        raise Unsupported(f"the type {show_type(type)} has no definition")
    env = dict(zip(data.tparams, type.args, strict=True))
    return tuple((c.name, tuple(subst_type(f.type, env) for f in c.fields)) for c in data.ctors)


def data_groups(program: Program, types: list[Type]) -> list[list[Type]]:
    """Strongly connected components of data types, dependencies first, so that each block declares what it needs."""
    index: dict[Type, int] = {}
    low: dict[Type, int] = {}
    on: set[Type] = set()
    path: list[Type] = []
    groups: list[list[Type]] = []
    known = set(types)

    def parts(type: Type) -> list[Type]:
        return [p for _, fields in constructors(program, type) for f in fields for p in data_parts(f) if p in known]

    for root in types:
        if root in index:
            continue
        work = [(root, iter(parts(root)))]
        index[root] = low[root] = len(index)
        path.append(root)
        on.add(root)
        while work:
            here, rest = work[-1]
            child = next(rest, None)
            if child is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[here])
                if low[here] == index[here]:
                    cut = path.index(here)
                    groups.append(path[cut:])
                    on.difference_update(path[cut:])
                    del path[cut:]
            elif child not in index:
                index[child] = low[child] = len(index)
                path.append(child)
                on.add(child)
                work.append((child, iter(parts(child))))
            elif child in on:
                low[here] = min(low[here], index[child])
    return groups


def data_parts(type: Type) -> list[Type]:
    """Data type instances that a sort mentions directly."""
    if type.head == "Set":
        return data_parts(type.args[0])
    if type.head == "Map":
        return [*data_parts(type.args[0]), mk_type("Option", type.args[1])]
    return [] if type.is_var or type.head in BASE or type.head == "Fun" else [type]
