"""From a study file to its data: every source read, placed, linked and scored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sos_score.definition.study.defaults import list_defaults
from sos_score.errors import InvalidInput, InvalidSurvey, Problem, check_kind
from sos_score.notes import Note
from sos_score.scoring.file_summary import FileSummary, merge_summaries
from sos_score.scoring.plan import ScoringPlan
from sos_score.study.data import StudyData
from sos_score.study.file import StudyFile
from sos_score.study.levels import carry_levels
from sos_score.study.links import LinkTable, read_links
from sos_score.study.notes import note_study, withhold_totals
from sos_score.study.outcome import SourceTable, StudyOutcome
from sos_score.study.placing import find_strange_places, place_rows
from sos_score.study.results import read_results
from sos_score.study.rows import SourceRows, read_rows
from sos_score.study.suppression import find_hidden_sites
from sos_score.study.tables import count_scored, list_outcomes, make_table, plan_table

if TYPE_CHECKING:
    import polars as pl


def load_study_data(file: StudyFile) -> StudyData:
    """Read and score everything a study names.

    Parameters
    ----------
    file : StudyFile
        From `read_study`.

    Returns
    -------
    StudyData

    Raises
    ------
    InvalidSurvey
        With every problem of every source.
    """
    check_kind(file, StudyFile, "read_study(path)")
    problems: list[Problem] = []
    tables: list[SourceTable] = []
    outcomes: list[StudyOutcome] = []
    notes: list[Note] = []
    done: dict[tuple[str, int], FileSummary] = {}
    for rows, placed, plan, said in _place_sources(file, problems):
        table, carried = carry_levels(file.study, make_table(file, rows, placed, plan))
        tables.append(table)
        outcomes += list_outcomes(file, rows, table)
        notes += [*said, *carried]
        times: Counter[str] = Counter()
        for each in count_scored(rows, placed, table):
            times[each.name] += 1  # a file may be there twice, with a map for each wave
            place = (each.name, times[each.name])
            done[place] = merge_summaries(done[place], each) if place in done else each
    results = read_results(file, outcomes, problems, is_whole=not problems)
    if problems:
        raise InvalidSurvey(dict.fromkeys(problems), "nothing was compared")
    hidden = find_hidden_sites(file.study, tables, outcomes)
    notes = list(withhold_totals(notes, file.study, hidden))
    return StudyData(
        study=file.study,
        tables=tuple(tables),
        outcomes=tuple(outcomes),
        notes=(*dict.fromkeys(notes), *dict.fromkeys(note_study(file.study, tables, hidden))),
        defaults=tuple(list_defaults(file.study)),
        files=tuple(done.values()),
        inputs=tuple(file.list_inputs()),
        results=results,
    )


def find_wrong_data(file: StudyFile) -> list[Problem]:
    """Return every problem that `load_study_data` would raise, each once, without loading pandas.

    Results that are put back are read, and not held against the scores: nothing is scored here.
    """
    problems: list[Problem] = []
    for _ in _place_sources(file, problems):
        pass
    read_results(file, (), problems, is_whole=False)
    return list(dict.fromkeys(problems))


def _place_sources(
    file: StudyFile, problems: list[Problem]
) -> Iterator[tuple[SourceRows, pl.DataFrame, ScoringPlan | None, list[Note]]]:
    """Yield the rows of every source, as read and as placed, with how to score them and what is said of them.

    What is wrong with the others is added to `problems`.
    """
    links, wrong = _try_links(file)
    problems += wrong
    for name in file.study.sources:
        for definition in file.definitions[name]:
            try:
                rows = read_rows(file, name, definition.instrument)
                if links is None:  # where anybody belongs cannot be said
                    problems += find_strange_places(file, rows)
                    continue
                placed, said = place_rows(file, rows, links)
                plan = None if rows.is_scored else plan_table(file, rows, placed)
            except InvalidInput as error:
                problems += error.problems
            else:
                yield rows, placed, plan, said


def _try_links(file: StudyFile) -> tuple[list[LinkTable] | None, list[Problem]]:
    """Return the link tables, or what is wrong with them; the sources are read in any case."""
    try:
        return read_links(file), []
    except InvalidInput as error:
        return None, list(error.problems)
