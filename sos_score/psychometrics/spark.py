"""Sums worked out where Spark keeps the rows: each partition gives back one small object, not its rows."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

Part = TypeVar("Part")


def map_partitions(frame: Any, add_up: Callable[[Iterator[pl.DataFrame]], Part], size: int) -> Iterator[Part]:
    """Yield what `add_up` makes of the rows of each partition of a PySpark frame, in their order.

    It runs on the workers, which need sos-score; rows come to it in batches of about `size`.
    """

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        yield pa.RecordBatch.from_pydict({"part": [pickle.dumps(add_up(_gather(batches, size)))]})

    with warnings.catch_warnings():
        # It warns of pandas 3, which has no part in this.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        mapped = frame.mapInArrow(work, "part binary")
    for row in mapped.collect():
        part: Part = pickle.loads(row["part"])
        yield part


def _gather(batches: Iterator[pa.RecordBatch], size: int) -> Iterator[pl.DataFrame]:
    """Yield the rows as Polars has them, in batches of at least `size` but for the last: a few rows cost as much."""
    import polars as pl

    waiting: list[pl.DataFrame] = []
    for batch in batches:
        waiting.append(pl.DataFrame(batch))
        if sum(each.height for each in waiting) >= size:
            yield pl.concat(waiting)
            waiting = []
    if any(each.height for each in waiting):
        yield pl.concat(waiting)
