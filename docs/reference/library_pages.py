"""The exported names with their signatures and docstrings."""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
from collections.abc import Iterator
from typing import Any

from markdown_parts import use_single_ticks
from pydantic import BaseModel

import sos_score

_INTRODUCTION = """\
# Library

Every name that `sos_score` exports, and what comes back from them. How they go together is shown in
[From Python](../python.md) and at the end of the page of each analysis.
"""
_SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.MULTILINE)
_ADDRESS = re.compile(r"<function (\w+) at 0x[0-9a-f]+>")
_QUOTED = re.compile(r"(?<=[:>] )'([^']*)'")
_WIDTH = 88


def make_library_page() -> str:
    """Return the page of all exported names: functions, types, errors, and what functions return."""
    exported = [getattr(sos_score, name) for name in sos_score.__all__]
    functions = [each for each in exported if not inspect.isclass(each)]
    errors = [each for each in exported if inspect.isclass(each) and issubclass(each, Exception)]
    types = [each for each in exported if inspect.isclass(each) and each not in errors]
    results = _list_results(functions, exported)
    parts = [_INTRODUCTION]
    for title, members in {"Functions": functions, "Types": types, "Results": results, "Errors": errors}.items():
        parts += [f"## {title}\n", *(_describe(member) for member in members)]
    return "\n".join(parts)


def _list_results(functions: list[Any], exported: list[Any]) -> list[Any]:
    """Return the types that functions return, and those that their fields hold, without an entry of their own."""
    returned = [named for each in functions for named in _list_named(each)]
    held = [named for each in returned for named in _list_named(each)]
    return [each for each in dict.fromkeys([*returned, *held]) if each not in exported]


def _list_named(member: Any) -> Iterator[Any]:
    """Yield the data classes that a function says it returns, or a data class that its fields hold."""
    given = getattr(member, "__annotations__", {})
    kept = given.values() if dataclasses.is_dataclass(member) else [given.get("return")]
    for name in re.findall(r"[A-Z]\w+", " ".join(map(str, kept))):
        named = getattr(sys.modules[member.__module__], name, None)
        if dataclasses.is_dataclass(named) and inspect.isclass(named):
            yield named


def _describe(member: Any) -> str:
    heading = f"### {member.__name__}\n"
    if inspect.isclass(member) and issubclass(member, BaseModel):
        kind = "columns" if member.__name__ == "ColumnMap" else "instrument"
        return f"{heading}\nA file as it was read; its fields are the [keys of the file]({kind}.md).\n"
    parts = [heading]
    if not (inspect.isclass(member) and issubclass(member, Exception)):
        parts.append(f"```python\n{_show_signature(member)}\n```\n")
    first, *sections = _SECTION.split(inspect.getdoc(member) or "")
    parts.append(use_single_ticks(first.strip()) + "\n")
    # A docstring has its own name at hand; a reader has to import it.
    home = "sos_score" if member.__name__ in sos_score.__all__ else member.__module__
    starting = f">>> from {home} import {member.__name__}"
    parts += [_describe_section(*pair, starting) for pair in zip(sections[::2], sections[1::2], strict=True)]
    return "\n".join(parts)


def _show_signature(member: Any) -> str:
    signature = _ADDRESS.sub(r"\1", str(inspect.signature(member)))
    text = member.__name__ + _QUOTED.sub(r"\1", signature).removesuffix(" -> None")
    if len(text) <= _WIDTH:
        return text
    inside, _, result = text.partition("(")[2].rpartition(")")
    lines = ",\n    ".join(_split_parameters(inside))
    return f"{member.__name__}(\n    {lines},\n){result}"


def _split_parameters(text: str) -> list[str]:
    """Return the parameters of a signature; commas inside brackets do not part them."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "[(") - (letter in "])")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def _describe_section(title: str, text: str, starting: str) -> str:
    if title == "Examples":
        return f"```pycon\n{starting}\n{text.strip()}\n\n```\n"
    if title in ("References", "Notes"):
        return f"**{title}.** {use_single_ticks(text.strip())}\n"
    entries: list[list[str]] = []
    for line in text.strip().splitlines():
        if line.startswith(" ") and entries:
            entries[-1].append(line.strip())
        elif line.strip():
            entries.append([_show_name(line)])
    listed = "\n".join("- " + use_single_ticks(" ".join(entry)).rstrip(":") for entry in entries)
    return f"**{title}**\n\n{listed}\n"


def _show_name(line: str) -> str:
    name, _, kind = line.partition(" : ")
    return f"`{name}` ({kind}):" if kind else f"{name}:"
