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
from sos_score.statistics.mixed.likelihood import (
    LARGEST_RATIO,
    eliminate_groups,
    profile_criterion,
    sum_design,
    sum_outcomes,
    weigh,
)
from sos_score.statistics.mixed.optimise import minimise_ratios

MOST_GROUPS = 5_000
"""Groups of all levels that equations are solved for: their matrix has as many rows and columns."""

STARTS = 5  # starts polished by Newton steps in a single fit


@dataclass(frozen=True, slots=True)
class MixedEquations:
    """Solution of the mixed-model equations.

    Attributes
    ----------
    variances : array (k,)
        Variance of each level, as given.
    residual : float
        Residual variance, as given.
    blocks : tuple of slice
        Where each level's groups lie among all groups.
    coefficients : array (p,)
        Generalised least-squares estimates of the fixed effects.
    covariance : array (p, p)
        Their covariance (X'V^-1 X)^-1.
    group_covariance : array (q, q)
        Z'PZ.
    group_predictors : array (q, p)
        Z'V^-1 X.
    group_residuals : array (q,)
        Z'Py.
    squares : float
        y'Py.
    dof : int
        n - p, the trace of PV.
    """

    variances: Floats
    residual: float
    blocks: tuple[slice, ...]
    coefficients: Floats
    covariance: Floats
    group_covariance: Floats
    group_predictors: Floats
    group_residuals: Floats
    squares: float
    dof: int

    def predict(self, level: int) -> Floats:
        """Best linear unbiased predictions of a level's group effects: sigma2_j Z_j'Py."""
        return float(self.variances[level]) * self.group_residuals[self.blocks[level]]


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
    """One level of a fitted model.

    Attributes
    ----------
    variance, sd : float
        In the square of score points, and in score points.
    share : float
        Part of the total variance (the variance partition coefficient).
    share_with_outer : float
        This level's share with those of the levels named before it: when levels are nested, outermost first,
        the expected correlation of two scores of one group of this level.
    at_boundary : bool
        True when the best variance is exactly 0.
    labels : tuple of str
        The groups.
    effects : array (n_groups,)
        Best linear unbiased predictions of the groups' departures, in score points; empty where the model has more
        than `MOST_GROUPS` groups.
    """

    name: str
    n_groups: int
    variance: float
    sd: float
    share: float
    share_with_outer: float
    at_boundary: bool
    labels: tuple[str, ...]
    effects: Floats


@dataclass(frozen=True, slots=True)
class VarianceFit:
    """A fitted random-intercept model.

    Attributes
    ----------
    n, n_dropped : int
        Rows used and left out.
    reml : bool
        Restricted (True) or full maximum likelihood.
    levels : tuple of VarianceLevel
        As given, those that could not be estimated with NaN.
    residual, residual_share, total : float
        Variance within the innermost groups, its share, and the sum of all variances.
    coefficients, se : array (p,)
        Fixed effects with standard errors.
    covariance : array (p, p)
        Their covariance.
    log_likelihood : float
        As lme4's logLik: restricted for REML.
    deviance : float
        -2 log-likelihood (lme4's REMLcrit for REML).
    n_parameters : int
        Fixed effects, variances and the residual variance.
    aic : float
        deviance + 2 n_parameters.
    singular : bool
        True when a variance is 0.
    """

    n: int
    n_dropped: int
    reml: bool
    levels: tuple[VarianceLevel, ...]
    residual: float
    residual_share: float
    total: float
    coefficients: Floats
    se: Floats
    covariance: Floats
    log_likelihood: float
    deviance: float
    n_parameters: int
    aic: float
    singular: bool
    notes: tuple[Note, ...]

    def level(self, name: str) -> VarianceLevel:
        """Find a level by its name."""
        return next(level for level in self.levels if level.name == name)


def fit_variance(data: VarianceData, *, reml: bool = True) -> VarianceFit:
    """Fit a random-intercept model and divide the variance among its levels.

    Parameters
    ----------
    data : VarianceData
        From `variance_data`; rows with anything missing are already left out there.
    reml : bool
        Restricted (default) or full maximum likelihood.

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
        return _report_nothing(data, reml=reml, why=())
    variances, residual, deviance = find_variances(data, reml=reml)
    if np.isnan(residual):
        return _report_nothing(data, reml=reml, why=(note("model_unbounded"),))
    coefficients, covariance = estimate_fixed(data, variances, residual)
    total = float(variances.sum() + residual)
    parameters = data.design.shape[1] + variances.size + 1
    levels = _describe_levels(data, variances, residual, total)
    boundary = tuple(note("variance_at_boundary", level=level.name) for level in levels if level.at_boundary)
    return VarianceFit(
        n=data.outcome.size,
        n_dropped=data.n_dropped,
        reml=reml,
        levels=levels,
        residual=residual,
        residual_share=residual / total,
        total=total,
        coefficients=coefficients,
        se=np.sqrt(np.diag(covariance)),
        covariance=covariance,
        log_likelihood=-deviance / 2,
        deviance=deviance,
        n_parameters=parameters,
        aic=deviance + 2 * parameters,
        singular=bool(boundary),
        notes=(*data.notes, *boundary),
    )


def find_variances(data: VarianceData, *, reml: bool) -> tuple[Floats, float, float]:
    """Find the levels' variances (k,), the residual variance and -2 log-likelihood; NaN without a maximum."""
    design = sum_design(list(data.codes), data.design)
    sums = sum_outcomes(design, data.outcome[None])
    theta, deviance = minimise_ratios(profile_criterion(design, sums, reml=reml), len(data.codes), 1, keep=STARTS)
    if theta.max(initial=0) > 0.9 * LARGEST_RATIO:
        return np.full(theta.size, np.nan), np.nan, np.nan
    dof = design.n - design.n_fixed if reml else design.n
    residual = float(weigh(design, sums, theta).squares[0]) / dof
    variances = np.empty(theta.size)
    variances[list(design.order)] = theta[0] ** 2 * residual
    return variances, residual, float(deviance[0])


def estimate_fixed(data: VarianceData, variances: Floats, residual: float) -> tuple[Floats, Floats]:
    """Return the fixed effects (p,), by generalised least squares, and their covariance: from sums within groups."""
    design = sum_design(list(data.codes), data.design)
    sums = sum_outcomes(design, data.outcome[None])
    theta = np.sqrt(variances[list(design.order)] / residual)
    moments = eliminate_groups(design, sums, theta[None])[0][0]
    p = data.design.shape[1]
    triangle = design.columns[:, design.column_factor.size :].T @ data.design  # of X = Q R
    back, inner = np.linalg.inv(triangle), np.linalg.inv(moments[:p, :p])
    start = np.linalg.lstsq(data.design, data.outcome, rcond=None)[0]
    covariance: Floats = residual * back @ inner @ back.T
    return start + back @ inner @ moments[:p, p], covariance


def _describe_levels(data: VarianceData, variances: Floats, residual: float, total: float) -> tuple[VarianceLevel, ...]:
    is_small = sum(map(len, data.labels)) <= MOST_GROUPS
    equations = solve_equations(data, variances, residual) if is_small else None
    levels, outer = [], 0.0
    for name in data.all_names:
        if name not in data.names:
            levels.append(_describe_nothing(data, name))
            continue
        place = data.names.index(name)
        variance = float(variances[place])
        outer += variance / total
        levels.append(
            VarianceLevel(
                name=name,
                n_groups=len(data.labels[place]),
                variance=variance,
                sd=variance**0.5,
                share=variance / total,
                share_with_outer=outer,
                at_boundary=variance == 0,
                labels=data.labels[place],
                effects=np.empty(0) if equations is None else equations.predict(place),
            )
        )
    return tuple(levels)


def _describe_nothing(data: VarianceData, name: str) -> VarianceLevel:
    counts = {name: n for name, n, _ in data.set_aside} | {
        name: len(labels) for name, labels in zip(data.names, data.labels, strict=True)
    }
    return VarianceLevel(
        name=name,
        n_groups=counts[name],
        variance=np.nan,
        sd=np.nan,
        share=np.nan,
        share_with_outer=np.nan,
        at_boundary=False,
        labels=(),
        effects=np.empty(0),
    )


def _report_nothing(data: VarianceData, *, reml: bool, why: tuple[Note, ...]) -> VarianceFit:
    p = data.design.shape[1]
    return VarianceFit(
        n=data.outcome.size,
        n_dropped=data.n_dropped,
        reml=reml,
        levels=tuple(_describe_nothing(data, name) for name in data.all_names),
        residual=np.nan,
        residual_share=np.nan,
        total=np.nan,
        coefficients=np.full(p, np.nan),
        se=np.full(p, np.nan),
        covariance=np.full((p, p), np.nan),
        log_likelihood=np.nan,
        deviance=np.nan,
        n_parameters=p + len(data.names) + 1,
        aic=np.nan,
        singular=False,
        notes=(*data.notes, *why),
    )
