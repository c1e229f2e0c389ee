"""The noncentral t distribution: intervals of standardized effects, and power."""

from __future__ import annotations

import math

from sos_score.statistics.estimate import CONFIDENCE

_NEAR = 1e-12  # scipy may answer NaN for a smaller t that is not 0
_HUGE = 3000.0  # beyond it scipy takes seconds to minutes an evaluation
_FAR = 5.0  # beyond it the tail on the wrong side is below 3e-7, where scipy may answer NaN


def bound_noncentrality(t: float, df: float) -> tuple[float, float]:
    """Return the confidence limits of the noncentrality parameter behind an observed t.

    Parameters
    ----------
    t : float
        Observed statistic.
    df : float
        Its degrees of freedom.

    Returns
    -------
    tuple of float
        The noncentralities under which t is the upper and the lower 2.5% point; NaN for a t or df
        that is not finite.

    Notes
    -----
    Solves P(T'_df(low) <= t) = 1 - a and P(T'_df(high) <= t) = a with a = 0.025 (Steiger 2004). Agrees with
    `uniroot` on stats::pt(ncp) (R 4.2.2); effectsize 0.8.3 stops early near t = 0. Beyond |t| = 3000 it takes the
    limit t sqrt(chi-square quantile / df), within 1e-5 of itself up to 2000 df.

    Examples
    --------
    >>> [round(limit, 4) for limit in bound_noncentrality(2.0, 20)]
    [-0.0771, 4.0318]
    """
    a = (1.0 - CONFIDENCE) / 2.0
    if not (math.isfinite(t) and math.isfinite(df) and df > 0):
        return math.nan, math.nan
    size = abs(t) if abs(t) > _NEAR else 0.0
    low, high = (_solve_noncentrality(size, df, share) for share in (1.0 - a, a))
    return (low, high) if t >= 0 else (-high, -low)


def find_power(noncentrality: float, df: float, *, alpha: float = 0.05, critical: float | None = None) -> float:
    """Return the power of a two-sided t test.

    Parameters
    ----------
    noncentrality : float
        True effect over its standard error, 0 or above.
    df : float
        Degrees of freedom; above 0.
    alpha : float
        Level of the test.
    critical : float, optional
        The t that must be passed, where it is not that of `df` and `alpha`: of a test whose error is biased, or that
        uses other degrees of freedom than its error has.

    Returns
    -------
    float
        P(|T'| > the critical t), both tails; 1 where the rest is too small for scipy to evaluate.

    Notes
    -----
    Agrees with stats::power.t.test(strict = TRUE) (R 4.2.2) and statsmodels' TTestIndPower.

    Examples
    --------
    >>> round(find_power(0.5 * 32**0.5, 126), 4), round(find_power(0.0, 10), 4)
    (0.8015, 0.05)
    """
    from scipy.special import nctdtr, stdtrit

    if critical is None:
        critical = float(stdtrit(df, 1.0 - alpha / 2.0))
    far = float(nctdtr(df, noncentrality, -critical)) if noncentrality < _FAR else 0.0
    below = float(nctdtr(df, noncentrality, critical))
    return 1.0 if math.isnan(below) else 1.0 - below + (0.0 if math.isnan(far) else far)


def find_detectable(df: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Return how many standard errors a true effect must measure for a two-sided t test to have this power.

    Examples
    --------
    >>> round(find_detectable(126), 4), round(find_detectable(2), 4)
    (2.8232, 5.6535)
    """
    from scipy.optimize import brentq

    if not 0.0 < alpha < power < 1.0:
        raise ValueError(f"0 < alpha < power < 1 is needed, not alpha {alpha} and power {power}")
    if not df > 0:
        return math.nan
    high = 4.0
    while find_power(high, df, alpha=alpha) < power:
        high *= 2.0
    return float(brentq(lambda ncp: find_power(ncp, df, alpha=alpha) - power, 0.0, high, xtol=1e-10))


def _solve_noncentrality(t: float, df: float, share: float) -> float:
    """Return the noncentrality under which a share of the distribution lies below t, for t >= 0."""
    from scipy.optimize import brentq
    from scipy.special import chdtri, nctdtr, ndtri

    if t > _HUGE:
        return t * math.sqrt(float(chdtri(df, share)) / df)

    def miss(ncp: float) -> float:
        return float(nctdtr(df, ncp, t)) - share

    low = -float(ndtri(share)) - 0.01  # P(T' <= t) is at least P(T' <= 0), the normal probability below -ncp
    step = 2.0 + t / math.sqrt(df)
    high = t + step
    while miss(high) > 0.0:
        step *= 2.0
        high += step
    return float(brentq(miss, low, high, xtol=1e-10)) if miss(high) < 0.0 < miss(low) else math.nan
