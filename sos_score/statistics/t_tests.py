"""t tests of two samples, of pairs, of overlapping samples and of one sample against a norm; the direction is x - y."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from sos_score.notes import Note, note
from sos_score.statistics.arrays import Floats
from sos_score.statistics.estimate import (
    CONFIDENCE,
    Estimate,
    clear_noise,
    drop_missing,
    infer_t,
    keep_pairs,
    measure_size,
    pool_variance,
)


def compare_welch(x: ArrayLike, y: ArrayLike) -> Estimate:
    """Compare the means of two samples without assuming equal variances (Welch's t test).

    Parameters
    ----------
    x, y : array_like of float
        Scores of two separate groups; NaN is dropped. The difference is x - y.

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
        return _refuse(note("welch_t"), a, b, note("welch_too_few"))
    parts = a.var(ddof=1) / a.size, b.var(ddof=1) / b.size
    se = clear_noise(math.sqrt(sum(parts)), measure_size(a, b))
    df = math.nan
    if se > 0:
        df = float(sum(parts) ** 2 / (parts[0] ** 2 / (a.size - 1) + parts[1] ** 2 / (b.size - 1)))
    return infer_t(note("welch_t"), n, float(a.mean() - b.mean()), se, df)


def compare_student(x: ArrayLike, y: ArrayLike, *, level: float = CONFIDENCE) -> Estimate:
    """Compare the means of two samples under one common variance (Student's t test).

    Parameters
    ----------
    x, y : array_like of float
        Scores of two separate groups; NaN is dropped. The difference is x - y.

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
        return _refuse(note("student_t"), a, b, note("student_too_few"))
    se = math.sqrt(pool_variance(a, b) * (1.0 / a.size + 1.0 / b.size))
    se = clear_noise(se, measure_size(a, b))
    return infer_t(note("student_t"), n, float(a.mean() - b.mean()), se, float(sum(n) - 2), level=level)


def compare_paired(x: ArrayLike, y: ArrayLike) -> Estimate:
    """Compare two scores of the same people (paired t test).

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        The two scores, one person a place; a pair with a NaN is dropped. The difference is x - y.

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
    return _test_mean(note("paired_t"), a - b, measure_size(a, b), note("paired_too_few"))


def compare_to_norm(x: ArrayLike, norm_mean: float) -> Estimate:
    """Compare the mean of one sample with the mean of a norm (one-sample t test).

    Parameters
    ----------
    x : array_like of float
        Scores; NaN is dropped. The difference is mean(x) - norm_mean.
    norm_mean : float
        Mean of the norm, in the units of `x` (50 for T-scores), taken as known.

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
    return _test_mean(note("one_sample_t"), values - norm_mean, size, note("one_sample_too_few"))


def _test_mean(method: Note, values: Floats, size: float, need: Note) -> Estimate:
    n = int(values.size)
    mean = float(values.mean()) if n else math.nan
    if n < 2:
        return infer_t(method, (n,), mean, math.nan, math.nan, notes=(need,))
    se = clear_noise(float(values.std(ddof=1)) / math.sqrt(n), size)
    return infer_t(method, (n,), mean, se, n - 1.0)


def _refuse(method: Note, a: Floats, b: Floats, why: Note) -> Estimate:
    estimate = float(a.mean() - b.mean()) if a.size and b.size else math.nan
    return infer_t(method, (a.size, b.size), estimate, math.nan, math.nan, notes=(why,))


_CONSTANT = 1e-12  # share of the variance; rounding leaves 1e-15


def compare_overlapping(x: ArrayLike, y: ArrayLike) -> Estimate:
    """Compare two means when some people are in both samples and some in one (Derrick et al. 2017).

    Parameters
    ----------
    x, y : array_like of float, shape (people,)
        One place a person, in the same order: the score in each sample, NaN where that person has none. The
        difference is mean(x) - mean(y) over everyone.

    Returns
    -------
    Estimate
        ``n`` is (n of x, n of y), the linked people counting on both sides. With fewer than two linked people the link
        cannot be estimated: Welch's test of all scores, with a note when one person is linked. With a constant linked
        side r is taken as 0, as the R package does, with a note. The difference stands, untested, when a side has fewer
        than two scores, or when nothing varies.

    Notes
    -----
    T_new2: with n_x, n_y everyone with that score, n_c linked, n_a + n_b unlinked, N = n_a + n_b + 2 n_c, and r the
    correlation of the two scores of linked people, se^2 = s_x^2/n_x + s_y^2/n_y - 2 r s_x s_y n_c / (n_x n_y),
    df = (n_c - 1) + (w - n_c + 1) (n_a + n_b) / N, w the df of Welch.

    Without overlap it is Welch's test, at full overlap the paired t. Agrees with
    Partiallyoverlapping::Partover.test 2.0, save that it answers p = 1 or 0 where nothing varies. Derrick, Russ,
    Toher and White (2017).

    Examples
    --------
    >>> nan = float("nan")
    >>> r = compare_overlapping([5, 7, 9, 6, nan], [4, 6, 6, nan, 3])
    >>> r.estimate, round(r.statistic, 4), round(r.df, 4), round(r.p, 4)
    (2.0, 2.9497, 2.9754, 0.0607)
    """
    first, second = np.asarray(x, dtype=np.float64).ravel(), np.asarray(y, dtype=np.float64).ravel()
    if first.shape != second.shape:
        raise ValueError(f"one place a person is needed on each side, not {first.size} and {second.size}")
    has_x, has_y = ~np.isnan(first), ~np.isnan(second)
    linked = has_x & has_y
    a, b = first[has_x], second[has_y]
    n_linked = int(linked.sum())
    if n_linked < 2:
        test = compare_welch(a, b)
        return replace(test, notes=(*test.notes, note("one_linked"))) if n_linked else test
    r, notes = _correlate(first[linked], second[linked])
    variance, df = _vary_linked(a, b, r, n_linked)
    se = clear_noise(math.sqrt(variance), measure_size(a, b))
    return infer_t(note("overlap_t_unequal"), (a.size, b.size), float(a.mean() - b.mean()), se, df, notes=notes)


def _correlate(a: Floats, b: Floats) -> tuple[float, tuple[Note, ...]]:
    size = measure_size(a, b)
    if min(clear_noise(float(a.std()), size), clear_noise(float(b.std()), size)) == 0.0:
        return 0.0, (note("linked_constant"),)
    return float(np.corrcoef(a, b)[0, 1]), ()


def _vary_linked(a: Floats, b: Floats, r: float, n_linked: int) -> tuple[float, float]:
    """Return the variance of the difference, 0 where only the rounding of a constant change is left, and its df."""
    n_x, n_y = a.size, b.size
    alone = n_x + n_y - 2 * n_linked
    v_x, v_y = float(a.var(ddof=1)) / n_x, float(b.var(ddof=1)) / n_y
    if v_x + v_y == 0.0:
        return 0.0, math.nan
    shared = 2.0 * r * n_linked * math.sqrt(v_x * v_y / (n_x * n_y))
    welch = (v_x + v_y) ** 2 / (v_x**2 / (n_x - 1) + v_y**2 / (n_y - 1))
    df = (n_linked - 1.0) + (welch - n_linked + 1.0) * alone / (alone + 2.0 * n_linked)
    left = v_x + v_y - shared
    return left if left > _CONSTANT * (v_x + v_y) else 0.0, df
