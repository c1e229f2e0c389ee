"""The keys of the files a user writes, as their JSON Schemas have them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from markdown_parts import make_table, use_single_ticks

from sos_score.commands.schema import make_schema
from sos_score.definition.yaml.errors import FORMS

_PLAIN = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "`true` or `false`",
    "null": "`null`",
}
_BOUNDS = {"minimum": "at least", "exclusiveMinimum": "more than", "exclusiveMaximum": "less than"}


def make_file_page(kind: str, title: str, explained: str) -> str:
    """Return the page of one kind of file; `kind` is one of those `sos-score schema` knows."""
    schema: dict[str, Any] = json.loads(make_schema(kind))
    parts = [f"# {title}\n", f"{use_single_ticks(schema['description'])} {explained}\n", _tabulate(schema)]
    for name in dict.fromkeys(_list_parts(schema, schema.get("$defs", {}))):
        part = schema["$defs"][name]
        parts += [f"## {name}\n", use_single_ticks(part["description"]) + "\n", _tabulate(part)]
    return "\n".join(parts)


def _list_parts(node: Any, known: dict[str, Any]) -> Iterator[str]:
    """Yield the parts a schema is made of, in the order a reader meets them."""
    if isinstance(node, dict):
        reference = node.get("$ref", "").removeprefix("#/$defs/")
        if reference:
            yield reference
            yield from _list_parts(known[reference], known)
        for name, child in node.items():
            if name != "$defs":
                yield from _list_parts(child, known)
    elif isinstance(node, list):
        for child in node:
            yield from _list_parts(child, known)


def _tabulate(part: dict[str, Any]) -> str:
    rows = [
        (
            f"`{name}`",
            use_single_ticks(about["description"]),
            _describe_type(about),
            "required" if name in part.get("required", ()) else _show_default(about),
        )
        for name, about in part["properties"].items()
    ]
    return make_table(("key", "what it is", "what it may be", "default"), rows)


def _show_default(about: dict[str, Any]) -> str:
    default = about.get("default")
    if default in (None, []) or isinstance(default, dict):  # the part has a table of its own
        return ""
    return f"`{default if isinstance(default, str) else json.dumps(default)}`"


def _describe_type(about: dict[str, Any]) -> str:
    if "$ref" in about:
        name = about["$ref"].removeprefix("#/$defs/")
        return f"[{name}](#{name.lower()})"
    if "anyOf" in about:
        return " or ".join(_describe_type(each) for each in about["anyOf"] if each.get("type") != "null")
    if "enum" in about or "const" in about:
        return ", ".join(f"`{value}`" for value in about.get("enum", [about.get("const")]))
    if about.get("type") == "array":
        return f"list of {_describe_type(about['items'])}"
    if about.get("type") == "object":
        named = about.get("patternProperties") or {"": about["additionalProperties"]}
        return f"mapping to {_describe_type(next(iter(named.values())))}"
    return _describe_plain(about)


def _describe_plain(about: dict[str, Any]) -> str:
    kinds = about["type"] if isinstance(about["type"], list) else [about["type"]]
    text = " or ".join(_PLAIN[kind] for kind in kinds)
    if about.get("pattern") in FORMS:
        return f"{text} ({FORMS[about['pattern']]})"
    return " ".join([text, *(f"{words} {about[key]}" for key, words in _BOUNDS.items() if key in about)])
