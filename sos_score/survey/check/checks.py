"""Whether the rows of a survey can be what they claim to be.

A row with nothing in it (`holds_anything`) is no row: `score_export` leaves it out, and a frame keeps it, without
scores. A row with anything in it must name its respondent where there is such a column.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

import narwhals as nw

from sos_score.errors import Problem
from sos_score.survey.columns import UNIQUE_ROLES, Columns

MAX_SHOWN = 100


def row_key(columns: Columns) -> dict[str, str]:
    """Return the columns that together must name each row once; none where nobody is named."""
    if "respondent" not in columns.ids and not {"rater", "target"} <= set(columns.ids):
        return {}
    return {role: columns.ids[role] for role in UNIQUE_ROLES if role in columns.ids}


def check_rows(frame: nw.LazyFrame[Any], columns: Columns) -> list[Problem]:
    """Return what is wrong with the ids of a frame: respondents that are blank, and rows that are there twice."""
    return [*check_respondents(frame, columns), *check_duplicates(frame, columns)]


def check_respondents(frame: nw.LazyFrame[Any], columns: Columns) -> list[Problem]:
    """Return a problem where rows with anything in them name no respondent."""
    respondent = columns.ids.get("respondent")
    if respondent is None:
        return []
    schema = frame.collect_schema()
    unnamed = frame.filter(~is_filled(respondent, schema), holds_anything(columns, schema))
    count = unnamed.select(nw.len()).collect().item()
    message = "the respondent is blank"
    return [Problem(message, where=respondent, rule="respondent", count=int(count))] if count else []


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
    # What is not there has no text: NaN among texts would become one.
    text = nw.when(~cell.is_null()).then(cell.cast(nw.String)).otherwise(nw.lit(""))
    return text.str.strip_chars() != nw.lit("")


def check_duplicates(frame: nw.LazyFrame[Any], columns: Columns, path: str = "") -> list[Problem]:
    """Return a problem for each row key that occurs more than once; rows without a respondent are left out.

    White space around an id is none of it.
    """
    key = row_key(columns)
    if not key:
        return []
    schema = frame.collect_schema()
    named = [key["respondent"]] if "respondent" in key else list(key.values())
    frame = frame.filter(nw.any_horizontal(*[is_filled(column, schema) for column in named], ignore_nulls=True))
    texts = [nw.col(column).str.strip_chars() for column in key.values() if schema[column] == nw.String]
    frame = frame.with_columns(*texts) if texts else frame
    counted = frame.group_by(*key.values()).agg(nw.len().alias("\x1fcount")).filter(nw.col("\x1fcount") > 1)
    rows = counted.select(*key.values(), "\x1fcount").sort(*key.values()).head(MAX_SHOWN).collect().iter_rows()
    return [
        Problem(f"{name_row(dict(zip(key, row, strict=False)))} is there {row[-1]} times", path, rule="duplicate")
        for row in rows
    ]


def name_row(ids: dict[str, object]) -> str:
    """Return a row's ids in words.

    Examples
    --------
    >>> name_row({"respondent": "A17", "wave": "T1"})
    "respondent 'A17' at T1"
    """
    words = [f"{role} '{_show(value)}'" for role, value in ids.items() if role != "wave"]
    text = ", ".join(words)
    wave = _show(ids.get("wave"))
    return f"{text} at {wave}" if wave else text


def _show(value: object) -> str:
    """Return an id as text; None and NaN, which frames have for what is not there, are nothing."""
    is_nothing = value is None or (isinstance(value, float) and math.isnan(value))
    return "" if is_nothing else str(value).strip()
