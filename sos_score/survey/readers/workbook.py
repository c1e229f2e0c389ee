"""Workbooks: Excel (.xlsx, .xlsm, .xls) and OpenDocument (.ods); one sheet of them, as text."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sos_score.definition.text import fold_text
from sos_score.errors import InvalidSurvey, Problem, guess
from sos_score.notes import Note, note
from sos_score.survey.readers import xls_process
from sos_score.survey.readers.cells import PanicError, check_size, contain_panics, show_cell
from sos_score.survey.readers.content import ODS, XLS, check_archive, identify
from sos_score.survey.readers.export import Export, FrameExport, ReadingOptions, name_cell
from sos_score.survey.readers.sheets import DamagedSheetError, SheetShape, describe_sheets

if TYPE_CHECKING:
    import polars as pl

_MOST_BYTES = 1 << 30  # unpacked
_MOST_SECONDS = 60
_MOST_LISTED = 10
_AGAIN = "open it in Excel and save it anew, or export it again"


@contextmanager
def open_workbook(path: Path, name: str, _folder: Path, options: ReadingOptions) -> Iterator[Export]:
    """Open one sheet of a workbook: the one asked for, else the only one that holds a table."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    kind = identify(path, name)
    try:
        with contain_panics():
            if kind == XLS:
                export = _read_sheet(_read_xls(path), name, options, note("old_workbook"))
            else:
                check_archive(path, name, _MOST_BYTES)
                shapes = describe_sheets(path, kind)
                for shape in shapes if kind == ODS else ():
                    check_size(shape.rows, shape.columns, name)  # every sheet is read when the file is opened
                with CalamineWorkbook.from_path(path) as book:
                    export = _read_sheet(_list_sheets(book, shapes), name, options)
    except PasswordError:
        hint = "open it in Excel, remove the password and save a copy"
        raise InvalidSurvey([Problem("is protected by a password", name, hint=hint, rule="file")]) from None
    except (CalamineError, DamagedSheetError, PanicError) as error:
        problem = Problem(f"is a damaged workbook ({str(error)[:100]})", name, hint=_AGAIN, rule="file")
        raise InvalidSurvey([problem]) from None
    yield export


@dataclass(frozen=True)
class _Sheet:
    """A sheet of a workbook: its name, what its XML says of it, and how its rows are read, from which column on."""

    title: str
    is_table: bool
    is_visible: bool
    shape: SheetShape
    read: Callable[[], tuple[int, Iterable[Sequence[object]]]]

    @property
    def is_filled(self) -> bool:
        """Return whether anything is in it."""
        return self.is_table and self.shape.rows > 0


def _list_sheets(book: Any, shapes: Sequence[SheetShape]) -> list[_Sheet]:
    def read(place: int) -> tuple[int, Iterable[Sequence[object]]]:
        sheet = book.get_sheet_by_index(place)
        return sheet.start[1] if sheet.start else 0, sheet.iter_rows()

    if len(shapes) != len(book.sheets_metadata):
        raise DamagedSheetError(f"{len(book.sheets_metadata)} sheets are listed, and {len(shapes)} are there")
    return [
        _Sheet(
            title=about.name,
            is_table=str(about.typ).endswith("WorkSheet"),
            is_visible=str(about.visible).endswith(".Visible"),
            shape=shape,
            read=partial(read, place),
        )
        for place, (about, shape) in enumerate(zip(book.sheets_metadata, shapes, strict=True))
    ]


def _read_xls(path: Path) -> list[_Sheet]:
    """Return the sheets of an old workbook, which is read in a process of its own."""
    from python_calamine import PasswordError

    command = [sys.executable, xls_process.__file__, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_MOST_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise DamagedSheetError(f"it was not read within {_MOST_SECONDS} seconds") from None
    if done.returncode:
        raise DamagedSheetError("its parts do not fit together")
    found = pickle.loads(done.stdout)
    if found == "password":
        raise PasswordError
    if isinstance(found, str):
        raise DamagedSheetError(found)
    return [
        _Sheet(title, is_table, is_visible, SheetShape(len(rows), 1), partial(_give, start, rows))
        for title, is_table, is_visible, start, rows in found
    ]


def _give(start: int, rows: Sequence[Sequence[object]]) -> tuple[int, Sequence[Sequence[object]]]:
    """Return rows that have been read already."""
    return start, rows


def _read_sheet(sheets: Sequence[_Sheet], name: str, options: ReadingOptions, *about: Note) -> Export:
    sheet = _find_sheet(sheets, name, options.sheet) if options.sheet is not None else _choose_sheet(sheets, name)
    check_size(sheet.shape.rows, sheet.shape.columns, f"{name}: {sheet.title}")
    rows = _list_rows(*sheet.read(), sheet.shape.shown)
    first = next((place for place, row in enumerate(rows) if _measure(row)), 0)
    header_row = first if options.header_row is None else options.header_row - 1
    if header_row >= len(rows) or not _measure(rows[header_row]):
        cell = name_cell(sheet.title, header_row + 1)
        raise InvalidSurvey([Problem("has no header", name, cell=cell, rule="header")])
    _check_formulas(sheet, name, header_row)
    others = tuple(each.title for each in sheets if each.is_filled and each is not sheet)
    notes = [*about, *([note("sheet_read", sheet=sheet.title, others=others)] if others and not options.sheet else [])]
    if any(row > header_row for row in sheet.shape.hidden):
        notes.append(note("rows_hidden", sheet=sheet.title))
    header, *body = rows[header_row:]
    return FrameExport(
        name=name,
        frame=_make_frame(body, len(header)),
        header=tuple(header),
        rows=range(header_row + 2, header_row + 2 + len(body)),
        header_row=header_row + 1,
        sheet=sheet.title,
        about=tuple(notes),
    )


def _find_sheet(sheets: Sequence[_Sheet], name: str, wanted: str) -> _Sheet:
    """Return the sheet that the user names."""
    tables = {sheet.title: sheet for sheet in sheets if sheet.is_table}
    alike = [sheet for title, sheet in tables.items() if fold_text(title) == fold_text(wanted)]
    found = [tables[wanted]] if wanted in tables else alike
    if len(found) == 1:
        return found[0]
    hint = guess(wanted, tables) or f"sheets: {_list(tables)}"
    raise InvalidSurvey([Problem(f"has no sheet '{wanted}'", name, hint=hint, rule="sheet")])


def _choose_sheet(sheets: Sequence[_Sheet], name: str) -> _Sheet:
    """Return the only visible sheet with anything in it."""
    filled = [sheet for sheet in sheets if sheet.is_filled]
    visible = [sheet for sheet in filled if sheet.is_visible]
    if len(visible) == 1:
        return visible[0]
    if visible:
        first = visible[0].title
        message = f"has several sheets with something in them: {_list([sheet.title for sheet in visible])}"
        hint = f"say which one holds the answers: --sheet '{first}' (in a study file, sheet: '{first}')"
    elif filled:
        message = "has no visible sheet with anything in it"
        hint = f"hidden: {_list([sheet.title for sheet in filled])}; name one with --sheet"
    else:
        message, hint = "has no sheet with anything in it", ""
    raise InvalidSurvey([Problem(message, name, hint=hint, rule="sheet")])


def _check_formulas(sheet: _Sheet, name: str, header_row: int) -> None:
    """Raise `InvalidSurvey` for formulas without a value: they would count as blank."""
    spots = [spot for spot in sheet.shape.uncached if spot[0] >= header_row]
    if spots:
        cell = name_cell(sheet.title, spots[0][0] + 1, spots[0][1])
        message = "is a formula whose value was never computed"
        hint = "open the file in Excel and save it: that computes them"
        raise InvalidSurvey([Problem(message, name, cell=cell, hint=hint, rule="formula", count=len(spots))])


def _list(names: Collection[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in list(names)[:_MOST_LISTED])
    return shown + (f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else "")


def _list_rows(start: int, given: Iterable[Sequence[object]], shown: Mapping[tuple[int, int], str]) -> list[list[str]]:
    """Return the cells of a sheet as text, from its first row and column to the last cell that holds anything."""
    rows = [[*[""] * start, *map(show_cell, row)] for row in given]
    for (row, column), text in shown.items():
        rows += [[] for _ in range(len(rows), row + 1)]
        rows[row] += [""] * (column + 1 - len(rows[row]))
        rows[row][column] = text
    filled = [place for place, row in enumerate(rows) if _measure(row)]
    del rows[filled[-1] + 1 if filled else 0 :]
    width = max((_measure(row) for row in rows), default=0)
    return [[*row[:width], *[""] * (width - len(row))] for row in rows]


def _measure(row: Sequence[str]) -> int:
    """Return how many cells a row has up to the last one with anything in it."""
    return next((place + 1 for place in range(len(row) - 1, -1, -1) if row[place].strip()), 0)


def _make_frame(rows: Sequence[Sequence[str]], width: int) -> pl.DataFrame:
    import polars as pl

    columns = zip(*rows, strict=True) if rows else [()] * width
    texts = ([cell or None for cell in cells] for cells in columns)
    return pl.DataFrame([pl.Series(f"{place}", cells, dtype=pl.String) for place, cells in enumerate(texts)])
