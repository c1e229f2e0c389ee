"""One survey as every kind of frame, and any frame as rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

Row = dict[str, Any]


def as_text(cell: Any) -> str | None:
    return None if cell is None else str(cell)


def is_text(cells: list[Any]) -> bool:
    return any(isinstance(cell, str) for cell in cells)


def to_polars(columns: dict[str, list[Any]]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            name: pl.Series([as_text(cell) for cell in cells], dtype=pl.String)
            if is_text(cells)
            else pl.Series(cells, dtype=pl.Int64)
            for name, cells in columns.items()
        }
    )


def to_arrow(columns: dict[str, list[Any]]) -> pa.Table:
    return pa.table(
        {
            name: pa.array([as_text(cell) for cell in cells], pa.string())
            if is_text(cells)
            else pa.array(cells, pa.int32())
            for name, cells in columns.items()
        }
    )


def to_objects(columns: dict[str, list[Any]]) -> pd.DataFrame:
    """Return pandas as it comes from Excel: whole numbers and texts in one object column, None beside NaN."""

    def loosen(cell: Any, row: int) -> Any:
        if cell is None:
            return None if row % 2 else np.nan
        return int(cell) if str(cell).isdecimal() else cell

    return pd.DataFrame(
        {
            name: pd.Series([loosen(cell, row) for row, cell in enumerate(cells)], dtype=object)
            for name, cells in columns.items()
        }
    )


def to_nullable(columns: dict[str, list[Any]]) -> pd.DataFrame:
    made = {
        name: pd.Series([as_text(cell) for cell in cells], dtype="category")
        if is_text(cells)
        else pd.Series(cells, dtype="Int64")
        for name, cells in columns.items()
    }
    return pd.DataFrame(made)


def to_floats(columns: dict[str, list[Any]]) -> pd.DataFrame:
    made = {name: pd.Series(cells, dtype=object if is_text(cells) else float) for name, cells in columns.items()}
    return pd.DataFrame(made).set_index(pd.Index([f"row {n}" for n in range(len(next(iter(columns.values()))))]))


def to_duckdb(columns: dict[str, list[Any]]) -> duckdb.DuckDBPyRelation:
    survey = to_arrow(columns)  # noqa: F841 - DuckDB finds it by name
    return duckdb.sql("select * from survey")


OWN_CONNECTION = duckdb.connect()


def to_own_duckdb(columns: dict[str, list[Any]]) -> duckdb.DuckDBPyRelation:
    survey = to_arrow(columns)  # noqa: F841 - DuckDB finds it by name
    return OWN_CONNECTION.sql("select * from survey")


def rows_of(frame: Any) -> list[Row]:
    """Return any frame's rows, missing numbers as None."""
    if isinstance(frame, pl.LazyFrame):
        return frame.collect().to_dicts()
    if isinstance(frame, pl.DataFrame):
        return frame.to_dicts()
    if isinstance(frame, pa.Table):
        return frame.to_pylist()
    if isinstance(frame, duckdb.DuckDBPyRelation):
        return [dict(zip(frame.columns, row, strict=True)) for row in frame.fetchall()]
    if hasattr(frame, "sparkSession"):
        return [row.asDict() for row in frame.collect()]
    return [
        {name: None if pd.isna(value) else value for name, value in row.items()} for row in frame.to_dict("records")
    ]


FRAMES: dict[str, tuple[Callable[[dict[str, list[Any]]], Any], type]] = {
    "polars": (to_polars, pl.DataFrame),
    "polars lazy": (lambda columns: to_polars(columns).lazy(), pl.LazyFrame),
    "pyarrow": (to_arrow, pa.Table),
    "duckdb": (to_duckdb, duckdb.DuckDBPyRelation),
    "duckdb, own connection": (to_own_duckdb, duckdb.DuckDBPyRelation),
    "pandas objects": (to_objects, pd.DataFrame),
    "pandas nullable and categorical": (to_nullable, pd.DataFrame),
    "pandas floats": (to_floats, pd.DataFrame),
}
