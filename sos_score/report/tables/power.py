"""Plans of the next study in words."""

from __future__ import annotations

from sos_score.statistics.power.trial import StudyPlan
from sos_score.words import count, format_percent


def describe_plan(plan: StudyPlan) -> str:
    """Return a plan in a line.

    Examples
    --------
    >>> describe_plan(StudyPlan(((15, 15), (15, 15)), 0.05))
    '2 sites against 2, 15 people each, one wave, ICC 0.05, alpha 0.05'
    """
    one, two = plan.sites
    return f"{count(one, 'site')} against {two}, {describe_settings(plan)}"


def describe_settings(plan: StudyPlan) -> str:
    """Return what a plan has beside its sites: people, waves, ICC and level."""
    sizes = sorted({size for arm in plan.people for size in arm})
    people = f"{sizes[0]}" if len(sizes) == 1 else f"{sizes[0]}-{sizes[-1]}"
    parts = [f"{people} {'person' if sizes == [1] else 'people'} each"]
    if plan.waves == 1:
        parts.append("one wave")
    else:
        parts.append(
            f"two waves, {format_percent(plan.overlap)} of people at both (correlation {plan.person_correlation:.3g}),"
            f" site correlation {plan.site_correlation:g}"
        )
    return ", ".join([*parts, f"ICC {plan.icc:.3g}", f"alpha {plan.alpha:g}"])
