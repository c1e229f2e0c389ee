"""Sites as the unit: their means, their changes, and what treated and contrast sites differ by."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from sos_score.notes import note
from sos_score.statistics.estimate import Estimate
from sos_score.statistics.permutation import Permutation, permute_sites
from sos_score.statistics.t_tests import compare_student


@dataclass(frozen=True, slots=True)
class SiteComparison:
    """Treated sites against contrast sites, one number a site.

    Attributes
    ----------
    test : Estimate
        Student's t test on the site values; ``n`` is (treated sites, contrast sites), df their sum less 2.
    permutation : Permutation
        Exact permutation of which sites are called treated.
    """

    test: Estimate
    permutation: Permutation


def compare_sites(values: ArrayLike, treated: ArrayLike, *, level: float = 0.95, seed: int = 0) -> SiteComparison:
    """Compare treated with contrast sites, each site counting as one.

    Parameters
    ----------
    values : array_like of float, shape (sites,)
        One number a site: its mean at a wave, or its mean change (then this is the difference in
        differences). NaN is left out.
    treated : array_like of bool, shape (sites,)
        Which sites are treated.
    level : float
        Confidence level of the t interval.
    seed : int
        Seed of the permutation, used only where there are too many assignments to list.

    Returns
    -------
    SiteComparison
        t NaN with fewer than three sites or an empty arm; the permutation needs a site in each arm.

    Notes
    -----
    t of the treated minus the contrast sites under one variance, df = sites - 2, as
    stats::t.test(var.equal = TRUE) (R 4.2.2); permutation as in `permute_sites`. Donner and Klar (2000).

    Examples
    --------
    >>> r = compare_sites([5.0, 1.0, 2.0, 6.0], [True, False, False, True])
    >>> r.test.estimate, r.test.df, round(r.test.p, 4), round(r.permutation.p, 4)
    (4.0, 2.0, 0.0299, 0.3333)
    """
    given, arm = np.asarray(values, dtype=np.float64), np.asarray(treated, dtype=bool)
    permutation = permute_sites(given, arm, seed=seed)
    test = compare_student(given[arm], given[~arm], level=level)
    return SiteComparison(replace(test, method=note("student_t_sites")), permutation)
