"""The scores of one person in plain arithmetic: what examples are checked with and explanations are written from.

The engine computes the same as expressions over columns; a test holds the two to each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sos_score.scoring.plan import ScalePlan, ScoringPlan


@dataclass(frozen=True)
class RowScore:
    """One scale's score for one person.

    Attributes
    ----------
    values : dict
        What each term present counts, reversed as the key says.
    score : float or None
        None where too few are present.
    t_scores : dict
        By the name of the norm.
    """

    values: Mapping[str, float]
    score: float | None
    t_scores: Mapping[str, float | None]


def score_row(plan: ScoringPlan, codes: Mapping[str, float | None]) -> dict[str, RowScore]:
    """Return each scale's score from one person's codes.

    Parameters
    ----------
    plan : ScoringPlan
    codes : dict
        Item id to code, None where missing.

    Returns
    -------
    dict
        Scale id to `RowScore`.

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
        t_scores = {norm.name: _read_t(scale, norm.name, mean) for norm in scale.norms}
        rows[scale.scale] = RowScore(values, None if mean is None else _convert(scale, mean, len(values)), t_scores)
    return rows


def _convert(scale: ScalePlan, mean: float, answered: int) -> float:
    if scale.method == "mean":
        return mean
    return mean * (answered if scale.rule.sums == "as_answered" else len(scale.terms))


def _read_t(scale: ScalePlan, name: str, mean: float | None) -> float | None:
    norm = next(norm for norm in scale.norms if norm.name == name)
    if mean is None:
        return None
    score = mean if norm.score == "mean" else mean * len(scale.terms)
    return 50.0 + 10.0 * (score - norm.means[scale.scale]) / norm.sds[scale.scale]
