"""Several groups at once: Welch's analysis of variance and Games-Howell pairs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from sos_score.notes import Note, note
from sos_score.statistics.arrays import Floats
from sos_score.statistics.estimate import CONFIDENCE, Estimate, clear_noise, drop_missing, measure_size
from sos_score.statistics.t_tests import compare_welch

_NODES = 100  # Gauss-Legendre points a dimension: probabilities within 1e-8 from 2 df up


class StudentizedRange:
    """The range of several standard normal values, divided by an independent standard deviation.

    Parameters
    ----------
    k : int
        Number of groups, two or more.
    df : float
        Degrees of freedom of the standard deviation.

    Notes
    -----
    Integrates P(range < q s) over z and over s = chi / sqrt(df) by Gauss-Legendre. Agrees with stats::ptukey
    and stats::qtukey (R 4.2.2) and scipy.stats.studentized_range, whose inversion takes 80 ms, too long for the
    hundreds a batch needs.

    Examples
    --------
    >>> spread = StudentizedRange(3, 10)
    >>> round(spread.find_quantile(0.95), 3), round(spread.find_tail(3.877), 3)
    (3.877, 0.05)
    """

    def __init__(self, k: int, df: float) -> None:
        from scipy.special import chdtri, gammaln, ndtr

        x, w = _place_nodes()
        low, high = (math.sqrt(float(chdtri(df, tail)) / df) for tail in (1.0 - 1e-13, 1e-13))
        self._s = (x * (high - low) + high + low) / 2.0
        density = (df / 2.0) * math.log(df) + (df - 1.0) * np.log(self._s) - df * self._s**2 / 2.0
        density = np.exp(density - float(gammaln(df / 2.0)) - (df / 2.0 - 1.0) * math.log(2.0))
        self._weight_s = w * (high - low) / 2.0 * density
        self._z = 8.0 * x
        self._weight_z = w * 8.0 * k * np.exp(-(self._z**2) / 2.0) / math.sqrt(2.0 * math.pi)
        self._below = ndtr(self._z)[:, None]
        self._power, self._df = k - 1, df

    def find_tail(self, q: float) -> float:
        """Return the probability of a range above `q`."""
        return min(1.0, max(0.0, 1.0 - self._find_share(q)))

    def find_quantile(self, share: float) -> float:
        """Return the range that is not passed with a probability of `share`.

        It is looked for between that of two groups and that of so many independent pairs (Bonferroni), by the logarithm
        of the tail, which is nearly straight: each look at the distribution is a hundred times dearer than the rest.
        """
        from scipy.optimize import brentq
        from scipy.special import stdtrit

        tail, pairs = 1.0 - share, self._power * (self._power + 1) / 2.0
        ends = [math.sqrt(2.0) * float(stdtrit(self._df, 1.0 - tail / (2.0 * each))) for each in (1.0, pairs)]

        def climb(q: float) -> float:
            return math.log(max(1.0 - self._find_share(q), 1e-300) / tail)

        return float(brentq(climb, 0.8 * ends[0], 1.25 * ends[1], xtol=1e-10))

    def _find_share(self, q: float) -> float:
        from scipy.special import ndtr

        apart = self._below - ndtr(self._z[:, None] - q * self._s[None, :])
        # A power of floats takes longer than all the rest; its squares do not.
        within, power = np.ones_like(apart), self._power
        while power:
            within = within * apart if power % 2 else within
            apart, power = apart * apart, power // 2
        return float(self._weight_z @ within @ self._weight_s)


@cache
def _place_nodes() -> tuple[Floats, Floats]:
    """Return Gauss-Legendre nodes and weights; finding them takes longer than using them."""
    x, w = np.polynomial.legendre.leggauss(_NODES)
    return x, w


_NO_PARTS = (math.nan, math.nan, math.nan, math.nan)


@dataclass(frozen=True, slots=True)
class WelchAnova:
    """One-way comparison of means without equal variances.

    Attributes
    ----------
    method : Note
        Welch's ANOVA.
    n : tuple of int
        Scores in each group, in the order given.
    statistic, df1, df2, p : float
        F, its degrees of freedom and p.
    """

    method: Note
    n: tuple[int, ...]
    statistic: float
    df1: float
    df2: float
    p: float
    notes: tuple[Note, ...] = ()


def compare_welch_anova(groups: Sequence[ArrayLike]) -> WelchAnova:
    """Compare the means of several groups without assuming equal variances (Welch's ANOVA).

    Parameters
    ----------
    groups : sequence of array_like of float
        Scores of each group; NaN is dropped.

    Returns
    -------
    WelchAnova
        NaN with a note when there are fewer than two groups, a group holds fewer than two scores (R refuses
        too), or a group is constant.

    Notes
    -----
    Computed by pingouin.welch_anova 0.7; agrees with stats::oneway.test (R 4.2.2). Welch (1951).

    Examples
    --------
    >>> a = compare_welch_anova([[1, 2, 3], [2, 4, 6], [5, 6, 7]])
    >>> round(a.statistic, 4), a.df1, round(a.df2, 4), round(a.p, 4)
    (10.2047, 2.0, 3.7895, 0.0298)
    """
    given = [drop_missing(group) for group in groups]
    n = tuple(int(values.size) for values in given)
    why = ""
    if len(given) < 2:
        why = "welch_anova_too_few"
    elif min(n) < 2:
        why = "group_too_small"
    elif any(_is_constant(values) for values in given):
        why = "group_infinite_weight"
    if why:
        nothing = math.nan
        return WelchAnova(note("welch_anova"), n, nothing, len(given) - 1.0, nothing, nothing, (note(why),))
    from sos_score.statistics.pingouin_adapter import run_welch_anova

    return WelchAnova(note("welch_anova"), n, *run_welch_anova(given))


def compare_pairs(groups: Sequence[ArrayLike]) -> dict[tuple[int, int], Estimate]:
    """Compare every pair of groups without assuming equal variances (Games-Howell).

    Parameters
    ----------
    groups : sequence of array_like of float
        Scores of each group; NaN is dropped.

    Returns
    -------
    dict of (int, int) to Estimate
        For each pair of positions, the first minus the second; ``n`` is their sizes. p and interval already
        allow for the number of groups compared. A group with fewer than two scores, or constant scores, takes
        no part: its pairs carry the difference, untested, and a note.

    Notes
    -----
    se^2 = s_x^2 / n_x + s_y^2 / n_y with Welch's df; p = P(Q_(k, df) > |t| sqrt(2)); interval =
    difference -+ q se / sqrt(2). Agrees with pingouin.pairwise_gameshowell 0.7, which takes five times as long
    and gives no interval, and with scipy.stats.tukey_hsd(equal_var=False). Games and Howell (1976).

    Examples
    --------
    >>> pairs = compare_pairs([[1, 2, 3], [2, 4, 6], [5, 6, 7]])
    >>> r = pairs[0, 2]
    >>> r.estimate, round(r.low, 4), round(r.high, 4), round(r.p, 4)
    (-4.0, -6.91, -1.09, 0.0175)
    """
    given = [drop_missing(group) for group in groups]
    usable = {i for i, values in enumerate(given) if values.size > 1 and not _is_constant(values)}
    return {
        pair: _compare_pair(given[pair[0]], given[pair[1]], len(usable) if set(pair) <= usable else 0)
        for pair in itertools.combinations(range(len(given)), 2)
    }


def _compare_pair(a: Floats, b: Floats, k: int) -> Estimate:
    """Return one pair among `k` groups; 0 where one of the two takes no part."""
    n, nothing = (int(a.size), int(b.size)), math.nan
    if k == 0:
        difference = float(a.mean() - b.mean()) if min(n) else nothing
        why = (note("group_too_small" if min(n) < 2 else "group_no_part"),)
        return Estimate(note("games_howell"), n, difference, nothing, nothing, *_NO_PARTS, why)
    welch = compare_welch(a, b)
    spread = StudentizedRange(k, welch.df)
    p = spread.find_tail(abs(welch.statistic) * math.sqrt(2.0))
    half = spread.find_quantile(CONFIDENCE) * welch.se / math.sqrt(2.0)
    low, high = welch.estimate - half, welch.estimate + half
    return Estimate(note("games_howell"), n, welch.estimate, low, high, welch.se, welch.statistic, welch.df, p)


def _is_constant(values: Floats) -> bool:
    return clear_noise(float(values.std()), measure_size(values)) == 0.0
