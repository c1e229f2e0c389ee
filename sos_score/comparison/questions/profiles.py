"""The profiles of sites over the scales of one source, in T-scores: how far apart, in which way, how surely."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from sos_score.comparison.finding import (
    Contrast,
    Effect,
    Equivalence,
    Estimate,
    Finding,
    Groups,
    Measure,
    Unit,
    add_notes,
    at,
)
from sos_score.comparison.nesting import split_waves
from sos_score.comparison.plan import MANY_SITES, ComparisonPlan
from sos_score.comparison.verdict import Verdict
from sos_score.notes import Note, note
from sos_score.statistics.profiles import (
    VERY_SIMILAR,
    ProfileComparison,
    ProfileDraws,
    ProfileInterval,
    ProfilePeople,
    Similarity,
    compare_profiles,
    draw_profiles,
    judge_similarity,
)
from sos_score.statistics.progress import follow
from sos_score.study.data import StudyData
from sos_score.study.outcome import StudyOutcome
from sos_score.study.suppression import find_hidden

if TYPE_CHECKING:
    import pandas as pd

_FEWEST_SCALES = 3
_MOST_SITES = 5  # up to so many, every set of sites is asked about; beyond, pairs and all together
_VERDICTS = {
    Similarity.SUPPORTED: Verdict.SUPPORTED,
    Similarity.REFUSED: Verdict.REFUSED,
    Similarity.OPEN: Verdict.CANNOT_TELL,
}
_People = dict[str, ProfilePeople]
_Draws = dict[tuple[str, str], ProfileDraws]


def find_profiles(_: StudyData, plan: ComparisonPlan, outcomes: Sequence[StudyOutcome]) -> list[Finding]:
    """Return how far site profiles are apart: each site over time, and each two sites at each wave.

    A profile is of all outcomes of one source that one norm gives T-scores for: three scales or more. Of each
    comparison: the distance in points a scale with what chance adds taken off, the differences of elevation and of
    scatter, the profile correlation (shape), all with bootstrap intervals over people, and Cronbach and Gleser's D2.
    Then, for sets of sites at the first wave, whether their profiles can be called very similar. No profile is put into
    a class.
    """
    sources: dict[tuple[str, str], list[StudyOutcome]] = {}
    for outcome in outcomes:
        norm = next((each for each in outcome.norms if outcome.t_column(each.name) in outcome.frame), None)
        if norm is not None:
            sources.setdefault((outcome.source, norm.name), []).append(outcome)
    return [
        finding
        for (_source, norm), members in sources.items()
        if len(members) >= _FEWEST_SCALES
        for finding in _compare(members, norm, plan)
    ]


def _compare(members: list[StudyOutcome], norm: str, plan: ComparisonPlan) -> Iterator[Finding]:
    first = members[0]
    base = Finding("profiles", (first.source,), first.instrument, "", Unit.PEOPLE, n_groups=len(members))
    waves = {wave: _list_people(members, rows, norm, plan, wave) for wave, rows in split_waves(first.frame, plan)}
    if any(len(people) < len(there) for people, there in waves.values()):
        base = add_notes(base, note("sites_left_out", least=plan.smallest_cell))
    most = max((len(there) for _, there in waves.values()), default=0)
    if most > MANY_SITES:
        base = add_notes(base, note("pairs_left_out", sites=most, most=MANY_SITES))
    names = list(waves)
    confidence = 1 - plan.alpha
    if len(names) > 1:
        before, after = waves[names[0]][0], waves[names[-1]][0]
        both_waves = [name for name in after if name in before]
        groups = Groups(Contrast.WAVES, (names[-1], names[0]))
        for site in follow(plan.track, both_waves, "Profiles over time"):
            finding = replace(base, site=site, waves=plan.span, groups=groups)
            yield from _describe(finding, compare_profiles(after[site], before[site], seed=plan.seed, level=confidence))
    drawn: dict[str, _Draws] = {wave: {} for wave in names}
    if most > MANY_SITES:
        return  # pairs are too many to draw, and to read
    pairs = [(wave, *pair) for wave in names for pair in combinations(waves[wave][0], 2)]
    for wave, one, two in follow(plan.track, pairs, "Profiles of sites"):
        both = (waves[wave][0][one], waves[wave][0][two])
        drawn[wave][one, two] = samples = draw_profiles(*both, seed=plan.seed)
        found = compare_profiles(*both, seed=plan.seed, level=confidence, drawn=samples)
        yield from _describe(replace(base, waves=at(wave), groups=Groups(Contrast.SITE_PAIR, (one, two))), found)
    if names:
        yield from _judge(replace(base, waves=at(names[0])), waves[names[0]][0], drawn[names[0]], plan)


def _list_people(
    members: list[StudyOutcome], rows: pd.DataFrame, norm: str, plan: ComparisonPlan, wave: str
) -> tuple[_People, dict[str, int]]:
    """Return the people of each site that is shown, and how many people each site has."""
    scores = rows[[outcome.t_column(norm) for outcome in members]].to_numpy(dtype=float)
    there = ~np.isnan(scores).all(axis=1)
    found, sizes = {}, {}
    for site in plan.sites:
        places = there & (rows["site"] == site).to_numpy(dtype=bool)
        if places.any():
            ids = rows["person"][places]
            known = tuple(ids) if ids.notna().all() and ids.is_unique else ()
            found[site] = ProfilePeople(scores[places], known)
            sizes[site] = int(places.sum())
    source, when = members[0].source, wave or plan.first_wave
    of_scales = [site for each in members for site in plan.hidden.at(source, when, each.scale)]
    hidden = find_hidden(sizes, plan.arms, plan.smallest_cell, start=of_scales)
    return {site: people for site, people in found.items() if site not in hidden}, sizes


def _describe(base: Finding, found: ProfileComparison) -> Iterator[Finding]:
    base = add_notes(replace(base, counts=(found.n_first, found.n_second)), *found.notes)
    yield _with(base, Measure.DISTANCE, found.distance, note("profile_distance"))
    yield _with(base, Measure.ELEVATION, found.elevation_difference, note("profile_elevation"))
    yield _with(base, Measure.SCATTER, found.scatter_difference, note("profile_scatter"))
    yield _with(base, Measure.PROFILE_CORRELATION, found.correlation, note("profile_correlation"))
    parts = {"elevation": found.elevation_part, "scatter": found.scatter_part, "shape": found.shape_part}
    yield replace(
        base, estimate=Estimate(found.d2), effect=Effect(Measure.D2, found.d2), method=note("cronbach_gleser", **parts)
    )  # fmt: skip


def _with(finding: Finding, measure: Measure, found: ProfileInterval, method: Note) -> Finding:
    return replace(
        finding, estimate=Estimate(found.value, found.low, found.high), method=method,
        effect=Effect(measure, found.value, found.low, found.high),
    )  # fmt: skip


def _judge(base: Finding, people: _People, drawn: _Draws, plan: ComparisonPlan) -> Iterator[Finding]:
    """Yield whether sets of sites had very similar profiles, the largest set first."""
    sizes = range(2, len(people) + 1) if len(people) <= _MOST_SITES else (2, len(people))
    for size in sorted(set(sizes), reverse=True):
        for sites in combinations(people, size):
            chosen = {site: people[site] for site in sites}
            found = judge_similarity(chosen, seed=plan.seed, level=1 - plan.alpha, drawn=drawn)
            finding = replace(
                base,
                groups=Groups(Contrast.SITES, sites),
                counts=tuple(people[site].scores.shape[0] for site in sites),
                equivalence=Equivalence(VERY_SIMILAR),
                method=note("very_similar", limit=VERY_SIMILAR),
                verdict=_VERDICTS[found.verdict],
                reason=(found.answer,),
            )
            yield add_notes(finding, *found.notes)
