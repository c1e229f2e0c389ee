"""Whether the rows of a survey can be what they claim to be."""

from __future__ import annotations

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


def check_duplicates(frame: nw.LazyFrame[Any], columns: Columns, path: str = "") -> list[Problem]:
    """Return a problem for each row key that occurs more than once.

    Parameters
    ----------
    frame : narwhals LazyFrame
    columns : Columns
    path : str
        The export, for messages.
    """
    key = row_key(columns)
    if not key:
        return []
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
    words = [f"{role} '{value}'" for role, value in ids.items() if role != "wave"]
    text = ", ".join(words)
    return f"{text} at {ids['wave']}" if "wave" in ids else text
