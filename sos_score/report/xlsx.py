"""A report as an Excel workbook: a sheet a table, every finding in full precision, a codebook, and notes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from sos_score.definition.study.model import Study
from sos_score.output.table import Cell, Column, Table, drop_hidden
from sos_score.report.model import Section
from sos_score.version import __version__

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

_LONGEST = 31  # signs that Excel allows in the name of a sheet
_NARROWEST, _WIDEST = 6, 60  # signs in a column
_MADE = datetime(2000, 1, 1)


def make_report_workbook(study: Study, sections: Sequence[Section], further: Mapping[str, Table]) -> bytes:
    """Return the tables of a report as an Excel workbook.

    Parameters
    ----------
    study : Study
    sections : sequence of Section
        Their tables come first, a sheet each.
    further : dict
        Sheet name to table: findings in full precision, codebooks.

    Returns
    -------
    bytes
        The first sheet lists the others, the last has the notes of all. Numbers are numbers in full precision, shown
        as in the report; text is text, never a formula or a link. The same tables give the same bytes.
    """
    import xlsxwriter

    sheets = name_sheets([block.value for section in sections for block in section.blocks
                          if isinstance(block.value, Table)])  # fmt: skip
    sheets |= dict(further)
    target = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": study.title, "author": f"sos-score {__version__}", "created": _MADE})
        writer = _Writer(book)
        contents = tuple((name, table.title or name) for name, table in sheets.items())
        writer.add_sheet("contents", Table((Column("sheet"), Column(study.title)), (*contents, ("notes", "Notes"))))
        for name, table in sheets.items():
            writer.add_sheet(name, table)
        writer.add_sheet("notes", Table((Column("sheet"), Column("note")), tuple(_list_notes(sheets, sections))))
    return target.getvalue()


def name_sheets(tables: Sequence[Table]) -> dict[str, Table]:
    """Return tables by the name of their sheet: a number and as much of the title as Excel allows.

    Examples
    --------
    >>> list(name_sheets([Table((), (), "Level, T1/T2: every judged finding"), Table((), (), "Rights")]))
    ['1 Level, T1 T2 every judged', '2 Rights']
    """
    named = {}
    for number, table in enumerate(tables, start=1):
        title = " ".join(re.sub(r"[\[\]:*?/\\']", " ", table.title).split())
        name = f"{number} {title}"
        named[name if len(name) <= _LONGEST else name[: name.rfind(" ", 0, _LONGEST + 1)][:_LONGEST]] = table
    return named


def _list_notes(sheets: Mapping[str, Table], sections: Sequence[Section]) -> Iterator[tuple[Cell, ...]]:
    """Yield the notes of each sheet, then what the report says in words."""
    for name, table in sheets.items():
        yield from ((name, note) for note in table.notes)
    for section in sections:
        for block in section.blocks:
            if block.kind == "text":
                yield section.title, str(block.value)
            elif isinstance(block.value, tuple):
                yield from ((section.title, each) for each in block.value)


class _Writer:
    """Writes sheets of one look into a workbook."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.formats: dict[int | None, Any] = {None: book.add_format({"valign": "top"})}

    def add_sheet(self, name: str, table: Table) -> None:
        """Add a table with its header frozen, and columns as wide as their texts."""
        table = drop_hidden(table) if name[0].isdigit() else table
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(1, min(table.stub, 3))
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.repeat_rows(0)
        sheet.fit_to_pages(1, 0)
        for place, column in enumerate(table.columns):
            texts = [column.label, *(str(row[place]) for row in table.rows if isinstance(row[place], str))]
            longest = max(len(line) for text in texts for line in text.split("\n"))
            sheet.set_column(place, place, min(max(longest + 1, _NARROWEST), _WIDEST))
            sheet.write_string(0, place, column.label if name[0].isdigit() else column.name, self.heading)
            for number, row in enumerate(table.rows, start=1):
                self._write(sheet, (number, place), row[place], column.digits)
        if table.rows and table.columns:
            sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)

    def _write(self, sheet: Any, place: tuple[int, int], value: Cell, digits: int | None) -> None:
        if isinstance(value, str):
            sheet.write_string(*place, value, self.text)
        elif value is not None and math.isfinite(value):
            sheet.write_number(*place, value, self._choose(None if isinstance(value, int) else digits))

    def _choose(self, digits: int | None) -> Any:
        if digits not in self.formats:
            shown = "0." + "0" * digits if digits else "0"
            self.formats[digits] = self.book.add_format({"num_format": shown, "valign": "top"})
        return self.formats[digits]
