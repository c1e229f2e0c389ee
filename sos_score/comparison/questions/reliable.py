"""Whether the changes of single people mean anything: their error, and how many changed by more than error alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from sos_score.comparison.detectable import Spreads
from sos_score.comparison.error_of_change import (
    Changed,
    ErrorOfChange,
    add_sites,
    count_site,
    find_alpha,
    find_error,
)
from sos_score.comparison.finding import Contrast, Effect, Estimate, Finding, Groups, Measure, Unit, at, start_finding
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.comparison.suppression import find_hidden_places, is_total_shown
from sos_score.comparison.verdict import Verdict
from sos_score.notes import Note, note
from sos_score.psychometrics.internal_consistency.alpha import usable_items
from sos_score.psychometrics.internal_consistency.error import person_error_variances
from sos_score.psychometrics.moments import moments
from sos_score.psychometrics.retest.stability import count_by_error, difference_reliability, retest
from sos_score.study.suppression import hide_parts, is_safe

FEWEST_PEOPLE = 10
"""People in a part of the scale below which its own error is not given."""

_SAME = 1e-9  # means of answers are not exact


def find_reliable(outcome: OutcomeScores, plan: ComparisonPlan, _: Spreads) -> list[Finding]:
    """Return how reliable differences are, the error at each end of the scale, and who changed by more than error.

    Reliability and error are those of the study as a whole, at the first wave; of the difference, of everybody with a
    score at both. Counts are of each site and of all sites, beside the count that error alone makes likely; none is
    given where it would give away a few people. The shares of people at either end of the scale stand beside.
    """
    if len(plan.waves) < 2 or not all(outcome.at(wave=wave).any() for wave in plan.span):
        return []
    error: ErrorOfChange | Note = find_error(outcome, plan)
    if not is_total_shown(outcome, plan, plan.first_wave):  # the limit of a change is of everybody's scores
        error = note("hidden", least=plan.smallest_cell)
    if isinstance(error, Note):
        return [_start(outcome, plan.span, note("reliability_of_difference"), Measure.RELIABILITY, notes=(error,))]
    counts = {site: count_site(outcome, plan, site, error) for site in plan.sites}
    linked = any(each.linked for each in counts.values())
    # Hidden sites are all there: which of them has linked people is not told, nor by how many sites are tested.
    kept_back = {site for site, wave in find_hidden_places(outcome, plan) if wave in plan.span}
    counts = {site: each for site, each in counts.items() if each.linked or (linked and site in kept_back)}
    tested = sum(each.is_linked_shown for each in counts.values())
    found = [*_describe_error(outcome, plan, error)]
    if counts and is_total_shown(outcome, plan, plan.last_wave):
        found.append(_describe_difference(outcome, plan, error))
    for site, each in counts.items():
        found += _describe_counts(outcome, plan, error, each, site=site, tests=tested)
    return [*found, *_describe_counts(outcome, plan, error, add_sites(counts.values(), plan.smallest_cell))]


def _start(
    outcome: OutcomeScores,
    waves: tuple[str, ...],
    method: Note,
    measure: Measure,
    value: float = math.nan,
    **more: object,
) -> Finding:
    return start_finding(
        outcome, "reliable", Unit.PEOPLE, waves=waves, method=method, effect=Effect(measure, value), **more
    )  # fmt: skip


def _describe_difference(outcome: OutcomeScores, plan: ComparisonPlan, error: ErrorOfChange) -> Finding:
    """Return the reliability of the difference of the two scores of one person."""
    _, first, last = outcome.pair(tuple(plan.sites), *plan.span)
    found, later = retest(first, last), find_alpha(outcome, plan.last_wave)
    value = difference_reliability((found.sd_first, found.sd_second), (error.alpha, later), found.r)
    method = note("reliability_of_difference")
    return _start(outcome, plan.span, method, Measure.RELIABILITY, value)


def _describe_error(outcome: OutcomeScores, plan: ComparisonPlan, error: ErrorOfChange) -> Iterator[Finding]:
    """Yield reliability and error of one score, its error in each third of the scale, and the shares at its ends."""
    start = partial(_start, outcome, at(plan.first_wave))
    yield start(note("alpha_at_first"), Measure.RELIABILITY, error.alpha)
    yield start(note("error_of_score"), Measure.SEM, error.sem, estimate=Estimate(error.beyond))
    if math.isnan(outcome.low) or math.isnan(outcome.high):
        return
    assert outcome.items is not None
    there = outcome.at(wave=plan.first_wave)
    items, scores = outcome.items[there], outcome.score[there]
    items = items[:, usable_items(moments(items))]
    full = ~np.isnan(items).any(axis=1)
    variances, scores = person_error_variances(items[full]), scores[full]
    cuts = np.linspace(outcome.low, outcome.high, 4)
    parts = np.clip(np.searchsorted(cuts, scores + _SAME, side="right") - 1, 0, 2)
    fewest = max(FEWEST_PEOPLE, plan.smallest_cell)
    for part, (low, high) in enumerate(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True)):
        method = note("error_of_part", part=part, low=low, high=high)
        if (parts == part).sum() < fewest:
            yield start(method, Measure.SEM, notes=(note("few_in_part", least=fewest),))
        else:
            sem = error.sem * math.sqrt(float(variances[parts == part].mean() / variances.mean()))
            yield start(method, Measure.SEM, sem)
    yield from _count_ends(outcome, plan)


def _count_ends(outcome: OutcomeScores, plan: ComparisonPlan) -> Iterator[Finding]:
    """Yield the shares of people at either end of the scale at the first wave, in all sites together."""
    at_ends: list[dict[str, int]] = []
    hidden: list[frozenset[str]] = []
    for site in plan.sites:
        scores = outcome.scores(site, plan.first_wave)
        ends = {Measure.FLOOR: outcome.low, Measure.CEILING: outcome.high}
        found: dict[str, int] = {name: int((abs(scores - end) < _SAME).sum()) for name, end in ends.items()}
        is_hidden = (site, plan.first_wave) in find_hidden_places(outcome, plan)
        hidden.append(frozenset(found) if is_hidden else hide_parts(found, scores.size, plan.smallest_cell))
        at_ends.append(found)
    total = int(outcome.at(wave=plan.first_wave).sum())
    numbers: dict[str, int] = {name: sum(each[name] for each in at_ends) for name in (Measure.FLOOR, Measure.CEILING)}
    not_shown = hide_parts(numbers, total, plan.smallest_cell)
    for name, number in numbers.items():
        of_hidden = [each[name] for each, sites in zip(at_ends, hidden, strict=True) if name in sites]
        is_shown = name not in not_shown and is_safe(of_hidden, plan.smallest_cell)
        method = note("share_at_end", end=outcome.low if name == Measure.FLOOR else outcome.high)
        said = () if is_shown else (note("few_at_end", least=plan.smallest_cell),)
        value = number / total if is_shown else math.nan
        yield _start(
            outcome, at(plan.first_wave), method, Measure(name), value, counts=(total,) if is_shown else (), notes=said
        )  # fmt: skip


def _describe_counts(
    outcome: OutcomeScores,
    plan: ComparisonPlan,
    error: ErrorOfChange,
    found: Changed,
    *,
    site: str = "",
    tests: int = 1,
) -> Iterator[Finding]:
    """Yield how many people changed by more than error, with the verdict whether these are more than error makes."""
    shown = (site,) if site else ()
    few = (note("few_lost", least=plan.smallest_cell),)
    base = _start(
        outcome, plan.span, note("beyond_error", points=error.beyond), Measure.BEYOND,
        site=site, sites_shown=shown, groups=Groups(Contrast.BEYOND), notes=few,
    )  # fmt: skip
    if not found.is_linked_shown:
        yield base
        return
    linked = found.linked
    expected, most = count_by_error(linked, plan.alpha / tests)
    reason = (note("by_error", expected=expected, most=most),)
    if not found.is_shown:
        yield replace(base, counts=(linked,), reason=reason)
        return
    verdict = Verdict.MORE_THAN_ERROR if found.beyond > most else Verdict.LIKE_ERROR
    yield replace(
        base, counts=(linked, found.beyond, found.within), effect=Effect(Measure.BEYOND, found.beyond / linked),
        verdict=verdict, reason=reason, notes=(),
    )  # fmt: skip
    if found.is_direction_shown:
        yield _start(
            outcome, plan.span, note("reliable_change"), Measure.NOTHING, site=site, sites_shown=shown,
            groups=Groups(Contrast.RELIABLE), counts=(linked, found.up, found.down, found.within),
        )  # fmt: skip
