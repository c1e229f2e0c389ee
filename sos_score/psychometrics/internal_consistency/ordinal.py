"""Ordinal alpha: the alpha of the continuous answers that a few response options have cut into steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sos_score.notes import Note, note
from sos_score.psychometrics.internal_consistency.alpha import item_labels, usable_items
from sos_score.psychometrics.internal_consistency.guttman import cronbach_alpha, is_positive_definite
from sos_score.psychometrics.moments import Moments, complete_rows, moments
from sos_score.statistics.arrays import Floats

FEWEST_ROWS = 10
"""Complete rows below which there is no ordinal alpha."""

ROUGH_ROWS = 50
"""Complete rows below which polychoric correlations are only rough."""

MOST_OPTIONS = 10
"""Different answers to an item above which it is not treated as ordinal."""

_BOUND = 0.999
_FAR = 37.0  # beyond it the normal distribution has no mass that a float can hold
_STEPS = 60
_STILL = 1e-12  # a correlation that moves by less is found


@dataclass(frozen=True, slots=True)
class OrdinalAlpha:
    """Ordinal alpha of a scale."""

    alpha: float  # standardized alpha of the polychoric correlations
    notes: tuple[Note, ...]  # why there is none, and what to beware of


def ordinal_alpha(matrix: ArrayLike, names: Sequence[str] | None = None) -> OrdinalAlpha:
    """Return ordinal alpha from polychoric correlations.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> x = np.clip(np.round(3 + rng.normal(size=(200, 1)) + rng.normal(size=(200, 4))), 1, 5)
    >>> bool(0.75 < ordinal_alpha(x).alpha < 0.85)
    True
    """
    answers = np.asarray(matrix, dtype=float)
    m = moments(answers)
    x = answers[complete_rows(answers)][:, usable_items(m)]
    steps = [np.unique(column, return_inverse=True)[1] for column in x.T]
    options = max((int(step.max(initial=0)) + 1 for step in steps), default=0)
    if options > MOST_OPTIONS:
        # The tables of so many options would be large, and are not looked at.
        return ordinal_alpha_from_tables(m, np.zeros((0, 0, options, options)), names)
    k = len(m.counts)
    chosen = np.zeros((len(x), k, options), dtype=np.float32)
    for item, step in zip(usable_items(m), steps, strict=True):
        chosen[np.arange(len(x)), item, step] = 1
    flat = chosen.reshape(len(x), k * options)
    tables = (flat.T @ flat).reshape(k, options, k, options).transpose(0, 2, 1, 3)
    return ordinal_alpha_from_tables(m, tables, names)


def ordinal_alpha_from_tables(
    moments: Moments, tables: ArrayLike, names: Sequence[str] | None = None, signs: ArrayLike | None = None
) -> OrdinalAlpha:
    """Return ordinal alpha from the cross-tables of every two items, as one lazy pass gives them.

    Examples
    --------
    >>> from sos_score.psychometrics.moments import moments_from_sums
    >>> m = moments_from_sums(80, [0, 0], [[20, 10], [10, 20]])
    >>> pair, own = [[30, 10], [10, 30]], [[40, 0], [0, 40]]
    >>> round(ordinal_alpha_from_tables(m, [[own, pair], [pair, own]]).alpha, 6)
    0.828427
    """
    counts = np.asarray(tables, dtype=float)
    labels, used = item_labels(moments, names), usable_items(moments)
    k = len(used)
    refusal = _refusal(moments.complete, k, counts.shape[-1])
    if refusal:
        return OrdinalAlpha(np.nan, (refusal,))
    below = np.tril_indices(k, -1)
    turned = np.ones(len(labels)) if signs is None else np.asarray(signs, dtype=float)
    r = np.eye(k)
    r[below] = _correlate(counts[used[below[0]], used[below[1]]]) * turned[used[below[0]]] * turned[used[below[1]]]
    r = np.tril(r) + np.tril(r, -1).T
    return OrdinalAlpha(cronbach_alpha(r), _cautions(r, moments.complete, [labels[i] for i in used]))


def _correlate(tables: Floats) -> Floats:
    """Return the polychoric correlation behind each of a stack of tables, all at once: a scale has hundreds of pairs.

    Two-step maximum likelihood (Olsson 1979): thresholds from the margins, then the correlation, between -.999 and
    .999. Empty cells are taken as they are (psych adds .5 to them).
    """
    from scipy.special import ndtr, ndtri

    n = tables.sum(axis=(1, 2))[:, None]
    cuts = [np.clip(ndtri(np.cumsum(tables.sum(axis=axis), axis=1)[:, :-1] / n), -_FAR, _FAR) for axis in (2, 1)]
    first, second = cuts[0][:, :, None], cuts[1][:, None, :]
    grid = np.zeros((len(tables), tables.shape[1] + 1, tables.shape[2] + 1))
    grid[:, 1:-1, -1], grid[:, -1, 1:-1], grid[:, -1, -1] = ndtr(cuts[0]), ndtr(cuts[1]), 1.0
    slope = np.zeros_like(grid)
    rho, low, high = (np.full((len(tables), 1, 1), start) for start in (0.0, -_BOUND, _BOUND))
    found, places = rho[:, 0, 0], np.arange(len(tables))
    # Fisher scoring, held between what the sign of the slope of the likelihood has ruled out.
    for _ in range(_STEPS):
        grid[:, 1:-1, 1:-1] = _binormal(first, second, rho)
        slope[:, 1:-1, 1:-1] = _density(first, second, rho)
        cells = np.maximum(np.diff(np.diff(grid, axis=1), axis=2), 1e-15)
        slopes = np.diff(np.diff(slope, axis=1), axis=2)
        score = (tables * slopes / cells).sum(axis=(1, 2), keepdims=True)
        weight = n[:, :, None] * (slopes**2 / cells).sum(axis=(1, 2), keepdims=True)
        low, high = np.where(score > 0, rho, low), np.where(score > 0, high, rho)
        gain = score / np.maximum(weight, 1e-300)
        step = rho + gain
        is_inside = (step > low) & (step < high) | (np.abs(gain) < _STILL)
        step = np.where(is_inside, step, (low + high) / 2)
        is_open = (np.abs(step - rho) >= _STILL)[:, 0, 0]
        rho, found[places] = step, step[:, 0, 0]
        if not is_open.any():
            break
        # A few pairs near the bounds take many steps: only those that still move take another.
        parts = (tables, n, first, second, grid, slope, rho, low, high, places)
        tables, n, first, second, grid, slope, rho, low, high, places = (each[is_open] for each in parts)
    return found


def _density(h: Floats, k: Floats, rho: Floats) -> Floats:
    """Return the bivariate normal density, the slope of the distribution function along rho."""
    rest = 1 - rho**2
    power = -(h**2 - 2 * rho * h * k + k**2) / (2 * rest)
    density: Floats = np.exp(np.maximum(power, -700)) / (2 * np.pi * np.sqrt(rest))
    return density


def _binormal(h: Floats, k: Floats, rho: Floats | float) -> Floats:
    """Return the bivariate normal distribution function, by Owen's T (Owen 1956)."""
    from scipy.special import ndtr, owens_t

    root = np.sqrt(1 - rho**2)
    halves = (ndtr(h) + ndtr(k)) / 2
    # Adding 0 turns -0 into 0, so that the slopes below go to the infinity of the right sign.
    h, k, rho = np.broadcast_arrays(h + 0.0, k + 0.0, rho)
    with np.errstate(divide="ignore", invalid="ignore"):
        along_h, along_k = (k / h - rho) / root, (h / k - rho) / root
    value = halves - owens_t(h, along_h) - owens_t(k, along_k)
    value -= np.where((h * k < 0) | ((h * k == 0) & (h + k < 0)), 0.5, 0.0)
    centre = 0.25 + np.arcsin(rho) / (2 * np.pi)
    result: Floats = np.where((h == 0) & (k == 0), centre, value)
    return result


def _refusal(n: int, k: int, options: int) -> Note | None:
    if n < FEWEST_ROWS:
        return note("ordinal_too_few_rows", n=n, least=FEWEST_ROWS)
    if k < 2:
        return note("ordinal_too_few_items")
    if options > MOST_OPTIONS:
        return note("ordinal_too_many_options", most=MOST_OPTIONS)
    return None


def _cautions(r: Floats, n: int, labels: list[str]) -> tuple[Note, ...]:
    notes = []
    if n < ROUGH_ROWS:
        notes.append(note("polychoric_rough", n=n))
    far = np.argwhere(np.abs(np.tril(r, -1)) > _BOUND - 1e-4)
    at_bound = tuple((labels[j], labels[i]) for i, j in far)
    if at_bound:
        notes.append(note("polychoric_at_bound", pairs=at_bound))
    if not is_positive_definite(r):
        notes.append(note("polychoric_not_definite"))
    return tuple(notes)
