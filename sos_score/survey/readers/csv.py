"""Survey exports on disk, whatever their encoding and delimiter, as UTF-8 text with true line numbers."""

from __future__ import annotations

import codecs
import csv
import io
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from sos_score.errors import InvalidSurvey, Problem
from sos_score.notes import Note
from sos_score.survey.answers import AnswerKey, ColumnValues
from sos_score.survey.columns import Columns
from sos_score.survey.readers.csv_scan import find_numeric, guess_numeric, scan_csv
from sos_score.survey.readers.csv_shape import is_rectangular
from sos_score.survey.readers.export import Export, ReadingOptions
from sos_score.temporary import private_folder

if TYPE_CHECKING:
    from _csv import Reader as _Reader  # the only name the type has

    import polars as pl

_CHUNK = 1 << 22
_DELIMITERS = ",;\t"
_START, _SAMPLE = 1 << 16, 20  # characters, and records among them, by which the delimiter is told
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MAX_CELL = 1 << 24
_MAX_RAGGED = 20
_SAVE = "save it as CSV UTF-8"
_OPEN = "a quote is opened in this row and never closed"
_END = "\x1e"  # the line after the last: inside the last cell where a quote is still open


@dataclass(frozen=True)
class CsvExport(Export):
    """A delimited text file, ready to be scanned.

    Attributes
    ----------
    path : Path
        UTF-8 text of the same lines; the file itself where it was UTF-8 already.
    body : Path
        What to scan: the file itself where it is plain, else the same records written out plainly.
    body_start : int
        How many lines of `body` come before the first record.
    header_row : int
        The line of `path` on which the header begins.
    rectangular : Future
        Whether every line has as many cells as the header; found out in the background. See `normalise_csv`.
    """

    name: str
    path: Path
    delimiter: str
    header: tuple[str, ...]
    body: Path
    body_start: int
    rectangular: Future[bool] = field(repr=False, compare=False)
    header_row: int = 1
    values: Mapping[str, ColumnValues] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    about: tuple[Note, ...] = ()
    aliases: tuple[tuple[str, ...], ...] = ()

    def scan(self, columns: Columns, types: Mapping[str, int]) -> pl.LazyFrame:
        """Return the mapped columns; see `scan_csv`."""
        return scan_csv(self, columns, types)

    def guess_types(self, columns: Columns, keys: Mapping[str, AnswerKey]) -> Mapping[str, int]:
        """Return how the item columns may be read fast; see `guess_numeric`."""
        return guess_numeric(self, columns, keys)

    def find_types(self, columns: Columns, keys: Mapping[str, AnswerKey]) -> Mapping[str, int]:
        """Return how the item columns can surely be read; see `find_numeric`."""
        return find_numeric(self, columns, keys)

    def is_normal(self) -> bool:
        """Return whether every line surely is what a scanner makes of it."""
        return self.rectangular.result()

    def normalise(self) -> AbstractContextManager[Export]:
        """Give the export in a form that can be scanned; see `normalise_csv`."""
        return normalise_csv(self)

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each record after the header with the line it begins on."""
        with _open_at(self.path, self.header_row - 1) as stream:
            reader = _read_csv(stream, self.delimiter)
            next(reader)
            line = self.header_row + reader.line_num
            try:
                for cells in reader:
                    if cells and cells != [_END]:
                        yield line, cells
                    line = self.header_row + reader.line_num
            except csv.Error as error:
                raise _refuse_cell(error, self.name, line) from None


@contextmanager
def open_csv(path: Path, name: str, folder: Path, options: ReadingOptions) -> Iterator[Export]:
    """Open a delimited text file; a file that cannot be read or has no header is a problem."""
    with ThreadPoolExecutor(1) as background:
        yield describe_csv(path, name, folder, options, background)


def describe_csv(
    path: Path, name: str, folder: Path, options: ReadingOptions, background: ThreadPoolExecutor
) -> CsvExport:
    """Return a delimited text file as an export, whose lines are counted in the background."""
    return _describe(_decode(path, name, folder), name, (options.header_row or 1) - 1, background)


def _decode(path: Path, name: str, folder: Path) -> Path:
    """Return a UTF-8 copy of a delimited text file, or the file itself where it is UTF-8."""
    encoding = _detect_encoding(path, name)
    if encoding == "utf-8":
        return path
    copy = folder / "export.txt"
    try:
        # newline="" keeps the line ends, and with them the line numbers.
        with (
            path.open(encoding=encoding, newline="") as source,
            copy.open("w", encoding="utf-8", newline="") as target,
        ):
            shutil.copyfileobj(source, target)
    except UnicodeError:
        message = "is neither UTF-8 nor UTF-16 nor Windows-1252 text"
        raise InvalidSurvey([Problem(message, name, hint=_SAVE, rule="encoding")]) from None
    return copy


def _detect_encoding(path: Path, name: str) -> str:
    with path.open("rb") as stream:
        start = stream.read(_CHUNK)
        if start.startswith(_MARKS):
            return "utf-16"
        is_marked = start.startswith(codecs.BOM_UTF8)
        lines = 1
        if b"\0" in start[:2]:
            return "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while start:
                # Most exports are plain ASCII, which needs no decoding to be UTF-8.
                if decoder.getstate()[0] or not start.isascii():
                    decoder.decode(start)
                lines += start.count(b"\n") if is_marked else 0
                start = stream.read(_CHUNK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            if not is_marked:
                return "cp1252"
            message = "begins as UTF-8 text does, and is something else here"
            line = lines + error.object.count(b"\n", 0, error.start)
            raise InvalidSurvey([Problem(message, name, line, hint=_SAVE, rule="encoding")]) from None
    return "utf-8"


@contextmanager
def _open_at(path: Path, lines: int) -> Iterator[TextIO]:
    """Open a UTF-8 text file after its first lines."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for _ in range(lines):
            stream.readline()
        yield stream


def _read_csv(stream: Iterable[str], delimiter: str) -> _Reader:
    csv.field_size_limit(_MAX_CELL)
    return csv.reader(chain(stream, [_END]), delimiter=delimiter)


def _describe(path: Path, name: str, above: int, background: ThreadPoolExecutor) -> CsvExport:
    with _open_at(path, above) as stream:
        start = stream.read(_START)
    delimiter = _find_delimiter(start, "\t" if name.lower().removesuffix(".gz").endswith(".tsv") else _DELIMITERS)
    with _open_at(path, above) as stream:
        reader = _read_csv(stream, delimiter)
        try:
            header = next(reader)
        except csv.Error as error:
            raise _refuse_cell(error, name, above + 1) from None
        lines = above + reader.line_num
    _check_header(header, delimiter, name, above + 1)
    rectangular = background.submit(is_rectangular, path, delimiter, len(header))
    return CsvExport(name, path, delimiter, tuple(header), path, lines, rectangular, above + 1)


def _refuse_cell(error: csv.Error, name: str, line: int) -> InvalidSurvey:
    message = f"is not a table ({error})"
    if "field limit" in str(error):
        message = f"a cell holds more than {_MAX_CELL:,} characters"
    hint = "a quote may be opened and never closed"
    return InvalidSurvey([Problem(message, name, line, hint=hint, rule="file")])


def _check_header(header: list[str], delimiter: str, name: str, line: int) -> None:
    if header != [_END] and header and header[-1].endswith(_END):
        raise InvalidSurvey([Problem(_OPEN, name, line, rule="ragged")])
    if header == [_END] or not any(cell.strip() for cell in header):
        hint = "the first line must name the columns" if line == 1 else ""
        raise InvalidSurvey([Problem("has no header line", name, line, hint=hint, rule="header")])
    if re.fullmatch(r"sep=.?", delimiter.join(header).strip(), re.IGNORECASE):
        message = "is an instruction to Excel, not the names of the columns"
        raise InvalidSurvey([Problem(message, name, line, hint="delete this line", rule="header")])


@contextmanager
def normalise_csv(export: CsvExport) -> Iterator[CsvExport]:
    """Give the same export where every line has as many cells as the header; else one with a `body` written plainly.

    A record that has more or fewer cells than the header is a problem.
    """
    if export.is_normal():
        yield export
        return
    problems = _find_ragged(export)
    if problems:
        raise InvalidSurvey(problems)
    with private_folder() as folder:
        yield replace(export, body=_write_plainly(export, folder / "body.csv"), body_start=0)


def _write_plainly(export: CsvExport, path: Path) -> Path:
    """Write the records without blank lines, stray quotes and odd line ends, which scanners read each their own way."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        # What stands in the line end is what the writer puts in quotes: a lone CR as well.
        writer = csv.writer(stream, delimiter=export.delimiter, lineterminator="\r\n")
        writer.writerows(cells for _, cells in export.records())
    return path


def _find_delimiter(start: str, likely: str) -> str:
    """Return the delimiter that cuts the first records into as many cells as the header; else that which is most in it.

    A header may hold whole questions, with commas and semicolons of their own.
    """

    def judge(delimiter: str) -> tuple[bool, int, int]:
        reader = csv.reader(io.StringIO(start, newline=""), delimiter=delimiter)
        records = [record for record in islice(reader, _SAMPLE) if any(cell.strip() for cell in record)]
        # The last one may be cut off.
        widths = list(map(len, records if len(start) < _START else records[:-1])) or [1]
        return len(widths) > 1 and len(set(widths)) == 1 < widths[0], widths[0], max(widths)

    return max(likely, key=judge)


def _find_ragged(export: CsvExport) -> list[Problem]:
    width = len(export.header)
    problems: list[Problem] = []
    hidden = 0
    widths: set[int] = set()
    has_open, ends_blank = False, True
    try:
        for line, cells in export.records():
            widths.add(len(cells))
            is_open = cells[-1].endswith(_END)
            has_open |= is_open
            ends_blank &= not cells[-1].strip()
            if len(cells) == width and not is_open:
                continue
            if len(problems) == _MAX_RAGGED and not is_open:
                hidden += 1
                continue
            count = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
            message = _OPEN if is_open else f"{count}, and the header has {width}"
            problems.append(Problem(message, export.name, line, rule="ragged"))
    except InvalidSurvey as error:
        problems += error.problems
        has_open = True
    if widths == {width + 1} and ends_blank:
        message = f"every line ends in a separator more than the header has, which has {width} cells"
        return [Problem(message, export.name, 1, hint="write one at the end of the header too", rule="ragged")]
    if widths == {width + 1} and len(problems) > 1 and not has_open:
        message = f"every line has {width + 1} cells, and the header has {width}: R's write.table puts row names first"
        hint = "write the file with write.csv(data, file, row.names = FALSE)"
        return [Problem(message, export.name, 1, hint=hint, rule="ragged")]
    if hidden:
        more = f"{hidden} more lines have a different number of cells from the header"
        problems.append(Problem(more, export.name, rule="ragged"))
    return problems
