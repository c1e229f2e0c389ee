"""The same people at two occasions: how stable the scores are, and whose change is more than error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sos_score.notes import Note, note
from sos_score.psychometrics.internal_consistency.error import measurement_error
from sos_score.psychometrics.raters.icc import IccForm, rater_icc
from sos_score.statistics.arrays import Floats
from sos_score.statistics.correlation import correlate_pearson

FEWEST_PEOPLE = 3
"""People with both scores below which there is no correlation."""

RELIABLE = 1.96
"""Reliable change index beyond which a change is more than error."""

BY_ERROR = 0.05
"""The share of people whom error alone takes beyond it."""


@dataclass(frozen=True, slots=True)
class Retest:
    """Stability of a score from one occasion to the next."""

    n: int  # people with both scores
    # Pearson's correlation with Fisher's interval (from four people)
    r: float
    ci_low: float
    ci_high: float
    # test of no correlation
    t: float
    df: int
    p: float
    # ICC(A,1), where a shift of the mean counts against stability, and ICC(C,1), where it does not
    agreement: IccForm
    consistency: IccForm
    # of the people with both scores
    mean_first: float
    sd_first: float
    mean_second: float
    sd_second: float
    notes: tuple[Note, ...]  # what could not be computed


@dataclass(frozen=True, slots=True)
class ReliableChange:
    """Change of each person beside the error of measurement.

    Attributes
    ----------
    sem, s_diff, critical_change : float
        Standard error of a score, of a difference of two, and the change that must be exceeded, in score
        points.
    index : ndarray of shape (n,)
        Reliable change index, second minus first; NaN where a score is missing.
    outcome : ndarray of str, shape (n,)
        "improved", "unchanged" or "deteriorated" in the direction of the scale; "" where a score is missing.
    improved, unchanged, deteriorated : int
        How the people with both scores divide.
    mean_index : float
        Mean index.
    notes : tuple of Note
        Why it could not be computed.
    """

    sem: float
    s_diff: float
    critical_change: float
    index: Floats
    outcome: NDArray[np.str_]
    improved: int
    unchanged: int
    deteriorated: int
    mean_index: float
    notes: tuple[Note, ...]


def retest(first: ArrayLike, second: ArrayLike) -> Retest:
    """Return how stable scores are from one occasion to the next.

    Examples
    --------
    >>> s = retest([1, 2, 3, 4, 6], [2, 2, 4, 4, 7])
    >>> s.n, round(s.r, 3), round(s.agreement.icc, 3)
    (5, 0.964, 0.927)
    """
    x, y = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    both = ~(np.isnan(x) | np.isnan(y))
    x, y = x[both], y[both]
    icc = rater_icc(np.column_stack([x, y]))
    r, ci_low, ci_high, t, p, notes = _correlate(x, y)
    several = len(x) > 1
    return Retest(
        n=len(x),
        r=r,
        ci_low=ci_low,
        ci_high=ci_high,
        t=t,
        df=max(len(x) - 2, 0),
        p=p,
        agreement=icc.form("ICC(A,1)"),
        consistency=icc.form("ICC(C,1)"),
        mean_first=float(x.mean()) if len(x) else np.nan,
        sd_first=float(x.std(ddof=1)) if several else np.nan,
        mean_second=float(y.mean()) if len(y) else np.nan,
        sd_second=float(y.std(ddof=1)) if several else np.nan,
        notes=(*notes, *icc.notes),
    )


def reliable_change(
    first: ArrayLike,
    second: ArrayLike,
    sd: float,
    reliability: float,
    *,
    higher_is_better: bool = True,
) -> ReliableChange:
    """Return whose change is more than the error of measurement.

    Examples
    --------
    >>> c = reliable_change([2.0, 2.5, 3.0], [3.0, 2.6, 2.0], sd=0.62, reliability=0.86)
    >>> c.outcome.tolist(), round(c.critical_change, 3)
    (['improved', 'unchanged', 'deteriorated'], 0.643)
    """
    x, y = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    error = measurement_error(sd, reliability)
    s_diff = float(np.sqrt(2) * error.sem)
    notes = error.notes
    if s_diff == 0:
        s_diff, notes = np.nan, (note("change_without_error"),)
    index = (y - x) / s_diff
    known = ~np.isnan(index)
    better = index if higher_is_better else -index
    improved, worse = better > RELIABLE, better < -RELIABLE
    outcome = np.select([~known, improved, worse], ["", "improved", "deteriorated"], "unchanged")
    return ReliableChange(
        sem=error.sem,
        s_diff=s_diff,
        critical_change=RELIABLE * s_diff,
        index=index,
        outcome=outcome,
        improved=int(improved.sum()),
        unchanged=int((outcome == "unchanged").sum()),
        deteriorated=int(worse.sum()),
        mean_index=float(index[known].mean()) if known.any() else np.nan,
        notes=notes,
    )


def difference_reliability(sds: tuple[float, float], reliabilities: tuple[float, float], r: float) -> float:
    """Return the reliability of the difference of two scores of the same people.

    Notes
    -----
    (s1^2 r11 + s2^2 r22 - 2 s1 s2 r12) / (s1^2 + s2^2 - 2 s1 s2 r12), with the reliability of each occasion and the
    correlation between them (Lord 1963). It is 0 where they correlate as much as their reliabilities allow: nobody then
    changed otherwise than others. A value below 0 is given as 0; NaN where a part is missing or nothing differs.

    Examples
    --------
    >>> round(difference_reliability((0.6, 0.5), (0.9, 0.8), 0.5), 4)
    0.7226
    """
    (s1, s2), (r1, r2) = sds, reliabilities
    common = 2 * s1 * s2 * r
    spread = s1**2 + s2**2 - common
    if np.isnan(spread) or np.isnan(r1 + r2) or spread <= 1e-12 * (s1**2 + s2**2):
        return np.nan
    return max(0.0, float((s1**2 * r1 + s2**2 * r2 - common) / spread))


def count_by_error(n: int, alpha: float = 0.05) -> tuple[float, int]:
    """Return how many of n people change reliably by error alone, and the most there are save with a small chance.

    Parameters
    ----------
    n : int
        People with both scores.
    alpha : float
        The chance that there are more than the most.

    Returns
    -------
    tuple of float and int
        0.05 n, as error alone takes 5 of 100 people beyond 1.96 errors of a difference, half of them each way; and the
        smallest number that the binomial distribution exceeds with a chance of alpha or less.

    Notes
    -----
    Errors are taken as normal and equally large for everybody. Ferguson, Robinson and Splaine (2002), Quality of Life
    Research, 11, 509-516, compare observed with expected counts so. Agrees with R's ``qbinom(1 - alpha, n, 0.05)``.

    Examples
    --------
    >>> count_by_error(40)
    (2.0, 4)
    """
    from scipy.special import bdtr

    most = 0
    while most < n and bdtr(most, n, BY_ERROR) < 1 - alpha:
        most += 1
    return BY_ERROR * n, most


def _correlate(x: Floats, y: Floats) -> tuple[float, float, float, float, float, tuple[Note, ...]]:
    """Return r, its interval, t and p, and why there is none."""
    n, nan = len(x), np.nan
    if n < FEWEST_PEOPLE:
        return nan, nan, nan, nan, nan, (note("retest_too_few", n=n, least=FEWEST_PEOPLE),)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return nan, nan, nan, nan, nan, (note("retest_constant"),)
    found = correlate_pearson(x, y)
    if abs(found.r) == 1:
        return found.r, found.r, found.r, found.statistic, found.p, ()
    notes = (note("retest_no_interval"),) if n == FEWEST_PEOPLE else ()
    return found.r, found.low, found.high, found.statistic, found.p, notes
