"""Agreement of any number of raters, with gaps: Krippendorff's alpha."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from sos_score.notes import Note, note
from sos_score.statistics.arrays import Floats

Metric = Literal["nominal", "ordinal", "interval"]


@dataclass(frozen=True, slots=True)
class KrippendorffAlpha:
    """Krippendorff's alpha."""

    metric: Metric  # what counts as how far apart
    alpha: float  # 1 is perfect agreement, 0 is chance
    targets: int  # targets with at least two ratings; the others carry nothing
    notes: tuple[Note, ...]  # why there is none


def krippendorff_alpha(matrix: ArrayLike, metric: Metric = "ordinal") -> KrippendorffAlpha:
    """Return Krippendorff's alpha of a table of ratings.

    Examples
    --------
    >>> nan = float("nan")
    >>> round(krippendorff_alpha([[1, 1, nan], [2, 3, 2], [3, 3, 3], [nan, 1, nan]], "nominal").alpha, 3)
    0.65
    """
    x = np.asarray(matrix, dtype=float)
    if x.ndim != 2:
        raise ValueError("ratings must be a matrix of targets by raters")
    x = x[(~np.isnan(x)).sum(axis=1) >= 2]
    options = np.unique(x[~np.isnan(x)])
    counts = (x[:, :, None] == options).sum(axis=1).astype(float)
    each, total = counts.sum(axis=1), float(counts.sum())
    if len(options) < 2:
        why = note("krippendorff_nothing_shared" if total == 0 else "krippendorff_constant")
        return KrippendorffAlpha(metric, np.nan, len(x), (why,))
    weights = counts / (each - 1)[:, None]
    coincidences = weights.T @ counts - np.diag(weights.sum(axis=0))
    margin = counts.sum(axis=0)
    distance = _distance(options, margin, metric)
    observed = float((coincidences * distance).sum() / total)
    expected = float(margin @ distance @ margin / (total * (total - 1)))
    return KrippendorffAlpha(metric, 1 - observed / expected, len(x), ())


def _distance(options: Floats, margin: Floats, metric: Metric) -> Floats:
    """Return the squared distance between every two options."""
    if metric == "nominal":
        return 1.0 - np.eye(len(options))
    if metric == "interval":
        return np.asarray(np.subtract.outer(options, options) ** 2, dtype=float)
    # Midpoint ranks: the ratings between two options, half of each end included.
    rank = np.cumsum(margin) - margin / 2
    return np.asarray(np.subtract.outer(rank, rank) ** 2, dtype=float)
