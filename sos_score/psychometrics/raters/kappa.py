"""Agreement of two raters beyond chance: Cohen's kappa, plain and weighted, over all options of the scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sos_score.notes import Note, note
from sos_score.statistics.arrays import Floats
from sos_score.statistics.estimate import CONFIDENCE

Weights = Literal["unweighted", "linear", "quadratic"]

_POWER = {"linear": 1, "quadratic": 2}


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa of two raters."""

    weights: Weights  # how near misses count
    n: int  # targets both rated
    # kappa, its large-sample standard error and interval (kept within -1 and 1); both NaN where one rater is constant
    # or the error comes to 0, as where the raters agree fully
    kappa: float
    se: float
    ci_low: float
    ci_high: float
    # weighted agreement seen, and expected by chance
    observed: float
    expected: float
    # share of targets with the same rating, and with ratings at most one option apart
    exact: float
    within_one: float
    notes: tuple[Note, ...]  # what could not be computed, and what to beware of


@dataclass(frozen=True, slots=True)
class KappaAverage:
    """Kappas of several items, averaged."""

    items: int  # items that have a kappa
    # over these items
    mean: float
    minimum: float
    maximum: float


def cross_table(first: ArrayLike, second: ArrayLike, options: Sequence[float]) -> NDArray[np.int64]:
    """Count how often two raters gave each pair of ratings.

    Examples
    --------
    >>> cross_table([1, 2, 2], [1, 1, 2], [1, 2, 3]).tolist()
    [[1, 0, 0], [1, 1, 0], [0, 0, 0]]
    """
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    both = ~(np.isnan(a) | np.isnan(b))
    codes = np.asarray(options, dtype=float)
    if not np.isin(np.concatenate([a[both], b[both]]), codes).all():
        raise ValueError("a rating is not one of the options")
    table = np.zeros((len(codes), len(codes)), dtype=np.int64)
    np.add.at(table, (np.searchsorted(codes, a[both]), np.searchsorted(codes, b[both])), 1)
    return table


def kappa(table: ArrayLike, weights: Weights = "quadratic") -> Kappa:
    """Return Cohen's kappa of a cross-table of two raters.

    Examples
    --------
    >>> r = kappa([[20, 5], [10, 15]], "unweighted")
    >>> round(r.kappa, 3), round(r.se, 3), r.exact
    (0.4, 0.127, 0.7)
    """
    counts = np.asarray(table, dtype=float)
    size = len(counts)
    if counts.ndim != 2 or counts.shape != (size, size) or size < 2:
        raise ValueError("the table must be square, with at least two options")
    n = counts.sum()
    if n == 0:
        nan = np.nan
        nothing = (note("kappa_nothing_shared"),)
        return Kappa(weights, 0, nan, nan, nan, nan, nan, nan, nan, nan, nothing)
    p = counts / n
    apart = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    w = (apart == 0).astype(float) if weights == "unweighted" else 1 - (apart / (size - 1)) ** _POWER[weights]
    first, second = p.sum(axis=1), p.sum(axis=0)
    observed, expected = float((w * p).sum()), float(first @ w @ second)
    constant = bool(counts.sum(axis=1).max() == n), bool(counts.sum(axis=0).max() == n)
    estimate, se, notes = _estimate(p, w, n, constant)
    low, high = _interval(estimate, se)
    return Kappa(
        weights,
        int(n),
        estimate,
        se,
        low,
        high,
        observed,
        expected,
        float(p[apart == 0].sum()),
        float(p[apart <= 1].sum()),
        notes,
    )


def average_kappa(kappas: Sequence[Kappa]) -> KappaAverage:
    """Average the kappas of several items.

    Examples
    --------
    >>> round(average_kappa([kappa([[2, 0], [0, 2]]), kappa([[2, 0], [1, 1]])]).mean, 3)
    0.75
    """
    values = np.array([k.kappa for k in kappas if not np.isnan(k.kappa)])
    if not len(values):
        return KappaAverage(0, np.nan, np.nan, np.nan)
    return KappaAverage(len(values), float(values.mean()), float(values.min()), float(values.max()))


def _estimate(p: Floats, w: Floats, n: float, constant: tuple[bool, bool]) -> tuple[float, float, tuple[Note, ...]]:
    first, second = p.sum(axis=1), p.sum(axis=0)
    observed, expected = float((w * p).sum()), float(first @ w @ second)
    if constant == (True, True) and np.diag(p).max() == 1:
        return np.nan, np.nan, (note("kappa_both_constant"),)
    by_first, by_second = w @ second, w.T @ first
    # Rounding must not carry it past its ends.
    estimate = min(max((observed - expected) / (1 - expected), -1.0), 1.0)
    spread = (p * (w * (1 - expected) - np.add.outer(by_first, by_second) * (1 - observed)) ** 2).sum()
    centre = (observed * expected - 2 * expected + observed) ** 2
    variance = (spread - centre) / (n * (1 - expected) ** 4)
    # What is left of an exact 0 after the subtraction is noise, and its root would not be small.
    se = float(np.sqrt(variance)) if variance >= 1e-12 else 0.0
    if any(constant):
        return 0.0, np.nan, (note("kappa_one_constant"),)
    # An error of 0 is what the formula gives of full agreement in any sample, however small.
    return (float(estimate), se, ()) if se > 0 else (float(estimate), np.nan, (note("kappa_no_interval"),))


def _interval(estimate: float, se: float) -> tuple[float, float]:
    from scipy.special import ndtri

    half = float(ndtri((1 + CONFIDENCE) / 2)) * se
    if np.isnan(half):
        return np.nan, np.nan
    return max(-1.0, estimate - half), min(1.0, estimate + half)
