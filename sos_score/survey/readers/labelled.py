"""Files of SPSS (.sav, .zsav) and Stata (.dta): codes with their labels and the file's own missing values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sos_score.errors import InvalidSurvey, Problem
from sos_score.notes import Note, note
from sos_score.survey.answers import ColumnValues
from sos_score.survey.readers.cells import check_size, show_cell
from sos_score.survey.readers.content import SPSS, identify
from sos_score.survey.readers.export import Export, FrameExport, ReadingOptions

if TYPE_CHECKING:
    import polars as pl

_WESTERN = "WINDOWS-1252"
_FILTER = "filter_$"
_WEIGHT = 76  # where the head of a file of SPSS says which variable weights the cases; 0 for none
Cell = Any  # a number, a text, a date or nothing


@contextmanager
def open_labelled(path: Path, name: str, _folder: Path, _options: ReadingOptions) -> Iterator[Export]:
    """Open a file of SPSS or Stata."""
    import polars as pl
    import pyreadstat

    read = pyreadstat.read_sav if identify(path, name) == SPSS else pyreadstat.read_dta
    columns, about = _read(read, path, name)
    frame, values = {}, {}
    for column, given in columns.items():
        letters = set(about.missing_user_values.get(column, ()))  # Stata's .a to .z
        cells = [f".{cell}" if isinstance(cell, str) else cell for cell in given] if letters else given
        labels = {
            f".{code}" if code in letters else code: label
            for code, label in about.variable_value_labels.get(column, {}).items()
        }
        missing = {f".{letter}" for letter in letters} | _list_missing(cells, about.missing_ranges.get(column, ()))
        frame[column] = _make_series(cells)
        values[column] = ColumnValues(
            {code: label for code, label in labels.items() if code not in missing},
            {code: labels.get(code, "").strip() for code in missing},
        )
    yield FrameExport(
        name=name,
        frame=pl.DataFrame(frame),
        values=values,
        aliases=tuple((label,) if label else () for label in about.column_labels),
        about=tuple(_list_settings(path, columns)),
    )


def _list_settings(path: Path, columns: Mapping[str, Sequence[Cell]]) -> Iterator[Note]:
    """Yield what SPSS would do with the rows of a file and sos-score does not: filter them, and weight them."""
    filtered = sum(cell == 0 for cell in columns.get(_FILTER, ()))
    if filtered:
        yield note("rows_filtered", rows=filtered, column=_FILTER)
    with path.open("rb") as stream:
        start = stream.read(_WEIGHT + 4)
    if start.startswith((b"$FL2", b"$FL3")) and any(start[_WEIGHT:]):
        yield note("weights_unused")


def _read(read: Callable[..., tuple[Any, Any]], path: Path, name: str) -> tuple[Mapping[str, Sequence[Cell]], Any]:
    """Return the columns of a file and what it says of them."""
    from pyreadstat import PyreadstatError, ReadstatError

    given: dict[str, Any] = {"output_format": "dict", "user_missing": True}
    message = ""
    # Dates beyond the year 9999 are left as numbers; texts of an encoding that is not stated are taken as Western.
    for more in ({}, {"disable_datetime_conversion": True}, {"encoding": _WESTERN}):
        try:
            about = read(str(path), metadataonly=True, **given, **more)[1]
            check_size(about.number_rows or 0, about.number_columns, name)
            return read(str(path), **given, **more)
        except OverflowError:
            continue
        except (PyreadstatError, ReadstatError, UnicodeDecodeError) as error:
            message = str(error)
            if "encoding" not in message and "decode" not in message:
                break
        except (ValueError, MemoryError) as error:
            message = str(error)
            break
    hint = "open it in SPSS or Stata and save it anew, or save it as CSV"
    message = f"is a damaged file of SPSS or Stata ({message[:100]})"
    raise InvalidSurvey([Problem(message, name, hint=hint, rule="file")])


def _list_missing(cells: Iterable[Cell], ranges: Iterable[Mapping[str, Cell]]) -> set[Cell]:
    """Return the values in a column that the file says are missing: single ones, and those of a range."""
    bounds = [(each["lo"], each["hi"]) for each in ranges]
    single = {low for low, high in bounds if low == high}
    within = {
        cell
        for cell in (set(cells) if bounds else ())
        if any(isinstance(cell, type(low)) and low <= cell <= high for low, high in bounds)
    }
    return single | within


def _make_series(cells: Sequence[Cell]) -> pl.Series:
    """Return numbers as such, and anything else as text."""
    import polars as pl

    if all(cell is None or isinstance(cell, float | int) for cell in cells):
        return pl.Series(cells, dtype=pl.Float64)
    return pl.Series([None if cell is None else show_cell(cell) for cell in cells], dtype=pl.String)
