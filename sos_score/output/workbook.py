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
MOST_CHARACTERS = 32_767
"""Characters that a cell of a worksheet holds, and bytes that a text of SPSS does."""
_NARROWEST, _WIDEST, _MARGIN = 6, 60, 3  # characters in a column; the arrow of a filter takes some
_LINE, _HIGHEST = 15, 400  # points of a line, and of the highest row that Excel shows
_MEASURED = 10_000  # rows that decide how wide a column is
_MADE = datetime(2000, 1, 1)
_PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}


class Sheets:
    """The sheets of a workbook that is being written."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
        self.heading_of_part = book.add_format({"bold": True, "font_size": 12})
        self.link = book.add_format({"font_color": "#00578A", "underline": 1, "valign": "top"})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.formats: dict[int | None, Any] = {None: book.add_format({"valign": "top"})}

    def add_table(self, name: str, table: Table, *, by_label: bool = False) -> None:
        """Add a table; its columns are headed by their names in files, or as printed, with their decimals."""
        headings = [column.label if by_label else column.name for column in table.columns]
        self.add_rows(name, headings, table.rows, find_digits(table), stub=min(table.stub, 3))

    def add_contents(self, title: str, rows: Sequence[tuple[str, str]]) -> None:
        """Add a first sheet that says what each other one holds, and leads there."""
        self.add_rows("Contents", ["sheet", title], rows)
        sheet: Any = self.book.get_worksheet_by_name("Contents")
        for number, (name, _) in enumerate(rows, start=1):
            sheet.write_url(number, 0, f"internal:'{name}'!A1", self.link, string=name)

    def add_tables(self, name: str, tables: Sequence[Table]) -> None:
        """Add several tables below one another, each below its title and with a filter of its own."""
        sheet = self._open(name)
        widths: dict[int, int] = {}
        top = 0
        for table in tables:
            sheet.write_string(top, 0, table.title, self.heading_of_part)
            headings = [column.label for column in table.columns]
            rows = self._measure(headings, table.rows, widths)
            columns = [{"header": heading, "header_format": self.heading} for heading in headings]
            sheet.add_table(
                top + 1, 0, top + 1 + max(1, len(rows)), len(headings) - 1, {"columns": columns, "style": None}
            )
            self._write_rows(sheet, rows, find_digits(table), top + 2)
            top += len(rows) + 3
            for note in table.notes:
                sheet.write_string(top - 1, 0, note)
                top += 1
            top += 1
        self._set_widths(sheet, widths)

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
        sheet = self._open(name)
        sheet.freeze_panes(1, stub)
        sheet.repeat_rows(0)
        widths: dict[int, int] = {}
        kept = self._measure(headings, rows, widths)
        for place, heading in enumerate(headings):
            sheet.write_string(0, place, heading, self.heading)
        self._set_widths(sheet, widths)
        self._write_rows(sheet, kept, digits or [None] * len(headings), 1)
        if kept and headings:
            sheet.autofilter(0, 0, len(kept), len(headings) - 1)

    def _open(self, name: str) -> Any:
        sheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        return sheet

    def _measure(
        self, headings: Sequence[str], rows: Iterable[Sequence[Cell]], widths: dict[int, int]
    ) -> list[Sequence[Cell]]:
        """Return the rows, and see to it that columns are as wide as their texts; a heading may take lines by words."""
        for place, heading in enumerate(headings):
            widths[place] = max(
                widths.get(place, 0), *map(len, heading.split() or [""]), min(measure_text(heading), 12)
            )
        kept = []
        for number, row in enumerate(rows):
            kept.append(row)
            for place, value in enumerate(row if number < _MEASURED else ()):
                if isinstance(value, str):
                    widths[place] = max(widths[place], measure_text(value))
        return kept

    def _set_widths(self, sheet: Any, widths: Mapping[int, int]) -> None:
        for place, width in widths.items():
            sheet.set_column(place, place, min(max(width + _MARGIN, _NARROWEST), _WIDEST))

    def _write_rows(self, sheet: Any, rows: Sequence[Sequence[Cell]], digits: Sequence[int | None], first: int) -> None:
        """Write rows, each as high as its longest text needs: not every program sees to that itself."""
        for number, row in enumerate(rows, start=first):
            lines = 1
            for place, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, place, value, self.text)
                    lines = max(lines, sum(-(-len(part) // _WIDEST) or 1 for part in value.split("\n")))
                elif value is not None and math.isfinite(value):
                    shown = None if isinstance(value, int) else digits[place]
                    sheet.write_number(number, place, value, self._choose(shown))
            if lines > 1:
                sheet.set_row(number, min(_LINE * lines, _HIGHEST))

    def add_about(self, about: Mapping[str, Any]) -> None:
        """Add a last sheet on where the numbers come from: a line a fact."""
        sheet = self.book.add_worksheet("about")
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 90, self.text)
        for number, fact in enumerate(_flatten(about)):
            sheet.write_row(number, 0, fact)

    def _choose(self, digits: int | None) -> Any:
        if digits not in self.formats:
            shown = "0." + "0" * digits if digits else "0"
            self.formats[digits] = self.book.add_format({"num_format": shown, "valign": "top"})
        return self.formats[digits]


def find_digits(table: Table) -> list[int | None]:
    """Return the decimals of each column: its own, else none where all its numbers are whole, and three."""
    return [
        column.digits if column.digits is not None else find_decimals(row[place] for row in table.rows)
        for place, column in enumerate(table.columns)
    ]


def find_decimals(values: Iterable[Cell]) -> int | None:
    """Return how many decimals of a column are shown: none where all its numbers are whole."""
    numbers = [value for value in values if isinstance(value, float) and math.isfinite(value)]
    return None if all(value == int(value) for value in numbers) else 3


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
