"""The likelihood of a random-intercept model, for many outcomes at once.

Everything is computed from sums within groups (Bates et al. 2015, J. Statistical Software 67(1)): no n x n
matrix is formed. Nested levels are eliminated one after the other in closed form, from the innermost out; only
levels that cross them need a matrix, as large as their groups. Leading axes of `theta` and of the sums run
over starts, or bootstrap samples, so that a hundred points cost about as much as ten.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sos_score.statistics.arrays import Floats

Codes = NDArray[np.intp]
Criterion = Callable[[Floats, NDArray[np.intp]], Floats]
"""Criterion of (points (..., B, k), rows (B,)): the value of problem `rows[b]` at each of its points."""

LARGEST_RATIO = 1e3
"""A level's standard deviation is looked for up to this many residual standard deviations."""
LARGEST_BATCH = 4_000_000  # numbers kept at once; more points are looked at in turn


@dataclass(frozen=True, slots=True)
class DesignSums:
    """How rows lie in levels, which does not change with the outcome."""

    # rows, and columns of the fixed part
    n: int
    n_fixed: int
    # position of each factor among the user's factors: the nested ones from the innermost out, then those that cross
    # them
    order: tuple[int, ...]
    codes: Codes  # (n,): group of the innermost nested factor of every row, groups of one outer group side by side
    counts: Floats  # (q,): rows in each of these groups; q is 0 without a factor
    # for each further nested factor, where its groups begin among the groups of the factor within it
    starts: tuple[Codes, ...]
    columns: Floats  # (n, m): indicators of the groups of crossing factors, then the fixed part made orthonormal
    column_factor: Codes  # (m - n_fixed,): for each indicator, the position in `order` of its factor
    log_det_scale: float  # log |X'X|, lost when the fixed part is made orthonormal


@dataclass(frozen=True, slots=True)
class OutcomeSums:
    """Sums of one or many outcomes (after the fixed part is taken out by least squares)."""

    # (B, m + 2, q): within groups of the innermost factor: rows, sums of the design's columns, sums of the outcome
    groups: Floats
    moments: Floats  # (B, m + 1, m + 1): cross-products of the columns and, last, the outcome


def sum_design(codes: list[Codes], design: Floats) -> DesignSums:
    """Sum a design: codes 0 .. levels - 1 of each factor (n,), every level there, and the fixed part (n, p)."""
    sizes = [int(each.max()) + 1 for each in codes]
    nested: list[int] = []
    crossing: list[int] = []
    above: list[Codes] = []
    for j in sorted(range(len(codes)), key=lambda j: -sizes[j]):
        parents = _find_parents(codes[nested[-1]], codes[j], sizes[nested[-1]]) if nested else np.empty(0, np.intp)
        if parents is None:
            crossing.append(j)
            continue
        if nested:
            above.append(parents)
        nested.append(j)
    n = design.shape[0]
    basis, triangle = np.linalg.qr(design)
    indicators = [np.eye(sizes[j])[codes[j]] for j in crossing]
    factors = [np.full(sizes[j], len(nested) + place, dtype=np.intp) for place, j in enumerate(crossing)]
    places, starts = _sort_groups(above, sizes[nested[0]] if nested else 0)
    innermost = places[codes[nested[0]]] if nested else np.empty(0, dtype=np.intp)
    return DesignSums(
        n=n,
        n_fixed=design.shape[1],
        order=(*nested, *crossing),
        codes=innermost,
        counts=np.bincount(innermost, minlength=places.size).astype(float),
        starts=starts,
        columns=np.hstack([*indicators, basis]),
        column_factor=np.concatenate([*factors, np.empty(0, dtype=np.intp)]),
        log_det_scale=2 * float(np.log(np.abs(np.diag(triangle))).sum()),
    )


def _find_parents(inner: Codes, outer: Codes, size: int) -> Codes | None:
    """Return the outer group of each of `size` inner groups; None where one lies in several."""
    parents = np.zeros(size, dtype=np.intp)
    parents[inner] = outer
    return parents if np.array_equal(parents[inner], outer) else None


def _sort_groups(above: list[Codes], size: int) -> tuple[Codes, tuple[Codes, ...]]:
    """Return the place of each innermost group, sorted by its outer groups, and where each outer group begins."""
    ancestors, own = [], np.arange(size)
    for parents in above:
        own = parents[own]
        ancestors.append(own)
    order = np.lexsort([np.arange(size), *ancestors])
    places = np.empty(size, dtype=np.intp)
    places[order] = np.arange(size)
    starts, within = [], np.arange(size)
    for codes in ancestors:
        begins = np.flatnonzero(np.diff(codes[order], prepend=-1))
        starts.append(np.searchsorted(within, begins))
        within = begins
    return places, tuple(starts)


def sum_outcomes(design: DesignSums, outcomes: Floats) -> OutcomeSums:
    """Sum outcomes (B, n) over a design, after taking out the fixed part by least squares."""
    basis = design.columns[:, design.column_factor.size :]
    rest = outcomes - (outcomes @ basis) @ basis.T
    b, q, m = rest.shape[0], design.counts.size, design.columns.shape[1]
    groups, moments = np.empty((b, m + 2, q)), np.empty((b, m + 1, m + 1))
    groups[:, 0] = design.counts
    groups[:, 1:-1] = _sum_rows(design.columns, design.codes, q).T
    groups[:, -1] = _sum_rows(rest.T, design.codes, q).T
    moments[:, :m, :m] = design.columns.T @ design.columns
    moments[:, m, :m] = moments[:, :m, m] = rest @ design.columns
    moments[:, m, m] = np.einsum("bn,bn->b", rest, rest)
    return OutcomeSums(groups, moments)


def _sum_rows(values: Floats, codes: Codes, levels: int) -> Floats:
    total = np.zeros((levels, values.shape[1]))
    for place, column in enumerate(values.T if levels else ()):
        total[:, place] = np.bincount(codes, column, levels)
    return total


@dataclass(frozen=True, slots=True)
class LikelihoodTerms:
    """Parts of -2 log-likelihood at given ratios."""

    # log |V / sigma2| and log |X'(V / sigma2)^-1 X|
    log_det: Floats
    log_det_fixed: Floats
    squares: Floats  # weighted residual sum of squares


def weigh(design: DesignSums, sums: OutcomeSums, theta: Floats) -> LikelihoodTerms:
    """Evaluate the parts of the likelihood at ratios `theta` (..., k) of each level's SD to the residual SD.

    The sums' leading axis broadcasts against the axes of `theta`; factors are in the order of `design.order`.
    A factor of ratio t takes t^2 c_g c_g' / (1 + t^2 a_g) off the moments for each of its groups g, where a_g
    and c_g are the weighted count and sums of the group, which then become a_g / (1 + t^2 a_g) and
    c_g / (1 + t^2 a_g) in the group around it (Sherman & Morrison 1950).
    """
    moments, log_det = _eliminate_groups(design, sums, theta)
    log_det_fixed, squares = _take_out_fixed(moments)
    return LikelihoodTerms(
        log_det=log_det,
        log_det_fixed=log_det_fixed + design.log_det_scale,
        squares=np.maximum(squares, 1e-14 * sums.moments[..., -1, -1]),
    )


def _eliminate_groups(design: DesignSums, sums: OutcomeSums, theta: Floats) -> tuple[Floats, Floats]:
    """Return the weighted cross-products of the fixed part and the outcome, and log |V / sigma2|; see `weigh`."""
    theta = np.minimum(np.abs(theta), LARGEST_RATIO)
    groups, moments = sums.groups, sums.moments
    log_det = np.zeros(theta.shape[:-1])
    for j in range(len(design.starts) + 1 if design.counts.size else 0):
        if j:
            groups = np.add.reduceat(groups, design.starts[j - 1], axis=-1)
        square = theta[..., j, None] ** 2
        spread = 1 + square * groups[..., 0, :]
        log_det += np.log(spread).sum(-1)
        groups = groups / spread[..., None, :]
        inside = groups[..., 1:, :]
        moments = moments - (inside * (square * spread)[..., None, :]) @ inside.swapaxes(-1, -2)
    if design.column_factor.size:
        moments, more = _take_out_crossing(moments, theta[..., design.column_factor])
        log_det = log_det + more
    return moments, log_det


def _take_out_crossing(moments: Floats, scale: Floats) -> tuple[Floats, Floats]:
    """Eliminate the groups of crossing factors, `scale` (..., c) the ratio of each: moments left, and log |core|."""
    c = scale.shape[-1]
    core = moments[..., :c, :c] * scale[..., :, None] * scale[..., None, :] + np.eye(c)
    lower = np.linalg.cholesky(core)
    solved = np.linalg.solve(lower, moments[..., :c, c:] * scale[..., :, None])
    logs = 2 * np.log(np.diagonal(lower, axis1=-2, axis2=-1)).sum(-1)
    return moments[..., c:, c:] - solved.swapaxes(-1, -2) @ solved, logs


def _take_out_fixed(moments: Floats) -> tuple[Floats, Floats]:
    """Eliminate the fixed part column by column: log of its determinant, and the squares of the outcome left."""
    log_det = np.zeros(moments.shape[:-2])
    while moments.shape[-1] > 1:
        pivot, row = moments[..., 0, 0], moments[..., 0, 1:]
        log_det += np.log(pivot)
        moments = moments[..., 1:, 1:] - row[..., :, None] * (row / pivot[..., None])[..., None, :]
    return log_det, moments[..., 0, 0]


def profile_criterion(design: DesignSums, sums: OutcomeSums) -> Criterion:
    """Make -2 restricted log-likelihood (REML) as a function of the ratios, the residual variance profiled out."""
    dof = design.n - design.n_fixed

    def criterion(theta: Floats, rows: NDArray[np.intp]) -> Floats:
        if theta.ndim > 2 and math.prod(theta.shape[:-1]) * sums.groups[0].size > LARGEST_BATCH:
            return np.array([criterion(part, rows) for part in theta])
        picked = sums if len(sums.moments) == 1 else OutcomeSums(sums.groups[rows], sums.moments[rows])
        terms = weigh(design, picked, theta)
        value: Floats = terms.log_det + dof * (1 + np.log(2 * np.pi * terms.squares / dof)) + terms.log_det_fixed
        return value

    return criterion
