"""What the models of all files share."""

from __future__ import annotations

import inspect
import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, PlainValidator, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

Text = Annotated[str, Field(min_length=1)]
MOST_LETTERS = 100
Label = Annotated[str, Field(min_length=1, max_length=MOST_LETTERS)]
"""What stands in every table and picture."""


def _read_values(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    if values and all(isinstance(each, int | str) and not isinstance(each, bool) for each in values):
        return [str(each) for each in values]
    raise ValueError("must be a value or a list of values ([family])")


_VALUE = {"type": ["string", "integer"]}
Values = Annotated[
    list[str],
    PlainValidator(_read_values),
    WithJsonSchema({"anyOf": [_VALUE, {"type": "array", "items": _VALUE, "minItems": 1}]}),
]


class Model(BaseModel):
    """A part of a file: every key known, every type as written, nothing changed afterwards."""

    # Built when it is first used: most commands use few of the models.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Return the JSON Schema with what the docstring says of each field, which is what editors show."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        schema["description"] = summarise(cls)
        for name, text in describe_fields(cls).items():
            schema["properties"][cls.model_fields[name].alias or name]["description"] = text
        return schema


_ENTRY = re.compile(r"^(?P<names>\w+(?:, \w+)*) : .+$")


def describe_fields(model: type[BaseModel]) -> dict[str, str]:
    """Return what a model's docstring says of each of its fields.

    Examples
    --------
    >>> from sos_score.definition.instrument.instrument import RawNorm
    >>> describe_fields(RawNorm)["sd"]
    'Standard deviation, above 0.'
    """
    described: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if issubclass(kind, BaseModel) and kind is not BaseModel:
            described |= _read_attributes(inspect.cleandoc(kind.__doc__ or ""))
    return {name: text for name, text in described.items() if name in model.model_fields}


def summarise(model: type[BaseModel]) -> str:
    """Return what a model is: its docstring without the list of its fields."""
    return inspect.cleandoc(model.__doc__ or "").partition("\n\nAttributes\n")[0].replace("\n", " ")


def _read_attributes(docstring: str) -> dict[str, str]:
    listed = docstring.partition("\n\nAttributes\n----------\n")[2]
    described: dict[str, str] = {}
    names: list[str] = []
    for line in listed.splitlines():
        if match := _ENTRY.match(line):
            names = match["names"].split(", ")
        elif line.strip():
            described |= {name: f"{described.get(name, '')} {line.strip()}".strip() for name in names}
    return described
