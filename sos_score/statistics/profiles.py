"""Profiles of a site over several scales compared by elevation, scatter and shape (Cronbach & Gleser 1953).

A profile is never put into a class: published classes of organisations rest on norms and cut-offs that nobody
outside their authors can check. What can be said is how far two profiles are apart, in which way, and how
sure that is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from sos_score.notes import Note, note
from sos_score.statistics.arrays import Floats

VERY_SIMILAR = 3.0
"""Profiles are called very similar when they differ by at most so many points a scale (root mean square).

0.3 standard deviations of T scores. The project's own rule; no published limit exists."""


@dataclass(frozen=True, slots=True)
class ProfileInterval:
    """A value with its bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ProfileComparison:
    """How far two profiles are apart, and in which way."""

    # people behind each profile
    n_first: int
    n_second: int
    d2: float  # D squared, the sum of squared differences over the scales; elevation_part + scatter_part + shape_part
    # k times the squared difference of elevations; the squared difference of scatters; 2 S1 S2 (1 - r)
    elevation_part: float
    scatter_part: float
    shape_part: float
    # first less second
    elevation_difference: ProfileInterval
    scatter_difference: ProfileInterval
    correlation: ProfileInterval  # of the two profiles over the scales
    # sqrt(D2 / k), the root mean square difference of a scale, with what chance alone adds taken off: two samples of
    # the same site are never at distance 0
    distance: ProfileInterval
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class ProfilePeople:
    """People behind a profile."""

    scores: Floats  # (n, k): one row per person, one column per scale (T units); NaN is missing
    # Who each person is; people with the same id in two profiles (T1 and T2) are drawn together. Empty when not known.
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProfileDraws:
    """How far two profiles are apart in bootstrap samples."""

    # (n_samples,): as in `ProfileComparison`
    d2: Floats
    elevation: Floats
    scatter: Floats
    correlation: Floats


def compare_profiles(
    first: ProfilePeople,
    second: ProfilePeople,
    *,
    seed: int,
    n_samples: int = 1999,
    level: float = 0.95,
    drawn: ProfileDraws | None = None,
) -> ProfileComparison:
    """Compare two profiles (two sites, or one site at T1 and T2), with bootstrap intervals over people.

    Parameters
    ----------
    first, second : ProfilePeople
        A profile is the mean of the people who have the scale.
    seed : int
        Of numpy's default generator.
    drawn : ProfileDraws, optional
        From `draw_profiles` of the same two, where they are there already; then nothing is drawn.

    Returns
    -------
    ProfileComparison
        Scales that one side lacks are left out with a note; no intervals for fewer than two people on a side.

    Notes
    -----
    Cronbach & Gleser (1953), Psychological Bulletin 50, 456-473: D2 = k (E1 - E2)^2 + (S1 - S2)^2 +
    2 S1 S2 (1 - r). Intervals are percentiles. D2 is biased upwards by the sampling variance V of the
    differences (estimated as the mean excess of the bootstrap), and a bootstrap sample by 2 V: V is taken off
    the value, 2 V off the lower end and V off the upper end. Simulated with 8 to 40 people a side and six
    scales it covers 94 to 99 in 100.
    """
    means, scales = _average_both(first, second)
    notes: list[Note] = []
    if scales.size < means.shape[1]:
        total = means.shape[1]
        notes.append(note("scales_left_out", scales=total - int(scales.size), total=total))
    samples = drawn or draw_profiles(first, second, seed=seed, n_samples=n_samples)
    if samples.d2.size == 0:
        notes.append(note("profile_no_intervals"))
    if scales.size < 3:
        notes.append(note("profile_few_scales"))
    observed = _split_distance(means[:, scales])
    if scales.size >= 3 and any(_is_flat(profile) for profile in means[:, scales]):
        notes.append(note("profile_flat"))
    return ProfileComparison(
        n_first=first.scores.shape[0],
        n_second=second.scores.shape[0],
        d2=float(observed.d2),
        elevation_part=float(scales.size * observed.elevation**2),
        scatter_part=float(observed.scatter**2),
        shape_part=float(observed.d2 - scales.size * observed.elevation**2 - observed.scatter**2),
        elevation_difference=_estimate(float(observed.elevation), samples.elevation, level),
        scatter_difference=_estimate(float(observed.scatter), samples.scatter, level),
        correlation=_estimate(float(observed.correlation), samples.correlation, level),
        distance=_estimate_distance(float(observed.d2), samples.d2, scales.size, level),
        notes=tuple(notes),
    )


def _is_flat(profile: Floats) -> bool:
    scatter = float(np.sqrt(((profile - profile.mean()) ** 2).sum()))
    return not scatter > 1e-12 * max(float(np.abs(profile).max()), 1e-300)


def _average(scores: Floats) -> Floats:
    present = np.isfinite(scores)
    counts = present.sum(axis=0)
    sums = np.where(present, scores, 0.0).sum(axis=0)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _split_distance(pairs: Floats) -> ProfileDraws:
    """Return D2 and its parts for pairs of profiles (..., 2, k)."""
    first, second = pairs[..., 0, :], pairs[..., 1, :]
    if pairs.shape[-1] == 0:
        nothing = np.full(first.shape[:-1], np.nan)
        return ProfileDraws(nothing, nothing, nothing, nothing)
    departures = [profile - profile.mean(axis=-1, keepdims=True) for profile in (first, second)]
    scatters = [np.sqrt((departure**2).sum(axis=-1)) for departure in departures]
    product = scatters[0] * scatters[1]
    size = (np.abs(first).max(axis=-1) + np.abs(second).max(axis=-1)) ** 2
    has_shape = (product > 1e-20 * size) & (pairs.shape[-1] > 2)
    crossed = (departures[0] * departures[1]).sum(axis=-1)
    return ProfileDraws(
        d2=((first - second) ** 2).sum(axis=-1),
        elevation=first.mean(axis=-1) - second.mean(axis=-1),
        scatter=scatters[0] - scatters[1],
        correlation=np.where(has_shape, crossed / np.where(has_shape, product, 1.0), np.nan),
    )


def draw_profiles(first: ProfilePeople, second: ProfilePeople, *, seed: int, n_samples: int = 1999) -> ProfileDraws:
    """Draw the people of two profiles again and again, for `compare_profiles`; nothing for fewer than two on a side."""
    scales = _average_both(first, second)[1]
    return _split_distance(_draw_means(first, second, scales, n_samples, seed))


def _average_both(first: ProfilePeople, second: ProfilePeople) -> tuple[Floats, NDArray[np.intp]]:
    """Return both profiles (2, scales), and the scales that both sides have."""
    means = np.array([_average(first.scores), _average(second.scores)])
    return means, np.flatnonzero(np.isfinite(means).all(axis=0))


def _draw_means(
    first: ProfilePeople, second: ProfilePeople, scales: NDArray[np.intp], n_samples: int, seed: int
) -> Floats:
    """Draw people with replacement, those in both sides once for both: profiles (n_samples, 2, k)."""
    sides = (first.scores[:, scales], second.scores[:, scales])
    if min(len(side) for side in sides) < 2 or scales.size == 0:
        return np.empty((0, 2, scales.size))
    linked = sorted(set(first.ids) & set(second.ids))
    rng = np.random.default_rng(seed)
    both = rng.integers(0, max(len(linked), 1), (n_samples, len(linked)))
    drawn = np.empty((n_samples, 2, scales.size))
    for place, (side, ids) in enumerate(zip(sides, (first.ids, second.ids), strict=True)):
        where = {person: row for row, person in enumerate(ids)}
        shared = np.array([where[person] for person in linked], dtype=np.intp)
        alone = np.setdiff1d(np.arange(len(side)), shared)
        rows = alone[rng.integers(0, max(alone.size, 1), (n_samples, alone.size))]
        picked = side[np.hstack([shared[both], rows])]
        present = np.isfinite(picked)
        counts = present.sum(axis=1)
        sums = np.where(present, picked, 0.0).sum(axis=1)
        drawn[:, place] = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return drawn[np.isfinite(drawn).all(axis=(1, 2))]


def _estimate(value: float, samples: Floats, level: float) -> ProfileInterval:
    usable = samples[np.isfinite(samples)]
    if np.isnan(value) or usable.size == 0:
        return ProfileInterval(value, np.nan, np.nan)
    low, high = np.quantile(usable, [(1 - level) / 2, (1 + level) / 2])
    return ProfileInterval(value, float(low), float(high))


def _estimate_distance(d2: float, samples: Floats, k: int, level: float) -> ProfileInterval:
    if samples.size == 0:
        return ProfileInterval(np.nan, np.nan, np.nan)
    chance = float(samples.mean()) - d2
    found = _estimate(d2, samples, level)
    # Twice off the upper end, as its bias asks, would end the interval too low when scales move together.
    ends = (found.value - chance, found.low - 2 * chance, found.high - chance)
    return ProfileInterval(*(float(np.sqrt(max(value, 0.0) / k)) for value in ends))


class Similarity(StrEnum):
    """Whether the data let profiles be called very similar."""

    SUPPORTED = "supported"
    REFUSED = "refused"
    OPEN = "cannot tell"


@dataclass(frozen=True, slots=True)
class SimilarityVerdict:
    """Whether profiles can be called very similar, and the sentence that says so."""

    verdict: Similarity
    answer: Note
    notes: tuple[Note, ...]


def judge_similarity(
    people: Mapping[str, ProfilePeople],
    *,
    seed: int,
    level: float = 0.95,
    drawn: Mapping[tuple[str, str], ProfileDraws] | None = None,
) -> SimilarityVerdict:
    """Say whether the data support, refuse or leave open that all profiles are very similar."""
    names = list(people)
    if len(names) < 2:
        raise ValueError("similarity needs two or more profiles")
    couples = list(combinations(names, 2))
    wider = 1 - (1 - level) / len(couples)
    pairs, lows, notes = [], [], []
    for one, two in couples:
        both = (people[one], people[two])
        samples = drawn[one, two] if drawn else draw_profiles(*both, seed=seed)
        found = compare_profiles(*both, seed=seed, level=level, drawn=samples)
        widened = compare_profiles(*both, seed=seed, level=wider, drawn=samples)
        pairs.append((one, two, found.distance))
        lows.append(widened.distance.low)
        notes += [note("of_two_profiles", first=one, second=two, said=each) for each in found.notes]
    couple = max(pairs, key=lambda pair: np.nan_to_num(pair[2].value, nan=-1.0))
    similarity = Similarity.OPEN
    if any(low > VERY_SIMILAR for low in lows):
        couple, similarity = pairs[int(np.nanargmax(lows))], Similarity.REFUSED
    elif all(distance.high <= VERY_SIMILAR for _, _, distance in pairs):
        similarity = Similarity.SUPPORTED
    example = (couple[0], couple[1], couple[2].value, couple[2].low, couple[2].high)
    said = {"names": tuple(names), "limit": VERY_SIMILAR}
    answers = {
        Similarity.SUPPORTED: note("similarity_supported", **said),
        Similarity.REFUSED: note("similarity_refused", **said, pair=example),
        Similarity.OPEN: note("similarity_open", **said, pair=example),
    }
    return SimilarityVerdict(similarity, answers[similarity], tuple(notes))
