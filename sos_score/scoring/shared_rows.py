"""The same person in two files of one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from sos_score.errors import InvalidSurvey, Problem
from sos_score.notes import note
from sos_score.scoring.file_summary import FileSummary, count_shared
from sos_score.scoring.scorer import Scorer
from sos_score.survey.check.checks import name_row
from sos_score.survey.check.row_key import find_key
from sos_score.survey.readers.export import Export

_HINT = "where each file is a wave, say so: constants: {wave: T1} in a column map for each (-c t1.yaml -c t2.yaml)"


@dataclass(frozen=True)
class ReadFile:
    """A file that has been read, and what became of it."""

    export: Export
    scorer: Scorer
    summary: FileSummary


def check_shared(files: Sequence[ReadFile]) -> list[FileSummary]:
    """Return what became of each file, with a note where people are in an earlier one too and no wave is stated.

    The same person at the same wave in two files is a problem: the rows would count as different people.
    """
    summaries = [file.summary for file in files]
    problems: list[Problem] = []
    for (_, one), (second, other) in combinations(enumerate(files), 2):
        count = count_shared(one.summary, other.summary)
        if count and "wave" in (other.summary.keys or ((),))[0]:
            problems.append(_locate(one, other, count))
        elif count:
            said = note("also_in", count=count, path=one.export.name)
            summaries[second] = replace(summaries[second], about=(*summaries[second].about, said))
    if problems:
        raise InvalidSurvey(problems)
    return summaries


def _locate(one: ReadFile, other: ReadFile, count: int) -> Problem:
    """Return the problem at the first row that both files have; both are read again for it."""
    known = {key: line for line, key in _list_keys(one)}
    line, key = next((line, key) for line, key in _list_keys(other) if key in known)
    who = name_row(dict(zip((other.summary.keys or ((),))[0], key, strict=True)))
    more = (
        f"; so are {count - 1:,} more of its rows" if count > 2 else "; so is 1 more of its rows" if count == 2 else ""
    )
    first = one.export.place(Problem("", one.export.name, known[key]))
    message = f"{who} is on {one.export.unit} {first.line} of {first.path} too{more}"
    return other.export.place(Problem(message, other.export.name, line, hint=_HINT, rule="duplicate"))


def _list_keys(file: ReadFile) -> list[tuple[int, tuple[str, ...]]]:
    columns = file.scorer.columns
    key = find_key(columns)
    places = {role: file.export.header.index(column) for role, column in key.columns.items()}
    roles = (file.summary.keys or ((),))[0]
    found = []
    for line, cells in file.export.select_rows(columns).records():
        own = key.read({role: cells[place] for role, place in places.items()})
        if own is not None:
            ids = {**dict(zip(places, own, strict=True)), **columns.constants}
            found.append((line, tuple(ids[role] for role in roles)))
    return found
