"""The constructors of a type: of lists, options and tuples, and of the program's data types at their type arguments."""

from __future__ import annotations

from kwlogic.core.program import Program
from kwlogic.core.types import Type, subst_type

Fields = tuple[tuple[str, Type], ...]


class DataTypes:
    """Constructors by type, looked up once each."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._named: dict[Type, tuple[tuple[str, Fields], ...]] = {}
        self._plain: dict[Type, tuple[tuple[str, tuple[Type, ...]], ...]] = {}

    def named(self, type: Type) -> tuple[tuple[str, Fields], ...]:
        """Name and named field types of each constructor; empty for a type without constructors."""
        if type not in self._named:
            self._named[type] = self._make(type)
        return self._named[type]

    def plain(self, type: Type) -> tuple[tuple[str, tuple[Type, ...]], ...]:
        """The same without the names of fields."""
        if type not in self._plain:
            self._plain[type] = tuple((name, tuple(t for _, t in fields)) for name, fields in self.named(type))
        return self._plain[type]

    def _make(self, type: Type) -> tuple[tuple[str, Fields], ...]:
        match type.head:
            case _ if type.is_var:
                return ()
            case "List":
                return (("Nil", ()), ("Cons", (("head", type.args[0]), ("tail", type))))
            case "Option":
                return (("None", ()), ("Some", (("value", type.args[0]),)))
            case "Tuple":
                return (("Tuple", tuple((str(i), t) for i, t in enumerate(type.args))),)
        data = self.program.datas.get(type.head)
        if data is None:
            return ()
        env = dict(zip(data.tparams, type.args, strict=True))
        return tuple((c.name, tuple((f.name, subst_type(f.type, env)) for f in c.fields)) for c in data.ctors)
