"""One estimated quantity with its t test and interval: what every t-based comparison returns."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sos_score.notes import Note, note


@dataclass(frozen=True, slots=True)
class Estimate:
    """One estimated quantity (a difference of means, a coefficient) with its t test.

    Attributes
    ----------
    method : Note
        The test; its code names it.
    n : tuple of int
        How many people, pairs or sites stand behind it; the function that made it says in which order.
    estimate : float
        The quantity, in score units.
    low, high : float
        Its two-sided interval at `level`.
    level : float
        Confidence level of the interval.
    se : float
        Standard error.
    statistic, df, p : float
        t = estimate / se, its degrees of freedom, and the two-sided p.
    notes : tuple of Note
        What could not be computed and why, and what to bear in mind.
    """

    method: Note
    n: tuple[int, ...]
    estimate: float
    low: float
    high: float
    level: float
    se: float
    statistic: float
    df: float
    p: float
    notes: tuple[Note, ...] = ()


def clear_noise(se: float, size: float) -> float:
    """Return 0 for a standard error that is only rounding noise, else the standard error itself.

    Parameters
    ----------
    se : float
        A standard error or standard deviation.
    size : float
        Size of the numbers it was computed from (the largest absolute mean).

    Returns
    -------
    float
        `se`, or 0 where ``se <= 10 * eps * size``.

    Notes
    -----
    The rule of stats::t.test (R 4.2.2) for "data are essentially constant". Without it a constant change of
    0.1 gives a standard error of 1e-16 and p = 0.

    Examples
    --------
    >>> clear_noise(1e-16, 3.0), clear_noise(0.2, 3.0)
    (0.0, 0.2)
    """
    return 0.0 if se <= 10.0 * float(np.finfo(np.float64).eps) * abs(size) else se


def infer_t(
    method: Note,
    n: tuple[int, ...],
    estimate: float,
    se: float,
    df: float,
    *,
    level: float = 0.95,
    notes: tuple[Note, ...] = (),
) -> Estimate:
    """Test an estimate against 0 and put an interval around it, from its standard error and df.

    Parameters
    ----------
    method : Note
        The test.
    n : tuple of int
        Counts to carry along.
    estimate, se : float
        In score units. A `se` of 0 means the data do not vary.
    df : float
        Degrees of freedom of t; need not be whole.
    level : float
        Confidence level, 0 to 1.
    notes : tuple of Note
        Caveats to carry along.

    Returns
    -------
    Estimate
        With NaN statistic, p and interval where `estimate`, `se` or `df` is NaN, and, with a note, where `df`
        is not positive or `se` is 0.

    Notes
    -----
    t = estimate / se; p = 2 P(T_df > |t|); interval = estimate -+ t_df(1 - (1 - level) / 2) se.

    Examples
    --------
    >>> r = infer_t(note("one_sample_t"), (10,), 2.0, 1.0, 9.0)
    >>> round(r.p, 4), round(r.low, 4), round(r.high, 4)
    (0.0766, -0.2622, 4.2622)
    """
    from scipy.special import stdtr, stdtrit

    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie between 0 and 1, not {level}")
    statistic = p = low = high = math.nan
    if se == 0.0:
        notes = (*notes, note("no_variation"))
    elif df <= 0:
        notes = (*notes, note("no_freedom"))
    elif not math.isnan(estimate + se + df):
        statistic = estimate / se
        p = float(2.0 * stdtr(df, -abs(statistic)))
        half = float(stdtrit(df, (1.0 + level) / 2.0)) * se
        low, high = estimate - half, estimate + half
    return Estimate(method, n, estimate, low, high, level, se, statistic, df, p, notes)
