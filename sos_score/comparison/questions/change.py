"""Whether a site changed from the first wave to the last, with everyone who answered at either."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from sos_score.comparison.detectable import Spreads
from sos_score.comparison.error_of_change import find_error
from sos_score.comparison.finding import (
    Contrast,
    Detectable,
    Effect,
    Finding,
    Groups,
    Measure,
    Statistic,
    at,
    make_judged,
    with_effect,
    with_ranks,
    with_test,
)
from sos_score.comparison.links import count_pairs
from sos_score.comparison.nesting import compare_places, label_wrong_unit, start_of_people, with_right_test
from sos_score.comparison.outcome import OutcomeScores, Scores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.comparison.suppression import find_hidden_places
from sos_score.notes import Note, note
from sos_score.psychometrics.retest.stability import reliable_change
from sos_score.statistics.effect_sizes import hedges_g, standardize_change
from sos_score.statistics.estimate import pool_variance
from sos_score.statistics.power.detectable import detect_from_error
from sos_score.statistics.ranks import compare_ranks, compare_signed_ranks
from sos_score.statistics.t_tests import compare_overlapping, compare_paired, compare_welch

FAR = 0.5
"""A site whose mean is more standard deviations than this from the others' starts far from them: a rule of ours."""


def find_change(outcome: OutcomeScores, plan: ComparisonPlan, _spreads: Spreads) -> list[Finding]:
    """Return, for each site with scores at both, the change from the first wave to the last and what stands beside it.

    Judged is the partially overlapping samples t test or, where people are nested in workers, CR2 clustered on the
    worker. Beside it: the paired test of linked people, Welch's test as if
    nobody were linked, rank tests, leavers against stayers at the first wave, newcomers against stayers at the last,
    and counts of reliable change.
    """
    if len(plan.waves) < 2 or not all(outcome.count(wave=wave) for wave in plan.span):
        return []
    found: list[Finding] = []
    starts, hidden = _measure_starts(outcome, plan), find_hidden_places(outcome, plan)
    for site in plan.sites:
        _, before, after = outcome.pair((site,), plan.first_wave, plan.last_wave)
        is_asked_twice = all(outcome.count(site, wave) for wave in plan.span)
        # A hidden place has its dash whether or not somebody there has a score.
        if is_asked_twice or (before.size and any((site, wave) in hidden for wave in plan.span)):
            found += _ask_site(outcome, plan, site, (before, after), starts.find_far(site, plan.first_wave))
    return found


def _ask_site(
    outcome: OutcomeScores, plan: ComparisonPlan, site: str, scores: tuple[Scores, Scores], far: tuple[Note, ...]
) -> list[Finding]:
    before, after = scores
    x, y = after[~np.isnan(after)], before[~np.isnan(before)]
    groups = Groups(Contrast.WAVES, (plan.last_wave, plan.first_wave))
    base = start_of_people(outcome, "change", plan.span, groups, site)
    overlap = compare_overlapping(after, before)
    main = compare_places(outcome, *(outcome.places(site, wave) for wave in groups.members)) if base.level else overlap
    hidden = find_hidden_places(outcome, plan)
    links = count_pairs(before, after)
    # Which findings stand beside it would tell how many of a hidden site answered twice.
    is_small = links.is_small(plan.smallest_cell) or any((site, wave) in hidden for wave in plan.span)
    sd = _pool(x, y)
    judged = with_right_test(replace(base, notes=(links.describe(plan), *base.notes, *far)), main)
    judged = with_effect(judged, Measure.G, hedges_g(x, y, main))
    if plan.judged_only:
        return [make_judged(judged, main, outcome, plan, sd)]
    if sd > 0:
        judged = replace(judged, detectable=Detectable(detect_from_error(main.se, main.df, alpha=plan.alpha) / sd))
    ranks = with_ranks(base, compare_ranks(x, y))
    apart = [with_test(base, overlap)] if base.level else []
    apart += [with_test(base, compare_welch(x, y)), replace(ranks, method=note("link_ignored", test=ranks.method))]
    if not is_small:
        apart += [*_ask_linked(base, before, after), *_ask_turnover(plan, base, before, after)]
    found = [make_judged(judged, main, outcome, plan, sd), *map(label_wrong_unit, apart)]
    if is_small:
        return found
    return [*found, _count_reliable(outcome, plan, base, before, after)]


@dataclass(frozen=True)
class _Starts:
    """How many scores each site has at the first wave, their mean, and their squares around it.

    Hidden sites are not among the others: how far another is from them would tell of their means.
    """

    sites: dict[str, tuple[int, float, float]]
    hidden: frozenset[str]

    @cached_property
    def _shown(self) -> tuple[int, float, float, int]:
        """Return how many sites are shown, the sums of their means and squares, and their degrees of freedom."""
        shown = [each for site, each in self.sites.items() if site not in self.hidden]
        sums = (sum(mean for _, mean, _ in shown), sum(squares for _, _, squares in shown))
        return len(shown), *sums, sum(n - 1 for n, _, _ in shown)

    def find_far(self, site: str, wave: str) -> tuple[Note, ...]:
        """Return that a site started far from the mean of the others, in SDs within sites, if it did."""
        if site not in self.sites:
            return ()
        n, mean, squares = self.sites[site]
        others, total, within, freedom = self._shown
        if site in self.hidden:
            within, freedom = within + squares, freedom + n - 1
        else:
            others, total = others - 1, total - mean
        sd = math.sqrt(within / freedom) if freedom else math.nan
        if not others or not sd > 0:
            return ()
        distance = (mean - total / others) / sd
        return (note("regression_to_mean", distance=distance, wave=wave),) if abs(distance) > FAR else ()


def _measure_starts(outcome: OutcomeScores, plan: ComparisonPlan) -> _Starts:
    hidden = frozenset(site for site, wave in find_hidden_places(outcome, plan) if wave == plan.first_wave)
    scores = {site: outcome.scores(site, plan.first_wave) for site in plan.sites}
    return _Starts(
        {site: (x.size, float(x.mean()), float(((x - x.mean()) ** 2).sum())) for site, x in scores.items() if x.size},
        hidden,
    )


def _ask_linked(base: Finding, before: Scores, after: Scores) -> list[Finding]:
    """Return the paired tests of the people who answered at both waves."""
    linked = ~np.isnan(before) & ~np.isnan(after)
    paired = with_test(base, compare_paired(after, before))
    signed = compare_signed_ranks(after[linked], before[linked])
    return [
        with_effect(paired, Measure.G_AV, standardize_change(after, before)),
        replace(
            base, counts=signed.n, effect=Effect(Measure.RANK_BISERIAL, signed.estimate),
            test=Statistic("V", signed.statistic, p=signed.p), notes=(*base.notes, *signed.notes),
            method=note("of_linked_people", test=signed.method),
        ),
    ]  # fmt: skip


def _ask_turnover(plan: ComparisonPlan, base: Finding, before: Scores, after: Scores) -> list[Finding]:
    """Return leavers against stayers at the first wave, and newcomers against stayers at the last."""
    linked = ~np.isnan(before) & ~np.isnan(after)
    found = []
    for contrast, wave, scores, apart in (
        (Contrast.LEAVERS, plan.first_wave, before, ~np.isnan(before) & np.isnan(after)),
        (Contrast.NEWCOMERS, plan.last_wave, after, np.isnan(before) & ~np.isnan(after)),
    ):
        if apart.any():
            finding = replace(base, waves=at(wave), groups=Groups(contrast))
            tested = compare_welch(scores[apart], scores[linked])
            effect = hedges_g(scores[apart], scores[linked], tested)
            found.append(with_effect(with_test(finding, tested), Measure.G, effect))
    return found


def _count_reliable(
    outcome: OutcomeScores, plan: ComparisonPlan, base: Finding, before: Scores, after: Scores
) -> Finding:
    """Return how many linked people changed by more than the error of measurement."""
    linked = int((~np.isnan(before) & ~np.isnan(after)).sum())
    finding = replace(
        base, method=note("reliable_change"), counts=(linked,), groups=Groups(Contrast.LINKED), notes=()
    )  # fmt: skip
    error = find_error(outcome, plan)
    if isinstance(error, Note):
        return replace(finding, notes=(error,))
    alpha, sd = error.alpha, error.sd
    found = reliable_change(before, after, sd, alpha, higher_is_better=outcome.good != "low")
    up, down = (found.deteriorated, found.improved) if outcome.good == "low" else (found.improved, found.deteriorated)
    basis = note("reliable_change_basis", points=found.critical_change, alpha=alpha, sd=sd, wave=plan.first_wave)
    return replace(
        finding, counts=(linked, up, down, found.unchanged), groups=Groups(Contrast.RELIABLE),
        reason=(note("reliably_changed", up=up, down=down, unchanged=found.unchanged),),
        notes=(basis, *found.notes),
    )  # fmt: skip


def _pool(x: Scores, y: Scores) -> float:
    return math.sqrt(pool_variance(x, y)) if min(x.size, y.size) else math.nan
