"""One outcome of a study: who scored what, where and when."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sos_score.comparison.rows import ALONE, Codes, Rows
from sos_score.scoring.norms import NamedNorm

Scores = NDArray[np.float64]
Places = NDArray[np.bool_] | NDArray[np.intp]
"""Which places: a mark for each, or their numbers in order."""
_NOWHERE: Codes = np.empty(0, dtype=np.intp)


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
    rows : Rows or None
        The same ids, where other scales share them: what lies where is then found once.
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
    rows: Rows | None = None

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

    @cached_property
    def index(self) -> Rows:
        """Return the ids with what lies where."""
        known, own = self.rows, (self.person, self.site, self.wave, self.cluster)
        if known is not None and all(a is b for a, b in zip(known.ids, own, strict=True)):
            return known
        return Rows(*own)

    @cached_property
    def _places(self) -> dict[tuple[str, str], Codes]:
        """Return where the scores of each site and wave are."""
        rows = self.index
        order = rows.order[~np.isnan(self.score[rows.order])]
        ends = np.searchsorted(rows.places[order], np.arange(len(rows.names) + 1))
        return {name: order[ends[i] : ends[i + 1]] for i, name in enumerate(rows.names) if ends[i] < ends[i + 1]}

    def places(self, site: str, wave: str) -> Codes:
        """Return the places that have a score at a site and a wave, by their numbers in order."""
        return self._places.get((site, wave), _NOWHERE)

    def count(self, site: str | None = None, wave: str | None = None) -> int:
        """Return how many scores there are at a site and a wave."""
        if site is not None and wave is not None:
            return int(self.places(site, wave).size)
        return sum(
            each.size for (where, when), each in self._places.items() if site in (None, where) and wave in (None, when)
        )

    def gather(self, sites: Iterable[str], waves: Iterable[str]) -> Codes:
        """Return the places that have a score at some sites and waves, by their numbers in order."""
        waves = tuple(waves)
        return np.sort(np.concatenate([_NOWHERE, *(self.places(site, wave) for site in sites for wave in waves)]))

    def are_in(self, there: Places, sites: Iterable[str]) -> NDArray[np.bool_]:
        """Return which of some places are at some sites."""
        known = set(sites)
        inside = np.array([site in known for site, _ in self.index.names], dtype=bool)
        return inside[self.index.places[there]]

    def at(self, site: str | None = None, wave: str | None = None) -> NDArray[np.bool_]:
        """Return which places have a score at a site and a wave."""
        if site is not None and wave is not None:
            there = np.zeros(self.score.shape, dtype=bool)
            there[self.places(site, wave)] = True
            return there
        there = ~np.isnan(self.score)
        if site is not None:
            there &= self.site == site
        if wave is not None:
            there &= self.wave == wave
        return there

    def scores(self, site: str | None = None, wave: str | None = None) -> Scores:
        """Return the scores at a site and a wave."""
        if site is not None and wave is not None:
            return self.score[self.places(site, wave)]
        return self.score[self.at(site, wave)]

    @cached_property
    def nested_in(self) -> str:
        """Return the level whose groups hold several people each, so that their scores are not independent; or ""."""
        groups, people = self.index.groups, self.index.people
        if groups is None:
            return ""
        there = self.at() & (groups >= 0)
        held = np.full(self.index.n_groups, -1, dtype=np.intp)
        held[groups[there]] = people[there]  # one of each group's people
        return self.cluster_level if (held[groups[there]] != people[there]).any() else ""

    def clusters(self, there: Places) -> Codes:
        """Return what is independent of what, as a number: the group of each score, or who gave it where unknown."""
        groups, people = self.index.groups, self.index.people[there]
        if not self.nested_in or groups is None:
            return people
        own = groups[there]
        return np.where(own >= 0, own, self.index.n_groups + people)

    def name_people(self, places: Codes) -> list[str]:
        """Return who gave some scores; whoever has no id gets a name that nobody else has."""
        return [
            name or f"{ALONE}{place}" for place, name in zip(places.tolist(), self.person[places].tolist(), strict=True)
        ]

    def pair(self, sites: tuple[str, ...], first: str, second: str) -> tuple[list[str], Scores, Scores]:
        """Return everyone who has a score at either wave in some sites, and their scores: NaN where there is none."""
        before, after = (
            np.concatenate([self.places(site, wave) for site in sites] or [_NOWHERE]) for wave in (first, second)
        )
        both = np.concatenate([before, after])
        _, seen, who = np.unique(self.index.people[both], return_index=True, return_inverse=True)
        place = np.argsort(np.argsort(seen))[who]  # in the order in which people appear
        x, y = np.full(seen.size, math.nan), np.full(seen.size, math.nan)
        x[place[: before.size]] = self.score[before]
        y[place[before.size :]] = self.score[after]
        return self.name_people(both[np.sort(seen)]), x, y
