"""Arms of sites compared: the permutation of sites, which is judged where it can be, and the t test of sites beside."""

from __future__ import annotations

import math
from dataclasses import replace

from sos_score.comparison.detectable import DetectableEffects, find_site_floor
from sos_score.comparison.finding import (
    Detectable,
    Equivalence,
    Finding,
    Statistic,
    name_family,
    scale_effect,
    with_test,
)
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.notes import note
from sos_score.statistics.permutation import can_reach, find_smallest_p
from sos_score.statistics.site_comparison import SiteComparison, compare_sites


def compare_arms_of_sites(
    outcome: OutcomeScores,
    plan: ComparisonPlan,
    base: Finding,
    values: dict[str, float],
    *,
    sd: float,
    effects: DetectableEffects,
) -> list[Finding]:
    """Return the exact permutation of sites and the t test of site values beside it.

    `values` are the sites' means or mean changes, `sd` the standard deviation of people. The permutation is judged, for
    difference and for equivalence, where it can reach alpha; else there is no verdict on the sites.
    """
    treated = [plan.arms[site] == plan.treated for site in values]
    if plan.judged_only and not can_reach(find_smallest_p(sum(treated), len(treated) - sum(treated)), plan.alpha):
        return []  # what cannot be judged is not worked out
    smallest = plan.find_smallest(outcome, sd)
    found = compare_sites(
        list(values.values()), treated, member_se=find_site_floor(outcome, plan, base.waves, values),
        margin=smallest, alpha=plan.alpha, seed=plan.seed,
    )  # fmt: skip
    test = with_test(replace(base, sites_shown=tuple(values)), found.test)
    test = replace(scale_effect(test, sd), detectable=Detectable(effects.sites))
    permuted = _permute(test, found, plan, effects)
    if can_reach(found.permutation.smallest_p, plan.alpha):
        family = name_family(permuted, plan, is_baseline=plan.is_baseline(outcome, base.waves))
        judged = _make_judged(replace(permuted, is_judged=True, family=family), found, smallest, plan)
        permuted = replace(judged, equivalence=replace(judged.equivalence, sd=sd))
    return [permuted] if plan.judged_only else [permuted, test]


def _permute(test: Finding, found: SiteComparison, plan: ComparisonPlan, effects: DetectableEffects) -> Finding:
    permutation = found.permutation
    values = {"assignments": permutation.n_assignments, "smallest_p": permutation.smallest_p}
    limit = (
        note("permutation_limit", **values)
        if can_reach(permutation.smallest_p, plan.alpha)
        else note("permutation_without_verdict", **values, alpha=plan.alpha)
    )
    finding = replace(
        test, test=Statistic("difference", permutation.estimate, p=permutation.p), method=permutation.method,
        notes=(limit, note("interval_of_sites"), *test.notes, *permutation.notes),
    )  # fmt: skip
    return effects.put_beside(finding, effects.permutation)


def _make_judged(finding: Finding, found: SiteComparison, smallest: float, plan: ComparisonPlan) -> Finding:
    """Return a judged finding with its limits; equivalence only where the sites could not have missed the effect."""
    if math.isnan(found.p_missed) or found.p_missed <= plan.alpha:
        limits = Equivalence(smallest, found.p_equivalent, found.low, found.high)
        return replace(finding, equivalence=limits)
    said = note(
        "sites_may_miss", sites=found.test.n[0], chance=found.p_missed, alpha=plan.alpha, arm=plan.treated
    )  # fmt: skip
    limits = Equivalence(smallest, math.nan, found.low, found.high)
    return replace(finding, equivalence=limits, notes=(*finding.notes, said))
