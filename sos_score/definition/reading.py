"""From a definition file to an instrument, with every problem of the file at once."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.rules.finding import UnreadableParts
from sos_score.definition.instrument.rules.lint import lint
from sos_score.definition.yaml.document import Document, Loc, read_yaml, refuse_other_kind
from sos_score.definition.yaml.errors import error_places, locate_errors
from sos_score.errors import InvalidDefinition, Problem

# Stands in for the parts of a broken file that cannot be read, so that the rules can still judge the rest.
_PLACEHOLDER: dict[str, Any] = {
    "format": 1,
    "id": "placeholder",
    "version": "0.0.0",
    "title": "placeholder",
    "construct": "placeholder",
    "answered_by": ["client"],
    "references": [],
    "rights": {"holder": "placeholder"},
    "verification": {part: {"status": "user", "source": "placeholder"} for part in ("key", "responses", "missing")},
    "response_scales": {},
    "items": [],
    "missing": {"min_answered": 1},
    "scales": {},
}
_NO_EXAMPLE: dict[str, Any] = {"name": "placeholder", "answers": {}, "scores": {}}
_NAMED = ("response_scales", "scales", "norms")


@dataclass(frozen=True)
class Definition:
    """An instrument and the file that says so.

    Attributes
    ----------
    document : Document
        The file: its path, the line of every part, and the SHA-256 of its bytes.
    wording : Document or None
        The file that was laid over it, for the wording of its items.
    extends : tuple of Document
        The definitions that the file extends, the nearest first.
    """

    instrument: Instrument
    document: Document
    wording: Document | None = None
    extends: tuple[Document, ...] = ()


def read_definition(path: Path) -> Definition:
    """Read and check one instrument definition."""
    return check_definition_document(read_yaml(path))


def check_definition_document(document: Document) -> Definition:
    """Return the definition in a document that has been read; raises as `read_definition` does."""
    instrument, problems = check_document(document)
    if instrument is None or problems:
        raise InvalidDefinition(problems)
    return Definition(instrument, document)


def check_document(document: Document) -> tuple[Instrument | None, list[Problem]]:
    """Return the instrument a document defines, if it does, and every problem in it."""
    problems = list(document.problems)
    if not isinstance(document.data, dict):
        return None, [
            *problems,
            document.problem((), "is not an instrument definition (a mapping of keys)", rule="yaml"),
        ]
    try:
        instrument = Instrument.model_validate(document.data)
    except ValidationError as error:
        if other := refuse_other_kind(document, "a definition"):
            return None, [other]
        problems += locate_errors(error, document, Instrument)
        problems += _lint_rest(document, error)
        return None, sorted(problems, key=lambda problem: problem.line or 0)
    problems += lint(instrument, document)
    return instrument, sorted(problems, key=lambda problem: problem.line or 0)


def _lint_rest(document: Document, error: ValidationError) -> list[Problem]:
    """Return what the rules say of the parts of a broken file that can be read."""
    data: Any = copy.deepcopy(document.data)
    lost_sections, lost_names = set(), set()
    for loc, kind in reversed(list(error_places(error, document.data))):
        section = str(loc[0]) if loc else ""
        if section in _NAMED and len(loc) > 1:
            # Under a key nobody knows there may be what the part seems to lack.
            lost_names.add((section, str(loc[1])))
        elif kind != "extra_forbidden" and section != "examples":
            lost_sections.add(section)
        _remove(data, _droppable(loc, kind))
    # Items are one list: with one of them broken, no other part can be said to name an unknown item.
    try:
        rest = Instrument.model_validate({**_PLACEHOLDER, **data})
    except ValidationError:
        return []
    return lint(rest, document, UnreadableParts(frozenset(lost_sections), frozenset(lost_names)))


def _droppable(loc: Loc, kind: str) -> Loc:
    """Return the smallest part that can be left out because of an error at `loc`."""
    if kind == "extra_forbidden":
        return loc
    if loc and loc[0] in (*_NAMED, "examples"):
        return loc[:2]
    return loc[:1]


def _remove(data: Any, loc: Loc) -> None:
    *way, last = loc
    for part in way:
        known = range(len(data)) if isinstance(data, list) else data if isinstance(data, dict) else ()
        if part not in known:
            return
        data = data[part]
    if isinstance(data, list) and isinstance(last, int) and last < len(data):
        data[last] = _NO_EXAMPLE  # popped, it would move all those after it
    elif isinstance(data, dict):
        data.pop(last, None)
