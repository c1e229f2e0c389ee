"""Standardized differences of means with noncentral-t intervals; the direction is always x - y."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sos_score.statistics.descriptives import drop_missing, keep_pairs, measure_size
from sos_score.statistics.estimate import clear_noise
from sos_score.statistics.noncentral import bound_noncentrality
from sos_score.statistics.t_tests import pool_variance

_TOO_FEW = "a standardized difference needs at least two scores on each side"
_NO_SPREAD = "the scores do not vary, so there is no standard deviation to divide by"


@dataclass(frozen=True, slots=True)
class EffectSize:
    """One standardized difference.

    Attributes
    ----------
    method : str
        Which standardized difference, and which interval.
    n : tuple of int
        (n of x, n of y), or (pairs,).
    estimate : float
        In standard deviations.
    low, high : float
        Its two-sided interval at `level`.
    level : float
        Confidence level.
    statistic, df : float
        The t whose noncentrality the interval rests on, and its degrees of freedom.
    correction : float
        Hedges' J that was multiplied in; 1 for an uncorrected d.
    notes : tuple of str
        What could not be computed and why.
    """

    method: str
    n: tuple[int, ...]
    estimate: float
    low: float
    high: float
    level: float
    statistic: float
    df: float
    correction: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PairedEffects:
    """The standardized changes of one group measured twice.

    Attributes
    ----------
    n : int
        Complete pairs.
    r : float
        Correlation of the two scores; NaN when one side is constant.
    mean_change, sd_change : float
        Mean and standard deviation of x - y, in score units.
    d_z, g_z : EffectSize
        Mean change over the SD of the changes, plain and times J.
    d_av, g_av : EffectSize
        Mean change over the root mean of the two variances, plain and times J.
    d_rm : float
        d_z sqrt(2 (1 - r)).
    notes : tuple of str
        What could not be computed and why.
    """

    n: int
    r: float
    mean_change: float
    sd_change: float
    d_z: EffectSize
    g_z: EffectSize
    d_av: EffectSize
    g_av: EffectSize
    d_rm: float
    notes: tuple[str, ...] = ()


def cohens_d(x: ArrayLike, y: ArrayLike, *, level: float = 0.95) -> EffectSize:
    """Standardize the difference of two means by the pooled SD (Cohen's d).

    Parameters
    ----------
    x, y : array_like of float
        Scores of two separate groups; NaN is dropped.
    level : float
        Confidence level.

    Returns
    -------
    EffectSize
        NaN with a note for fewer than two scores on a side, or no variation on either.

    Notes
    -----
    d = (mean_x - mean_y) / s_p. Interval: the limits of the noncentrality of t = d sqrt(m), with
    m = n_x n_y / (n_x + n_y) and n_x + n_y - 2 df, divided by sqrt(m); the same for equal and unequal n.
    Agrees with effectsize::cohens_d 0.8.3. Cohen (1988); Steiger (2004).

    Examples
    --------
    >>> e = cohens_d([5, 6, 7, 9], [1, 4, 3, 4])
    >>> round(e.estimate, 4), round(e.low, 3), round(e.high, 3)
    (2.3917, 0.429, 4.258)
    """
    return _standardize_between(x, y, level, corrected=False)


def hedges_g(x: ArrayLike, y: ArrayLike, *, level: float = 0.95) -> EffectSize:
    """Standardize the difference of two means by the pooled SD, without small-sample bias (Hedges' g).

    Parameters
    ----------
    x, y : array_like of float
        Scores of two separate groups; NaN is dropped.
    level : float
        Confidence level.

    Returns
    -------
    EffectSize
        NaN with a note for fewer than two scores on a side, or no variation on either.

    Notes
    -----
    g = J d with the exact J = gamma(df/2) / (sqrt(df/2) gamma((df-1)/2)), df = n_x + n_y - 2; its interval is
    J times that of d. Agrees with effectsize::hedges_g 0.8.3 (pingouin's approximate J and Wald interval
    differ). Hedges (1981).

    Examples
    --------
    >>> e = hedges_g([5, 6, 7, 9], [1, 4, 3, 4])
    >>> round(e.estimate, 4), round(e.correction, 4)
    (2.0775, 0.8686)
    """
    return _standardize_between(x, y, level, corrected=True)


def hedges_g_normal(x: ArrayLike, y: ArrayLike, *, level: float = 0.95) -> EffectSize:
    """Return Hedges' g with the large-sample normal interval that meta-analyses use.

    Parameters
    ----------
    x, y : array_like of float
        Scores of two separate groups; NaN is dropped.
    level : float
        Confidence level.

    Returns
    -------
    EffectSize
        As `hedges_g`, except for the interval.

    Notes
    -----
    g -+ z sqrt((n_x + n_y) / (n_x n_y) + g^2 / (2 (n_x + n_y))). Hedges and Olkin (1985).

    Examples
    --------
    >>> e = hedges_g_normal([5, 6, 7, 9], [1, 4, 3, 4])
    >>> round(e.low, 4), round(e.high, 4)
    (0.3579, 3.7971)
    """
    from scipy.special import ndtri

    g = _standardize_between(x, y, level, corrected=True)
    low = high = math.nan
    if not math.isnan(g.estimate):
        a, b = g.n
        se = math.sqrt((a + b) / (a * b) + g.estimate**2 / (2.0 * (a + b)))
        half = float(ndtri((1.0 + level) / 2.0)) * se
        low, high = g.estimate - half, g.estimate + half
    method = "Hedges' g (pooled SD, exact J; normal interval)"
    return EffectSize(method, g.n, g.estimate, low, high, level, g.statistic, g.df, g.correction, g.notes)


def standardize_change(x: ArrayLike, y: ArrayLike, *, level: float = 0.95) -> PairedEffects:
    """Standardize the change of people measured twice (d_z, d_av, their g, and d_rm).

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        Two scores of the same people, in the same order; a pair with a NaN is dropped. The change is x - y.
    level : float
        Confidence level.

    Returns
    -------
    PairedEffects
        All NaN with fewer than two pairs; d_z NaN for a constant change, d_av for two constant sides; g NaN
        for two pairs, where J is undefined.

    Notes
    -----
    d_z = mean change / sd_change; its interval is that of the noncentrality of t = d_z sqrt(n), n - 1 df,
    over sqrt(n). It agrees with effectsize::cohens_d(paired = TRUE) 0.8.3. d_av = mean change / s_av,
    s_av^2 = (s_x^2 + s_y^2) / 2, with the limits of d_z times sd_change / s_av (Algina and Keselman 2003).
    Both g take J at n - 1 df, as effectsize does.

    Examples
    --------
    >>> e = standardize_change([5, 6, 7, 9], [4, 6, 5, 7])
    >>> e.n, round(e.d_z.estimate, 4), round(e.g_z.estimate, 4), round(e.d_av.estimate, 4)
    (4, 1.3056, 0.9447, 0.8257)
    """
    a, b = keep_pairs(x, y)
    n = int(a.size)
    size = measure_size(a, b)
    mean = float((a - b).mean()) if n else math.nan
    sd, s_x, s_y = (clear_noise(_deviation(v), size) for v in (a - b, a, b))
    r = float(np.corrcoef(a, b)[0, 1]) if n > 1 and s_x > 0 and s_y > 0 else math.nan
    s_av = math.sqrt((s_x**2 + s_y**2) / 2.0)
    d_z, g_z = (_standardize_within("z", n, mean, (sd, sd), level, corrected=c) for c in (False, True))
    d_av, g_av = (_standardize_within("av", n, mean, (sd, s_av), level, corrected=c) for c in (False, True))
    notes = ("a standardized change needs at least two people with both scores",) if n < 2 else ()
    if n > 1 and math.isnan(r):
        notes = ("one of the two scores does not vary, so they have no correlation",)
    d_rm = d_z.estimate * math.sqrt(2.0 * max(0.0, 1.0 - r)) if not math.isnan(r) else math.nan
    return PairedEffects(n, r, mean, sd, d_z, g_z, d_av, g_av, d_rm, notes)


def _deviation(values: NDArray[np.float64]) -> float:
    return float(values.std(ddof=1)) if values.size > 1 else math.nan


def _correct_bias(df: float) -> float:
    """Return Hedges' exact J; NaN at one degree of freedom, where it would make every g 0."""
    if df < 2:
        return math.nan
    return math.exp(math.lgamma(df / 2.0) - 0.5 * math.log(df / 2.0) - math.lgamma((df - 1.0) / 2.0))


def _standardize_between(x: ArrayLike, y: ArrayLike, level: float, *, corrected: bool) -> EffectSize:
    a, b = drop_missing(x), drop_missing(y)
    n = (a.size, b.size)
    name = "Hedges' g (pooled SD, exact J)" if corrected else "Cohen's d (pooled SD)"
    method = f"{name}; noncentral t interval"
    nothing = math.nan
    if min(n) < 2:
        return EffectSize(method, n, nothing, nothing, nothing, level, nothing, nothing, nothing, (_TOO_FEW,))
    df = float(sum(n) - 2)
    j = _correct_bias(df) if corrected else 1.0
    sd = clear_noise(math.sqrt(pool_variance(a, b)), measure_size(a, b))
    if sd == 0.0:
        return EffectSize(method, n, nothing, nothing, nothing, level, nothing, df, j, (_NO_SPREAD,))
    scale = math.sqrt(a.size * b.size / sum(n))
    d = float(a.mean() - b.mean()) / sd
    low, high = bound_noncentrality(d * scale, df, level=level)
    return EffectSize(method, n, j * d, j * low / scale, j * high / scale, level, d * scale, df, j)


def _standardize_within(
    kind: str, n: int, mean: float, spread: tuple[float, float], level: float, *, corrected: bool
) -> EffectSize:
    """Standardize a mean change by the second of (SD of the changes, SD to divide by)."""
    method = f"{'g' if corrected else 'd'}_{kind}; noncentral t interval"
    sd_change, divisor = spread
    df = n - 1.0
    j = _correct_bias(df) if corrected else 1.0
    nothing = math.nan
    if n < 2:
        return EffectSize(method, (n,), nothing, nothing, nothing, level, nothing, nothing, nothing, (_TOO_FEW,))
    if divisor == 0.0:
        return EffectSize(method, (n,), nothing, nothing, nothing, level, nothing, df, j, (_NO_SPREAD,))
    t = mean / sd_change * math.sqrt(n) if sd_change > 0 else nothing
    unit = j * sd_change / divisor / math.sqrt(n)
    low, high = bound_noncentrality(t, df, level=level)
    notes = ("Hedges' correction is undefined for two pairs",) if math.isnan(j) else ()
    if sd_change == 0.0:
        notes = (*notes, "everyone changed by the same amount, so there is no interval")
    return EffectSize(method, (n,), j * mean / divisor, unit * low, unit * high, level, t, df, j, notes)
