"""JSON Schema to types of the language, exactly: no invalid document is taken, no valid one refused.

What types cannot say is refused with the keyword and its place. ``schema_to_types`` yields declarations as text;
``Imported.bridge`` reads documents as values of these types, and writes values as documents that fit the schema.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kwlogic.weave.schema.nodes import SchemaRefused, modern
from kwlogic.weave.schema.normal import Normal
from kwlogic.weave.schema.shapes import Field, Record, Shape
from kwlogic.weave.schema.shaping import ANY, Shaping

if TYPE_CHECKING:
    from kwlogic.weave.schema.bridge import Bridge

__all__ = ["Imported", "Port", "SchemaRefused", "schema_to_types"]


@dataclass(frozen=True, slots=True)
class Port:
    """A property of an object schema, as a port: its key, a name of the language for it, its type."""

    key: str
    name: str
    type: str


@dataclass(frozen=True)
class Imported:
    """``declarations`` as text, in order; ``type``: the type of the whole, as text; ``named``: shapes of declared types."""

    declarations: tuple[str, ...]
    type: str
    shape: Shape
    named: dict[str, Shape]

    def text(self, module: str | None = None) -> str:
        """The declarations as a spec file; where the type of the whole has no name of its own, an alias ``Root`` is added."""
        head = [f"module {module}\n"] if module else []
        alias = [] if self.type in self.named else [f"type {self.root} = {self.type}"]
        return "\n".join([*head, *self.declarations, *alias]) + "\n"

    @property
    def root(self) -> str:
        name = "Root"
        while name in self.named:
            name += "_"
        return name

    def ports(self) -> tuple[Port, ...]:
        """The properties of an object schema; none for any other."""
        if not isinstance(self.shape, Record):
            return ()
        return tuple(Port(f.key, f.name, _optional(f)) for f in self.shape.fields)

    @cached_property
    def bridge(self) -> Bridge:
        """Between documents of the schema and values of the types."""
        from kwlogic.weave.schema.bridge import Bridge

        return Bridge(self)


def _optional(field: Field) -> str:
    return field.shape.type if field.required else f"Option[{field.shape.type}]"


def schema_to_types(schema: Any, name: str = "Root") -> Imported:
    """The types of a schema; raises SchemaRefused. ``name`` is where names of declarations start from."""
    try:
        schema = modern(schema)
        normal = Normal(schema)
        shaping = Shaping(normal)
        shape = shaping.shape(normal.registry.sub(schema, "#"), name, "$")
    except RecursionError:
        raise SchemaRefused("schema", "#", "it is nested too deeply") from None
    any_type = [ANY] if shaping.any_used else []
    return Imported((*any_type, *shaping.declarations), shape.type, shape, shaping.named)
