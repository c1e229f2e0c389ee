"""What the people inside sites imply: how sure a contrast of site means can be, however close those happen to be."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sos_score.statistics.arrays import Floats
from sos_score.statistics.estimate import clear_noise
from sos_score.statistics.regression.cluster_robust import NULL, Clusters, code_clusters

Codes = NDArray[np.intp]


def find_member_se(
    y: ArrayLike, cells: Clusters, weights: Mapping[Hashable, float], clusters: Sequence[Clusters]
) -> float:
    """Return the standard error of a contrast of cell means that comes from the members of the cells alone.

    Parameters
    ----------
    y : array_like of float, shape (n,)
        Scores, none missing.
    cells : sequence of hashable, or array of int, length n
        The cell of each score: its site, or its site and wave.
    weights : mapping
        The weight of each cell's mean in the contrast; cells without one count 0.
    clusters : sequence of sequences, each of length n
        Ways in which scores belong together (people, workers); None, or a code below 0, is a cluster of its own.

    Returns
    -------
    float
        The largest over the ways; where none can tell (a cell of one cluster), that of one variance and independent
        scores, and NaN where no cell has two scores.

    Notes
    -----
    With sites taken as they are: the cell means by least squares and the contrast's CR2 standard error for each way.
    A site mean cannot be known better than its members allow, so this is the least that a standard error of site
    means may be. Agrees with clubSandwich 0.5.8: linear_contrast(vcov = "CR2") of a model of cell means.
    Bell and McCaffrey (2002); Pustejovsky and Tipton (2018).

    Examples
    --------
    >>> y, sites = [1, 2, 3, 5, 4, 9], ["a", "a", "b", "b", "b", "b"]
    >>> round(find_member_se(y, sites, {"a": -1.0, "b": 1.0}, [range(6)]), 4)
    1.4068
    """
    scores = np.asarray(y, dtype=np.float64)
    codes, names = _name_cells(cells)
    weight = np.array([weights.get(name, 0.0) for name in names])
    size = np.bincount(codes, minlength=len(names)).astype(float)
    rest = scores - (np.bincount(codes, scores, len(names)) / size)[codes]
    noise = float(np.abs(scores).mean())
    found = [clear_noise(_find_se(rest, codes, weight, size, each), noise) for each in clusters]
    known = [se for se in found if not math.isnan(se)]
    if known:
        return max(known)
    df = scores.size - len(names)
    variance = float(rest @ rest) / df if df else math.nan
    return clear_noise(math.sqrt(variance * float((weight**2 / size).sum())), noise)


def _find_se(rest: Floats, codes: Codes, weight: Floats, size: Floats, clusters: Clusters) -> float:
    """Return the CR2 standard error of a contrast of cell means, in closed form: H_gg is of a 1 / size in each cell.

    A cluster's rows in a cell share one eigenvalue, their number over the cell's; NaN where a cluster fills a cell of
    the contrast, or where there is one cluster.
    """
    groups = code_clusters(clusters, rest.size)
    if int(groups.max(initial=-1)) < 1:
        return math.nan
    places, inside = np.unique(groups * size.size + codes, return_inverse=True)
    held, sums = np.bincount(inside), np.bincount(inside, rest)
    group, cell = np.divmod(places, size.size)
    left = 1.0 - held / size[cell]
    full = left < NULL
    if (full & (weight[cell] != 0.0)).any():
        return math.nan
    adjusted = np.where(full, 0.0, np.where(full, 1.0, left) ** -0.5) * sums * weight[cell] / size[cell]
    return math.sqrt(float((np.bincount(group, adjusted) ** 2).sum()))


def _name_cells(cells: Clusters) -> tuple[Codes, list[Hashable]]:
    """Return the cell of each row, counted from 0, and what the cells are called."""
    if isinstance(cells, np.ndarray):
        found, given = np.unique(cells, return_inverse=True)
        return given.astype(np.intp), found.tolist()
    places: dict[Hashable, int] = {}
    codes = np.array([places.setdefault(cell, len(places)) for cell in cells], dtype=np.intp)
    return codes, list(places)
