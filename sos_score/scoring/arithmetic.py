"""The scores of one person in plain arithmetic: what examples are checked with and explanations are written from.

The engine computes the same as expressions over columns; a test holds the two to each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sos_score.scoring.norms import NamedNorm
from sos_score.scoring.plan import ScalePlan, ScoringPlan


@dataclass(frozen=True)
class RowScore:
    """One scale's score for one person.

    Attributes
    ----------
    values : dict
        What each term present counts, reversed as the key says.
    mean : float or None
        Of the terms present; None where there are too few.
    score : float or None
        The mean, or the sum the definition asks for.
    t_scores : dict
        By the name of the norm.
    """

    values: Mapping[str, float]
    mean: float | None
    score: float | None
    t_scores: Mapping[str, float | None]


def score_row(plan: ScoringPlan, codes: Mapping[str, float | None]) -> dict[str, RowScore]:
    """Return each scale's score from one person's codes.

    Examples
    --------
    >>> from sos_score import load_instrument
    >>> from sos_score.scoring.plan import plan_scores
    >>> plan = plan_scores(load_instrument("wai-s"))
    >>> score_row(plan, {f"wais_{n:02}": 7 for n in range(1, 13)})["goal"].score
    4.0
    """
    rows: dict[str, RowScore] = {}
    for scale in plan.scales:
        found = {name: row.score for name, row in rows.items()} if scale.of_scores else codes
        values = {
            term.name: term.low + term.high - code if term.is_reversed else code
            for term in scale.terms
            if (code := found.get(term.name)) is not None
        }
        is_enough = len(values) >= scale.needed
        mean = sum(values.values()) / len(values) if is_enough else None
        score = None if mean is None else _convert(scale, mean, len(values))
        t_scores = {norm.name: _read_t(scale, norm, base_of(scale, norm, mean, score)) for norm in scale.norms}
        rows[scale.scale] = RowScore(values, mean, score, t_scores)
    return rows


def _convert(scale: ScalePlan, mean: float, answered: int) -> float:
    if scale.method == "mean":
        return mean
    return mean * (answered if scale.rule.sums == "as_answered" else len(scale.terms))


def base_of(scale: ScalePlan, norm: NamedNorm, mean: float | None, score: float | None) -> float | None:
    """Return what a norm's mean and sd are compared with: the score itself, or its other metric."""
    if mean is None or norm.score == scale.method:
        return score
    return mean if norm.score == "mean" else mean * len(scale.terms)


def _read_t(scale: ScalePlan, norm: NamedNorm, score: float | None) -> float | None:
    if score is None:
        return None
    return 50.0 + 10.0 * (score - norm.means[scale.scale]) / norm.sds[scale.scale]
