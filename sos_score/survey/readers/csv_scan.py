"""A delimited text file as a lazy Polars frame: ids as text, items as small numbers where they are numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sos_score.survey.answers import AnswerKey
from sos_score.survey.columns import Columns

if TYPE_CHECKING:
    import polars as pl


CATEGORIES = 0
"""In place of bits: the column holds texts that repeat."""

_SAMPLE = 100
_FEW = _SAMPLE // 2  # different texts among them: labels repeat, however they are written
_BITS = (8, 16)  # a file of answers is read and summed in a fifth less time as the smallest


class Delimited(Protocol):
    """What is scanned: a delimited text file whose header is known."""

    @property
    def header(self) -> tuple[str, ...]:
        """Return the names of the columns."""

    @property
    def delimiter(self) -> str:
        """Return the character between cells."""

    @property
    def body(self) -> Path:
        """Return the file that holds the records plainly."""

    @property
    def body_start(self) -> int:
        """Return how many lines come before the first record."""

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Return each record with its line."""


def make_categories() -> pl.DataType:
    """Return a type for columns of texts that repeat: more than it counts are an error, and are then read as text."""
    import polars as pl

    return pl.Categorical(pl.Categories.random(physical=pl.UInt16))


def scan_csv(
    export: Delimited,
    columns: Columns,
    numeric: Mapping[str, int],
    bodies: Sequence[Path] = (),
    texts: pl.DataType | None = None,
) -> pl.LazyFrame:
    """Return the mapped columns of an export; of several files that are alike, and with categories shared by others."""
    import polars as pl

    names = _unique_names(export.header)
    texts = make_categories() if texts is None else texts
    types: dict[int, pl.DataType | type[pl.DataType]] = {8: pl.Int8, 16: pl.Int16, CATEGORIES: texts}
    schema = {
        name: types[numeric[column]] if column in numeric else pl.String
        for name, column in zip(names, export.header, strict=True)
    }
    frame = pl.scan_csv(
        list(bodies) or export.body,
        has_header=False,
        skip_lines=export.body_start,
        separator=export.delimiter,
        schema=schema,
        glob=False,
        raise_if_empty=False,
    )
    wanted = {*columns.ids.values(), *columns.items.values()}
    return frame.select(names[export.header.index(column)] for column in export.header if column in wanted).rename(
        {names[export.header.index(column)]: column for column in wanted}
    )


def guess_numeric(export: Delimited, columns: Columns, keys: Mapping[str, AnswerKey]) -> dict[str, int]:
    """Return the item columns that hold small whole numbers in the first records, and in how many bits.

    Columns of few texts have `CATEGORIES` in place of bits.
    """
    ids = set(columns.ids.values())
    items = {column: item for item, column in columns.items.items() if column not in ids}
    places = {column: export.header.index(column) for column in items}
    cells: dict[str, set[str]] = {column: set() for column in items}
    for _, record in islice(export.records(), _SAMPLE):
        if len(record) == len(export.header):  # a ragged row is found and reported elsewhere
            for column, place in places.items():
                cells[column].add(record[place])
    known = {id(key): _count_bits(key.list_numbers()) or _BITS[-1] for key in keys.values()}
    found = {column: _count_bits(texts) for column, texts in cells.items()}
    numeric = {column: max(bits, known[id(keys[items[column]])]) for column, bits in found.items() if bits}
    few = {column: CATEGORIES for column, texts in cells.items() if column not in numeric and len(texts) <= _FEW}
    return numeric | few


def find_numeric(export: Delimited, columns: Columns, keys: Mapping[str, AnswerKey]) -> dict[str, int]:
    """Return the item columns that hold small whole numbers in every record, and in how many bits."""
    import polars as pl

    small, large = pl.Int8, pl.Int16
    candidates = {column: bits for column, bits in guess_numeric(export, columns, keys).items() if bits}
    misfits = []
    for column in candidates:
        cell = pl.col(column)
        for dtype in (small, large):
            is_misfit = cell.is_not_null() & cell.cast(dtype, strict=False).is_null()
            misfits.append(is_misfit.any().alias(f"{column}{dtype}"))
    frame = scan_csv(export, columns, {})
    found = frame.select(misfits).collect(engine="streaming").row(0, named=True) if misfits else {}
    return {
        column: 16 if found[f"{column}{small}"] else bits
        for column, bits in candidates.items()
        if not found[f"{column}{large}"]
    }


def _count_bits(cells: Iterable[str]) -> int | None:
    """Return how many bits the numbers in some cells take; None where one is no number, or too large."""
    given = [cell for cell in cells if cell]
    if not all(map(_is_short, given)):
        return None
    low, high = min(map(int, given), default=0), max(map(int, given), default=0)
    return next((bits for bits in _BITS if -(2 ** (bits - 1)) <= low and high < 2 ** (bits - 1)), None)


def _is_short(cell: str) -> bool:
    text = cell.removeprefix("-")
    return text.isascii() and text.isdecimal() and len(text) < 6


def _unique_names(header: tuple[str, ...]) -> list[str]:
    return [f"\x1f{index}" for index in range(len(header))]
