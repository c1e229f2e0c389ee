"""Who is missing: attrition overall and by arm, what leavers scored before they left, and gaps in answer sheets."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from sos_score.comparison.detectable import Spreads
from sos_score.comparison.finding import (
    Contrast,
    Effect,
    Estimate,
    Finding,
    Groups,
    Measure,
    Unit,
    at,
    start_finding,
    with_effect,
)
from sos_score.comparison.losses import Losses, find_losses, place_leavers
from sos_score.comparison.nesting import compare_places, start_of_people, with_right_test
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.comparison.verdict import Verdict
from sos_score.notes import Note, note
from sos_score.statistics.attrition import Attrition, assess_attrition
from sos_score.statistics.effect_sizes import hedges_g
from sos_score.study.suppression import hide_parts


def find_missing(outcome: OutcomeScores, plan: ComparisonPlan, _: Spreads) -> list[Finding]:
    """Return attrition by arm and by site, leavers against stayers in each arm, and gaps by site and wave.

    Attrition is of those with a score at the first wave: the share without one at the last. Sites whose people cannot
    be followed are left out of it; one with nobody at the last wave lost everybody. Attrition of the arms is held
    against the boundaries of the What Works Clearinghouse. A share is not given where it would give away a few people.
    """
    losses = find_losses(outcome, plan)
    return [
        *_compare_arms(outcome, plan, losses),
        *(_ask_site(outcome, plan, losses, site) for site in plan.sites if losses.is_told(site)),
        *_count_gaps(outcome, plan),
    ]


def _compare_arms(outcome: OutcomeScores, plan: ComparisonPlan, losses: Losses) -> Iterator[Finding]:
    arms = (plan.treated, plan.reference)
    sites = [[site for site in plan.sites if losses.is_told(site) and plan.arms[site] == arm] for arm in arms]
    if not plan.has_arms or not all(sites):
        return
    base = start_finding(
        outcome, "missing", Unit.PEOPLE, waves=plan.span, groups=Groups(Contrast.ARMS, arms),
        method=note("attrition"), notes=_list_cautions(plan, losses),
    )  # fmt: skip
    may_show = [losses.may_show_arm(each) for each in sites]
    if not all(may_show):
        # Nor are the leavers of one arm told: with everybody's number, that would tell how many are in the other.
        yield replace(base, verdict=Verdict.CANNOT_TELL, notes=(note("few_lost", least=plan.smallest_cell),))
    else:
        counts = [losses.add(each) for each in sites]
        started = (counts[0].both + counts[0].first_only, counts[1].both + counts[1].first_only)
        lost = (counts[0].first_only, counts[1].first_only)
        found = assess_attrition(started, lost)
        yield replace(
            base, counts=started, means=(lost[0] / started[0], lost[1] / started[1]),
            estimate=Estimate(found.differential), effect=Effect(Measure.ATTRITION, found.overall),
            verdict=_judge(found), reason=_name_bounds(found),
        )  # fmt: skip
        for arm, each in zip(arms, sites, strict=True):
            if losses.add(each).first_only and losses.add(each).both:
                yield _compare_leavers(outcome, plan, arm, each)


def _judge(found: Attrition) -> Verdict:
    if found.is_low_cautious:
        return Verdict.LOW_ATTRITION
    if found.is_low_optimistic is None:
        return Verdict.CANNOT_TELL
    return Verdict.LOW_IF_OPTIMISTIC if found.is_low_optimistic else Verdict.HIGH_ATTRITION


def _name_bounds(found: Attrition) -> tuple[Note, ...]:
    if math.isnan(found.cautious):
        return (note("attrition_beyond_table"),)
    return (note("attrition_bounds", cautious=found.cautious, optimistic=found.optimistic),)


def _list_cautions(plan: ComparisonPlan, losses: Losses) -> tuple[Note, ...]:
    left_out = (note("not_followed", sites=len(losses.others)),) if losses.others else ()
    return (*left_out, *(() if plan.design.allocation == "randomised" else (note("bounds_of_randomised"),)))


def _compare_leavers(outcome: OutcomeScores, plan: ComparisonPlan, arm: str, sites: list[str]) -> Finding:
    """Return what the leavers of an arm scored at the first wave, less what its stayers scored."""
    leavers, stayers = place_leavers(outcome, plan, sites)
    base = start_of_people(outcome, "missing", at(plan.first_wave), Groups(Contrast.LEAVERS, (arm,)))
    found = compare_places(outcome, leavers, stayers)
    x, y = outcome.score[leavers], outcome.score[stayers]
    finding = replace(with_right_test(base, found), means=(float(x.mean()), float(y.mean())))
    return with_effect(finding, Measure.G, hedges_g(x, y, found))


def _ask_site(outcome: OutcomeScores, plan: ComparisonPlan, losses: Losses, site: str) -> Finding:
    base = start_finding(
        outcome, "missing", Unit.PEOPLE, site=site, waves=plan.span, groups=Groups(Contrast.SITE, (site,)),
        effect=Effect(Measure.ATTRITION), method=note("attrition"), sites_shown=(site,),
    )  # fmt: skip
    if not losses.may_show_site(site):
        return replace(base, notes=(note("few_lost", least=plan.smallest_cell),))
    links = losses.followed[site]
    started = links.both + links.first_only
    return replace(base, counts=(started,), effect=Effect(Measure.ATTRITION, links.first_only / started))


def _count_gaps(outcome: OutcomeScores, plan: ComparisonPlan) -> Iterator[Finding]:
    """Yield, for each site and wave, the share of answer sheets with gaps, and of those without a score."""
    unscored = np.isnan(outcome.score)
    gaps = None if outcome.items is None else unscored | np.isnan(outcome.items).any(axis=1)
    for wave in plan.waves:
        for site in plan.sites:
            there = outcome.index.at(site, wave)
            total = int(there.size)
            if not total:
                continue
            without = int(unscored[there].sum())
            parts: dict[str, int] = {Measure.UNSCORED: without}
            if gaps is not None:
                parts = {Measure.GAPS: int(gaps[there].sum()) - without, **parts}
            base = start_finding(
                outcome, "missing", Unit.PEOPLE, site=site, waves=at(wave), groups=Groups(Contrast.SITE, (site,)),
                method=note("answer_sheets"), sites_shown=(site,),
            )  # fmt: skip
            if hide_parts(parts, total, plan.smallest_cell):
                few = (note("few_lost", least=plan.smallest_cell),)
                yield from (replace(base, effect=Effect(Measure(name)), notes=few) for name in parts)
                continue
            shares = {Measure.GAPS: sum(parts.values()) / total, Measure.UNSCORED: without / total}
            for name in parts:
                measure = Measure(name)
                yield replace(base, counts=(total,), effect=Effect(measure, shares[measure]))
