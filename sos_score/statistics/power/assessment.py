"""What a planned study could show, and what more sites would change."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan
from typing import TYPE_CHECKING

from sos_score.errors import InvalidRequest, check_kind
from sos_score.notes import Note, note
from sos_score.statistics.permutation import can_reach, count_assignments, find_smallest_p
from sos_score.statistics.power.permutation import MOST_SIMULATED, detect_by_permutation, find_permutation_power
from sos_score.statistics.power.solve import (
    SmallestEffect,
    count_sites_to_permute,
    find_power,
    find_sites_needed,
    find_smallest_effect,
)
from sos_score.statistics.power.trial import StudyPlan, analyse_equal_sites, check_plan, find_site_variances

if TYPE_CHECKING:
    import pandas as pd

_STEPS = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300, 500, 1000, 2000, 4000, 8000)
_WIDEST = 30  # sites in each arm that are always shown


@dataclass(frozen=True, slots=True)
class PlanAssessment:
    """What a planned study could show.

    Attributes
    ----------
    plan : StudyPlan
        The plan that was assessed.
    effect : float
        The stated effect in standard deviations of a score; NaN when none is stated.
    power : float
        The chance of showing it that is wanted.
    analyses : pandas.DataFrame
        A row for each analysis of this plan: analysis ("t test of sites", "CR2 regression"
        (of people), "permutation" (of sites)), df, smallest_effect (shown with that power), power_at_effect, smallest_p
        (that it can give) and can_reach_alpha.
    by_sites : pandas.DataFrame
        A row for each number of sites in each arm: sites_per_arm, people (at a wave, in both arms),
        smallest_effect and power_at_effect (t test of sites; CR2 is the same test when all sites are of equal
        size), smallest_p (permutation of sites), can_reach_alpha (by permutation), remark.
    sites_needed : float
        Sites in each arm that the stated effect needs; NaN when none is stated or no number will do.
    notes : tuple of Note
        The answers; ``str()`` of each is its sentence.
    """

    plan: StudyPlan
    effect: float
    power: float
    analyses: pd.DataFrame
    by_sites: pd.DataFrame
    sites_needed: float
    notes: tuple[Note, ...]


def assess_plan(plan: StudyPlan, effect: float | None = None, *, power: float = 0.8) -> PlanAssessment:
    """Assess what a planned study could show, and how many sites a stated effect needs.

    Parameters
    ----------
    plan : StudyPlan
        Arms, sites, people, waves and what is assumed of them; see `plan_equal_sites`.
    effect : float, optional
        In standard deviations of one score at one wave; with two waves, the difference in change.
    power : float
        The chance of showing the effect that is wanted.

    Returns
    -------
    PlanAssessment
        NaN with a note for what the plan does not allow. Where a permutation test can reach alpha at all its power is
        simulated; with more than 1000 assignments it is taken to be the t test's.

    Raises
    ------
    InvalidRequest
        The plan has no sites or people, or a share or the power is out of its range.

    Notes
    -----
    See `find_smallest_effect` and `find_sites_needed`.

    Examples
    --------
    >>> from sos_score.statistics.power.trial import plan_equal_sites
    >>> found = assess_plan(plan_equal_sites((2, 2), 15, 0.1), 0.5)
    >>> found.analyses.loc[0, "smallest_effect"].round(2), found.sites_needed
    (np.float64(2.26), 12.0)
    """
    check_kind(plan, StudyPlan, "StudyPlan or plan_equal_sites")
    check_plan(plan)
    if not plan.alpha < power < 1:
        raise InvalidRequest(f"power lies between alpha, {plan.alpha}, and 1, not at {power}")
    smallest = find_smallest_effect(plan, power=power)
    needed = None if effect is None else find_sites_needed(plan, effect, power=power)
    answers = [smallest.answer, *_answer_more(plan, smallest), *(() if needed is None else (needed.answer,))]
    stated = nan if effect is None else effect
    sites = nan if needed is None else needed.site_level
    first = count_sites_to_permute(plan.alpha)
    return PlanAssessment(
        plan=plan,
        effect=stated,
        power=power,
        analyses=_list_analyses(plan, stated, power),
        by_sites=_list_sites(plan, stated, power, sites, first),
        sites_needed=sites,
        notes=tuple(answers),
    )


def _answer_more(plan: StudyPlan, smallest: SmallestEffect) -> list[Note]:
    if isnan(smallest.site_level):
        return []
    if isnan(smallest.cluster_robust):
        answers = [note("cr2_needs_two")]
    elif abs(smallest.cluster_robust - smallest.site_level) < 1e-6 * smallest.site_level:
        answers = [note("cr2_same_test")]
    else:
        answers = [note("cr2_shows", effect=smallest.cluster_robust)]
    if smallest.permutation_possible:
        by_permutation = _find_permutation(plan, smallest.site_level, nan, smallest.power)[0]
        answers.append(note("permutation_shows", effect=by_permutation))
    return answers


def _find_permutation(plan: StudyPlan, by_test: float, effect: float, power: float) -> tuple[float, float]:
    """Return the smallest effect of a permutation that can reach alpha, and its power at an effect."""
    if count_assignments(*plan.sites) > MOST_SIMULATED:
        at_effect = find_power(plan, 0.0 if isnan(effect) else effect).site_level
        return by_test, nan if isnan(effect) else at_effect
    sds = tuple(float(variance) ** 0.5 for arm in (0, 1) for variance in find_site_variances(plan, arm))
    smallest = detect_by_permutation(*plan.sites, alpha=plan.alpha, power=power, sds=sds)
    if isnan(effect):
        return smallest, nan
    return smallest, find_permutation_power(*plan.sites, effect, alpha=plan.alpha, sds=sds)


def _list_analyses(plan: StudyPlan, effect: float, power: float) -> pd.DataFrame:
    import pandas as pd

    smallest = find_smallest_effect(plan, power=power)
    found = find_power(plan, 0.0 if isnan(effect) else effect)
    chances = (nan, nan) if isnan(effect) else (found.site_level, found.cluster_robust)
    possible = smallest.permutation_possible
    hopeless = (nan, nan if isnan(effect) else 0.0)
    by_permutation = _find_permutation(plan, smallest.site_level, effect, power) if possible else hopeless
    rows = [
        ("t test of sites", found.site_df, smallest.site_level, chances[0], nan, not isnan(found.site_df)),
        ("CR2 regression", found.cluster_df, smallest.cluster_robust, chances[1], nan, not isnan(found.cluster_df)),
        ("permutation", nan, *by_permutation, smallest.smallest_p, possible),
    ]
    names = ["analysis", "df", "smallest_effect", "power_at_effect", "smallest_p", "can_reach_alpha"]
    return pd.DataFrame(rows, columns=names)


def _list_sites(plan: StudyPlan, effect: float, power: float, needed: float, first: int) -> pd.DataFrame:
    import pandas as pd

    sizes = [size for arm in plan.people for size in arm]
    own = plan.sites[0] if plan.sites[0] == plan.sites[1] else None
    remarks = {own: "this plan", first: "permutation possible", needed: "enough"}
    rows = []
    for sites in choose_sites(own, needed, first):
        analysis = analyse_equal_sites(plan, sites)
        smallest_p = find_smallest_p(sites, sites)
        rows.append(
            {
                "sites_per_arm": sites,
                "people": round(2 * sites * sum(sizes) / len(sizes)),
                "smallest_effect": analysis.find_effect(power, plan.alpha),
                "power_at_effect": nan if isnan(effect) else analysis.find_power(effect, plan.alpha),
                "smallest_p": smallest_p,
                "can_reach_alpha": can_reach(smallest_p, plan.alpha),
                "remark": "; ".join(word for number, word in remarks.items() if number == sites),
            }
        )
    return pd.DataFrame(rows)


def choose_sites(own: int | None, needed: float, first: int) -> list[int]:
    """Choose numbers of sites: round ones as far as the answers lie, and those of the answers themselves."""
    marked = {first, *([] if own is None or own < 2 else [own]), *([] if isnan(needed) else [int(needed)])}
    beyond = [step for step in _STEPS if step > max(marked)][:1]
    last = max(_WIDEST, *marked, *beyond)
    return sorted({step for step in _STEPS if step <= last} | marked)
