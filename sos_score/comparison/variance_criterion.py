"""The likelihood of a random-intercept model, for many outcomes at once, and its minimum.

Everything is computed from sums within levels (Bates et al. 2015, J. Statistical Software 67(1)): no n x n
matrix is formed, the factor with most levels is eliminated in closed form, and leading axes of `theta` and of
the sums run over starts or bootstrap samples, so that a thousand fits cost about as much as ten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Criterion = Callable[[Array, NDArray[np.intp]], Array]
"""Criterion of (points (..., B, k), rows (B,)): the value of problem `rows[b]` at each of its points."""

LARGEST_RATIO = 1e3
"""A level's standard deviation is looked for up to this many residual standard deviations."""
LARGEST_PAIRS = 2_000_000  # products of column pairs kept in memory; above it they are formed when needed


@dataclass(frozen=True, slots=True)
class DesignSums:
    """Cross-products of levels and predictors, which do not change with the outcome.

    Attributes
    ----------
    n, n_fixed : int
        Rows, and columns of the fixed part.
    order : tuple of int
        Position of each factor among the user's factors; the one with most levels first.
    counts : array (q1,)
        Rows in each level of the first factor.
    column_factor : array (m,) of int
        For each further column, the position in `order` of its factor; -1 for a column of the fixed part.
    cross : array (q1, m)
        First factor's levels by further columns.
    pairs : array (q1, m, m)
        Products of pairs of `cross` columns; no columns when that would be large.
    gram : array (m, m)
        Cross-products of further columns.
    columns : array (n, m)
        The further columns themselves.
    first_codes : array (n,) of int
        Level of the first factor of every row.
    log_det_scale : float
        log |X'X|, lost when the fixed part is made orthonormal.
    """

    n: int
    n_fixed: int
    order: tuple[int, ...]
    counts: Array
    column_factor: NDArray[np.intp]
    cross: Array
    pairs: Array
    gram: Array
    columns: Array
    first_codes: NDArray[np.intp]
    log_det_scale: float


@dataclass(frozen=True, slots=True)
class OutcomeSums:
    """Sums of one or many outcomes (after the fixed part is taken out by least squares).

    Attributes
    ----------
    first : array (B, q1)
        Sums within levels of the first factor.
    columns : array (B, m)
        Products with the further columns.
    squares : array (B,)
        Sums of squares.
    """

    first: Array
    columns: Array
    squares: Array


def sum_design(codes: list[NDArray[np.intp]], design: Array) -> DesignSums:
    """Sum a design: codes 0 .. levels - 1 of each factor (n,), and the fixed part (n, p) of full rank."""
    order = tuple(sorted(range(len(codes)), key=lambda j: -int(codes[j].max())))
    n = design.shape[0]
    basis, triangle = np.linalg.qr(design)
    parts = [np.eye(int(codes[j].max()) + 1)[codes[j]] for j in order[1:]]
    factor = [np.full(part.shape[1], position + 1) for position, part in enumerate(parts)]
    columns = np.hstack([*parts, basis])
    first_codes = codes[order[0]] if order else np.zeros(n, dtype=np.intp)
    first_levels = int(first_codes.max()) + 1 if order else 0
    counts = np.bincount(first_codes, minlength=first_levels).astype(float)[:first_levels]
    cross = _sum_rows(columns, first_codes, first_levels)
    small = cross.size * cross.shape[1] <= LARGEST_PAIRS
    return DesignSums(
        n=n,
        n_fixed=design.shape[1],
        order=order,
        counts=counts,
        column_factor=np.concatenate([*factor, np.full(basis.shape[1], -1)]).astype(np.intp),
        cross=cross,
        pairs=np.einsum("qi,qj->qij", cross, cross) if small else np.empty((first_levels, 0, 0)),
        gram=columns.T @ columns,
        columns=columns,
        first_codes=first_codes,
        log_det_scale=2 * float(np.log(np.abs(np.diag(triangle))).sum()),
    )


def _sum_rows(values: Array, codes: NDArray[np.intp], levels: int) -> Array:
    total = np.zeros((levels, values.shape[1]))
    if levels:
        np.add.at(total, codes, values)
    return total


def sum_outcomes(design: DesignSums, outcomes: Array) -> OutcomeSums:
    """Sum outcomes (B, n) over a design, after taking out the fixed part by least squares."""
    basis = design.columns[:, design.column_factor == -1]
    rest = outcomes - (outcomes @ basis) @ basis.T
    return OutcomeSums(
        first=_sum_rows(rest.T, design.first_codes, design.counts.size).T,
        columns=rest @ design.columns,
        squares=np.einsum("bn,bn->b", rest, rest),
    )


@dataclass(frozen=True, slots=True)
class LikelihoodTerms:
    """Parts of -2 log-likelihood at given ratios.

    Attributes
    ----------
    log_det, log_det_fixed : array
        log |V / sigma2| and log |X'(V / sigma2)^-1 X|.
    squares : array
        Weighted residual sum of squares.
    """

    log_det: Array
    log_det_fixed: Array
    squares: Array


def weigh(design: DesignSums, sums: OutcomeSums, theta: Array) -> LikelihoodTerms:
    """Evaluate the parts of the likelihood at ratios `theta` (..., k) of each level's SD to the residual SD.

    The sums' leading axis broadcasts against the axes of `theta`; factors are in the order of `design.order`.
    """
    theta = np.clip(np.abs(theta), 0, LARGEST_RATIO)
    padded = np.concatenate([theta, np.ones((*theta.shape[:-1], 1))], axis=-1)
    scale = padded[..., design.column_factor]
    first = theta[..., :1] ** 2 if theta.shape[-1] else np.zeros((*theta.shape[:-1], 1))
    weight = first / (1 + first * design.counts)
    core = (design.gram - _weigh_pairs(design, weight)) * scale[..., :, None] * scale[..., None, :]
    random = design.column_factor >= 0
    core[..., random, random] += 1
    right = (sums.columns - (weight * sums.first) @ design.cross) * scale
    lower = np.linalg.cholesky(core)
    solved = np.linalg.solve(lower, right[..., None])[..., 0]
    logs = 2 * np.log(np.diagonal(lower, axis1=-2, axis2=-1))
    squares = sums.squares - (weight * sums.first**2).sum(-1) - (solved**2).sum(-1)
    return LikelihoodTerms(
        log_det=np.log1p(first * design.counts).sum(-1) + logs[..., random].sum(-1),
        log_det_fixed=logs[..., ~random].sum(-1) + design.log_det_scale,
        squares=np.maximum(squares, 1e-14 * sums.squares),
    )


def _weigh_pairs(design: DesignSums, weight: Array) -> Array:
    """Sum over the first factor's levels of weight times the products of columns: (..., m, m)."""
    q, m = design.cross.shape
    if design.pairs.size or q == 0:
        return (weight @ design.pairs.reshape(q, m * m)).reshape(*weight.shape[:-1], m, m)
    flat = np.array([(design.cross.T * one) @ design.cross for one in weight.reshape(-1, q)])
    return flat.reshape(*weight.shape[:-1], m, m)


def profile_criterion(design: DesignSums, sums: OutcomeSums, *, reml: bool) -> Criterion:
    """Make -2 log-likelihood (REML or ML) as a function of the ratios, the residual variance profiled out."""
    dof = design.n - design.n_fixed if reml else design.n

    def criterion(theta: Array, rows: NDArray[np.intp]) -> Array:
        picked = OutcomeSums(sums.first[rows], sums.columns[rows], sums.squares[rows])
        terms = weigh(design, picked, theta)
        value: Array = terms.log_det + dof * (1 + np.log(2 * np.pi * terms.squares / dof))
        if reml:
            value = value + terms.log_det_fixed
        return value

    return criterion


def minimise(criterion: Criterion, starts: Array, rows: NDArray[np.intp]) -> tuple[Array, Array]:
    """Minimise many smooth criteria at once by damped Newton steps with numerical derivatives.

    Parameters
    ----------
    criterion : function of (points, rows)
    starts : array (B, k)
        A starting point for each problem.
    rows : array (B,) of int
        Which problem each start belongs to.

    Returns
    -------
    tuple of array (B, k) and array (B,)
        The points reached and the values there.
    """
    points, damping = starts.copy(), np.full(starts.shape[0], 1e-3)
    values = criterion(points, rows)
    active = np.arange(points.shape[0] if points.shape[1] else 0)
    for _ in range(80):
        if active.size == 0:
            break
        slope, curvature = _differentiate(criterion, points[active], values[active], rows[active])
        roots, axes = np.linalg.eigh(curvature)
        along = np.einsum("bij,bi->bj", axes, slope) / (np.abs(roots) + damping[active, None])
        step = -np.einsum("bij,bj->bi", axes, along)
        length = np.sqrt((step**2).sum(-1, keepdims=True))
        step *= np.minimum(1, (0.5 + np.abs(points[active]).max(-1, keepdims=True)) / np.maximum(length, 1e-300))
        reached = criterion(points[active] + step, rows[active])
        gain = values[active] - reached
        better = gain > 0
        points[active[better]] += step[better]
        values[active[better]] = reached[better]
        damping[active] = np.where(better, damping[active] / 10, (damping[active] + 1e-3) * 20)
        done = ((np.abs(gain) < 1e-11) & (length[:, 0] < 1e-4)) | (damping[active] > 1e8)
        active = active[~done]
    return points, values


def _differentiate(criterion: Criterion, at: Array, value: Array, rows: NDArray[np.intp]) -> tuple[Array, Array]:
    """Find slope (B, k) and curvature (B, k, k) by differences, the whole stencil in one call."""
    k = at.shape[1]
    width = 1e-4 * (1 + np.abs(at))
    shifts = [np.eye(k)[j] * sign for j in range(k) for sign in (1, -1)]
    pairs = [(i, j) for i in range(k) for j in range(i)]
    shifts += [np.eye(k)[i] + np.eye(k)[j] for i, j in pairs]
    around = criterion(at + np.array(shifts)[:, None, :] * width, rows)
    up, down = around[0 : 2 * k : 2].T, around[1 : 2 * k : 2].T
    slope = (up - down) / (2 * width)
    curvature = np.zeros((at.shape[0], k, k))
    for j in range(k):
        curvature[:, j, j] = (up[:, j] - 2 * value + down[:, j]) / width[:, j] ** 2
    for position, (i, j) in enumerate(pairs):
        both = around[2 * k + position]
        mixed = (both - up[:, i] - up[:, j] + value) / (width[:, i] * width[:, j])
        curvature[:, i, j] = curvature[:, j, i] = mixed
    return slope, curvature


def minimise_from_grid(criterion: Criterion, k: int, problems: int, *, keep: int = 1) -> tuple[Array, Array]:
    """Minimise each of several criteria over k ratios, starting from the `keep` best points of a coarse grid.

    A ratio whose best value is indistinguishable from 0 is returned as exactly 0 (a boundary fit).
    """
    rows = np.arange(problems)
    if k == 0:
        nothing = np.zeros((problems, 0))
        return nothing, criterion(nothing, rows)
    ladder = (0.15, 0.5, 1.0, 2.5) if k < 4 else (0.3, 1.2)
    grid = np.array(list(product(ladder, repeat=k)))
    heights = criterion(np.broadcast_to(grid[:, None, :], (grid.shape[0], problems, k)), rows)
    ranked = np.argsort(heights, axis=0)[:keep]
    starts = grid[ranked].reshape(-1, k)
    points, values = minimise(criterion, starts, np.tile(rows, ranked.shape[0]))
    points, values = points.reshape(-1, problems, k), values.reshape(-1, problems)
    best = np.argmin(values, axis=0)
    return snap_to_zero(criterion, np.abs(points[best, rows]), values[best, rows], rows)


def snap_to_zero(criterion: Criterion, points: Array, values: Array, rows: NDArray[np.intp]) -> tuple[Array, Array]:
    """Set each ratio to exactly 0 where that costs nothing: numerical minima stop just short of it."""
    for j in range(points.shape[1]):
        zeroed = points.copy()
        zeroed[:, j] = 0
        without = criterion(zeroed, rows)
        snap = without <= values + 1e-8
        points = np.where(snap[:, None], zeroed, points)
        values = np.where(snap, np.minimum(values, without), values)
    return points, values
