"""Planning for a correlation between workers: its power, and what the people of each worker leave of it."""

from __future__ import annotations

import math

import numpy as np

_STEPS = 500  # of the distribution of the workers' own spread; more change no fourth decimal
_FAR = 5.0


def attenuate(r: float, icc: float, people: float) -> float:
    """Return the correlation that is seen with means of each worker's people.

    Parameters
    ----------
    r : float
        Correlation of workers' scores with the true means of their people.
    icc : float
        Share of the people's variance that lies between workers.
    people : float
        People of each worker.

    Notes
    -----
    r sqrt(icc / (icc + (1 - icc) / people)): Spearman (1904), with the reliability of the mean of those people.

    Examples
    --------
    >>> round(attenuate(0.5, 0.3, 3), 4)
    0.375
    """
    return r * math.sqrt(icc / (icc + (1 - icc) / people)) if icc > 0 else 0.0


def find_correlation_power(r: float, workers: int, alpha: float) -> float:
    """Find the power of the two-sided test of Pearson's correlation of normal scores.

    Notes
    -----
    Given the workers' scores on the one side, t is noncentral with r / sqrt(1 - r^2) times the root of their sum of
    squares, a chi-square with workers - 1 degrees of freedom; the power is the mean over it. Exact. Cohen (1988), table
    3.3.5, has .80 for r = .30 and n = 84. Agrees with R 4.2.2 (``integrate``).

    Examples
    --------
    >>> round(find_correlation_power(0.3, 84, 0.05), 3), round(find_correlation_power(0.0, 20, 0.05), 3)
    (0.8, 0.05)
    """
    from scipy.special import chdtri, nctdtr, stdtrit

    if workers < 4:
        return math.nan
    if abs(r) >= 1:
        return 1.0
    df, tails = workers - 2, (np.arange(_STEPS) + 0.5) / _STEPS
    ncps = abs(r) / math.sqrt(1 - r**2) * np.sqrt(chdtri(workers - 1, tails))
    critical = float(stdtrit(df, 1 - alpha / 2))
    # Far out the one tail is too small for scipy to evaluate and the other is all there is, as in `find_power`.
    far = np.nan_to_num(nctdtr(df, np.minimum(ncps, _FAR), -critical)) * (ncps < _FAR)
    return float((1.0 - np.nan_to_num(nctdtr(df, ncps, critical)) + far).mean())
