"""The scores of one person in exact fractions: what examples are checked with and explanations are written from.

The engine computes the same as expressions over columns; a test holds the two to each other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from sos_score.scoring.norms import NamedNorm
from sos_score.scoring.plan import Condition, ScalePlan, ScoringPlan, Term

Exact = Fraction | int
_HALF = Fraction(1, 2)


@dataclass(frozen=True)
class RowScore:
    """One scale's score for one person.

    Attributes
    ----------
    values : dict
        What each term present counts, recoded and reversed as the key says, before its weight.
    mean : float or None
        Of the terms present, by their weights; None where there are too few.
    score : float or None
        The mean, or the sum the definition asks for, rounded where it asks for that.
    t_scores : dict
        By the name of the norm.
    asked, required : int
        How many terms were asked, and how many of them must be there.
    converted, bands : dict
        By the name of the conversion, and of the cut-offs.
    unrounded : float or None
        The score before it is rounded.
    """

    values: Mapping[str, float]
    mean: float | None
    score: float | None
    t_scores: Mapping[str, float | None]
    asked: int
    required: int
    converted: Mapping[str, float | None] = field(default_factory=dict)
    bands: Mapping[str, str | None] = field(default_factory=dict)
    unrounded: float | None = None


def score_row(plan: ScoringPlan, codes: Mapping[str, float | None]) -> dict[str, RowScore]:
    """Return each scale's score from one person's codes, as answered.

    Examples
    --------
    >>> from sos_score import load_instrument
    >>> from sos_score.scoring.plan import plan_scores
    >>> plan = plan_scores(load_instrument("wai-s"))
    >>> score_row(plan, {f"wais_{n:02}": 7 for n in range(1, 13)})["goal"].score
    4.0
    """
    rows: dict[str, RowScore] = {}
    exact: dict[str, Exact | None] = {}
    given = {item: None if code is None else _read(code) for item, code in codes.items()}
    for scale in plan.scales:
        found = exact if scale.of_scores else given
        asked = [term for term in scale.terms if was_asked(term.conditions, codes)]
        values = {term.name: _count(term, value) for term in asked if (value := found.get(term.name)) is not None}
        required = _count_required(scale, len(asked))
        mean = _weigh(scale.terms, values) if len(values) >= required else None
        raw = None if mean is None else _convert(scale, mean, values)
        score = raw if raw is None or not scale.is_rounded else Fraction(math.floor(raw + _HALF))
        exact[scale.scale] = score
        rows[scale.scale] = RowScore(
            {name: float(value) for name, value in values.items()},
            _show(mean),
            _show(score),
            {norm.name: _read_t(scale, norm, base_of(scale, norm, _show(mean), _show(score))) for norm in scale.norms},
            len(asked),
            required,
            {each.name: _look_up(each.table, score) for each in scale.conversions},
            {each.name: _name_band(each.points, each.labels, score) for each in scale.bands},
            _show(raw),
        )
    return rows


@lru_cache(maxsize=4096)
def _read(code: float) -> Exact:
    """Return a code as it is written: 0.1 is a tenth."""
    exact = Fraction(str(code))
    return exact.numerator if exact.denominator == 1 else exact  # whole numbers are added in a tenth of the time


def _show(value: Exact | None) -> float | None:
    return None if value is None else float(value)


def was_asked(conditions: Iterable[Condition], codes: Mapping[str, float | None]) -> bool:
    """Return whether an item was asked: it was not where an item that decides it has another answer."""
    return all(codes.get(gate) is None or codes[gate] in allowed for gate, allowed in conditions)


def _count(term: Term, value: Exact) -> Exact:
    if term.recode:
        value = _read(term.recode[float(value)])
    return _read(term.low) + _read(term.high) - value if term.is_reversed else value


def _count_required(scale: ScalePlan, asked: int) -> int:
    return scale.rule_needed.count_of_asked(asked) if scale.has_conditions else scale.needed


def _weigh(terms: Iterable[Term], values: Mapping[str, Exact]) -> Fraction:
    weights = {term.name: _read(term.weight) for term in terms}
    total = sum(weights[name] * value for name, value in values.items())
    return Fraction(total, sum(weights[name] for name in values))


def _convert(scale: ScalePlan, mean: Fraction, values: Mapping[str, Exact]) -> Fraction:
    if scale.method == "mean":
        return mean
    counted = values if scale.rule.sums == "as_answered" else [term.name for term in scale.terms]
    return mean * sum(_read(term.weight) for term in scale.terms if term.name in counted)


def _look_up(table: Mapping[int, float], score: Fraction | None) -> float | None:
    return table.get(int(score)) if score is not None and score.denominator == 1 else None


def _name_band(points: Iterable[float], labels: tuple[str, ...], score: Fraction | None) -> str | None:
    return None if score is None else labels[sum(score >= _read(point) for point in points)]


def base_of(scale: ScalePlan, norm: NamedNorm, mean: float | None, score: float | None) -> float | None:
    """Return what a norm's mean and sd are compared with: the score itself, or its other metric."""
    if mean is None or norm.score == scale.method:
        return score
    return mean if norm.score == "mean" else mean * scale.weight


def _read_t(scale: ScalePlan, norm: NamedNorm, score: float | None) -> float | None:
    if score is None:
        return None
    return 50.0 + 10.0 * (score - norm.means[scale.scale]) / norm.sds[scale.scale]
