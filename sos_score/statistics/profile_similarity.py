"""Can profiles be called very similar: a statement that the data may support, refuse or leave open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from sos_score.statistics.profiles import Estimate, ProfileDraws, ProfilePeople, compare_profiles, draw_profiles

VERY_SIMILAR = 3.0
"""Profiles are called very similar when they differ by at most so many points a scale (root mean square).

0.3 standard deviations of T scores. The project's own rule; no published limit exists."""


@dataclass(frozen=True, slots=True)
class SimilarityVerdict:
    """Whether profiles can be called very similar.

    Attributes
    ----------
    verdict : str
        "supported", "refused" or "cannot tell".
    limit : float
        Points a scale.
    sentence : str
    pairs : tuple of (str, str, Estimate)
        The distance of each two profiles, in points a scale, with its interval.
    notes : tuple of str
    """

    verdict: str
    limit: float
    sentence: str
    pairs: tuple[tuple[str, str, Estimate], ...]
    notes: tuple[str, ...]


def judge_similarity(
    people: Mapping[str, ProfilePeople],
    *,
    seed: int,
    limit: float = VERY_SIMILAR,
    confidence: float = 0.95,
    drawn: Mapping[tuple[str, str], ProfileDraws] | None = None,
) -> SimilarityVerdict:
    """Say whether the data support, refuse or leave open that all profiles are very similar.

    Parameters
    ----------
    people : mapping of str to ProfilePeople
        Two or more profiles by name.
    seed : int
    limit : float
        Largest distance, in points a scale, that counts as very similar.
    confidence : float
    drawn : mapping, optional
        Two names to their `draw_profiles`, where they are there already.

    Returns
    -------
    SimilarityVerdict
        Supported when the interval of every pair ends below the limit; refused when that of some pair,
        widened for the number of pairs (Bonferroni), begins above it; otherwise the data cannot tell.
    """
    names = list(people)
    if len(names) < 2:
        raise ValueError("similarity needs two or more profiles")
    couples = list(combinations(names, 2))
    wider = 1 - (1 - confidence) / len(couples)
    pairs, lows, notes = [], [], []
    for one, two in couples:
        both = (people[one], people[two])
        samples = drawn[one, two] if drawn else draw_profiles(*both, seed=seed)
        found = compare_profiles(*both, seed=seed, confidence=confidence, drawn=samples)
        widened = compare_profiles(*both, seed=seed, confidence=wider, drawn=samples)
        pairs.append((one, two, found.distance))
        lows.append(widened.distance.low)
        notes += [f"{one} and {two}: {note}" for note in found.notes]
    listed = f"{', '.join(names[:-1])} and {names[-1]}"
    rule = f"{limit:g} points a scale"
    farthest = max(pairs, key=lambda pair: np.nan_to_num(pair[2].value, nan=-1.0))
    example = f"{farthest[0]} and {farthest[1]} differ by {_say(farthest[2])} points a scale"
    if any(low > limit for low in lows):
        apart = pairs[int(np.nanargmax(lows))]
        example = f"{apart[0]} and {apart[1]} differ by {_say(apart[2])} points a scale"
        verdict, sentence = (
            "refused",
            f"{listed} did not have very similar profiles: {example}, more than {rule}.",
        )
    elif all(distance.high <= limit for _, _, distance in pairs):
        verdict, sentence = (
            "supported",
            f"{listed} had very similar profiles: no two differ by more than {rule}.",
        )
    else:
        verdict = "cannot tell"
        sentence = f"The data cannot tell whether {listed} had very similar profiles (within {rule}): {example}."
    return SimilarityVerdict(verdict, limit, sentence, tuple(pairs), tuple(notes))


def _say(distance: Estimate) -> str:
    if np.isnan(distance.value):
        return "an unknown number of"
    return f"{distance.value:.1f} [{distance.low:.1f} to {distance.high:.1f}]"
