"""Pydantic models in and out. Out: a model with one field of each key, whose validation is the strict decoder.

Pydantic is imported here only, and only when asked for (``kwlogic[pydantic]``).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kwlogic.core.codec import DecodeError, decode, encode
from kwlogic.core.codec_json import read_json, write_json
from kwlogic.core.program import Program
from kwlogic.core.types import Type, show_type
from kwlogic.core.value import Value
from kwlogic.core.value_show import field_types
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed
from kwlogic.weave.schema.export import type_schema
from kwlogic.weave.schema.into import Imported, schema_to_types

if TYPE_CHECKING:
    from pydantic import BaseModel

_PLAIN: dict[str, Any] = {"Int": int, "Bool": bool, "String": str, "List": list[Any], "Set": list[Any]}


def model_to_types(model: type[BaseModel], name: str = "") -> Imported:
    """The types of a model's JSON Schema; raises SchemaRefused."""
    return schema_to_types(model.model_json_schema(mode="validation"), name or model.__name__)


def type_to_model(core: Type, program: Program) -> type[BaseModel]:
    """A model of a record's fields, or with the one field ``root`` for any other type. Validation takes what the decoder takes,
    with its messages, and ``model_json_schema`` is the exported schema."""
    try:
        from pydantic import RootModel, create_model, model_validator
    except ImportError as error:
        raise Diagnosed(diagnostic("KW822", "models need the package `pydantic`", help="pip install 'kwlogic[pydantic]'")) from error

    def strict(cls: Any, document: Any) -> Any:
        if not isinstance(document, cls):
            document_value(document, core, program)
        return document

    def schema(cls: Any, *_: Any, **__: Any) -> dict[str, Any]:
        return type_schema(core, program).schema

    methods = {"model_json_schema": classmethod(schema), "__module__": __name__}
    before: Any = model_validator(mode="before")
    checks: dict[str, Any] = {"strict": before(classmethod(strict))}
    name = "".join(c if c.isalnum() else "_" for c in show_type(core)).strip("_")
    data = program.datas.get(core.head)
    if data is None or not data.record:
        base: Any = create_model(f"{name}Root", __base__=RootModel[Any], __validators__=checks)
    else:
        types = field_types(data.ctors[0].name, core, program)
        fields: dict[str, Any] = {p.name: (_PLAIN.get(t.head, Any), ...) for p, t in zip(data.ctors[0].fields, types)}
        base = create_model(f"{name}Fields", __validators__=checks, **fields)
    found: type[BaseModel] = type(name, (base,), methods)
    return found


def document_value(document: Any, core: Type, program: Program) -> Value:
    """The value of a document of Python objects (models among them; floats by their shortest text); raises ValueError."""
    try:
        return decode(read_json(json.dumps(document, default=_dumped)), core, program)
    except (DecodeError, TypeError) as error:
        raise ValueError(str(error)) from None


def value_to_model(value: Value, core: Type, program: Program, model: type[BaseModel]) -> BaseModel:
    """An instance of a model of ``type_to_model`` for a value."""
    return model.model_validate(json.loads(write_json(encode(value, core, program))))


def _dumped(value: Any) -> Any:
    dump = getattr(value, "model_dump", None)
    if dump is None:
        raise TypeError(f"a {type(value).__name__} is no JSON")
    return dump()
