"""Likelihood-ratio tests of variances: is there any at a level, and which of two has more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sos_score.notes import Note, note
from sos_score.statistics.arrays import Floats
from sos_score.statistics.estimate import CONFIDENCE
from sos_score.statistics.mixed.data import VarianceData
from sos_score.statistics.mixed.likelihood import profile_criterion, sum_design, sum_outcomes
from sos_score.statistics.mixed.model import VarianceFit, fit_variance
from sos_score.statistics.mixed.optimise import minimise_ratios
from sos_score.statistics.mixed.shares import ShareInterval, profile_shares

NOISE = 1e-6  # a chi-square below this is optimiser noise and counts as 0, as does lme4's


@dataclass(frozen=True, slots=True)
class LevelTest:
    """Likelihood-ratio test that one level has no variance; NaN where it cannot be estimated.

    Attributes
    ----------
    chi_square : float
        Twice the difference of the log-likelihoods with and without the level (1 df), never below 0.
    p : float
        From the 50:50 mixture of chi-squares with 0 and 1 df, which is right because a variance cannot be
        negative; 1 at estimate 0 (Self & Liang 1987).
    """

    chi_square: float
    p: float


def assess_levels(data: VarianceData, fit: VarianceFit) -> dict[str, LevelTest]:
    """Test each level's variance against 0 by likelihood ratio, `fit` being the model that `fit_variance` made.

    Notes
    -----
    Agrees with lme4::lmer 1.1-31 and lmerTest::ranova 3.1-3. With few groups the mixture is approximate and
    somewhat cautious.

    Examples
    --------
    >>> from sos_score.statistics.mixed.data import variance_data
    >>> data = variance_data([1, 2, 5, 6, 9, 8], {"sites": ["a", "a", "b", "b", "c", "c"]})
    >>> round(assess_levels(data, fit_variance(data))["sites"].p, 4)
    0.0035
    """
    from scipy.stats import chi2

    tests = dict.fromkeys(data.all_names, LevelTest(np.nan, np.nan))
    if np.isnan(fit.residual):
        return tests
    k = len(data.names)
    without = np.array([np.delete(np.eye(k), place, axis=0) for place in range(k)])
    for name, reduced in zip(data.names, _find_deviances(data, without).tolist(), strict=True):
        chi_square = _drop_noise(reduced - fit.deviance)
        tests[name] = LevelTest(chi_square, float(chi2.sf(chi_square, 1)) / 2 if chi_square > 0 else 1.0)
    return tests


def _find_deviances(data: VarianceData, conditions: Floats) -> Floats:
    """Find -2 log-likelihood at its best under each condition.

    A condition (k - 1, k) makes the ratios of the k levels, as given, from k - 1 that are free.
    """
    design = sum_design(list(data.codes), data.design)
    criterion = profile_criterion(design, sum_outcomes(design, data.outcome[None]))
    ordered = conditions[..., list(design.order)]
    size, free, _ = ordered.shape

    def conditional(points: Floats, rows: NDArray[np.intp]) -> Floats:
        return criterion((points[..., None, :] @ ordered[rows])[..., 0, :], rows)

    return minimise_ratios(conditional, free, size)[1]


def _drop_noise(chi_square: float) -> float:
    return chi_square if chi_square > NOISE else 0.0


@dataclass(frozen=True, slots=True)
class LevelComparison:
    """Which of two levels accounts for more of the variance."""

    difference: float  # first share minus second share
    # Likelihood-ratio test (1 df) that the two variances are equal
    chi_square: float
    p: float
    answer: Note  # ``levels_apart``, ``levels_not_apart`` or, where it cannot be said, ``levels_unknown``


def compare_levels(
    data: VarianceData,
    first: str,
    second: str,
    *,
    shares: Mapping[str, ShareInterval] | None = None,
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
        shares = profile_shares(data, fit=fit)
    one, two = shares[first], shares[second]
    chi_square = np.nan
    if np.isfinite([one.share, two.share]).all():
        chi_square = _drop_noise(_find_deviance_when_equal(data, first, second) - fit.deviance)
    p = float(chi2.sf(chi_square, 1))
    return LevelComparison(
        difference=one.share - two.share,
        chi_square=chi_square,
        p=p,
        answer=_answer_larger(one, two, is_apart=None if np.isnan(p) else p < 1 - CONFIDENCE),
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
    return float(_find_deviances(data, equal[None])[0])
