"""A study without the rows of those who gave the same answer over and over."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sos_score.definition.instrument.instrument import Instrument
from sos_score.notes import Note, note
from sos_score.psychometrics.straight_lines import are_straight, measure_runs
from sos_score.study.data import StudyData
from sos_score.study.outcome import SourceTable
from sos_score.study.small_cells import format_part


def measure_longest_runs(table: SourceTable) -> NDArray[np.intp]:
    """Return the longest run of identical answers in each row of a table."""
    if table.instrument is None:
        return np.zeros(len(table.frame), dtype=np.intp)
    responses = table.instrument.responses
    kinds = {name: responses[name] for name in _list_items(table)}
    given = table.answers[list(kinds)].to_numpy(dtype=float, copy=True)
    for place, name in enumerate(kinds):
        recode = table.instrument.recodes.get(name, {})
        counted = given[:, place].copy()
        for code, counts in recode.items():
            given[counted == counts, place] = code
    return measure_runs(given, list(kinds.values()))


def find_straight_liners(table: SourceTable) -> NDArray[np.bool_]:
    """Return which rows of a table are straight-lined; see `are_straight`."""
    return are_straight(measure_longest_runs(table), len(_list_items(table)))


def _list_items(table: SourceTable) -> list[str]:
    """Return the items in the order of the form, without those whose answers what they count does not tell."""
    if table.instrument is None:
        return []
    known = set(table.answers.columns) - _list_merged(table.instrument)
    return [item for item in table.instrument.administration if item in known]


def _list_merged(instrument: Instrument) -> set[str]:
    """Return the items of which two answers count the same, so that the answer is not known from what it counts."""
    return {item for item, recode in instrument.recodes.items() if len(set(recode.values())) < len(recode)}


def drop_straight_liners(data: StudyData) -> tuple[StudyData, tuple[Note, ...]]:
    """Return a study without its straight-lined rows, and how many each source had."""
    tables, notes = {}, []
    hidden = data.hidden
    for table in data.tables:
        lined = find_straight_liners(table)
        if table.instrument is not None and not _list_merged(table.instrument).isdisjoint(table.answers.columns):
            notes.append(note("straight_recoded", source=table.source))
        keep = ~lined
        kept = replace(
            table,
            frame=table.frame[keep].reset_index(drop=True),
            answers=table.answers[keep].reset_index(drop=True),
        )
        tables[id(table)] = kept
        if lined.any():
            is_told = hidden.may_tell_total(table.source, data.study.waves or ("",))
            part = format_part(int(lined.sum()), lined.size, data.study.privacy.smallest_cell, is_told=is_told)
            notes.append(note("straight_lined", source=table.source, part=part))
    outcomes = tuple(replace(outcome, table=tables[id(outcome.table)]) for outcome in data.outcomes)
    kept_data = replace(data, tables=tuple(tables.values()), outcomes=outcomes)
    return kept_data, tuple(notes or [note("none_straight_lined")])
