"""The rows of coded answers in batches, and the group each row belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from sos_score.psychometrics.spark import map_partitions
from sos_score.scoring.files import BatchSink
from sos_score.scoring.responses import Responses
from sos_score.scoring.scorer import choose_types
from sos_score.survey.check.row_key import show_cell
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


class Sums(Protocol):
    """What is added up of the rows, batch by batch, and of parts of them that somebody else has added up."""

    def open_sink(self) -> AbstractContextManager[BatchSink]:
        """Give what takes the batches of a part of the rows; where it is left by an error, what it took is void."""

    def start_part(self) -> Self:
        """Return the same with nothing added up yet."""

    def add(self, part: Self) -> None:
        """Add what a part that was started here has added up."""


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
    chosen = responses.frame.select(*ids, *wanted)
    if not isinstance(chosen.to_native(), pl.LazyFrame) and not chosen.implementation.is_duckdb():
        # On some frames what is not there is NaN, and a column of ids holds numbers beside texts.
        schema = chosen.collect_schema()
        chosen = chosen.with_columns(*[show_cell(name, schema).alias(name) for name in ids]) if ids else chosen
        whole = chosen.collect(backend="polars").to_native().with_columns(pl.col(wanted).fill_nan(None))
        chosen = nw.from_native(whole.lazy())
    native = _cast_codes(chosen, responses, wanted).to_native()
    batches: Iterable[pl.DataFrame]
    if isinstance(native, pl.LazyFrame):
        batches = native.collect_batches(chunk_size=_BATCH, maintain_order=True)
    else:
        batches = _stream(native)
    for batch in batches:
        yield _tidy(batch, ids, wanted)


def _stream(relation: Any) -> Iterator[pl.DataFrame]:
    """Yield the rows of a DuckDB relation as they come, never all of them in memory."""
    import polars as pl
    import pyarrow as pa

    for batch in pa.RecordBatchReader.from_stream(relation):
        yield from pl.DataFrame(batch).iter_slices(_BATCH)


def read_batches(responses: Responses, ids: Sequence[str], columns: Sequence[str], sums: Sums) -> None:
    """Add the rows up in batches, as `iterate_batches` yields them, and check them where that is still to do.

    Rows of Spark are added up where they lie, and only the sums of each partition come back.
    """
    wanted = list(dict.fromkeys(columns))

    @contextmanager
    def open_tidy() -> Iterator[BatchSink]:
        with sums.open_sink() as take:
            yield lambda batch: take(_tidy(batch, ids, wanted))

    if not responses.is_checked:
        responses.check(_find_items(responses, wanted), open_tidy)
    elif is_spark(responses):
        part = sums.start_part()

        def add_up(batches: Iterator[pl.DataFrame]) -> Sums:
            with part.open_sink() as take:
                for batch in batches:
                    take(_tidy(batch, ids, wanted))
            return part

        chosen = _cast_codes(responses.frame.select(*ids, *wanted), responses, wanted)
        for each in map_partitions(chosen.to_native(), add_up, _BATCH):
            sums.add(each)
    else:
        with sums.open_sink() as take:
            for batch in iterate_batches(responses, ids, wanted):
                take(batch)


def is_spark(responses: Responses) -> bool:
    """Return whether the rows are Spark's, which may be on many machines."""
    return responses.is_checked and responses.frame.implementation.is_spark_like()


def _cast_codes(frame: nw.LazyFrame[Any], responses: Responses, columns: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return the rows with codes as `choose_types` has them."""
    items = _find_items(responses, columns)
    types = choose_types({item: responses.instrument.counted[item] for item in items})
    dtypes = {column: types[item] for item, column in items.items()}
    return frame.with_columns(*[nw.col(name).cast(dtype) for name, dtype in dtypes.items()]) if dtypes else frame


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


def find_repeated(responses: Responses, by: Sequence[str]) -> list[Group]:
    """Return the groups in which somebody is there more than once, as `Repeats` finds them, counted by the engine."""
    if RESPONDENT not in responses.ids:
        return []
    text = {name: nw.col(name).cast(nw.String).str.strip_chars() for name in (*by, RESPONDENT)}
    named = responses.frame.select(*[nw.when(cell != "").then(cell).alias(name) for name, cell in text.items()])
    named = named.filter(~nw.col(RESPONDENT).is_null())
    found: list[Group] = []
    for group in ((), tuple(by)) if by else ((),):
        counted = named.group_by(*dict.fromkeys((*group, RESPONDENT))).agg(nw.len().alias(_NUMBER))
        again = counted.filter(nw.col(_NUMBER) > 1)
        if group:
            found += list(again.select(*group).unique().collect().iter_rows())
        elif len(again.head(1).collect()):
            found.append(())
    return found


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
