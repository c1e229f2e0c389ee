"""What this design can show: before any result, the smallest p and the smallest effect it could find."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from sos_score.comparison.detectable import Spread, Spreads, detect_adjusted
from sos_score.comparison.finding import Row, start_row
from sos_score.comparison.outcome import Panel, Plan
from sos_score.comparison.questions.change import say_linked, tells_apart
from sos_score.statistics.permutation import count_assignments, find_smallest_p
from sos_score.statistics.power.detectable import Detectable, detect_between_people, detect_between_sites


def list_design_rows(panel: Panel, plan: Plan, spreads: Spreads) -> list[Row]:
    """Return who there is, the smallest p of any test of sites, and detectable effects by kind of analysis.

    Parameters
    ----------
    panel : Panel
    plan : Plan
    spreads : Spreads
        Of `panel`.

    Returns
    -------
    list of Row
        Counts for each wave; for the site-level test the smallest two-sided p (in `p`); for each kind of
        analysis the smallest effect found with 80% power (in `detectable`, standard deviations of people).
    """
    rows = _count_people(panel, plan)
    if not plan.has_arms:
        return rows
    rows.append(_limit_sites(panel, plan))
    for wave in _waves_with_arms(panel, plan):
        spread = spreads.at(wave)
        found = {
            "people": detect_between_people(*spread.people, alpha=plan.alpha),
            "sites": _in_people(detect_between_sites(spread.sites, spread.site_sd, alpha=plan.alpha), spread.sd),
        }
        people, sites = (_tell(panel, plan, wave, unit, each) for unit, each in found.items())
        rows += [people, *_adjust_for_sites(panel, plan, wave, spread), replace(sites, by_site=tuple(plan.sites))]
        rows += _tell_icc(panel, plan, wave, spread)
    return rows


def _count_people(panel: Panel, plan: Plan) -> list[Row]:
    rows = []
    for site in plan.sites:
        counts = [int(panel.at(site, wave).sum()) for wave in plan.waves]
        groups, note = list(plan.waves), ""
        if len(plan.waves) > 1:
            _, first, last = panel.pair((site,), plan.first_wave, plan.last_wave)
            at_first, at_last = ~np.isnan(first), ~np.isnan(last)
            linked = int((at_first & at_last).sum())
            apart = (int(at_first.sum()) - linked, int(at_last.sum()) - linked)
            note = say_linked(linked, apart, plan)
            if not tells_apart(linked, apart, plan):
                counts, groups = [*counts, linked], [*groups, "linked"]
        row = start_row(panel, "design", "people", site=plan.label_site(site), groups=", ".join(groups))
        notes = (note,) if note else ()
        rows.append(replace(row, counts=tuple(counts), method="count", notes=notes, by_site=(site,)))
    return rows


def _limit_sites(panel: Panel, plan: Plan) -> Row:
    present = [site for site in plan.sites if panel.at(site).any()]
    treated = sum(plan.arms[site] == plan.treated for site in present)
    contrast = sum(plan.arms[site] == plan.reference for site in present)
    smallest = find_smallest_p(treated, contrast)
    if math.isnan(smallest):
        note = "one arm has no site with a score, so the arms cannot be compared"
    else:
        ways = count_assignments(treated, contrast)
        note = f"{treated} sites against {contrast}: {ways} ways to choose the {plan.arm_names[0]} sites"
        if smallest > plan.alpha:
            note += f", so no exact test of sites can reach p = {plan.alpha:g}"
    groups = " - ".join(plan.arm_names)
    return start_row(
        panel, "design", "sites", groups=groups, counts=(treated, contrast), p=smallest,
        method="smallest p of an exact permutation of sites", notes=(note,),
    )  # fmt: skip


def _waves_with_arms(panel: Panel, plan: Plan) -> list[str]:
    def has_both(wave: str) -> bool:
        arms = {plan.arms[site] for site in plan.sites if panel.at(site, wave).any()}
        return {plan.treated, plan.reference} <= arms

    return [wave for wave in plan.waves if has_both(wave)]


def _in_people(found: Detectable, sd: float) -> Detectable:
    """Return a detectable difference of site means in standard deviations of people."""
    return replace(found, effect=found.effect / sd if sd > 0 else math.nan)


def _tell(panel: Panel, plan: Plan, wave: str, unit: str, found: Detectable) -> Row:
    return start_row(
        panel, "design", unit, wave=wave, groups=" - ".join(plan.arm_names), counts=found.n, effect_name="g",
        df=found.df, detectable=found.effect, method=f"smallest effect found with 80% power: {found.method}",
        notes=tuple(map(str, found.notes)),
    )  # fmt: skip


def _adjust_for_sites(panel: Panel, plan: Plan, wave: str, spread: Spread) -> list[Row]:
    """Return the smallest effect found with people nested in sites, at the ICC seen and at its limits."""
    if math.isnan(spread.icc):
        return []

    seen, low, high = detect_adjusted(spread, alpha=plan.alpha)
    row = _tell(panel, plan, wave, "people, adjusted for sites", seen)
    note = f"at the ICC seen, {seen.icc:.3g}; the interval is at the limits of the ICC's own interval"
    return [
        replace(row, effect_low=low, effect_high=high, notes=(*row.notes, note), by_site=tuple(plan.sites)),
    ]


def _tell_icc(panel: Panel, plan: Plan, wave: str, spread: Spread) -> list[Row]:
    if math.isnan(spread.icc):
        return []
    note = "how much of the variation lies between sites; with few sites hardly known"
    row = start_row(panel, "design", "sites", wave=wave, groups=", ".join(plan.sites.values()))
    return [
        replace(row, counts=(spread.n_sites,), effect_name="ICC(1)", effect=spread.icc, effect_low=spread.icc_low,
                effect_high=spread.icc_high, method="one-way analysis of variance", notes=(note,),
                by_site=tuple(plan.sites))
    ]  # fmt: skip
