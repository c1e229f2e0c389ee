"""How far apart the arms were at the first wave, before they could change: not a result, but what they started from."""

from __future__ import annotations

import math
from dataclasses import replace

from sos_score.comparison.detectable import Spreads
from sos_score.comparison.finding import (
    Contrast,
    Estimate,
    Finding,
    Groups,
    Measure,
    Unit,
    at,
    start_finding,
    with_effect,
)
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan, list_cautions
from sos_score.comparison.verdict import Verdict
from sos_score.notes import note
from sos_score.statistics.effect_sizes import hedges_g

ALIKE, ADJUSTABLE = 0.05, 0.25
"""Standardised differences up to which arms are alike, and up to which an analysis may adjust for them.

What Works Clearinghouse (2022). Procedures and Standards Handbook, version 5.0.
"""


def is_baseline(outcome: OutcomeScores, plan: ComparisonPlan, wave: str) -> bool:
    """Return whether a wave is the first of several at which an outcome was asked."""
    later = [each for each in plan.waves if each != plan.first_wave]
    return wave == plan.first_wave and any(outcome.count(wave=each) for each in later)


def find_baseline(outcome: OutcomeScores, plan: ComparisonPlan, _: Spreads) -> list[Finding]:
    """Return the standardised difference of the arms at the first wave, and its band; no test is made.

    A difference at baseline is what happened before, so its p would answer no question. Nothing is returned for an
    outcome that was asked once.
    """
    if not is_baseline(outcome, plan, plan.first_wave):
        return []
    arms = (plan.treated, plan.reference)
    sites = [[site for site in plan.sites if plan.arms[site] == arm] for arm in arms]
    scores = [outcome.score[outcome.gather(each, [plan.first_wave])] for each in sites]
    if not all(each.size for each in scores):
        return []
    means = tuple(float(each.mean()) for each in scores)
    finding = start_finding(
        outcome, "baseline", Unit.PEOPLE, waves=at(plan.first_wave), groups=Groups(Contrast.ARMS, arms),
        counts=tuple(each.size for each in scores), means=means, estimate=Estimate(means[0] - means[1]),
        sds=tuple(float(each.std(ddof=1)) if each.size > 1 else math.nan for each in scores),
        method=note("baseline_difference"), notes=list_cautions(plan),
    )  # fmt: skip
    return [with_effect(finding, Measure.G, hedges_g(scores[0], scores[1]))]


def judge_baseline(finding: Finding, _: ComparisonPlan) -> Finding:
    """Return a baseline with the band of its standardised difference."""
    size = abs(finding.effect.value)
    if math.isnan(size):
        return finding
    return replace(
        finding, verdict=Verdict.ALIKE if size <= ALIKE else Verdict.TO_ADJUST if size <= ADJUSTABLE else Verdict.APART
    )
