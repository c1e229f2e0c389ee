"""Can profiles be called very similar: a statement that the data may support, refuse or leave open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np

from sos_score.notes import Note, note
from sos_score.statistics.profiles import ProfileDraws, ProfilePeople, compare_profiles, draw_profiles

VERY_SIMILAR = 3.0
"""Profiles are called very similar when they differ by at most so many points a scale (root mean square).

0.3 standard deviations of T scores. The project's own rule; no published limit exists."""


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
