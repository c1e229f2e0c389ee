"""Sites as the unit: their means, their changes, and what treated and contrast sites differ by."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

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


def average_sites(y: ArrayLike, sites: Sequence[Hashable]) -> dict[Hashable, float]:
    """Average the scores of each site.

    Parameters
    ----------
    y : array_like of float, shape (n,)
        Scores; NaN is left out.
    sites : sequence of hashable, length n
        Site of each score.

    Returns
    -------
    dict of hashable to float
        Mean of each site in order of appearance; NaN for a site without a score.

    Examples
    --------
    >>> average_sites([1, 3, 5, float("nan")], ["north", "north", "south", "south"])
    {'north': 2.0, 'south': 5.0}
    """
    scores = np.asarray(y, dtype=np.float64)
    if len(sites) != scores.size:
        raise ValueError(f"one site a score is needed, not {len(sites)} for {scores.size}")
    held: dict[Hashable, list[float]] = {}
    for site, score in zip(sites, scores.tolist(), strict=True):
        present = held.setdefault(site, [])
        if not math.isnan(score):
            present.append(score)
    return {site: float(np.mean(present)) if present else math.nan for site, present in held.items()}


def average_changes(y: ArrayLike, sites: Sequence[Hashable], post: ArrayLike) -> dict[Hashable, float]:
    """Return the change of each site's mean between the waves, everyone who answered counting.

    Parameters
    ----------
    y : array_like of float, shape (n,)
        Scores of both waves; NaN is left out.
    sites : sequence of hashable, length n
        Site of each score.
    post : array_like of bool, shape (n,)
        Whether a score is of the second wave.

    Returns
    -------
    dict of hashable to float
        Mean at the second wave minus mean at the first; NaN for a site without scores in one of them.

    Examples
    --------
    >>> average_changes([1, 3, 5], ["north", "north", "north"], [False, False, True])
    {'north': 3.0}
    """
    scores, later = np.asarray(y, dtype=np.float64), np.asarray(post, dtype=bool)
    after = average_sites(np.where(later, scores, np.nan), sites)
    before = average_sites(np.where(later, np.nan, scores), sites)
    return {site: after[site] - before[site] for site in after}


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
    return SiteComparison(replace(test, method="Student t on sites"), permutation)
