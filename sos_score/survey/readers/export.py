"""What every reader gives: rows under a header, and what a file itself says of the values in its columns."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from itertools import compress, dropwhile, islice
from typing import TYPE_CHECKING

from sos_score.errors import Problem
from sos_score.notes import Note
from sos_score.survey.answers import AnswerKey, ColumnValues
from sos_score.survey.columns import Columns, Headers

if TYPE_CHECKING:
    import polars as pl


_EXACT = 2**53  # from here on not every whole number is a float


@dataclass(frozen=True)
class ReadingOptions:
    """How the user says a file is to be read, where the file does not show it.

    Attributes
    ----------
    platform : str or None
        The survey platform that wrote it, or ``plain``; else what the file looks like.
    sheet : str or None
        The sheet of a workbook; else the only one that holds a table.
    header_row : int or None
        The row that names the columns, counted from 1 as messages count; else the first.
    language : str or None
        The language of the labels, as a code; else the one that has all labels of the file.
    """

    platform: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    language: str | None = None

    def list_words(self) -> list[str]:
        """Return the words of a command line that read a file so, but for its language."""
        given = {"--from": self.platform, "--sheet": self.sheet, "--header-row": self.header_row}
        return [word for option, value in given.items() if value is not None for word in (option, str(value))]


AS_FOUND = ReadingOptions()
"""Read as the file itself shows."""

UNDER_THE_DATA = "under the data, after a blank row"
"""The rule by which a legend is left out."""

_BATCH = 50_000  # rows that are held as Python's texts at once
_TAIL, _MOST_CELLS = 200, 2  # how long a legend is at most, and how many cells each of its rows has


class Export(ABC):
    """A survey export, opened by its reader.

    Attributes
    ----------
    name : str
        The file as the user named it.
    header : tuple of str
        The column names, as written.
    values : mapping
        What the file says of the codes in its columns, by column; none for files that say nothing.
    left_out : mapping
        How many rows a platform's rule left out before anybody was scored, by the rule.
    about : tuple of Note
        What has to be said of how the file was read.
    aliases : tuple of tuple of str
        For each column, what else the file calls it: its ImportId, its question, its row of a matrix, the code at the
        head of its heading; empty for files that name each column once.
    header_row : int or None
        The row, or line, that names the columns; None for files that name them elsewhere.
    """

    name: str
    header: tuple[str, ...]
    values: Mapping[str, ColumnValues]
    left_out: Mapping[str, int]
    about: tuple[Note, ...]
    aliases: tuple[tuple[str, ...], ...]
    header_row: int | None

    @property
    def headers(self) -> Headers:
        """Return the header, in which columns are found by name or by what else the file calls them."""
        return Headers(self.header, self.aliases, self.header_row, self.name_cell(self.header_row))

    @property
    def unit(self) -> str:
        """Return what the numbers of `records` count: the lines of a text, or the rows of anything else."""
        return "line" if self.header_row is not None and not self.name_cell(self.header_row) else "row"

    @abstractmethod
    def scan(self, columns: Columns, types: Mapping[str, int]) -> pl.LazyFrame:
        """Return the mapped columns: ids as text, items as text or numbers; `types` comes from this export."""

    @abstractmethod
    def records(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Yield each row as text with its number in the file, which messages name: a line, or the row of a sheet."""

    def read_whole(self) -> tuple[pl.DataFrame, Sequence[int]]:
        """Return every column, named by its place in the header, as text or numbers, and the number of each row."""
        import polars as pl

        names = [str(place) for place in range(len(self.header))]
        records, numbers, batches = self.records(), [], []
        while batch := list(islice(records, _BATCH)):
            numbers += [number for number, _ in batch]
            batches.append(pl.DataFrame([row for _, row in batch], dict.fromkeys(names, pl.String), orient="row"))
        return pl.concat(batches) if batches else pl.DataFrame(schema=dict.fromkeys(names, pl.String)), numbers

    def guess_types(self, _columns: Columns, _keys: Mapping[str, AnswerKey]) -> Mapping[str, int]:
        """Return how the item columns may be read fast, from the first rows; nothing where a file has types."""
        return {}

    def find_types(self, _columns: Columns, _keys: Mapping[str, AnswerKey]) -> Mapping[str, int]:
        """Return how the item columns can surely be read, from every row."""
        return {}

    def name_cell(self, _row: int | None, _column: str = "") -> str:
        """Return the address of a cell in a workbook, or of a row; nothing for files that have lines."""
        return ""

    def place(self, problem: Problem, column: str = "") -> Problem:
        """Return a problem at its cell, where the file is a workbook, or at its line of the right file."""
        return replace(problem, cell=self.name_cell(problem.line, column))

    def describe_failure(self, _error: Exception) -> Problem | None:
        """Return the problem of a file that could not be read to its end; None where the error is not the file's."""
        return None

    def select_rows(self, _columns: Columns) -> Export:
        """Return the export without the rows that its platform says are not answers to the mapped items."""
        return self

    def is_normal(self) -> bool:
        """Return whether a scan of the file as it is finds its rows; else it has to be normalised first."""
        return True

    def normalise(self) -> AbstractContextManager[Export]:
        """Give the export in a form that can be scanned, or raise `InvalidSurvey` with each row of another length."""
        return nullcontext(self)


@dataclass(frozen=True)
class FrameExport(Export):
    """An export that its reader has read whole, as a frame with the file's value labels and missing reasons.

    Attributes
    ----------
    frame : polars.DataFrame
        The rows under the header, column by column in its order; the names of its columns count for nothing where
        `header` is given, as two columns of a file may be called the same.
    header : tuple of str
        The column names as written; else those of the frame.
    rows : sequence of int
        The number of each row in the file, which messages name; else 1, 2, 3 ...
    header_row : int or None
        See `Export`.
    sheet : str
        The sheet of the workbook, whose columns are those of the header; empty for other files.
    """

    name: str
    frame: pl.DataFrame = field(repr=False)
    values: Mapping[str, ColumnValues] = field(default_factory=dict)
    header: tuple[str, ...] = ()
    rows: Sequence[int] = field(default=(), repr=False)
    header_row: int | None = None
    sheet: str = ""
    left_out: Mapping[str, int] = field(default_factory=dict)
    about: tuple[Note, ...] = ()
    aliases: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        """Keep whole numbers as such: SPSS and Stata hold every number as a float, and 3.0 is the code 3."""
        import polars as pl
        from polars import selectors

        frame = self.frame.with_columns(selectors.float().fill_nan(None))
        are_whole = frame.select(is_whole(selectors.float()).all()).to_dicts()
        whole = [name for found in are_whole for name, is_whole in found.items() if is_whole]
        object.__setattr__(self, "frame", frame.with_columns(pl.col(whole).cast(pl.Int64)))
        object.__setattr__(self, "header", self.header or tuple(frame.columns))
        object.__setattr__(self, "rows", self.rows or range(1, frame.height + 1))

    def select_rows(self, columns: Columns) -> Export:
        """Leave out a legend: what stands under the data after a blank row, and answers none of the mapped items."""
        items = [self.header.index(column) for column in columns.items.values()]
        legend = _find_legend(self.frame.tail(_TAIL), items)
        if not legend:
            return self
        kept = [True] * max(self.frame.height - _TAIL, 0) + [place not in legend for place in range(_TAIL)]
        kept = kept[: self.frame.height]
        left_out = {**self.left_out, UNDER_THE_DATA: len(legend)}
        return replace(self, frame=self.frame.filter(kept), rows=list(compress(self.rows, kept)), left_out=left_out)

    def scan(self, columns: Columns, _types: Mapping[str, int]) -> pl.LazyFrame:
        """Return the mapped columns."""
        import polars as pl

        ids = set(columns.ids.values())
        wanted = {*ids, *columns.items.values()}
        cells = [
            (pl.col(column).cast(pl.String) if name in ids else pl.col(column)).alias(name)
            for name, column in zip(self.header, self.frame.columns, strict=True)
            if name in wanted
        ]
        return self.frame.lazy().select(*cells)

    def records(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Yield each row as text with its number."""
        import polars as pl

        texts = self.frame.select(pl.all().cast(pl.String).fill_null(""))
        yield from zip(self.rows, map(list, texts.iter_rows()), strict=True)

    def read_whole(self) -> tuple[pl.DataFrame, Sequence[int]]:
        """Return every column as it is, named by its place."""
        return self.frame.rename(
            dict(zip(self.frame.columns, map(str, range(self.frame.width)), strict=True))
        ), self.rows

    def name_cell(self, row: int | None, column: str = "") -> str:
        """Return the address of a cell, or of a row."""
        if not self.sheet or row is None:
            return ""
        return name_cell(self.sheet, row, self.header.index(column) if column in self.header else None)


def is_whole(numbers: pl.Expr) -> pl.Expr:
    """Return whether numbers are whole, and so small that none was rounded."""
    return (numbers % 1 == 0) & (numbers.abs() < _EXACT)


def name_cell(sheet: str, row: int, column: int | None = None) -> str:
    """Return the address of a cell, or of a row, as Excel writes it.

    Examples
    --------
    >>> name_cell("Sheet1", 7, 2), name_cell("Bob's data", 3, 27), name_cell("Sheet1", 7)
    ('Sheet1!C7', "'Bob''s data'!AB3", 'Sheet1 row 7')
    """
    if re.search(r"\W", sheet) or sheet[:1].isdigit():
        sheet = "'" + sheet.replace("'", "''") + "'"
    if column is None:
        return f"{sheet} row {row}"
    letters = ""
    while column >= 0:
        letters = chr(ord("A") + column % 26) + letters
        column = column // 26 - 1
    return f"{sheet}!{letters}{row}"


def _find_legend(tail: pl.DataFrame, items: Sequence[int]) -> list[int]:
    """Return which of the last rows of a file are a legend: few cells in each, and a blank row before the first."""
    rows = [["" if cell is None else str(cell).strip() for cell in row] for row in tail.iter_rows()]
    filled = [sum(map(bool, row)) for row in rows]
    first = len(rows)
    while first and filled[first - 1] <= _MOST_CELLS and not any(rows[first - 1][place] for place in items):
        first -= 1
    after_blank = dropwhile(lambda place: filled[place] > 0, range(first, len(rows)))
    return [place for place in after_blank if filled[place]]
