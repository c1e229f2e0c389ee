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

Clusters = Sequence[Hashable] | NDArray[np.intp]
NULL = 1e-9  # an eigenvalue of I - H below this is 0
_FEW_DF = 4.0


def infer_cr2(fit: LeastSquares, clusters: Clusters) -> dict[str, Estimate]:
    """Test every coefficient with bias-reduced cluster-robust standard errors and Satterthwaite df (CR2).

    Parameters
    ----------
    clusters : sequence of hashable, or array of int, length n
        Cluster of each row; None or NaN, or a code below 0, is a cluster of its own.

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
    codes = code_clusters(clusters, len(fit.residuals))
    n, m, k = len(fit.residuals), int(codes.max(initial=-1)) + 1, len(fit.names)
    method = note("least_squares_cr2")
    nothing = np.full(k, np.nan)
    if fit.notes:
        return infer_each(fit, method, (n, m), nothing, nothing)
    if m < 2:
        why = (note("two_clusters"),)
        return infer_each(fit, method, (n, m), nothing, nothing, notes=why)
    products = _sum_products(fit.x, codes, m)
    errors = np.stack([np.bincount(codes, fit.x[:, i] * fit.residuals, m) for i in range(k)], axis=1)
    # With B = L L', (I - H_gg)^(-1/2) X_g L = X_g L F for F of the eigenvectors of L' X_g'X_g L, which has the
    # eigenvalues of H_gg: all that a cluster adds comes from its k x k products, however many rows it has.
    lower = np.linalg.cholesky(fit.bread)
    values, vectors = np.linalg.eigh(lower.T @ products @ lower)
    null = 1.0 - values < NULL
    root = np.where(null, 0.0, np.where(null, 1.0, 1.0 - values) ** -0.5)
    leads = vectors.transpose(0, 2, 1) @ lower.T
    adjusted = lower @ (vectors * root[:, None, :]) @ leads
    cross = products @ adjusted
    scores = (errors[:, None, :] @ adjusted)[:, 0, :]
    own = (adjusted * cross).sum(axis=1)
    parts = np.maximum(values, 0.0)[:, :, None] * leads**2
    lost, weight = parts[null].sum(axis=0), parts.sum(axis=(0, 1))
    alone = lost > NULL * weight
    se = np.where(alone, np.nan, np.sqrt((scores**2).sum(axis=0)))
    df = np.array([_match_df(own[:, c], cross[:, :, c], fit.bread) for c in range(k)])
    found = infer_each(fit, method, (n, m), se, np.where(alone, np.nan, df))
    return {name: _warn_of_few(each) for name, each in found.items()}


def compare_clustered(x: ArrayLike, y: ArrayLike, clusters: tuple[Clusters, Clusters]) -> Estimate:
    """Compare two means of scores that come in clusters (CR2, Satterthwaite df); the difference is x - y.

    Parameters
    ----------
    x, y : array_like of float
        Scores of two groups, or of two waves, without NaN.
    clusters : pair of sequences of hashable, or of arrays of int
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
    return replace(infer_cr2(fit, _join(*clusters))["side"], n=(a.size, b.size))


def _join(one: Clusters, two: Clusters) -> Clusters:
    if isinstance(one, np.ndarray) and isinstance(two, np.ndarray):
        return np.concatenate([one, two])
    return [*one, *two]


def _warn_of_few(found: Estimate) -> Estimate:
    if math.isnan(found.df):
        return replace(found, notes=(*found.notes, note("cluster_fixes")))
    if found.df < _FEW_DF:
        return replace(found, notes=(*found.notes, note("few_df", df=found.df)))
    return found


def code_clusters(clusters: Clusters, n: int) -> NDArray[np.intp]:
    """Return the cluster of each row, counted from 0; None or NaN (no id), or a code below 0, is one of its own."""
    if len(clusters) != n:
        raise ValueError(f"one cluster a row is needed, not {len(clusters)} for {n}")
    if isinstance(clusters, np.ndarray) and clusters.dtype.kind == "i":
        alone = clusters < 0
        codes = np.where(alone, int(clusters.max(initial=-1)) + np.cumsum(alone), clusters)
        return np.unique(codes, return_inverse=True)[1].astype(np.intp)
    places: dict[Hashable, int] = {}
    found = np.empty(n, dtype=np.intp)
    for i, cluster in enumerate(clusters):
        unknown = cluster is None or cluster != cluster  # noqa: PLR0124 - only NaN differs from itself
        found[i] = places.setdefault(("row", i) if unknown else ("cluster", cluster), len(places))
    return found


def _sum_products(x: Floats, codes: NDArray[np.intp], m: int) -> Floats:
    """Return X_g'X_g of each cluster, m x k x k."""
    k = x.shape[1]
    found = np.empty((m, k, k))
    for i in range(k):
        for j in range(i + 1):
            found[:, i, j] = found[:, j, i] = np.bincount(codes, x[:, i] * x[:, j], m)
    return found


def _match_df(own: Floats, cross: Floats, bread: Floats) -> float:
    """Return tr(P)^2 / tr(P^2) for P = diag(own) - cross bread cross', without forming P."""
    inner = cross @ bread
    diagonal = (inner * cross).sum(axis=1)
    trace = float(own.sum() - diagonal.sum())
    product = inner.T @ cross
    squared = float((own**2).sum() - 2.0 * (own * diagonal).sum() + (product * product.T).sum())
    return trace**2 / squared if squared > 0.0 else math.nan
