"""Likelihood-ratio tests of variances: is there any at a level, and which of two has more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sos_score.notes import Note, note
from sos_score.statistics.arrays import Floats
from sos_score.statistics.mixed.data import VarianceData
from sos_score.statistics.mixed.likelihood import profile_criterion, sum_design, sum_outcomes
from sos_score.statistics.mixed.model import STARTS, VarianceFit, fit_variance
from sos_score.statistics.mixed.optimise import minimise_ratios
from sos_score.statistics.mixed.shares import ShareInterval, VarianceShares, profile_shares

NOISE = 1e-6  # a chi-square below this is optimiser noise and counts as 0, as does lme4's


@dataclass(frozen=True, slots=True)
class LevelTest:
    """Test that one level has no variance.

    Attributes
    ----------
    log_likelihood_full, log_likelihood_reduced : float
        With and without the level.
    chi_square : float
        Twice their difference, never below 0.
    df : int
        1.
    p_mixture : float
        From the 50:50 mixture of chi-squares with 0 and 1 df, which is right because a variance cannot be
        negative; 1 at estimate 0 (Self & Liang 1987).
    p_chi2 : float
        From chi-square with 1 df: what lmerTest::ranova prints; about twice too large.
    """

    name: str
    log_likelihood_full: float
    log_likelihood_reduced: float
    chi_square: float
    df: int
    p_mixture: float
    p_chi2: float


@dataclass(frozen=True, slots=True)
class LevelTests:
    """Tests that levels have no variance, one at a time and all together.

    Attributes
    ----------
    levels : tuple of LevelTest
        As given; NaN for those that cannot be estimated.
    log_likelihood_full, log_likelihood_none : float
        With all levels and with none.
    chi_square : float
        Twice their difference.
    df : int
        Number of levels.
    p_all : float
        All variances are 0: chi-square with `df` degrees of freedom, on the cautious side.
    """

    levels: tuple[LevelTest, ...]
    log_likelihood_full: float
    log_likelihood_none: float
    chi_square: float
    df: int
    p_all: float
    notes: tuple[Note, ...]


def assess_levels(data: VarianceData, *, reml: bool = True, fit: VarianceFit | None = None) -> LevelTests:
    """Test each level's variance against 0, and all of them together, by likelihood ratio.

    Parameters
    ----------
    reml : bool
        Compare restricted (default) or full likelihoods; the fixed part is the same in both models, so both
        are valid.
    fit : VarianceFit, optional
        From `fit_variance` with the same `reml`, where it is there already.

    Returns
    -------
    LevelTests
        NaN with a note where nothing can be estimated.

    Notes
    -----
    Agrees with lme4::lmer 1.1-31 and lmerTest::ranova 3.1-3. With few groups the mixture is approximate and
    somewhat cautious.

    Examples
    --------
    >>> from sos_score.statistics.mixed.data import variance_data
    >>> data = variance_data([1, 2, 5, 6, 9, 8], {"sites": ["a", "a", "b", "b", "c", "c"]})
    >>> tests = assess_levels(data)
    >>> round(tests.levels[0].p_mixture, 4), tests.df
    (0.0035, 1)
    """
    from scipy.stats import chi2

    if fit is None:
        fit = fit_variance(data, reml=reml)
    if np.isnan(fit.residual):
        return LevelTests(
            levels=tuple(_test_nothing(name) for name in data.all_names),
            log_likelihood_full=np.nan,
            log_likelihood_none=np.nan,
            chi_square=np.nan,
            df=len(data.names),
            p_all=np.nan,
            notes=fit.notes,
        )
    full, k = fit.log_likelihood, len(data.names)
    without = np.array([np.delete(np.eye(k), place, axis=0) for place in range(k)])
    *reduced, none = (-_find_deviances(data, without, reml=reml) / 2).tolist()
    tests = {name: _test_level(name, full, each) for name, each in zip(data.names, reduced, strict=True)}
    chi_square = _double(full - none)
    return LevelTests(
        levels=tuple(tests.get(name) or _test_nothing(name) for name in data.all_names),
        log_likelihood_full=full,
        log_likelihood_none=none,
        chi_square=chi_square,
        df=k,
        p_all=float(chi2.sf(chi_square, k)),
        notes=data.notes,
    )


def _find_deviances(data: VarianceData, conditions: Floats, *, reml: bool) -> Floats:
    """Find -2 log-likelihood at its best under each condition and, last, without any variance between groups.

    A condition (k - 1, k) makes the ratios of the k levels, as given, from k - 1 that are free.
    """
    design = sum_design(list(data.codes), data.design)
    criterion = profile_criterion(design, sum_outcomes(design, data.outcome[None]), reml=reml)
    ordered = conditions[..., list(design.order)]
    size, free, k = ordered.shape

    def conditional(points: Floats, rows: NDArray[np.intp]) -> Floats:
        return criterion((points[..., None, :] @ ordered[rows])[..., 0, :], rows)

    best = minimise_ratios(conditional, free, size, keep=STARTS)[1]
    return np.append(best, criterion(np.zeros((1, k)), np.zeros(1, dtype=np.intp)))


def _double(gain: float) -> float:
    return 2 * gain if 2 * gain > NOISE else 0.0


def _test_level(name: str, full: float, reduced: float) -> LevelTest:
    from scipy.stats import chi2

    chi_square = _double(full - reduced)
    p = float(chi2.sf(chi_square, 1))
    return LevelTest(name, full, reduced, chi_square, 1, p / 2 if chi_square > 0 else 1.0, p)


def _test_nothing(name: str) -> LevelTest:
    return LevelTest(name, np.nan, np.nan, np.nan, 1, np.nan, np.nan)


@dataclass(frozen=True, slots=True)
class LevelComparison:
    """Which of two levels accounts for more of the variance.

    Attributes
    ----------
    share_first, share_second : float
        Parts of the total variance.
    low_first, high_first, low_second, high_second : float
        Their profile-likelihood intervals.
    difference : float
        First share minus second share.
    chi_square, p : float
        Likelihood-ratio test (1 df) that the two variances are equal.
    answer : Note
        ``levels_apart``, ``levels_not_apart`` or, where it cannot be said, ``levels_unknown``.
    """

    first: str
    second: str
    share_first: float
    share_second: float
    low_first: float
    high_first: float
    low_second: float
    high_second: float
    difference: float
    chi_square: float
    p: float
    answer: Note
    notes: tuple[Note, ...]


def compare_levels(
    data: VarianceData,
    first: str,
    second: str,
    *,
    level: float = 0.95,
    shares: VarianceShares | None = None,
    fit: VarianceFit | None = None,
) -> LevelComparison:
    """Say which of two levels accounts for more of the variance, or that the data cannot tell.

    Notes
    -----
    The restricted likelihood is maximised with and without the condition that both variances are equal; twice
    the difference is referred to chi-square with 1 df. Intervals are those of `profile_shares`.
    """
    from scipy.stats import chi2

    if not {first, second} <= set(data.all_names) or first == second:
        raise ValueError("first and second must be two of the levels")
    if fit is None:
        fit = fit_variance(data)
    if shares is None:
        shares = profile_shares(data, level=level, fit=fit)
    one, two = shares.level(first), shares.level(second)
    chi_square = np.nan
    if np.isfinite([one.share, two.share]).all():
        chi_square = _double((_find_deviance_when_equal(data, first, second) - fit.deviance) / 2)
    p = float(chi2.sf(chi_square, 1))
    return LevelComparison(
        first=first,
        second=second,
        share_first=one.share,
        share_second=two.share,
        low_first=one.low,
        high_first=one.high,
        low_second=two.low,
        high_second=two.high,
        difference=one.share - two.share,
        chi_square=chi_square,
        p=p,
        answer=_answer_larger(one, two, is_apart=None if np.isnan(p) else p < 1 - level),
        notes=shares.notes,
    )


def _answer_larger(one: ShareInterval, two: ShareInterval, *, is_apart: bool | None) -> Note:
    if is_apart is None:
        return note("levels_unknown", first=one.name, second=two.name)
    first, second = ((each.name, each.share, each.low, each.high) for each in (one, two))
    return note("levels_apart" if is_apart else "levels_not_apart", first=first, second=second)


def _find_deviance_when_equal(data: VarianceData, first: str, second: str) -> float:
    """-2 restricted log-likelihood at its best when two levels have one variance."""
    kept, dropped = data.names.index(first), data.names.index(second)
    equal = np.delete(np.eye(len(data.names)), dropped, axis=0)
    equal[:, dropped] = equal[:, kept]
    return float(_find_deviances(data, equal[None], reml=True)[0])
