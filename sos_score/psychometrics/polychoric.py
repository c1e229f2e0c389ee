"""Ordinal alpha: the alpha of the continuous answers that a few response options have cut into steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sos_score.psychometrics.covariance import complete_rows, moments
from sos_score.psychometrics.guttman import cronbach_alpha, is_positive_definite
from sos_score.psychometrics.reliability import item_labels, usable_items

Floats = NDArray[np.float64]

FEWEST_ROWS = 10
"""Complete rows below which there is no ordinal alpha."""

ROUGH_ROWS = 50
"""Complete rows below which polychoric correlations are only rough."""

MOST_OPTIONS = 10
"""Different answers to an item above which it is not treated as ordinal."""

_BOUND = 0.999


@dataclass(frozen=True, slots=True)
class OrdinalAlpha:
    """Ordinal alpha of a scale.

    Attributes
    ----------
    alpha : float
        Standardized alpha of the polychoric correlations.
    n, items : int
        Complete rows and items used.
    correlations : ndarray of shape (k, k)
        Polychoric correlations; NaN for an item left out.
    notes : tuple of str
        Why there is none, and what to beware of.
    """

    alpha: float
    n: int
    items: int
    correlations: Floats
    notes: tuple[str, ...]


def ordinal_alpha(matrix: ArrayLike, names: Sequence[str] | None = None) -> OrdinalAlpha:
    """Return ordinal alpha from polychoric correlations.

    Parameters
    ----------
    matrix : array of shape (n, k)
        Keyed answers, NaN where missing; incomplete rows are dropped.
    names : sequence of str, optional
        Item ids for the notes.

    Returns
    -------
    OrdinalAlpha
        It speaks of the continuous answers behind the options, not of the score that is used, and is higher
        than alpha. Items that do not vary are left out; fewer than ten rows, or items with more than ten
        different answers, give none. Zumbo, Gadermann & Zeisser (2007); see Chalmers (2018) for what it
        does not tell.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> x = np.clip(np.round(3 + rng.normal(size=(200, 1)) + rng.normal(size=(200, 4))), 1, 5)
    >>> a = ordinal_alpha(x)
    >>> a.n, bool(0.75 < a.alpha < 0.85)
    (200, True)
    """
    answers = np.asarray(matrix, dtype=float)
    m = moments(answers)
    labels, used = item_labels(m, names), usable_items(m)
    x = answers[complete_rows(answers)][:, used]
    correlations = np.full((len(labels), len(labels)), np.nan)
    refusal = _refusal(x)
    if refusal:
        return OrdinalAlpha(np.nan, len(x), len(used), correlations, (refusal,))
    steps = [np.unique(column, return_inverse=True)[1] for column in x.T]
    r = np.eye(len(used))
    for i in range(len(used)):
        for j in range(i):
            r[i, j] = r[j, i] = polychoric_correlation(_table(steps[i], steps[j]))
    correlations[np.ix_(used, used)] = r
    return OrdinalAlpha(
        cronbach_alpha(r), len(x), len(used), correlations, _cautions(r, len(x), [labels[i] for i in used])
    )


def polychoric_correlation(table: ArrayLike) -> float:
    """Return the correlation of two normal variables that were cut into the steps of a table.

    Parameters
    ----------
    table : array of shape (a, b)
        Counts of each pair of answers, in order.

    Returns
    -------
    float
        Two-step maximum likelihood: thresholds from the margins, then the correlation, between -.999 and
        .999. Empty cells are taken as they are (psych adds .5 to them). NaN when one of the two does not
        vary. Olsson (1979).

    Examples
    --------
    >>> round(polychoric_correlation([[30, 10], [10, 30]]), 6)  # sin(pi / 4): both are cut at their median
    0.707107
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import ndtr, ndtri

    counts = np.asarray(table, dtype=float)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape) < 2:
        return np.nan
    n = counts.sum()
    cuts = [ndtri(np.cumsum(counts.sum(axis=axis))[:-1] / n) for axis in (1, 0)]
    grid = np.zeros((counts.shape[0] + 1, counts.shape[1] + 1))
    grid[1:-1, -1], grid[-1, 1:-1], grid[-1, -1] = ndtr(cuts[0]), ndtr(cuts[1]), 1.0

    def misfit(rho: float) -> float:
        grid[1:-1, 1:-1] = _binormal(cuts[0][:, None], cuts[1][None, :], rho)
        cells = np.diff(np.diff(grid, axis=0), axis=1)
        return -float((counts * np.log(np.maximum(cells, 1e-15))).sum())

    best = minimize_scalar(misfit, bounds=(-_BOUND, _BOUND), method="bounded", options={"xatol": 1e-9})
    return float(best.x)


def _binormal(h: Floats, k: Floats, rho: float) -> Floats:
    """Return the bivariate normal distribution function, by Owen's T (Owen 1956)."""
    from scipy.special import ndtr, owens_t

    root = np.sqrt(1 - rho**2)
    # Adding 0 turns -0 into 0, so that the slopes below go to the infinity of the right sign.
    h, k = np.broadcast_arrays(h + 0.0, k + 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        along_h, along_k = (k / h - rho) / root, (h / k - rho) / root
    value = (ndtr(h) + ndtr(k)) / 2 - owens_t(h, along_h) - owens_t(k, along_k)
    value -= np.where((h * k < 0) | ((h * k == 0) & (h + k < 0)), 0.5, 0.0)
    centre = 0.25 + np.arcsin(rho) / (2 * np.pi)
    result: Floats = np.where((h == 0) & (k == 0), centre, value)
    return result


def _table(first: NDArray[np.intp], second: NDArray[np.intp]) -> Floats:
    width = int(second.max()) + 1
    counts = np.bincount(first * width + second, minlength=(int(first.max()) + 1) * width)
    return counts.reshape(-1, width).astype(float)


def _refusal(x: Floats) -> str:
    n, k = x.shape
    if n < FEWEST_ROWS:
        return f"No ordinal alpha: {n} complete rows, at least {FEWEST_ROWS} are needed."
    if k < 2:
        return "No ordinal alpha: fewer than two items vary."
    if max(len(np.unique(column)) for column in x.T) > MOST_OPTIONS:
        return f"No ordinal alpha: an item has more than {MOST_OPTIONS} different answers; use alpha."
    return ""


def _cautions(r: Floats, n: int, labels: list[str]) -> tuple[str, ...]:
    notes = []
    if n < ROUGH_ROWS:
        notes.append(f"Polychoric correlations of {n} rows are rough: prefer alpha.")
    at_bound = [f"{labels[j]} and {labels[i]}" for i, j in np.argwhere(np.abs(np.tril(r, -1)) > _BOUND - 1e-4)]
    if at_bound:
        notes.append(f"Polychoric correlation at its bound, for want of answers: {', '.join(at_bound)}.")
    if not is_positive_definite(r):
        notes.append("The polychoric correlations do not fit together (not positive definite): prefer alpha.")
    return tuple(notes)
