"""What survey has to say of a file, by code."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def _platform(title: str, rows: int) -> str:
    under = "1 row under the header is" if rows == 1 else f"{rows} rows under the header are"
    return f"read as an export of {title}" + (f": {under} not answers" if rows else "")


def _partial_rows_kept(rows: int) -> str:
    return f"{rows:,} partial {'row' if rows == 1 else 'rows'} kept"


def _ids_of_record(rows: int) -> str:
    return f"{rows:,} {'row takes' if rows == 1 else 'rows take'} ids from another row of the same record"


def _sheet_read(sheet: str, others: Sequence[str]) -> str:
    listed = ", ".join(f"'{name}'" for name in others)
    return f"sheet '{sheet}' is read; hidden: {listed}"


SURVEY: dict[str, str | Callable[..., str]] = {
    "platform": _platform,
    "partial_rows_kept": _partial_rows_kept,
    "ids_of_record": _ids_of_record,
    "sheet_read": _sheet_read,
    "header_below_title": "the columns are named in row {row}, below a title",
    "old_workbook": "an .xls file shows errors as blank cells and 50% as 0.5; save it as .xlsx if it has any",
}
