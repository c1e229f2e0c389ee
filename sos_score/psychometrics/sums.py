"""Counts, sums and cross-products of the answers to each scale, for every group, in one pass over any number of rows.

Memory holds one batch of rows and the sums; all that grows with the rows is eight bytes each that say whose it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sos_score.psychometrics.batches import (
    RESPONDENT,
    Group,
    Known,
    Repeats,
    Values,
    find_repeated,
    is_spark,
    number_groups,
    order_group,
    read_batches,
    read_terms,
)
from sos_score.psychometrics.columns import ScaleColumns
from sos_score.psychometrics.moments import (
    Missing,
    Moments,
    PairSums,
    moments_from_pair_sums,
    moments_from_sums,
)
from sos_score.scoring.files import BatchSink
from sos_score.scoring.responses import Responses
from sos_score.statistics.arrays import Floats

if TYPE_CHECKING:
    import polars as pl

FEW_OPTIONS = 7
"""Response options up to which the pairs of answers are counted, for ordinal alpha."""

MOST_TABLED = 10_000
"""Complete rows of a group whose pairs of answers are counted: polychoric correlations are sharp enough then."""

_BLOCK = 200_000


@dataclass(frozen=True, slots=True)
class AnswerSums:
    """Sums of the answers of one group to the k terms of one scale, as answered (not reversed)."""

    # rows looked at, and those without any answer to the scale
    rows: int
    blank: int
    complete: int  # rows with an answer to every term that was asked
    answered: Floats  # (k,): answers to each term, whatever else is missing
    # over the complete rows, or over the rows each pair shares; pivoted at the middle of each term's range
    pairs: PairSums
    # (k,): answers at the two ends of the range, over the same rows
    lowest: Floats
    highest: Floats
    # (k, k, options, options): pairs of answers over the first `MOST_TABLED` complete rows; empty unless they were
    # asked for
    tables: Floats

    def __add__(self, other: AnswerSums) -> AnswerSums:
        """Return the sums over both lots of rows."""
        one, two = self.pairs, other.pairs
        return AnswerSums(
            self.rows + other.rows,
            self.blank + other.blank,
            self.complete + other.complete,
            self.answered + other.answered,
            PairSums(
                one.counts + two.counts,
                one.sums + two.sums,
                one.squares + two.squares,
                one.cross_products + two.cross_products,
            ),
            self.lowest + other.lowest,
            self.highest + other.highest,
            self.tables + other.tables,
        )


def sum_answers(
    responses: Responses,
    scales: Sequence[ScaleColumns],
    by: Sequence[str],
    *,
    missing: Missing = "listwise",
    has_tables: bool = False,
) -> tuple[dict[tuple[str, Group], AnswerSums], list[Group]]:
    """Return the sums of every scale in every group, by (scale, group), and over all groups, the group ``()``.

    Groups come as they first appear. A term that nobody in a group answered makes no row of that group incomplete;
    where there is one the rows are read a second time. `has_tables` counts the pairs of answers too, where there are
    few options. Beside the sums it returns the groups in which somebody answered more than once.
    """
    columns = [name for scale in scales for name in scale.columns]
    reading = Reading(scales, by, missing, has_tables=has_tables)
    repeated = _read_first(responses, reading, columns)
    groups = sorted({group for _, group, _ in reading.sums}, key=order_group)
    found: dict[tuple[str, Group], AnswerSums] = {}
    lacking: dict[tuple[str, Group], set[bytes]] = {}
    asked = {scale.plan.scale: _find_asked(reading, scale, groups) for scale in scales} if groups else {}
    if missing == "listwise":
        for name, masks in asked.items():
            for group in groups:
                wanted = {masks[group], masks[()]}
                lacking[name, group] = {mask for mask in wanted if (name, group, mask) not in reading.sums}
        if any(lacking.values()):
            reading.masks = lacking
            read_batches(responses, by, columns, reading)
    for name, masks in asked.items():
        every = masks if missing == "listwise" else dict.fromkeys(masks, reading.every(name))
        found[name, ()] = reduce(add, [reading.sums[name, group, every[()]] for group in groups])
        appeared = dict.fromkeys(group for _, group, _ in reading.sums)
        found |= {(name, group): reading.sums[name, group, every[group]] for group in appeared}
    return found, repeated


def _read_first(responses: Responses, reading: Reading, columns: Sequence[str]) -> list[Group]:
    """Add up the rows, and return the groups in which somebody answered more than once."""
    by = reading.by
    if is_spark(responses):
        read_batches(responses, by, columns, reading)
        return find_repeated(responses, by)
    reading.repeats = Repeats()
    people = [RESPONDENT] if RESPONDENT in responses.ids and RESPONDENT not in by else []
    read_batches(responses, [*by, *people], columns, reading)
    repeated, reading.repeats = reading.repeats.find_groups(), None
    return repeated


def _find_asked(reading: Reading, scale: ScaleColumns, groups: Sequence[Group]) -> dict[Group, bytes]:
    """Return which terms anybody answered in each group, and in any; all of them where nobody answered one."""
    name = scale.plan.scale
    answered = {group: reading.sums[name, group, reading.every(name)].answered > 0 for group in groups}
    answered[()] = np.any([answered[group] for group in groups], axis=0)
    return {group: (seen if seen.any() else ~seen).tobytes() for group, seen in answered.items()}


def key_moments(scale: ScaleColumns, sums: AnswerSums, missing: Missing) -> Moments:
    """Return the moments of the terms of a scale under its key, as they count in its score: with their weights."""
    turned, pivot = np.outer(scale.factors, scale.factors), scale.weights * (scale.low + scale.high) / 2
    pairs = replace(
        sums.pairs,
        sums=sums.pairs.sums * scale.factors[:, None],
        squares=sums.pairs.squares * scale.weights[:, None] ** 2,
        cross_products=sums.pairs.cross_products * turned,
    )
    if missing == "pairwise":
        return moments_from_pair_sums(pairs, rows=sums.rows, complete=sums.complete, pivot=pivot)
    asked = sums.answered > 0
    one = moments_from_sums(sums.complete, np.diag(pairs.sums), pairs.cross_products, pivot=pivot, rows=sums.rows)
    counts = np.where(np.outer(asked, asked), one.pair_counts, 0)
    unknown = np.where(counts > 0, 0.0, np.nan)
    # A term that nobody in the group answered is not part of the complete rows; it has no moments.
    return replace(
        one,
        counts=np.diag(counts).copy(),
        means=one.means + np.diag(unknown),
        pair_counts=counts,
        covariance=one.covariance + unknown,
        correlation=one.correlation + unknown,
    )


def key_extremes(scale: ScaleColumns, sums: AnswerSums) -> tuple[Floats, Floats]:
    """Return the answers at the lowest and at the highest end of each term under the scale's key."""
    turned = scale.signs < 0
    return np.where(turned, sums.highest, sums.lowest), np.where(turned, sums.lowest, sums.highest)


class Reading:
    """What has been summed so far: by scale, group and the terms that a complete row must have.

    The context that `open_sink` gives takes batches as `read_batches` and `score_export` hand them over.
    """

    def __init__(
        self, scales: Sequence[ScaleColumns], by: Sequence[str], missing: Missing, *, has_tables: bool
    ) -> None:
        self.scales, self.by, self.missing, self.has_tables = scales, by, missing, has_tables
        self.sums: dict[tuple[str, Group, bytes], AnswerSums] = {}
        self.tabled: Counter[tuple[str, Group, bytes]] = Counter()
        self.sizes = {scale.plan.scale: len(scale.columns) for scale in scales}
        # All terms, unless it is said which.
        self.masks: Mapping[tuple[str, Group], set[bytes]] | None = None
        # Whose rows they are, where somebody asks.
        self.repeats: Repeats | None = None

    def every(self, scale: str) -> bytes:
        """Return the mask of all terms of a scale."""
        return np.ones(self.sizes[scale], dtype=bool).tobytes()

    @contextmanager
    def open_sink(self) -> Iterator[BatchSink]:
        """Take rows; what has been taken is forgotten where an error ends the part."""
        before = dict(self.sums), self.tabled.copy(), self.repeats and self.repeats.copy()
        try:
            yield self._take
        except BaseException:
            self.sums, self.tabled, self.repeats = before
            raise

    def start_part(self) -> Reading:
        """Return the same with nothing summed yet."""
        part = Reading(self.scales, self.by, self.missing, has_tables=self.has_tables)
        part.masks = self.masks
        return part

    def add(self, part: Reading) -> None:
        """Add the sums of a part."""
        for key, sums in part.sums.items():
            is_full = self.tabled[key] >= MOST_TABLED
            new = replace(sums, tables=np.zeros_like(sums.tables)) if is_full else sums
            self.sums[key] = self.sums[key] + new if key in self.sums else new
        self.tabled.update(part.tabled)

    def _take(self, batch: pl.DataFrame) -> None:
        """Sum the rows of a batch, group by group."""
        groups: dict[Group, int] = {}
        numbers = number_groups(batch, self.by, groups)
        order = np.argsort(numbers, kind="stable")
        ends = np.searchsorted(numbers[order], np.arange(len(groups) + 1))
        if self.repeats is not None and RESPONDENT in batch.columns:
            names = batch[RESPONDENT].gather(order)
            for group, number in groups.items():
                self.repeats.take(group, names[int(ends[number]) : int(ends[number + 1])])
        for scale in self.scales:
            name = scale.plan.scale
            x, known = read_terms(batch, scale.columns, order)
            for group, number in groups.items():
                rows = slice(ends[number], ends[number + 1])
                for mask in {self.every(name)} if self.masks is None else self.masks[name, group]:
                    key = name, group, mask
                    sums = self._sum(x[:, rows], known[:, rows], scale, key)
                    self.sums[key] = self.sums[key] + sums if key in self.sums else sums

    def _sum(self, x: Values, known: Known, scale: ScaleColumns, key: tuple[str, Group, bytes]) -> AnswerSums:
        asked = np.frombuffer(key[2], dtype=bool)
        whole = np.flatnonzero(known[asked].all(axis=0))
        is_listwise = self.missing == "listwise"
        used, seen = (x.take(whole, axis=1), known.take(whole, axis=1)) if is_listwise else (x, known)
        dtype = _precision(scale, used.shape[1])
        shifted: Floats = used.astype(dtype)
        shifted -= ((scale.low + scale.high) / 2)[:, None].astype(dtype)
        if not is_listwise or not asked.all():
            shifted = np.where(seen, shifted, dtype(0))
        return AnswerSums(
            rows=x.shape[1],
            blank=x.shape[1] - int(np.count_nonzero(known.any(axis=0))),
            complete=len(whole),
            answered=_count(known),
            pairs=_sum_pairs(shifted, None if is_listwise else seen.astype(dtype)),
            lowest=_count(seen & (used == scale.low.astype(x.dtype)[:, None])),
            highest=_count(seen & (used == scale.high.astype(x.dtype)[:, None])),
            tables=self._count_pairs(x, known, whole, key, scale),
        )

    def _count_pairs(
        self, x: Values, known: Known, whole: NDArray[np.int64], key: tuple[str, Group, bytes], scale: ScaleColumns
    ) -> Floats:
        """Count the pairs of answers to every two items, up to as many rows as ordinal alpha needs."""
        if not self.has_tables or not 0 < scale.options <= FEW_OPTIONS:
            return np.zeros((0, 0, 0, 0))
        rows = whole[: max(MOST_TABLED - self.tabled[key], 0)]
        self.tabled[key] += len(rows)
        k, options = len(scale.columns), np.arange(scale.options)
        chosen = x.take(rows, axis=1)[:, None] == (scale.low[:, None] + options).astype(x.dtype)[:, :, None]
        chosen &= known.take(rows, axis=1)[:, None]
        each = chosen.reshape(k * scale.options, len(rows)).astype(np.float32)
        tables: Floats = (each @ each.T).reshape(k, scale.options, k, scale.options).transpose(0, 2, 1, 3)
        return tables.astype(float)


def _precision(scale: ScaleColumns, rows: int) -> type[np.float32] | type[np.float64]:
    """Return the shortest numbers that hold sums of squares of that many answers, halves included, exactly."""
    largest = float((((scale.high - scale.low) / 2) ** 2).max()) * 4 * rows
    is_whole = all(term.options for term in scale.plan.terms)
    return np.float32 if largest < 2**24 and is_whole else np.float64


def _count(true: Known) -> Floats:
    """Return how many are true in each row, one at a time: NumPy counts a row much faster than all rows at once."""
    return np.array([np.count_nonzero(row) for row in true], dtype=float)


def _sum_pairs(shifted: Floats, mask: Floats | None) -> PairSums:
    k, n = shifted.shape
    cross = _multiply(shifted, shifted)
    if mask is not None:
        return PairSums(_multiply(mask, mask), _multiply(shifted, mask), _multiply(shifted**2, mask), cross)
    sums, squares = shifted.sum(axis=1, dtype=float), np.diag(cross)
    return PairSums(
        np.full((k, k), float(n)), np.repeat(sums[:, None], k, axis=1), np.repeat(squares[:, None], k, axis=1), cross
    )


def _multiply(one: Floats, two: Floats) -> Floats:
    """Return one two', in blocks too small for the threads of a matrix product, which cost more than they save here."""
    k, n = one.shape
    size = max(_BLOCK // (k * k), 1)
    whole = n // size * size
    blocks = [each[:, :whole].reshape(k, -1, size) for each in (one, two)]
    product: Floats = (blocks[0].transpose(1, 0, 2) @ blocks[1].transpose(1, 2, 0)).sum(axis=0, dtype=float)
    return product + one[:, whole:] @ two[:, whole:].T
