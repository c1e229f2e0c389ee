"""Scoring plans as expressions: the one place where the scores of a survey are computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import narwhals as nw

from sos_score.scoring.plan import ScalePlan, ScoringPlan, Term

_Sum = type[nw.Int16 | nw.Int32 | nw.Float64]
Frame = TypeVar("Frame", nw.DataFrame[Any], nw.LazyFrame[Any])


def answer_column(item: str) -> str:
    """Return the name of the column that holds an item's codes while scoring; no export has such a name."""
    return f"\x1f{item}"


def compute_scores(frame: Frame, plan: ScoringPlan) -> Frame:
    """Return `frame` with each scale's score and count answered added."""
    waiting = list(plan.scales)
    while waiting:
        # Scales of scores need their parts as columns first; all others go in one step.
        schema = frame.collect_schema()
        ready = [scale for scale in waiting if not scale.of_scores or _parts_in(scale, plan, set(schema.names()))]
        frame = frame.with_columns(*[each for scale in ready for each in _score(scale, plan, schema)])
        waiting = [scale for scale in waiting if scale not in ready]
    return frame


def _parts_in(scale: ScalePlan, plan: ScoringPlan, known: set[str]) -> bool:
    return all(f"{plan.instrument.column_stem}_{term.name}" in known for term in scale.terms)


def _score(scale: ScalePlan, plan: ScoringPlan, schema: nw.Schema) -> list[nw.Expr]:
    stem = plan.instrument.column_stem
    names = [f"{stem}_{term.name}" if scale.of_scores else answer_column(term.name) for term in scale.terms]
    terms = dict(zip(names, scale.terms, strict=True))
    present = _count_present(names)
    total = _add_up(terms, _choose_sum(scale.terms) if _are_whole(names, schema) else nw.Float64)
    given = _measure(scale, names, total, present)
    enough = present >= scale.needed
    scores = [nw.when(enough).then(given["own"]).alias(scale.column), present.cast(nw.Int64).alias(f"{scale.column}_n")]
    scores += [nw.when(enough).then(given[metric]).alias(f"{scale.column}_{metric}") for metric in scale.metrics]
    for norm in scale.norms:
        t = norm.to_t(scale.scale, given["own" if norm.score == scale.method else norm.score])
        scores.append(nw.when(enough).then(t).alias(scale.t_column(norm.name)))
    scores += [nw.lit(None, dtype=nw.Float64).alias(scale.t_column(local)) for local in scale.unmeasured]
    return scores


def _measure(scale: ScalePlan, names: Sequence[str], total: nw.Expr, present: nw.Expr) -> dict[str, nw.Expr]:
    """Return the score in each metric, wherever anything is answered."""
    size = len(scale.terms)
    # Where nothing is answered there is no score, and nothing to divide by on frames that mind.
    divisor = nw.when(present > 0).then(present).cast(nw.Float64)
    mean = total / divisor
    given = {"mean": mean, "sum": total * size / divisor, "pomp": _place_in_range(scale, names, total, mean)}
    as_answered = scale.method == "sum" and scale.rule.sums == "as_answered"
    return given | {"own": total if as_answered else given[scale.method]}


def _place_in_range(scale: ScalePlan, names: Sequence[str], total: nw.Expr, mean: nw.Expr) -> nw.Expr:
    """Return how far up its range a score stands, in percent."""
    lows, highs = {term.low for term in scale.terms}, {term.high for term in scale.terms}
    if len(lows) == len(highs) == 1:
        low, high = lows.pop(), highs.pop()
        return 100.0 * (mean - low) / (high - low)
    # Where the ranges differ, what is missing takes its own range with it: else a score could be below 0 or above 100.
    low_present, width_present = nw.lit(0.0), nw.lit(0.0)
    for name, term in zip(names, scale.terms, strict=True):
        is_present = (~nw.col(name).is_null()).cast(nw.Float64)
        low_present = low_present + is_present * term.low
        width_present = width_present + is_present * (term.high - term.low)
    return 100.0 * (total - low_present) / nw.when(width_present > 0).then(width_present)


def _are_whole(names: Iterable[str], schema: nw.Schema) -> bool:
    return all(schema[name].is_integer() for name in names)


def _choose_sum(terms: Iterable[Term]) -> _Sum:
    """Return the smallest type that holds any sum of whole numbers: exact, and a quarter of the work of floats."""
    reach = sum(max(abs(term.low), abs(term.high)) for term in terms)
    return nw.Int16 if reach < 2**15 else nw.Int32 if reach < 2**31 else nw.Float64


def _count_present(names: Sequence[str]) -> nw.Expr:
    return nw.sum_horizontal((~nw.col(*names).is_null()).cast(nw.Int8 if len(names) < 2**7 else nw.Int32))


def _add_up(terms: Mapping[str, Term], dtype: _Sum) -> nw.Expr:
    """Return the sum of the terms, reversed ones as low + high - x, missing ones as nothing."""
    groups: dict[float | None, list[str]] = {}
    for name, term in terms.items():
        groups.setdefault(term.turn, []).append(name)
    total: nw.Expr | None = None
    for turn, names in groups.items():
        added = nw.sum_horizontal(nw.col(*names).cast(dtype)).cast(nw.Float64)
        if turn is not None:
            added = _count_present(names).cast(nw.Float64) * turn - added
        total = added if total is None else total + added
    return total if total is not None else nw.lit(0.0)
