"""What reliability means for one person: the error of a score, and the smallest change beyond it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sos_score.notes import Note, note


@dataclass(frozen=True, slots=True)
class MeasurementError:
    """The error of one score.

    Attributes
    ----------
    sem : float
        Standard error of measurement, in score points.
    smallest_detectable_change : float
        The change of one person that measurement error alone exceeds in 5 of 100.
    notes : tuple of Note
        Why it could not be computed.
    """

    sem: float
    smallest_detectable_change: float
    notes: tuple[Note, ...]


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
