"""Which column map is for which file, and what to do where columns are missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from sos_score.definition.instrument.instrument import Instrument
from sos_score.errors import InvalidDefinition, InvalidRequest, InvalidSurvey, Problem
from sos_score.survey.column_map import ColumnMap, read_column_map
from sos_score.survey.columns import COLUMNS_LISTED
from sos_score.words import count


def pair_maps(
    data: Sequence[str], paths: Sequence[Path], instruments: Iterable[Instrument], outcome: str = ""
) -> list[tuple[str, ColumnMap | None]]:
    """Return each file with its column map: none, the one for all, or its own; a file may be there twice with two."""
    if len(paths) not in (0, 1, len(data)):
        maps = count(len(paths), "column map")
        raise InvalidRequest(f"there are {maps} (-c) for {count(len(data), 'file')}: give one for all, or one for each")
    instruments = list(instruments)
    read: dict[Path, ColumnMap] = {}
    problems: list[Problem] = []
    for path in dict.fromkeys(paths):
        try:
            read[path] = read_column_map(path, instruments)
        except InvalidDefinition as error:
            problems += error.problems
    if problems:
        raise InvalidDefinition(problems, outcome)
    spread = paths if len(paths) == len(data) else [*paths] * len(data)
    pairs = dict.fromkeys(zip(data, spread, strict=True) if paths else ((name, None) for name in data))
    return [(name, None if path is None else read[path]) for name, path in pairs]


def suggest_map(error: InvalidSurvey, instruments: Iterable[str]) -> InvalidSurvey:
    """Return the error with the command that proposes a column map, where columns are missing."""
    wanted = " ".join(f"-i {name}" for name in instruments)
    problems = [
        replace(problem, hint=f"{problem.hint}\n  propose a map: sos-score columns {problem.path} {wanted}")
        if problem.rule == COLUMNS_LISTED
        else problem
        for problem in error.problems
    ]
    return InvalidSurvey(problems, error.outcome)
