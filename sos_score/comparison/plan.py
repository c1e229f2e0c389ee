"""What is compared with what, and by which rules."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal
from weakref import WeakKeyDictionary

from sos_score.comparison.outcome import OutcomeScores
from sos_score.definition.study.model import Design, Study
from sos_score.notes import Note, note
from sos_score.statistics.progress import Track
from sos_score.study.suppression import HiddenSites

MANY_SITES = 30
"""With more sites than this no two of them are compared with each other, and tables name some in place of all."""


@dataclass(frozen=True)
class SmallestEffect:
    """The smallest difference that would matter: in SDs of people (g), score points (raw) or T points (T)."""

    value: float
    unit: Literal["g", "raw", "T"]


@dataclass(frozen=True, eq=False)
class ComparisonPlan:
    """What is compared with what, and by which rules.

    Attributes
    ----------
    sites, arm_labels, waves : mapping of str to str
        Id to label; waves in order, changes are last minus first. A study without waves has the one wave "".
    arms : mapping of str to str
        Site to its arm.
    treated, reference : str
        The two arms, by id; differences are treated minus reference. Empty in a study without two arms.
    find_effect : callable
        Gives the smallest effect that matters, from a source and a scale; None where none is stated.
    name_family : callable
        Names the family a test is adjusted within, from its question, unit, source and scale.
    adjustment : str
        ``holm``, ``bonferroni``, ``bh`` or ``none``.
    smallest_cell : int
        Groups of fewer people are not shown.
    hidden : HiddenSites
        The sites that the data of the study leave hidden, whatever is asked.
    judged_only : bool
        Whether only the judged findings are wanted, with what their verdicts rest on: no detectable effects and none
        of the findings that stand beside, which take most of the time.
    design : Design
        How sites came to their arms, and who had a hand in the data.
    track : callable or None
        Follows the comparisons that draw random numbers.
    """

    sites: Mapping[str, str]
    arms: Mapping[str, str]
    treated: str
    reference: str
    arm_labels: Mapping[str, str]
    waves: Mapping[str, str]
    alpha: float
    find_effect: Callable[[str, str], SmallestEffect | None]
    name_family: Callable[[str, str, str], str]
    adjustment: str = "holm"
    smallest_cell: int = 5
    seed: int = 1
    judged_only: bool = False
    design: Design = field(default_factory=Design)
    hidden: HiddenSites = field(default_factory=HiddenSites)
    track: Track | None = None

    @cached_property
    def hidden_places(self) -> WeakKeyDictionary[OutcomeScores, frozenset[tuple[str, str]]]:
        """Return the sites and waves that are not shown of each outcome so far asked for."""
        return WeakKeyDictionary()

    @property
    def has_arms(self) -> bool:
        """Return whether there are two arms to compare."""
        return bool(self.treated and self.reference)

    @property
    def first_wave(self) -> str:
        """Return the first wave."""
        return next(iter(self.waves))

    @property
    def last_wave(self) -> str:
        """Return the last wave."""
        return list(self.waves)[-1]

    @property
    def span(self) -> tuple[str, str]:
        """Return the first and the last wave."""
        return self.first_wave, self.last_wave

    def list_waves(self, waves: tuple[str, ...]) -> tuple[str, ...]:
        """Return the waves that a finding is about: all of them where it names none."""
        return waves or tuple(self.waves)

    def is_baseline(self, outcome: OutcomeScores, waves: tuple[str, ...]) -> bool:
        """Return whether a finding is of the first of several waves at which an outcome has scores."""
        return waves == (self.first_wave,) and any(outcome.count(wave=wave) for wave in list(self.waves)[1:])

    def find_smallest(self, outcome: OutcomeScores, sd: float) -> float:
        """Return the smallest difference that matters in points of the score; NaN where none is stated."""
        stated = self.find_effect(outcome.source, outcome.scale)
        if stated is None:
            return math.nan
        if stated.unit == "raw":
            return stated.value
        if stated.unit == "g":
            return stated.value * sd if sd > 0 else math.nan
        return stated.value * outcome.t_unit


def list_cautions(plan: ComparisonPlan) -> tuple[Note, ...]:
    """Return what every finding on arms carries: that sites were not randomised to them, unless they were."""
    how = plan.design.allocation
    return () if how == "randomised" else (note("allocation", how=how),)


def make_plan(study: Study, hidden: HiddenSites | None = None) -> ComparisonPlan:
    """Return a study's plan as the questions use it; `hidden` are the sites that its data leave hidden."""

    def find_effect(source: str, scale: str) -> SmallestEffect | None:
        effect = study.smallest_effect(source, scale)
        return SmallestEffect(effect.value, effect.unit) if effect else None

    return ComparisonPlan(
        sites={site: study.label_site(site) for site in study.sites},
        arms={site: each.arm or "" for site, each in study.sites.items()},
        treated=study.treated_arm or "",
        reference=(study.reference_arm or "") if study.treated_arm else "",
        arm_labels={arm: study.label_arm(arm) for arm in study.arms},
        waves=study.waves or {"": ""},
        alpha=study.plan.alpha,
        find_effect=find_effect,
        name_family=study.name_family,
        adjustment=study.plan.multiplicity.method,
        smallest_cell=study.privacy.smallest_cell,
        seed=study.plan.seed,
        design=study.design,
        hidden=hidden or HiddenSites(),
    )
