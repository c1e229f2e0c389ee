"""Where the terms of a scale stand in coded answers, and which way they run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sos_score.scoring.plan import ScalePlan
from sos_score.scoring.responses import Responses
from sos_score.statistics.arrays import Floats


@dataclass(frozen=True, slots=True)
class ScaleColumns:
    """Where the terms of a scale stand, and what is to be counted of them."""

    plan: ScalePlan
    columns: tuple[str, ...]  # of `Responses.frame`, one a term: codes as answered, or scores for a scale of scores
    # (k,): the range of each term
    low: Floats
    high: Floats
    signs: Floats  # (k,): -1 for a reversed term
    options: int  # response options, where the terms are items that all have the same number of whole answers; else 0
    weights: Floats  # (k,): how often each term counts

    @property
    def factors(self) -> Floats:
        """Return what an answer is multiplied by in the score, away from the middle of its range."""
        return self.signs * self.weights

    @property
    def names(self) -> list[str]:
        """Return what the terms are called."""
        return [term.name for term in self.plan.terms]


def list_scale_columns(responses: Responses, scales: Iterable[ScalePlan]) -> list[ScaleColumns]:
    """Return where the terms of each scale stand."""
    scores = {scale.scale: scale.column for scale in responses.plan.scales}
    return [
        place_terms(scale, [scores[t.name] if scale.of_scores else responses.column_of(t.name) for t in scale.terms])
        for scale in scales
    ]


def place_terms(scale: ScalePlan, columns: Iterable[str]) -> ScaleColumns:
    """Return a scale whose terms stand in these columns, in its order."""
    low, high = (np.array([getattr(term, end) for term in scale.terms], dtype=float) for end in ("low", "high"))
    sizes = {term.options for term in scale.terms}
    options = sizes.pop() if len(sizes) == 1 else 0
    signs = np.array([-1.0 if term.is_reversed else 1.0 for term in scale.terms])
    weights = np.array([term.weight for term in scale.terms], dtype=float)
    return ScaleColumns(scale, tuple(columns), low, high, signs, options, weights)
