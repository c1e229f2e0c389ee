"""Did the arms change differently: difference in differences of people, and analysis of covariance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sos_score.statistics.arrays import Floats
from sos_score.statistics.estimate import Estimate
from sos_score.statistics.regression.cluster_robust import Clusters, infer_cr2
from sos_score.statistics.regression.ols import LeastSquares, fit_least_squares, infer_classic, infer_hc3

TERMS = ("intercept", "treated", "post", "treated:post")


@dataclass(frozen=True, slots=True)
class PeopleDid:
    """Difference in differences of people under three sets of standard errors."""

    # scores: (contrast first wave, treated first wave, contrast second wave, treated second wave)
    n: tuple[int, int, int, int]
    means: tuple[float, float, float, float]  # their means, in the same order; NaN for an empty cell
    hc3: Estimate  # independent scores, robust to unequal variances
    # clustered on site and on person, small-sample corrected, Satterthwaite df
    cr2_site: Estimate
    cr2_person: Estimate


@dataclass(frozen=True, slots=True)
class Ancova:
    """Second-wave scores of linked people, adjusted for their first."""

    n: tuple[int, int]  # linked people: (treated, contrast)
    effect: Estimate  # treated minus contrast at the same first-wave score
    slopes_p: float  # p of the slopes differing between arms; a small one speaks against one adjusted difference


def fit_changes(y: ArrayLike, treated: ArrayLike, post: ArrayLike) -> LeastSquares:
    """Regress scores without NaN on arm, wave and their product; `TERMS` names the coefficients."""
    arm, later = (np.asarray(v, dtype=bool).astype(np.float64) for v in (treated, post))
    return fit_least_squares(y, np.column_stack([np.ones(arm.size), arm, later, arm * later]), TERMS)


def compare_changes(
    y: ArrayLike,
    treated: ArrayLike,
    post: ArrayLike,
    sites: Clusters,
    people: Clusters,
) -> PeopleDid:
    """Estimate the difference in differences on people.

    Parameters
    ----------
    y : array_like of float, shape (n,)
        Scores of both waves; NaN is dropped.
    treated, post : array_like of bool, shape (n,)
        Arm and wave of each score.
    sites, people : sequence of hashable, or array of int, length n
        Site and person of each score; None or NaN, or a code below 0, for a person without an id, who then counts as
        someone new.

    Returns
    -------
    PeopleDid
        Tests NaN, with notes, when a cell is empty or a cluster alone fixes the estimate.

    Notes
    -----
    (treated second - first) - (contrast second - first). Clusters are taken as independent of each other:
    `people` may be whatever people are nested in. Agrees with stats::lm (R 4.2.2), sandwich 3.0-2
    (HC3) and clubSandwich 0.5.8 (CR2).

    Examples
    --------
    >>> y, arm, post = [1, 2, 2, 4, 3, 5, 7, 9], [0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 0, 0, 1, 1]
    >>> r = compare_changes(y, arm, post, list("abababab"), list("abcdefgh"))
    >>> round(r.hc3.estimate, 4), r.n
    (2.5, (2, 2, 2, 2))
    """
    scores = np.asarray(y, dtype=np.float64)
    arm, later = np.asarray(treated, dtype=bool), np.asarray(post, dtype=bool)
    there = np.flatnonzero(~np.isnan(scores)).tolist()
    scores, arm, later = scores[there], arm[there], later[there]
    by_site, by_person = (
        labels[there] if isinstance(labels, np.ndarray) else [labels[i] for i in there] for labels in (sites, people)
    )
    cells = [scores[(arm == a) & (later == w)] for w in (False, True) for a in (False, True)]
    fit, term = fit_changes(scores, arm, later), TERMS[3]
    return PeopleDid(
        n=(cells[0].size, cells[1].size, cells[2].size, cells[3].size),
        means=(_average(cells[0]), _average(cells[1]), _average(cells[2]), _average(cells[3])),
        hc3=infer_hc3(fit)[term],
        cr2_site=infer_cr2(fit, by_site)[term],
        cr2_person=infer_cr2(fit, by_person)[term],
    )


def adjust_for_first(second: ArrayLike, first: ArrayLike, treated: ArrayLike) -> Ancova:
    """Compare the arms at the second wave, adjusted for the first (analysis of covariance).

    Parameters
    ----------
    second, first : array_like of float, shape (people,)
        The two scores of linked people; someone with a NaN in either is dropped.
    treated : array_like of bool, shape (people,)
        Arm of each person.

    Returns
    -------
    Ancova
        NaN, with a note, when an arm is empty or the first scores do not vary; no test with fewer than
        four people.

    Notes
    -----
    second = b0 + b1 first + b2 treated. Agrees with stats::lm (R 4.2.2) and car::Anova 3.1-1 (types II and III
    alike, F = t^2). Colleagues are taken as independent.

    Examples
    --------
    >>> r = adjust_for_first([3, 4, 6, 6, 7, 9], [1, 2, 3, 1, 2, 4], [0, 0, 0, 1, 1, 1])
    >>> round(r.effect.estimate, 4), round(r.effect.p, 4), r.n
    (2.6167, 0.0047, (3, 3))
    """
    after, before = np.asarray(second, dtype=np.float64), np.asarray(first, dtype=np.float64)
    there = ~(np.isnan(after) | np.isnan(before))
    after, before, arm = after[there], before[there], np.asarray(treated, dtype=bool)[there]
    dummy = arm.astype(np.float64)
    design = np.column_stack([np.ones(arm.size), before, dummy])
    fit = fit_least_squares(after, design, ("intercept", "first", "treated"))
    found = infer_classic(fit)
    return Ancova(
        n=(int(arm.sum()), int((~arm).sum())), effect=found["treated"], slopes_p=_compare_slopes(after, design)
    )


def _average(values: Floats) -> float:
    return float(values.mean()) if values.size else math.nan


def _compare_slopes(after: Floats, design: Floats) -> float:
    wider = np.column_stack([design, design[:, 1] * design[:, 2]])
    fit = fit_least_squares(after, wider, ("intercept", "first", "treated", "first:treated"))
    return infer_classic(fit)["first:treated"].p
