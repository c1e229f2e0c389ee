"""Cells that have a type, as the text a user means by them, and how many there may be."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

from sos_score.errors import InvalidSurvey, Problem

MOST_CELLS = 20_000_000
_EXACT = 1e15  # a spreadsheet keeps fifteen digits


def show_cell(value: object) -> str:
    """Return a cell as text: whole numbers without decimals, dates by year, month and day.

    Examples
    --------
    >>> show_cell(3.0), show_cell(0.1 + 0.2), show_cell(True), show_cell(None)
    ('3', '0.3', 'TRUE', '')
    >>> show_cell(datetime.datetime(2026, 2, 1)), show_cell(datetime.datetime(2026, 2, 1, 9, 30))
    ('2026-02-01', '2026-02-01 09:30:00')
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < _EXACT else f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "seconds").removesuffix(" 00:00:00")
    return str(value)


class PanicError(Exception):
    """A reader gave up on a damaged file in a way that it should not have."""


@contextmanager
def contain_panics() -> Iterator[None]:
    """Raise `PanicError` where a reader written in Rust panics, which is no exception of the usual kind."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise PanicError("its parts do not fit together") from None


def check_size(rows: int, columns: int, name: str, most: int | None = None) -> None:
    """Raise `InvalidSurvey` for a table that has more cells than are read at once."""
    most = most or MOST_CELLS
    if rows * columns > most:
        message = f"has {rows:,} rows of {columns:,} columns, more than the {most:,} cells that are read at once"
        hint = "delete what is empty at its end, or save it as CSV UTF-8: text files may have any number of rows"
        raise InvalidSurvey([Problem(message, name, hint=hint, rule="file")])
