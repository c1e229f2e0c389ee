"""Whether the arms differ at a wave: first of people, then of sites, which is what the method is about."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from sos_score.comparison.detectable import Limits, Spreads, find_limits
from sos_score.comparison.finding import PEOPLE, Row, make_primary, scale_effect, start_row, with_effect, with_test
from sos_score.comparison.outcome import Panel, Plan, Scores
from sos_score.statistics.anova import compare_pairs, compare_welch_anova
from sos_score.statistics.effect_sizes import hedges_g
from sos_score.statistics.permutation import SiteComparison, compare_sites
from sos_score.statistics.power.detectable import detect_between_people
from sos_score.statistics.ranks import compare_ranks
from sos_score.statistics.t_tests import compare_welch


def list_arm_rows(panel: Panel, plan: Plan, spreads: Spreads) -> list[Row]:
    """Return, for each wave, treated against reference: of people, across sites, and of sites.

    Parameters
    ----------
    panel : Panel
    plan : Plan
    spreads : Spreads
        Of `panel`.

    Returns
    -------
    list of Row
        Judged are two rows a wave: Welch's test of people, which speaks of these people only, and the exact
        permutation of sites, which alone speaks of the method. Beside them Mann-Whitney, Welch's analysis of
        variance and Games-Howell across the sites, and the t test of site means.
    """
    return [row for wave in plan.waves for row in _ask_wave(panel, plan, wave, spreads)]


def _ask_wave(panel: Panel, plan: Plan, wave: str, spreads: Spreads) -> list[Row]:
    arms = [_join(panel, plan, arm, wave) for arm in (plan.treated, plan.reference)]
    if not arms[0].size or not arms[1].size:
        return []
    base = start_row(panel, "arms", "people", wave=wave, groups=" - ".join(plan.arm_names), notes=(PEOPLE,))
    spread = spreads.at(wave)
    found = compare_welch(*arms)
    row = with_test(base, found)
    means = {site: panel.scores(site, wave).mean() for site in plan.sites if panel.at(site, wave).any()}
    of_sites = replace(base, unit="sites", notes=())
    if plan.judged_only:
        judged = make_primary(row, found, panel, plan, spread.sd)
        return [judged, *list_site_rows(panel, plan, of_sites, means, sd=spread.sd, limits=Limits())]
    limits = find_limits(spread, plan)
    row = limits.put_beside(
        with_effect(row, "g", hedges_g(*arms)), detect_between_people(*spread.people, alpha=plan.alpha).effect
    )
    return [
        make_primary(row, found, panel, plan, spread.sd),
        _rank(base, arms),
        *_compare_all(panel, plan, wave, base),
        *list_site_rows(panel, plan, of_sites, means, sd=spread.sd, limits=limits),
    ]


def _rank(base: Row, arms: list[Scores]) -> Row:
    ranks = compare_ranks(*arms)
    return replace(base, counts=ranks.n, effect_name="rank-biserial", effect=ranks.estimate, effect_low=ranks.low,
                   effect_high=ranks.high, statistic_name="U", statistic=ranks.statistic, p=ranks.p,
                   method=str(ranks.method), notes=(PEOPLE, *map(str, ranks.notes)))  # fmt: skip


def _join(panel: Panel, plan: Plan, arm: str, wave: str) -> Scores:
    parts = [panel.scores(site, wave) for site in plan.sites if plan.arms[site] == arm]
    return np.concatenate(parts) if parts else np.empty(0)


def _compare_all(panel: Panel, plan: Plan, wave: str, base: Row) -> list[Row]:
    """Return Welch's analysis of variance across the sites, and Games-Howell for each pair."""
    sites = [site for site in plan.sites if panel.at(site, wave).any()]
    groups = [panel.scores(site, wave) for site in sites]
    labels = [plan.label_site(site) for site in sites]
    welch = compare_welch_anova(groups)
    rows = [
        replace(base, groups=", ".join(labels), by_site=tuple(sites), counts=welch.n, statistic_name="F",
                statistic=welch.statistic, df=welch.df1, df2=welch.df2, p=welch.p, method=str(welch.method),
                notes=(PEOPLE, *map(str, welch.notes)))
    ]  # fmt: skip
    for (i, j), found in compare_pairs(groups).items():
        pair = replace(base, groups=f"{labels[i]} - {labels[j]}", by_site=(sites[i], sites[j]))
        rows.append(with_test(pair, found))
    return rows


def list_site_rows(
    panel: Panel, plan: Plan, base: Row, values: dict[str, float], *, sd: float, limits: Limits
) -> list[Row]:
    """Return the exact permutation of sites, which is judged, and the t test of site values beside it.

    Parameters
    ----------
    panel : Panel
    plan : Plan
    base : Row
    values : dict
        Site to its mean, or to its mean change.
    sd : float
        Standard deviation of people.
    limits : Limits
    """
    treated = [plan.arms[site] == plan.treated for site in values]
    found = compare_sites(list(values.values()), treated, seed=plan.seed)
    test = with_test(replace(base, by_site=tuple(values)), found.test)
    test = replace(scale_effect(test, sd), detectable=limits.sites)
    judged = make_primary(_permute(test, found, plan, limits), found.test, panel, plan, sd)
    return [judged] if plan.judged_only else [judged, test]


def _permute(test: Row, found: SiteComparison, plan: Plan, limits: Limits) -> Row:
    permutation = found.permutation
    limit = f"{permutation.n_assignments} assignments; p cannot be below {permutation.smallest_p:.3g}"
    if math.isinf(limits.permutation):
        limit += f", so no effect, however large, can be shown at alpha {plan.alpha:g}"
    row = replace(test, statistic_name="difference", statistic=permutation.estimate, df=math.nan, p=permutation.p,
                  method=str(permutation.method),
                  notes=(limit, "interval: t of the sites", *map(str, permutation.notes)))  # fmt: skip
    return limits.put_beside(row, limits.permutation)
