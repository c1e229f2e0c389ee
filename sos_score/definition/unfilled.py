"""Texts of a starter file that nobody has put their own in place of."""

from __future__ import annotations

from collections.abc import Iterator

from sos_score.definition.yaml.document import Document, Loc
from sos_score.errors import Problem

# What starters have held that says nothing of anybody's questionnaire or study.
_STARTER_TEXTS = frozenset(
    {
        "what it measures",
        "who holds the rights",
        "more of it",
        "Uses the framework",
        "Does not",
        "Northtown",
        "Southtown",
    }
)


def list_unfilled(document: Document) -> list[Problem]:
    """Return a problem for each text of a starter file that was left as it was: results would print it."""
    return [
        document.problem(
            loc, f"'{text}' is still the text of the starter file", hint="write your own", rule="starter-text"
        )
        for loc, text in _walk(document.data, ())
        if text in _STARTER_TEXTS
    ]


def _walk(part: object, loc: Loc) -> Iterator[tuple[Loc, str]]:
    if isinstance(part, str):
        yield loc, part
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from _walk(value, (*loc, key))
    elif isinstance(part, list):
        for place, value in enumerate(part):
            yield from _walk(value, (*loc, place))
