"""What a change of one person must exceed to be more than error, who exceeds it, and what may be said of them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sos_score.comparison.links import count_pairs
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.comparison.suppression import find_hidden_places
from sos_score.notes import Note, note
from sos_score.psychometrics.internal_consistency.alpha import reliability
from sos_score.psychometrics.internal_consistency.error import measurement_error
from sos_score.psychometrics.moments import moments
from sos_score.psychometrics.retest.stability import reliable_change
from sos_score.study.suppression import is_safe


@dataclass(frozen=True, slots=True)
class ErrorOfChange:
    """The reliability and error of a score at the first wave."""

    # Cronbach's alpha of complete answer sheets, the SD of everybody's score, and the error of one score
    alpha: float
    sd: float
    sem: float
    beyond: float  # the change of one person that error alone exceeds in 5 of 100


def find_alpha(outcome: OutcomeScores, wave: str) -> float:
    """Return Cronbach's alpha of the complete answer sheets of a wave; NaN where only scores are known."""
    if outcome.items is None:
        return math.nan
    return reliability(moments(outcome.items[outcome.at(wave=wave)])).alpha


def find_error(outcome: OutcomeScores, plan: ComparisonPlan) -> ErrorOfChange | Note:
    """Return the error of a change, or why it is not known."""
    if outcome.items is None:
        return note("reliability_not_known")
    scores = outcome.scores(wave=plan.first_wave)
    alpha = find_alpha(outcome, plan.first_wave)
    sd = float(np.std(scores, ddof=1)) if scores.size > 1 else math.nan
    if not 0 < alpha < 1 or not sd > 0:
        return note("reliability_not_known_here")
    found = measurement_error(sd, alpha)
    return ErrorOfChange(alpha, sd, found.sem, found.smallest_detectable_change)


@dataclass(frozen=True, slots=True)
class Changed:
    """How many linked people changed by more than error, and what of that may be shown."""

    linked: int  # people with a score at both waves
    # of these: who rose and who fell by more than error, and who did neither
    up: int
    down: int
    within: int
    # whether one may say how many are linked, how many changed by more than error, and which way
    is_linked_shown: bool
    is_shown: bool
    is_direction_shown: bool

    @property
    def beyond(self) -> int:
        """Return how many changed by more than error, either way."""
        return self.up + self.down


def count_site(outcome: OutcomeScores, plan: ComparisonPlan, site: str, error: ErrorOfChange) -> Changed:
    """Return how many people of a site changed by more than error."""
    _, before, after = outcome.pair((site,), *plan.span)
    found, hidden = reliable_change(before, after, error.sd, error.alpha), find_hidden_places(outcome, plan)
    links = count_pairs(before, after)
    is_shown = not links.is_small(plan.smallest_cell) and not any((site, wave) in hidden for wave in plan.span)
    numbers = (found.improved, found.deteriorated, found.unchanged)
    return _mark(links.both, numbers, (is_shown, True, True), plan.smallest_cell)


def add_sites(sites: Iterable[Changed], least: int) -> Changed:
    """Return the counts of the sites whose linked people may be counted, together.

    What they have together, less what is shown of single sites, must give away no few people of one of the others.
    """
    sites = [each for each in sites if each.is_linked_shown]
    hidden = [each for each in sites if not each.is_shown]
    apart = [each for each in sites if not each.is_direction_shown]
    may = (
        bool(sites),
        is_safe([each.beyond for each in hidden], least) and is_safe([each.within for each in hidden], least),
        is_safe([each.up for each in apart], least) and is_safe([each.down for each in apart], least),
    )
    up, down, within = (sum(getattr(each, part) for each in sites) for part in ("up", "down", "within"))
    return _mark(sum(each.linked for each in sites), (up, down, within), may, least)


def _mark(linked: int, numbers: tuple[int, int, int], may: tuple[bool, bool, bool], least: int) -> Changed:
    """Return counts with what of them may be shown: none of a few people, and what `may` allows."""
    up, down, within = numbers
    is_shown = may[0] and may[1] and not any(0 < each < least for each in (up + down, within))
    is_direction_shown = is_shown and may[2] and not any(0 < each < least for each in (up, down))
    return Changed(linked, up, down, within, may[0], is_shown, is_direction_shown)
