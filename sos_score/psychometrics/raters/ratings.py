"""Several ratings of the same targets: put in a table, duplicates and gaps named, and compared plainly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sos_score.notes import Note, note
from sos_score.statistics.arrays import Floats


@dataclass(frozen=True, slots=True)
class Ratings:
    """Ratings as a table of targets by raters."""

    # what the rows and columns stand for, sorted
    targets: NDArray[Any]
    raters: NDArray[Any]
    matrix: Floats  # (targets, raters): NaN where there is no rating, or more than one
    duplicates: tuple[tuple[Any, Any], ...]  # pairs with more than one rating; none of them is used
    incomplete: tuple[Any, ...]  # targets that lack the rating of some rater
    notes: tuple[Note, ...]  # what to beware of

    @property
    def complete(self) -> Floats:
        """The rows of the targets that every rater rated once."""
        return self.matrix[~np.isnan(self.matrix).any(axis=1)]


@dataclass(frozen=True, slots=True)
class PercentAgreement:
    """How often raters give the same rating, every two raters of a target compared."""

    pairs: int  # pairs of ratings of the same target
    # share of them that are equal, and at most one point apart
    exact: float
    within_one: float


@dataclass(frozen=True, slots=True)
class Spread:
    """How far the ratings of each target lie apart, one value a target."""

    n: NDArray[np.int64]  # ratings
    # of the ratings; SD with divisor n - 1, NaN for a single rating
    mean: Floats
    sd: Floats
    minimum: Floats
    maximum: Floats


def rating_table(targets: ArrayLike, raters: ArrayLike, values: ArrayLike) -> Ratings:
    """Arrange long ratings as a table of targets by raters.

    Examples
    --------
    >>> r = rating_table(["a", "a", "b", "b", "b"], ["X", "Y", "X", "Y", "Y"], [1, 2, 3, 3, 4])
    >>> r.matrix.tolist(), r.duplicates, r.incomplete
    ([[1.0, 2.0], [3.0, nan]], (('b', 'Y'),), ('b',))
    """
    target, row = np.unique(np.asarray(targets), return_inverse=True)
    rater, column = np.unique(np.asarray(raters), return_inverse=True)
    value = np.asarray(values, dtype=float)
    known = ~np.isnan(value)
    count = np.zeros((len(target), len(rater)), dtype=np.int64)
    np.add.at(count, (row[known], column[known]), 1)
    matrix = np.full(count.shape, np.nan)
    matrix[row[known], column[known]] = value[known]
    matrix[count > 1] = np.nan
    gaps = np.isnan(matrix).any(axis=1)
    rated, by = target.tolist(), rater.tolist()
    duplicates = tuple((rated[i], by[j]) for i, j in np.argwhere(count > 1))
    notes = []
    if duplicates:
        notes.append(note("ratings_doubled", pairs=len(duplicates)))
    if len(target) and gaps.all():
        notes.append(note("ratings_no_complete_target"))
    return Ratings(target, rater, matrix, duplicates, tuple(target[gaps].tolist()), tuple(notes))


def percent_agreement(matrix: ArrayLike) -> PercentAgreement:
    """Return how often raters give the same rating.

    Examples
    --------
    >>> percent_agreement([[1, 1], [2, 3], [1, 4], [2, float("nan")]]).within_one
    0.6666666666666666
    """
    x = np.asarray(matrix, dtype=float)
    first, second = np.triu_indices(x.shape[1], 1)
    # Scores that are equal but for the last bit are equal.
    apart = np.round(np.abs(x[:, first] - x[:, second]), 10)
    apart = apart[~np.isnan(apart)]
    if not len(apart):
        return PercentAgreement(0, np.nan, np.nan)
    return PercentAgreement(len(apart), float((apart == 0).mean()), float((apart <= 1).mean()))


def target_spread(matrix: ArrayLike) -> Spread:
    """Return how far the ratings of each target lie apart.

    Examples
    --------
    >>> s = target_spread([[2, 8, 5], [6, float("nan"), 6]])
    >>> s.sd.tolist(), (s.maximum - s.minimum).tolist()
    ([3.0, 0.0], [6.0, 0.0])
    """
    x = np.asarray(matrix, dtype=float)
    known = ~np.isnan(x)
    n = known.sum(axis=1)
    some, several = n > 0, n > 1
    mean = np.where(some, np.where(known, x, 0).sum(axis=1) / np.maximum(n, 1), np.nan)
    squares = np.where(known, (x - mean[:, None]) ** 2, 0).sum(axis=1)
    return Spread(
        n=n,
        mean=mean,
        sd=np.where(several, np.sqrt(squares / np.maximum(n - 1, 1)), np.nan),
        minimum=np.where(some, np.where(known, x, np.inf).min(axis=1, initial=np.inf), np.nan),
        maximum=np.where(some, np.where(known, x, -np.inf).max(axis=1, initial=-np.inf), np.nan),
    )
