"""Scoring plans as expressions: the one place where the scores of a survey are computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import add
from typing import Any, TypeVar

import narwhals as nw

from sos_score.definition.instrument.responses import NEAR
from sos_score.scoring.plan import HALF, Bands, Condition, ScalePlan, ScoringPlan, TableConversion, Term
from sos_score.survey.coding import is_one_of

_Sum = type[nw.Int16 | nw.Int32 | nw.Float64]
Frame = TypeVar("Frame", nw.DataFrame[Any], nw.LazyFrame[Any])


def answer_column(item: str) -> str:
    """Return the name of the column that holds an item's codes while scoring; no export has such a name."""
    return f"\x1f{item}"


def given_column(item: str) -> str:
    """Return the name of the column that holds an item's codes as answered, where they count as something else."""
    return f"\x1fgiven {item}"


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
    given = _measure(scale, terms, total, present)
    enough = _are_enough(scale, present, schema) if scale.has_conditions else present >= scale.needed
    scores = [nw.when(enough).then(given["own"]).alias(scale.column), present.cast(nw.Int64).alias(f"{scale.column}_n")]
    scores += [nw.when(enough).then(given[metric]).alias(f"{scale.column}_{metric}") for metric in scale.metrics]
    for norm in scale.norms:
        t = norm.to_t(scale.scale, given["own" if norm.score == scale.method else norm.score])
        scores.append(nw.when(enough).then(t).alias(scale.t_column(norm.name)))
    scores += [nw.lit(None, dtype=nw.Float64).alias(scale.t_column(local)) for local in scale.unmeasured]
    scores += [_look_up(each, given["own"], enough).alias(each.column) for each in scale.conversions]
    return scores + [_name_band(each, given["own"], enough).alias(each.column) for each in scale.bands]


def _are_enough(scale: ScalePlan, present: nw.Expr, schema: nw.Schema) -> nw.Expr:
    """Return whether the answers meet the missing rule, of which only the items that were asked are counted."""
    sizes: dict[tuple[Condition, ...], int] = {}
    for term in scale.terms:
        sizes[term.conditions] = sizes.get(term.conditions, 0) + 1
    asked: nw.Expr = nw.lit(sizes.pop((), 0))
    for conditions, size in sizes.items():
        asked = asked + is_asked(conditions, schema).cast(nw.Int64) * size
    rule, answered = scale.rule_needed, present.cast(nw.Int64)
    if isinstance(rule.min_answered, int):
        return (answered >= rule.min_answered) | ((answered >= asked) & (answered > 0))
    # In whole numbers, as the definition has the share: no quotient can fall a hair short of it.
    share = rule.read_share()
    return (answered * share.denominator >= asked * share.numerator) & (answered > 0)


def is_asked(conditions: Iterable[Condition], schema: nw.Schema) -> nw.Expr:
    """Return whether an item was asked: nobody who left the deciding item out is known not to have been."""
    asked: nw.Expr | None = None
    for gate, codes in conditions:
        name = answer_column(gate)
        if name in schema:
            column = nw.col(name)
            holds = column.is_null() | is_one_of(column, codes, is_integer=schema[name].is_integer())
            asked = holds if asked is None else asked & holds
    return nw.lit(value=True) if asked is None else asked.fill_null(value=True)


def recode_column(column: nw.Expr, recode: Mapping[float, float], *, is_integer: bool) -> nw.Expr:
    """Return what the codes in a column count."""
    answers: dict[float, list[float]] = {}
    for answer, counts in recode.items():
        answers.setdefault(counts, []).append(answer)
    counted: nw.Expr = nw.lit(None, dtype=nw.Float64)
    for counts, codes in answers.items():
        is_meant = is_one_of(column, codes, is_integer=is_integer)
        counted = nw.when(is_meant).then(nw.lit(float(counts))).otherwise(counted)
    return counted


def _look_up(conversion: TableConversion, score: nw.Expr, enough: nw.Expr) -> nw.Expr:
    """Return the converted score; a score that the table does not have is not converted."""
    scores: dict[float, list[float]] = {}
    for whole, converted in conversion.table.items():
        scores.setdefault(converted, []).append(float(whole))
    found: nw.Expr = nw.lit(None, dtype=nw.Float64)
    for converted, listed in scores.items():
        found = nw.when(score.is_in(listed)).then(nw.lit(float(converted))).otherwise(found)
    return nw.when(enough).then(found)


def _name_band(bands: Bands, score: nw.Expr, enough: nw.Expr) -> nw.Expr:
    """Return in words between which published cut-offs a score lies."""
    found: nw.Expr = nw.lit(bands.labels[0])
    for point, label in zip(bands.points, bands.labels[1:], strict=True):
        found = nw.when(score >= point - NEAR).then(nw.lit(label)).otherwise(found)
    return nw.when(enough).then(found)


def _measure(scale: ScalePlan, terms: Mapping[str, Term], total: nw.Expr, present: nw.Expr) -> dict[str, nw.Expr]:
    """Return the score in each metric, wherever anything is answered."""
    # Where nothing is answered there is no score, and nothing to divide by on frames that mind.
    weight = _weigh_present(terms) if scale.is_weighted else present
    divisor = nw.when(present > 0).then(weight).cast(nw.Float64)
    mean = total / divisor
    given = {"mean": mean, "sum": total * scale.weight / divisor, "pomp": _place_in_range(scale, terms, total, mean)}
    as_answered = scale.method == "sum" and scale.rule.sums == "as_answered"
    own = total if as_answered else given[scale.method]
    return given | {"own": (own + HALF).floor() if scale.is_rounded else own}


def _weigh_present(terms: Mapping[str, Term]) -> nw.Expr:
    """Return the sum of the weights of what is answered."""
    groups: dict[float, list[str]] = {}
    for name, term in terms.items():
        groups.setdefault(term.weight, []).append(name)
    weighed = [_count_present(names).cast(nw.Float64) * weight for weight, names in groups.items()]
    return reduce(add, weighed)


def _place_in_range(scale: ScalePlan, terms: Mapping[str, Term], total: nw.Expr, mean: nw.Expr) -> nw.Expr:
    """Return how far up its range a score stands, in percent."""
    lows, highs = {term.low for term in scale.terms}, {term.high for term in scale.terms}
    if len(lows) == len(highs) == 1:
        low, high = lows.pop(), highs.pop()
        return 100.0 * (mean - low) / (high - low)
    # Where the ranges differ, what is missing takes its own range with it: else a score could be below 0 or above 100.
    low_present, width_present = nw.lit(0.0), nw.lit(0.0)
    for name, term in terms.items():
        is_present = (~nw.col(name).is_null()).cast(nw.Float64)
        if term.weight != 1:
            is_present = is_present * term.weight
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
    """Return the sum of the terms by their weights, reversed ones as low + high - x, missing ones as nothing."""
    groups: dict[tuple[float | None, float], list[str]] = {}
    for name, term in terms.items():
        groups.setdefault((term.turn, term.weight), []).append(name)
    total: nw.Expr | None = None
    for (turn, weight), names in groups.items():
        added = nw.sum_horizontal(nw.col(*names).cast(dtype)).cast(nw.Float64)
        if turn is not None:
            added = _count_present(names).cast(nw.Float64) * turn - added
        if weight != 1:
            added = added * weight
        total = added if total is None else total + added
    return total if total is not None else nw.lit(0.0)
