"""Two one-sided tests of whether a difference is smaller than the smallest one of interest."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sos_score.notes import Note, note
from sos_score.statistics.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Two one-sided t tests (TOST) of one estimate.

    Attributes
    ----------
    method : Note
        "TOST on " and the test it stands on.
    n : tuple of int
        Counts of that test.
    margin : float
        The smallest effect of interest, in score units.
    alpha : float
        Level of each one-sided test.
    estimate, df : float
        As in the test it stands on.
    t_lower, p_lower : float
        Test of the difference being above -margin.
    t_upper, p_upper : float
        Test of the difference being below +margin.
    p : float
        The larger of the two.
    low, high : float
        The 1 - 2 alpha interval (90% for alpha .05).
    equivalent : bool
        Whether p < alpha, that is, the interval lies inside -margin to +margin. False where p is NaN.
    notes : tuple of Note
        Notes of the test it stands on.
    """

    method: Note
    n: tuple[int, ...]
    margin: float
    alpha: float
    estimate: float
    df: float
    t_lower: float
    p_lower: float
    t_upper: float
    p_upper: float
    p: float
    low: float
    high: float
    equivalent: bool
    notes: tuple[Note, ...] = ()


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
        NaN throughout, and not equivalent, where the test it stands on has no p.

    Notes
    -----
    t_lower = (estimate + margin) / se, t_upper = (estimate - margin) / se, each with the df of `found`;
    p = max(P(T > t_lower), P(T < t_upper)). On Welch's test this agrees with two calls of stats::t.test
    (R 4.2.2). Schuirmann (1987); Lakens (2017).

    Examples
    --------
    >>> from sos_score.statistics.t_tests import compare_welch
    >>> r = assess_equivalence(compare_welch([4, 5, 6, 5], [5, 4, 6, 5.5]), margin=2.0)
    >>> r.equivalent, round(r.p, 4)
    (True, 0.0096)
    """
    from scipy.special import stdtr, stdtrit

    if not margin > 0:
        raise ValueError(f"the margin must be above 0, not {margin}")
    t_lower = p_lower = t_upper = p_upper = p = low = high = math.nan
    if not math.isnan(found.p):
        t_lower, t_upper = (found.estimate + margin) / found.se, (found.estimate - margin) / found.se
        p_lower, p_upper = float(stdtr(found.df, -t_lower)), float(stdtr(found.df, t_upper))
        p = max(p_lower, p_upper)
        half = float(stdtrit(found.df, 1.0 - alpha)) * found.se
        low, high = found.estimate - half, found.estimate + half
    return Equivalence(
        method=note("tost", test=found.method),
        n=found.n,
        margin=margin,
        alpha=alpha,
        estimate=found.estimate,
        df=found.df,
        t_lower=t_lower,
        p_lower=p_lower,
        t_upper=t_upper,
        p_upper=p_upper,
        p=p,
        low=low,
        high=high,
        equivalent=p < alpha,
        notes=found.notes,
    )
