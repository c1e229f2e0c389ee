"""Who answered at both waves and who at one; and whether saying so would be about a few people."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from sos_score.comparison.outcome import OutcomeScores, Scores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.notes import Note, note


@dataclass(frozen=True, slots=True)
class Links:
    """How many people have a score at both of two waves, at the first only, and at the last only."""

    both: int
    first_only: int
    last_only: int

    def is_small(self, least: int) -> bool:
        """Return whether results of linked people would be about a few, or give away the few who answered once."""
        return any(0 < each < least for each in (self.both, self.first_only, self.last_only))

    def describe(self, plan: ComparisonPlan) -> Note:
        """Return who answered at both waves and who at one, without counting out a few."""
        least = plan.smallest_cell
        if self.is_small(least):
            return note("few_linked" if 0 < self.both < least else "few_unlinked", least=least)
        values = {"both": self.both, "left": self.first_only, "came": self.last_only}
        return note("linked", **values, first=plan.first_wave, last=plan.last_wave)


def are_apart(sites: Collection[Links], hidden: Collection[Links], least: int) -> bool:
    """Return whether how many answered twice in some sites together leaves each any of so many numbers of them.

    How many answered at each wave is told of each of the sites, and of the hidden ones together. Nobody answered twice
    but as many as answered at the wave with fewer: where these are hardly more than answered twice in all, that tells
    how many left each site.

    Examples
    --------
    >>> are_apart([Links(12, 2, 0), Links(11, 3, 1)], [], 5), are_apart([Links(8, 6, 4), Links(8, 5, 6)], [], 5)
    (False, True)
    """
    most = [each.both + min(each.first_only, each.last_only) for each in (*sites, add_links(hidden))]
    both, every = add_links([*sites, *hidden]).both, sum(most)
    return all(min(one, both) - max(0, one - (every - both)) >= least - 1 for one in most[:-1])


def add_links(sites: Collection[Links]) -> Links:
    """Return the counts of several sites together."""
    return Links(*(sum(getattr(one, part) for one in sites) for part in ("both", "first_only", "last_only")))


def count_pairs(first: Scores, last: Scores) -> Links:
    """Return how many of some people have both scores, and how many one of them."""
    at_first, at_last = ~np.isnan(first), ~np.isnan(last)
    both = int((at_first & at_last).sum())
    return Links(both, int(at_first.sum()) - both, int(at_last.sum()) - both)


def count_linked(outcome: OutcomeScores, plan: ComparisonPlan, sites: tuple[str, ...]) -> Links:
    """Return how many people of some sites have a score at the first and at the last wave."""
    _, first, last = outcome.pair(sites, plan.first_wave, plan.last_wave)
    return count_pairs(first, last)
