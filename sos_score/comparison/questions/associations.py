"""What goes with what: the pairs a study declared, at the level where they can be said to go together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sos_score.comparison.finding import Row
from sos_score.comparison.nesting import name_outcome, pluralise
from sos_score.comparison.outcome import Plan
from sos_score.comparison.questions.pair_scores import PairScores, list_pair_scores
from sos_score.comparison.verdict import DIFFERENT, EQUIVALENT, INCONCLUSIVE, TRIVIAL
from sos_score.definition.study.model import Pair
from sos_score.statistics.agreement import compare_views
from sos_score.statistics.correlation import Correlation, correlate_pearson, correlate_spearman
from sos_score.statistics.mixed.fixed_effects import CoefficientTest, estimate_slopes, separate_slopes
from sos_score.study.data import StudyData, StudyOutcome
from sos_score.study.small_cells import say_count

ASSOCIATED = "associated"
WEAK = "associated but too weakly to matter"
UNRELATED = "no association that would matter"
WORDS = {DIFFERENT: ASSOCIATED, TRIVIAL: WEAK, EQUIVALENT: UNRELATED, INCONCLUSIVE: INCONCLUSIVE}
DIRECTIONS = ("higher goes with higher", "higher goes with lower")
FAMILY = "association, all declared pairs"
ICC = "ICC(A,1)"
WRONG_UNIT = "wrong unit"
_NAIVE = "{rows} counted as if each had a {level} of its own: shown only to set beside the right one"
_NESTED = "scores of one {higher} are taken as independent: the intervals are somewhat too narrow"


def list_association_rows(data: StudyData, plan: Plan, outcomes: Sequence[StudyOutcome]) -> list[Row]:
    """Return, for each declared pair and wave, how its scores go together, or agree.

    Parameters
    ----------
    data : StudyData
    plan : Plan
    outcomes : sequence of StudyOutcome
        Where no pair has one of these nothing is asked. Else all pairs are, for they are one family of tests, however
        few are shown.

    Returns
    -------
    list of Row
        Of an association: Pearson's r over the units of the pair's level, which is judged, all pairs and waves being
        one family of tests; Spearman's; the slope between units and within them (Satterthwaite); and r over single
        scores, the wrong unit. Of an agreement: the mean difference, Bland and Altman's limits, ICC(A,1), Lin's
        concordance, and r, which is not agreement. x is the first of `groups`.
    """
    pairs = data.study.pairs.values()
    if not any(is_asked(pair.x, pair.y, outcomes) for pair in pairs):
        return []
    rows: list[Row] = []
    for pair in pairs:
        found = list(list_pair_scores(pair, data, plan))
        base = _start(pair, data)
        if not found:
            nothing = f"no {pair.level} is known in both sources at the same wave: nothing can be paired."
            rows.append(replace(base, method="Pearson", notes=(nothing,)))
        ask = _ask_agreement if pair.kind == "agreement" else _ask_association
        rows += [row for scores in found for row in ask(replace(base, wave=scores.wave), scores, data, plan, pair)]
    return rows


def is_asked(x: str, y: str, outcomes: Sequence[StudyOutcome]) -> bool:
    """Return whether either score of a pair, given as ``source.scale``, is one of some outcomes."""
    return any(outcome.id in (x, y) for outcome in outcomes)


def _start(pair: Pair, data: StudyData) -> Row:
    x, y = data.outcome(pair.x), data.outcome(pair.y)
    title = pair.label or f"{name_outcome(x)} with {name_outcome(y)}"
    groups = f"{pair.x} - {pair.y}"
    return Row(y.source, y.instrument, y.scale, title, "association", pluralise(pair.level), groups=groups)


def _ask_association(base: Row, scores: PairScores, data: StudyData, plan: Plan, pair: Pair) -> list[Row]:
    confidence = 1 - plan.alpha
    pearson = correlate_pearson(scores.x, scores.y, level=confidence)
    spearman = correlate_spearman(scores.x, scores.y, level=confidence)
    of_units = replace(base, notes=(*base.notes, *_count_dropped(pearson.n_dropped, base.unit, "scores", plan)))
    return [
        _make_primary(_with_r(of_units, pearson, "r", "t"), scores, plan, data.outcome(pair.y)),
        _with_r(of_units, spearman, "rho", "S"),
        *_list_slopes(base, scores, plan),
        _count_wrongly(base, scores, confidence, pair),
    ]


def _with_r(row: Row, found: Correlation, name: str, statistic: str) -> Row:
    source = "" if found.p_source == "none" else f", p from {found.p_source}"
    method = f"{str(found.method).capitalize()}{source}"
    return replace(
        row, counts=(found.n,), estimate=found.r, low=found.low, high=found.high, effect_name=name, effect=found.r,
        effect_low=found.low, effect_high=found.high, statistic_name=statistic, statistic=found.statistic,
        df=found.df, p=found.p, method=method, notes=(*row.notes, *map(str, found.notes)),
    )  # fmt: skip


def _count_dropped(dropped: int, unit: str, what: str, plan: Plan) -> tuple[str, ...]:
    return (f"{unit} with one of the two {what} only: {say_count(dropped, plan.smallest_cell)}.",) if dropped else ()


def _make_primary(row: Row, scores: PairScores, plan: Plan, y: StudyOutcome) -> Row:
    """Return a row that will be judged, with the smallest r that matters and two one-sided tests against it.

    A smallest effect of g between two halves of the units is r = g / sqrt(g^2 + 4) (Cohen 1988).
    """
    row = replace(row, is_primary=True, family=FAMILY)
    stated = plan.find_effect(y.source, y.scale)
    if stated is None or stated.unit != "g":
        return row
    smallest = stated.value / math.sqrt(stated.value**2 + 4)
    row = replace(row, smallest=smallest)
    found = correlate_pearson(scores.x, scores.y, level=1 - 2 * plan.alpha)
    if math.isnan(found.low) or abs(found.r) == 1:
        return row
    from scipy.stats import norm

    scale = math.sqrt(found.n - 3)
    z, edge = math.atanh(found.r), math.atanh(smallest)
    p = float(norm.sf((edge - abs(z)) * scale))
    return replace(row, tost_p=p, tost_low=found.low, tost_high=found.high)


def _list_slopes(base: Row, scores: PairScores, plan: Plan) -> list[Row]:
    """Return the slope of y on the units' x, and on what is higher or lower than usual for the unit."""
    confidence = 1 - plan.alpha
    between = estimate_slopes(scores.outcome, {"x": scores.unit_x}, scores.levels, level=confidence)
    rows = [
        _with_slope(
            replace(base, unit="scores", notes=tuple(map(str, between.notes)), counts=(between.fit.n,)),
            between.test("x"),
            f"slope between {base.unit}: mixed model, Satterthwaite",
        )
    ]
    unit = base.unit
    if unit in scores.levels and not np.isnan(scores.own_x).all():
        parts = separate_slopes(scores.outcome, scores.own_x, scores.levels, unit, level=confidence)
        row = replace(base, unit="scores", notes=tuple(map(str, parts.notes)), counts=(parts.n,))
        rows.append(_with_slope(row, parts.within, f"slope within {unit}: mixed model, Satterthwaite"))
        rows.append(_with_slope(row, parts.difference, f"between less within {unit}: mixed model, Satterthwaite"))
    return rows


def _with_slope(row: Row, test: CoefficientTest, method: str) -> Row:
    return replace(
        row, estimate=test.estimate, low=test.low, high=test.high, effect_name="slope", effect=test.estimate,
        effect_low=test.low, effect_high=test.high, statistic_name="t", statistic=test.t, df=test.df, p=test.p,
        method=method,
    )  # fmt: skip


def _count_wrongly(base: Row, scores: PairScores, confidence: float, pair: Pair) -> Row:
    found = correlate_pearson(scores.unit_x, scores.outcome, level=confidence)
    note = _NAIVE.format(rows=f"{found.n} scores are", level=pair.level)
    row = _with_r(replace(base, unit="scores"), found, "r", "t")
    method = f"Pearson over single scores: {WRONG_UNIT}"
    return replace(row, method=method, verdict=WRONG_UNIT, notes=(note, *map(str, found.notes)))


def _ask_agreement(base: Row, scores: PairScores, data: StudyData, plan: Plan, pair: Pair) -> list[Row]:
    """Return how far two views of the same things agree, x less y."""
    confidence = 1 - plan.alpha
    found = compare_views(scores.x, scores.y, level=confidence)
    dropped = _count_dropped(found.n_dropped, base.unit, "views", plan)
    above = [level for level in data.study.levels if level in data.outcome(pair.y).table.levels]
    nested = above[above.index(pair.level) - 1] if pair.level in above[1:] else ""
    notes = (*dropped, *((_NESTED.format(higher=nested),) if nested else ()), *map(str, found.notes))
    base = replace(base, counts=(found.n,), notes=notes)
    r = correlate_pearson(scores.x, scores.y, level=confidence)
    difference = replace(base, estimate=found.difference)
    return [
        replace(difference, low=found.difference_low, high=found.difference_high, method="mean difference, t interval"),
        replace(difference, low=found.limit_low, high=found.limit_high, method="limits of agreement: -+ 1.96 sd"),
        replace(
            base, estimate=found.difference, low=found.difference_low, high=found.difference_high, effect_name=ICC,
            effect=found.icc, effect_low=found.icc_low, effect_high=found.icc_high, method="absolute agreement",
        ),
        replace(base, effect_name="concordance", effect=found.ccc, effect_low=found.ccc_low,
                effect_high=found.ccc_high, method="Lin's concordance"),
        replace(_with_r(replace(base, notes=()), r, "r", "t"),
                method="Pearson, not agreement", notes=notes),
    ]  # fmt: skip
