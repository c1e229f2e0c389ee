"""Planning the next study: the smallest effect it could show, and how many sites a stated effect needs.

Effects are in standard deviations of one score at one wave. The analyses are those of the comparison itself:
a t test of site means (or of site changes from T1 to T2), a permutation of sites between arms, and a
regression of people with CR2 standard errors clustered by site. Adding people to a site helps little once the
site itself is the limit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sos_score.notes import Note, note
from sos_score.statistics.permutation import can_reach, find_smallest_p
from sos_score.statistics.power.trial import (
    StudyPlan,
    analyse_equal_sites,
    analyse_people,
    analyse_sites,
    check_plan,
)

MOST_SITES = 8192


@dataclass(frozen=True, slots=True)
class PlannedPower:
    """Chance that a plan shows an effect."""

    site_level: float  # power of the t test of site means (changes)
    site_df: float  # its degrees of freedom, sites - 2
    cluster_robust: float  # power of the regression of people with CR2 errors and Satterthwaite degrees of freedom
    cluster_df: float  # those degrees of freedom


@dataclass(frozen=True, slots=True)
class SmallestEffect:
    """Smallest effect a plan shows with the stated power."""

    power: float  # as stated
    # in standard deviations of a score, by either analysis
    site_level: float
    cluster_robust: float
    smallest_p: float  # smallest two-sided p that a permutation of sites can reach
    # false when that is not below alpha: then no effect, however large, can be shown by permutation
    permutation_possible: bool
    answer: Note


@dataclass(frozen=True, slots=True)
class SitesNeeded:
    """Sites in each arm that a stated effect needs."""

    # Sites in each arm for the t test of site means; NaN above 8192. CR2 needs the same when sites are of equal size.
    site_level: float
    answer: Note


def find_power(plan: StudyPlan, effect: float) -> PlannedPower:
    """Find the chance that a plan shows an effect.

    Parameters
    ----------
    effect : float
        Difference between arms (of their changes, with two waves), in standard deviations of a score.

    Returns
    -------
    PlannedPower
        NaN for an analysis that the plan does not allow.

    Notes
    -----
    A site mean has variance icc + (1 - icc) / m, a site change 2 icc (1 - site_correlation) + 2 (1 - icc)(1 -
    overlap person_correlation) / m. Power is from the noncentral t; for sites of unequal size the squared
    standard error is taken as a scaled chi-square with its own mean and degrees of freedom (Satterthwaite),
    beside the degrees of freedom that CR2 uses (Bell & McCaffrey 2002, as in clubSandwich 0.5.8). Equal sizes
    make both analyses the same test.

    Examples
    --------
    >>> from sos_score.statistics.power.trial import plan_equal_sites
    >>> found = find_power(plan_equal_sites((6, 6), 20, 0.1), 0.8)
    >>> round(found.site_level, 3), round(found.cluster_robust, 3), found.site_df
    (0.905, 0.905, 10)
    """
    check_plan(plan)
    site = analyse_sites(plan)
    cluster = analyse_people(plan)
    return PlannedPower(
        site_level=np.nan if site is None else site.find_power(effect, plan.alpha),
        site_df=np.nan if site is None else site.test_df,
        cluster_robust=np.nan if cluster is None else cluster.find_power(effect, plan.alpha),
        cluster_df=np.nan if cluster is None else cluster.test_df,
    )


def find_smallest_effect(plan: StudyPlan, *, power: float = 0.8) -> SmallestEffect:
    """Find the smallest effect that a plan shows with the stated power.

    Examples
    --------
    >>> from sos_score.statistics.power.trial import plan_equal_sites
    >>> found = find_smallest_effect(plan_equal_sites((2, 2), 15, 0.1))
    >>> round(found.site_level, 2), found.permutation_possible
    (2.26, False)
    """
    check_plan(plan)
    analyses = (analyse_sites(plan), analyse_people(plan))
    effects = [np.nan if one is None else one.find_effect(power, plan.alpha) for one in analyses]
    smallest_p = find_smallest_p(*plan.sites)
    possible = can_reach(smallest_p, plan.alpha)
    return SmallestEffect(
        power=power,
        site_level=effects[0],
        cluster_robust=effects[1],
        smallest_p=smallest_p,
        permutation_possible=possible,
        answer=_answer_smallest_effect(plan, effects[0], smallest_p, power),
    )


def _answer_smallest_effect(plan: StudyPlan, effect: float, smallest_p: float, power: float) -> Note:
    if np.isnan(effect):
        return note("effect_one_site_each", sites=plan.sites)
    shown = {"sites": plan.sites, "effect": effect, "power": power, "waves": plan.waves}
    if can_reach(smallest_p, plan.alpha):
        return note("effect_by_sites", **shown)
    return note("effect_without_permutation", **shown, alpha=plan.alpha, smallest_p=smallest_p)


def find_sites_needed(plan: StudyPlan, effect: float, *, power: float = 0.8) -> SitesNeeded:
    """Find how many sites in each arm a stated effect needs.

    Examples
    --------
    >>> from sos_score.statistics.power.trial import plan_equal_sites
    >>> find_sites_needed(plan_equal_sites((2, 2), 15, 0.1), 0.5).site_level
    12.0
    """
    check_plan(plan)

    def enough(sites: int) -> bool:
        return analyse_equal_sites(plan, sites).find_power(effect, plan.alpha) >= power

    needed = float(find_first(enough)) if effect != 0 else np.nan
    answer = note("sites_not_feasible", effect=effect)
    if np.isfinite(needed):
        answer = note(
            "sites_needed", effect=effect, power=power, sites=needed, people=plan.mean_people,
            is_equal=plan.is_equal, permutation=count_sites_to_permute(plan.alpha),
        )  # fmt: skip
    return SitesNeeded(needed, answer)


def count_sites_to_permute(alpha: float) -> int:
    """Return the sites in each arm from which a permutation of sites can reach alpha at all."""
    return int(find_first(lambda sites: can_reach(find_smallest_p(sites, sites), alpha)))


def find_first(enough: Callable[[int], bool], most: int = MOST_SITES, least: int = 2) -> float:
    """Find the smallest number, from `least`, that is enough; NaN when none up to `most` is."""
    tried = least
    while not enough(tried):
        tried *= 2
        if tried > most:
            return np.nan
    below = max(tried // 2, least - 1)
    while tried - below > 1:
        middle = (below + tried) // 2
        below, tried = (below, middle) if enough(middle) else (middle, tried)
    return tried
