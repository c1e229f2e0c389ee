"""Whether the rows of a survey can be what they claim to be.

A row with nothing in it (`holds_anything`) is no row: `score_export` leaves it out, and a frame keeps it, without
scores. A row with anything in it must name its respondent where there is such a column.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

import narwhals as nw

from sos_score.definition.text import ROUNDED_ID, SUMMARY_ID
from sos_score.errors import Problem, clip
from sos_score.survey.check.row_key import ask_for_wave, find_key, lacks_wave, show_cell, show_id
from sos_score.survey.columns import Columns

MAX_SHOWN = 100
SUMMED = ("respondent", "site", "target")
"""The ids under which a spreadsheet writes that a row sums up the others."""


def check_rows(frame: nw.LazyFrame[Any], columns: Columns) -> list[Problem]:
    """Return what is wrong with the ids of a frame: those that name nobody, and rows that are there twice."""
    return [*check_ids(frame, columns), *check_duplicates(frame, columns)]


def check_ids(frame: nw.LazyFrame[Any], columns: Columns) -> list[Problem]:
    """Return the problems of ids that name nobody: blank, rounded by a spreadsheet, or Total and the like; in one pass.

    A blank respondent is a problem only where the row has anything else in it.
    """
    schema, respondent = frame.collect_schema(), columns.ids.get("respondent")
    asked: list[tuple[nw.Expr, Callable[[int], Problem]]] = []
    if respondent is not None:
        is_blank = ~is_filled(respondent, schema) & holds_anything(columns, schema)
        is_rounded = show_cell(respondent, schema).str.contains(ROUNDED_ID)
        asked += [(is_blank, partial(_describe_blank, respondent)), (is_rounded, partial(describe_rounded, respondent))]
    for name in dict.fromkeys(columns.ids[role] for role in SUMMED if role in columns.ids):
        asked.append((show_cell(name, schema).str.contains(SUMMARY_ID), partial(describe_summary, name)))
    if not asked:
        return []
    sums = [wrong.cast(nw.Int64).sum().alias(f"{place}") for place, (wrong, _) in enumerate(asked)]
    counts = frame.select(*sums).collect().row(0)
    return [describe(int(count)) for (_, describe), count in zip(asked, counts, strict=True) if count]


def _describe_blank(column: str, count: int) -> Problem:
    return Problem("the respondent is blank", where=column, rule="respondent", count=count)


def describe_rounded(column: str, count: int, path: str = "", line: int | None = None) -> Problem:
    """Return a problem for ids that a spreadsheet rounded: people can no longer be told apart by them."""
    message = "the id is a long number that a spreadsheet has rounded (1.14628E+11), and no longer says who this is"
    hint = "export the file again and read it as it is; in a spreadsheet, format the column as text before it is filled"
    return Problem(message, path, line, column, hint, "id-rounded", count)


def describe_summary(column: str, count: int, path: str = "", line: int | None = None) -> Problem:
    """Return a problem for rows that a spreadsheet put under the answers, which would be scored as one person more."""
    message = "the id says that this row sums up the others (Total, Mean), and is nobody's answers"
    return Problem(message, path, line, column, "delete the row", "id-summary", count)


def holds_anything(
    columns: Columns, schema: Mapping[str, nw.dtypes.DType], blanks: Mapping[str, Collection[str]] | None = None
) -> nw.Expr:
    """Return whether a row has anything in an id or an item: an answer, a reason for having none, or a mistake.

    This is the one rule for blank rows. Constants are no part of it: they stand in every row. `blanks` has the texts of
    white space of each column of texts whose texts are known already, which saves looking at each cell.
    """
    known = blanks or {}
    return nw.any_horizontal(
        *[is_filled(column, schema, known.get(column)) for column in columns.used], ignore_nulls=True
    )


def is_filled(column: str, schema: Mapping[str, nw.dtypes.DType], blanks: Collection[str] | None = None) -> nw.Expr:
    """Return whether a cell holds anything but white space; see `holds_anything`."""
    dtype, cell = schema[column], nw.col(column)
    if dtype.is_numeric():
        return ~(cell.is_null() | cell.is_nan()) if dtype.is_float() else ~cell.is_null()
    if blanks is not None:
        return ~cell.is_null() & ~cell.is_in(blanks) if blanks else ~cell.is_null()
    return show_cell(column, schema) != nw.lit("")


def check_duplicates(frame: nw.LazyFrame[Any], columns: Columns, path: str = "") -> list[Problem]:
    """Return a problem for each row key that occurs more than once; see `RowKey`."""
    key = find_key(columns)
    if not key.columns:
        return []
    ids, is_named = key.expressions(frame.collect_schema())
    roles = list(key.columns)
    counted = frame.filter(is_named).select(*ids).group_by(*roles).agg(nw.len().alias("\x1fcount"))
    repeated = counted.filter(nw.col("\x1fcount") > 1)
    if "wave" not in roles:
        people, again = (int(each.select(nw.len()).collect().item()) for each in (counted, repeated))
        if lacks_wave(columns, again, people):
            return [ask_for_wave(again, people, columns, path)]
    rows = repeated.select(*roles, "\x1fcount").sort(*roles).head(MAX_SHOWN).collect().iter_rows()
    return [
        Problem(f"{name_row(dict(zip(roles, row, strict=False)))} appears {row[-1]} times", path, rule="duplicate")
        for row in rows
    ]


def name_row(ids: dict[str, object]) -> str:
    """Return a row's ids in words.

    Examples
    --------
    >>> name_row({"respondent": "A17", "wave": "T1"})
    "respondent 'A17' at T1"
    """
    words = [f"{role} '{clip(show_id(value))}'" for role, value in ids.items() if role != "wave"]
    text = ", ".join(words)
    wave = show_id(ids.get("wave"))
    return f"{text} at {wave}" if wave else text
