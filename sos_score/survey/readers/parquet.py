"""Parquet files: columns with a type."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sos_score.errors import InvalidSurvey, Problem
from sos_score.survey.readers.export import Export, FrameExport, ReadingOptions

if TYPE_CHECKING:
    import polars as pl

_MOST_CELLS = 200_000_000  # numbers take a few bytes each


@contextmanager
def open_parquet(path: Path, name: str, _folder: Path, _options: ReadingOptions) -> Iterator[Export]:
    """Open a Parquet file: numbers stay numbers, and everything else is text."""
    import polars as pl

    try:
        with path.open("rb") as stream:
            schema = pl.read_parquet_schema(stream)
        lazy = pl.scan_parquet(path, glob=False)
        rows = lazy.select(pl.len()).collect().item()
        if rows * len(schema) > _MOST_CELLS:
            message = f"has {rows:,} rows of {len(schema):,} columns, more than are read at once"
            raise InvalidSurvey([Problem(message, name, hint="keep the columns of the answers only", rule="file")])
        frame = lazy.select(_flatten(column, dtype) for column, dtype in schema.items()).collect()
    except (pl.exceptions.PolarsError, OSError) as error:
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
