"""Workbooks: Excel (.xlsx, .xlsm, .xls) and OpenDocument (.ods); one sheet of them, as text."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sos_score.definition.text import fold_text
from sos_score.errors import InvalidSurvey, Problem, guess
from sos_score.notes import note
from sos_score.survey.readers.cells import check_size, show_cell
from sos_score.survey.readers.content import ODS, XLS, check_archive, identify
from sos_score.survey.readers.export import Export, FrameExport, ReadingOptions, name_cell
from sos_score.survey.readers.header import find_header
from sos_score.survey.readers.sheets import DamagedSheetError, SheetShape, describe_sheets

if TYPE_CHECKING:
    import polars as pl
    from python_calamine import CalamineSheet, CalamineWorkbook

_MOST_BYTES = 1 << 30  # unpacked
_MOST_LISTED = 10
_AGAIN = "open it in Excel and save it anew, or export it again"


@contextmanager
def open_workbook(path: Path, name: str, _folder: Path, options: ReadingOptions) -> Iterator[Export]:
    """Open one sheet of a workbook: the one asked for, else the only one that holds a table."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    kind = identify(path, name)
    shapes: list[SheetShape] | None = None
    try:
        if kind != XLS:
            check_archive(path, name, _MOST_BYTES)
            shapes = describe_sheets(path, kind)
        for shape in shapes or () if kind == ODS else ():
            check_size(shape.rows, shape.columns, name)  # every sheet is read when the file is opened
        with CalamineWorkbook.from_path(path) as workbook:
            export = _Workbook(workbook, name, shapes).read(options)
    except PasswordError:
        hint = "open it in Excel, remove the password and save a copy"
        raise InvalidSurvey([Problem("is protected by a password", name, hint=hint, rule="file")]) from None
    except (CalamineError, DamagedSheetError) as error:
        problem = Problem(f"is a damaged workbook ({str(error)[:100]})", name, hint=_AGAIN, rule="file")
        raise InvalidSurvey([problem]) from None
    yield export


@dataclass(frozen=True)
class _Workbook:
    """A workbook, and the shape of its sheets where its form lets that be seen."""

    book: CalamineWorkbook
    name: str
    shapes: list[SheetShape] | None

    def read(self, options: ReadingOptions) -> Export:
        place, others = self.choose(options.sheet)
        title = self.book.sheet_names[place]
        shape = self.shapes[place] if self.shapes else SheetShape()
        if shape.rows:
            check_size(shape.rows, shape.columns, f"{self.name}: {title}")
        rows = _list_rows(self.book.get_sheet_by_index(place), shape.shown)
        header_row = find_header(rows) if options.header_row is None else options.header_row - 1
        if header_row is None or header_row >= len(rows) or not any(cell.strip() for cell in rows[header_row]):
            where = name_cell(title, (header_row or 0) + 1)
            raise InvalidSurvey([Problem("has no header", self.name, cell=where, rule="header")])
        self.check_formulas(shape, title, header_row)
        notes = [note("old_workbook")] * (self.shapes is None)
        notes += [note("sheet_read", sheet=title, others=others)] * bool(others)
        if options.header_row is None and any(any(row) for row in rows[:header_row]):
            notes.append(note("header_below_title", row=header_row + 1))
        header, *body = rows[header_row:]
        return FrameExport(
            name=self.name,
            frame=_make_frame(body, len(header)),
            header=tuple(header),
            rows=range(header_row + 2, header_row + 2 + len(body)),
            sheet=title,
            about=tuple(notes),
        )

    def choose(self, wanted: str | None) -> tuple[int, tuple[str, ...]]:
        """Return the place of the sheet to read, and the names of others that were passed over unasked."""
        sheets = {
            each.name: place for place, each in enumerate(self.book.sheets_metadata) if "WorkSheet" in str(each.typ)
        }
        if wanted is not None:
            found = [name for name in sheets if name == wanted] or [
                name for name in sheets if fold_text(name) == fold_text(wanted)
            ]
            if len(found) == 1:
                return sheets[found[0]], ()
            hint = guess(wanted, sheets) or f"sheets: {_list(sheets)}"
            raise InvalidSurvey([Problem(f"has no sheet '{wanted}'", self.name, hint=hint, rule="sheet")])
        visible = {each.name for each in self.book.sheets_metadata if str(each.visible).endswith("Visible")}
        filled = [name for name, place in sheets.items() if name in visible and self.is_filled(place)]
        if len(filled) == 1:
            others = [name for name, place in sheets.items() if name != filled[0] and self.is_filled(place)]
            return sheets[filled[0]], tuple(others)
        if filled:
            message = f"has several sheets with something in them: {_list(filled)}"
            hint = f"say which one holds the answers: --sheet '{filled[0]}' (in a study file, sheet: '{filled[0]}')"
        else:
            message, hint = "has no sheet with anything in it", ""
            hidden = [name for name, place in sheets.items() if self.is_filled(place)]
            if hidden:
                message, hint = "has no visible sheet with anything in it", f"hidden: {_list(hidden)}; see --sheet"
        raise InvalidSurvey([Problem(message, self.name, hint=hint, rule="sheet")])

    def is_filled(self, place: int) -> bool:
        """Return whether a sheet holds anything."""
        if self.shapes is not None:
            return self.shapes[place].rows > 0
        return bool(self.book.get_sheet_by_index(place).height)

    def check_formulas(self, shape: SheetShape, sheet: str, header_row: int) -> None:
        """Raise `InvalidSurvey` for formulas without a value: they would count as blank."""
        spots = [spot for spot in shape.uncached if spot[0] >= header_row]
        if spots:
            cell = name_cell(sheet, spots[0][0] + 1, spots[0][1])
            message = "is a formula whose value was never computed"
            hint = "open the file in Excel and save it: that computes them"
            problem = Problem(message, self.name, cell=cell, hint=hint, rule="formula", count=len(spots))
            raise InvalidSurvey([problem])


def _list(names: Collection[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in list(names)[:_MOST_LISTED])
    return shown + (f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else "")


def _list_rows(sheet: CalamineSheet, shown: Mapping[tuple[int, int], str]) -> list[list[str]]:
    """Return the cells of a sheet as text, from its first row and column to the last cell that holds anything."""
    indent = [""] * (sheet.start[1] if sheet.start else 0)
    rows = [[*indent, *map(show_cell, row)] for row in sheet.iter_rows()]
    for (row, column), text in shown.items():
        rows += [[] for _ in range(len(rows), row + 1)]
        rows[row] += [""] * (column + 1 - len(rows[row]))
        rows[row][column] = text
    filled = [place for place, row in enumerate(rows) if any(cell.strip() for cell in row)]
    del rows[filled[-1] + 1 if filled else 0 :]
    width = max((place + 1 for row in rows for place in range(len(row) - 1, -1, -1) if row[place].strip()), default=0)
    return [[*row[:width], *[""] * (width - len(row))] for row in rows]


def _make_frame(rows: Sequence[Sequence[str]], width: int) -> pl.DataFrame:
    import polars as pl

    columns = zip(*rows, strict=True) if rows else [()] * width
    frame = pl.DataFrame([pl.Series(f"{place}", cells, dtype=pl.String) for place, cells in enumerate(columns)])
    return frame.with_columns(pl.when(pl.all() != "").then(pl.all()))
