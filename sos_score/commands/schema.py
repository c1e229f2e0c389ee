"""JSON Schemas of the files a user writes, made from the models that read them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.wording import Wording
from sos_score.definition.model import Model
from sos_score.definition.study.model import Study
from sos_score.errors import InvalidRequest, guess
from sos_score.scoring.norms import NormFile
from sos_score.survey.column_map import ColumnMap

MODELS: dict[str, type[Model]] = {
    "instrument": Instrument,
    "columns": ColumnMap,
    "norms": NormFile,
    "study": Study,
    "wording": Wording,
}


def make_schema(kind: str) -> str:
    """Return the JSON Schema of one kind of file, as text."""
    if kind not in MODELS:
        raise InvalidRequest(f"no schema '{kind}' (schemas: {', '.join(MODELS)}) {guess(kind, MODELS)}".rstrip())
    schema: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    schema |= MODELS[kind].model_json_schema(by_alias=True)
    if kind == "wording":
        _allow_changes(schema)
    _allow_single(schema)
    _allow_header(schema.get("properties", {}))
    _forbid_other_names(schema)
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _allow_changes(schema: dict[str, Any]) -> None:
    """Say in the schema of a file that extends a definition that any part of that may be changed, or taken away."""
    whole = Instrument.model_json_schema(by_alias=True)
    parts = {"": whole, **whole.pop("$defs")}
    for part in parts.values():
        part.pop("required", None)
        for name, each in part.get("properties", {}).items():
            about = {key: each.pop(key) for key in ("description", "title", "default") if key in each}
            for inner in ("additionalProperties", "patternProperties"):
                if isinstance(each.get(inner), dict):
                    named = each[inner] if inner == "patternProperties" else {"": each[inner]}
                    may_go = {key: {"anyOf": [value, {"type": "null"}]} for key, value in named.items()}
                    each[inner] = may_go if inner == "patternProperties" else may_go[""]
            part["properties"][name] = {"anyOf": [each, {"type": "null"}]} | about
    own = schema["properties"]
    schema["$defs"] = {name: part for name, part in parts.items() if name}
    schema["properties"] = {**whole["properties"], **own}
    schema["required"] = ["format", "extends"]


def _walk(part: object) -> Iterator[dict[str, Any]]:
    """Yield every mapping in a schema, the outer ones first."""
    if isinstance(part, dict):
        yield part
        for value in list(part.values()):
            yield from _walk(value)
    elif isinstance(part, list):
        for value in part:
            yield from _walk(value)


def _forbid_other_names(schema: dict[str, Any]) -> None:
    """Say in the schema what the reader demands: in a mapping of named things, every name has the form."""
    for part in _walk(schema):
        if "patternProperties" in part:
            part["additionalProperties"] = False


def _allow_header(properties: dict[str, Any]) -> None:
    """Say in the schema what the reader allows: the header of a column as text, instead of a mapping."""
    for part in list(_walk(properties)):
        if part.get("$ref") == "#/$defs/ColumnRef":
            part["anyOf"] = [{"type": "string", "minLength": 1}, {"$ref": part.pop("$ref")}]


def _allow_single(schema: dict[str, Any]) -> None:
    """Say in the schema what the reader allows: one item block, or one id, instead of a list of one."""
    places = [
        (schema["properties"], "items"),
        (schema.get("$defs", {}).get("ItemBlock", {}).get("properties", {}), "ids"),
    ]
    for properties, name in places:
        listed = properties.get(name, {})
        if listed.get("type") == "array":
            about = {"description": listed.pop("description")}
            properties[name] = {"anyOf": [listed["items"], listed]} | about
