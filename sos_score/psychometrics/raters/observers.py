"""Each observer beside the others: how severe, how far two of them differ, and what the mean of several is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sos_score.notes import Note, note
from sos_score.statistics.agreement import ViewAgreement, compare_views
from sos_score.statistics.arrays import Floats
from sos_score.statistics.estimate import CONFIDENCE

MOST_OBSERVERS = 10
"""Raters up to which limits of agreement are given for every two of them."""

MEANS_OF = (1, 2, 3, 4, 5)
"""The numbers of observers whose mean is looked at."""


@dataclass(frozen=True, slots=True)
class Severity:
    """How each rater differs from the others on the same targets, one value a rater."""

    n: NDArray[np.int64]  # targets that the rater and another rated
    # how much higher the rater's ratings are than those of the average rater of the same targets, with the t interval
    # and the test of no difference; below 0 for one who rates lower
    difference: Floats
    low: Floats
    high: Floats
    p: Floats
    notes: tuple[Note, ...]  # why nothing can be said


def rater_severity(matrix: ArrayLike) -> Severity:
    """Return how severe each rater of a table of targets by raters is.

    Parameters
    ----------
    matrix : array of shape (targets, raters)
        NaN where there is no rating; targets rated once say nothing and are left out.

    Returns
    -------
    Severity
        NaN with a note where no two raters share a target, where the raters fall into groups that share none, or where
        the ratings leave no degrees of freedom.

    Notes
    -----
    Least squares of rating = target + rater, rater effects adding up to 0, so that a rater who saw the hard cases is
    not taken for a severe one. Agrees with R 4.2.2: lm(y ~ target + rater, contrasts = list(rater = contr.sum)).

    Examples
    --------
    >>> found = rater_severity([[2, 3, 4], [4, 5, 7], [6, 7, 8], [3, 5, 5]])
    >>> found.difference.round(2).tolist(), found.low.round(2).tolist()
    ([-1.17, 0.08, 1.08], [-1.61, -0.36, 0.64])
    """
    from scipy.special import stdtr, stdtrit

    x = np.asarray(matrix, dtype=float)
    raters = x.shape[1]
    x = x[(~np.isnan(x)).sum(axis=1) > 1]
    seen = ~np.isnan(x)
    unknown, n = np.full(raters, np.nan), seen.sum(axis=0)
    shared = seen.astype(float)
    counts = shared.sum(axis=1)
    normal = np.diag(shared.sum(axis=0)) - (shared / counts[:, None]).T @ shared
    df = int(counts.sum()) - len(x) - raters + 1
    if len(x) == 0 or np.linalg.matrix_rank(normal) < raters - 1 or df < 1:
        code = "severity_unconnected" if len(x) and df >= 1 else "severity_too_few"
        return Severity(n, unknown, unknown, unknown, unknown, (note(code),))
    off = np.where(seen, x - np.nanmean(x, axis=1, keepdims=True), 0.0)
    inverse = np.linalg.pinv(normal, hermitian=True)
    effects = inverse @ off.sum(axis=0)
    left = max(float((off**2).sum() - effects @ off.sum(axis=0)), 0.0)
    # What exact fits leave is rounding.
    left = 0.0 if left < 1e-12 * float((off**2).sum()) else left
    errors = np.sqrt(left / df * np.diag(inverse))
    half = float(stdtrit(df, (1 + CONFIDENCE) / 2)) * errors
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(errors > 0, 2 * stdtr(df, -np.abs(effects / errors)), np.nan)
    if left == 0:
        half = unknown
    return Severity(n, effects, effects - half, effects + half, p, ())


def list_limits(matrix: Floats, raters: Sequence[str]) -> list[tuple[str, str, ViewAgreement]]:
    """Return the mean difference and the limits of agreement of every two raters who share a target; none for many."""
    if len(raters) > MOST_OBSERVERS:
        return []
    pairs = combinations(range(len(raters)), 2)
    found = [(raters[i], raters[j], compare_views(matrix[:, i], matrix[:, j])) for i, j in pairs]
    return [each for each in found if each[2].n]


def mean_of(icc: float, k: float) -> float:
    """Return the ICC of the mean of k raters from that of one (Spearman-Brown); 0 where that of one is below 0.

    Examples
    --------
    >>> round(mean_of(0.5, 3), 3), mean_of(-0.2, 3)
    (0.75, 0.0)
    """
    return icc if np.isnan(icc) else max(0.0, k * icc / (1 + (k - 1) * icc)) if icc > 0 else 0.0
