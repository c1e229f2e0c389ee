"""Planning to rule a difference out: the power of two one-sided tests."""

from __future__ import annotations

import math

import numpy as np

from sos_score.statistics.power.trial import Analysis

_STEPS = 4000  # of the distribution of the standard error; more change no fourth decimal


def find_equivalence_power(analysis: Analysis, limit: float, effect: float, alpha: float) -> float:
    """Find the chance that two one-sided t tests rule out a difference of a limit, where the true one is `effect`.

    Parameters
    ----------
    analysis : Analysis
        How the estimate and its standard error behave.
    limit, effect : float
        In the units of the estimate; the limit is above 0.
    alpha : float
        Of each one-sided test.

    Returns
    -------
    float
        0 where the interval of the estimate is always wider than the limits.

    Notes
    -----
    The mean over the standard error s of P(-limit + t s < estimate < limit - t s), t the 1 - alpha point. s^2 is a
    scaled chi-square. Schuirmann (1987); Phillips (1990). Agrees with R 4.2.2 (``integrate``).

    Examples
    --------
    >>> from sos_score.statistics.power.trial import Analysis
    >>> round(find_equivalence_power(Analysis(0.02, 0.02, 18, 18), 0.5, 0.0, 0.05), 3)
    0.92
    """
    from scipy.special import chdtri, ndtr, stdtrit

    tails = (np.arange(_STEPS) + 0.5) / _STEPS
    error = np.sqrt(analysis.mean_estimate * chdtri(analysis.own_df, tails) / analysis.own_df)
    room = limit - float(stdtrit(analysis.test_df, 1 - alpha)) * error
    spread = math.sqrt(analysis.variance)
    inside = ndtr((room - effect) / spread) - ndtr((-room - effect) / spread)
    return float(np.where(room > 0, inside, 0.0).mean())


def find_smallest_limit(analysis: Analysis, effect: float, alpha: float, power: float) -> float:
    """Find the smallest difference that is ruled out with a power, where the true one is `effect`."""
    from scipy.optimize import brentq

    def lacking(limit: float) -> float:
        return find_equivalence_power(analysis, limit, effect, alpha) - power

    most = abs(effect) + math.sqrt(analysis.variance)
    while lacking(most) < 0:
        most *= 2
    return float(brentq(lacking, abs(effect), most, xtol=1e-8))
