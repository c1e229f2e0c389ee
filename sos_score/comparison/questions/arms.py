"""Whether the arms differ at a wave: first of people, then of sites, which is what the method is about."""

from __future__ import annotations

import math
from dataclasses import replace

from sos_score.comparison.detectable import DetectableEffects, Spreads, find_detectable_effects
from sos_score.comparison.finding import (
    Contrast,
    Finding,
    Groups,
    Measure,
    Statistic,
    Unit,
    add_notes,
    at,
    make_judged,
    with_effect,
    with_ranks,
    with_test,
)
from sos_score.comparison.nesting import compare_places, label_wrong_unit, start_of_people, with_right_test
from sos_score.comparison.outcome import OutcomeScores, Places
from sos_score.comparison.plan import MANY_SITES, ComparisonPlan, list_cautions
from sos_score.comparison.questions.baseline import is_baseline
from sos_score.comparison.site_rows import compare_arms_of_sites
from sos_score.comparison.suppression import find_hidden_places
from sos_score.notes import note
from sos_score.statistics.anova import compare_pairs, compare_welch_anova
from sos_score.statistics.effect_sizes import hedges_g
from sos_score.statistics.power.detectable import detect_between_people, detect_from_error
from sos_score.statistics.ranks import compare_ranks
from sos_score.statistics.t_tests import compare_welch


def find_arms(outcome: OutcomeScores, plan: ComparisonPlan, spreads: Spreads) -> list[Finding]:
    """Return, for each wave but a baseline, treated against reference: of people, across sites, and of sites.

    Judged are two findings a wave: of people, Welch's test or, where they are nested in workers, CR2 clustered on the
    worker; and the exact permutation of sites where there are enough of them. Beside them Mann-Whitney, Welch's
    analysis of variance and Games-Howell across the sites, and the t test of site means.
    """
    waves = [wave for wave in plan.waves if not is_baseline(outcome, plan, wave)]
    return [add_notes(each, *list_cautions(plan)) for wave in waves for each in _ask_wave(outcome, plan, wave, spreads)]


def _ask_wave(outcome: OutcomeScores, plan: ComparisonPlan, wave: str, spreads: Spreads) -> list[Finding]:
    places = [_find_places(outcome, plan, arm, wave) for arm in (plan.treated, plan.reference)]
    arms = [outcome.score[there] for there in places]
    if not arms[0].size or not arms[1].size:
        return []
    groups = Groups(Contrast.ARMS, (plan.treated, plan.reference))
    base = start_of_people(outcome, "arms", at(wave), groups)
    spread = spreads.at(wave)
    found = compare_places(outcome, *places)
    finding = replace(
        with_effect(with_right_test(base, found), Measure.G, hedges_g(arms[0], arms[1], found)),
        means=tuple(float(each.mean()) for each in arms),
        sds=tuple(float(each.std(ddof=1)) if each.size > 1 else math.nan for each in arms),
    )
    means = {
        site: float(outcome.scores(site, wave).mean()) for site in plan.sites if outcome.count(site, wave)
    }  # fmt: skip
    of_sites = replace(base, unit=Unit.SITES, level="", notes=())
    if plan.judged_only:
        judged = make_judged(finding, found, outcome, plan, spread.sd)
        return [
            judged, *compare_arms_of_sites(outcome, plan, of_sites, means, sd=spread.sd, effects=DetectableEffects())
        ]  # fmt: skip
    effects = find_detectable_effects(spread, plan)
    own = detect_between_people(*spread.people, alpha=plan.alpha).effect
    if outcome.nested_in:
        own = detect_from_error(found.se, found.df, alpha=plan.alpha) / spread.sd if spread.sd > 0 else math.nan
    finding = effects.put_beside(finding, own)
    apart = [with_test(base, compare_welch(*arms))] if outcome.nested_in else []
    apart += [with_ranks(base, compare_ranks(*arms)), *_compare_all(outcome, plan, wave, base)]
    return [
        make_judged(finding, found, outcome, plan, spread.sd),
        *map(label_wrong_unit, apart),
        *compare_arms_of_sites(outcome, plan, of_sites, means, sd=spread.sd, effects=effects),
    ]


def _find_places(outcome: OutcomeScores, plan: ComparisonPlan, arm: str, wave: str) -> Places:
    return outcome.gather([site for site in plan.sites if plan.arms[site] == arm], [wave])


def _compare_all(outcome: OutcomeScores, plan: ComparisonPlan, wave: str, base: Finding) -> list[Finding]:
    """Return Welch's analysis of variance across the sites, and Games-Howell for each pair unless they are too many.

    Pairs are tested among the sites that are shown: p among all would tell whether a hidden one has one person or more.
    """
    sites = tuple(site for site in plan.sites if outcome.count(site, wave))
    scores = [outcome.scores(site, wave) for site in sites]
    welch = compare_welch_anova(scores)
    left_out = (note("pairs_left_out", sites=len(sites), most=MANY_SITES),) if len(sites) > MANY_SITES else ()
    found = [
        replace(
            base, groups=Groups(Contrast.SITES, sites), sites_shown=sites, counts=welch.n, method=welch.method,
            test=Statistic("F", welch.statistic, welch.df1, welch.df2, welch.p),
            notes=(*base.notes, *welch.notes, *left_out),
        )
    ]  # fmt: skip
    if left_out:
        return found
    hidden = find_hidden_places(outcome, plan)
    shown = [site for site in sites if (site, wave) not in hidden]
    tests = {(sites[i], sites[j]): tested for (i, j), tested in compare_pairs(scores).items()}
    if 1 < len(shown) < len(sites):
        of_shown = compare_pairs([outcome.scores(site, wave) for site in shown])
        tests |= {(shown[i], shown[j]): tested for (i, j), tested in of_shown.items()}
    for pair, tested in tests.items():
        found.append(with_test(replace(base, groups=Groups(Contrast.SITE_PAIR, pair), sites_shown=pair), tested))
    return found
