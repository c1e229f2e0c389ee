"""Who gave the same answer over and over: the longest run of identical answers, in the order of the items."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sos_score.notes import Note, note
from sos_score.study.data import SourceTable, StudyData
from sos_score.study.small_cells import format_part

SHORTEST_RUN = 10
"""A shorter run is never a straight line: a few equal answers in a row are what people give who mean them."""


def measure_longest_runs(table: SourceTable) -> NDArray[np.intp]:
    """Return the longest run of identical answers in each row of a table."""
    if table.instrument is None:
        return np.zeros(len(table.frame), dtype=np.intp)
    kinds = {name: scale for name, scale in table.instrument.responses.items() if name in table.answers}
    codes = table.answers[list(kinds)].to_numpy(dtype=float)
    longest = np.zeros(len(codes), dtype=np.intp)
    run = np.zeros(len(codes), dtype=np.intp)
    last = np.full(len(codes), np.nan)
    before = None
    for column, kind in enumerate(kinds.values()):
        if kind != before:
            last[:] = np.nan
            before = kind
        now = codes[:, column]
        answered = ~np.isnan(now)
        run = np.where(answered, np.where(now == last, run + 1, 1), run)
        last = np.where(answered, now, last)
        longest = np.maximum(longest, run)
    return longest


def find_straight_liners(table: SourceTable) -> NDArray[np.bool_]:
    """Return which rows of a table are straight-lined.

    They have a run of half the instrument's items or more (Curran 2016), and of at least `SHORTEST_RUN` answers:
    instruments of fewer items have none.
    """
    runs = measure_longest_runs(table)
    lined: NDArray[np.bool_] = (2 * runs >= table.answers.shape[1]) & (runs >= SHORTEST_RUN)
    return lined


def drop_straight_liners(data: StudyData) -> tuple[StudyData, tuple[Note, ...]]:
    """Return a study without its straight-lined rows, and how many each source had."""
    tables, notes = {}, []
    for table in data.tables:
        lined = find_straight_liners(table)
        keep = ~lined
        kept = replace(
            table,
            frame=table.frame[keep].reset_index(drop=True),
            answers=table.answers[keep].reset_index(drop=True),
        )
        tables[id(table)] = kept
        if lined.any():
            part = format_part(int(lined.sum()), lined.size, data.study.privacy.smallest_cell)
            notes.append(note("straight_lined", source=table.source, part=part))
    outcomes = tuple(replace(outcome, table=tables[id(outcome.table)]) for outcome in data.outcomes)
    kept_data = replace(data, tables=tuple(tables.values()), outcomes=outcomes)
    return kept_data, tuple(notes or [note("none_straight_lined")])
