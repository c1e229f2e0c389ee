"""Where each site stands at each wave: mean, interval, T with its norm, and whether its mean may be reported."""

from __future__ import annotations

import math
from dataclasses import replace

from sos_score.comparison.finding import PEOPLE, Row, make_primary, start_row, with_test
from sos_score.comparison.outcome import Panel, Plan
from sos_score.psychometrics.teams.agreement import team_agreement
from sos_score.psychometrics.teams.reporting import judge_team_mean
from sos_score.statistics.descriptives import describe_sample
from sos_score.statistics.power.detectable import detect_from_error
from sos_score.statistics.t_tests import compare_to_norm

_TEAM_SCORES = ("staff",)


def list_level_rows(panel: Panel, plan: Plan) -> list[Row]:
    """Return, for each site and wave, the description, the agreement gate, and the test against the norm.

    Parameters
    ----------
    panel : Panel
    plan : Plan

    Returns
    -------
    list of Row
        The description has mean, SD (in `effect`) and t interval; the median and T stand in the notes. For
        staff, who speak for their team, rwg(j) says whether the mean may be reported as the team's.
    """
    rows = []
    for wave in plan.waves:
        for site in plan.sites:
            if not panel.at(site, wave).any():
                continue
            rows.append(_describe(panel, plan, site, wave))
            if panel.respondent in _TEAM_SCORES and panel.items is not None and panel.options > 1:
                rows.append(_gate(panel, plan, site, wave))
            if panel.norm is not None:
                rows.append(_against_norm(panel, plan, site, wave))
    return rows


def _describe(panel: Panel, plan: Plan, site: str, wave: str) -> Row:
    found = describe_sample(panel.scores(site, wave))
    t = panel.to_t(found.mean)
    notes = [f"median {found.median:.6g}"]
    if panel.norm is not None:
        notes.append(f"T {t:.6g} against {panel.norm.name}")
    return start_row(
        panel, "level", "people", site=plan.label_site(site), wave=wave, groups=plan.label_site(site),
        by_site=(site,), counts=(found.n,), estimate=found.mean, low=found.low, high=found.high,
        effect_name="SD", effect=found.sd, statistic_name="" if math.isnan(t) else "T", statistic=t,
        method="mean with t interval", notes=(*notes, *found.notes),
    )  # fmt: skip


def _gate(panel: Panel, plan: Plan, site: str, wave: str) -> Row:
    items = panel.items
    assert items is not None
    agreement = team_agreement(items[panel.at(site, wave)], panel.options)
    gate = judge_team_mean(agreement)
    words = {True: "may be reported", False: "may not be reported", None: "not known"}[gate.may_report]
    return start_row(
        panel, "level", "people", site=plan.label_site(site), wave=wave, groups=plan.label_site(site),
        by_site=(site,), counts=(agreement.n,), effect_name="rwg(j)", effect=agreement.rwg,
        method="agreement in the team", verdict=f"team mean {words}", reason=str(gate.reason),
        notes=(str(gate.rule), *map(str, agreement.notes)),
    )  # fmt: skip


def _against_norm(panel: Panel, plan: Plan, site: str, wave: str) -> Row:
    norm = panel.norm
    assert norm is not None
    scores = panel.scores(site, wave)
    found = compare_to_norm(scores, norm.means[panel.scale])
    row = start_row(
        panel, "level", "people", site=plan.label_site(site), wave=wave,
        groups=f"{plan.label_site(site)} - {norm.name}", notes=(norm.describe(), PEOPLE),
        by_site=(site,), detectable=detect_from_error(found.se, found.df, alpha=plan.alpha) / panel.t_unit,
    )  # fmt: skip
    row = with_test(row, found)
    row = replace(row, effect_name="T points", effect=found.estimate / panel.t_unit,
                  effect_low=found.low / panel.t_unit, effect_high=found.high / panel.t_unit)  # fmt: skip
    return make_primary(row, found, panel, plan, describe_sample(scores).sd)
