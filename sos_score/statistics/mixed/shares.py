"""Each level's share of the total variance, with profile-likelihood intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sos_score.statistics.arrays import Floats
from sos_score.statistics.estimate import CONFIDENCE
from sos_score.statistics.mixed.data import VarianceData
from sos_score.statistics.mixed.likelihood import profile_criterion, sum_design, sum_outcomes
from sos_score.statistics.mixed.model import VarianceFit, fit_variance
from sos_score.statistics.mixed.optimise import minimise_from, minimise_from_grid

Places = NDArray[np.intp]
Profiles = Callable[[Floats, Places, Floats | None], tuple[Floats, Floats]]
"""Profiles of (values (N,), places (N,), starts (2, N, f) or None).

The f other parameters (N, f) at which the profiles `places[i]` are lowest at `values[i]`, and their heights (N,)
there; starts, where given, are where the search may begin."""

_POINTS = 9
_TOLERANCES = {"xatol": 0.0, "xrtol": 1e-8, "fatol": 1e-7, "frtol": 0.0}  # far below what a chi-square's p would show


def find_crossings(profiles: Profiles, inside: Floats, outside: Floats, limit: float) -> Floats:
    """Find where profiles first cross a limit on the way from inside to outside an interval."""
    from scipy.optimize.elementwise import find_root

    size = inside.size
    tried = np.linspace(inside, outside, _POINTS, axis=-1)
    points, heights = profiles(tried.ravel(), np.repeat(np.arange(size), _POINTS), None)
    above, points = heights.reshape(tried.shape) > limit, points.reshape(*tried.shape, points.shape[-1])
    found = np.where(above[:, 0], inside, outside)
    crossing = np.flatnonzero(above.any(axis=1) & ~above[:, 0])
    if crossing.size == 0:
        return found
    first = above[crossing].argmax(axis=1)
    starts = np.array([points[crossing, first - 1], points[crossing, first]])

    def climb(values: Floats, numbers: Places) -> Floats:
        return profiles(values, crossing[numbers], starts[:, numbers])[1] - limit

    bracket = (tried[crossing, first - 1], tried[crossing, first])
    numbers = np.arange(crossing.size)
    found[crossing] = find_root(climb, bracket, args=(numbers,), tolerances=_TOLERANCES).x  # type: ignore[call-overload] # the stubs know no args that are arrays
    return found


RESIDUAL = "residual"
_ANGLES, _ASIDE = (0.2, 0.6, 1.0, 1.4), 0.05
_NEARLY = 1 - 1e-6  # a share is looked for up to here; beyond, the interval ends at 1


@dataclass(frozen=True, slots=True)
class ShareInterval:
    """A level's part of the total variance with its interval; "residual" is what is within groups."""

    name: str
    share: float
    low: float
    high: float


def profile_shares(
    data: VarianceData, *, level: float = CONFIDENCE, fit: VarianceFit | None = None
) -> dict[str, ShareInterval]:
    """Find profile-likelihood intervals for each level's share of the total variance, and last for the residual's.

    Notes
    -----
    The restricted likelihood (REML) is profiled directly over the share, so the interval can reach 0 but
    never leaves 0 to 1. With few sites it keeps its coverage better than percentiles of a bootstrap (see the
    simulations in the tests), so it is the one to report. No R function gives it: lme4 profiles standard
    deviations under ML only.

    Examples
    --------
    >>> from sos_score.statistics.mixed.data import variance_data
    >>> data = variance_data([1, 2, 5, 6, 9, 8], {"sites": ["a", "a", "b", "b", "c", "c"]})
    >>> sites = profile_shares(data)["sites"]
    >>> [round(value, 2) for value in (sites.low, sites.share, sites.high)]
    [0.56, 0.96, 1.0]
    """
    from scipy.stats import chi2

    if fit is None:
        fit = fit_variance(data)
    estimates = [(level.name, level.share) for level in fit.levels] + [(RESIDUAL, fit.residual_share)]
    if np.isnan(fit.residual):
        return {name: ShareInterval(name, np.nan, np.nan, np.nan) for name, _ in estimates}
    limit = fit.deviance + float(chi2.ppf(level, 1))
    known = {name: share for name, share in estimates if not np.isnan(share)}
    ends = dict(zip(known, _find_ends(data, known, limit), strict=True))
    return {name: ShareInterval(name, share, *ends.get(name, (np.nan, np.nan))) for name, share in estimates}


def _find_ends(data: VarianceData, known: Mapping[str, float], limit: float) -> list[tuple[float, float]]:
    """Find both ends of the interval of each share; 0 and 1 where the likelihood does not refuse them."""
    design = sum_design(list(data.codes), data.design)
    criterion = profile_criterion(design, sum_outcomes(design, data.outcome[None]))
    k = len(design.order)
    parts = [k if name == RESIDUAL else design.order.index(data.names.index(name)) for name in known]
    shares = np.array(list(known.values()))
    lows, highs = np.flatnonzero(shares > 0), np.flatnonzero(shares < _NEARLY)
    ends = np.concatenate([lows, highs])
    fixed = _place_first(np.array(parts, dtype=np.intp)[ends], k)

    def profile(values: Floats, places: Places, starts: Floats | None) -> tuple[Floats, Floats]:
        def constrained(angles: Floats, rows: Places) -> Floats:
            return criterion(_divide_rest(angles, values[rows], fixed[places[rows]]), 0 * rows)

        if starts is None:
            return minimise_from_grid(constrained, _ANGLES, k - 1, values.size, keep=3)
        # Away from 0 and a right angle, where the slope is 0 for reasons of symmetry alone.
        away = np.clip(np.arctan2(np.abs(np.sin(starts)), np.abs(np.cos(starts))), _ASIDE, np.pi / 2 - _ASIDE)
        return minimise_from(constrained, away)

    outside = np.concatenate([shares[lows] * 1e-6, np.full(highs.size, _NEARLY)])
    reached = find_crossings(profile, shares[ends], outside, limit)
    reached = np.where(reached == outside, np.repeat([0.0, 1.0], [lows.size, highs.size]), reached)
    low, high = np.zeros(shares.size), np.ones(shares.size)
    low[lows], high[highs] = reached[: lows.size], reached[lows.size :]
    return list(zip(low.tolist(), high.tolist(), strict=True))


def _place_first(parts: Places, k: int) -> Places:
    """Return, for each of `parts`, where k + 1 parts are found once this one is put before the others."""
    places = np.arange(k + 1)
    return np.where(places == parts[:, None], 0, places + (places < parts[:, None]))


def _divide_rest(angles: Floats, shares: Floats, places: Places) -> Floats:
    """Return ratios (..., N, k) of each level to the residual when one part, whose place is 0, has `shares` (N,).

    The residual is the last part. What is left is divided among the other k parts by the squares of the
    coordinates of a point on a sphere, at k - 1 `angles`, so that each part can have all of it or nothing.
    """
    parts = np.ones((*angles.shape[:-1], angles.shape[-1] + 2))
    parts[..., 0] = np.sqrt(shares)
    parts[..., 1:] = np.sqrt(1 - shares)[:, None]
    parts[..., 1:-1] *= np.cos(angles)
    parts[..., 2:] *= np.cumprod(np.sin(angles), axis=-1)
    sds = parts[..., np.arange(shares.size)[:, None], places]
    ratios: Floats = sds[..., :-1] / np.maximum(np.abs(sds[..., -1:]), 1e-12)
    return ratios
