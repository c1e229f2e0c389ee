"""People who cannot have read what they answered, where the file says how long they took."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from sos_score.check.answers import FILE, ROW, Answers, FileAnswers
from sos_score.check.finding import Finding, Place, make_finding
from sos_score.check.rules.missing import count_all

if TYPE_CHECKING:
    import polars as pl

SECONDS_AN_ITEM = 1.0
"""Whoever is faster has not read the items (Wood, Harms, Lowman and DeSimone 2017)."""

# What platforms call the time taken, in seconds, and the two times it lies between; letters only.
_SECONDS = ("durationinseconds", "qtotalduration", "interviewtime", "totaltime", "duration")
_TIMES = (
    *(("startdate", "enddate"), ("starttime", "completiontime"), ("startdate", "datesubmitted")),
    *(("startdate", "submitdate"), ("startdate", "datestamp"), ("startdate", "completiondate"), ("started", "ended")),
)
_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%m/%d/%y")
_CLOCKS = (" %H:%M:%S%.f", "T%H:%M:%S%.f", " %H:%M", " %I:%M:%S %p")
_FORMATS = tuple(date + clock for date in _DATES for clock in _CLOCKS)


def find_durations(answers: Answers) -> Iterator[Finding]:
    """Yield, for each file, the rows that took less than `SECONDS_AN_ITEM` for each answer, or less than no time."""
    import polars as pl

    counts = answers.frame.with_columns(pl.Series("\x1fn", count_all(answers)))
    for number, file in enumerate(answers.files):
        found = _read_seconds(file)
        if found is None:
            continue
        column, seconds = found
        own = counts.filter(pl.col(FILE) == number)
        n, took = own["\x1fn"].to_numpy(), seconds.to_numpy()
        rows = own[ROW].to_numpy()
        with np.errstate(invalid="ignore"):
            wrong = {"duration_negative": took < 0, "duration_short": (took >= 0) & (took < n)}
        for code, which in wrong.items():
            if which.any():
                lines = file.locate(rows[which].tolist())
                place = Place(column, file.name, lines, count=int(which.sum()), of=len(rows))
                yield make_finding("durations", "warning", code, place, seconds=SECONDS_AN_ITEM)


def _read_seconds(file: FileAnswers) -> tuple[str, pl.Series] | None:
    """Return the column that says how long each row took, and the seconds; None where no column does."""
    import polars as pl

    names = {re.sub(r"[^a-z]", "", name.casefold()): name for name in file.export.header}
    for name in _SECONDS:
        if name in names:
            text = file.read_texts([names[name]])[names[name]]
            return names[name], text.cast(pl.Float64, strict=False).fill_null(np.nan)
    for first, last in _TIMES:
        if first in names and last in names:
            times = file.read_texts([names[first], names[last]])
            start, end = (_read_times(times[names[each]]) for each in (first, last))
            if start is not None and end is not None:
                return names[last], (end - start).dt.total_seconds().cast(pl.Float64).fill_null(np.nan)
    return None


def _read_times(texts: pl.Series) -> pl.Series | None:
    """Return times where all of them are written in one way that is known."""
    given = texts.drop_nulls().len()
    for form in _FORMATS:
        times = texts.str.to_datetime(form, strict=False, time_unit="ms")
        if given and times.drop_nulls().len() == given:
            return times
    return None
