"""Where profile likelihoods cross the limit that ends an interval."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Places = NDArray[np.intp]
Profiles = Callable[[Array, Places, Array | None], tuple[Array, Array]]
"""Profiles of (values (N,), places (N,), starts (2, N, f) or None).

The f other parameters (N, f) at which the profiles `places[i]` are lowest at `values[i]`, and their heights (N,)
there; starts, where given, are where the search may begin."""

_POINTS = 9
_TOLERANCES = {"xatol": 0.0, "xrtol": 1e-8, "fatol": 1e-7, "frtol": 0.0}  # far below what a chi-square's p would show


def find_crossings(profiles: Profiles, inside: Array, outside: Array, limit: float) -> Array:
    """Find where profiles first cross a limit on the way from inside to outside an interval.

    Parameters
    ----------
    profiles : function of (values, places, starts)
    inside, outside : array (E,)
        For each profile, a value that is in the interval, and where to look to.
    limit : float
        Height of a profile at the ends of its interval.

    Returns
    -------
    array (E,)
        `outside` where the limit is not reached. Steps of an eighth of the way find the first crossing; then
        Chandrupatla's method (1997; scipy.optimize.elementwise) finds its place.
    """
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

    def climb(values: Array, numbers: Places) -> Array:
        return profiles(values, crossing[numbers], starts[:, numbers])[1] - limit

    bracket = (tried[crossing, first - 1], tried[crossing, first])
    numbers = np.arange(crossing.size)
    found[crossing] = find_root(climb, bracket, args=(numbers,), tolerances=_TOLERANCES).x  # type: ignore[call-overload] # the stubs know no args that are arrays
    return found
