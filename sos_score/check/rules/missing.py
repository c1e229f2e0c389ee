"""What is missing: by item, by person, and the scores that are lost for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sos_score.check.answers import Answers
from sos_score.check.finding import Finding, Place, make_finding
from sos_score.definition.instrument.instrument import Instrument

MANY = 0.2
"""The share of missing answers, or of lost scores, that is worth a line: our own rule of thumb."""


@dataclass(frozen=True)
class LostScores:
    """One scale, and how many people have no score on it."""

    instrument: str
    scale: str
    # how many terms it has, and how many must be answered
    items: int
    needed: int
    # people who answered any item of the instrument, with a score on the scale and without
    scored: int
    lost: int


def list_lost_scores(answers: Answers) -> list[LostScores]:
    """Return each scale with how many people have a score on it, and how many lost it to the missing rule."""
    found = []
    for instrument in answers.instruments:
        plan = answers.plans.get(instrument.id)
        began = count_answered(answers, instrument) > 0
        for scale in plan.scales if plan else ():
            scored = int(answers.frame[scale.column].fill_null(value=False).to_numpy()[began].sum())
            lost = int(began.sum()) - scored
            found.append(LostScores(instrument.id, scale.scale, len(scale.terms), scale.needed, scored, lost))
    return found


def count_answered(answers: Answers, instrument: Instrument) -> NDArray[np.int64]:
    """Return how many items of an instrument each row answers."""
    counts: NDArray[np.int64] = (~np.isnan(answers.codes(answers.items(instrument)))).sum(axis=1)
    return counts


def count_asked(answers: Answers, instrument: Instrument) -> NDArray[np.int64]:
    """Return how many items of an instrument each row was asked."""
    counts: NDArray[np.int64] = answers.asked(instrument).sum(axis=1)
    return counts


def count_all(answers: Answers) -> NDArray[np.int64]:
    """Return how many items of all instruments together each row answers."""
    counts = np.zeros(answers.frame.height, dtype=np.int64)
    for each in answers.instruments:
        counts += count_answered(answers, each)
    return counts


def find_missing_items(answers: Answers) -> Iterator[Finding]:
    """Yield the items that nobody answered, and those that many left out who answered others."""
    for instrument in answers.instruments:
        items = answers.items(instrument)
        known = ~np.isnan(answers.codes(items))
        began = known.any(axis=1)
        if not began.any():
            continue
        asked = answers.asked(instrument)[began]
        # Not asked is not missing; of an item that nobody was asked nothing is said.
        shares = (asked & ~known[began]).sum(axis=0) / np.maximum(asked.sum(axis=0), 1)
        people = int(began.sum())
        for item in (item for item, share in zip(items, shares, strict=True) if share == 1):
            yield make_finding("missing", "warning", "item_unanswered", Place(item, count=people, of=people))
        many = {item: float(share) for item, share in zip(items, shares, strict=True) if MANY < share < 1}
        if many:
            listed = tuple(sorted(many.items(), key=lambda each: -each[1]))
            place = Place(instrument.id, count=len(many), of=len(items))
            yield make_finding("missing", "note", "items_often_missing", place, share=MANY, items=listed)


def find_missing_people(answers: Answers) -> Iterator[Finding]:
    """Yield, for each instrument, how many answered none of it, and how many less than half."""
    for instrument in answers.instruments:
        counts = count_answered(answers, instrument)
        none = int((counts == 0).sum())
        few = int(((counts > 0) & (2 * counts < count_asked(answers, instrument))).sum())
        for code, found in (("people_silent", none), ("people_partial", few)):
            if found:
                yield make_finding("missing", "note", code, Place(instrument.id, count=found, of=len(counts)))


def find_lost_scores(answers: Answers) -> Iterator[Finding]:
    """Yield the scales on which many people who answered have no score."""
    for each in list_lost_scores(answers):
        people = each.scored + each.lost
        if each.lost > MANY * people:
            place = Place(each.scale, count=each.lost, of=people)
            yield make_finding("missing", "warning", "scores_lost", place, needed=each.needed, items=each.items)
