"""Tests of fixed effects in a random-intercept model, with Satterthwaite's degrees of freedom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sos_score.notes import Note
from sos_score.statistics.mixed.data import VarianceData
from sos_score.statistics.mixed.equations import MixedEquations, solve_equations
from sos_score.statistics.mixed.model import VarianceFit, fit_variance

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CoefficientTest:
    """Test of one fixed effect.

    Attributes
    ----------
    estimate, se : float
        In score points per unit of the predictor.
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
    """Tests of the fixed effects, in the order of the design's columns, with notes."""

    coefficients: tuple[CoefficientTest, ...]
    confidence: float
    notes: tuple[Note, ...]


def assess_coefficients(
    data: VarianceData,
    *,
    confidence: float = 0.95,
    fit: VarianceFit | None = None,
) -> CoefficientTests:
    """Test the fixed effects of a random-intercept model fitted by REML.

    Parameters
    ----------
    data : VarianceData
        From `variance_data`, with its design.
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
    contribute. The derivatives are exact, where lmerTest takes them numerically. Agrees with lmerTest::summary
    3.1-3 within 1e-2 relative.

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
        return CoefficientTests((empty,) * data.design.shape[1], confidence, fit.notes)
    variances = np.array([fit.level(name).variance for name in data.names])
    equations = solve_equations(data, variances, fit.residual)
    dfs = _find_satterthwaite_df(equations)
    tests = tuple(
        _test_one(float(estimate), float(variance) ** 0.5, float(df), confidence)
        for estimate, variance, df in zip(equations.coefficients, np.diag(equations.covariance), dfs, strict=True)
    )
    return CoefficientTests(tests, confidence, fit.notes)


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
