"""What ratings vary by: targets, observers, items and how these go together; and how many observers are enough."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sos_score.psychometrics.raters.ratings import rating_table
from sos_score.scoring.plan import ScalePlan
from sos_score.statistics.arrays import Floats
from sos_score.statistics.estimate import CONFIDENCE

PARTS = ("target", "rater", "item", "target_rater", "target_item", "rater_item", "residual")
"""What a rating varies by; the residual is all three together, and chance."""

MOST_NEEDED = 50
_DRAWS, _SEED = 20_000, 1
_SETS: tuple[tuple[int, ...], ...] = ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2))


@dataclass(frozen=True, slots=True)
class Generalizability:
    """Variance parts of ratings, and what the mean of all items and some observers is worth."""

    # how many were used
    targets: int
    raters: int
    items: int
    variances: dict[str, float]  # by the names of `PARTS`; all NaN where there are too few to tell them apart
    squares: tuple[float, ...] = ()  # their mean squares, in the same order; none where there are too few

    def g(self, raters: int) -> float:
        """Return the generalizability coefficient of the mean of some raters: for putting targets in order."""
        return float(_find_g(self.variances, raters, self.items))

    def phi(self, raters: int) -> float:
        """Return the dependability coefficient of the mean of some raters: for the scores as such."""
        return float(_find_phi(self.variances, raters, self.items))

    def find_intervals(self, raters: int) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return the intervals of G and of Phi of the mean of some raters; NaN where there is no coefficient.

        Notes
        -----
        Generalized confidence intervals: every expected mean square is drawn as its mean square times its degrees of
        freedom over a chi-square, and the coefficient worked out from them as from the mean squares themselves, parts
        below 0 taken as 0; the interval lies between the quantiles of 20,000 draws with a fixed seed. Weerahandi
        (1993), Journal of the American Statistical Association, 88, 899-905; Burdick, Borror and Montgomery (2005).
        Agrees with R 4.2.2 (mean squares of ``aov``, a million draws) to 0.01. With few raters Phi is hardly known: a
        mean square with one degree of freedom says little.
        """
        nothing = (math.nan, math.nan), (math.nan, math.nan)
        if not self.squares or math.isnan(self.g(raters)):
            return nothing
        rng, shape = np.random.default_rng(_SEED), (self.targets, self.raters, self.items)
        drawn = {}
        for axes, square in zip(_SETS, self.squares, strict=True):
            df = math.prod(shape[axis] - 1 for axis in axes)
            drawn[axes] = square * df / rng.chisquare(df, _DRAWS)
        variances = _solve(drawn, shape)
        ends = [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
        found = (np.nanquantile(find(variances, raters, self.items), ends) for find in (_find_g, _find_phi))
        g, phi = ((float(low), float(high)) for low, high in found)
        return g, phi

    def find_needed(self, phi: float) -> int | None:
        """Return how many raters a target needs for Phi to reach a value; None where not even 50 are enough."""
        return next((k for k in range(1, MOST_NEEDED + 1) if self.phi(k) >= phi), None)


def rater_generalizability(ratings: ArrayLike) -> Generalizability:
    """Divide the variance of ratings among targets, raters and items, and what these do together.

    Parameters
    ----------
    ratings : array of shape (targets, raters, items)
        NaN where there is no rating; targets without every rating are left out. All items point the same way.

    Returns
    -------
    Generalizability
        Targets, raters and items are all taken as drawn from more like them. NaN with fewer than two of any of them.

    Notes
    -----
    Expected mean squares of the crossed design; an estimate below 0 is taken as 0. With n_r raters and n_i items,
    G = t / (t + tr/n_r + ti/n_i + e/(n_r n_i)); Phi adds r/n_r + i/n_i + ri/(n_r n_i) to the error. Brennan (2001),
    Generalizability Theory. Agrees with R 4.2.2, lme4 1.1-31 (REML), where no estimate is below 0.
    """
    x = np.asarray(ratings, dtype=float)
    x = x[~np.isnan(x).any(axis=(1, 2))]
    if min(x.shape) < 2:
        return Generalizability(len(x), x.shape[1], x.shape[2], dict.fromkeys(PARTS, math.nan))
    squares: dict[tuple[int, ...], float] = {}
    for axes in _SETS:
        effect = _find_effect(x, axes)
        df = math.prod(x.shape[axis] - 1 for axis in axes)
        squares[axes] = float((effect**2).sum()) * x.size / effect.size / df
    variances = {name: float(each) for name, each in _solve(squares, x.shape).items()}
    return Generalizability(len(x), x.shape[1], x.shape[2], variances, tuple(squares[axes] for axes in _SETS))


def _solve(squares: Mapping[tuple[int, ...], Any], shape: tuple[int, ...]) -> dict[str, Any]:
    """Return the variance parts behind expected mean squares, numbers or arrays; below 0 is 0."""
    variances = {}
    for name, axes in zip(PARTS, _SETS, strict=True):
        above = [each for each in _SETS if set(axes) <= set(each)]
        total = sum((-1) ** (len(each) - len(axes)) * squares[each] for each in above)
        variances[name] = np.maximum(0.0, total / math.prod(shape[axis] for axis in range(3) if axis not in axes))
    return variances


def _find_g(each: Mapping[str, Any], raters: int, items: int) -> Any:
    return _divide(each["target"], _find_relative(each, raters, items))


def _find_phi(each: Mapping[str, Any], raters: int, items: int) -> Any:
    absolute = each["rater"] / raters + each["item"] / items + each["rater_item"] / (raters * items)
    return _divide(each["target"], _find_relative(each, raters, items) + absolute)


def _find_relative(each: Mapping[str, Any], raters: int, items: int) -> Any:
    return each["target_rater"] / raters + each["target_item"] / items + each["residual"] / (raters * items)


def _divide(true: Any, error: Any) -> Any:
    total = np.asarray(true + error, dtype=float)
    return np.divide(true, total, out=np.full(total.shape, math.nan), where=total > 0)


def _find_effect(x: Floats, axes: tuple[int, ...]) -> Floats:
    """Return what the cells of some axes differ by, beyond what fewer of these axes make them differ by."""
    effect: Floats = x.mean(axis=tuple(axis for axis in range(3) if axis not in axes), keepdims=True)
    for axis in axes:
        effect = effect - effect.mean(axis=axis, keepdims=True)
    return effect


GOALS = (0.7, 0.8)
"""The values of Phi for which the observers needed are counted."""

COLUMNS = (
    *("kind", "name", "scale", "targets", "raters", "items", *PARTS),
    *("g", "g_low", "g_high", "phi", "phi_low", "phi_high", "needed_70", "needed_80"),
)


def list_parts(
    scale: ScalePlan, targets: ArrayLike, raters: ArrayLike, answers: Mapping[str, Floats]
) -> list[dict[str, Any]]:
    """Return the row of a scale whose items all count once and as answered: shares of the variance, G, Phi and needs.

    `answers` are the items as answered, by id, a value a row. Two ratings of a target by one rater are not used.
    """
    if scale.of_scores or any(term.recode or term.weight != 1 for term in scale.terms):
        return []
    turned = [
        term.low + term.high - answers[term.name] if term.is_reversed else answers[term.name] for term in scale.terms
    ]
    found = rater_generalizability(np.stack([rating_table(targets, raters, each).matrix for each in turned], axis=2))
    total = sum(found.variances.values())
    if not total > 0:
        return []
    about = {"kind": "scale", "name": scale.scale, "scale": scale.scale}
    counts = {"targets": found.targets, "raters": found.raters, "items": found.items}
    shares = {name: variance / total for name, variance in found.variances.items()}
    needed = {f"needed_{100 * goal:.0f}": found.find_needed(goal) for goal in GOALS}
    (g_low, g_high), (phi_low, phi_high) = found.find_intervals(1)
    worth = {
        "g": found.g(1),
        "g_low": g_low,
        "g_high": g_high,
        "phi": found.phi(1),
        "phi_low": phi_low,
        "phi_high": phi_high,
    }
    return [about | counts | shares | worth | needed]
