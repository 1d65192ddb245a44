"""Data types without a finite value, such as ``type Endless = More(rest: Endless)``.

A least fixpoint over the declarations: a value exists where some constructor has values for all its fields. Lists,
sets, maps and options always have the empty value; refinements are not looked at (that is an obligation).
A parametric type depends on which of its arguments have values, so the fixpoint runs over (type, which arguments).
"""

from __future__ import annotations

from collections.abc import Mapping

from kwlogic.core.program import Ctor, Data, Param
from kwlogic.core.types import Type, show_type
from kwlogic.source.records import dataclass

Key = tuple[str, tuple[bool, ...]]
SHOWN = 6
ALWAYS = frozenset(("Int", "Real", "Bool", "String", "List", "Set", "Map", "Option", "Fun"))


@dataclass(frozen=True, slots=True)
class Need:
    """A value of ``data`` made by ``ctor`` needs one of ``needed`` first, in ``field``."""

    data: str
    ctor: Ctor
    field: Param
    needed: str


@dataclass(frozen=True, slots=True)
class Uninhabited:
    """``chain`` starts at ``data`` and ends where it meets itself, or after a few steps."""

    data: str
    chain: tuple[Need, ...]


def uninhabited(datas: Mapping[str, Data]) -> tuple[Uninhabited, ...]:
    """The data types no finite value belongs to, in the order of ``datas``."""
    table = _Table(datas)
    keys = {name: (name, (True,) * len(d.tparams)) for name, d in datas.items()}
    table.solve(list(keys.values()))
    return tuple(Uninhabited(name, table.chain(key)) for name, key in keys.items() if key not in table.inhabited)


def explain(found: Uninhabited) -> str:
    """Why it has no value, in one sentence."""
    steps = [f"a `{_last(n.data)}` made by `{_last(n.ctor.name)}` needs `{n.field.name}: {show_type(n.field.type)}`" for n in found.chain]
    end = ", and so on without end" if len(steps) <= 1 else ", which is where it began"
    return "; ".join(steps[:SHOWN]) + ("; …" if len(steps) > SHOWN else end)


def _last(name: str) -> str:
    return name.rsplit(".", 1)[-1]


class _Table:
    def __init__(self, datas: Mapping[str, Data]) -> None:
        self.datas = datas
        self.inhabited: set[Key] = set()
        self.known: set[Key] = set()
        self.users: dict[Key, set[Key]] = {}
        self.queue: list[Key] = []

    def solve(self, keys: list[Key]) -> None:
        for key in keys:
            self.enter(key)
        while self.queue:
            key = self.queue.pop()
            if key not in self.inhabited and any(self.blocked(c, key) is None for c in self.datas[key[0]].ctors):
                self.inhabited.add(key)
                self.queue.extend(self.users.pop(key, ()))

    def enter(self, key: Key) -> None:
        if key not in self.known:
            self.known.add(key)
            self.queue.append(key)

    def env(self, key: Key) -> dict[str, bool]:
        return dict(zip(self.datas[key[0]].tparams, key[1], strict=True))

    def blocked(self, ctor: Ctor, key: Key) -> tuple[Param, Key | None] | None:
        """The first field without a value yet and the data type to blame (None: a type parameter)."""
        env = self.env(key)
        for field in ctor.fields:
            blame: list[Key | None] = []
            if not self.has_value(field.type, env, key, blame):
                return field, blame[0]
        return None

    def has_value(self, type: Type, env: Mapping[str, bool], user: Key, blame: list[Key | None]) -> bool:
        """Types nest as deep as the parser admits, so recursion is affordable."""
        if type.is_var:
            if not env.get(type.head, True):
                blame.append(None)
            return env.get(type.head, True)
        if type.head == "Tuple":
            return all(self.has_value(a, env, user, blame) for a in type.args)
        if type.head in ALWAYS or type.head not in self.datas:
            return True
        key = (type.head, tuple(self.has_value(a, env, user, []) for a in type.args))
        if key in self.inhabited:
            return True
        self.enter(key)
        self.users.setdefault(key, set()).add(user)
        blame.append(key)
        return False

    def chain(self, key: Key) -> tuple[Need, ...]:
        """Follow the first blocked field of the first constructor until a type repeats."""
        steps: list[Need] = []
        seen: set[Key] = set()
        here: Key | None = key
        while here is not None and here not in seen and len(steps) <= SHOWN and self.datas[here[0]].ctors:
            seen.add(here)
            ctor = self.datas[here[0]].ctors[0]
            found = self.blocked(ctor, here)
            assert found is not None
            field, after = found
            steps.append(Need(here[0], ctor, field, after[0] if after is not None else show_type(field.type)))
            here = after
        return tuple(steps)
