"""Who accounts for the variation: sites, workers within sites, or families within workers.

A linear mixed model with any number of random intercepts, nested or crossed, fitted by REML or ML bounded at
0. statsmodels' MixedLM is not used: it reports `converged=True` with a log-likelihood of +inf or with wrong
variances when one of them is 0, it silently drops the site intercept when `vc_formula` names only the
workers, and it has no Satterthwaite degrees of freedom. With four sites a variance of 0 is an everyday
result, so the boundary has to be right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sos_score.notes import Note, note
from sos_score.statistics.arrays import Floats
from sos_score.statistics.mixed.data import VarianceData
from sos_score.statistics.mixed.likelihood import LARGEST_RATIO, profile_criterion, sum_design, sum_outcomes, weigh
from sos_score.statistics.mixed.optimise import minimise_ratios

MOST_GROUPS = 5_000
"""Groups of all levels that `solve_equations` takes: its matrix has as many rows and columns."""


@dataclass(frozen=True, slots=True)
class MixedEquations:
    """Solution of the mixed-model equations."""

    variances: Floats  # (k,): variance of each level, as given
    residual: float  # residual variance, as given
    blocks: tuple[slice, ...]  # where each level's groups lie among all groups
    coefficients: Floats  # (p,): Generalised least-squares estimates of the fixed effects
    covariance: Floats  # (p, p): their covariance (X'V^-1 X)^-1
    group_covariance: Floats  # (q, q): Z'PZ
    group_predictors: Floats  # (q, p): Z'V^-1 X
    group_residuals: Floats  # (q,): Z'Py
    squares: float  # y'Py
    dof: int  # n - p, the trace of PV


def solve_equations(data: VarianceData, variances: Floats, residual: float) -> MixedEquations:
    """Solve the mixed-model equations at the given variances (k,) of the levels and of the residual.

    Notes
    -----
    With V = sigma2 I + sum of sigma2_j Z_j Z_j' and P = V^-1 - V^-1 X (X'V^-1 X)^-1 X'V^-1, everything that
    inference needs is in Z'PZ, Z'V^-1 X and Z'Py: matrices as large as the number of groups, never n x n.
    Henderson (1950); Searle, Casella & McCulloch (1992), chapter 7.
    """
    n, p = data.design.shape
    sizes = [len(labels) for labels in data.labels]
    ends = np.cumsum(sizes)
    blocks = tuple(slice(int(end) - size, int(end)) for end, size in zip(ends, sizes, strict=True))
    groups = int(ends[-1]) if sizes else 0
    places = [codes + block.start for codes, block in zip(data.codes, blocks, strict=True)]
    scale = np.repeat(variances / residual, sizes)
    # Taking the fixed part out first keeps digits when scores are far from 0.
    start = np.linalg.lstsq(data.design, data.outcome, rcond=None)[0]
    columns = np.column_stack([data.design, data.outcome - data.design @ start])
    crossed, sums = np.zeros((groups, groups)), np.zeros((groups, p + 1))
    for place in places:
        np.add.at(sums, place, columns)
        for other in places:
            np.add.at(crossed, (place, other), 1.0)
    # Z'(I + Z S Z')^-1 = (I + Z'Z S)^-1 Z'
    solved = np.linalg.solve(np.eye(groups) + crossed * scale, np.hstack([crossed, sums]))
    weighted, outer = solved[:, :groups], solved[:, groups:]
    inner = columns.T @ columns - (sums.T * scale) @ outer
    shift = np.linalg.solve(inner[:p, :p], inner[:p, p])
    by_group = outer[:, :p]
    covariance = np.asarray(np.linalg.inv(inner[:p, :p]), dtype=np.float64)
    return MixedEquations(
        variances=variances,
        residual=residual,
        blocks=blocks,
        coefficients=start + shift,
        covariance=covariance * residual,
        group_covariance=(weighted - by_group @ covariance @ by_group.T) / residual,
        group_predictors=by_group / residual,
        group_residuals=(outer[:, p] - by_group @ shift) / residual,
        squares=float(inner[p, p] - inner[p, :p] @ shift) / residual,
        dof=n - p,
    )


@dataclass(frozen=True, slots=True)
class VarianceLevel:
    """One level of a fitted model: its variance, in the square of score points, and its part of the total variance."""

    name: str
    n_groups: int
    variance: float
    share: float


@dataclass(frozen=True, slots=True)
class VarianceFit:
    """A random-intercept model fitted by REML."""

    n: int  # rows used
    levels: tuple[VarianceLevel, ...]  # as given, those that could not be estimated with NaN
    # variance within the innermost groups, and its part of the total variance
    residual: float
    residual_share: float
    deviance: float  # -2 restricted log-likelihood (lme4's REMLcrit)
    notes: tuple[Note, ...]

    def level(self, name: str) -> VarianceLevel:
        """Find a level by its name."""
        return next(level for level in self.levels if level.name == name)


def fit_variance(data: VarianceData) -> VarianceFit:
    """Fit a random-intercept model by REML and divide the variance among its levels.

    Parameters
    ----------
    data : VarianceData
        From `variance_data`; rows with anything missing are already left out there.

    Returns
    -------
    VarianceFit
        NaN with a note where nothing can be estimated.

    Notes
    -----
    y = X b + sum of Z_j u_j + e; u_j ~ N(0, s2_j), e ~ N(0, s2). The residual variance is profiled out and
    the ratios s_j / s are found by damped Newton steps from several starts (Bates et al. 2015). Agrees with
    lme4::lmer 1.1-31 (tight bobyqa): variances within 1e-4 of the total, log-likelihood within 1e-5.

    Examples
    --------
    >>> from sos_score.statistics.mixed.data import variance_data
    >>> data = variance_data([1, 2, 5, 6, 9, 8], {"sites": ["a", "a", "b", "b", "c", "c"]})
    >>> fit = fit_variance(data)
    >>> round(fit.level("sites").variance, 4), round(fit.residual, 4)
    (12.0833, 0.5)
    """
    if data.problem:
        return _report_nothing(data)
    variances, residual, deviance = _find_variances(data)
    if np.isnan(residual):
        return _report_nothing(data, note("model_unbounded"))
    total = float(variances.sum() + residual)
    found = dict(zip(data.names, variances.tolist(), strict=True))
    sizes = _count_groups(data)
    levels = tuple(
        VarianceLevel(name, sizes[name], found.get(name, np.nan), found.get(name, np.nan) / total)
        for name in data.all_names
    )
    boundary = (note("variance_at_boundary", level=level.name) for level in levels if level.variance == 0)
    return VarianceFit(data.outcome.size, levels, residual, residual / total, deviance, (*data.notes, *boundary))


def _find_variances(data: VarianceData) -> tuple[Floats, float, float]:
    """Find the levels' variances (k,), the residual variance and -2 log-likelihood; NaN without a maximum."""
    design = sum_design(list(data.codes), data.design)
    sums = sum_outcomes(design, data.outcome[None])
    theta, deviance = minimise_ratios(profile_criterion(design, sums), len(data.codes), 1)
    if theta.max(initial=0) > 0.9 * LARGEST_RATIO:
        return np.full(theta.size, np.nan), np.nan, np.nan
    residual = float(weigh(design, sums, theta).squares[0]) / (design.n - design.n_fixed)
    variances = np.empty(theta.size)
    variances[list(design.order)] = theta[0] ** 2 * residual
    return variances, residual, float(deviance[0])


def _count_groups(data: VarianceData) -> dict[str, int]:
    """Return how many groups each level has, those set aside too."""
    used = {name: len(labels) for name, labels in zip(data.names, data.labels, strict=True)}
    return {name: n for name, n, _ in data.set_aside} | used


def _report_nothing(data: VarianceData, *why: Note) -> VarianceFit:
    sizes = _count_groups(data)
    levels = tuple(VarianceLevel(name, sizes[name], np.nan, np.nan) for name in data.all_names)
    return VarianceFit(data.outcome.size, levels, np.nan, np.nan, np.nan, (*data.notes, *why))
