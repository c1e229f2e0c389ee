"""How much attrition may bias a comparison of two arms: the boundaries of the What Works Clearinghouse."""

from __future__ import annotations

import math
from dataclasses import dataclass

CAUTIOUS = (
    5.7, 5.8, 5.9, 5.9, 6.0, 6.1, 6.2, 6.3, 6.3, 6.3, 6.3, 6.2, 6.2, 6.1, 6.0, 5.9, 5.9, 5.8, 5.7, 5.5, 5.4, 5.3, 5.2,
    5.1, 4.9, 4.8, 4.7, 4.5, 4.4, 4.3, 4.1, 4.0, 3.8, 3.6, 3.5, 3.3, 3.2, 3.1, 2.9, 2.8, 2.6, 2.5, 2.3, 2.1, 2.0, 1.8,
    1.6, 1.5, 1.3, 1.2, 1.0, 0.9, 0.7, 0.6, 0.4, 0.3, 0.2, 0.0,
)  # fmt: skip
OPTIMISTIC = (
    10.0, 10.1, 10.2, 10.3, 10.4, 10.5, 10.7, 10.8, 10.9, 10.9, 10.9, 10.9, 10.9, 10.9, 10.8, 10.8, 10.7, 10.6, 10.5,
    10.3, 10.2, 10.0, 9.9, 9.7, 9.5, 9.4, 9.2, 9.0, 8.8, 8.6, 8.4, 8.2, 8.0, 7.8, 7.6, 7.4, 7.2, 7.0, 6.7, 6.5, 6.3,
    6.0, 5.8, 5.6, 5.3, 5.1, 4.9, 4.6, 4.4, 4.2, 3.9, 3.7, 3.5, 3.2, 3.0, 2.8, 2.6, 2.3,
)  # fmt: skip
"""The highest differential attrition that counts as low, in percentage points, at 0% to 57% overall attrition."""

_LAST = len(CAUTIOUS) - 1
_NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class Attrition:
    """Attrition of two arms against the boundaries."""

    # the share lost of both arms together, and the first arm's share less the second's
    overall: float
    differential: float
    # the highest differential attrition that counts as low, as a share; NaN beyond the table
    cautious: float
    optimistic: float
    # whether attrition is low under that assumption; None beyond the table, where that is not known
    is_low_cautious: bool
    is_low_optimistic: bool | None


def assess_attrition(started: tuple[int, int], lost: tuple[int, int]) -> Attrition:
    """Hold the attrition of two arms against the boundaries of the What Works Clearinghouse.

    Parameters
    ----------
    started, lost : tuple of int
        How many began in each arm, and how many of them have no outcome.

    Returns
    -------
    Attrition
        At an overall rate between two whole percentages the lower of their boundaries holds.

    Notes
    -----
    What Works Clearinghouse (2017), Standards Handbook, version 4.0, Table II.1. The boundaries follow from the model
    of Deke and Chiang (2017), Evaluation Review, 41(2), 130-154: attrition is low where its bias is at most about .05
    standard deviations. Cautious is for attrition that may be due to the intervention, optimistic for attrition that
    has little to do with it. The boundaries are those of 0% to 57% overall; cautiously, more than that is high.

    Examples
    --------
    >>> found = assess_attrition((100, 100), (10, 18))
    >>> found.overall, round(found.differential, 2), found.is_low_cautious, found.is_low_optimistic
    (0.14, -0.08, False, True)
    """
    if min(started) < 1 or any(not 0 <= gone <= all_ for gone, all_ in zip(lost, started, strict=True)):
        raise ValueError("each arm must begin with somebody, and nobody else can be lost")
    overall = sum(lost) / sum(started)
    differential = lost[0] / started[0] - lost[1] / started[1]
    percent = 100.0 * overall
    places = {math.floor(percent + _NOISE), math.ceil(percent - _NOISE)}
    gap = 100.0 * abs(differential) - _NOISE
    if max(places) > _LAST:
        is_low = None if gap <= OPTIMISTIC[_LAST] else False
        return Attrition(overall, differential, math.nan, math.nan, is_low_cautious=False, is_low_optimistic=is_low)
    cautious, optimistic = (min(bounds[place] for place in places) for bounds in (CAUTIOUS, OPTIMISTIC))
    return Attrition(
        overall, differential, cautious / 100.0, optimistic / 100.0, gap <= cautious, gap <= optimistic
    )  # fmt: skip
