"""What one sample looks like, and which of its values are present."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sos_score.notes import Note, note
from sos_score.statistics.estimate import clear_noise, infer_t


@dataclass(frozen=True, slots=True)
class Description:
    """One sample in numbers.

    Attributes
    ----------
    n, n_missing : int
        Values present and values missing.
    mean, sd, se : float
        Mean, standard deviation (n - 1) and standard error of the mean.
    low, high : float
        t interval of the mean at `level`.
    level : float
        Its confidence level.
    median, minimum, maximum : float
        Middle, smallest and largest value.
    notes : tuple of Note
        What could not be computed and why.
    """

    n: int
    n_missing: int
    mean: float
    sd: float
    se: float
    low: float
    high: float
    level: float
    median: float
    minimum: float
    maximum: float
    notes: tuple[Note, ...] = ()


def drop_missing(x: ArrayLike) -> NDArray[np.float64]:
    """Return the values of a sample that are present.

    Parameters
    ----------
    x : array_like of float, shape (n,)
        Scores; NaN is missing.

    Returns
    -------
    ndarray of float
        Without the NaN.

    Examples
    --------
    >>> drop_missing([1, float("nan"), 2]).tolist()
    [1.0, 2.0]
    """
    values = np.asarray(x, dtype=np.float64).ravel()
    return values[~np.isnan(values)]


def keep_pairs(x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the pairs of which both values are present.

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        Two scores of the same people, in the same order; NaN is missing.

    Returns
    -------
    tuple of ndarray
        The two sides of the complete pairs.

    Examples
    --------
    >>> [side.tolist() for side in keep_pairs([1, 2, 3], [4, float("nan"), 6])]
    [[1.0, 3.0], [4.0, 6.0]]
    """
    first, second = np.asarray(x, dtype=np.float64).ravel(), np.asarray(y, dtype=np.float64).ravel()
    if first.shape != second.shape:
        raise ValueError(f"pairs need two samples of one length, not {first.size} and {second.size}")
    both = ~(np.isnan(first) | np.isnan(second))
    return first[both], second[both]


def measure_size(*samples: NDArray[np.float64]) -> float:
    """Return the size of the numbers at hand, against which rounding noise is judged.

    Parameters
    ----------
    *samples : ndarray of float
        Samples without missing values; empty ones do not count.

    Returns
    -------
    float
        The largest absolute mean; 0 where there is nothing.

    Examples
    --------
    >>> measure_size(np.array([-4.0, -6.0]), np.array([1.0]))
    5.0
    """
    return max((abs(float(x.mean())) for x in samples if x.size), default=0.0)


def describe_sample(x: ArrayLike, *, level: float = 0.95) -> Description:
    """Describe one sample: size, centre, spread, and a t interval of its mean.

    Parameters
    ----------
    x : array_like of float, shape (n,)
        Scores; NaN is missing and only counted.
    level : float
        Confidence level of the interval.

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
    >>> d.n, d.n_missing, d.mean, round(d.sd, 4), round(d.low, 4), round(d.high, 4)
    (4, 1, 2.5, 1.291, 0.4457, 4.5543)
    """
    values = drop_missing(x)
    n, n_missing = int(values.size), int(np.size(x)) - int(values.size)
    if n == 0:
        none = math.nan
        return Description(0, n_missing, none, none, none, none, none, level, none, none, none, (note("no_scores"),))
    mean = float(values.mean())
    sd = clear_noise(float(values.std(ddof=1)), mean) if n > 1 else math.nan
    inferred = infer_t(note("one_sample_t"), (n,), mean, sd / math.sqrt(n), n - 1.0, level=level)
    notes = () if n > 1 else (note("one_score_no_sd"),)
    if sd == 0.0:
        notes = (note("constant_no_interval"),)
    return Description(
        n=n,
        n_missing=n_missing,
        mean=mean,
        sd=sd,
        se=inferred.se,
        low=inferred.low,
        high=inferred.high,
        level=level,
        median=float(np.median(values)),
        minimum=float(values.min()),
        maximum=float(values.max()),
        notes=notes,
    )
