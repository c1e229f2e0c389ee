"""What goes with what: the pairs a study declared, at the level where they can be said to go together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sos_score.comparison.finding import (
    Contrast,
    Effect,
    Equivalence,
    Estimate,
    Finding,
    Groups,
    Measure,
    Statistic,
    Unit,
    at,
)
from sos_score.comparison.plan import ComparisonPlan
from sos_score.comparison.questions.pair_scores import PairScores, list_pair_scores
from sos_score.comparison.verdict import Verdict
from sos_score.definition.study.model import Pair
from sos_score.notes import Note, note
from sos_score.statistics.agreement import compare_views
from sos_score.statistics.correlation import Correlation, correlate_pearson, correlate_spearman
from sos_score.statistics.mixed.fixed_effects import CoefficientTest, estimate_slopes, separate_slopes
from sos_score.study.data import StudyData
from sos_score.study.outcome import StudyOutcome
from sos_score.words import pluralise

FAMILY = "association, all declared pairs"


def find_associations(data: StudyData, plan: ComparisonPlan, outcomes: Sequence[StudyOutcome]) -> list[Finding]:
    """Return, for each declared pair and wave, how its scores go together, or agree.

    Where no pair has one of the outcomes nothing is asked. Else all pairs are, for they are one family of tests,
    however few are shown. Of an association: Pearson's r over the units of the pair's level, which is judged;
    Spearman's; the slope between units and within them (Satterthwaite); and r over single scores, the wrong unit. Of an
    agreement: the mean difference, Bland and Altman's limits, ICC(A,1), Lin's concordance, and r, which is not
    agreement. x is the first of the groups.
    """
    pairs = data.study.pairs
    if not any(is_asked(pair, outcomes) for pair in pairs.values()):
        return []
    found: list[Finding] = []
    for name, pair in pairs.items():
        scores = list(list_pair_scores(pair, data, plan))
        base = _start(name, pair, data)
        if not scores:
            found.append(
                replace(base, method=note("pearson_unknown"), notes=(note("nothing_paired", level=pair.level),))
            )
        ask = _ask_agreement if pair.kind == "agreement" else _ask_association
        for each in scores:
            found += ask(replace(base, waves=at(each.wave)), each, data, plan, pair)
    return found


def is_asked(pair: Pair, outcomes: Sequence[StudyOutcome]) -> bool:
    """Return whether either score of a pair is one of some outcomes."""
    return any(outcome.id in (pair.x, pair.y) for outcome in outcomes)


def _start(name: str, pair: Pair, data: StudyData) -> Finding:
    y = data.outcome(pair.y)
    return Finding(
        "association", (y.source,), y.instrument, y.scale, Unit.LEVEL, level=pair.level, pair=name,
        groups=Groups(Contrast.SCORES, (pair.x, pair.y)),
    )  # fmt: skip


def _ask_association(
    base: Finding, scores: PairScores, data: StudyData, plan: ComparisonPlan, pair: Pair
) -> list[Finding]:
    pearson = correlate_pearson(scores.x, scores.y)
    spearman = correlate_spearman(scores.x, scores.y)
    of_units = replace(base, notes=(*base.notes, *_count_dropped(pearson.n_dropped, pair, "one_score_only", plan)))
    return [
        _make_judged(_with_r(of_units, pearson, Measure.R, "t"), scores, plan, data.outcome(pair.y)),
        _with_r(of_units, spearman, Measure.RHO, "S"),
        *_list_slopes(base, scores),
        _count_wrongly(base, scores, pair),
    ]


def _with_r(finding: Finding, found: Correlation, measure: Measure, statistic: str) -> Finding:
    return replace(
        finding, counts=(found.n,), estimate=Estimate(found.r, found.low, found.high),
        effect=Effect(measure, found.r, found.low, found.high),
        test=Statistic(statistic, found.statistic, found.df, p=found.p), notes=(*finding.notes, *found.notes),
        method=note("correlation", test=found.method, source=found.p_source),
    )  # fmt: skip


def _count_dropped(dropped: int, pair: Pair, code: str, plan: ComparisonPlan) -> tuple[Note, ...]:
    if not dropped:
        return ()
    least = plan.smallest_cell
    return (note(code, level=pair.level, number=None if dropped < least else dropped, least=least),)


def _make_judged(finding: Finding, scores: PairScores, plan: ComparisonPlan, y: StudyOutcome) -> Finding:
    """Return a finding that will be judged, with the smallest r that matters and two one-sided tests against it.

    A smallest effect of g between two halves of the units is r = g / sqrt(g^2 + 4) (Cohen 1988).
    """
    finding = replace(finding, is_judged=True, family=FAMILY)
    stated = plan.find_effect(y.source, y.scale)
    if stated is None or stated.unit != "g":
        return finding
    smallest = stated.value / math.sqrt(stated.value**2 + 4)
    found = correlate_pearson(scores.x, scores.y, level=1 - 2 * plan.alpha)
    if math.isnan(found.low) or abs(found.r) == 1:
        return replace(finding, equivalence=Equivalence(smallest))
    from scipy.stats import norm

    scale = math.sqrt(found.n - 3)
    z, edge = math.atanh(found.r), math.atanh(smallest)
    p = float(norm.sf((edge - abs(z)) * scale))
    return replace(finding, equivalence=Equivalence(smallest, p, found.low, found.high))


def _list_slopes(base: Finding, scores: PairScores) -> list[Finding]:
    """Return the slope of y on the units' x, and on what is higher or lower than usual for the unit."""
    level = base.level
    between = estimate_slopes(scores.outcome, {"x": scores.unit_x}, scores.levels)
    of_scores = replace(base, unit=Unit.SCORES)
    start = replace(of_scores, notes=between.notes, counts=(between.fit.n,))
    found = [_with_slope(start, between.test("x"), note("slope_between", level=level))]
    units = pluralise(level)
    if units in scores.levels and not np.isnan(scores.own_x).all():
        parts = separate_slopes(scores.outcome, scores.own_x, scores.levels, units)
        start = replace(of_scores, notes=parts.notes, counts=(parts.n,))
        found.append(_with_slope(start, parts.within, note("slope_within", level=level)))
        found.append(_with_slope(start, parts.difference, note("slope_difference", level=level)))
    return found


def _with_slope(finding: Finding, test: CoefficientTest, method: Note) -> Finding:
    return replace(
        finding, estimate=Estimate(test.estimate, test.low, test.high), method=method,
        effect=Effect(Measure.SLOPE, test.estimate, test.low, test.high),
        test=Statistic("t", test.t, test.df, p=test.p),
    )  # fmt: skip


def _count_wrongly(base: Finding, scores: PairScores, pair: Pair) -> Finding:
    found = correlate_pearson(scores.unit_x, scores.outcome)
    finding = _with_r(replace(base, unit=Unit.SCORES), found, Measure.R, "t")
    said = note("counted_as_if_apart", scores=found.n, level=pair.level)
    return replace(
        finding, method=note("pearson_wrong_unit"), verdict=Verdict.WRONG_UNIT, notes=(said, *found.notes)
    )  # fmt: skip


def _ask_agreement(
    base: Finding, scores: PairScores, data: StudyData, plan: ComparisonPlan, pair: Pair
) -> list[Finding]:
    """Return how far two views of the same things agree, x less y."""
    found = compare_views(scores.x, scores.y)
    dropped = _count_dropped(found.n_dropped, pair, "one_view_only", plan)
    above = [level for level in data.study.levels if level in data.outcome(pair.y).table.levels]
    nested = (
        (note("taken_as_independent", level=above[above.index(pair.level) - 1]),) if pair.level in above[1:] else ()
    )
    notes = (*dropped, *nested, *found.notes)
    base = replace(base, counts=(found.n,), notes=notes)
    r = correlate_pearson(scores.x, scores.y)
    difference = Estimate(found.difference, found.difference_low, found.difference_high)
    icc = Effect(Measure.ICC_A1, found.icc, found.icc_low, found.icc_high)
    concordance = Effect(Measure.CONCORDANCE, found.ccc, found.ccc_low, found.ccc_high)
    return [
        replace(base, estimate=difference, method=note("mean_difference")),
        replace(
            base, estimate=Estimate(found.difference, found.limit_low, found.limit_high),
            method=note("limits_of_agreement"),
        ),
        replace(base, estimate=difference, effect=icc, method=note("absolute_agreement")),
        replace(base, effect=concordance, method=note("lin")),
        replace(_with_r(base, r, Measure.R, "t"), method=note("pearson_not_agreement"), notes=notes),
    ]  # fmt: skip
