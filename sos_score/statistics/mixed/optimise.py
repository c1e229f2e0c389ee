"""Minima of many smooth criteria at once: damped Newton steps from the best points of a coarse grid."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from sos_score.statistics.arrays import Floats
from sos_score.statistics.mixed.likelihood import Criterion

_RATIOS, _FEW_RATIOS = (0.15, 0.5, 1.0, 2.5), (0.3, 1.2)
_STARTS = 5  # points of the grid of ratios polished by Newton steps


def minimise(criterion: Criterion, starts: Floats, rows: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Minimise smooth criteria at once by damped Newton steps from `starts` (B, k); `rows` (B,) name the problems."""
    points, damping = starts.copy(), np.full(starts.shape[0], 1e-3)
    if not points.shape[1]:
        return points, criterion(points, rows)
    values, slopes, curvatures = _look_around(criterion, points, rows)
    active = np.arange(points.shape[0])
    for _ in range(80):
        if active.size == 0:
            break
        roots, axes = np.linalg.eigh(curvatures[active])
        along = (slopes[active, None, :] @ axes)[:, 0] / (np.abs(roots) + damping[active, None])
        step = -(axes @ along[..., None])[..., 0]
        length = np.sqrt((step**2).sum(-1, keepdims=True))
        step *= np.minimum(1, (0.5 + np.abs(points[active]).max(-1, keepdims=True)) / np.maximum(length, 1e-300))
        reached, slope, curvature = _look_around(criterion, points[active] + step, rows[active])
        gain = values[active] - reached
        better = gain > 0
        moved = active[better]
        points[moved] += step[better]
        values[moved], slopes[moved], curvatures[moved] = reached[better], slope[better], curvature[better]
        damping[active] = np.where(better, damping[active] / 10, (damping[active] + 1e-3) * 20)
        done = ((np.abs(gain) < 1e-11) & (length[:, 0] < 1e-4)) | (damping[active] > 1e8)
        active = active[~done]
    return points, values


def _look_around(criterion: Criterion, at: Floats, rows: NDArray[np.intp]) -> tuple[Floats, Floats, Floats]:
    """Find value (B,), slope (B, k) and curvature (B, k, k) by differences, the whole stencil in one call."""
    k = at.shape[1]
    width = 1e-4 * (1 + np.abs(at))
    shifts, pairs = _place_stencil(k)
    around = criterion(at + shifts * width, rows)
    value, up, down = around[0], around[1 : k + 1].T, around[k + 1 : 2 * k + 1].T
    slope = (up - down) / (2 * width)
    curvature = np.empty((at.shape[0], k, k))
    diagonal = np.arange(k)
    curvature[:, diagonal, diagonal] = (up - 2 * value[:, None] + down) / width**2
    for position, (i, j) in enumerate(pairs, 2 * k + 1):
        mixed = (around[position] - up[:, i] - up[:, j] + value) / (width[:, i] * width[:, j])
        curvature[:, i, j] = curvature[:, j, i] = mixed
    return value, slope, curvature


@cache
def _place_stencil(k: int) -> tuple[Floats, tuple[tuple[int, int], ...]]:
    """Return where to look in k dimensions: here, up, down and up in two at once; and which two."""
    unit, pairs = np.eye(k), tuple((i, j) for i in range(k) for j in range(i))
    return np.array([0 * unit[0], *unit, *-unit, *(unit[i] + unit[j] for i, j in pairs)])[:, None, :], pairs


def minimise_ratios(criterion: Criterion, k: int, problems: int) -> tuple[Floats, Floats]:
    """Minimise each of several criteria over k ratios, starting from the best points of a coarse grid.

    A ratio whose best value is indistinguishable from 0 is returned as exactly 0 (a boundary fit).
    """
    points, values = minimise_from_grid(criterion, _RATIOS if k < 4 else _FEW_RATIOS, k, problems, keep=_STARTS)
    return _snap_to_zero(criterion, np.abs(points), values, np.arange(problems))


def minimise_from_grid(
    criterion: Criterion, ladder: Sequence[float], k: int, problems: int, *, keep: int
) -> tuple[Floats, Floats]:
    """Minimise each of several criteria over k coordinates from the `keep` best points of a grid of `ladder`."""
    grid = np.array(list(product(ladder, repeat=k)))
    heights = criterion(np.broadcast_to(grid[:, None, :], (grid.shape[0], problems, k)), np.arange(problems))
    return minimise_from(criterion, grid[np.argsort(heights, axis=0)[:keep]])


def minimise_from(criterion: Criterion, starts: Floats) -> tuple[Floats, Floats]:
    """Minimise each of several criteria from `starts` (s, problems, k): the best points (problems, k) and values."""
    several, problems, k = starts.shape
    rows = np.arange(problems)
    points, values = minimise(criterion, starts.reshape(several * problems, k), np.tile(rows, several))
    points, values = points.reshape(starts.shape), values.reshape(several, problems)
    best = np.argmin(values, axis=0)
    return points[best, rows], values[best, rows]


def _snap_to_zero(
    criterion: Criterion, points: Floats, values: Floats, rows: NDArray[np.intp]
) -> tuple[Floats, Floats]:
    """Set each ratio to exactly 0 where that costs nothing: numerical minima stop just short of it."""
    for j in range(points.shape[1]):
        zeroed = points.copy()
        zeroed[:, j] = 0
        without = criterion(zeroed, rows)
        snap = without <= values + 1e-8
        points = np.where(snap[:, None], zeroed, points)
        values = np.where(snap, np.minimum(values, without), values)
    return points, values
