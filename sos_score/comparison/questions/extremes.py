"""How many people have the lowest and the highest score there can be: floor and ceiling of every scale."""

from __future__ import annotations

import math
from dataclasses import replace

from sos_score.comparison.detectable import Spreads
from sos_score.comparison.finding import Contrast, Effect, Finding, Groups, Measure, Unit, at, start_finding
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.comparison.verdict import Verdict
from sos_score.notes import note

MARK = 0.15
"""A scale has a floor or ceiling effect where more people than this have the extreme score (Terwee et al., 2007)."""


def find_extremes(outcome: OutcomeScores, plan: ComparisonPlan, _: Spreads) -> list[Finding]:
    """Return, for each site and wave, the share of people with the lowest and with the highest possible score.

    Shares are of people with a score. A share of a few people is not counted out.

    Notes
    -----
    COSMIN's criterion: floor or ceiling effects are there where more than 15% of respondents have the lowest or highest
    possible score. Terwee, C. B., et al. (2007), Journal of Clinical Epidemiology, 60, 34-42.
    """
    if math.isnan(outcome.low) or math.isnan(outcome.high):
        return []
    places = [(site, wave) for wave in plan.waves for site in plan.sites if outcome.at(site, wave).any()]
    ends = ((Measure.FLOOR, outcome.low), (Measure.CEILING, outcome.high))
    return [_count_end(outcome, plan, place, measure, end) for place in places for measure, end in ends]


def _count_end(
    outcome: OutcomeScores, plan: ComparisonPlan, place: tuple[str, str], measure: Measure, end: float
) -> Finding:
    site, wave = place
    scores = outcome.scores(site, wave)
    number = int((abs(scores - end) < 1e-9).sum())
    finding = start_finding(
        outcome, "extremes", Unit.PEOPLE, site=site, waves=at(wave), groups=Groups(Contrast.SITE, (site,)),
        counts=(scores.size,), effect=Effect(measure), method=note("share_at_end", end=end), sites_shown=(site,),
    )  # fmt: skip
    if 0 < number < plan.smallest_cell:
        return replace(finding, notes=(note("few_at_end", least=plan.smallest_cell),))
    share = number / scores.size
    return replace(
        finding, effect=Effect(measure, share), verdict=Verdict.AT_END if share > MARK else Verdict.NOT_AT_END
    )  # fmt: skip
