"""t tests of two samples, of pairs, and of one sample against a norm; the direction is always x - y."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sos_score.notes import Note, note
from sos_score.statistics.descriptives import drop_missing, keep_pairs, measure_size
from sos_score.statistics.estimate import Estimate, clear_noise, infer_t


def compare_welch(x: ArrayLike, y: ArrayLike, *, level: float = 0.95) -> Estimate:
    """Compare the means of two samples without assuming equal variances (Welch's t test).

    Parameters
    ----------
    x, y : array_like of float
        Scores of two separate groups; NaN is dropped. The difference is x - y.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        ``n`` is (n of x, n of y). With fewer than two scores on a side the difference stands, untested; with
        two constant sides as well.

    Notes
    -----
    se^2 = s_x^2 / n_x + s_y^2 / n_y; df by Welch and Satterthwaite. Agrees with stats::t.test(x, y)
    (R 4.2.2). Welch (1947).

    Examples
    --------
    >>> r = compare_welch([5, 6, 7, 9], [1, 4, 3, 4])
    >>> round(r.estimate, 2), round(r.statistic, 4), round(r.df, 4), round(r.p, 4)
    (3.75, 3.3824, 5.7984, 0.0156)
    """
    a, b = drop_missing(x), drop_missing(y)
    n = (a.size, b.size)
    if min(n) < 2:
        return _refuse(note("welch_t"), a, b, level, note("welch_too_few"))
    parts = a.var(ddof=1) / a.size, b.var(ddof=1) / b.size
    se = clear_noise(math.sqrt(sum(parts)), measure_size(a, b))
    df = math.nan
    if se > 0:
        df = float(sum(parts) ** 2 / (parts[0] ** 2 / (a.size - 1) + parts[1] ** 2 / (b.size - 1)))
    return infer_t(note("welch_t"), n, float(a.mean() - b.mean()), se, df, level=level)


def compare_student(x: ArrayLike, y: ArrayLike, *, level: float = 0.95) -> Estimate:
    """Compare the means of two samples under one common variance (Student's t test).

    Parameters
    ----------
    x, y : array_like of float
        Scores of two separate groups; NaN is dropped. The difference is x - y.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        ``n`` is (n of x, n of y). One side may hold a single score; with fewer than three scores in all the
        difference stands, untested.

    Notes
    -----
    se^2 = s_p^2 (1 / n_x + 1 / n_y), s_p^2 the pooled variance; df = n_x + n_y - 2. Agrees with
    stats::t.test(x, y, var.equal = TRUE) (R 4.2.2). Student (1908).

    Examples
    --------
    >>> r = compare_student([5, 6, 7, 9], [1, 4, 3, 4])
    >>> round(r.statistic, 4), r.df, round(r.p, 4)
    (3.3824, 6.0, 0.0148)
    """
    a, b = drop_missing(x), drop_missing(y)
    n = (a.size, b.size)
    if min(n) < 1 or sum(n) < 3:
        return _refuse(note("student_t"), a, b, level, note("student_too_few"))
    se = math.sqrt(pool_variance(a, b) * (1.0 / a.size + 1.0 / b.size))
    se = clear_noise(se, measure_size(a, b))
    return infer_t(note("student_t"), n, float(a.mean() - b.mean()), se, float(sum(n) - 2), level=level)


def compare_paired(x: ArrayLike, y: ArrayLike, *, level: float = 0.95) -> Estimate:
    """Compare two scores of the same people (paired t test).

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        The two scores, one person a place; a pair with a NaN is dropped. The difference is x - y.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        ``n`` is (pairs,). With one pair, or when everyone changed by the same amount, the mean change stands,
        untested.

    Notes
    -----
    se = sd(x - y) / sqrt(n); df = n - 1. Agrees with stats::t.test(x, y, paired = TRUE) (R 4.2.2), which
    refuses a constant change too (scipy answers p = 0).

    Examples
    --------
    >>> r = compare_paired([5, 6, 7, 9], [4, 6, 5, 7])
    >>> r.estimate, round(r.statistic, 4), r.df, round(r.p, 4)
    (1.25, 2.6112, 3.0, 0.0796)
    """
    a, b = keep_pairs(x, y)
    size = measure_size(a, b)
    return _test_mean(note("paired_t"), a - b, size, level, note("paired_too_few"))


def compare_to_norm(x: ArrayLike, norm_mean: float, *, level: float = 0.95) -> Estimate:
    """Compare the mean of one sample with the mean of a norm (one-sample t test).

    Parameters
    ----------
    x : array_like of float
        Scores; NaN is dropped. The difference is mean(x) - norm_mean.
    norm_mean : float
        Mean of the norm, in the units of `x` (50 for T-scores), taken as known.
    level : float
        Confidence level.

    Returns
    -------
    Estimate
        ``n`` is (n,). With one score, or constant scores, the difference stands, untested.

    Notes
    -----
    se = sd / sqrt(n); df = n - 1. Agrees with stats::t.test(x, mu = norm_mean) (R 4.2.2).

    Examples
    --------
    >>> r = compare_to_norm([44, 47, 52, 41], 50)
    >>> r.estimate, round(r.statistic, 4), round(r.p, 4)
    (-4.0, -1.7056, 0.1866)
    """
    values = drop_missing(x)
    size = max(measure_size(values), abs(norm_mean))
    return _test_mean(note("one_sample_t"), values - norm_mean, size, level, note("one_sample_too_few"))


def pool_variance(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Return the pooled variance of two samples without missing values.

    Parameters
    ----------
    a, b : ndarray of float
        Three values in all at least; one side may hold a single value.

    Returns
    -------
    float
        ((n_a - 1) s_a^2 + (n_b - 1) s_b^2) / (n_a + n_b - 2).

    Examples
    --------
    >>> pool_variance(np.array([1.0, 3.0]), np.array([5.0]))
    2.0
    """
    within = ((a - a.mean()) ** 2).sum() + ((b - b.mean()) ** 2).sum()
    return float(within / (a.size + b.size - 2))


def _test_mean(method: Note, values: NDArray[np.float64], size: float, level: float, need: Note) -> Estimate:
    n = int(values.size)
    mean = float(values.mean()) if n else math.nan
    if n < 2:
        return infer_t(method, (n,), mean, math.nan, math.nan, level=level, notes=(need,))
    se = clear_noise(float(values.std(ddof=1)) / math.sqrt(n), size)
    return infer_t(method, (n,), mean, se, n - 1.0, level=level)


def _refuse(method: Note, a: NDArray[np.float64], b: NDArray[np.float64], level: float, why: Note) -> Estimate:
    estimate = float(a.mean() - b.mean()) if a.size and b.size else math.nan
    return infer_t(method, (a.size, b.size), estimate, math.nan, math.nan, level=level, notes=(why,))
