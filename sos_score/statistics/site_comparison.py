"""Sites as the unit: both directions judged by a permutation of sites, and no row surer than the people in them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from sos_score.notes import note
from sos_score.statistics.equivalence import assess_equivalence
from sos_score.statistics.estimate import Estimate, infer_t
from sos_score.statistics.permutation import Permutation, permute_sites
from sos_score.statistics.t_tests import compare_student

SHARE = 0.25
"""Of the sites, the share that an effect is taken to have at least: one in four may have all of it."""


@dataclass(frozen=True, slots=True)
class SiteComparison:
    """Treated sites against contrast sites, one number a site."""

    # Student's t test on the site values, its standard error not below `member_se`; ``n`` is (treated sites, contrast
    # sites), df their sum less 2
    test: Estimate
    permutation: Permutation  # exact permutation of which sites are called treated
    # of the difference being as large as the margin: the larger of the permutation's and of two one-sided t tests with
    # the same standard error; NaN without a margin
    p_equivalent: float = math.nan
    # the 1 - 2 alpha interval of that t test
    low: float = math.nan
    high: float = math.nan
    # the chance that the treated sites show nothing of an effect of the margin's size that a quarter of sites has
    p_missed: float = math.nan


def compare_sites(
    values: ArrayLike,
    treated: ArrayLike,
    *,
    member_se: float = math.nan,
    margin: float = math.nan,
    alpha: float = 0.05,
    seed: int = 0,
) -> SiteComparison:
    """Compare treated with contrast sites, each site counting as one.

    Parameters
    ----------
    values : array_like of float, shape (sites,)
        One number a site: its mean at a wave, or its mean change (then this is the difference in
        differences). NaN is left out.
    treated : array_like of bool, shape (sites,)
        Which sites are treated.
    member_se : float
        The standard error of the difference that the people in the sites imply (`find_member_se`); NaN where unknown.
    margin : float
        The smallest difference that matters; NaN where none is stated.
    seed : int
        Seed of the permutation, used only where there are too many assignments to list.

    Returns
    -------
    SiteComparison
        t NaN with fewer than three sites or an empty arm; the permutation needs a site in each arm.

    Notes
    -----
    t of the treated minus the contrast sites under one variance, df = sites - 2, as
    stats::t.test(var.equal = TRUE) (R 4.2.2), save that its standard error is `member_se` where that is larger: site
    means that happen to be close know no more than the people in them. Permutation as in `permute_sites`. Donner and
    Klar (2000).

    `p_missed` is (1 - s (1 - q))^k of k treated sites, s a quarter and q the largest over them of
    P(T <= (abs(d) - margin / s) / (u sqrt(1 + 1/m))), where d is a site's distance from the mean of the m contrast
    sites and u the standard deviation of a site value behind the standard error. Whether a site has an effect is then a
    matter of chance, as it is when the sites stand for others.

    Examples
    --------
    >>> r = compare_sites([5.0, 1.0, 2.0, 6.0], [True, False, False, True])
    >>> r.test.estimate, r.test.df, round(r.test.p, 4), round(r.permutation.p, 4)
    (4.0, 2.0, 0.0299, 0.3333)
    >>> r = compare_sites([5.0, 1.0, 2.0, 6.0], [True, False, False, True], member_se=2.0)
    >>> r.test.se, round(r.test.p, 4)
    (2.0, 0.1835)
    """
    given, arm = np.asarray(values, dtype=np.float64), np.asarray(treated, dtype=bool)
    permutation = permute_sites(given, arm, margin=margin, seed=seed)
    test = compare_student(given[arm], given[~arm], level=1.0 - alpha)
    method = note("student_t_sites")
    if member_se > test.se:
        floor = note("sites_floored")
        test = infer_t(method, test.n, test.estimate, member_se, test.df, level=1.0 - alpha, notes=(floor,))
    found = SiteComparison(replace(test, method=method), permutation)
    if math.isnan(margin) or math.isnan(test.p):
        return found
    tost = assess_equivalence(test, margin, alpha=alpha)
    there = ~np.isnan(given)
    missed = _find_missed(given[arm & there] - given[~arm & there].mean(), test, margin)
    return replace(
        found, p_equivalent=max(permutation.p_equivalent, tost.p), low=tost.low, high=tost.high, p_missed=missed
    )


def _find_missed(distances: np.ndarray[tuple[int, ...], np.dtype[np.float64]], test: Estimate, margin: float) -> float:
    from scipy.special import stdtr

    treated, contrast = test.n
    unit = test.se / math.sqrt(1.0 / treated + 1.0 / contrast) * math.sqrt(1.0 + 1.0 / contrast)
    unseen = float(stdtr(test.df, (np.abs(distances).max() - margin / SHARE) / unit))
    return (1.0 - SHARE * (1.0 - unseen)) ** treated
