"""What a study just analysed says about the next one: how many people, how alike within sites, how stable."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sos_score.comparison.outcome import OutcomeScores, Scores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.statistics.correlation import Correlation, correlate_pearson
from sos_score.statistics.mixed.data import variance_data
from sos_score.statistics.mixed.shares import ShareInterval, profile_shares


@dataclass(frozen=True, slots=True)
class PlanningValues:
    """What a study plan needs, as one outcome of a study had it."""

    # treated and reference sites with scores at the first wave; zeros in a study without two arms
    sites: tuple[int, int]
    people: int  # the mean number of people of a site and wave, rounded down
    # people of the smallest and of the largest site, at any wave
    smallest: int
    largest: int
    # Share of the variance between sites, the arms' difference taken out where both have two sites or more; the largest
    # over the waves. NaN where it cannot be estimated.
    icc: float
    iccs: dict[str, ShareInterval]  # each wave's share with its interval
    waves: int  # 1, or 2 where the outcome has scores at the first and at the last wave
    overlap: float  # share of people present at both; NaN with one wave
    person_correlation: Correlation | None  # of people's departures from their site at the two waves


def measure_for_planning(outcome: OutcomeScores, plan: ComparisonPlan) -> PlanningValues:
    """Measure what the plan of a next study needs in one outcome."""
    ends = list(dict.fromkeys((plan.first_wave, plan.last_wave)))
    waves = [wave for wave in ends if outcome.count(wave=wave)]
    sizes = {wave: [outcome.count(site, wave) for site in plan.sites] for wave in waves}
    counts = [size for each in sizes.values() for size in each if size]
    there = [site for site in plan.sites if waves and outcome.count(site, waves[0])]
    arms = [
        sum(plan.arms[site] == arm for site in there) if plan.has_arms else 0 for arm in (plan.treated, plan.reference)
    ]
    iccs = {wave: _find_icc(outcome, plan, wave, has_two=min(arms) > 1) for wave in waves}
    shares = [each.share for each in iccs.values() if not math.isnan(each.share)]
    overlap, stability = math.nan, None
    if len(waves) == 2:
        people, first, second = outcome.pair(tuple(plan.sites), *waves)
        both = int((~np.isnan(first) & ~np.isnan(second)).sum())
        overlap = both / (len(people) + both) * 2
        stability = _correlate_departures(outcome, plan, (waves[0], waves[1]), plan.alpha)
    return PlanningValues(
        sites=(arms[0], arms[1]),
        people=sum(counts) // len(counts) if counts else 0,
        smallest=min(counts, default=0),
        largest=max(counts, default=0),
        icc=max(shares, default=math.nan),
        iccs=iccs,
        waves=max(len(waves), 1),
        overlap=overlap,
        person_correlation=stability,
    )


def _find_icc(outcome: OutcomeScores, plan: ComparisonPlan, wave: str, *, has_two: bool) -> ShareInterval:
    there = outcome.at(wave=wave)
    sites = outcome.site[there]
    treated = np.array([plan.arms.get(site, "") == plan.treated for site in sites.tolist()], dtype=float)
    design = np.column_stack([np.ones(sites.size), treated]) if has_two else None
    scores = variance_data(outcome.score[there], {"sites": sites}, design)
    return profile_shares(scores, level=1 - plan.alpha)["sites"]


def _correlate_departures(
    outcome: OutcomeScores, plan: ComparisonPlan, waves: tuple[str, str], alpha: float
) -> Correlation:
    first: list[float] = []
    second: list[float] = []
    for site in plan.sites:
        _, before, after = outcome.pair((site,), *waves)
        first += _depart(before)
        second += _depart(after)
    return correlate_pearson(first, second, level=1 - alpha)


def _depart(scores: Scores) -> list[float]:
    present = scores[~np.isnan(scores)]
    departures: list[float] = (scores - present.mean()).tolist() if present.size else scores.tolist()
    return departures
