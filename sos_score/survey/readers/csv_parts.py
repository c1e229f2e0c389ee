"""Delimited text files that are one survey: a folder of parts, or the files that a pattern finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from sos_score.errors import InvalidSurvey, Problem
from sos_score.notes import Note
from sos_score.survey.answers import AnswerKey, ColumnValues
from sos_score.survey.columns import Columns
from sos_score.survey.readers.content import unpack
from sos_score.survey.readers.csv import CsvExport, describe_csv, normalise_csv
from sos_score.survey.readers.csv_scan import find_numeric, guess_numeric, make_categories, scan_csv
from sos_score.survey.readers.export import Export, ReadingOptions
from sos_score.survey.readers.folders import Values, refuse_contradictions

if TYPE_CHECKING:
    import polars as pl

_PART = 1 << 40  # more than any part has lines: a number of a row holds the part and the line
_HINT = "the parts of one survey have the same header; give files that differ one by one"


@dataclass(frozen=True)
class CsvParts(Export):
    """Text files under the same header, one after another.

    Attributes
    ----------
    parts : tuple of CsvExport
        The files.
    folders : tuple of tuple
        For each file the values that the names of its folders give to `keys` (``wave=T1``).
    keys : tuple of str
        The columns after those of the files.
    """

    name: str
    parts: tuple[CsvExport, ...] = field(repr=False)
    folders: tuple[Values, ...]
    keys: tuple[str, ...]
    header: tuple[str, ...]
    about: tuple[Note, ...] = ()
    values: Mapping[str, ColumnValues] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    aliases: tuple[tuple[str, ...], ...] = ()
    header_row: int | None = 1

    @property
    def _own(self) -> tuple[str, ...]:
        """The columns of the files, under the names of the header."""
        return self.header[: len(self.header) - len(self.keys)]

    def scan(self, columns: Columns, types: Mapping[str, int]) -> pl.LazyFrame:
        """Return the mapped columns, the rows of one file after those of another."""
        import polars as pl

        texts = make_categories()
        wanted = [name for name in self.header if name in {*columns.ids.values(), *columns.items.values()}]
        keys = self.header[len(self._own) :]
        frames = []
        # Files that are alike are scanned as one: hundreds of scans side by side would take memory each.
        alike = groupby(zip(self.parts, self.folders, strict=True), lambda each: (each[1], each[0].body_start))
        for (values, _), group in alike:
            files = [replace(part, header=self._own) for part, _ in group]
            frame = scan_csv(files[0], self._leave_keys(columns), types, [each.body for each in files], texts)
            given = [pl.lit(value, pl.String).alias(key) for key, value in zip(keys, values, strict=True)]
            frames.append(frame.with_columns(given).select(wanted))
        return pl.concat(frames) if len(frames) > 1 else frames[0]

    def guess_types(self, columns: Columns, keys: Mapping[str, AnswerKey]) -> Mapping[str, int]:
        """Return how the item columns may be read fast, from the first rows of the first file."""
        first = replace(self.parts[0], header=self._own)
        return guess_numeric(first, self._leave_keys(columns), keys)

    def find_types(self, columns: Columns, keys: Mapping[str, AnswerKey]) -> Mapping[str, int]:
        """Return how the item columns can surely be read, from every row of every file."""
        columns = self._leave_keys(columns)
        found = [find_numeric(replace(part, header=self._own), columns, keys) for part in self.parts]
        shared = set(found[0]).intersection(*found[1:])
        return {column: max(each[column] for each in found) for column in shared}

    def is_normal(self) -> bool:
        """Return whether every line of every file surely is what a scanner makes of it."""
        return all(part.is_normal() for part in self.parts)

    @contextmanager
    def normalise(self) -> Iterator[Export]:
        """Give the export in a form that can be scanned, or raise `InvalidSurvey` with each row of another length."""
        problems: list[Problem] = []
        with ExitStack() as stack:
            parts: list[CsvExport] = []
            for part in self.parts:
                try:
                    parts.append(stack.enter_context(normalise_csv(part)))
                except InvalidSurvey as error:
                    problems += error.problems
            if problems:
                raise InvalidSurvey(problems)
            yield replace(self, parts=tuple(parts))

    def records(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Yield each record with a number that says its file and line; see `place`."""
        for place, (part, values) in enumerate(zip(self.parts, self.folders, strict=True)):
            more = ["" if value is None else value for value in values]
            for line, cells in part.records():
                yield place * _PART + line, [*cells, *more]

    def place(self, problem: Problem, _column: str = "") -> Problem:
        """Return a problem at the line of the file that holds it."""
        if problem.line is None:
            return problem
        place, line = divmod(problem.line, _PART)
        return replace(problem, path=self.parts[place].name, line=line)

    def _leave_keys(self, columns: Columns) -> Columns:
        """Return the mapped columns that are in the files."""
        keys = set(self.header[len(self._own) :])
        return Columns(
            {role: column for role, column in columns.ids.items() if column not in keys},
            {},
            {item: column for item, column in columns.items.items() if column not in keys},
        )


@contextmanager
def open_csv_parts(
    parts: Sequence[tuple[Path, str, Values]],
    name: str,
    keys: Sequence[str],
    folder: Path,
    options: ReadingOptions,
    *,
    about: tuple[Note, ...] = (),
) -> Iterator[Export]:
    """Open text files as one survey; each has its name for messages, and what its folders say."""
    exports: list[CsvExport] = []
    problems: list[Problem] = []
    with ThreadPoolExecutor(1) as background:
        for number, (path, its_name, _) in enumerate(parts):
            try:
                own = folder / str(number)
                own.mkdir()
                exports.append(describe_csv(unpack(path, its_name, own), its_name, own, options, background))
            except InvalidSurvey as error:
                problems += error.problems
        for other in exports[1:]:
            if (other.header, other.delimiter) != (exports[0].header, exports[0].delimiter):
                message = f"names other columns than {exports[0].name}, or in another order"
                problems.append(Problem(message, other.name, other.header_row, hint=_HINT, rule="header"))
        if problems:
            raise InvalidSurvey(problems)
        first = exports[0]
        refuse_contradictions(_read_keys(exports, [key for key in keys if key in first.header]))
        new = [place for place, key in enumerate(keys) if key not in first.header]
        folders = tuple(tuple(values[place] for place in new) for _, _, values in parts)
        extra = tuple(keys[place] for place in new)
        yield CsvParts(
            name, tuple(exports), folders, extra, (*first.header, *extra), about, header_row=first.header_row
        )


def _read_keys(exports: Sequence[CsvExport], keys: Sequence[str]) -> Iterator[tuple[str, Mapping[str, str | None]]]:
    """Yield what the rows of files say in columns that the folders name too."""
    places = {key: exports[0].header.index(key) for key in keys}
    for export in exports if places else ():
        for _, cells in export.records():
            if len(cells) == len(export.header) and any(cell.strip() for cell in cells):
                yield export.name, {key: cells[place].strip() for key, place in places.items()}
