"""Tests of fixed effects in a random-intercept model: Satterthwaite and Kenward-Roger degrees of freedom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sos_score.statistics.mixed.data import VarianceData
from sos_score.statistics.mixed.equations import MixedEquations, solve_equations
from sos_score.statistics.mixed.model import VarianceFit, fit_variance

Array = NDArray[np.float64]
Method = Literal["satterthwaite", "kenward_roger"]


@dataclass(frozen=True, slots=True)
class CoefficientTest:
    """Test of one fixed effect.

    Attributes
    ----------
    estimate, se : float
        In score points per unit of the predictor; Kenward-Roger's standard error is the adjusted one.
    df, t, p : float
        Degrees of freedom, estimate / se, and the two-sided p.
    low, high : float
        t interval.
    """

    estimate: float
    se: float
    df: float
    t: float
    p: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CoefficientTests:
    """Tests of the fixed effects, in the order of the design's columns, with the method and notes."""

    coefficients: tuple[CoefficientTest, ...]
    method: Method
    confidence: float
    notes: tuple[str, ...]


def assess_coefficients(
    data: VarianceData,
    *,
    method: Method = "satterthwaite",
    confidence: float = 0.95,
    fit: VarianceFit | None = None,
) -> CoefficientTests:
    """Test the fixed effects of a random-intercept model fitted by REML.

    Parameters
    ----------
    data : VarianceData
        From `variance_data`, with its design.
    method : {"satterthwaite", "kenward_roger"}
        Satterthwaite's degrees of freedom (default), or Kenward-Roger's with its larger standard errors: the
        more cautious one with few groups.
    confidence : float
    fit : VarianceFit, optional
        From `fit_variance` by REML, where it is there already; that of any fixed part with the same span will do.

    Returns
    -------
    CoefficientTests
        NaN with a note where nothing can be estimated.

    Notes
    -----
    Satterthwaite: df = 2 v^2 / (g' A g), v the squared standard error, g its derivatives with respect to the
    variances and A twice the inverse Hessian of the deviance there; a variance at the boundary does not
    contribute. Both are exact here, where lmerTest differentiates numerically. Agrees with lmerTest::summary
    3.1-3 and pbkrtest 0.5.2 (Kenward & Roger 1997) within 1e-2 relative.

    Examples
    --------
    >>> from sos_score.statistics.mixed.data import variance_data
    >>> data = variance_data([1, 2, 5, 6, 9, 8], {"sites": ["a", "a", "b", "b", "c", "c"]})
    >>> mean = assess_coefficients(data).coefficients[0]
    >>> round(mean.estimate, 3), round(mean.df, 3)
    (5.167, 2.0)
    """
    if fit is None:
        fit = fit_variance(data)
    if np.isnan(fit.residual):
        empty = CoefficientTest(*(np.nan,) * 7)
        return CoefficientTests((empty,) * data.design.shape[1], method, confidence, fit.notes)
    variances = np.array([fit.level(name).variance for name in data.names])
    equations = solve_equations(data, variances, fit.residual)
    if method == "satterthwaite":
        covariance, dfs = equations.covariance, _find_satterthwaite_df(equations)
    else:
        covariance, dfs = _adjust_as_kenward_roger(equations)
    tests = tuple(
        _test_one(float(estimate), float(variance) ** 0.5, float(df), confidence)
        for estimate, variance, df in zip(equations.coefficients, np.diag(covariance), dfs, strict=True)
    )
    return CoefficientTests(tests, method, confidence, fit.notes)


def _test_one(estimate: float, se: float, df: float, confidence: float) -> CoefficientTest:
    from scipy.stats import t as student

    statistic = estimate / se
    if not df > 0:
        return CoefficientTest(estimate, se, df, statistic, np.nan, np.nan, np.nan)
    half = float(student.ppf((1 + confidence) / 2, df)) * se
    p = 2 * float(student.sf(abs(statistic), df))
    return CoefficientTest(estimate, se, df, statistic, p, estimate - half, estimate + half)


def _trace_products(equations: MixedEquations) -> Array:
    """Compute tr(P G_i P G_j) for each level and, last, the residual (G = I).

    What involves the residual follows from P V P = P and tr(P V) = n - p.
    """
    k = len(equations.blocks)
    traces = np.zeros((k + 1, k + 1))
    alone = np.zeros(k + 1)
    for i, rows in enumerate(equations.blocks):
        alone[i] = np.trace(equations.group_covariance[rows, rows])
        for j, columns in enumerate(equations.blocks):
            traces[i, j] = (equations.group_covariance[rows, columns] ** 2).sum()
    s, s2 = equations.variances, equations.residual
    alone[k] = (equations.dof - s @ alone[:k]) / s2
    traces[:k, k] = traces[k, :k] = (alone[:k] - traces[:k, :k] @ s) / s2
    traces[k, k] = (alone[k] - traces[k, :k] @ s) / s2
    return traces


def _weigh_products(equations: MixedEquations) -> Array:
    """Compute y'P G_i P G_j P y for each level and, last, the residual."""
    k = len(equations.blocks)
    products = np.zeros((k + 1, k + 1))
    u, w = equations.group_residuals, equations.group_covariance
    alone = np.array([u[rows] @ u[rows] for rows in equations.blocks])
    for i, rows in enumerate(equations.blocks):
        for j, columns in enumerate(equations.blocks):
            products[i, j] = u[rows] @ w[rows, columns] @ u[columns]
    s, s2 = equations.variances, equations.residual
    last = (equations.squares - s @ alone) / s2
    products[:k, k] = products[k, :k] = (alone - products[:k, :k] @ s) / s2
    products[k, k] = (last - products[k, :k] @ s) / s2
    return products


def _differentiate_information(equations: MixedEquations) -> Array:
    """Compute X'V^-1 G_i V^-1 X (k + 1, p, p) for each level and, last, the residual."""
    information = np.linalg.inv(equations.covariance)
    parts = [equations.group_predictors[rows] for rows in equations.blocks]
    levels = [part.T @ part for part in parts]
    explained = sum((s * level for s, level in zip(equations.variances, levels, strict=True)), 0 * information)
    parts_of_v: Array = np.array([*levels, (information - explained) / equations.residual])
    return parts_of_v


def _find_satterthwaite_df(equations: MixedEquations) -> Array:
    inside = np.append(equations.variances > 0, True)
    hessian = (2 * _weigh_products(equations) - _trace_products(equations))[np.ix_(inside, inside)]
    phi = equations.covariance
    slopes = np.array([phi @ part @ phi for part in _differentiate_information(equations)[inside]])
    slopes = np.diagonal(slopes, axis1=1, axis2=2).T
    spread = 2 * np.einsum("pi,pi->p", slopes, np.linalg.solve(hessian, slopes.T).T)
    dfs: Array = 2 * np.diag(phi) ** 2 / spread
    return dfs


def _adjust_as_kenward_roger(equations: MixedEquations) -> tuple[Array, Array]:
    """Find the adjusted covariance and each effect's degrees of freedom.

    For a single contrast Kenward and Roger's df reduce to 2 / A: their expected information, and nothing
    else, sets them apart from Satterthwaite's.
    """
    k = len(equations.blocks)
    phi, s, s2 = equations.covariance, equations.variances, equations.residual
    p = phi.shape[0]
    spread = 2 * np.linalg.pinv(_trace_products(equations), hermitian=True)
    between = np.zeros((k + 1, k + 1, p, p))  # X'V^-1 G_i P G_j V^-1 X
    for i, rows in enumerate(equations.blocks):
        for j, columns in enumerate(equations.blocks):
            w = equations.group_covariance[rows, columns]
            between[i, j] = equations.group_predictors[rows].T @ w @ equations.group_predictors[columns]
    between[:k, k] = -np.einsum("ijab,j->iab", between[:k, :k], s) / s2
    between[k, :k] = -np.einsum("ijab,i->jab", between[:k, :k], s) / s2
    between[k, k] = -np.einsum("iab,i->ab", between[:k, k], s) / s2
    adjusted = phi + 2 * phi @ np.einsum("ij,ijab->ab", spread, between) @ phi
    slopes = np.array([phi @ part @ phi for part in _differentiate_information(equations)])
    relative = np.diagonal(slopes, axis1=1, axis2=2).T / np.diag(phi)[:, None]
    return adjusted, 2 / np.einsum("pi,ij,pj->p", relative, spread, relative)
