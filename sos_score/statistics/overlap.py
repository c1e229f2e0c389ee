"""The partially overlapping samples t tests: some people answered both times, some only once."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sos_score.notes import Note, note
from sos_score.statistics.descriptives import measure_size
from sos_score.statistics.estimate import Estimate, clear_noise, infer_t
from sos_score.statistics.t_tests import compare_student, compare_welch

_CONSTANT = 1e-12  # share of the variance; rounding leaves 1e-15


@dataclass(frozen=True, slots=True)
class Overlap:
    """A partially overlapping samples t test and who it rests on.

    Attributes
    ----------
    test : Estimate
        The test; its ``n`` is (n of x, n of y), the linked people counting on both sides.
    n_linked : int
        People with both scores.
    n_only_x, n_only_y : int
        People with the one score only.
    r : float
        Correlation of the two scores over the linked people; 0 where a linked side is constant, NaN with
        fewer than two linked people.
    """

    test: Estimate
    n_linked: int
    n_only_x: int
    n_only_y: int
    r: float


def compare_overlapping(x: ArrayLike, y: ArrayLike, *, equal_variances: bool = False, level: float = 0.95) -> Overlap:
    """Compare two means when some people are in both samples and some in one (Derrick et al. 2017).

    Parameters
    ----------
    x, y : array_like of float, shape (people,)
        One place a person, in the same order: the score in each sample, NaN where that person has none. The
        difference is mean(x) - mean(y) over everyone.
    equal_variances : bool
        T_new1 under one common variance, else T_new2.
    level : float
        Confidence level.

    Returns
    -------
    Overlap
        With fewer than two linked people the link cannot be estimated: Welch's (or Student's) test of all
        scores, with a note when one person is linked. With a constant linked side r is taken as 0, as the R
        package does, with a note. The difference stands, untested, when a side has fewer than two scores (for
        Student's test: none, or fewer than three in all), or when nothing varies.

    Notes
    -----
    With n_x, n_y everyone with that score, n_c linked, n_a + n_b unlinked, N = n_a + n_b + 2 n_c:

    T_new1: se^2 = s_p^2 (1/n_x + 1/n_y - 2 r n_c / (n_x n_y)),
    df = (n_c - 1) + (n_a + n_b + n_c - 1) (n_a + n_b) / N.

    T_new2: se^2 = s_x^2/n_x + s_y^2/n_y - 2 r s_x s_y n_c / (n_x n_y),
    df = (n_c - 1) + (w - n_c + 1) (n_a + n_b) / N, w the df of Welch.

    Without overlap they are Student's and Welch's test. At full overlap T_new2 is the paired t; T_new1 is so
    only when the two standard deviations are equal. Agrees with Partiallyoverlapping::Partover.test 2.0, save
    that it answers p = 1 or 0 where nothing varies. Derrick, Russ, Toher and White (2017).

    Examples
    --------
    >>> nan = float("nan")
    >>> r = compare_overlapping([5, 7, 9, 6, nan], [4, 6, 6, nan, 3])
    >>> r.n_linked, r.test.estimate, round(r.test.statistic, 4), round(r.test.df, 4), round(r.test.p, 4)
    (3, 2.0, 2.9497, 2.9754, 0.0607)
    """
    first, second = np.asarray(x, dtype=np.float64).ravel(), np.asarray(y, dtype=np.float64).ravel()
    if first.shape != second.shape:
        raise ValueError(f"one place a person is needed on each side, not {first.size} and {second.size}")
    has_x, has_y = ~np.isnan(first), ~np.isnan(second)
    linked = has_x & has_y
    a, b = first[has_x], second[has_y]
    n_linked = int(linked.sum())
    only = (a.size - n_linked, b.size - n_linked)
    if n_linked < 2:
        test = _ignore_link(a, b, n_linked, equal_variances=equal_variances, level=level)
        return Overlap(test, n_linked, *only, math.nan)
    r, notes = _correlate(first[linked], second[linked])
    size = measure_size(a, b)
    variance, df = (_share_variance if equal_variances else _keep_variances)(a, b, r, n_linked)
    se = clear_noise(math.sqrt(variance), size)
    method = note("overlap_t_equal" if equal_variances else "overlap_t_unequal")
    difference = float(a.mean() - b.mean())
    test = infer_t(method, (a.size, b.size), difference, se, df, level=level, notes=notes)
    return Overlap(test, n_linked, *only, r)


def _ignore_link(
    a: NDArray[np.float64], b: NDArray[np.float64], n_linked: int, *, equal_variances: bool, level: float
) -> Estimate:
    test = (compare_student if equal_variances else compare_welch)(a, b, level=level)
    if n_linked == 0:
        return test
    return replace(test, notes=(*test.notes, note("one_linked")))


def _correlate(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[float, tuple[Note, ...]]:
    size = measure_size(a, b)
    if min(clear_noise(float(a.std()), size), clear_noise(float(b.std()), size)) == 0.0:
        return 0.0, (note("linked_constant"),)
    return float(np.corrcoef(a, b)[0, 1]), ()


def _share_variance(a: NDArray[np.float64], b: NDArray[np.float64], r: float, n_linked: int) -> tuple[float, float]:
    n_x, n_y = a.size, b.size
    alone = n_x + n_y - 2 * n_linked
    pooled = ((n_x - 1) * a.var(ddof=1) + (n_y - 1) * b.var(ddof=1)) / (n_x + n_y - 2)
    both, shared = pooled * (1.0 / n_x + 1.0 / n_y), pooled * 2.0 * r * n_linked / (n_x * n_y)
    df = (n_linked - 1.0) + (alone + n_linked - 1.0) * alone / (alone + 2.0 * n_linked)
    return _subtract(float(both), float(shared)), df


def _keep_variances(a: NDArray[np.float64], b: NDArray[np.float64], r: float, n_linked: int) -> tuple[float, float]:
    n_x, n_y = a.size, b.size
    alone = n_x + n_y - 2 * n_linked
    v_x, v_y = float(a.var(ddof=1)) / n_x, float(b.var(ddof=1)) / n_y
    if v_x + v_y == 0.0:
        return 0.0, math.nan
    shared = 2.0 * r * n_linked * math.sqrt(v_x * v_y / (n_x * n_y))
    welch = (v_x + v_y) ** 2 / (v_x**2 / (n_x - 1) + v_y**2 / (n_y - 1))
    df = (n_linked - 1.0) + (welch - n_linked + 1.0) * alone / (alone + 2.0 * n_linked)
    return _subtract(v_x + v_y, shared), df


def _subtract(both: float, shared: float) -> float:
    """Return the variance left, 0 where only the rounding of a constant change is left."""
    left = both - shared
    return left if left > _CONSTANT * both else 0.0
