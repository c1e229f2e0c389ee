"""From a study file to its data: every source read, placed, linked and scored."""

from __future__ import annotations

from collections import Counter

from sos_score.definition.study.defaults import list_defaults
from sos_score.errors import InvalidInput, InvalidSurvey, Problem
from sos_score.notes import Note
from sos_score.scoring.file_summary import FileSummary, merge_summaries
from sos_score.study.data import SourceTable, StudyData, StudyOutcome
from sos_score.study.file import StudyFile
from sos_score.study.links import LinkTable, read_links
from sos_score.study.notes import note_study, withhold_totals
from sos_score.study.placing import place_rows
from sos_score.study.results import read_results
from sos_score.study.rows import read_rows
from sos_score.study.suppression import find_hidden_sites
from sos_score.study.tables import count_scored, list_outcomes, make_table


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
    links, problems = _try_links(file)
    tables: list[SourceTable] = []
    outcomes: list[StudyOutcome] = []
    notes: list[Note] = []
    done: dict[tuple[str, int], FileSummary] = {}
    for name in file.study.sources:
        for definition in file.definitions[name]:
            try:
                rows = read_rows(file, name, definition.instrument)
                if links is None:
                    continue  # where anybody belongs cannot be said
                placed, said = place_rows(file, rows, links)
                table = make_table(file, rows, placed)
            except InvalidInput as error:
                problems += error.problems
                continue
            tables.append(table)
            outcomes += list_outcomes(file, rows, table)
            notes += said
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
        notes=(*dict.fromkeys(notes), *dict.fromkeys(note_study(file.study, tables, outcomes))),
        defaults=tuple(list_defaults(file.study)),
        files=tuple(done.values()),
        inputs=tuple(file.list_inputs()),
        results=results,
    )


def _try_links(file: StudyFile) -> tuple[list[LinkTable] | None, list[Problem]]:
    """Return the link tables, or what is wrong with them; the sources are read in any case."""
    try:
        return read_links(file), []
    except InvalidInput as error:
        return None, list(error.problems)
