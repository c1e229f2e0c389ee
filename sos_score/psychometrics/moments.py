"""Means and covariances of items: all that the reliability of a scale needs to know of its answers.

They come from a small matrix, or from counts, sums and cross-products added up in one pass over any
number of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sos_score.statistics.arrays import Floats

Missing = Literal["listwise", "pairwise"]

# A variance this small beside the squared size of the answers is rounding noise, not spread.
_NOISE = 1e-13


@dataclass(frozen=True, slots=True)
class Moments:
    """Counts, means, covariances and correlations of the items of a scale."""

    missing: Missing  # how missing answers were dealt with
    rows: int  # rows looked at, blank ones included
    complete: int  # rows with an answer to every item (items nobody answered left aside)
    counts: NDArray[np.int64]  # (k,): answers behind each mean
    means: Floats  # (k,): item means, in answer points; NaN where nobody answered
    pair_counts: NDArray[np.int64]  # (k, k): rows behind each covariance
    covariance: Floats  # (k, k): item covariances with divisor n - 1; NaN where fewer than two rows share the pair
    # (k, k): item correlations, each with the standard deviations of its own rows; NaN with a constant item
    correlation: Floats

    @property
    def n(self) -> int:
        """Rows that carry the statistics: complete rows; the fewest behind any covariance if pairwise."""
        used = self.counts > 0
        if self.missing == "listwise" or not used.any():
            return self.complete
        return int(self.pair_counts[np.ix_(used, used)].min())

    def select(self, items: ArrayLike) -> Moments:
        """Return the moments of some items, by index or mask; rows and complete rows stay as they are."""
        index = np.arange(len(self.counts))[np.asarray(items)]
        square = np.ix_(index, index)
        return Moments(
            self.missing,
            self.rows,
            self.complete,
            self.counts[index],
            self.means[index],
            self.pair_counts[square],
            self.covariance[square],
            self.correlation[square],
        )


@dataclass(frozen=True, slots=True)
class PairSums:
    """Sums over the rows that two items share, before anything is divided."""

    counts: Floats  # (k, k): rows with an answer to both items
    # (k, k): sum of (answer_i - pivot_i), and of its square, over the rows that answered items i and j
    sums: Floats
    squares: Floats
    cross_products: Floats  # (k, k): sum of (answer_i - pivot_i) (answer_j - pivot_j) over the same rows


def complete_rows(matrix: ArrayLike) -> NDArray[np.bool_]:
    """Return which rows answer every item, items that nobody answered left aside.

    Examples
    --------
    >>> nan = float("nan")
    >>> complete_rows([[1, 2, nan], [3, nan, nan]]).tolist()
    [True, False]
    """
    answered = ~np.isnan(np.asarray(matrix, dtype=float))
    asked = answered.any(axis=0)
    whole: NDArray[np.bool_] = answered[:, asked].all(axis=1) & asked.any()
    return whole


def moments(matrix: ArrayLike, missing: Missing = "listwise") -> Moments:
    """Return the moments of a matrix of answers.

    Examples
    --------
    >>> m = moments([[1, 2], [2, 4], [3, float("nan")], [4, 5]])
    >>> m.rows, m.complete, m.means.round(2).tolist()
    (4, 3, [2.33, 3.67])
    """
    x = np.asarray(matrix, dtype=float)
    if x.ndim != 2:
        raise ValueError("answers must be a matrix of rows by items")
    answered = ~np.isnan(x)
    whole = complete_rows(x)
    rows, complete = len(x), int(whole.sum())
    if missing == "listwise":
        x, answered = x[whole], answered[whole]
    pivot = np.zeros(x.shape[1])
    seen = answered.any(axis=0)
    pivot[seen] = np.nanmean(x[:, seen], axis=0)
    shifted = np.where(answered, x - pivot, 0.0)
    mask = answered.astype(float)
    pairs = PairSums(mask.T @ mask, shifted.T @ mask, (shifted**2).T @ mask, shifted.T @ shifted)
    return _from_pairs(missing, (rows, complete), pairs, pivot)


def moments_from_sums(
    n: int,
    sums: ArrayLike,
    cross_products: ArrayLike,
    *,
    pivot: ArrayLike = 0.0,
    rows: int | None = None,
) -> Moments:
    """Return the listwise moments from sums over the complete rows, as one lazy pass gives them.

    Examples
    --------
    >>> m = moments_from_sums(3, [-2, -1], [[6, 5], [5, 5]], pivot=3)
    >>> m.means.round(3).tolist(), m.covariance.round(3).tolist()
    ([2.333, 2.667], [[2.333, 2.167], [2.167, 2.333]])
    """
    total = np.asarray(sums, dtype=float)
    cross = np.asarray(cross_products, dtype=float)
    k = len(total)
    if cross.shape != (k, k):
        raise ValueError("cross_products must be items by items")
    pairs = PairSums(
        np.full((k, k), float(n)),
        np.repeat(total[:, None], k, axis=1),
        np.repeat(np.diag(cross)[:, None], k, axis=1),
        cross,
    )
    centre = np.broadcast_to(np.asarray(pivot, dtype=float), (k,))
    return _from_pairs("listwise", (n if rows is None else rows, n), pairs, centre)


def moments_from_pair_sums(pairs: PairSums, *, rows: int, complete: int, pivot: ArrayLike = 0.0) -> Moments:
    """Return the pairwise moments from sums over the rows each pair of items shares.

    Examples
    --------
    >>> import numpy as np
    >>> counts, sums = np.array([[4.0, 3], [3, 3]]), np.array([[10.0, 7], [11, 11]])
    >>> squares, cross = np.array([[30.0, 21], [45, 45]]), np.array([[30.0, 30], [30, 45]])
    >>> m = moments_from_pair_sums(PairSums(counts, sums, squares, cross), rows=4, complete=3)
    >>> m.means.round(3).tolist(), m.n
    ([2.5, 3.667], 3)
    """
    centre = np.broadcast_to(np.asarray(pivot, dtype=float), (len(pairs.counts),))
    return _from_pairs("pairwise", (rows, complete), pairs, centre)


def _from_pairs(
    missing: Missing,
    rows_complete: tuple[int, int],
    pairs: PairSums,
    pivot: Floats,
) -> Moments:
    """Turn sums over the rows of each pair into moments."""
    counts, sums, squares, cross = pairs.counts, pairs.sums, pairs.squares, pairs.cross_products
    enough = counts >= 2
    divisor = np.where(counts > 0, counts, 1.0)
    degrees = np.where(enough, counts - 1, 1.0)
    covariance = _unless(enough, (cross - sums * sums.T / divisor) / degrees)
    variance = _unless(enough, (squares - sums**2 / divisor) / degrees)
    # What is left of a constant item after the subtraction is the rounding of its sum of squares.
    noise = _NOISE * np.maximum(squares / divisor, 1.0)
    variance = np.where(variance <= noise, 0.0, variance)
    constant = np.diag(variance) == 0
    covariance = np.where((constant[:, None] | constant[None, :]) & enough, 0.0, covariance)
    product = variance * variance.T
    spread = enough & (product > 0)
    correlation = _unless(spread, covariance / np.sqrt(np.where(spread, product, 1.0)))
    answers = np.diag(counts)
    means = _unless(answers > 0, pivot + np.diag(sums) / np.diag(divisor))
    return Moments(
        missing,
        rows_complete[0],
        rows_complete[1],
        answers.astype(np.int64),
        means,
        counts.astype(np.int64),
        covariance,
        np.clip(correlation, -1.0, 1.0),
    )


def _unless(defined: NDArray[np.bool_], values: Floats) -> Floats:
    return np.where(defined, values, np.nan)
