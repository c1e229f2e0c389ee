"""Profile-likelihood intervals for the standard deviations and fixed effects of a random-intercept model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from sos_score.statistics.mixed.data import VarianceData
from sos_score.statistics.mixed.likelihood import profile_criterion, sum_design, sum_outcomes, weigh
from sos_score.statistics.mixed.model import find_variances, fit_variance
from sos_score.statistics.mixed.optimise import minimise, minimise_ratios
from sos_score.statistics.mixed.shares import Places, find_crossings

Array = NDArray[np.float64]
Profile = Callable[[Array], Array]
RESIDUAL = "residual"


@dataclass(frozen=True, slots=True)
class ProfileInterval:
    """Profile-likelihood interval of one parameter: a level, "residual", or "fixed_0", "fixed_1", ..."""

    name: str
    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ProfileIntervals:
    """Profile-likelihood intervals of standard deviations (score points) and of fixed effects, with notes."""

    intervals: tuple[ProfileInterval, ...]
    confidence: float
    notes: tuple[str, ...]


def profile_intervals(data: VarianceData, *, confidence: float = 0.95) -> ProfileIntervals:
    """Find profile-likelihood intervals for standard deviations and fixed effects.

    Parameters
    ----------
    data : VarianceData
        From `variance_data`.
    confidence : float

    Returns
    -------
    ProfileIntervals
        Estimates are those of maximum likelihood (not REML), as in lme4.

    Notes
    -----
    The interval holds the values whose -2 log-likelihood, at its best over all other parameters, is within
    the chi-square (1 df) quantile of the minimum; a lower limit of 0 is the boundary. Agrees with
    lme4::confint.merMod(method = "profile") 1.1-31 to about 1e-3.
    """
    from scipy.stats import chi2

    fit = fit_variance(data, reml=False)
    p = data.design.shape[1]
    if np.isnan(fit.residual):
        names = [*data.all_names, RESIDUAL, *(f"fixed_{j}" for j in range(p))]
        empty = tuple(ProfileInterval(name, np.nan, np.nan, np.nan) for name in names)
        return ProfileIntervals(empty, confidence, fit.notes)
    limit = fit.deviance + float(chi2.ppf(confidence, 1))
    step = fit.total**0.5 / 2
    found = []
    for level in fit.levels:
        low = high = np.nan
        if level.name in data.names:
            low, high = _find_limits(_profile_sd(data, data.names.index(level.name)), level.sd, step, limit)
        found.append(ProfileInterval(level.name, level.sd, low, high))
    sigma = fit.residual**0.5
    found.append(ProfileInterval(RESIDUAL, sigma, *_find_limits(_profile_sd(data, -1), sigma, step, limit)))
    for j, (estimate, se) in enumerate(zip(fit.coefficients, fit.se, strict=True)):
        profile = _profile_coefficient(data, j)
        high = _cross(profile, float(estimate), float(se), limit)
        low = _cross(profile, float(estimate), -float(se), limit)
        found.append(ProfileInterval(f"fixed_{j}", float(estimate), low, high))
    return ProfileIntervals(tuple(found), confidence, fit.notes)


def _profile_sd(data: VarianceData, place: int) -> Profile:
    """Make -2 log-likelihood, at its best otherwise, a function of a level's SD (-1: the residual's)."""
    design = sum_design(list(data.codes), data.design)
    sums = sum_outcomes(design, data.outcome[None])
    k = len(design.order)
    sigma = float(find_variances(data, reml=False)[1]) ** 0.5
    fixed = design.order.index(place) if place >= 0 else k
    free = [j for j in range(k) if j != fixed]

    def profile(values: Array) -> Array:
        def criterion(points: Array, rows: NDArray[np.intp]) -> Array:
            residual = values[rows] + 0 * points[..., -1] if place < 0 else sigma * np.exp(points[..., -1])
            theta = np.empty((*points.shape[:-1], k))
            theta[..., free] = points[..., : len(free)]
            if place >= 0:
                theta[..., fixed] = values[rows] / residual
            terms = weigh(design, sums, theta)
            value: Array = terms.log_det + design.n * np.log(2 * np.pi * residual**2) + terms.squares / residual**2
            return value

        starts = np.array(list(product((0.15, 0.5, 1.5), repeat=len(free))))
        starts = np.column_stack([starts, np.zeros(len(starts))])
        rows = np.tile(np.arange(values.size), len(starts))
        reached = minimise(criterion, np.repeat(starts, values.size, axis=0), rows)[1]
        best: Array = reached.reshape(len(starts), values.size).min(axis=0)
        return best

    return profile


def _profile_coefficient(data: VarianceData, column: int) -> Profile:
    """Make -2 log-likelihood as a function of one fixed effect, at its best otherwise."""
    design = sum_design(list(data.codes), np.delete(data.design, column, axis=1))

    def profile(values: Array) -> Array:
        sums = sum_outcomes(design, data.outcome - values[:, None] * data.design[:, column])
        return minimise_ratios(profile_criterion(design, sums, reml=False), len(design.order), values.size, keep=3)[1]

    return profile


def _find_limits(profile: Profile, estimate: float, step: float, limit: float) -> tuple[float, float]:
    """Find both ends of an interval for a parameter that cannot be below 0."""
    low = 0.0
    if estimate > 0 and profile(np.array([estimate * 1e-6]))[0] > limit:
        low = _refine(profile, estimate, estimate * 1e-6, limit)
    return low, _cross(profile, estimate, step, limit)


def _cross(profile: Profile, start: float, step: float, limit: float) -> float:
    """Find where the profile crosses the limit, from `start` in the direction of `step`; or infinity."""
    tried = start + step * np.exp2(np.arange(-1.0, 9.0))
    beyond = np.flatnonzero(profile(tried) > limit)
    if beyond.size == 0:
        return float(np.sign(step) * np.inf)
    outer = int(beyond[0])
    return _refine(profile, start if outer == 0 else float(tried[outer - 1]), float(tried[outer]), limit)


def _refine(profile: Profile, inside: float, outside: float, limit: float) -> float:
    def look(values: Array, _places: Places, _starts: Array | None) -> tuple[Array, Array]:
        return np.empty((values.size, 0)), profile(values)

    return float(find_crossings(look, np.array([inside]), np.array([outside]), limit)[0])
