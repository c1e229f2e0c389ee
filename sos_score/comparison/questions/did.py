"""Whether the arms changed differently: difference in differences of people and of sites."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from sos_score.comparison.detectable import DetectableEffects, Spread, Spreads, find_change_effects, find_site_floor
from sos_score.comparison.finding import (
    Contrast,
    Detectable,
    Estimate,
    Finding,
    Groups,
    Measure,
    Statistic,
    Unit,
    add_notes,
    make_judged,
    with_effect,
    with_test,
)
from sos_score.comparison.links import are_apart, count_linked
from sos_score.comparison.nesting import label_wrong_unit, start_of_people, with_right_test
from sos_score.comparison.outcome import OutcomeScores, Places, Scores
from sos_score.comparison.plan import ComparisonPlan, list_cautions
from sos_score.comparison.questions.change import FAR
from sos_score.comparison.site_rows import compare_arms_of_sites
from sos_score.comparison.suppression import find_hidden_places
from sos_score.notes import Note, note
from sos_score.statistics.effect_sizes import standardize_estimate
from sos_score.statistics.estimate import Estimate as TestedEstimate
from sos_score.statistics.estimate import describe_sample, pool_variance
from sos_score.statistics.mixed.data import variance_data
from sos_score.statistics.mixed.fixed_effects import assess_coefficients
from sos_score.statistics.mixed.model import MOST_GROUPS, fit_variance
from sos_score.statistics.power.detectable import detect_from_error
from sos_score.statistics.regression.cluster_robust import infer_cr2
from sos_score.statistics.regression.did import TERMS, PeopleDid, adjust_for_first, compare_changes, fit_changes
from sos_score.study.suppression import is_safe
from sos_score.words import pluralise

_SITES_AT_WAVES = "sites at each wave"


def find_did(outcome: OutcomeScores, plan: ComparisonPlan, spreads: Spreads) -> list[Finding]:
    """Return treated change minus reference change: of people, adjusted for the first wave, and of sites.

    Judged are the estimate on people with errors clustered on the person, or on the worker they are nested in (CR2),
    and the exact permutation of site changes where there are enough sites. Beside them HC3, CR2 clustered on the site,
    analysis of covariance on linked people, and a mixed model with intercepts of sites, of sites at each wave and of
    people. A site with scores at one of the waves only is left out: which sites were asked would count as a change.
    """
    if len(plan.waves) < 2:
        return []
    first, last = plan.span
    there = outcome.gather(_list_asked_twice(outcome, plan), [first, last])
    arm = outcome.are_in(there, [site for site in plan.sites if plan.arms[site] == plan.treated])
    post = outcome.wave[there] == last
    if min(int((arm == a).sum() and (post[arm == a] == b).sum()) for a in (True, False) for b in (True, False)) < 1:
        return []
    groups = Groups(Contrast.ARM_CHANGES, (plan.treated, plan.reference))
    base = _leave_out_sites(start_of_people(outcome, "did", plan.span, groups), outcome, plan)
    found = _compare(outcome, plan, spreads, base, (there, arm, post))
    y = outcome.score[there]
    cautions = _list_cautions(plan, y[arm & ~post], y[~arm & ~post])
    return [add_notes(each, *cautions) for each in found]


def _list_asked_twice(outcome: OutcomeScores, plan: ComparisonPlan) -> list[str]:
    """Return the sites with scores at both waves."""
    return [site for site in plan.sites if all(outcome.count(site, wave) for wave in plan.span)]


def _leave_out_sites(base: Finding, outcome: OutcomeScores, plan: ComparisonPlan) -> Finding:
    """Return a finding of people with the sites that are no part of it: beside the whole arm it would show them."""
    asked = [site for site in plan.sites if any(outcome.count(site, wave) for wave in plan.span)]
    lost = [site for site in asked if site not in _list_asked_twice(outcome, plan)]
    if not lost:
        return base
    said = note("sites_asked_once", number=len(lost), first=plan.first_wave, last=plan.last_wave)
    return replace(base, sites_shown=tuple(lost), notes=(*base.notes, said))


def _list_cautions(plan: ComparisonPlan, treated: Scores, reference: Scores) -> tuple[Note, ...]:
    """Return what every finding on changes carries: parallel trends, and arms whose members started far apart."""
    cautions = list_cautions(plan)
    if not cautions:
        return ()
    sd = math.sqrt(pool_variance(treated, reference))
    distance = float(treated.mean() - reference.mean()) / sd if sd > 0 else 0.0
    far = note("arms_start_apart", distance=distance, wave=plan.first_wave, arm=plan.treated, other_arm=plan.reference)
    return (*cautions, note("parallel_trends"), *((far,) if abs(distance) > FAR else ()))


def _compare(
    outcome: OutcomeScores, plan: ComparisonPlan, spreads: Spreads, base: Finding, rows: tuple[Places, Places, Places]
) -> list[Finding]:
    """Return the findings on some rows, of which it is known whether they are treated, and of the last wave."""
    there, arm, post = rows
    y, site, units = outcome.score[there], outcome.index.sites[there], outcome.clusters(there)
    of_sites = replace(base, unit=Unit.SITES, level="", notes=())
    spread = spreads.at(plan.first_wave)
    sd = spread.sd
    changes = _find_changes(outcome, plan)
    turned, tests = (infer_cr2(fit_changes(y, reference, post), units) for reference in (~arm, arm))
    changed = (_tell(turned[TERMS[2]]), _tell(tests[TERMS[2]]))
    cells = [y[(arm == a) & (post == b)] for b in (False, True) for a in (False, True)]
    sds = tuple(float(each.std(ddof=1)) if each.size > 1 else math.nan for each in cells)
    if plan.judged_only:
        test = tests[TERMS[3]]
        counts, means = tuple(each.size for each in cells), tuple(float(each.mean()) for each in cells)
        judged = with_right_test(base, test, note("clustered_on_person", test=test.method))
        judged = _standardize(judged, test, spread)
        judged = replace(judged, counts=counts, means=means, sds=sds, arm_changes=changed)
        judged = make_judged(judged, test, outcome, plan, sd)
        return [judged, *_compare_sites(outcome, plan, of_sites, (changes, sd, DetectableEffects()))]
    found = compare_changes(y, arm, post, site, units)
    treated = sum(plan.arms[name] == plan.treated for name in changes)
    sites = (treated, len(changes) - treated)
    floor = find_site_floor(outcome, plan, plan.span, changes)
    effects = find_change_effects(found, sites, (sd, _spread_changes(changes, plan), floor), plan)
    design = np.column_stack([np.ones(y.size), arm, post, arm & post]).astype(float)
    return [
        *_compare_people(outcome, plan, replace(base, sds=sds, arm_changes=changed), (found, effects), spread),
        label_wrong_unit(_adjust_for_first(outcome, plan, base)),
        _fit_mixed(outcome, plan, base, (there, design)),
        *_compare_sites(outcome, plan, of_sites, (changes, sd, effects)),
    ]


def _tell(found: TestedEstimate) -> Estimate:
    return Estimate(found.estimate, found.low, found.high, found.se)


def _compare_sites(
    outcome: OutcomeScores,
    plan: ComparisonPlan,
    base: Finding,
    of_sites: tuple[dict[str, float], float, DetectableEffects],
) -> list[Finding]:
    """Return the comparison of the changes of sites, with the means of the arms' site means and their own changes."""
    changes, sd, effects = of_sites
    arms = (plan.reference, plan.treated)
    members = {arm: [site for site in changes if plan.arms[site] == arm] for arm in arms}
    means = tuple(
        float(np.mean([outcome.scores(site, wave).mean() for site in members[arm]])) if members[arm] else math.nan
        for wave in plan.span
        for arm in arms
    )
    own = [describe_sample([changes[site] for site in members[arm]]) for arm in reversed(arms)]
    base = replace(
        base, means=means, arm_changes=tuple(Estimate(each.mean, each.low, each.high, each.se) for each in own)
    )
    return compare_arms_of_sites(outcome, plan, base, changes, sd=sd, effects=effects)


def _find_changes(outcome: OutcomeScores, plan: ComparisonPlan) -> dict[str, float]:
    changes = {}
    for name in plan.sites:
        before, after = outcome.scores(name, plan.first_wave), outcome.scores(name, plan.last_wave)
        if before.size and after.size:
            changes[name] = float(after.mean() - before.mean())
    return changes


def _compare_people(
    outcome: OutcomeScores, plan: ComparisonPlan, base: Finding, results: tuple[PeopleDid, DetectableEffects],
    spread: Spread,
) -> list[Finding]:  # fmt: skip
    found, effects = results
    sd = spread.sd

    def describe(finding: Finding, estimate: TestedEstimate) -> Finding:
        smallest = detect_from_error(estimate.se, estimate.df, alpha=plan.alpha)
        own = Detectable(smallest / sd if sd > 0 else math.nan)
        finding = _standardize(finding, estimate, spread)
        return replace(finding, counts=found.n, means=found.means, detectable=own)

    method = note("clustered_on_person", test=found.cr2_person.method)
    person = describe(with_right_test(base, found.cr2_person, method), found.cr2_person)
    judged = effects.put_beside(person, person.detectable.own)
    of_sites = replace(base, notes=(note("cr2_of_sites"),), sites_shown=tuple(plan.sites))
    by_site = replace(
        with_test(of_sites, found.cr2_site), method=note("clustered_on_site", test=found.cr2_site.method)
    )  # fmt: skip
    return [
        make_judged(judged, found.cr2_person, outcome, plan, sd),
        label_wrong_unit(describe(with_test(base, found.hc3), found.hc3)),
        describe(by_site, found.cr2_site),
    ]


def _standardize(finding: Finding, estimate: TestedEstimate, spread: Spread) -> Finding:
    effect = standardize_estimate(estimate, spread.sd, float(sum(spread.people) - 2))
    return with_effect(finding, Measure.G, effect)


def _adjust_for_first(outcome: OutcomeScores, plan: ComparisonPlan, base: Finding) -> Finding:
    first, last = plan.span
    before, after, treated = [], [], []
    least = plan.smallest_cell
    for arm in (plan.treated, plan.reference):
        sites = tuple(site for site in plan.sites if plan.arms[site] == arm)
        if not _are_links_safe(outcome, plan, sites):
            # The arm's linked people less those of its other sites would be those of one, or of a few.
            return replace(base, method=note("ancova"), notes=(note("hidden_linked", least=least),))
        _, x, y = outcome.pair(sites, first, last)
        before += x.tolist()
        after += y.tolist()
        treated += [arm == plan.treated] * x.size
    found = adjust_for_first(after, before, treated)
    groups = Groups(Contrast.ARMS, base.groups.members)
    finding = with_test(replace(base, groups=groups), found.effect)
    code = "ancova_linked" if math.isnan(found.slopes_p) else "ancova_slopes"
    said = note(code, first=first, last=last, p=found.slopes_p)
    return replace(finding, counts=found.n, method=note("ancova"), notes=(said, *finding.notes))


def _are_links_safe(outcome: OutcomeScores, plan: ComparisonPlan, sites: tuple[str, ...]) -> bool:
    """Return whether the sites of which it is not shown who answered twice are safe together."""
    places, least = find_hidden_places(outcome, plan), plan.smallest_cell
    hidden, small = [], []
    for site in sites:
        links = count_linked(outcome, plan, (site,))
        if any((site, wave) in places for wave in plan.span):
            hidden.append(links)
        elif links.is_small(least):
            small.append(links)
    parts = zip(*((each.both, each.first_only, each.last_only) for each in (*hidden, *small)), strict=True)
    return all(is_safe(part, least) for part in parts) and are_apart(small, hidden, least)


def _fit_mixed(outcome: OutcomeScores, plan: ComparisonPlan, base: Finding, rows: tuple[Places, Scores]) -> Finding:
    """Return a mixed model with intercepts of sites, of sites at each wave, of the level below and of people."""
    there, design = rows
    index = outcome.index
    units = {pluralise(base.level): outcome.clusters(there)} if base.level else {}
    levels = {"sites": index.sites[there], _SITES_AT_WAVES: index.places[there], **units, "people": index.people[there]}
    finding = replace(
        base, method=note("mixed_intercepts", levels=tuple(levels)), counts=(there.size,), sites_shown=tuple(plan.sites)
    )
    groups = sum(np.unique(codes).size for codes in levels.values())
    if groups > MOST_GROUPS:
        return replace(finding, notes=(note("model_too_large", groups=groups, most=MOST_GROUPS),))
    data = variance_data(outcome.score[there], levels, design)
    fit = fit_variance(data)
    tests = assess_coefficients(data, fit)
    finding = replace(
        base, method=note("mixed_intercepts", levels=data.names), counts=(there.size,),
        sites_shown=tuple(each for each in plan.sites if any(outcome.count(each, wave) for wave in plan.span)),
    )  # fmt: skip
    if data.problem or len(tests) < 4:
        return replace(finding, notes=fit.notes)
    found = tests[3]
    is_apart = any(each.name == _SITES_AT_WAVES and each.variance > 0 for each in fit.levels)
    counted = () if is_apart else (note("mixed_counts_people"),)
    return replace(
        finding, estimate=Estimate(found.estimate, found.low, found.high),
        test=Statistic("t", found.t, found.df, p=found.p),
        notes=(*fit.notes, *counted, *finding.notes),
    )  # fmt: skip


def _spread_changes(changes: dict[str, float], plan: ComparisonPlan) -> float:
    groups = [
        np.array([change for site, change in changes.items() if plan.arms[site] == arm])
        for arm in (plan.treated, plan.reference)
    ]
    return math.sqrt(pool_variance(*groups))
