"""The profiles of sites over the scales of one source, in T-scores: how far apart, in which way, how surely."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from sos_score.comparison.finding import Row
from sos_score.comparison.nesting import split_waves
from sos_score.comparison.outcome import Plan
from sos_score.statistics.profile_similarity import VERY_SIMILAR, judge_similarity
from sos_score.statistics.profiles import (
    Estimate,
    ProfileComparison,
    ProfileDraws,
    ProfilePeople,
    compare_profiles,
    draw_profiles,
)
from sos_score.statistics.progress import follow
from sos_score.study.data import StudyData, StudyOutcome

if TYPE_CHECKING:
    import pandas as pd

_FEWEST_SCALES = 3
_MOST_SITES = 5  # up to so many, every set of sites is asked about; beyond, pairs and all together
_People = dict[str, ProfilePeople]
_Draws = dict[tuple[str, str], ProfileDraws]
HIDDEN = "left out: a site with fewer than {} people, or one that would give it away"


def list_profile_rows(_: StudyData, plan: Plan, outcomes: Sequence[StudyOutcome]) -> list[Row]:
    """Return how far site profiles are apart: each site over time, and each two sites at each wave.

    Parameters
    ----------
    plan : Plan
    outcomes : sequence of StudyOutcome
        A profile is of all those of one source that one norm gives T-scores for: three scales or more.

    Returns
    -------
    list of Row
        Of each comparison: the distance in points a scale with what chance adds taken off, the differences of
        elevation and of scatter, the profile correlation (shape), all with bootstrap intervals over people, and
        Cronbach and Gleser's D2. Then, for sets of sites at the first wave, whether their profiles can be called very
        similar: supported, refused or cannot tell. No profile is put into a class.
    """
    sources: dict[tuple[str, str], list[StudyOutcome]] = {}
    for outcome in outcomes:
        norm = next((each for each in outcome.norms if outcome.t_column(each.name) in outcome.frame), None)
        if norm is not None:
            sources.setdefault((outcome.source, norm.name), []).append(outcome)
    return [
        row
        for (_source, norm), members in sources.items()
        if len(members) >= _FEWEST_SCALES
        for row in _compare(members, norm, plan)
    ]


def _compare(members: list[StudyOutcome], norm: str, plan: Plan) -> Iterator[Row]:
    first = members[0]
    title = f"Profile of {len(members)} scales ({first.source_label})"
    base = Row(first.source, first.instrument, "", title, "profiles", "people")
    waves = {wave: _list_people(members, rows, norm, plan) for wave, rows in split_waves(first.frame, plan)}
    left_out = HIDDEN.format(plan.smallest_cell)
    if any(len(people) < len(there) for people, there in waves.values()):
        base = replace(base, notes=(left_out,))
    names = list(waves)
    if len(names) > 1:
        before, after = waves[names[0]][0], waves[names[-1]][0]
        both_waves = [name for name in after if name in before]
        for site in follow(plan.track, both_waves, "Profiles over time"):
            row = replace(base, site=site, wave=plan.span, groups=f"{names[-1]} - {names[0]}")
            yield from _describe(row, compare_profiles(after[site], before[site], seed=plan.seed, level=1 - plan.alpha))
    drawn: dict[str, _Draws] = {wave: {} for wave in names}
    pairs = [(wave, *pair) for wave in names for pair in combinations(waves[wave][0], 2)]
    for wave, one, two in follow(plan.track, pairs, "Profiles of sites"):
        both = (waves[wave][0][one], waves[wave][0][two])
        drawn[wave][one, two] = samples = draw_profiles(*both, seed=plan.seed)
        found = compare_profiles(*both, seed=plan.seed, level=1 - plan.alpha, drawn=samples)
        yield from _describe(replace(base, wave=wave, groups=f"{one} - {two}"), found)
    if names:
        yield from _judge(replace(base, wave=names[0]), waves[names[0]][0], drawn[names[0]], plan)


def _list_people(
    members: list[StudyOutcome], rows: pd.DataFrame, norm: str, plan: Plan
) -> tuple[_People, dict[str, int]]:
    """Return the people of each site that is shown, by its label, and how many people each site has."""
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
    shown = _list_shown(sizes, plan)
    return {plan.label_site(site): people for site, people in found.items() if site in shown}, sizes


def _list_shown(sizes: dict[str, int], plan: Plan) -> set[str]:
    """Return the sites that may be shown: where one of an arm may not, the smallest other of that arm neither."""
    hidden = {site for site, size in sizes.items() if size < plan.smallest_cell}
    for arm in {plan.arms[site] for site in hidden}:
        others = sorted((site for site in sizes if plan.arms[site] == arm), key=sizes.__getitem__)
        if sum(site in hidden for site in others) == 1:
            hidden |= set([site for site in others if site not in hidden][:1])
    return set(sizes) - hidden


def _describe(base: Row, found: ProfileComparison) -> Iterator[Row]:
    base = replace(base, counts=(found.n_first, found.n_second), notes=(*base.notes, *map(str, found.notes)))
    yield _with(base, "distance", found.distance, "points a scale, chance taken off; bootstrap")
    yield _with(base, "elevation", found.elevation_difference, "difference of the means over the scales; bootstrap")
    yield _with(base, "scatter", found.scatter_difference, "difference of the scatters; bootstrap")
    yield _with(base, "correlation", found.correlation, "correlation of the profiles over the scales; bootstrap")
    parts = f"elevation {found.elevation_part:.1f}, scatter {found.scatter_part:.1f}, shape {found.shape_part:.1f}"
    yield replace(base, effect_name="D2", estimate=found.d2, effect=found.d2, method=f"Cronbach and Gleser: {parts}")


def _with(row: Row, name: str, found: Estimate, method: str) -> Row:
    return replace(
        row, effect_name=name, estimate=found.value, low=found.low, high=found.high, effect=found.value,
        effect_low=found.low, effect_high=found.high, method=method,
    )  # fmt: skip


def _judge(base: Row, people: _People, drawn: _Draws, plan: Plan) -> Iterator[Row]:
    """Yield whether sets of sites had very similar profiles, the largest set first."""
    sizes = range(2, len(people) + 1) if len(people) <= _MOST_SITES else (2, len(people))
    for size in sorted(set(sizes), reverse=True):
        for sites in combinations(people, size):
            chosen = {site: people[site] for site in sites}
            found = judge_similarity(chosen, seed=plan.seed, level=1 - plan.alpha, drawn=drawn)
            yield replace(
                base,
                groups=", ".join(sites),
                counts=tuple(people[site].scores.shape[0] for site in sites),
                smallest=VERY_SIMILAR,
                method=f"very similar: within {VERY_SIMILAR:g} points a scale",
                verdict=str(found.verdict),
                reason=str(found.answer),
                notes=(*base.notes, *map(str, found.notes)),
            )
