"""Rank tests as R decides them, with the rank-biserial correlation; the direction is always x - y."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sos_score.notes import Note, note
from sos_score.statistics.arrays import Floats
from sos_score.statistics.estimate import CONFIDENCE, drop_missing, keep_pairs

_DECIMALS = 10  # 0.1 + 0.2 and 0.3 must tie; no scale score needs more
_EXACT_BELOW = 50


@dataclass(frozen=True, slots=True)
class RankTest:
    """A test of ranks, with the rank-biserial correlation."""

    method: Note  # exact, or normal with continuity and tie correction
    n: tuple[int, ...]  # (n of x, n of y) of separate groups, (pairs,) of one group measured twice
    estimate: float  # 2 U / (n_x n_y) - 1 of separate groups, (V - V_minus) / (V + V_minus) of pairs
    low: float
    high: float
    # U of x: how many pairs of people have x above y, ties counting a half. Of pairs V, the sum of the ranks of the
    # rises.
    statistic: float
    p: float  # two-sided
    notes: tuple[Note, ...] = ()


def compare_ranks(x: ArrayLike, y: ArrayLike) -> RankTest:
    """Compare two separate groups by ranks (Mann-Whitney).

    Parameters
    ----------
    x, y : array_like of float
        Scores; NaN is dropped. Rounded to 10 decimals before ranking, so that 0.1 + 0.2 and 0.3 tie.

    Returns
    -------
    RankTest
        p NaN when every score is tied; all NaN when a side is empty.

    Notes
    -----
    p is exact when both groups hold fewer than 50 and nothing ties, else normal with continuity and tie
    correction: the rule of stats::wilcox.test (R 4.2.2), which scipy's method="auto" does not follow.
    Interval: tanh(atanh(r) -+ z sqrt((n_x + n_y + 1) / (3 n_x n_y))), as effectsize::rank_biserial 0.8.3.
    Kerby (2014).

    Examples
    --------
    >>> r = compare_ranks([1, 2, 3, 4], [5, 6, 7, 8])
    >>> r.statistic, round(r.p, 4), r.estimate
    (0.0, 0.0286, -1.0)
    """
    from scipy.stats import mannwhitneyu, rankdata

    a, b = drop_missing(x).round(_DECIMALS), drop_missing(y).round(_DECIMALS)
    n = (a.size, b.size)
    if min(n) == 0:
        return RankTest(note("mann_whitney"), n, *(math.nan,) * 5, (note("rank_side_empty"),))
    both = np.concatenate([a, b])
    n_different = np.unique(both).size
    product = a.size * b.size
    u = float(rankdata(both)[: a.size].sum()) - a.size * (a.size + 1) / 2.0
    exact = max(n) < _EXACT_BELOW and n_different == both.size
    p = math.nan
    notes: tuple[Note, ...] = (note("all_tied"),)
    if n_different > 1:
        p, notes = float(mannwhitneyu(a, b, method="exact" if exact else "asymptotic").pvalue), ()
    estimate = 2.0 * u / product - 1.0
    low, high = _bound_rank_biserial(estimate, math.sqrt((sum(n) + 1.0) / (3.0 * product)))
    method = note("mann_whitney_exact" if exact else "mann_whitney_normal")
    return RankTest(method, n, estimate, low, high, u, p, notes)


def compare_signed_ranks(x: ArrayLike, y: ArrayLike) -> RankTest:
    """Compare two scores of the same people by the ranks of their changes (Wilcoxon signed rank).

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        Two scores, one person a place; a pair with a NaN is dropped. Changes x - y are rounded to 10 decimals
        before ranking.

    Returns
    -------
    RankTest
        p, estimate and interval NaN when nobody changed.

    Notes
    -----
    Zero changes are dropped. p is exact when fewer than 50 changes are left, none tie and none was dropped,
    else normal with continuity and tie correction: the rule of stats::wilcox.test(paired = TRUE) (R 4.2.2).
    Interval: tanh(atanh(r) -+ z s), s^2 = ((2 m^3 + 3 m^2 + m) / 6) / ((m^2 + m) / 2)^2 for m changes, as
    effectsize::rank_biserial(paired = TRUE) 0.8.3. Kerby (2014).

    Examples
    --------
    >>> r = compare_signed_ranks([5, 7, 9, 4], [4, 5, 6, 8])
    >>> r.statistic, r.p, round(r.estimate, 4)
    (6.0, 0.875, 0.2)
    """
    from scipy.stats import rankdata, wilcoxon

    a, b = keep_pairs(x, y)
    change = (a - b).round(_DECIMALS)
    moved: Floats = change[change != 0.0]
    n, m = int(change.size), int(moved.size)
    if m == 0:
        why = (note("nobody_changed" if n else "no_person_both"),)
        return RankTest(note("signed_rank"), (n,), *(math.nan,) * 5, why)
    ranks = rankdata(np.abs(moved))
    v, most = float(ranks[moved > 0].sum()), m * (m + 1) / 2.0
    ties = bool(np.unique(np.abs(moved)).size < m)
    exact = n < _EXACT_BELOW and not ties and m == n
    method = "exact" if exact else "asymptotic"
    p = float(wilcoxon(moved, correction=True, method=method).pvalue)  # type: ignore[call-overload] # stubs lack it
    estimate = 2.0 * v / most - 1.0
    se = math.sqrt((2.0 * m**3 + 3.0 * m**2 + m) / 6.0) / most
    low, high = _bound_rank_biserial(estimate, se)
    name = note("signed_rank_exact" if exact else "signed_rank_normal")
    return RankTest(name, (n,), estimate, low, high, v, p)


def _bound_rank_biserial(r: float, se: float) -> tuple[float, float]:
    from scipy.special import ndtri

    if abs(r) >= 1.0:
        return r, r
    half = float(ndtri((1.0 + CONFIDENCE) / 2.0)) * se
    return math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)
