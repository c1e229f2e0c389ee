"""Kappa of every two raters, on each item and on the items of a scale taken together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sos_score.psychometrics.raters.kappa import Kappa, Weights, cross_table, kappa
from sos_score.psychometrics.raters.ratings import Ratings
from sos_score.scoring.plan import ScalePlan

MOST_RATERS = 10
"""Raters up to which kappa is given for every two of them."""

_WEIGHTS: tuple[Weights, ...] = ("unweighted", "linear", "quadratic")
Tables = Mapping[tuple[str, str], NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class RaterPair:
    """Kappa of two raters on an item, or on the items of a scale pooled.

    Attributes
    ----------
    item : str
        Empty where the items of the scale are pooled.
    scale, first, second : str
        The scale, and the two raters.
    """

    item: str
    scale: str
    first: str
    second: str
    kappa: Kappa

    def row(self) -> dict[str, Any]:
        """Return the row of the table of kappas."""
        k = self.kappa
        return {
            "kind": "item" if self.item else "pooled items",
            "name": self.item or self.scale,
            "scale": self.scale,
            "rater_1": self.first,
            "rater_2": self.second,
            "weights": k.weights,
            "n": k.n,
            "kappa": k.kappa,
            "se": k.se,
            "ci_low": k.ci_low,
            "ci_high": k.ci_high,
            "observed": k.observed,
            "expected": k.expected,
            "exact": k.exact,
            "within_one": k.within_one,
            "note": " ".join(map(str, k.notes)),
        }


def cross_raters(ratings: Ratings, options: Sequence[float]) -> Tables:
    """Return the cross-table of every two raters who share a target of an item; none for many raters."""
    raters, matrix = ratings.raters, ratings.matrix
    if len(raters) > MOST_RATERS:
        return {}
    tables = {
        (str(raters[i]), str(raters[j])): cross_table(matrix[:, i], matrix[:, j], options)
        for i, j in combinations(range(len(raters)), 2)
    }
    return {pair: table for pair, table in tables.items() if table.sum()}


def pool_tables(tables: Mapping[str, Tables], scale: ScalePlan) -> Tables:
    """Return the cross-tables of the items of a scale added up, turned as its key says.

    There are none for a scale of scores or of items with different options.
    """
    sizes = {table.shape for term in scale.terms if not scale.of_scores for table in tables[term.name].values()}
    if scale.of_scores or len({(term.low, term.high) for term in scale.terms}) > 1 or len(sizes) > 1:
        return {}
    pooled: dict[tuple[str, str], NDArray[np.int64]] = {}
    for term in scale.terms:
        for pair, table in tables[term.name].items():
            turned = table[::-1, ::-1] if term.is_reversed else table
            pooled[pair] = pooled.get(pair, 0) + turned
    return pooled


def list_pairs(tables: Tables, item: str, scale: str) -> list[RaterPair]:
    """Return kappa of each cross-table in each weighting; no item where items are pooled."""
    return [
        RaterPair(item, scale, *pair, kappa(table, weights)) for pair, table in tables.items() for weights in _WEIGHTS
    ]
