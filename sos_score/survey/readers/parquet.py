"""Parquet files: columns with a type."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sos_score.errors import InvalidSurvey, Problem
from sos_score.survey.readers.cells import PanicError, check_size, contain_panics
from sos_score.survey.readers.export import Export, FrameExport, ReadingOptions

if TYPE_CHECKING:
    import polars as pl

_MOST_CELLS = 200_000_000  # numbers take a few bytes each


@contextmanager
def open_parquet(path: Path, name: str, _folder: Path, _options: ReadingOptions) -> Iterator[Export]:
    """Open a Parquet file: numbers stay numbers, and everything else is text."""
    import polars as pl

    try:
        with contain_panics():
            schema = pl.read_parquet_schema(path)
            lazy = pl.scan_parquet(path, glob=False)
            rows = lazy.select(pl.len()).collect().item()
            check_size(rows, len(schema), name, _MOST_CELLS)
            frame = lazy.select(_flatten(column, dtype) for column, dtype in schema.items()).collect()
    except (pl.exceptions.PolarsError, OSError, PanicError) as error:
        message = f"is a damaged Parquet file ({str(error).splitlines()[0][:100]})"
        raise InvalidSurvey([Problem(message, name, hint="write it again", rule="file")]) from None
    yield FrameExport(name, frame)


def _flatten(column: str, dtype: pl.DataType) -> pl.Expr:
    """Return a column as numbers or as text."""
    import polars as pl

    cell = pl.col(column)
    if dtype.is_decimal():
        return cell.cast(pl.Float64)
    if dtype == pl.Boolean:
        return pl.when(cell).then(pl.lit("TRUE")).when(~cell).then(pl.lit("FALSE")).alias(column)
    if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
        return pl.when(cell.is_not_null()).then(pl.lit("(not a single value)")).alias(column)
    return cell if dtype.is_numeric() else cell.cast(pl.String)
