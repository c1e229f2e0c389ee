"""Whether the arms differ at a wave: first of people, then of sites, which is what the method is about."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sos_score.comparison.detectable import DetectableEffects, Spreads, find_detectable_effects
from sos_score.comparison.finding import (
    PEOPLE,
    Contrast,
    Finding,
    Groups,
    Measure,
    Statistic,
    Unit,
    at,
    make_judged,
    start_finding,
    with_effect,
    with_ranks,
    with_test,
)
from sos_score.comparison.outcome import OutcomeScores, Scores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.comparison.site_rows import compare_arms_of_sites
from sos_score.statistics.anova import compare_pairs, compare_welch_anova
from sos_score.statistics.effect_sizes import hedges_g
from sos_score.statistics.power.detectable import detect_between_people
from sos_score.statistics.ranks import compare_ranks
from sos_score.statistics.t_tests import compare_welch


def find_arms(outcome: OutcomeScores, plan: ComparisonPlan, spreads: Spreads) -> list[Finding]:
    """Return, for each wave, treated against reference: of people, across sites, and of sites.

    Judged are two findings a wave: Welch's test of people, and the exact permutation of sites where there are enough of
    them. Beside them Mann-Whitney, Welch's analysis of variance and Games-Howell
    across the sites, and the t test of site means.
    """
    return [finding for wave in plan.waves for finding in _ask_wave(outcome, plan, wave, spreads)]


def _ask_wave(outcome: OutcomeScores, plan: ComparisonPlan, wave: str, spreads: Spreads) -> list[Finding]:
    arms = [_join(outcome, plan, arm, wave) for arm in (plan.treated, plan.reference)]
    if not arms[0].size or not arms[1].size:
        return []
    groups = Groups(Contrast.ARMS, (plan.treated, plan.reference))
    base = start_finding(outcome, "arms", Unit.PEOPLE, waves=at(wave), groups=groups, notes=(PEOPLE,))
    spread = spreads.at(wave)
    found = compare_welch(*arms)
    finding = with_test(base, found)
    means = {
        site: float(outcome.scores(site, wave).mean()) for site in plan.sites if outcome.at(site, wave).any()
    }  # fmt: skip
    of_sites = replace(base, unit=Unit.SITES, notes=())
    if plan.judged_only:
        judged = make_judged(finding, found, outcome, plan, spread.sd)
        return [
            judged, *compare_arms_of_sites(outcome, plan, of_sites, means, sd=spread.sd, effects=DetectableEffects())
        ]  # fmt: skip
    effects = find_detectable_effects(spread, plan)
    own = detect_between_people(*spread.people, alpha=plan.alpha).effect
    finding = effects.put_beside(with_effect(finding, Measure.G, hedges_g(*arms, found)), own)
    return [
        make_judged(finding, found, outcome, plan, spread.sd),
        with_ranks(base, compare_ranks(*arms)),
        *_compare_all(outcome, plan, wave, base),
        *compare_arms_of_sites(outcome, plan, of_sites, means, sd=spread.sd, effects=effects),
    ]


def _join(outcome: OutcomeScores, plan: ComparisonPlan, arm: str, wave: str) -> Scores:
    parts = [outcome.scores(site, wave) for site in plan.sites if plan.arms[site] == arm]
    return np.concatenate(parts) if parts else np.empty(0)


def _compare_all(outcome: OutcomeScores, plan: ComparisonPlan, wave: str, base: Finding) -> list[Finding]:
    """Return Welch's analysis of variance across the sites, and Games-Howell for each pair."""
    sites = tuple(site for site in plan.sites if outcome.at(site, wave).any())
    scores = [outcome.scores(site, wave) for site in sites]
    welch = compare_welch_anova(scores)
    found = [
        replace(
            base, groups=Groups(Contrast.SITES, sites), sites_shown=sites, counts=welch.n, method=welch.method,
            test=Statistic("F", welch.statistic, welch.df1, welch.df2, welch.p), notes=(PEOPLE, *welch.notes),
        )
    ]  # fmt: skip
    for (i, j), tested in compare_pairs(scores).items():
        pair = (sites[i], sites[j])
        found.append(with_test(replace(base, groups=Groups(Contrast.SITE_PAIR, pair), sites_shown=pair), tested))
    return found
