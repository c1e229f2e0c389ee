"""The mixed-model equations of a random-intercept model at given variances, from sums within groups.

Henderson (1950); Searle, Casella & McCulloch (1992), chapter 7. With V = sigma2 I + sum of sigma2_j Z_j Z_j'
and P = V^-1 - V^-1 X (X'V^-1 X)^-1 X'V^-1, everything that inference needs is in Z'PZ, Z'V^-1 X and Z'Py:
matrices as large as the number of groups, never n x n.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sos_score.statistics.mixed.data import VarianceData

Array = NDArray[np.float64]


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

    variances: Array
    residual: float
    blocks: tuple[slice, ...]
    coefficients: Array
    covariance: Array
    group_covariance: Array
    group_predictors: Array
    group_residuals: Array
    squares: float
    dof: int

    def predict(self, level: int) -> Array:
        """Best linear unbiased predictions of a level's group effects: sigma2_j Z_j'Py."""
        return float(self.variances[level]) * self.group_residuals[self.blocks[level]]


def solve_equations(data: VarianceData, variances: Array, residual: float) -> MixedEquations:
    """Solve the mixed-model equations at the given variances (k,) of the levels and of the residual."""
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
