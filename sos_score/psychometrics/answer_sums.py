"""Counts, sums and cross-products of the answers to each scale, for every group, in one pass over any number of rows.

Memory holds one batch of rows and the sums; nothing of it grows with the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sos_score.psychometrics.answer_batches import Group, iterate_batches, number_groups, order_group
from sos_score.psychometrics.covariance import (
    Missing,
    Moments,
    PairSums,
    moments_from_pair_sums,
    moments_from_sums,
)
from sos_score.psychometrics.scale_columns import ScaleColumns
from sos_score.scoring.responses import Responses

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]

FEW_OPTIONS = 7
"""Response options up to which the pairs of answers are counted, for ordinal alpha."""

MOST_TABLED = 10_000
"""Complete rows of a group whose pairs of answers are counted: polychoric correlations are sharp enough then."""

_BLOCK = 200_000


@dataclass(frozen=True, slots=True)
class AnswerSums:
    """Sums of the answers of one group to the k terms of one scale, as answered (not reversed).

    Attributes
    ----------
    rows, blank : int
        Rows looked at, and those without any answer to the scale.
    complete : int
        Rows with an answer to every term that was asked.
    answered : ndarray of shape (k,)
        Answers to each term, whatever else is missing.
    pairs : PairSums
        Over the complete rows, or over the rows each pair shares; pivoted at the middle of each term's range.
    lowest, highest : ndarray of shape (k,)
        Answers at the two ends of the range, over the same rows.
    tables : ndarray of shape (k, k, options, options)
        Pairs of answers over the first `MOST_TABLED` complete rows; empty unless they were asked for.
    """

    rows: int
    blank: int
    complete: int
    answered: Floats
    pairs: PairSums
    lowest: Floats
    highest: Floats
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
) -> dict[tuple[str, Group], AnswerSums]:
    """Return the sums of every scale in every group, and over all groups.

    Parameters
    ----------
    responses : Responses
    scales : sequence of ScaleColumns
    by : sequence of str
        Id columns whose values make the groups.
    missing : {"listwise", "pairwise"}
        What the sums are taken over.
    has_tables : bool
        Whether the pairs of answers are counted too, where there are few options.

    Returns
    -------
    dict
        (scale, group) to `AnswerSums`. A group is its values of `by`, None where blank; the group ``()`` is all rows.
        A term that nobody in a group answered makes no row of that group incomplete. Where there is such a
        term the rows are read a second time.
    """
    columns = [name for scale in scales for name in scale.columns]
    reading = _Reading(scales, missing, has_tables)
    reading.read(iterate_batches(responses, by, columns), by)
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
            reading.read(iterate_batches(responses, by, columns), by, lacking)
    for name, masks in asked.items():
        every = masks if missing == "listwise" else dict.fromkeys(masks, reading.every(name))
        found[name, ()] = reduce(add, [reading.sums[name, group, every[()]] for group in groups])
        found |= {(name, group): reading.sums[name, group, every[group]] for group in groups}
    return found


def _find_asked(reading: _Reading, scale: ScaleColumns, groups: Sequence[Group]) -> dict[Group, bytes]:
    """Return which terms anybody answered in each group, and in any; all of them where nobody answered one."""
    name = scale.plan.scale
    answered = {group: reading.sums[name, group, reading.every(name)].answered > 0 for group in groups}
    answered[()] = np.any([answered[group] for group in groups], axis=0)
    return {group: (seen if seen.any() else ~seen).tobytes() for group, seen in answered.items()}


def key_moments(scale: ScaleColumns, sums: AnswerSums, missing: Missing) -> Moments:
    """Return the moments of the terms of a scale under its key.

    Parameters
    ----------
    scale : ScaleColumns
    sums : AnswerSums
    missing : {"listwise", "pairwise"}
        What the sums were taken over.

    Returns
    -------
    Moments
        The same as `moments` of the keyed answers.
    """
    turned, pivot = np.outer(scale.signs, scale.signs), (scale.low + scale.high) / 2
    pairs = replace(
        sums.pairs,
        sums=sums.pairs.sums * scale.signs[:, None],
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


class _Reading:
    """What has been summed so far: by scale, group and the terms that a complete row must have."""

    def __init__(self, scales: Sequence[ScaleColumns], missing: Missing, has_tables: bool) -> None:  # noqa: FBT001
        self.scales, self.missing, self.has_tables = scales, missing, has_tables
        self.sums: dict[tuple[str, Group, bytes], AnswerSums] = {}
        self.tabled: dict[tuple[str, Group, bytes], int] = {}
        self.sizes = {scale.plan.scale: len(scale.columns) for scale in scales}

    def every(self, scale: str) -> bytes:
        """Return the mask of all terms of a scale."""
        return np.ones(self.sizes[scale], dtype=bool).tobytes()

    def read(
        self,
        batches: Iterable[pl.DataFrame],
        by: Sequence[str],
        masks: Mapping[tuple[str, Group], set[bytes]] | None = None,
    ) -> None:
        """Sum the rows over all terms, or over those of `masks`."""
        groups: dict[Group, int] = {}
        for batch, numbers in number_groups(batches, by, groups):
            # One item a row: everything below runs along items.
            answers = batch.drop(by).to_numpy().T
            place = {name: index for index, name in enumerate(batch.columns[len(by) :])}
            order = np.argsort(numbers, kind="stable")
            answers = answers[:, order]
            ends = np.searchsorted(numbers[order], np.arange(len(groups) + 1))
            for group, number in groups.items():
                start, end = ends[number], ends[number + 1]
                for scale in self.scales if end > start else ():
                    x = answers[[place[column] for column in scale.columns], start:end].T
                    x = x.astype(_precision(scale, len(x)), copy=False)
                    name = scale.plan.scale
                    for mask in {self.every(name)} if masks is None else masks[name, group]:
                        self._add(x, scale, (name, group, mask))

    def _add(self, x: Floats, scale: ScaleColumns, key: tuple[str, Group, bytes]) -> None:
        sums = self._sum(x, scale, key)
        self.sums[key] = self.sums[key] + sums if key in self.sums else sums

    def _sum(self, x: Floats, scale: ScaleColumns, key: tuple[str, Group, bytes]) -> AnswerSums:
        asked = np.frombuffer(key[2], dtype=bool)
        known = ~np.isnan(x)
        whole = known[:, asked].all(axis=1)
        used, seen = (x[whole], known[whole]) if self.missing == "listwise" else (x, known)
        shifted = used - ((scale.low + scale.high) / 2).astype(used.dtype)
        if self.missing == "pairwise" or not asked.all():
            shifted = np.where(seen, shifted, 0.0)
        complete = int(whole.sum())
        return AnswerSums(
            rows=len(x),
            blank=len(x) - int(known.any(axis=1).sum()),
            complete=complete,
            answered=known.sum(axis=0).astype(float),
            pairs=_sum_pairs(shifted, None if self.missing == "listwise" else seen.astype(used.dtype)),
            lowest=(used == scale.low.astype(used.dtype)).sum(axis=0).astype(float),
            highest=(used == scale.high.astype(used.dtype)).sum(axis=0).astype(float),
            tables=self._count_pairs(x[whole], key, scale),
        )

    def _count_pairs(self, x: Floats, key: tuple[str, Group, bytes], scale: ScaleColumns) -> Floats:
        """Count the pairs of answers to every two items, up to as many rows as ordinal alpha needs."""
        if not self.has_tables or not 0 < scale.options <= FEW_OPTIONS:
            return np.zeros((0, 0, 0, 0))
        x = x[: max(MOST_TABLED - self.tabled.get(key, 0), 0)]
        self.tabled[key] = self.tabled.get(key, 0) + len(x)
        return _count_pairs(x, scale)


def _count_pairs(x: Floats, scale: ScaleColumns) -> Floats:
    n, k = x.shape
    size = scale.options
    tables = np.zeros((k, k, size, size))
    if not n:
        return tables
    seen = np.flatnonzero(~np.isnan(x[0]))
    steps = (x[:, seen] - scale.low[seen]).astype(np.int64)
    for place, item in enumerate(seen):
        others = seen[place:]
        codes = steps[:, place, None] * size + steps[:, place:] + np.arange(len(others)) * size**2
        counts = np.bincount(codes.ravel(), minlength=len(others) * size**2).reshape(-1, size, size)
        tables[item, others], tables[others, item] = counts, counts.transpose(0, 2, 1)
    return tables


def _precision(scale: ScaleColumns, rows: int) -> type[np.float32] | type[np.float64]:
    """Return the shortest numbers that hold sums of squares of that many answers, halves included, exactly."""
    largest = float((((scale.high - scale.low) / 2) ** 2).max()) * 4 * rows
    return np.float32 if largest < 2**24 and not scale.plan.of_scores else np.float64


def _sum_pairs(shifted: Floats, mask: Floats | None) -> PairSums:
    n, k = shifted.shape
    cross = _multiply(shifted, shifted)
    if mask is not None:
        return PairSums(_multiply(mask, mask), _multiply(shifted, mask), _multiply(shifted**2, mask), cross)
    sums, squares = shifted.sum(axis=0, dtype=float), np.diag(cross)
    return PairSums(
        np.full((k, k), float(n)), np.repeat(sums[:, None], k, axis=1), np.repeat(squares[:, None], k, axis=1), cross
    )


def _multiply(one: Floats, two: Floats) -> Floats:
    """Return one' two, in blocks too small for the threads of a matrix product, which cost more than they save here."""
    n, k = one.shape
    rows = max(_BLOCK // (k * k), 1)
    whole = n // rows * rows
    blocks = [each[:whole].reshape(-1, rows, k) for each in (one, two)]
    product: Floats = (blocks[0].transpose(0, 2, 1) @ blocks[1]).sum(axis=0, dtype=float)
    return product + one[whole:].T @ two[whole:]
