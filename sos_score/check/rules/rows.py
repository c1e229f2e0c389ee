"""Rows that are no answers of anybody: blank ones, and those that were made to try the survey out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sos_score.check.answers import ROW, Answers
from sos_score.check.finding import Finding, Place, make_finding

_TRIAL = re.compile(r"(?i)(test|testing|dummy|demo|preview|example|sample|xxx+|asdf\w*)[-_ ]?\w{0,3}")


def find_left_out(answers: Answers) -> Iterator[Finding]:
    """Yield, for each file, how it was read, and how many rows are blank or were left out by a rule of the platform."""
    for file in answers.files:
        for each in file.about:
            yield make_finding("rows", "note", "file_read", Place(file=file.name), said=each)
        for rule, count in file.export.left_out.items():
            place = Place(file=file.name, count=count, of=file.frame.height + file.blank_rows + count)
            yield make_finding("rows", "note", "rows_left_out", place, rule=rule)
        if file.blank_rows:
            rows = file.frame.height + file.blank_rows
            yield make_finding("rows", "note", "rows_blank", Place(file=file.name, count=file.blank_rows, of=rows))


def find_unfinished(answers: Answers) -> Iterator[Finding]:
    """Yield, for each file that no platform's rules were used on, the rows that it says were never finished."""
    import polars as pl

    for file in answers.files:
        names = {re.sub(r"[^a-z]", "", name.casefold()): name for name in file.export.header}
        if file.export.about or file.export.left_out or not {"finished", "progress"} & names.keys():
            continue
        column = names.get("finished", names.get("progress", ""))
        cell = pl.col(column).str.to_lowercase()
        number = cell.cast(pl.Float64, strict=False)
        is_open = cell.is_in(["0", "false", "no"]) if "finished" in names else number < 100
        rows = file.read_texts([column]).filter(is_open)[ROW].to_list()
        if rows:
            place = Place(column, file.name, file.locate(rows), count=len(rows), of=file.frame.height)
            yield make_finding("rows", "warning", "rows_unfinished", place)


def find_test_rows(answers: Answers) -> Iterator[Finding]:
    """Yield, for each file, the rows whose respondent is called as people call themselves when they try a survey."""
    import polars as pl

    for role in ("respondent", "target"):
        if role not in answers.ids:
            continue
        named = answers.frame[role].unique().drop_nulls().to_list()
        trial = [each for each in named if _TRIAL.fullmatch(each)]
        for file, lines, count in answers.locate(answers.frame.filter(pl.col(role).is_in(trial))):
            place = Place(role, file.name, lines, count=count, of=file.frame.height)
            yield make_finding("rows", "warning", "rows_trial", place)
