"""What this design can show: before any result, the smallest p and the smallest effect it could find."""

from __future__ import annotations

import math
from dataclasses import replace

from sos_score.comparison.detectable import Spread, Spreads, detect_adjusted, floor_site_sd
from sos_score.comparison.finding import (
    Contrast,
    Detectable,
    Effect,
    Finding,
    Groups,
    Measure,
    Statistic,
    Unit,
    at,
    start_finding,
)
from sos_score.comparison.links import count_linked
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.comparison.suppression import find_hidden_places
from sos_score.notes import note
from sos_score.statistics.permutation import count_assignments, find_smallest_p
from sos_score.statistics.power import detectable as power

LINKED = "linked"
"""The group of people who answered at both waves, beside the waves themselves."""


def find_design(outcome: OutcomeScores, plan: ComparisonPlan, spreads: Spreads) -> list[Finding]:
    """Return who there is, the smallest p of any test of sites, and the smallest effect each kind of analysis finds.

    Counts are for each wave; detectable effects, with 80% power, are in standard deviations of people. Where only
    judged findings are wanted, the smallest p alone is returned, which says what verdicts there can be.
    """
    if plan.judged_only:
        return [_limit_sites(outcome, plan)] if plan.has_arms else []
    found = [_count_people(outcome, plan, site) for site in plan.sites]
    if not plan.has_arms:
        return found
    found.append(_limit_sites(outcome, plan))
    for wave in _waves_with_arms(outcome, plan):
        spread = spreads.at(wave)
        people = power.detect_between_people(*spread.people, alpha=plan.alpha)
        site_sd = floor_site_sd(spread.sites, spread.site_sd, spread.member_se)
        sites = power.detect_between_sites(spread.sites, site_sd, alpha=plan.alpha)
        sites = replace(sites, effect=sites.effect / spread.sd if spread.sd > 0 else math.nan)
        found.append(_describe(outcome, plan, wave, Unit.PEOPLE, people))
        found += _adjust_for_sites(outcome, plan, wave, spread)
        found.append(replace(_describe(outcome, plan, wave, Unit.SITES, sites), sites_shown=tuple(plan.sites)))
        found += _describe_icc(outcome, plan, wave, spread)
    return found


def _count_people(outcome: OutcomeScores, plan: ComparisonPlan, site: str) -> Finding:
    counts = [outcome.count(site, wave) for wave in plan.waves]
    finding = start_finding(
        outcome, "design", Unit.PEOPLE, site=site, method=note("count"), sites_shown=(site,),
        groups=Groups(Contrast.WAVE_COUNTS, tuple(plan.waves)), counts=tuple(counts),
    )  # fmt: skip
    if len(plan.waves) < 2:
        return finding
    links = count_linked(outcome, plan, (site,))
    finding = replace(finding, notes=(links.describe(plan),))
    hidden = find_hidden_places(outcome, plan)
    if links.is_small(plan.smallest_cell) or any((site, wave) in hidden for wave in plan.span):
        return finding
    groups = Groups(Contrast.WAVE_COUNTS, (*plan.waves, LINKED))
    return replace(finding, groups=groups, counts=(*counts, links.both))


def _limit_sites(outcome: OutcomeScores, plan: ComparisonPlan) -> Finding:
    present = [site for site in plan.sites if any(outcome.count(site, wave) for wave in plan.waves)]
    counts = tuple(sum(plan.arms[site] == arm for site in present) for arm in (plan.treated, plan.reference))
    smallest = find_smallest_p(*counts)
    if math.isnan(smallest):
        said = note("arm_without_site")
    else:
        ways = count_assignments(*counts)
        code = "too_few_assignments" if smallest > plan.alpha else "assignments"
        said = note(code, sites=counts[0], others=counts[1], ways=ways, arm=plan.treated, alpha=plan.alpha)
    return start_finding(
        outcome, "design", Unit.SITES, groups=_arms(plan), counts=counts, test=Statistic(p=smallest),
        method=note("smallest_p"), notes=(said,),
    )  # fmt: skip


def _arms(plan: ComparisonPlan) -> Groups:
    return Groups(Contrast.ARMS, (plan.treated, plan.reference))


def _waves_with_arms(outcome: OutcomeScores, plan: ComparisonPlan) -> list[str]:
    def has_both(wave: str) -> bool:
        arms = {plan.arms[site] for site in plan.sites if outcome.count(site, wave)}
        return {plan.treated, plan.reference} <= arms

    return [wave for wave in plan.waves if has_both(wave)]


def _describe(outcome: OutcomeScores, plan: ComparisonPlan, wave: str, unit: Unit, found: power.Detectable) -> Finding:
    return start_finding(
        outcome, "design", unit, waves=at(wave), groups=_arms(plan), counts=found.n, effect=Effect(Measure.G),
        test=Statistic(df=found.df), detectable=Detectable(found.effect), notes=found.notes,
        method=note("smallest_effect", test=found.method),
    )  # fmt: skip


def _adjust_for_sites(outcome: OutcomeScores, plan: ComparisonPlan, wave: str, spread: Spread) -> list[Finding]:
    """Return the smallest effect found with people nested in sites, at the ICC seen and at its limits."""
    if math.isnan(spread.icc):
        return []
    seen, low, high = detect_adjusted(spread, alpha=plan.alpha)
    finding = _describe(outcome, plan, wave, Unit.ADJUSTED, seen)
    said = (*finding.notes, note("at_icc_seen", icc=seen.icc))
    return [
        replace(
            finding, detectable=Detectable(seen.effect, low, high), notes=said, sites_shown=tuple(plan.sites)
        )
    ]  # fmt: skip


def _describe_icc(outcome: OutcomeScores, plan: ComparisonPlan, wave: str, spread: Spread) -> list[Finding]:
    if math.isnan(spread.icc):
        return []
    return [
        start_finding(
            outcome, "design", Unit.SITES, waves=at(wave), groups=Groups(Contrast.SITES, tuple(plan.sites)),
            counts=(spread.n_sites,), effect=Effect(Measure.ICC1, spread.icc, spread.icc_low, spread.icc_high),
            method=note("one_way_anova"), notes=(note("icc_few_sites"),), sites_shown=tuple(plan.sites),
        )
    ]  # fmt: skip
