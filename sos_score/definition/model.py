"""What the models of all files share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from sos_score.definition.descriptions import describe_fields, summarise

Text = Annotated[str, Field(min_length=1)]


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
