"""Tests of regression coefficients when people come in clusters: sites, or the person answering twice."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sos_score.notes import note
from sos_score.statistics.arrays import Floats
from sos_score.statistics.estimate import Estimate
from sos_score.statistics.regression.ols import LeastSquares, fit_least_squares, infer_each

_NULL = 1e-9  # an eigenvalue of I - H below this is 0
_FEW_DF = 4.0


def infer_cr2(fit: LeastSquares, clusters: Sequence[Hashable], *, level: float = 0.95) -> dict[str, Estimate]:
    """Test every coefficient with bias-reduced cluster-robust standard errors and Satterthwaite df (CR2).

    Parameters
    ----------
    clusters : sequence of hashable, length n
        Cluster of each row; None or NaN is a cluster of its own.

    Returns
    -------
    dict of str to Estimate
        By coefficient; ``n`` is (people, clusters). NaN, with a note, for a coefficient that one cluster
        alone fixes in part (one site in an arm), and with one cluster. A note warns of fewer than 4 df.

    Notes
    -----
    With H = X B X', B = (X'X)^-1 and A_g = (I - H_gg)^(-1/2) (eigenvalues of 0 stay 0):
    V = B (sum_g X_g' A_g e_g e_g' A_g X_g) B. For coefficient c and p_g = (I - H)_.g A_g X_g B_c:
    df = (sum_g p_g'p_g)^2 / sum_gh (p_g'p_h)^2, independent people as the working model. Agrees with
    clubSandwich::coef_test(vcov = "CR2", test = "Satterthwaite") 0.5.8, which does give a number where a
    cluster alone fixes a coefficient. Bell and McCaffrey (2002); Pustejovsky and Tipton (2018).

    Examples
    --------
    >>> x = [[1, 0], [1, 0], [1, 1], [1, 1], [1, 0], [1, 1]]
    >>> from sos_score.statistics.regression.ols import fit_least_squares
    >>> fit = fit_least_squares([1, 2, 4, 4, 3, 5], x, ["intercept", "slope"])
    >>> r = infer_cr2(fit, ["a", "a", "b", "b", "c", "c"])["slope"]
    >>> round(r.se, 4), round(r.df, 4)
    (0.7071, 1.8)
    """
    members = list_members(clusters, len(fit.residuals))
    n, m, k = len(fit.residuals), len(members), len(fit.names)
    method = note("least_squares_cr2")
    nothing = np.full(k, np.nan)
    if fit.notes:
        return infer_each(fit, method, (n, m), nothing, nothing, level=level)
    if m < 2:
        why = (note("two_clusters"),)
        return infer_each(fit, method, (n, m), nothing, nothing, level=level, notes=why)
    scores, own, cross = np.empty((m, k)), np.empty((m, k)), np.empty((m, k, k))
    lost, weight = np.zeros(k), np.zeros(k)
    for size, places in _sort_by_size(members).items():  # clusters of one size are worked out together
        rows = np.array([members[place] for place in places])
        x, residuals = fit.x[rows], fit.residuals[rows]
        leads = x @ fit.bread
        values, vectors = np.linalg.eigh(np.eye(size) - leads @ x.transpose(0, 2, 1))
        null = values < _NULL
        root = np.where(null, 0.0, np.where(null, 1.0, values) ** -0.5)
        turned = vectors.transpose(0, 2, 1) @ leads
        adjusted = (vectors * root[:, None, :]) @ turned
        scores[places] = (residuals[:, None, :] @ adjusted)[:, 0, :]
        own[places] = (adjusted**2).sum(axis=1)
        cross[places] = x.transpose(0, 2, 1) @ adjusted
        lost += (turned**2)[null].sum(axis=0)
        weight += (leads**2).sum(axis=(0, 1))
    alone = lost > _NULL * weight
    se = np.where(alone, np.nan, np.sqrt((scores**2).sum(axis=0)))
    df = np.array([_match_df(own[:, c], cross[:, :, c], fit.bread) for c in range(k)])
    found = infer_each(fit, method, (n, m), se, np.where(alone, np.nan, df), level=level)
    return {name: _warn_of_few(each) for name, each in found.items()}


def compare_clustered(
    x: ArrayLike, y: ArrayLike, clusters: tuple[Sequence[Hashable], Sequence[Hashable]], *, level: float = 0.95
) -> Estimate:
    """Compare two means of scores that come in clusters (CR2, Satterthwaite df); the difference is x - y.

    Parameters
    ----------
    x, y : array_like of float
        Scores of two groups, or of two waves, without NaN.
    clusters : pair of sequences of hashable
        The cluster of each score of x and of y; one cluster may be in both. None is a cluster of its own.

    Returns
    -------
    Estimate
        ``n`` is (n of x, n of y). Without a score on a side, or where one cluster alone makes a side, the difference
        stands, untested, with a note.

    Notes
    -----
    The regression of the scores on which side they are on; see `infer_cr2`. Agrees with clubSandwich::coef_test 0.5.8.
    Pustejovsky and Tipton (2018).

    Examples
    --------
    >>> r = compare_clustered([5, 6, 7, 9], [1, 4, 3, 4], (["a", "a", "b", "b"], ["c", "c", "d", "d"]))
    >>> round(r.estimate, 4), round(r.se, 4), round(r.df, 4)
    (3.75, 1.3463, 2.0)
    """
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    side = np.repeat([1.0, 0.0], [a.size, b.size])
    fit = fit_least_squares(np.concatenate([a, b]), np.column_stack([np.ones(side.size), side]), ("intercept", "side"))
    return replace(infer_cr2(fit, [*clusters[0], *clusters[1]], level=level)["side"], n=(a.size, b.size))


def _warn_of_few(found: Estimate) -> Estimate:
    if math.isnan(found.df):
        return replace(found, notes=(*found.notes, note("cluster_fixes")))
    if found.df < _FEW_DF:
        return replace(found, notes=(*found.notes, note("few_df", df=found.df)))
    return found


def list_members(clusters: Sequence[Hashable], n: int) -> list[NDArray[np.intp]]:
    """Return the rows of each cluster, in order of appearance; None or NaN (no id) is a cluster of its own."""
    if len(clusters) != n:
        raise ValueError(f"one cluster a row is needed, not {len(clusters)} for {n}")
    rows: dict[Hashable, list[int]] = {}
    for i, cluster in enumerate(clusters):
        unknown = cluster is None or cluster != cluster  # noqa: PLR0124 - only NaN differs from itself
        rows.setdefault(("row", i) if unknown else ("cluster", cluster), []).append(i)
    return [np.array(each, dtype=np.intp) for each in rows.values()]


def _sort_by_size(members: Sequence[NDArray[np.intp]]) -> dict[int, list[int]]:
    """Return the places of the clusters of each size."""
    places: dict[int, list[int]] = {}
    for place, rows in enumerate(members):
        places.setdefault(len(rows), []).append(place)
    return places


def _match_df(own: Floats, cross: Floats, bread: Floats) -> float:
    """Return tr(P)^2 / tr(P^2) for P = diag(own) - cross bread cross', without forming P."""
    inner = cross @ bread
    diagonal = (inner * cross).sum(axis=1)
    trace = float(own.sum() - diagonal.sum())
    product = inner.T @ cross
    squared = float((own**2).sum() - 2.0 * (own * diagonal).sum() + (product * product.T).sum())
    return trace**2 / squared if squared > 0.0 else math.nan
