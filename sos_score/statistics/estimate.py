"""One sample described, and one estimated quantity with its t test: what every t-based comparison returns."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sos_score.notes import Note, note
from sos_score.statistics.arrays import Floats

CONFIDENCE = 0.95
"""The confidence of every interval that is shown; alpha is the level of tests, and equivalence has its own interval."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One estimated quantity (a difference of means, a coefficient) with its t test."""

    method: Note
    n: tuple[int, ...]  # how many people, pairs or sites stand behind it; the function that made it says in which order
    estimate: float  # the quantity, in score units
    low: float
    high: float
    se: float  # standard error
    # t = estimate / se, its degrees of freedom, and the two-sided p
    statistic: float
    df: float
    p: float
    notes: tuple[Note, ...] = ()  # what could not be computed and why, and what to bear in mind


def clear_noise(se: float, size: float) -> float:
    """Return 0 for a standard error that is only rounding noise beside `size`: the rule of stats::t.test (R 4.2.2)."""
    # Without it a constant change of 0.1 gives a standard error of 1e-16 and p = 0.
    return 0.0 if se <= 10.0 * float(np.finfo(np.float64).eps) * abs(size) else se


def infer_t(
    method: Note,
    n: tuple[int, ...],
    estimate: float,
    se: float,
    df: float,
    *,
    level: float = CONFIDENCE,
    notes: tuple[Note, ...] = (),
) -> Estimate:
    """Test an estimate against 0 and put an interval around it, from its standard error and df.

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
    return Estimate(method, n, estimate, low, high, se, statistic, df, p, notes)


@dataclass(frozen=True, slots=True)
class Description:
    """One sample in numbers.

    Attributes
    ----------
    n : int
        Values present.
    mean, sd, se : float
        Mean, standard deviation (n - 1) and standard error of the mean.
    low, high : float
        t interval of the mean.
    """

    n: int
    mean: float
    sd: float
    se: float
    low: float
    high: float
    median: float
    notes: tuple[Note, ...] = ()


def drop_missing(x: ArrayLike) -> Floats:
    """Return the values of a sample that are not NaN."""
    values = np.asarray(x, dtype=np.float64).ravel()
    return values[~np.isnan(values)]


def keep_pairs(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Return the two sides of the pairs of which both values are present."""
    first, second = np.asarray(x, dtype=np.float64).ravel(), np.asarray(y, dtype=np.float64).ravel()
    if first.shape != second.shape:
        raise ValueError(f"pairs need two samples of one length, not {first.size} and {second.size}")
    both = ~(np.isnan(first) | np.isnan(second))
    return first[both], second[both]


def measure_size(*samples: Floats) -> float:
    """Return the largest absolute mean of the samples, against which rounding noise is judged."""
    return max((abs(float(x.mean())) for x in samples if x.size), default=0.0)


def pool_variance(*samples: Floats) -> float:
    """Return the pooled variance of samples without missing values: squares within over degrees of freedom within.

    NaN where no sample has two values. A sample with one value adds nothing.

    Examples
    --------
    >>> pool_variance(np.array([1.0, 3.0]), np.array([5.0]))
    2.0
    """
    freedom = sum(max(x.size - 1, 0) for x in samples)
    within = sum(float(((x - x.mean()) ** 2).sum()) for x in samples if x.size)
    return within / freedom if freedom else math.nan


def describe_sample(x: ArrayLike) -> Description:
    """Describe one sample: size, centre, spread, and a t interval of its mean.

    Parameters
    ----------
    x : array_like of float, shape (n,)
        Scores; NaN is dropped.

    Returns
    -------
    Description
        SD, SE and interval are NaN with one value; all is NaN with none. A constant sample has SD 0 and no
        interval.

    Notes
    -----
    se = sd / sqrt(n); interval = mean -+ t_(n-1) se: the one-sample interval of stats::t.test (R 4.2.2).

    Examples
    --------
    >>> d = describe_sample([1, 2, 3, 4, float("nan")])
    >>> d.n, d.mean, round(d.sd, 4), round(d.low, 4), round(d.high, 4)
    (4, 2.5, 1.291, 0.4457, 4.5543)
    """
    values = drop_missing(x)
    n = int(values.size)
    if n == 0:
        return Description(0, *(math.nan,) * 6, (note("no_scores"),))
    mean = float(values.mean())
    sd = clear_noise(float(values.std(ddof=1)), mean) if n > 1 else math.nan
    inferred = infer_t(note("one_sample_t"), (n,), mean, sd / math.sqrt(n), n - 1.0)
    notes = () if n > 1 else (note("one_score_no_sd"),)
    if sd == 0.0:
        notes = (note("constant_no_interval"),)
    return Description(n, mean, sd, inferred.se, inferred.low, inferred.high, float(np.median(values)), notes)
