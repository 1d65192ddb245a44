"""How small the values of a type can be, which constructors lead to small ones, and the parts of a value by type."""

from __future__ import annotations

from kwlogic.core.program import Program
from kwlogic.core.types import Type, subst_type
from kwlogic.core.value import Con, MapV, SetV, Value, iter_list
from kwlogic.gate.problem import played

MOST_TYPES = 3_000
ENDLESS = 10**6
_FLAT = frozenset(("Int", "Real", "Bool", "String", "List", "Set", "Map", "Option"))
_NOTED = frozenset(("Int", "Real", "String"))

Ctors = tuple[tuple[str, tuple[Type, ...]], ...]


class Heights:
    """``of``: how deep the flattest value of a type nests."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._heights: dict[Type, int] = {}
        self._ctors: dict[Type, Ctors] = {}
        self._kinds: dict[Type, tuple[tuple[str, ...], ...]] = {}

    def of(self, type: Type) -> int:
        if type.is_var or type.head in _FLAT:
            return 0
        if type not in self._heights:
            self._explore(type)
        return self._heights[type]

    def constructors(self, type: Type) -> Ctors:
        """Constructors with the types of their fields; none for a type that has no constructors."""
        if type not in self._ctors:
            self._ctors[type] = self._constructors(type)
        return self._ctors[type]

    def _constructors(self, type: Type) -> Ctors:
        if type.head == "Option":
            return ("None", ()), ("Some", (type.args[0],))
        if type.head == "Tuple":
            return (("Tuple", type.args),)
        data = self.program.datas.get(type.head)
        if data is None:
            return ()
        env = dict(zip(data.tparams, type.args))
        return tuple((c.name, tuple(played(subst_type(f.type, env)) for f in c.fields)) for c in data.ctors)

    def ctors(self, type: Type, depth: int) -> list[tuple[str, tuple[Type, ...]]]:
        """Flat ones first; at the end of the depth only the flattest."""
        ranked = sorted(self.constructors(type), key=lambda c: (self._height_of(c[1]), len(c[1])))
        if not ranked:
            return []
        flattest = self._height_of(ranked[0][1])
        return [c for c in ranked if self._height_of(c[1]) <= max(flattest, depth - 1)] if depth > 0 else ranked[:1]

    def _height_of(self, fields: tuple[Type, ...]) -> int:
        return max(map(self.of, fields), default=0)

    def _explore(self, root: Type) -> None:
        """Heights of everything that the type is made of, from below."""
        found: dict[Type, None] = {}
        stack = [root]
        while stack and len(found) < MOST_TYPES:
            here = stack.pop()
            if here in found or here in self._heights or here.is_var or here.head in _FLAT:
                continue
            found[here] = None
            stack.extend(f for _, fields in self.constructors(here) for f in fields)
        now = dict.fromkeys(found, ENDLESS)

        def height(type: Type) -> int:
            return 0 if type.is_var or type.head in _FLAT else now.get(type, self._heights.get(type, ENDLESS))

        changed = True
        while changed:
            changed = False
            for type in reversed(found):
                best = min((1 + max(map(height, fields), default=0) for _, fields in self.constructors(type)), default=0)
                if best < now[type]:
                    now[type] = best
                    changed = True
        self._heights.update(now)
        self._heights.setdefault(root, ENDLESS)

    # ------------------------------------------------------------ parts

    def note(self, value: Value, type: Type, into: dict[Type, list[Value]], most: int) -> None:
        """Put the parts of a value into lists by type, scalars and data, each once."""
        stack: list[tuple[Value, Type]] = [(value, type)]
        for _ in range(200):
            if not stack:
                return
            here, of = stack.pop()
            if of.head in _NOTED or (isinstance(here, Con) and of.head in self.program.datas):
                known = into.setdefault(of, [])
                if len(known) < most and here not in known:
                    known.append(here)
            stack.extend(self._inside(here, of))

    def _inside(self, value: Value, type: Type) -> list[tuple[Value, Type]]:
        if isinstance(value, SetV):
            return [(v, type.args[0]) for v in value.ordered()]
        if isinstance(value, MapV):
            keys = value.keys_ordered()
            return [(k, type.args[0]) for k in keys] + [(value.entries[k], type.args[1]) for k in keys]
        if not isinstance(value, Con):
            return []
        if type.head == "List":
            return [(v, type.args[0]) for v in iter_list(value)]
        fields = next((f for c, f in self.constructors(type) if c == value.ctor), ())
        return list(zip(value.fields, fields))
