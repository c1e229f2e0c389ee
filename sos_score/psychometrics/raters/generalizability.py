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

PARTS = ("target", "rater", "item", "target_rater", "target_item", "rater_item", "residual")
"""What a rating varies by; the residual is all three together, and chance."""

MOST_NEEDED = 50
_SETS: tuple[tuple[int, ...], ...] = ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2))


@dataclass(frozen=True, slots=True)
class Generalizability:
    """Variance parts of ratings, and what the mean of all items and some observers is worth.

    Attributes
    ----------
    targets, raters, items : int
        How many were used.
    variances : dict of str to float
        By the names of `PARTS`; all NaN where there are too few to tell them apart.
    """

    targets: int
    raters: int
    items: int
    variances: dict[str, float]

    def g(self, raters: int) -> float:
        """Return the generalizability coefficient of the mean of some raters: for putting targets in order."""
        return self._divide(self._relative(raters))

    def phi(self, raters: int) -> float:
        """Return the dependability coefficient of the mean of some raters: for the scores as such."""
        each = self.variances
        absolute = each["rater"] / raters + each["item"] / self.items + each["rater_item"] / (raters * self.items)
        return self._divide(self._relative(raters) + absolute)

    def find_needed(self, phi: float) -> int | None:
        """Return how many raters a target needs for Phi to reach a value; None where not even 50 are enough."""
        return next((k for k in range(1, MOST_NEEDED + 1) if self.phi(k) >= phi), None)

    def _relative(self, raters: int) -> float:
        each, items = self.variances, self.items
        return each["target_rater"] / raters + each["target_item"] / items + each["residual"] / (raters * items)

    def _divide(self, error: float) -> float:
        true = self.variances["target"]
        return true / (true + error) if true + error > 0 else math.nan


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
    variances = {}
    for name, axes in zip(PARTS, _SETS, strict=True):
        above = [each for each in _SETS if set(axes) <= set(each)]
        total = sum((-1) ** (len(each) - len(axes)) * squares[each] for each in above)
        variances[name] = max(0.0, total / math.prod(x.shape[axis] for axis in range(3) if axis not in axes))
    return Generalizability(len(x), x.shape[1], x.shape[2], variances)


def _find_effect(x: Floats, axes: tuple[int, ...]) -> Floats:
    """Return what the cells of some axes differ by, beyond what fewer of these axes make them differ by."""
    effect: Floats = x.mean(axis=tuple(axis for axis in range(3) if axis not in axes), keepdims=True)
    for axis in axes:
        effect = effect - effect.mean(axis=axis, keepdims=True)
    return effect


GOALS = (0.7, 0.8)
"""The values of Phi for which the observers needed are counted."""

COLUMNS = ("kind", "name", "scale", "targets", "raters", "items", *PARTS, "g", "phi", "needed_70", "needed_80")


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
    return [about | counts | shares | {"g": found.g(1), "phi": found.phi(1)} | needed]
