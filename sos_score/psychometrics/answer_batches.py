"""The rows of coded answers in batches, and the group each row belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sos_score.scoring.responses import Responses

if TYPE_CHECKING:
    import polars as pl

Group = tuple[str | None, ...]
"""The values of some id columns, None where blank; the empty group is all rows."""

_BATCH = 50_000
_NUMBER = "\x1fgroup"


def order_group(group: Group) -> tuple[tuple[int, str], ...]:
    """Return what puts groups in order: whole numbers by size, and before other texts.

    Examples
    --------
    >>> sorted([("10", "T1"), ("b", "T1"), ("2", "T2"), ("2", "T1")], key=order_group)
    [('2', 'T1'), ('2', 'T2'), ('10', 'T1'), ('b', 'T1')]
    """
    return tuple((len(value) if value.isdecimal() else 100, value) for value in (each or "" for each in group))


def iterate_batches(responses: Responses, ids: Sequence[str], columns: Sequence[str]) -> Iterator[pl.DataFrame]:
    """Yield the rows in batches: id columns as text, blank ones null, and columns of numbers.

    Parameters
    ----------
    responses : Responses
    ids, columns : sequence of str
        Of `Responses.frame`.

    Yields
    ------
    polars DataFrame
        Rows of a file with nothing in them are left out.
    """
    import polars as pl

    wanted = list(dict.fromkeys(columns))
    named = [name for name in ("respondent", "rater", "target") if name in responses.ids]
    kept = list(dict.fromkeys([*ids, *named]))
    blank = any(outcome.blank_rows for outcome in responses.outcomes)
    answers = [responses.column_of(item) for item in responses.instrument.responses] if blank else []
    items = {responses.column_of(item) for item in responses.instrument.responses}
    # Codes are small whole numbers: as such they take a quarter of the room, and what is counted of them is exact.
    narrow = [pl.col(name).cast(pl.Int16) for name in wanted if name in items]
    native = responses.frame.select(*kept, *dict.fromkeys([*wanted, *answers])).to_native()
    if isinstance(native, pl.LazyFrame):
        native = native.with_columns(narrow)
        batches: Iterable[pl.DataFrame] = native.collect_batches(chunk_size=_BATCH, maintain_order=True)
    else:
        batches = [responses.frame.select(*kept, *wanted).collect(backend="polars").to_native()]
    text = [pl.col(name).cast(pl.String).str.strip_chars().replace("", None) for name in kept]
    for batch in batches:
        rows = batch.with_columns(text) if kept else batch
        if blank:
            rows = rows.filter(pl.any_horizontal(pl.col(*named, *answers).is_not_null()))
        yield rows.select(*ids, *wanted)


def number_groups(
    batches: Iterable[pl.DataFrame], ids: Sequence[str], groups: dict[Group, int]
) -> Iterator[tuple[pl.DataFrame, NDArray[np.int64]]]:
    """Yield each batch with the number of each row's group, its values of `ids`; new groups get the next number.

    Parameters
    ----------
    batches : iterable of polars DataFrame
    ids : sequence of str
        Their group columns.
    groups : dict
        Group to number; it grows while the batches pass.

    Yields
    ------
    tuple of polars DataFrame and ndarray of int
    """
    import polars as pl

    for batch in batches:
        if not ids:
            groups[()] = 0
            yield batch, np.zeros(batch.height, dtype=np.int64)
            continue
        present = batch.select(ids).unique(maintain_order=True)
        for values in present.iter_rows():
            groups.setdefault(values, len(groups))
        numbers = pl.Series(_NUMBER, [groups[values] for values in present.iter_rows()], dtype=pl.Int64)
        known = present.with_columns(numbers)
        numbered = batch.select(ids).join(known, on=list(ids), how="left", nulls_equal=True, maintain_order="left")
        yield batch, numbered[_NUMBER].to_numpy()
