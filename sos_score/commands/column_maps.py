"""Which column map is for which file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sos_score.definition.instrument.instrument import Instrument
from sos_score.errors import InvalidDefinition, InvalidRequest, InvalidSurvey, Problem
from sos_score.survey.column_map import SAME_CELLS, ColumnMap, describe_repeat, find_repeats, read_column_map
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
    files = [(name, None if path is None else read[path]) for name, path in pairs]
    if repeats := [*find_repeats(files)]:
        names = [(files[place][0], files[before][0]) for place, before in repeats]
        raise InvalidSurvey(
            [Problem(describe_repeat(*each), each[0], hint=SAME_CELLS, rule="source-files") for each in names], outcome
        )
    return files
