"""The rows of coded answers in batches, and the group each row belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from sos_score.scoring.files import BatchSink, OpenSink
from sos_score.scoring.responses import Responses
from sos_score.scoring.scorer import choose_types
from sos_score.survey.waves import order_waves

if TYPE_CHECKING:
    import polars as pl

Values = NDArray[Any]
Known = NDArray[np.bool_]
Group = tuple[str | None, ...]
"""The values of some id columns, None where blank; the empty group is all rows."""
Hashes = NDArray[np.uint64]

RESPONDENT = "respondent"
"""The id column that says who answered."""

AnyGroup = TypeVar("AnyGroup", bound=Group)
WAVE = "wave"
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


def sort_groups(groups: Iterable[AnyGroup], by: Sequence[str]) -> list[AnyGroup]:
    """Return groups in order; they come as they first appear, and so do waves in words (see `order_waves`).

    Examples
    --------
    >>> sort_groups([("10", "Spring"), ("2", "Autumn"), ("2", "Spring")], ["site", "wave"])
    [('2', 'Spring'), ('2', 'Autumn'), ('10', 'Spring')]
    """
    there = list(dict.fromkeys(groups))
    waves = {place: order_waves(str(group[place]) for group in there) for place, name in enumerate(by) if name == WAVE}

    def order(group: AnyGroup) -> list[tuple[int, str]]:
        named = enumerate(zip(order_group(group), group, strict=True))
        return [(waves[at].index(str(name)), "") if name and at in waves else key for at, (key, name) in named]

    return sorted(there, key=order)


def iterate_batches(responses: Responses, ids: Sequence[str], columns: Sequence[str]) -> Iterator[pl.DataFrame]:
    """Yield the rows in batches: ids as text, blank ones null; codes as `choose_types` has them, scores as floats."""
    import polars as pl

    wanted = list(dict.fromkeys(columns))
    items = _find_items(responses, wanted)
    types = choose_types({item: responses.instrument.counted[item] for item in items})
    native = responses.frame.select(*ids, *wanted).to_native()
    if not isinstance(native, pl.LazyFrame):
        # What is not there is NaN on some frames.
        native = responses.frame.select(*ids, *wanted).collect(backend="polars").to_native().lazy()
        native = native.with_columns(pl.col(wanted).fill_nan(None))
    dtypes = {column: types[item] for item, column in items.items()}
    numbers = [nw.col(name).cast(dtypes[name]) if name in dtypes else nw.col(name) for name in wanted]
    whole = nw.from_native(native).select(*ids, *numbers).to_native()
    for batch in whole.collect_batches(chunk_size=_BATCH, maintain_order=True):
        yield _tidy(batch, ids, wanted)


def read_batches(responses: Responses, ids: Sequence[str], columns: Sequence[str], open_sink: OpenSink) -> None:
    """Hand the rows over in batches, as `iterate_batches` yields them, and check them where that is still to do.

    `open_sink` gives a context whose value takes the batches of a part of the rows; where it is left by an error, what
    it took is void.
    """
    wanted = list(dict.fromkeys(columns))

    @contextmanager
    def open_tidy() -> Iterator[BatchSink]:
        with open_sink() as take:
            yield lambda batch: take(_tidy(batch, ids, wanted))

    if responses.is_checked:
        with open_sink() as take:
            for batch in iterate_batches(responses, ids, wanted):
                take(batch)
    else:
        responses.check(_find_items(responses, wanted), open_tidy)


def read_terms(
    batch: pl.DataFrame, columns: Sequence[str], order: NDArray[np.int64] | None = None
) -> tuple[Values, Known]:
    """Return the answers to the terms of a scale (k by n), in another order of rows if given, and where there is one.

    What stands where there is no answer says nothing.
    """
    import polars as pl

    has_fractions = any(batch.schema[name].is_float() for name in columns)
    cells = pl.col(columns).cast(pl.Float64) if has_fractions else pl.col(columns)
    # Whole codes never take the lowest number of their type; see `choose_types`.
    gap = np.nan if has_fractions else np.iinfo(batch[columns[0]].head(0).to_numpy().dtype).min
    terms = batch.select(cells.fill_null(gap)).to_numpy().T
    if order is not None:
        terms = terms.take(order, axis=1)
    return terms, ~np.isnan(terms) if has_fractions else terms != gap


def _find_items(responses: Responses, columns: Sequence[str]) -> dict[str, str]:
    """Return those of the columns that hold codes, by item."""
    places = {item: responses.column_of(item) for item in responses.instrument.responses}
    return {item: column for item, column in places.items() if column in set(columns)}


def _tidy(batch: pl.DataFrame, ids: Sequence[str], columns: Sequence[str]) -> pl.DataFrame:
    import polars as pl

    text = [pl.col(name).cast(pl.String).str.strip_chars().replace("", None) for name in ids]
    return batch.select(*text, *columns)


def number_groups(batch: pl.DataFrame, ids: Sequence[str], groups: dict[Group, int]) -> NDArray[np.int64]:
    """Return the number of each row's group, its values of `ids`; new groups are added to `groups`."""
    import polars as pl

    if not ids:
        groups[()] = 0
        return np.zeros(batch.height, dtype=np.int64)
    present = batch.select(ids).unique(maintain_order=True)
    for values in present.iter_rows():
        groups.setdefault(values, len(groups))
    numbers = pl.Series(_NUMBER, [groups[values] for values in present.iter_rows()], dtype=pl.Int64)
    known = present.with_columns(numbers)
    numbered = batch.select(ids).join(known, on=list(ids), how="left", nulls_equal=True, maintain_order="left")
    return numbered[_NUMBER].to_numpy()


@dataclass
class Repeats:
    """Whose rows have passed by, group by group, as hashes."""

    seen: dict[Group, list[Hashes]] = field(default_factory=dict)

    def take(self, group: Group, names: pl.Series) -> None:
        """Add the names of some rows of a group; blank ones name nobody."""
        self.seen.setdefault(group, []).append(names.drop_nulls().hash().to_numpy())

    def copy(self) -> Repeats:
        """Return what has passed by so far."""
        return Repeats({group: list(hashes) for group, hashes in self.seen.items()})

    def find_groups(self) -> list[Group]:
        """Return the groups in which somebody is there more than once; the empty group is all rows."""
        every = {(): [each for hashes in self.seen.values() for each in hashes], **self.seen}
        joined = {group: np.concatenate(hashes) for group, hashes in every.items() if hashes}
        return [group for group, hashes in joined.items() if len(np.unique(hashes)) < len(hashes)]
