"""What a study just analysed would have needed: sites to show the smallest effect that matters, or to rule it out."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.comparison.planning_values import PlanningValues, measure_for_planning
from sos_score.comparison.suppression import find_hidden_places
from sos_score.statistics.estimate import pool_variance
from sos_score.statistics.mixed.shares import ShareInterval
from sos_score.statistics.power.equivalence import find_equivalence_power
from sos_score.statistics.power.solve import find_first, find_sites_needed
from sos_score.statistics.power.trial import StudyPlan, analyse_equal_sites


@dataclass(frozen=True, slots=True)
class Needed:
    """What one outcome of a study would have needed."""

    # the outcome
    source: str
    scale: str
    sites: tuple[int, int]  # treated and reference sites that it has
    # how many waves are compared, and the mean number of people of a site and wave
    waves: int
    people: int
    effect: float  # what should be shown, or ruled out, in standard deviations; NaN where none is stated
    # share of the variance between sites with its interval; None where a small site would show in it
    icc: ShareInterval | None = None
    # Sites in each arm: to show the effect at the share and at the ends of its interval, and to rule it out at the
    # share where there is none. NaN where no feasible number will do.
    to_show: float = math.nan
    to_show_low: float = math.nan
    to_show_high: float = math.nan
    to_rule_out: float = math.nan


def find_needed_sites(
    outcomes: Iterable[OutcomeScores], plan: ComparisonPlan, effect: float | None = None, power: float = 0.8
) -> list[Needed]:
    """Return what each outcome of a study of two arms would have needed to show an effect, or the plan's smallest.

    The effect is in standard deviations. Outcomes with two waves are planned for a difference of changes, with the
    overlap and the correlation over time that they had. Those without scores in both arms are left out.
    """
    return [each for outcome in outcomes if (each := _assess(outcome, plan, effect, power)) is not None]


def _assess(outcome: OutcomeScores, plan: ComparisonPlan, effect: float | None, power: float) -> Needed | None:
    found = measure_for_planning(outcome, plan)
    if not all(found.sites):
        return None
    stated = _find_effect(outcome, plan) if effect is None else effect
    base = Needed(outcome.source, outcome.scale, found.sites, found.waves, found.people, stated)
    if find_hidden_places(outcome, plan) or math.isnan(found.icc):
        return base
    share = max((each for each in found.iccs.values() if not math.isnan(each.share)), key=lambda each: each.share)
    base = replace(base, icc=share)
    if not stated > 0:
        return base

    def count_sites(icc: float) -> float:
        return find_sites_needed(_plan_next(found, plan, min(icc, 0.999)), stated, power=power).site_level

    next_plan = _plan_next(found, plan, min(share.share, 0.999))
    to_rule_out = find_first(
        lambda sites: find_equivalence_power(analyse_equal_sites(next_plan, sites), stated, 0.0, plan.alpha) >= power
    )
    return replace(
        base, to_show=count_sites(share.share), to_show_low=count_sites(share.low),
        to_show_high=count_sites(share.high), to_rule_out=to_rule_out,
    )  # fmt: skip


def _find_effect(outcome: OutcomeScores, plan: ComparisonPlan) -> float:
    """Return the smallest difference that matters in standard deviations within sites, at the first wave it has."""
    wave = next((wave for wave in plan.waves if outcome.at(wave=wave).any()), plan.first_wave)
    sd = math.sqrt(pool_variance(*(outcome.scores(site, wave) for site in plan.sites)))
    smallest = plan.find_smallest(outcome, sd)
    return smallest / sd if sd > 0 and not math.isnan(smallest) else math.nan


def _plan_next(found: PlanningValues, plan: ComparisonPlan, icc: float) -> StudyPlan:
    """Return a study of as many people a site, of another number of sites."""
    people = ((found.people,) * found.sites[0], (found.people,) * found.sites[1])
    each = StudyPlan(people, icc, found.waves, alpha=plan.alpha)
    r = found.person_correlation
    if found.waves < 2 or r is None or np.isnan(r.r):
        return each
    return replace(each, overlap=found.overlap, person_correlation=max(r.r, 0.0))
