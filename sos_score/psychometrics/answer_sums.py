"""Counts, sums and cross-products of the answers to each scale, for every group, in one pass over any number of rows.

Memory holds one batch of rows and the sums; nothing of it grows with the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sos_score.psychometrics.covariance import (
    Missing,
    Moments,
    PairSums,
    moments_from_pair_sums,
    moments_from_sums,
)
from sos_score.scoring.plan import ScalePlan
from sos_score.scoring.responses import Responses

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Group = tuple[str | None, ...]

FEW_OPTIONS = 7
"""Response options up to which the pairs of answers are counted, for ordinal alpha."""

_BATCH = 50_000


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
        Pairs of answers over the complete rows; empty unless they were asked for.
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


@dataclass(frozen=True, slots=True)
class ScaleColumns:
    """Where the terms of a scale stand, and what is to be counted of them.

    Attributes
    ----------
    plan : ScalePlan
    columns : tuple of str
        Of `Responses.frame`, one a term: codes as answered, or scores for a scale of scores.
    low, high : ndarray of shape (k,)
        The range of each term.
    signs : ndarray of shape (k,)
        -1 for a reversed term.
    options : int
        Response options, where the terms are items that all have the same number; else 0.
    """

    plan: ScalePlan
    columns: tuple[str, ...]
    low: Floats
    high: Floats
    signs: Floats
    options: int

    @property
    def names(self) -> list[str]:
        """Return what the terms are called."""
        return [term.name for term in self.plan.terms]

    def key_moments(self, sums: AnswerSums, missing: Missing) -> Moments:
        """Return the moments of the terms under the scale's key."""
        turned, pivot = np.outer(self.signs, self.signs), (self.low + self.high) / 2
        pairs = replace(
            sums.pairs,
            sums=sums.pairs.sums * self.signs[:, None],
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

    def key_extremes(self, sums: AnswerSums) -> tuple[Floats, Floats]:
        """Return the answers at the lowest and at the highest end under the scale's key."""
        turned = self.signs < 0
        return np.where(turned, sums.highest, sums.lowest), np.where(turned, sums.lowest, sums.highest)


def list_scale_columns(responses: Responses, scales: Iterable[ScalePlan]) -> list[ScaleColumns]:
    """Return where the terms of each scale stand.

    Parameters
    ----------
    responses : Responses
    scales : iterable of ScalePlan

    Returns
    -------
    list of ScaleColumns
    """
    scores = {scale.scale: scale.column for scale in responses.plan.scales}
    found = []
    for scale in scales:
        names = [term.name for term in scale.terms]
        columns = [scores[name] if scale.of_scores else responses.column_of(name) for name in names]
        low, high = (np.array([getattr(term, end) for term in scale.terms], dtype=float) for end in ("low", "high"))
        sizes = set((high - low + 1).tolist())
        options = int(sizes.pop()) if len(sizes) == 1 and not scale.of_scores else 0
        signs = np.array([-1.0 if term.is_reversed else 1.0 for term in scale.terms])
        found.append(ScaleColumns(scale, tuple(columns), low, high, signs, options))
    return found


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
    native = responses.frame.select(*kept, *dict.fromkeys([*wanted, *answers])).to_native()
    if isinstance(native, pl.LazyFrame):
        batches = native.collect_batches(chunk_size=_BATCH, maintain_order=True)
    else:
        batches = iter([responses.frame.select(*kept, *wanted).collect(backend="polars").to_native()])
    text = [pl.col(name).cast(pl.String).str.strip_chars().replace("", None) for name in kept]
    for batch in batches:
        rows = batch.with_columns(text)
        if blank:
            rows = rows.filter(pl.any_horizontal(pl.col(*named, *answers).is_not_null()))
        yield rows.select(*ids, *[pl.col(name).cast(pl.Float64) for name in wanted])


class _Reading:
    """What has been summed so far: by scale, group and the terms that a complete row must have."""

    def __init__(self, scales: Sequence[ScaleColumns], missing: Missing, has_tables: bool) -> None:  # noqa: FBT001
        self.scales, self.missing, self.has_tables = scales, missing, has_tables
        self.sums: dict[tuple[str, Group, bytes], AnswerSums] = {}
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
        for batch in batches:
            parts = batch.partition_by(*by, as_dict=True, maintain_order=True) if by else {(): batch}
            for group, part in parts.items():
                columns = part.columns[len(by) :]
                matrix = part.select(columns).to_numpy()
                place = {name: index for index, name in enumerate(columns)}
                for scale in self.scales:
                    name = scale.plan.scale
                    x = matrix[:, [place[column] for column in scale.columns]]
                    for mask in {self.every(name)} if masks is None else masks[name, group]:
                        self._add((name, group, mask), self._sum(x, scale, np.frombuffer(mask, dtype=bool)))

    def _add(self, key: tuple[str, Group, bytes], sums: AnswerSums) -> None:
        self.sums[key] = self.sums[key] + sums if key in self.sums else sums

    def _sum(self, x: Floats, scale: ScaleColumns, asked: Flags) -> AnswerSums:
        known = ~np.isnan(x)
        whole = known[:, asked].all(axis=1)
        used, seen = (x[whole], known[whole]) if self.missing == "listwise" else (x, known)
        shifted = used - (scale.low + scale.high) / 2
        if self.missing == "pairwise" or not asked.all():
            shifted = np.where(seen, shifted, 0.0)
        complete = int(whole.sum())
        is_few = self.has_tables and 0 < scale.options <= FEW_OPTIONS
        tables = _count_pairs(x[whole], scale) if is_few else np.zeros((0, 0, 0, 0))
        return AnswerSums(
            rows=len(x),
            blank=len(x) - int(known.any(axis=1).sum()),
            complete=complete,
            answered=known.sum(axis=0).astype(float),
            pairs=_sum_pairs(shifted, None if self.missing == "listwise" else seen.astype(float)),
            lowest=(used == scale.low).sum(axis=0).astype(float),
            highest=(used == scale.high).sum(axis=0).astype(float),
            tables=tables,
        )


def _sum_pairs(shifted: Floats, mask: Floats | None) -> PairSums:
    n, k = shifted.shape
    cross = shifted.T @ shifted
    if mask is not None:
        return PairSums(mask.T @ mask, shifted.T @ mask, (shifted**2).T @ mask, cross)
    sums, squares = shifted.sum(axis=0), np.diag(cross)
    return PairSums(
        np.full((k, k), float(n)), np.repeat(sums[:, None], k, axis=1), np.repeat(squares[:, None], k, axis=1), cross
    )


def _count_pairs(x: Floats, scale: ScaleColumns) -> Floats:
    """Count the pairs of answers to every two items; single precision is exact up to 16 million rows a batch."""
    n, k = x.shape
    steps = (x - scale.low).astype(np.float32)
    chosen = (steps[:, :, None] == np.arange(scale.options, dtype=np.float32)).astype(np.float32).reshape(n, k * scale.options)
    products = (chosen.T @ chosen).reshape(k, scale.options, k, scale.options)
    return products.transpose(0, 2, 1, 3).astype(float)

