"""How wide the interval of a reliability will be with so many people, and how many a width needs."""

from __future__ import annotations

from collections.abc import Callable

from sos_score.psychometrics.internal_consistency.alpha import feldt_interval
from sos_score.psychometrics.teams.icc import find_icc_interval
from sos_score.statistics.power.solve import find_first

MOST_NEEDED = 100_000

Interval = Callable[[int], tuple[float, float]]
"""The interval that is expected with so many people."""


def expect_alpha(alpha: float, items: int) -> Interval:
    """Return what gives the interval of Cronbach's alpha where alpha comes out as expected.

    Examples
    --------
    >>> [round(end, 3) for end in expect_alpha(0.85, 5)(89)]
    [0.794, 0.894]
    """
    return lambda people: feldt_interval(alpha, people, items)


def expect_icc(icc: float, raters: int) -> Interval:
    """Return what gives the interval of ICC(1) of so many targets, each with its raters, where it is as expected.

    Examples
    --------
    >>> [round(end, 3) for end in expect_icc(0.7, 3)(67)]
    [0.591, 0.791]
    """
    f = (1 + (raters - 1) * icc) / (1 - icc)
    return lambda targets: find_icc_interval(f, raters, targets)


def find_needed(interval: Interval, width: float) -> float:
    """Return the fewest people with whom the interval is no wider than a width; NaN where 100,000 are too few.

    Notes
    -----
    The width is that of the interval that the program prints, Feldt's of alpha and the F interval of ICC(1), at the
    expected value. Agrees with statpsych's size.ci.cronbach (89 people for .85 of 5 items to .10), with Bonett's (2002)
    example of ICCs (Statistics in Medicine, 21, 1331-1335) and, within two people, with his formula for alpha (Journal
    of Educational and Behavioral Statistics, 27, 335-340).

    Examples
    --------
    >>> find_needed(expect_alpha(0.85, 5), 0.1), find_needed(expect_icc(0.7, 3), 0.2)
    (89.0, 67.0)
    """

    def is_enough(people: int) -> bool:
        low, high = interval(people)
        return high - low <= width

    return float(find_first(is_enough, MOST_NEEDED))
