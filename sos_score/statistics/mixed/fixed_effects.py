"""Tests of fixed effects with Satterthwaite's degrees of freedom, and slopes within and between groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sos_score.notes import Note, note
from sos_score.statistics.arrays import Floats
from sos_score.statistics.estimate import CONFIDENCE
from sos_score.statistics.mixed.data import VarianceData, variance_data
from sos_score.statistics.mixed.model import MixedEquations, VarianceFit, fit_variance, solve_equations


@dataclass(frozen=True, slots=True)
class CoefficientTest:
    """Test of one fixed effect."""

    # in score points per unit of the predictor
    estimate: float
    se: float
    # degrees of freedom, estimate / se, and the two-sided p
    df: float
    t: float
    p: float
    # t interval
    low: float
    high: float


_UNKNOWN = CoefficientTest(*(np.nan,) * 7)


def assess_coefficients(data: VarianceData, fit: VarianceFit) -> tuple[CoefficientTest, ...]:
    """Test the fixed effects of a model that `fit_variance` made, in the order of the design's columns.

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
    >>> [mean] = assess_coefficients(data, fit_variance(data))
    >>> round(mean.estimate, 3), round(mean.df, 3)
    (5.167, 2.0)
    """
    if np.isnan(fit.residual):
        return (_UNKNOWN,) * int(data.design.shape[1])
    variances = np.array([fit.level(name).variance for name in data.names])
    equations = solve_equations(data, variances, fit.residual)
    dfs = _find_satterthwaite_df(equations)
    return tuple(
        _test_one(float(estimate), float(variance) ** 0.5, float(df))
        for estimate, variance, df in zip(equations.coefficients, np.diag(equations.covariance), dfs, strict=True)
    )


def _test_one(estimate: float, se: float, df: float) -> CoefficientTest:
    from scipy.stats import t as student

    statistic = estimate / se
    if not df > 0:
        return CoefficientTest(estimate, se, df, statistic, np.nan, np.nan, np.nan)
    half = float(student.ppf((1 + CONFIDENCE) / 2, df)) * se
    p = 2 * float(student.sf(abs(statistic), df))
    return CoefficientTest(estimate, se, df, statistic, p, estimate - half, estimate + half)


def _trace_products(equations: MixedEquations) -> Floats:
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


def _weigh_products(equations: MixedEquations) -> Floats:
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


def _differentiate_information(equations: MixedEquations) -> Floats:
    """Compute X'V^-1 G_i V^-1 X (k + 1, p, p) for each level and, last, the residual."""
    information = np.linalg.inv(equations.covariance)
    parts = [equations.group_predictors[rows] for rows in equations.blocks]
    levels = [part.T @ part for part in parts]
    explained = sum((s * level for s, level in zip(equations.variances, levels, strict=True)), 0 * information)
    parts_of_v: Floats = np.array([*levels, (information - explained) / equations.residual])
    return parts_of_v


def _find_satterthwaite_df(equations: MixedEquations) -> Floats:
    inside = np.append(equations.variances > 0, True)
    hessian = (2 * _weigh_products(equations) - _trace_products(equations))[np.ix_(inside, inside)]
    phi = equations.covariance
    slopes = np.array([phi @ part @ phi for part in _differentiate_information(equations)[inside]])
    slopes = np.diagonal(slopes, axis1=1, axis2=2).T
    spread = 2 * np.einsum("pi,pi->p", slopes, np.linalg.solve(hessian, slopes.T).T)
    dfs: Floats = 2 * np.diag(phi) ** 2 / spread
    return dfs


@dataclass(frozen=True, slots=True)
class Slopes:
    """Slopes of a score on predictors, with random intercepts for levels."""

    names: tuple[str, ...]  # "intercept", then the predictors as given
    tests: tuple[CoefficientTest, ...]  # in the order of `names`
    fit: VarianceFit  # the model they come from
    notes: tuple[Note, ...]

    def test(self, name: str) -> CoefficientTest:
        """Find the test of a predictor by its name."""
        return self.tests[self.names.index(name)]


def estimate_slopes(
    outcome: ArrayLike,
    predictors: Mapping[str, ArrayLike],
    levels: Mapping[str, ArrayLike],
) -> Slopes:
    """Regress a score on predictors at any level, with random intercepts for the levels.

    Notes
    -----
    REML; a predictor that is constant within workers is tested with about as many degrees of freedom as there
    are workers, not families. Agrees with lmerTest::lmer 3.1-3 (Satterthwaite).

    Examples
    --------
    >>> workers = competence = [1, 1, 1, 2, 2, 3, 3, 3, 4, 4]
    >>> scores = [1, 2, 1, 2, 4, 3, 5, 4, 5, 6]
    >>> found = estimate_slopes(scores, {"competence": competence}, {"workers": workers})
    >>> round(found.test("competence").estimate, 3), round(found.test("competence").df, 1)
    (1.355, 8.0)
    """
    values = [np.asarray(values, dtype=float) for values in predictors.values()]
    design = np.column_stack([np.ones(np.size(outcome)), *values])
    data = variance_data(outcome, levels, design)
    fit = fit_variance(data)
    return Slopes(
        names=("intercept", *predictors),
        tests=assess_coefficients(data, fit),
        fit=fit,
        notes=fit.notes,
    )


@dataclass(frozen=True, slots=True)
class SeparatedSlopes:
    """The slope within the groups of one level, and how the slope between them differs."""

    within: CoefficientTest  # how much higher the score is where the predictor is 1 higher than usual for the group
    # the contextual effect: how much more the score of a group is higher where its mean of the predictor is 1 higher
    difference: CoefficientTest
    n: int
    notes: tuple[Note, ...]


def separate_slopes(
    outcome: ArrayLike,
    predictor: ArrayLike,
    levels: Mapping[str, ArrayLike],
    by: str,
) -> SeparatedSlopes:
    """Separate the slope within groups (families of one worker) from the slope between them (workers).

    Parameters
    ----------
    outcome, predictor : array (n,)
        One value per row; NaN is missing.
    levels : mapping of str to array (n,)
        Groups by level, outermost first, as in `variance_data`.
    by : str
        The level whose groups are separated.

    Returns
    -------
    SeparatedSlopes
        A slope that the data do not have (the predictor constant within, or between, groups) is NaN with a
        note.

    Notes
    -----
    The predictor is split into its group mean and the departure from it, both in one REML model with random
    intercepts (Neuhaus & Kalbfleisch 1998); Satterthwaite degrees of freedom. Means are over the rows that
    have everything.
    """
    if by not in levels:
        raise ValueError(f"no level {by!r}")
    rows = variance_data(outcome, levels, np.asarray(predictor, dtype=float)[:, None])
    place = rows.names.index(by) if by in rows.names else -1
    if place < 0 or rows.outcome.size == 0:
        return SeparatedSlopes(_UNKNOWN, _UNKNOWN, rows.outcome.size, rows.notes)
    codes, x = rows.codes[place], rows.design[:, 0]
    means = (np.bincount(codes, x) / np.bincount(codes))[codes]
    parts = {"within": x - means, "between": means - means.mean()}
    spread = 1e-10 * max(float(np.abs(x).max()), 1e-300)
    varying = {name: values for name, values in parts.items() if np.ptp(values) > spread}
    groups = {name: np.array(rows.labels[j])[rows.codes[j]] for j, name in enumerate(rows.names)}
    found = estimate_slopes(rows.outcome, varying, groups)
    difference = _UNKNOWN
    if len(varying) == 2:
        # The same fixed part in other terms, so with the same variances.
        contextual = variance_data(rows.outcome, groups, np.column_stack([np.ones(x.size), x, parts["between"]]))
        difference = assess_coefficients(contextual, found.fit)[2]
    absent = tuple(note("no_such_slope", part=name, level=by) for name in parts if name not in varying)
    return SeparatedSlopes(
        within=found.test("within") if "within" in varying else _UNKNOWN,
        difference=difference,
        n=rows.outcome.size,
        notes=(*found.notes, *absent),
    )
