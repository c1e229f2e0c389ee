"""Excel workbooks: numbers as numbers, text as text, a header that stays in view, and the same bytes every time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from sos_score.output.table import Cell, Table, measure_text

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

MOST_ROWS = 1_048_575
"""Rows that a worksheet holds below its header."""
_NARROWEST, _WIDEST = 6, 60  # characters in a column
_MEASURED = 10_000  # rows that decide how wide a column is
_MADE = datetime(2000, 1, 1)
_PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}


class Sheets:
    """The sheets of a workbook that is being written."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.formats: dict[int | None, Any] = {None: book.add_format({"valign": "top"})}

    def add_table(self, name: str, table: Table, *, by_label: bool = False) -> None:
        """Add a table; its columns are headed by their names in files, or as printed, with their decimals."""
        headings = [column.label if by_label else column.name for column in table.columns]
        digits = [column.digits for column in table.columns]
        self.add_rows(name, headings, table.rows, digits, stub=min(table.stub, 3))

    def add_rows(
        self,
        name: str,
        headings: Sequence[str],
        rows: Iterable[Sequence[Cell]],
        digits: Sequence[int | None] = (),
        *,
        stub: int = 1,
    ) -> None:
        """Add rows under a header that stays in view, with a filter and columns as wide as their texts."""
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(1, stub)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.repeat_rows(0)
        sheet.fit_to_pages(1, 0)
        digits = digits or [None] * len(headings)
        widths = [measure_text(heading) for heading in headings]
        for place, heading in enumerate(headings):
            sheet.write_string(0, place, heading, self.heading)
        number = 0
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, place, value, self.text)
                    if number <= _MEASURED:
                        widths[place] = max(widths[place], measure_text(value))
                elif value is not None and math.isfinite(value):
                    sheet.write_number(
                        number, place, value, self._choose(None if isinstance(value, int) else digits[place])
                    )
        for place, width in enumerate(widths):
            sheet.set_column(place, place, min(max(width + 1, _NARROWEST), _WIDEST))
        if number and headings:
            sheet.autofilter(0, 0, number, len(headings) - 1)

    def add_about(self, about: Mapping[str, Any]) -> None:
        """Add a last sheet on where the numbers come from: a line a fact."""
        sheet = self.book.add_worksheet("about")
        for number, fact in enumerate(_flatten(about)):
            sheet.write_row(number, 0, fact)

    def _choose(self, digits: int | None) -> Any:
        if digits not in self.formats:
            shown = "0." + "0" * digits if digits else "0"
            self.formats[digits] = self.book.add_format({"num_format": shown, "valign": "top"})
        return self.formats[digits]


@contextmanager
def open_workbook(target: BytesIO, **properties: str) -> Iterator[Sheets]:
    """Open a workbook to be filled; text in it is never a formula or a link."""
    import xlsxwriter

    with xlsxwriter.Workbook(target, _PLAIN) as book:
        book.set_properties({**properties, "created": _MADE})
        yield Sheets(book)


def _flatten(about: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(about, Mapping):
        for key, value in about.items():
            yield from _flatten(value, f"{path}.{key}" if path else str(key))
    elif isinstance(about, list):
        for index, value in enumerate(about):
            yield from _flatten(value, f"{path}[{index}]")
    else:
        yield path, str(about)
