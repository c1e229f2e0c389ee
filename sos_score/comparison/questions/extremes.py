"""How many people have the lowest and the highest score there can be: floor and ceiling of every scale."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from sos_score.comparison.detectable import Spreads
from sos_score.comparison.finding import Contrast, Effect, Finding, Groups, Measure, Unit, at, start_finding
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.comparison.suppression import list_places
from sos_score.comparison.verdict import Verdict
from sos_score.notes import note
from sos_score.study.suppression import hide_parts

MARK = 0.15
"""A scale has a floor or ceiling effect where more people than this have the extreme score (Terwee et al., 2007)."""

_SAME = 1e-9  # means of answers are not exact


def find_extremes(outcome: OutcomeScores, plan: ComparisonPlan, _: Spreads) -> list[Finding]:
    """Return, for each site and wave, the share of people with the lowest and with the highest possible score.

    Shares are of people with a score. A share is not given where it would give away a few people, at the end or
    elsewhere, and is judged then only where the verdict gives nobody away.

    Notes
    -----
    COSMIN's criterion: floor or ceiling effects are there where more than 15% of respondents have the lowest or highest
    possible score. Terwee, C. B., et al. (2007), Journal of Clinical Epidemiology, 60, 34-42.
    """
    if math.isnan(outcome.low) or math.isnan(outcome.high):
        return []
    return [finding for site, wave in list_places(outcome, plan) for finding in _count_ends(outcome, plan, site, wave)]


def _count_ends(outcome: OutcomeScores, plan: ComparisonPlan, site: str, wave: str) -> Iterator[Finding]:
    scores = outcome.scores(site, wave)
    ends = {Measure.FLOOR: outcome.low, Measure.CEILING: outcome.high}
    numbers: dict[str, int] = {measure: int((abs(scores - end) < _SAME).sum()) for measure, end in ends.items()}
    hidden = hide_parts(numbers, scores.size, plan.smallest_cell)
    for measure, end in ends.items():
        share = numbers[measure] / scores.size if scores.size else math.nan
        finding = start_finding(
            outcome, "extremes", Unit.PEOPLE, site=site, waves=at(wave), groups=Groups(Contrast.SITE, (site,)),
            counts=(scores.size,), effect=Effect(measure), method=note("share_at_end", end=end), sites_shown=(site,),
        )  # fmt: skip
        if measure in hidden:
            verdict = _judge_hidden(numbers[measure], scores.size, plan.smallest_cell)
            yield replace(finding, verdict=verdict, notes=(note("few_at_end", least=plan.smallest_cell),))
        else:
            verdict = Verdict.AT_END if share > MARK else Verdict.NOT_AT_END
            yield replace(finding, effect=Effect(measure, share), verdict=verdict)


def _judge_hidden(number: int, total: int, least: int) -> Verdict:
    """Return what can be said of a share that is not shown without narrowing down how many a few people are."""
    fewest, most = (1, least - 1) if number < least else (number, total)
    if total and fewest / total > MARK:
        return Verdict.AT_END
    return Verdict.NOT_AT_END if most / total <= MARK else Verdict.CANNOT_TELL
