"""What reliability means for one person: the error of a score, and the smallest change beyond it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sos_score.notes import Note, note
from sos_score.statistics.arrays import Floats


@dataclass(frozen=True, slots=True)
class MeasurementError:
    """The error of one score."""

    sem: float  # standard error of measurement, in score points
    smallest_detectable_change: float  # the change of one person that measurement error alone exceeds in 5 of 100
    notes: tuple[Note, ...]  # why it could not be computed


def measurement_error(sd: float, coefficient: float) -> MeasurementError:
    """Return the standard error of measurement of a score and the smallest change beyond it.

    Examples
    --------
    >>> e = measurement_error(0.62, 0.86)
    >>> round(e.sem, 6), round(e.smallest_detectable_change, 6)
    (0.231983, 0.643023)
    """
    if np.isnan(coefficient) or np.isnan(sd):
        return MeasurementError(np.nan, np.nan, (note("error_unknown"),))
    if not 0 <= coefficient <= 1:
        return MeasurementError(np.nan, np.nan, (note("error_reliability_outside"),))
    sem = float(sd * np.sqrt(1 - coefficient))
    return MeasurementError(sem, float(1.96 * np.sqrt(2) * sem), ())


def person_error_variances(answers: ArrayLike) -> Floats:
    """Return the error variance of each person's mean of all items, from how unevenly the person answers them.

    Parameters
    ----------
    answers : array of shape (people, items)
        Codes, all pointing the same way. No missing answers; two people and two items at least.

    Returns
    -------
    ndarray of shape (people,)
        In squared points of the mean. One person's is very rough: take the mean of people with like scores.

    Notes
    -----
    Of what a person's answers differ by, beyond how much the items differ for everybody: d = x - its person's mean -
    its item's mean + the mean of all. The variance is sum(d^2) / (n (n - 1)) N / (N - 1) for n items and N people: the
    conditional error variance of Feldt and Qualls (1996), Journal of Educational Measurement, 33, 141-156, which is
    Brennan's (1998) for relative error, Applied Psychological Measurement, 22, 307-331. Its mean over all people is
    that of the mean score times 1 - alpha. For items of equal difficulty with two answers it is Lord's binomial error
    variance. Agrees with R 4.2.2 (residuals of ``lm(answer ~ person + item)``).

    Examples
    --------
    >>> person_error_variances([[1, 2, 3], [2, 2, 2], [5, 4, 3]]).round(4).tolist()
    [0.5, 0.0, 0.5]
    """
    x = np.asarray(answers, dtype=float)
    people, items = x.shape
    d = x - x.mean(axis=1, keepdims=True) - x.mean(axis=0, keepdims=True) + x.mean()
    variances: Floats = (d**2).sum(axis=1) / (items * (items - 1)) * people / (people - 1)
    return variances
