"""Whether a site changed from the first wave to the last, with everyone who answered at either."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from sos_score.comparison.finding import PEOPLE, Row, make_primary, start_row, with_effect, with_test
from sos_score.comparison.outcome import Panel, Plan, Scores
from sos_score.psychometrics.internal_consistency.alpha import reliability
from sos_score.psychometrics.moments import moments
from sos_score.psychometrics.retest.stability import reliable_change
from sos_score.statistics.effect_sizes import hedges_g, standardize_change
from sos_score.statistics.overlap import compare_overlapping
from sos_score.statistics.power.detectable import detect_from_error
from sos_score.statistics.ranks import compare_ranks, compare_signed_ranks
from sos_score.statistics.t_tests import compare_paired, compare_welch, pool_variance


def list_change_rows(panel: Panel, plan: Plan) -> list[Row]:
    """Return, for each site, the change from the first wave to the last and what stands beside it.

    Parameters
    ----------
    panel : Panel
    plan : Plan

    Returns
    -------
    list of Row
        Judged: the partially overlapping samples t test (Derrick et al. 2017). Beside it: the paired test of
        linked people, Welch's test as if nobody were linked, rank tests, leavers against stayers at the first
        wave, newcomers against stayers at the last, and reliable change counts.
    """
    waves = (plan.first_wave, plan.last_wave)
    if len(plan.waves) < 2 or not all(panel.at(wave=wave).any() for wave in waves):
        return []
    rows: list[Row] = []
    for site in plan.sites:
        _, before, after = panel.pair((site,), plan.first_wave, plan.last_wave)
        if before.size:
            rows += _ask_site(panel, plan, site, before, after)
    return rows


def _ask_site(panel: Panel, plan: Plan, site: str, before: Scores, after: Scores) -> list[Row]:
    first, last = plan.first_wave, plan.last_wave
    x, y = after[~np.isnan(after)], before[~np.isnan(before)]
    base = start_row(panel, "change", "people", site=plan.label_site(site), wave=plan.span,
                     groups=f"{last} - {first}", notes=(PEOPLE,), by_site=(site,))  # fmt: skip
    main = compare_overlapping(after, before)
    apart = (main.n_only_y, main.n_only_x)
    kinds = say_linked(main.n_linked, apart, plan)
    sd = _pool(x, y)
    judged = with_test(replace(base, notes=(kinds, PEOPLE)), main.test)
    if plan.judged_only:
        return [make_primary(judged, main.test, panel, plan, sd)]
    judged = with_effect(judged, "g", hedges_g(x, y))
    if sd > 0:
        found = detect_from_error(main.test.se, main.test.df, alpha=plan.alpha) / sd
        judged = replace(judged, detectable=found)
    ranks = compare_ranks(x, y)
    rows = [
        make_primary(judged, main.test, panel, plan, sd),
        with_test(base, compare_welch(x, y)),
        replace(base, counts=ranks.n, effect_name="rank-biserial", effect=ranks.estimate, effect_low=ranks.low,
                effect_high=ranks.high, statistic_name="U", statistic=ranks.statistic, p=ranks.p,
                method=f"{ranks.method}; link ignored", notes=(PEOPLE, *ranks.notes)),
    ]  # fmt: skip
    if tells_apart(main.n_linked, apart, plan):
        return rows
    rows += _ask_linked(base, before, after)
    rows += _ask_turnover(plan, base, before, after)
    return [*rows, _count_reliable(panel, plan, base, before, after)]


def _ask_linked(base: Row, before: Scores, after: Scores) -> list[Row]:
    """Return the paired tests of the people who answered at both waves."""
    linked = ~np.isnan(before) & ~np.isnan(after)
    paired = with_test(base, compare_paired(after, before))
    signed = compare_signed_ranks(after[linked], before[linked])
    return [
        with_effect(paired, "g_av", standardize_change(after, before).g_av),
        replace(base, counts=signed.n, effect_name="rank-biserial", effect=signed.estimate, statistic_name="V",
                statistic=signed.statistic, p=signed.p, notes=(PEOPLE, *signed.notes),
                method=f"{signed.method}; linked people"),
    ]  # fmt: skip


def tells_apart(linked: int, apart: tuple[int, int], plan: Plan) -> bool:
    """Return whether results of linked people would be about a few, or give away the few who answered once."""
    return any(0 < count < plan.smallest_cell for count in (linked, *apart))


def say_linked(linked: int, apart: tuple[int, int], plan: Plan) -> str:
    """Return who answered at both waves and who at one, without telling of a few."""
    if tells_apart(linked, apart, plan):
        where = "both waves" if 0 < linked < plan.smallest_cell else "one wave only"
        few = f"fewer than {plan.smallest_cell}"
        return f"{few} answered at {where}, so results of the linked people are not shown apart"
    left, came = apart
    return (
        f"{linked} at both waves, {left} at {plan.first_wave} only (left or did not answer), "
        f"{came} at {plan.last_wave} only (came or had not answered)"
    )


def _ask_turnover(plan: Plan, base: Row, before: Scores, after: Scores) -> list[Row]:
    """Return leavers against stayers at the first wave, and newcomers against stayers at the last."""
    linked = ~np.isnan(before) & ~np.isnan(after)
    rows = []
    for words, wave, scores, apart in (
        ("leavers - stayers", plan.first_wave, before, ~np.isnan(before) & np.isnan(after)),
        ("newcomers - stayers", plan.last_wave, after, np.isnan(before) & ~np.isnan(after)),
    ):
        if apart.any():
            row = replace(base, wave=wave, groups=words)
            found = with_test(row, compare_welch(scores[apart], scores[linked]))
            rows.append(with_effect(found, "g", hedges_g(scores[apart], scores[linked])))
    return rows


def _count_reliable(panel: Panel, plan: Plan, base: Row, before: Scores, after: Scores) -> Row:
    """Return how many linked people changed by more than the error of measurement."""
    linked = int((~np.isnan(before) & ~np.isnan(after)).sum())
    row = replace(base, method="reliable change (Jacobson-Truax)", counts=(linked,), groups="linked people", notes=())
    if panel.items is None:
        return replace(row, notes=("reliability is not known, so reliable change cannot be counted",))
    there = panel.at(wave=plan.first_wave)
    alpha = reliability(moments(panel.items[there])).alpha
    sd = float(panel.score[there].std(ddof=1)) if there.sum() > 1 else math.nan
    if not 0 < alpha < 1 or not sd > 0:
        return replace(row, notes=("reliability is not known here, so reliable change cannot be counted",))
    found = reliable_change(before, after, sd, alpha, higher_is_better=panel.good != "low")
    up, down = (found.deteriorated, found.improved) if panel.good == "low" else (found.improved, found.deteriorated)
    words = f"{up} up, {down} down, {found.unchanged} within the error of measurement"
    basis = (
        f"more than {found.critical_change:.6g} points; alpha {alpha:.3g}, SD {sd:.3g}, everyone at {plan.first_wave}"
    )
    return replace(row, counts=(linked, up, down, found.unchanged), groups="linked, up, down, unchanged",
                   reason=words, notes=(basis, *map(str, found.notes)))  # fmt: skip


def _pool(x: Scores, y: Scores) -> float:
    return math.sqrt(pool_variance(x, y)) if x.size + y.size > 2 and min(x.size, y.size) else math.nan
