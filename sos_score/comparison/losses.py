"""Who was lost between the first and the last wave, where people can be followed, and what may be said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sos_score.comparison.links import Links, add_links, are_apart, count_linked
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.comparison.suppression import find_hidden_places
from sos_score.study.suppression import list_groups


@dataclass(frozen=True, slots=True)
class Losses:
    """Who has a score at the first wave only, at both, and at the last only, site by site."""

    # The sites with people at both waves, all of them with an id, and those with nobody at the last: they lost all.
    # Hidden sites are all there or, of an arm where it does not hold for them together, none: single ones would tell
    # which of them somebody left.
    followed: Mapping[str, Links]
    others: tuple[str, ...]  # other sites with scores at the first wave: their people cannot be followed
    hidden: tuple[str, ...]  # sites that are not shown at one of the two waves
    least: int  # groups of fewer people are not shown

    def add(self, sites: Iterable[str]) -> Links:
        """Return the counts of several sites together."""
        return add_links([self.followed[site] for site in sites if site in self.followed])

    def is_told(self, site: str) -> bool:
        """Return whether something is said of a site: its counts, or that they are hidden."""
        return site in self.followed or site in self.hidden

    def lost_all(self, site: str) -> bool:
        """Return whether a site that is shown has nobody at the last wave."""
        return site in self.followed and site not in self.hidden and not self.followed[site].both

    def may_show_site(self, site: str) -> bool:
        """Return whether the counts of a site are about no group that is too small."""
        return site in self.followed and site not in self.hidden and not self.followed[site].is_small(self.least)

    def may_show_arm(self, sites: Iterable[str]) -> bool:
        """Return whether an arm's counts, less those of its sites that are shown, leave no group that is too small."""
        sites = [site for site in sites if self.is_told(site)]
        kept_back = [site for site in sites if not self.may_show_site(site)]
        if not self.followed.keys() >= {*sites} or not sites or len(kept_back) == 1:
            return False
        if self.add(sites).is_small(self.least):
            return False
        if not kept_back:
            return True
        left = self.add(kept_back)
        if left.is_small(self.least) or min(left.both, left.first_only) < self.least:
            return False
        hidden = [self.followed[site] for site in kept_back if site in self.hidden]
        seen = [self.followed[site] for site in kept_back if site not in self.hidden]
        return are_apart(seen, hidden, self.least)


def find_losses(outcome: OutcomeScores, plan: ComparisonPlan) -> Losses:
    """Return who was lost of an outcome; nobody can be followed in a study of one wave."""
    links = {site: count_linked(outcome, plan, (site,)) for site in plan.sites}
    if len(plan.waves) < 2 or not any(each.both for each in links.values()):
        started = tuple(site for site, each in links.items() if each.both + each.first_only)
        return Losses({}, started, (), plan.smallest_cell)
    kept_back = {site for site, wave in find_hidden_places(outcome, plan) if wave in plan.span}
    hidden = tuple(site for site in plan.sites if site in kept_back)
    nameless = {*outcome.site[outcome.at() & (outcome.person == "") & np.isin(outcome.wave, list(plan.span))].tolist()}
    shown = [site for site, each in links.items() if site not in hidden and each.both + each.first_only]
    whole = {site for site in shown if links[site].both and site not in nameless}
    whole |= {site for site in shown if not outcome.count(site, plan.last_wave)}
    for group in list_groups(hidden, plan.arms):
        if any(links[site].both for site in group) and nameless.isdisjoint(group):
            whole |= set(group)
    followed = {site: each for site, each in links.items() if site in whole}
    return Losses(followed, tuple(site for site in shown if site not in whole), hidden, plan.smallest_cell)


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
