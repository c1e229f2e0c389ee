"""Whether the arms changed differently: difference in differences of people and of sites."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sos_score.comparison.detectable import Limits, Spreads, find_change_limits
from sos_score.comparison.finding import PEOPLE, Row, make_primary, scale_effect, start_row, with_test
from sos_score.comparison.outcome import Panel, Plan, Scores
from sos_score.comparison.questions.arms import list_site_rows
from sos_score.comparison.questions.change import tells_apart
from sos_score.statistics.estimate import Estimate
from sos_score.statistics.mixed.data import variance_data
from sos_score.statistics.mixed.fixed_effects import assess_coefficients
from sos_score.statistics.power.detectable import detect_from_error
from sos_score.statistics.regression.cluster_robust import infer_cr2
from sos_score.statistics.regression.did import TERMS, PeopleDid, adjust_for_first, compare_changes, fit_changes


def list_did_rows(panel: Panel, plan: Plan, spreads: Spreads) -> list[Row]:
    """Return treated change minus reference change: of people, adjusted for the first wave, and of sites.

    Parameters
    ----------
    panel : Panel
    plan : Plan
    spreads : Spreads
        Of `panel`.

    Returns
    -------
    list of Row
        Judged are the estimate on people with errors clustered on the person (CR2), which speaks of these
        people, and the exact permutation of site changes, which speaks of the method. Beside them HC3, CR2
        clustered on site, analysis of covariance on linked people, and a mixed model with site and person
        intercepts.
    """
    if len(plan.waves) < 2:
        return []
    first, last = plan.first_wave, plan.last_wave
    there = panel.at() & np.isin(panel.wave, [first, last]) & np.isin(panel.site, list(plan.sites))
    y, site, wave = panel.score[there], panel.site[there], panel.wave[there]
    arm = np.array([plan.arms[name] == plan.treated for name in site], dtype=bool)
    post = wave == last
    if min(int((arm == a).sum() and (post[arm == a] == b).sum()) for a in (True, False) for b in (True, False)) < 1:
        return []
    people = [str(person) or None for person in panel.person[there]]
    words = f"{plan.arm_names[0]} change - {plan.arm_names[1]} change"
    base = start_row(panel, "did", "people", wave=plan.span, groups=words, notes=(PEOPLE,))
    of_sites = replace(base, unit="sites", notes=())
    sd = spreads.at(first).sd
    changes = _find_changes(panel, plan)
    if plan.judged_only:
        test = infer_cr2(fit_changes(y, arm, post), people)[TERMS[3]]
        cells = tuple(int(((arm == a) & (post == b)).sum()) for b in (False, True) for a in (False, True))
        judged = replace(with_test(base, test), counts=cells, method=f"{test.method}, clustered on the person")
        judged = make_primary(judged, test, panel, plan, sd)
        return [judged, *list_site_rows(panel, plan, of_sites, changes, sd=sd, limits=Limits())]
    found = compare_changes(y, arm, post, site.tolist(), people)
    site_sd = _spread_changes(changes, plan)
    treated = sum(plan.arms[name] == plan.treated for name in changes)
    limits = find_change_limits(found, (treated, len(changes) - treated), (sd, site_sd), plan)
    rows = _list_people(panel, plan, base, (found, limits), sd)
    rows.append(_adjust_for_first(panel, plan, base))
    design = np.column_stack([np.ones(y.size), arm, post, arm & post]).astype(float)
    rows.append(_fit_mixed(base, y, design, site, panel.person[there]))
    return [*rows, *list_site_rows(panel, plan, of_sites, changes, sd=sd, limits=limits)]


def _find_changes(panel: Panel, plan: Plan) -> dict[str, float]:
    changes = {}
    for name in plan.sites:
        before, after = panel.scores(name, plan.first_wave), panel.scores(name, plan.last_wave)
        if before.size and after.size:
            changes[name] = float(after.mean() - before.mean())
    return changes


def _list_people(panel: Panel, plan: Plan, base: Row, results: tuple[PeopleDid, Limits], sd: float) -> list[Row]:
    found, limits = results

    def tell(estimate: Estimate, cluster: str = "", notes: tuple[str, ...] = (PEOPLE,)) -> Row:
        row = with_test(replace(base, notes=notes), estimate)
        row = replace(row, method=f"{row.method}, clustered on the {cluster}" if cluster else row.method)
        smallest = detect_from_error(estimate.se, estimate.df, alpha=plan.alpha)
        return replace(scale_effect(row, sd), counts=found.n, detectable=smallest / sd if sd > 0 else math.nan)

    cautious = ("few sites: the interval is wide because it is honest",)
    person = tell(found.cr2_person, "person")
    judged = make_primary(limits.put_beside(person, person.detectable), found.cr2_person, panel, plan, sd)
    by_site = replace(tell(found.cr2_site, "site", cautious), by_site=tuple(plan.sites))
    return [judged, tell(found.hc3), by_site]


def _adjust_for_first(panel: Panel, plan: Plan, base: Row) -> Row:
    first, last = plan.first_wave, plan.last_wave
    before, after, treated = [], [], []
    for arm in (plan.treated, plan.reference):
        sites = tuple(site for site in plan.sites if plan.arms[site] == arm)
        if sum(_hides_linked(panel, plan, site) for site in sites) == 1:
            # The arm's linked people less those of its other sites would be those of this one.
            note = f"not shown: it would give away fewer than {plan.smallest_cell} people of one site"
            return replace(base, method="analysis of covariance", notes=(note,))
        _, x, y = panel.pair(sites, first, last)
        before += x.tolist()
        after += y.tolist()
        treated += [arm == plan.treated] * x.size
    found = adjust_for_first(after, before, treated)
    row = with_test(replace(base, groups=" - ".join(plan.arm_names)), found.effect)
    note = f"linked people at {last}, at the same score at {first}; slopes differ with p = {found.slopes_p:.3g}"
    if math.isnan(found.slopes_p):
        note = f"linked people at {last}, at the same score at {first}"
    return replace(row, counts=found.n, method="analysis of covariance", notes=(note, *row.notes))


def _hides_linked(panel: Panel, plan: Plan, site: str) -> bool:
    _, before, after = panel.pair((site,), plan.first_wave, plan.last_wave)
    at_first, at_last = ~np.isnan(before), ~np.isnan(after)
    linked = int((at_first & at_last).sum())
    return tells_apart(linked, (int(at_first.sum()) - linked, int(at_last.sum()) - linked), plan)


def _fit_mixed(base: Row, y: Scores, design: Scores, site: NDArray[np.str_], person: NDArray[np.str_]) -> Row:
    ids = np.array([name or f"\x1f{place}" for place, name in enumerate(person.tolist())], dtype=object)
    data = variance_data(y, {"sites": site, "people": ids}, design)
    tests = assess_coefficients(data)
    row = replace(base, method="mixed model, site and person intercepts (REML, Satterthwaite)", counts=(y.size,),
                  by_site=tuple(dict.fromkeys(site.tolist())))  # fmt: skip
    if data.problem or len(tests.coefficients) < 4:
        return replace(row, notes=tuple(map(str, tests.notes)))
    found = tests.coefficients[3]
    return replace(row, estimate=found.estimate, low=found.low, high=found.high, statistic_name="t",
                   statistic=found.t, df=found.df, p=found.p, notes=(*map(str, tests.notes), *row.notes))  # fmt: skip


def _spread_changes(changes: dict[str, float], plan: Plan) -> float:
    groups = [
        np.array([change for site, change in changes.items() if plan.arms[site] == arm])
        for arm in (plan.treated, plan.reference)
    ]
    freedom = sum(max(group.size - 1, 0) for group in groups)
    if not freedom:
        return math.nan
    return math.sqrt(sum(float(((group - group.mean()) ** 2).sum()) for group in groups if group.size) / freedom)
