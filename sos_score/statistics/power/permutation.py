"""What an exact permutation of sites could show: its own power, not that of the t test beside it."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from sos_score.statistics.noncentral import find_detectable
from sos_score.statistics.permutation import can_reach, count_assignments, find_smallest_p, list_assignments

MOST_SIMULATED = 1000
"""Beyond so many assignments (six sites against six are 924) the t test's figure is taken."""
_DRAWS = 4000
_SEED = 20170401
_NEAR = 1e-9


@lru_cache(maxsize=64)
def detect_by_permutation(
    n_treated: int, n_contrast: int, *, alpha: float = 0.05, power: float = 0.8, sds: tuple[float, ...] = ()
) -> float:
    """Return the smallest difference between arms that an exact permutation of sites would find.

    Parameters
    ----------
    n_treated, n_contrast : int
        Sites in each arm.
    sds : tuple of float
        Standard deviation of each site's value, those of the treated sites first; none means 1 for all.

    Returns
    -------
    float
        In the units of `sds`; without them in standard deviations of the site values within arms. Infinite where p
        cannot reach `alpha`, however large the difference; NaN where an arm is empty.

    Notes
    -----
    Site values are taken as normal. Power is simulated (4000 draws with a fixed seed, so the
    effect is good to about 1%); with more than 1000 assignments the permutation test and the t test hardly differ
    (Hoeffding 1952) and the figure is the t test's.

    Examples
    --------
    >>> detect_by_permutation(2, 2), round(detect_by_permutation(4, 4), 1), round(detect_by_permutation(8, 8), 2)
    (inf, 2.9, 1.51)
    """
    smallest = find_smallest_p(n_treated, n_contrast)
    if math.isnan(smallest):
        return math.nan
    if not can_reach(smallest, alpha):
        return math.inf
    unit = math.sqrt(1.0 / n_treated + 1.0 / n_contrast)
    if count_assignments(n_treated, n_contrast) > MOST_SIMULATED:
        return find_detectable(n_treated + n_contrast - 2.0, alpha=alpha, power=power) * unit * _average(sds)
    unit *= _average(sds)
    low, high = 0.0, unit
    while find_permutation_power(n_treated, n_contrast, high, alpha=alpha, sds=sds) < power:
        low, high = high, 2.0 * high
    while high - low > 0.001 * unit:
        middle = (low + high) / 2.0
        enough = find_permutation_power(n_treated, n_contrast, middle, alpha=alpha, sds=sds) >= power
        low, high = (low, middle) if enough else (middle, high)
    return high


def _average(sds: tuple[float, ...]) -> float:
    return math.sqrt(sum(sd**2 for sd in sds) / len(sds)) if sds else 1.0


def find_permutation_power(
    n_treated: int, n_contrast: int, effect: float, *, alpha: float = 0.05, sds: tuple[float, ...] = ()
) -> float:
    """Return the chance that an exact permutation of sites gives a two-sided p of at most alpha, by simulation.

    Examples
    --------
    >>> find_permutation_power(2, 2, 100.0), find_permutation_power(4, 4, 100.0)
    (0.0, 1.0)
    """
    n = n_treated + n_contrast
    picks = list_assignments(n, n_treated)
    chosen = np.zeros((len(picks), n))
    np.put_along_axis(chosen, picks, 1.0, axis=1)
    weights = chosen / n_treated - (1.0 - chosen) / n_contrast
    values = np.random.default_rng(_SEED).normal(size=(_DRAWS, n))
    if sds:
        values *= sds
    values[:, :n_treated] += effect
    sizes = np.abs(values @ weights.T)  # the first assignment is the true one
    at_least = (sizes >= sizes[:, :1] - _NEAR).sum(axis=1)
    return float((at_least <= alpha * len(picks) + _NEAR).mean())
