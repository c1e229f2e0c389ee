"""Columns that say who somebody is."""

from __future__ import annotations

from collections.abc import Iterator

from sos_score.check.answers import Answers
from sos_score.check.finding import Finding, Place, make_finding
from sos_score.survey.identifiers import find_identifiers


def find_named(answers: Answers) -> Iterator[Finding]:
    """Yield each column of a file that identifies people by itself."""
    for file in answers.files:
        for each in find_identifiers(file.export):
            place = Place(each.column, file.name, count=each.cells, of=each.filled)
            yield make_finding("identifiers", "warning", "identifier", place, kind=each.kind)
