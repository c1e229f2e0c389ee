"""Least squares, and tests of its coefficients for independent people."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sos_score.notes import Note, note
from sos_score.statistics.arrays import Floats
from sos_score.statistics.estimate import Estimate, clear_noise, infer_t

_ALONE = 1e-9  # a leverage this close to 1 is 1


@dataclass(frozen=True, slots=True, eq=False)
class LeastSquares:
    """An ordinary least squares fit."""

    names: tuple[str, ...]  # the coefficients
    x: Floats  # (n, k): design matrix
    # of the fit; NaN where the design does not identify the coefficients
    coefficients: Floats
    residuals: Floats
    bread: Floats  # (k, k): (X'X)^-1
    size: float  # mean absolute outcome, against which rounding noise is judged
    df: float  # n - k
    sigma: float  # residual standard deviation
    notes: tuple[Note, ...] = ()  # why the coefficients are not identified, if so


def fit_least_squares(y: ArrayLike, x: ArrayLike, names: Sequence[str]) -> LeastSquares:
    """Fit an ordinary least squares regression.

    Parameters
    ----------
    y : array_like of float, shape (n,)
        Outcome, none missing.
    x : array_like of float, shape (n, k)
        Design matrix with its column of ones, none missing.
    names : sequence of str
        Names of the k columns.

    Returns
    -------
    LeastSquares
        With NaN coefficients and a note when the columns are not linearly independent.

    Notes
    -----
    Agrees with stats::lm (R 4.2.2), which drops a dependent column instead.

    Examples
    --------
    >>> fit = fit_least_squares([1, 2, 4], [[1, 0], [1, 1], [1, 2]], ["intercept", "slope"])
    >>> fit.coefficients.round(4).tolist(), fit.df
    ([0.8333, 1.5], 1.0)
    """
    outcome, design = np.asarray(y, dtype=np.float64), np.asarray(x, dtype=np.float64)
    n, k = design.shape
    if outcome.shape != (n,) or len(names) != k:
        raise ValueError(f"{outcome.shape} outcomes and {len(names)} names do not fit a design of {n} by {k}")
    size = float(np.abs(outcome).mean()) if n else 0.0
    # The triangle of [X y] holds R and Q'y: a Q as long as the data is not needed.
    triangle = np.zeros((k, k + 1))
    if n >= k:
        triangle = np.asarray(np.linalg.qr(np.column_stack([design, outcome]), mode="r"))
    r, turned = triangle[:k, :k], triangle[:k, k]
    if n < k or _find_rank(r, n) < k:
        empty = np.full(k, np.nan)
        why = (note("not_identified"),)
        gone = np.full((k, k), np.nan)
        nothing = math.nan
        return LeastSquares(tuple(names), design, empty, np.full(n, np.nan), gone, size, nothing, nothing, why)
    inverse = np.linalg.inv(r)
    coefficients = inverse @ turned
    residuals = outcome - design @ coefficients
    left = float(residuals @ residuals)
    df = float(n - k)
    sigma = clear_noise(math.sqrt(left / df), size) if df else math.nan
    return LeastSquares(tuple(names), design, coefficients, residuals, inverse @ inverse.T, size, df, sigma)


def _find_rank(triangle: Floats, n: int) -> int:
    """Return the rank of a design of n rows from its triangle, by the rule of numpy's matrix_rank."""
    sizes = np.linalg.svd(triangle, compute_uv=False)
    return int((sizes > sizes.max() * n * np.finfo(np.float64).eps).sum()) if sizes.size else 0


def infer_classic(fit: LeastSquares) -> dict[str, Estimate]:
    """Test every coefficient under one variance and independent people.

    Returns
    -------
    dict of str to Estimate
        By coefficient; ``n`` is (people,). NaN where the fit is.

    Notes
    -----
    V = sigma^2 (X'X)^-1, t with n - k df. Agrees with stats::lm (R 4.2.2).

    Examples
    --------
    >>> fit = fit_least_squares([1, 2, 4, 4], [[1, 0], [1, 1], [1, 2], [1, 3]], ["intercept", "slope"])
    >>> round(infer_classic(fit)["slope"].p, 4)
    0.0533
    """
    se = fit.sigma * np.sqrt(np.diag(fit.bread))
    return infer_each(fit, note("least_squares"), (len(fit.residuals),), se, np.full(len(fit.names), fit.df))


def infer_hc3(fit: LeastSquares) -> dict[str, Estimate]:
    """Test every coefficient with standard errors robust to unequal variances (HC3).

    Returns
    -------
    dict of str to Estimate
        By coefficient; ``n`` is (people,). NaN, with a note, when one person alone fixes part of the fit
        (leverage 1).

    Notes
    -----
    V = B X' diag(e_i^2 / (1 - h_i)^2) X B with B = (X'X)^-1, t with n - k df. Agrees with sandwich::vcovHC
    3.0-2 and lmtest::coeftest; statsmodels takes the normal unless told otherwise. MacKinnon and
    White (1985).

    Examples
    --------
    >>> fit = fit_least_squares([1, 2, 4, 4], [[1, 0], [1, 1], [1, 2], [1, 3]], ["intercept", "slope"])
    >>> round(infer_hc3(fit)["slope"].se, 4)
    0.4252
    """
    n = (len(fit.residuals),)
    leverage = np.einsum("ij,jk,ik->i", fit.x, fit.bread, fit.x)
    if not fit.notes and (leverage > 1.0 - _ALONE).any():
        nothing = np.full(len(fit.names), np.nan)
        why = (note("hc3_undefined"),)
        return infer_each(fit, note("least_squares_hc3"), n, nothing, nothing, notes=why)
    scores = fit.x * (fit.residuals / (1.0 - leverage))[:, None] @ fit.bread
    se = np.sqrt((scores**2).sum(axis=0))
    return infer_each(fit, note("least_squares_hc3"), n, se, np.full(len(fit.names), fit.df))


def infer_each(
    fit: LeastSquares,
    method: Note,
    n: tuple[int, ...],
    se: Floats,
    df: Floats,
    *,
    notes: tuple[Note, ...] = (),
) -> dict[str, Estimate]:
    """Test every coefficient of a fit, given its standard errors and degrees of freedom."""
    said = (*fit.notes, *notes)
    return {
        name: infer_t(method, n, value, clear_noise(error, fit.size), freedom, notes=said)
        for name, value, error, freedom in zip(
            fit.names, fit.coefficients.tolist(), se.tolist(), df.tolist(), strict=True
        )
    }
