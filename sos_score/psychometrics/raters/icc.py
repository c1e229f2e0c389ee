"""Intraclass correlations of ratings: six forms, one for each question asked of the raters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sos_score.notes import Note, note
from sos_score.statistics.agreement import MeanSquares, bound_agreement, find_agreement, find_mean_squares
from sos_score.statistics.estimate import CONFIDENCE


@dataclass(frozen=True, slots=True)
class IccForm:
    """One form of the intraclass correlation.

    Attributes
    ----------
    name : str
        As McGraw & Wong (1996) call it: ICC(1) one-way, ICC(A,1) absolute agreement, ICC(C,1) consistency
        of a single rater; ICC(k), ICC(A,k), ICC(C,k) of the mean of the k raters.
    shrout_fleiss : str
        As Shrout & Fleiss (1979) call it: ICC(1,1), ICC(2,1), ICC(3,1), ICC(1,k), ICC(2,k), ICC(3,k).
    icc, ci_low, ci_high : float
        The correlation and its interval.
    f, df1, df2, p : float
        F test of no differences between targets.
    """

    name: str
    shrout_fleiss: str
    icc: float
    ci_low: float
    ci_high: float
    f: float
    df1: int
    df2: int
    p: float


@dataclass(frozen=True, slots=True)
class RaterIcc:
    """The six intraclass correlations of a table of targets by raters."""

    # size of the complete table
    targets: int
    raters: int
    # mean squares of the two-way analysis of variance
    ms_targets: float
    ms_error: float
    forms: tuple[IccForm, ...]  # in the order of McGraw & Wong's names above
    notes: tuple[Note, ...]  # what could not be computed, and what to beware of

    def form(self, name: str) -> IccForm:
        """Return the form of that name, McGraw & Wong's or Shrout & Fleiss's."""
        return next(form for form in self.forms if name in {form.name, form.shrout_fleiss})


def rater_icc(matrix: ArrayLike) -> RaterIcc:
    """Return the six intraclass correlations of a table of ratings.

    Examples
    --------
    >>> table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> [round(form.icc, 2) for form in rater_icc(table).forms]
    [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    """
    x = np.asarray(matrix, dtype=float)
    if x.ndim != 2:
        raise ValueError("ratings must be a matrix of targets by raters")
    whole = x[~np.isnan(x).any(axis=1)]
    n, k = whole.shape
    squares = find_mean_squares(whole) if n > 1 and k > 1 else MeanSquares(n, k, *[np.nan] * 4)
    notes = _notes(squares)
    forms = _undefined(squares) if np.isnan(squares.targets) or squares.targets == 0 else _forms(squares)
    return RaterIcc(
        targets=n,
        raters=k,
        ms_targets=squares.targets,
        ms_error=squares.error,
        forms=forms,
        notes=notes,
    )


def _notes(s: MeanSquares) -> tuple[Note, ...]:
    if s.n < 2 or s.k < 2:
        return (note("rater_icc_too_few"),)
    if s.targets == 0:
        return (note("rater_icc_targets_equal"),)
    if s.within == 0:
        return (note("rater_icc_perfect"),)
    if s.targets < s.error:
        return (note("rater_icc_negative"),)
    return ()


def _forms(s: MeanSquares) -> tuple[IccForm, ...]:
    n, k = s.n, s.k
    one_way = _f_test(s.targets, s.within, (n - 1, n * (k - 1)))
    two_way = _f_test(s.targets, s.error, (n - 1, (n - 1) * (k - 1)))
    agreement = find_agreement(s)
    # The denominator estimates a variance; when it comes to 0 the mean of the raters has no agreement.
    variance = s.targets + (s.raters - s.error) / n
    is_some = abs(variance) > 1e-12 * (s.targets + (s.raters + s.error) / n)
    agreement_of_mean = (s.targets - s.error) / variance if is_some else np.nan
    low, high = bound_agreement(s, agreement)
    return (
        _form("ICC(1)", "ICC(1,1)", [_single(f, k) for f in one_way.ratios], one_way),
        _form("ICC(A,1)", "ICC(2,1)", [agreement, low, high], two_way),
        _form("ICC(C,1)", "ICC(3,1)", [_single(f, k) for f in two_way.ratios], two_way),
        _form("ICC(k)", "ICC(1,k)", [1 - 1 / f for f in one_way.ratios], one_way),
        _form("ICC(A,k)", "ICC(2,k)", [agreement_of_mean, _step_up(low, k), _step_up(high, k)], two_way),
        _form("ICC(C,k)", "ICC(3,k)", [1 - 1 / f for f in two_way.ratios], two_way),
    )


@dataclass(frozen=True, slots=True)
class _FTest:
    """F with the ends of its interval, degrees of freedom and p."""

    ratios: tuple[float, float, float]
    df: tuple[int, int]
    p: float


def _f_test(above: float, below: float, df: tuple[int, int]) -> _FTest:
    from scipy.special import fdtrc, fdtri

    if below == 0:
        return _FTest((np.inf, np.inf, np.inf), df, 0.0)
    f, tail = above / below, (1 + CONFIDENCE) / 2
    low = f / float(fdtri(*df, tail))
    high = f * float(fdtri(*df[::-1], tail))
    return _FTest((f, low, high), df, float(fdtrc(*df, f)))


def _form(name: str, shrout_fleiss: str, values: list[float], test: _FTest) -> IccForm:
    icc, low, high = values
    return IccForm(name, shrout_fleiss, icc, low, high, test.ratios[0], *test.df, test.p)


def _single(f: float, k: int) -> float:
    return 1.0 if np.isinf(f) else (f - 1) / (f + k - 1)


def _step_up(icc: float, k: int) -> float:
    """Return the ICC of the mean of k raters, given that of one (Spearman-Brown)."""
    below = 1 + (k - 1) * icc
    return k * icc / below if abs(below) > 1e-12 else np.nan


def _undefined(s: MeanSquares) -> tuple[IccForm, ...]:
    n, k, nan = s.n, s.k, np.nan
    one_way = _FTest((nan, nan, nan), (max(n - 1, 0), max(n * (k - 1), 0)), nan)
    two_way = _FTest((nan, nan, nan), (max(n - 1, 0), max((n - 1) * (k - 1), 0)), nan)
    names = [
        ("ICC(1)", "ICC(1,1)"),
        ("ICC(A,1)", "ICC(2,1)"),
        ("ICC(C,1)", "ICC(3,1)"),
        ("ICC(k)", "ICC(1,k)"),
        ("ICC(A,k)", "ICC(2,k)"),
        ("ICC(C,k)", "ICC(3,k)"),
    ]
    tests = (one_way, two_way, two_way) * 2
    return tuple(_form(*name, [nan, nan, nan], test) for name, test in zip(names, tests, strict=True))
