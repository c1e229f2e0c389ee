"""Do two views of the same thing agree: client and worker of one alliance, two observers of one interview.

A correlation is not agreement: two raters who always differ by two points correlate perfectly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sos_score.notes import Note, note
from sos_score.statistics.arrays import Floats
from sos_score.statistics.estimate import CONFIDENCE

_NOISE = 1e-24  # a mean square this small beside the squared size of the ratings is rounding noise


@dataclass(frozen=True, slots=True)
class ViewAgreement:
    """Agreement of two views of the same targets on the same scale.

    Attributes
    ----------
    n, n_dropped : int
        Pairs used, and left out because a view is missing.
    difference, difference_low, difference_high : float
        Mean of first less second view, with its t interval.
    limit_low, limit_high : float
        Bland and Altman's limits of agreement: about 95 in 100 differences lie between them.
    icc, icc_low, icc_high : float
        ICC(A,1): absolute agreement of single views, two-way random effects, with McGraw and Wong's interval.
    ccc, ccc_low, ccc_high : float
        Lin's concordance correlation with its z-transformed interval.
    """

    n: int
    n_dropped: int
    difference: float
    difference_low: float
    difference_high: float
    sd_difference: float
    limit_low: float
    limit_high: float
    icc: float
    icc_low: float
    icc_high: float
    ccc: float
    ccc_low: float
    ccc_high: float
    notes: tuple[Note, ...]


def compare_views(first: ArrayLike, second: ArrayLike) -> ViewAgreement:
    """Measure how well two views of the same targets agree.

    Parameters
    ----------
    first, second : array (n,)
        One value per target, on the same scale; pairs with a NaN are left out and counted.

    Returns
    -------
    ViewAgreement
        NaN with a note for what cannot be computed; needs at least three pairs.

    Notes
    -----
    Limits: mean difference -+ 1.96 sd (Bland & Altman 1986). ICC(A,1) = (MSB - MSE) / (MSB + MSE + 2 (MSJ -
    MSE) / n) (McGraw & Wong 1996); agrees with psych::ICC(lmer = FALSE) 2.2.9, row ICC2. Concordance 2 s12 /
    (s1^2 + s2^2 + (m1 - m2)^2) with moments over n (Lin 1989, corrected 2000).

    Examples
    --------
    >>> found = compare_views([1, 2, 3, 4, 5], [3, 4, 5, 6, 7])
    >>> found.difference, round(found.icc, 3), round(found.ccc, 3)
    (-2.0, 0.556, 0.5)
    """
    x, y = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError("two views need one value each of the same targets")
    both = np.isfinite(x) & np.isfinite(y)
    x, y, dropped = x[both], y[both], int((~both).sum())
    if x.size < 3:
        why = note("views_too_few", pairs=int(x.size))
        return ViewAgreement(x.size, dropped, *(np.nan,) * 12, (why,))
    icc, icc_note = _find_icc(x, y)
    ccc, ccc_note = _find_concordance(x, y)
    return ViewAgreement(x.size, dropped, *_find_limits(x - y), *icc, *ccc, (*icc_note, *ccc_note))


def _find_limits(d: Floats) -> tuple[float, float, float, float, float, float]:
    from scipy.stats import t

    mean, sd = float(d.mean()), float(d.std(ddof=1))
    half = float(t.ppf((1 + CONFIDENCE) / 2, d.size - 1)) * sd / d.size**0.5
    return mean, mean - half, mean + half, sd, mean - 1.96 * sd, mean + 1.96 * sd


def _find_icc(x: Floats, y: Floats) -> tuple[tuple[float, float, float], tuple[Note, ...]]:
    squares = find_mean_squares(np.column_stack([x, y]))
    noise = 1e-16 * float((x**2).sum() + (y**2).sum())
    if squares.targets <= noise:
        return (np.nan, np.nan, np.nan), (note("views_no_icc"),)
    icc = find_agreement(squares)
    if squares.error <= noise:
        return (icc, np.nan, np.nan), (note("views_icc_no_interval"),)
    return (icc, *bound_agreement(squares, icc)), ()


@dataclass(frozen=True, slots=True)
class MeanSquares:
    """Mean squares of a two-way analysis of variance of n targets by k raters, and within targets."""

    n: int
    k: int
    targets: float
    raters: float
    error: float
    within: float


def find_mean_squares(ratings: Floats) -> MeanSquares:
    """Return the mean squares of a complete table of at least two targets by two raters; rounding noise is 0."""
    n, k = ratings.shape
    grand, row, column = ratings.mean(), ratings.mean(axis=1), ratings.mean(axis=0)
    noise = _NOISE * max(float((ratings**2).max()), 1.0)
    residual = ratings - row[:, None] - column[None, :] + grand
    squares = (
        k * ((row - grand) ** 2).sum() / (n - 1),
        n * ((column - grand) ** 2).sum() / (k - 1),
        (residual**2).sum() / ((n - 1) * (k - 1)),
        ((ratings - row[:, None]) ** 2).sum() / (n * (k - 1)),
    )
    return MeanSquares(n, k, *(0.0 if square <= noise else float(square) for square in squares))


def find_agreement(s: MeanSquares) -> float:
    """Return ICC(A,1), the absolute agreement of single raters.

    Notes
    -----
    (MST - MSE) / (MST + (k - 1) MSE + k (MSR - MSE) / n). McGraw & Wong (1996); agrees with psych::ICC(lmer =
    FALSE) 2.2.9, row ICC2.

    Examples
    --------
    >>> round(find_agreement(find_mean_squares(np.array([[1.0, 3], [2, 4], [3, 5], [4, 6], [5, 7]]))), 3)
    0.556
    """
    return (s.targets - s.error) / (s.targets + (s.k - 1) * s.error + s.k * (s.raters - s.error) / s.n)


def bound_agreement(s: MeanSquares, icc: float) -> tuple[float, float]:
    """Return the interval of ICC(A,1), with Satterthwaite's degrees of freedom (McGraw & Wong 1996, Table 7)."""
    from scipy.special import fdtri

    n, k = s.n, s.k
    a = k * icc * s.raters
    b = (n * (1 + (k - 1) * icc) - k * icc) * s.error
    if a == 0 and b == 0:
        return (icc, icc) if s.within == 0 else (np.nan, np.nan)
    df = (k - 1) * (n - 1) * (a + b) ** 2 / ((n - 1) * a**2 + b**2)
    if df <= 0:
        return np.nan, np.nan
    tail = (1 + CONFIDENCE) / 2
    down = float(fdtri(n - 1, df, tail))
    up = float(fdtri(df, n - 1, tail))
    noise = k * s.raters + (k * n - k - n) * s.error
    low = n * (s.targets - down * s.error) / (down * noise + n * s.targets)
    high = n * (up * s.targets - s.error) / (noise + n * up * s.targets)
    return low, high


def _find_concordance(x: Floats, y: Floats) -> tuple[tuple[float, float, float], tuple[Note, ...]]:
    from scipy.stats import norm

    n, shift = x.size, float(x.mean() - y.mean())
    product = float(x.std() * y.std())
    if product <= 1e-20 * float((x**2).sum() + (y**2).sum()):
        return (np.nan, np.nan, np.nan), (note("views_no_concordance"),)
    covariance = float(((x - x.mean()) * (y - y.mean())).mean())
    r, u2 = covariance / product, shift**2 / product
    ccc = 2 * covariance / (float(x.var() + y.var()) + shift**2)
    if abs(r) < 1e-12 or 1 - abs(ccc) < 1e-12:
        return (ccc, np.nan, np.nan), (note("views_concordance_no_interval"),)
    variance = (1 - r**2) * ccc**2 * (1 - ccc**2) / r**2
    variance += 2 * ccc**3 * (1 - ccc) * u2 / r - ccc**4 * u2**2 / (2 * r**2)
    half = float(norm.ppf((1 + CONFIDENCE) / 2)) * (max(variance, 0.0) / (n - 2)) ** 0.5 / (1 - ccc**2)
    return (ccc, float(np.tanh(np.arctanh(ccc) - half)), float(np.tanh(np.arctanh(ccc) + half))), ()
