"""Two one-sided tests of whether a difference is smaller than the smallest one of interest."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sos_score.statistics.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Two one-sided t tests (TOST) of one estimate."""

    p: float  # the larger of the two
    # the 1 - 2 alpha interval (90% for alpha .05), which lies inside -margin to +margin where p < alpha
    low: float
    high: float


def assess_equivalence(found: Estimate, margin: float, *, alpha: float = 0.05) -> Equivalence:
    """Test whether an estimated difference lies inside -margin to +margin.

    Parameters
    ----------
    found : Estimate
        From Welch's test, a paired test, a test of site means, or any other t test of this package.
    margin : float
        Smallest effect of interest, in the units of the estimate; above 0.
    alpha : float
        Level of each of the two one-sided tests.

    Returns
    -------
    Equivalence
        NaN throughout where the test it stands on has no p.

    Notes
    -----
    t_lower = (estimate + margin) / se, t_upper = (estimate - margin) / se, each with the df of `found`;
    p = max(P(T > t_lower), P(T < t_upper)). On Welch's test this agrees with two calls of stats::t.test
    (R 4.2.2). Schuirmann (1987); Lakens (2017).

    Examples
    --------
    >>> from sos_score.statistics.t_tests import compare_welch
    >>> r = assess_equivalence(compare_welch([4, 5, 6, 5], [5, 4, 6, 5.5]), margin=2.0)
    >>> round(r.p, 4), round(r.low, 4), round(r.high, 4)
    (0.0096, -1.2733, 1.0233)
    """
    from scipy.special import stdtr, stdtrit

    if not margin > 0:
        raise ValueError(f"the margin must be above 0, not {margin}")
    if math.isnan(found.p):
        return Equivalence(math.nan, math.nan, math.nan)
    above, below = (found.estimate + margin) / found.se, (found.estimate - margin) / found.se
    p = max(float(stdtr(found.df, -above)), float(stdtr(found.df, below)))
    half = float(stdtrit(found.df, 1.0 - alpha)) * found.se
    return Equivalence(p, found.estimate - half, found.estimate + half)
