"""One outcome of a study: who scored what, where and when; and the plan it is compared by."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sos_score.scoring.norms import NamedNorm
from sos_score.statistics.progress import Track

Scores = NDArray[np.float64]
Unit = Literal["g", "raw", "T"]


@dataclass(frozen=True)
class SmallestEffect:
    """The smallest difference that would matter.

    Attributes
    ----------
    value : float
        Above 0.
    unit : str
        ``g`` (standard deviations of people), ``raw`` (score points) or ``T`` (points of the norm's T-scores).
    """

    value: float
    unit: Unit


@dataclass(frozen=True, eq=False)
class Plan:
    """What is compared with what, and by which rules.

    Attributes
    ----------
    sites : dict
        Site to its label.
    arms : dict
        Site to its arm.
    treated, reference : str
        The two arms, by id; differences are treated minus reference. Empty in a study without two arms.
    arm_labels : dict
        Arm id to its label.
    waves : dict
        Wave to its label, in order; changes are last minus first. A study without waves has the one wave "".
    alpha : float
    find_effect : callable
        Gives the smallest effect that matters, from a source and a scale; None where none is stated.
    name_family : callable
        Names the family a test is adjusted within, from its question, source and scale.
    adjustment : str
        ``holm``, ``bonferroni``, ``bh`` or ``none``.
    smallest_cell : int
        Groups of fewer people are not shown.
    seed : int
    judged_only : bool
        Whether only the judged rows are wanted, with what their verdicts rest on: no standardized effects, no
        detectable effects and none of the rows that stand beside, which take most of the time.
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
    track: Track | None = None

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
    def span(self) -> str:
        """Return the first and the last wave in words."""
        return f"{self.first_wave} to {self.last_wave}"

    def label_site(self, site: str) -> str:
        """Return what a site is called."""
        return self.sites.get(site, site)

    @property
    def arm_names(self) -> tuple[str, str]:
        """Return the labels of the treated and the reference arm."""
        return self.arm_labels[self.treated], self.arm_labels[self.reference]

    def find_smallest(self, panel: Panel, sd: float) -> float:
        """Return the smallest difference that matters in points of `panel`'s score; NaN where none is stated."""
        stated = self.find_effect(panel.source, panel.scale)
        if stated is None:
            return math.nan
        if stated.unit == "raw":
            return stated.value
        if stated.unit == "g":
            return stated.value * sd if sd > 0 else math.nan
        return stated.value * panel.t_unit


@dataclass(frozen=True, eq=False)
class Panel:
    """The scores of one scale, one place a person and wave.

    Attributes
    ----------
    source : str
        Which of the study's sources it comes from.
    instrument, scale, title : str
    respondent : str
        Who answered: staff, family, worker or observer.
    higher_is : str
        What a higher score means.
    good : str or None
        ``high`` or ``low``, where known.
    low, high : float
        Theoretical range of the score.
    person, site, wave : array of str
        Of each score; a person is an empty text where there is no id.
    score : array of float
        NaN where too few items were answered.
    items : array of shape (n, items) or None
        Codes, reversed as the key says; None where only scores are known.
    options : int
        How many answers an item has; 0 where unknown.
    norm : NamedNorm or None
        What the score is read against.
    is_t : bool
        Whether the score is itself a T-score, computed by somebody else.
    """

    source: str
    instrument: str
    scale: str
    title: str
    respondent: str
    higher_is: str
    good: str | None
    low: float
    high: float
    person: NDArray[np.str_]
    site: NDArray[np.str_]
    wave: NDArray[np.str_]
    score: Scores
    items: Scores | None = None
    options: int = 0
    norm: NamedNorm | None = None
    is_t: bool = False

    @property
    def id(self) -> str:
        """Return ``source.scale``, as a study file names it."""
        return f"{self.source}.{self.scale}"

    @property
    def t_unit(self) -> float:
        """Return how many score points one point of T is; NaN without a norm."""
        if self.is_t:
            return 1.0
        return math.nan if self.norm is None else self.norm.sds[self.scale] / 10.0

    def to_t(self, score: float) -> float:
        """Return a score as T against the norm; NaN without one."""
        if self.is_t:
            return score
        if self.norm is None:
            return math.nan
        return 50.0 + 10.0 * (score - self.norm.means[self.scale]) / self.norm.sds[self.scale]

    def at(self, site: str | None = None, wave: str | None = None) -> NDArray[np.bool_]:
        """Return which places have a score at a site and a wave."""
        there = ~np.isnan(self.score)
        if site is not None:
            there &= self.site == site
        if wave is not None:
            there &= self.wave == wave
        return there

    def scores(self, site: str | None = None, wave: str | None = None) -> Scores:
        """Return the scores at a site and a wave."""
        return self.score[self.at(site, wave)]

    @cached_property
    def _places(self) -> dict[tuple[str, str], dict[str, int]]:
        places: dict[tuple[str, str], dict[str, int]] = {}
        for index in np.flatnonzero(self.at()).tolist():
            person = str(self.person[index]) or f"\x1f{index}"  # without an id, everyone is somebody else
            places.setdefault((str(self.site[index]), str(self.wave[index])), {})[person] = index
        return places

    def pair(self, sites: tuple[str, ...], first: str, second: str) -> tuple[list[str], Scores, Scores]:
        """Return everyone who has a score at either wave in some sites, one place a person.

        Returns
        -------
        people : list of str
        first, second : array of float
            NaN where a person has no score at that wave.
        """
        before: dict[str, int] = {}
        after: dict[str, int] = {}
        for site in sites:
            before |= self._places.get((site, first), {})
            after |= self._places.get((site, second), {})
        people = list(dict.fromkeys([*before, *after]))
        pick = [(before.get(person), after.get(person)) for person in people]
        x = np.array([math.nan if place is None else self.score[place] for place, _ in pick], dtype=float)
        y = np.array([math.nan if place is None else self.score[place] for _, place in pick], dtype=float)
        return people, x, y
