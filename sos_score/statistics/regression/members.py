"""What the people inside sites imply: how sure a contrast of site means can be, however close those happen to be."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from sos_score.statistics.regression.cluster_robust import infer_cr2
from sos_score.statistics.regression.ols import fit_least_squares, infer_classic

CONTRAST = "contrast"


def find_member_se(
    y: ArrayLike, cells: Sequence[Hashable], weights: dict[Hashable, float], clusters: Sequence[Sequence[Hashable]]
) -> float:
    """Return the standard error of a contrast of cell means that comes from the members of the cells alone.

    Parameters
    ----------
    y : array_like of float, shape (n,)
        Scores, none missing.
    cells : sequence of hashable, length n
        The cell of each score: its site, or its site and wave.
    weights : dict
        The weight of each cell's mean in the contrast; cells without one count 0.
    clusters : sequence of sequences, each of length n
        Ways in which scores belong together (people, workers); None is a cluster of its own.

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
    names = list(dict.fromkeys(cells))
    weight = np.array([weights.get(name, 0.0) for name in names])
    places = {name: place for place, name in enumerate(names)}
    dummies = np.eye(len(names))[[places[cell] for cell in cells]]
    # In this basis the first coefficient is the contrast itself.
    others = np.linalg.svd(weight[None, :])[2][1:]
    basis = np.column_stack([weight / (weight @ weight), others.T])
    fit = fit_least_squares(y, dummies @ basis, (CONTRAST, *map(str, range(1, len(names)))))
    found = [infer_cr2(fit, each)[CONTRAST].se for each in clusters]
    known = [se for se in found if not math.isnan(se)]
    return max(known) if known else infer_classic(fit)[CONTRAST].se
