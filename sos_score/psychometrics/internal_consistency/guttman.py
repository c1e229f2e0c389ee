"""Coefficients of a covariance matrix of items: alpha and Guttman's lower bounds to reliability.

Each takes a covariance matrix and speaks of the sum score, or takes a correlation matrix and speaks of the
sum of standardized items.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from sos_score.statistics.arrays import Floats

LONGEST_SPLIT = 18
"""Items up to which lambda-4 looks at every split (18 items have 24 310 of them)."""

# Below this share of the summed item variances, the variance of the sum is rounding noise.
_NOISE = 1e-12


def cronbach_alpha(covariance: ArrayLike) -> float:
    """Return Cronbach's alpha of a covariance matrix (of a correlation matrix: standardized alpha).

    Examples
    --------
    >>> round(cronbach_alpha([[1.0, 0.5], [0.5, 1.0]]), 6)
    0.666667
    """
    c = np.asarray(covariance, dtype=float)
    k, total = len(c), _sum_variance(c)
    return float(k / (k - 1) * (1 - np.trace(c) / total)) if k > 1 else np.nan


def guttman_lambda2(covariance: ArrayLike) -> float:
    """Return Guttman's lambda-2, never below alpha.

    Examples
    --------
    >>> round(guttman_lambda2([[1.0, 0.5], [0.5, 1.0]]), 6)
    0.666667
    """
    c = np.asarray(covariance, dtype=float)
    k, total = len(c), _sum_variance(c)
    if k < 2:
        return np.nan
    off = c - np.diag(np.diag(c))
    return float((off.sum() + np.sqrt(k / (k - 1) * (off**2).sum())) / total)


def guttman_lambda4(covariance: ArrayLike) -> float:
    """Return Guttman's lambda-4, the best split-half reliability.

    Examples
    --------
    >>> round(guttman_lambda4([[1.0, 0.6, 0.2], [0.6, 1.0, 0.2], [0.2, 0.2, 1.0]]), 6)
    0.64
    """
    c = np.asarray(covariance, dtype=float)
    k, total = len(c), _sum_variance(c)
    if not 2 <= k <= LONGEST_SPLIT:
        return np.nan
    half = _halves(k)
    between = np.einsum("si,si->s", half @ c, 1.0 - half)
    return float(4 * between.max() / total)


def guttman_lambda6(covariance: ArrayLike) -> float:
    """Return Guttman's lambda-6, from the part of each item that the other items explain.

    Examples
    --------
    >>> round(guttman_lambda6([[1.0, 0.5], [0.5, 1.0]]), 6)
    0.5
    """
    c = np.asarray(covariance, dtype=float)
    total = _sum_variance(c)
    if len(c) < 2 or not is_positive_definite(c):
        return np.nan
    return float(1 - (1 / np.diag(np.linalg.inv(c))).sum() / total)


def spearman_brown(r: float) -> float:
    """Return the reliability of the sum of two halves, or two items, that correlate r.

    Examples
    --------
    >>> round(spearman_brown(0.5), 6)
    0.666667
    """
    return 2 * r / (1 + r) if r > -1 else np.nan


def is_positive_definite(covariance: ArrayLike) -> bool:
    """Return whether a covariance matrix without gaps can be inverted, judged on its correlations."""
    c = np.asarray(covariance, dtype=float)
    if not np.isfinite(c).all() or (np.diag(c) <= 0).any():
        return False
    scale = 1 / np.sqrt(np.diag(c))
    return bool(np.linalg.eigvalsh(c * np.outer(scale, scale))[0] > 1e-10)


def _sum_variance(c: Floats) -> float:
    """Return the variance of the sum of the items, NaN when there is none to speak of."""
    total = float(c.sum())
    return total if total > _NOISE * float(np.trace(c)) else np.nan


@cache
def _halves(k: int) -> Floats:
    """Return every split of k items into halves, one a row: 1 for an item of the first half."""
    # With an even k, item 0 may be kept in the first half: the mirror split is the same one.
    anchored = k % 2 == 0
    chosen = combinations(range(1, k), k // 2 - 1) if anchored else combinations(range(k), k // 2)
    splits = [(0, *half) if anchored else half for half in chosen]
    rows = np.zeros((len(splits), k))
    rows[np.arange(len(splits))[:, None], np.array(splits)] = 1.0
    return rows
