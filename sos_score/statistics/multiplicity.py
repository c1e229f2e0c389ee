"""p values adjusted for how many were looked at."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sos_score.statistics.arrays import Floats

METHODS = ("holm", "bonferroni", "bh", "none")


def adjust_p(p: ArrayLike, method: str = "holm") -> Floats:
    """Adjust the p values of one family of tests.

    Parameters
    ----------
    p : array_like of float, shape (tests,)
        Unadjusted p values. A NaN (a test that could not be run) stays NaN and does not count in the family.
    method : str
        "holm" or "bonferroni" for the family-wise error rate, "bh" (Benjamini-Hochberg) for the false
        discovery rate, "none".

    Returns
    -------
    ndarray of float, shape (tests,)
        Adjusted p values in the order given, at most 1.

    Notes
    -----
    With m p values in ascending order: Bonferroni m p; Holm the running maximum of (m - i + 1) p_i;
    Benjamini-Hochberg the running minimum, from the top, of m p_i / i. Agrees with stats::p.adjust (R 4.2.2);
    statsmodels' multipletests counts a NaN as a test. Holm (1979); Benjamini and Hochberg (1995).

    Examples
    --------
    >>> adjust_p([0.01, 0.02, float("nan"), 0.03, 0.04]).tolist()
    [0.04, 0.06, nan, 0.06, 0.06]
    """
    given = np.asarray(p, dtype=np.float64)
    adjusted = given.copy()
    there = np.flatnonzero(~np.isnan(given))
    order = there[np.argsort(given[there], kind="stable")]
    ranked, m = given[order], there.size
    rank = np.arange(1, m + 1)
    if method == "holm":
        adjusted[order] = np.maximum.accumulate((m - rank + 1) * ranked)
    elif method == "bonferroni":
        adjusted[order] = m * ranked
    elif method == "bh":
        adjusted[order] = np.minimum.accumulate((m * ranked / rank)[::-1])[::-1]
    elif method != "none":
        raise ValueError(f"method must be one of {', '.join(METHODS)}, not {method!r}")
    return np.minimum(adjusted, 1.0)
