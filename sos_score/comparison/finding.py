"""A finding as a row: what every question of a comparison answers with."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from sos_score.comparison.outcome import Panel, Plan
from sos_score.statistics.effect_sizes import EffectSize
from sos_score.statistics.equivalence import assess_equivalence
from sos_score.statistics.estimate import Estimate

QUESTIONS: dict[str, str] = {
    "design": "What this design can show",
    "level": "Level, and against the norm",
    "change": "Change in a site",
    "arms": "Arms at each wave",
    "did": "Whether the arms changed differently",
    "variation": "Who accounts for the variation",
    "association": "What goes with what",
    "profiles": "Profiles of sites",
}
PEOPLE = "describes these people; treats colleagues as independent"
NAN = math.nan


@dataclass(frozen=True)
class Row:
    """One finding.

    Attributes
    ----------
    source, instrument, scale, title : str
        Which outcome.
    question : str
        A key of `QUESTIONS`.
    unit : str
        What counts as one: ``people`` or ``sites``; in `variation` and `association` also ``workers``, ``scores``
        and other levels of the study.
    site, wave, groups : str
        Where and when, and what is compared with what; empty where that does not apply.
    counts : tuple of int
        How many stand behind it, in the order of `groups`.
    estimate, low, high : float
        The difference (or mean) in score points, with its interval; a correlation as such.
    effect_name : str
    effect, effect_low, effect_high : float
        Standardized.
    statistic_name : str
    statistic, df, df2, p : float
    method : str
    is_primary : bool
        Whether the row is judged; others stand beside it.
    family : str
        The family its p is adjusted within.
    p_adjusted : float
    smallest : float
        The smallest difference that matters, in score points.
    tost_p, tost_low, tost_high : float
        Two one-sided tests: the larger p, and the 1 - 2 alpha interval.
    tost_p_adjusted : float
    detectable : float
        The smallest effect this analysis would find with 80% power, in the units of `effect`; where it rests on
        an ICC, `effect_low` and `effect_high` are the same at the limits of the ICC's interval. Infinite where none
        can be found, however large: a permutation whose p cannot reach alpha.
    detectable_adjusted, detectable_adjusted_low, detectable_adjusted_high : float
        Of judged rows that compare arms: the same of people adjusted for their sites, at the ICC seen and at the limits
        of its interval; of changes by the CR2 error clustered on the site, and at the limits of that error.
    detectable_sites : float
        Of these rows: the same by a t test of site values.
    verdict, direction, is_good, reason : str
        In words; `is_good` is ``better``, ``worse`` or empty.
    notes : tuple of str
    by_site : tuple of str
        Sites, by id, whose own scores show in the row; none where it tells of an arm as a whole.
    """

    source: str
    instrument: str
    scale: str
    title: str
    question: str
    unit: str
    site: str = ""
    wave: str = ""
    groups: str = ""
    counts: tuple[int, ...] = ()
    estimate: float = NAN
    low: float = NAN
    high: float = NAN
    effect_name: str = ""
    effect: float = NAN
    effect_low: float = NAN
    effect_high: float = NAN
    statistic_name: str = ""
    statistic: float = NAN
    df: float = NAN
    df2: float = NAN
    p: float = NAN
    method: str = ""
    is_primary: bool = False
    family: str = ""
    p_adjusted: float = NAN
    smallest: float = NAN
    tost_p: float = NAN
    tost_low: float = NAN
    tost_high: float = NAN
    tost_p_adjusted: float = NAN
    detectable: float = NAN
    detectable_adjusted: float = NAN
    detectable_adjusted_low: float = NAN
    detectable_adjusted_high: float = NAN
    detectable_sites: float = NAN
    verdict: str = ""
    direction: str = ""
    is_good: str = ""
    reason: str = ""
    notes: tuple[str, ...] = ()
    by_site: tuple[str, ...] = ()


def start_row(panel: Panel, question: str, unit: str, **values: object) -> Row:
    """Return a row about `panel` with some of its fields."""
    about = (panel.source, panel.instrument, panel.scale, panel.title, question, unit)
    return Row(*about, **values)  # type: ignore[arg-type] # the callers name fields of Row


def with_test(row: Row, found: Estimate) -> Row:
    """Return a row with a t test and its interval."""
    return replace(
        row,
        counts=found.n,
        estimate=found.estimate,
        low=found.low,
        high=found.high,
        statistic_name="t",
        statistic=found.statistic,
        df=found.df,
        p=found.p,
        method=str(found.method),
        notes=tuple(dict.fromkeys((*row.notes, *map(str, found.notes)))),
    )


def with_effect(row: Row, name: str, found: EffectSize) -> Row:
    """Return a row with a standardized effect and its interval."""
    notes = tuple(dict.fromkeys((*row.notes, *map(str, found.notes))))
    return replace(
        row, effect_name=name, effect=found.estimate, effect_low=found.low, effect_high=found.high, notes=notes
    )


def scale_effect(row: Row, sd: float) -> Row:
    """Return a row with its estimate and interval in standard deviations of people too."""
    if not sd > 0:
        return replace(row, effect_name="g")
    return replace(row, effect_name="g", effect=row.estimate / sd, effect_low=row.low / sd, effect_high=row.high / sd)


def make_primary(row: Row, found: Estimate, panel: Panel, plan: Plan, sd: float) -> Row:
    """Return a row that will be judged: with its family, its smallest difference that matters, and TOST.

    Parameters
    ----------
    row : Row
    found : Estimate
        The test whose interval equivalence is judged on.
    panel : Panel
    plan : Plan
    sd : float
        Standard deviation of people, which a smallest effect in g is measured in.
    """
    smallest = plan.find_smallest(panel, sd)
    family = plan.name_family(f"{row.question} of {row.unit}", panel.source, panel.scale)
    row = replace(row, is_primary=True, family=family, smallest=smallest)
    if not smallest > 0:
        return row
    tost = assess_equivalence(found, smallest, alpha=plan.alpha)
    return replace(row, tost_p=tost.p, tost_low=tost.low, tost_high=tost.high)
