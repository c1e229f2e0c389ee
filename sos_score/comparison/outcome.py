"""One outcome of a study: who scored what, where and when."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sos_score.scoring.norms import NamedNorm

Scores = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class OutcomeScores:
    """The scores of one scale, one place a person and wave.

    Attributes
    ----------
    source : str
        Which of the study's sources it comes from.
    title : str
        The scale's title with its source's label.
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
    cluster : array of str or None
        What each score is nested in at the highest level below the site (its worker), unique within sites; an empty
        text where unknown. None where there is no such level.
    cluster_level : str
        The name of that level.
    unit : str
        What one score stands for, in the plural: staff, families, interviews.
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
    cluster: NDArray[np.str_] | None = None
    cluster_level: str = ""
    unit: str = "people"

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
        return self.norm.to_t(self.scale, score)

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
    def nested_in(self) -> str:
        """Return the level whose groups hold several people each, so that their scores are not independent; or ""."""
        if self.cluster is None:
            return ""
        held: dict[str, str] = {}
        for index in np.flatnonzero(self.at()).tolist():
            person = str(self.person[index]) or f"\x1f{index}"
            group = str(self.cluster[index])
            if group and held.setdefault(group, person) != person:
                return self.cluster_level
        return ""

    def clusters(self, there: NDArray[np.bool_]) -> list[str | None]:
        """Return what is independent of what: the group of each score, or who gave it; None where neither is known."""
        groups = self.cluster if self.nested_in and self.cluster is not None else np.full(self.person.shape, "")
        return [
            group or (person and f"\x1f{person}") or None
            for group, person in zip(groups[there].tolist(), self.person[there].tolist(), strict=True)
        ]

    @cached_property
    def _places(self) -> dict[tuple[str, str], dict[str, int]]:
        places: dict[tuple[str, str], dict[str, int]] = {}
        for index in np.flatnonzero(self.at()).tolist():
            person = str(self.person[index]) or f"\x1f{index}"  # without an id, everyone is somebody else
            places.setdefault((str(self.site[index]), str(self.wave[index])), {})[person] = index
        return places

    def pair(self, sites: tuple[str, ...], first: str, second: str) -> tuple[list[str], Scores, Scores]:
        """Return everyone who has a score at either wave in some sites, and their scores: NaN where there is none."""
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
