"""How each item of a scale does in these answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sos_score.psychometrics.internal_consistency.alpha import FEWEST_ROWS, usable_items
from sos_score.psychometrics.internal_consistency.guttman import cronbach_alpha
from sos_score.psychometrics.moments import Moments
from sos_score.statistics.arrays import Floats


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """How each item of a scale does, one value an item."""

    n: NDArray[np.int64]  # answers used
    # in answer points, under the scale's key
    mean: Floats
    sd: Floats
    # share of the answers at the lowest and at the highest response option; NaN when not counted
    floor: Floats
    ceiling: Floats
    item_rest_r: Floats  # correlation with the sum of the other items
    alpha_if_dropped: Floats  # alpha of the other items; NaN when fewer than two are left


def item_statistics(
    moments: Moments, at_minimum: ArrayLike | None = None, at_maximum: ArrayLike | None = None
) -> ItemStatistics:
    """Return the item table of a scale.

    Examples
    --------
    >>> from sos_score.psychometrics.moments import moments
    >>> t = item_statistics(moments([[1, 2, 1], [2, 2, 3], [3, 3, 3], [4, 5, 4], [5, 4, 5]]))
    >>> t.item_rest_r.round(3).tolist(), t.alpha_if_dropped.round(3).tolist()
    ([0.97, 0.809, 0.899], [0.853, 0.978, 0.909])
    """
    k = len(moments.counts)
    used = usable_items(moments)
    rest, dropped = np.full(k, np.nan), np.full(k, np.nan)
    kept = moments.select(used)
    if kept.n >= FEWEST_ROWS:
        rest[used] = item_rest_correlations(kept.covariance)
        others = [np.delete(np.arange(len(used)), i) for i in range(len(used))]
        dropped[used] = [cronbach_alpha(kept.covariance[np.ix_(o, o)]) for o in others]
    return ItemStatistics(
        n=moments.counts,
        mean=moments.means,
        sd=np.sqrt(np.diag(moments.covariance)),
        floor=_share(at_minimum, moments.counts),
        ceiling=_share(at_maximum, moments.counts),
        item_rest_r=rest,
        alpha_if_dropped=dropped,
    )


def item_rest_correlations(covariance: ArrayLike) -> Floats:
    """Return the correlation of each item with the sum of the others.

    Examples
    --------
    >>> item_rest_correlations([[1.0, 0.5], [0.5, 1.0]]).tolist()
    [0.5, 0.5]
    """
    c = np.asarray(covariance, dtype=float)
    variance, rows = np.diag(c), c.sum(axis=0)
    rest = c.sum() - 2 * rows + variance
    varies = (variance > 0) & (rest > 1e-12 * np.trace(c))
    scale = np.sqrt(np.where(varies, variance * rest, 1.0))
    return np.where(varies, np.clip((rows - variance) / scale, -1, 1), np.nan)


def _share(counts: ArrayLike | None, answers: NDArray[np.int64]) -> Floats:
    if counts is None:
        return np.full(len(answers), np.nan)
    return np.where(answers > 0, np.asarray(counts) / np.maximum(answers, 1), np.nan)
