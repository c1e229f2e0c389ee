"""Where each site stands at each wave: against the norm, and whether its mean may be reported as the team's."""

from __future__ import annotations

from dataclasses import replace

from sos_score.comparison.detectable import Spreads
from sos_score.comparison.finding import (
    Contrast,
    Detectable,
    Effect,
    Finding,
    Groups,
    Measure,
    Unit,
    at,
    make_judged,
    start_finding,
)
from sos_score.comparison.nesting import compare_place_to_norm, start_of_people, with_right_test
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.comparison.suppression import list_places
from sos_score.comparison.team_means import judge_team, list_against, speaks_for_teams
from sos_score.comparison.verdict import Verdict
from sos_score.notes import note
from sos_score.statistics.estimate import describe_sample
from sos_score.statistics.power.detectable import detect_from_error


def find_level(outcome: OutcomeScores, plan: ComparisonPlan, _: Spreads) -> list[Finding]:
    """Return, for each site and wave, the agreement gate and the test against the norm.

    For staff, who speak for their team, agreement says whether the mean may be reported as the team's; where it may
    not, or only with a caveat, the test carries that too.
    """
    found = []
    for site, wave in list_places(outcome, plan):
        if speaks_for_teams(outcome):
            found.append(_gate(outcome, site, wave))
        if outcome.norm is not None:
            found.append(_compare_to_norm(outcome, plan, site, wave))
    return found


def _start(outcome: OutcomeScores, site: str, wave: str, groups: Groups) -> Finding:
    return start_finding(
        outcome, "level", Unit.PEOPLE, site=site, waves=at(wave), groups=groups, sites_shown=(site,)
    )  # fmt: skip


def _gate(outcome: OutcomeScores, site: str, wave: str) -> Finding:
    agreement, gate = judge_team(outcome, site, wave)
    reportable = Verdict.REPORTABLE_BUT if gate.caveats else Verdict.REPORTABLE
    verdicts = {True: reportable, False: Verdict.NOT_REPORTABLE, None: Verdict.NOT_KNOWN}
    return replace(
        _start(outcome, site, wave, Groups(Contrast.SITE, (site,))), counts=(agreement.n,),
        effect=Effect(Measure.RWG, agreement.rwg), method=note("team_agreement"), verdict=verdicts[gate.may_report],
        reason=(gate.reason,), notes=(gate.rule, *agreement.notes),
    )  # fmt: skip


def _compare_to_norm(outcome: OutcomeScores, plan: ComparisonPlan, site: str, wave: str) -> Finding:
    norm = outcome.norm
    assert norm is not None
    scores, unit = outcome.scores(site, wave), outcome.t_unit
    found = compare_place_to_norm(outcome, outcome.places(site, wave), norm.means[outcome.scale])
    start = start_of_people(outcome, "level", at(wave), Groups(Contrast.NORM, (site, norm.name)), site)
    notes = (note("norm", description=norm.describe()), *start.notes, *list_against(outcome, site, wave))
    finding = with_right_test(replace(start, notes=notes), found)
    finding = replace(
        finding, effect=Effect(Measure.T_POINTS, found.estimate / unit, found.low / unit, found.high / unit),
        detectable=Detectable(detect_from_error(found.se, found.df, alpha=plan.alpha) / unit),
    )  # fmt: skip
    return make_judged(finding, found, outcome, plan, describe_sample(scores).sd)
