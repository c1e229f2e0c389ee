"""An export as a lazy Polars frame: ids as text, items as small numbers where they are numbers."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice
from typing import TYPE_CHECKING

from sos_score.survey.columns import Columns
from sos_score.survey.files import Export

if TYPE_CHECKING:
    import polars as pl

_SAMPLE = 100
_SMALLEST, _LARGEST = -(2**15), 2**15 - 1


def scan_export(export: Export, columns: Columns, numeric: Collection[str]) -> pl.LazyFrame:
    """Return the mapped columns of an export.

    Parameters
    ----------
    export : Export
    columns : Columns
    numeric : collection of str
        The columns to read as 16-bit integers; the rest are text. A cell of theirs that is not an integer
        makes Polars raise ``ComputeError`` when the frame is read.
    """
    import polars as pl

    names = _unique_names(export.header)
    schema = {
        name: pl.Int16 if column in numeric else pl.String for name, column in zip(names, export.header, strict=True)
    }
    frame = pl.scan_csv(
        export.body,
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


def guess_numeric(export: Export, columns: Columns) -> set[str]:
    """Return the item columns that hold small integers in the first records."""
    items = set(columns.items.values()) - set(columns.ids.values())
    places = {column: export.header.index(column) for column in items}
    numeric = set(places)
    for _, cells in islice(export.records(), _SAMPLE):
        if len(cells) == len(export.header):  # a ragged row is found and reported elsewhere
            numeric = {column for column in numeric if _is_small(cells[places[column]])}
    return numeric


def find_numeric(export: Export, columns: Columns) -> set[str]:
    """Return the item columns that hold small integers in every record."""
    import polars as pl

    frame = scan_export(export, columns, ())
    candidates = guess_numeric(export, columns)
    misfits = [
        (pl.col(column).is_not_null() & pl.col(column).cast(pl.Int16, strict=False).is_null()).any().alias(column)
        for column in candidates
    ]
    found = frame.select(misfits).collect(engine="streaming").row(0, named=True) if misfits else {}
    return {column for column, is_misfit in found.items() if not is_misfit}


def _is_small(cell: str) -> bool:
    text = cell.removeprefix("-")
    if not cell:
        return True
    return text.isascii() and text.isdecimal() and len(text) < 6 and _SMALLEST <= int(cell) <= _LARGEST


def _unique_names(header: tuple[str, ...]) -> list[str]:
    return [f"\x1f{index}" for index in range(len(header))]
