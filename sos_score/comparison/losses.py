"""Who was lost between the first and the last wave, where people can be followed, and what may be said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sos_score.comparison.links import Links, count_linked
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan


@dataclass(frozen=True, slots=True)
class Losses:
    """Who has a score at the first wave only, at both, and at the last only, site by site.

    Attributes
    ----------
    followed : mapping of str to Links
        The sites with people at both waves, all of them with an id.
    others : tuple of str
        Sites with scores at the first wave whose people cannot be followed, or that have nobody at the last wave.
    least : int
        Groups of fewer people are not shown.
    """

    followed: Mapping[str, Links]
    others: tuple[str, ...]
    least: int

    def add(self, sites: Iterable[str]) -> Links:
        """Return the counts of several sites together."""
        each = [self.followed[site] for site in sites if site in self.followed]
        return Links(*(sum(getattr(one, part) for one in each) for part in ("both", "first_only", "last_only")))

    def may_show_site(self, site: str) -> bool:
        """Return whether the counts of a site are about no group that is too small."""
        return site in self.followed and not self.followed[site].is_small(self.least)

    def may_show_arm(self, sites: Iterable[str]) -> bool:
        """Return whether an arm's counts, less those of its sites that are shown, leave no group that is too small."""
        sites = [site for site in sites if site in self.followed]
        hidden = [site for site in sites if not self.may_show_site(site)]
        if not sites or self.add(sites).is_small(self.least) or len(hidden) == 1:
            return False
        left = self.add(hidden)
        return not hidden or (min(left.both, left.first_only) >= self.least and not left.is_small(self.least))


def find_losses(outcome: OutcomeScores, plan: ComparisonPlan) -> Losses:
    """Return who was lost of an outcome; nobody can be followed in a study of one wave."""
    followed: dict[str, Links] = {}
    others: list[str] = []
    nameless = outcome.at() & (outcome.person == "") & np.isin(outcome.wave, list(plan.span))
    for site in plan.sites:
        links = count_linked(outcome, plan, (site,))
        if not links.both + links.first_only:
            continue
        if len(plan.waves) > 1 and links.both and not (nameless & (outcome.site == site)).any():
            followed[site] = links
        else:
            others.append(site)
    return Losses(followed, tuple(others), plan.smallest_cell)


def place_leavers(
    outcome: OutcomeScores, plan: ComparisonPlan, sites: Iterable[str]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the places at the first wave of those who have no score at the last, and of those who have one."""
    leavers = np.zeros(outcome.score.shape, dtype=bool)
    stayers = leavers.copy()
    for site in sites:
        people, before, after = outcome.pair((site,), *plan.span)
        started, stayed = ~np.isnan(before), ~np.isnan(after)
        there = outcome.places(site, plan.first_wave)
        names = np.array(people, dtype=str)
        leavers[there] = np.isin(outcome.person[there], names[started & ~stayed])
        stayers[there] = np.isin(outcome.person[there], names[started & stayed])
    return leavers, stayers
