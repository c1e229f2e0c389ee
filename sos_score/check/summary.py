"""What the answers come to: by group, item and person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sos_score.check.answers import Answers
from sos_score.check.finding import Group
from sos_score.check.rules.missing import count_all, count_answered, count_asked
from sos_score.check.rules.straight import list_straight


@dataclass(frozen=True)
class GroupSummary:
    """The rows of one group."""

    group: Group
    rows: int  # rows with anything in them
    complete: int  # rows with an answer to every item
    answered: float  # the share of the answers they were asked for that is there; NaN where there are no items
    straight: int  # rows with a straight line in one of the instruments
    lost: int  # rows that answered something and lack a score on at least one scale


@dataclass(frozen=True)
class ItemSummary:
    """The answers to one item."""

    instrument: str
    item: str
    column: str  # where it was found
    # cells with an answer; with none, or with a known way of not answering, of those asked; with anything else
    answers: int
    missing: int
    not_allowed: int
    mean: float  # of the codes, not reversed; NaN without answers
    # the lowest and the highest code that was given; NaN without answers
    lowest: float
    highest: float


@dataclass(frozen=True)
class PeopleSummary:
    """How much of one instrument people answered."""

    instrument: str
    # rows with every item answered, with half of them or more, with less than half, and with none
    everything: int
    half: int
    less: int
    nothing: int


def summarise_groups(answers: Answers) -> list[GroupSummary]:
    """Return each group's rows, how complete they are, and what is lost."""
    straight = np.zeros(answers.frame.height, dtype=bool)
    for each in answers.instruments:
        straight |= list_straight(answers, each)
    size = np.zeros(answers.frame.height, dtype=np.int64)
    for each in answers.instruments:
        size += count_asked(answers, each)
    cells = count_all(answers)
    complete, lost = (cells == size) & (size > 0), (cells > 0) & ~_have_all_scores(answers)
    found = []
    for group, rows in answers.places():
        asked = int(size[rows].sum())
        share = float(cells[rows].sum()) / asked if asked else np.nan
        figures = [int(each[rows].sum()) for each in (complete, straight, lost)]
        found.append(GroupSummary(group, len(rows), figures[0], share, *figures[1:]))
    return found


def _have_all_scores(answers: Answers) -> NDArray[np.bool_]:
    every = np.ones(answers.frame.height, dtype=bool)
    for plan in answers.plans.values():
        for scale in plan.scales:
            every &= answers.frame[scale.column].fill_null(value=False).to_numpy()
    return every


def summarise_items(answers: Answers) -> list[ItemSummary]:
    """Return the answers to each item of each instrument, in order."""
    not_allowed: Counter[str] = Counter()
    columns: dict[str, str] = {}
    for file in answers.files:
        columns = file.scorer.columns.items | columns
        for each in file.distinct:
            if not file.scorer.keys[each.item].read(each.text).is_allowed:
                not_allowed[each.item] += each.count
    found = []
    for instrument in answers.instruments:
        items = answers.items(instrument)
        codes, asked = answers.codes(items), answers.asked(instrument)
        for place, item in enumerate(items):
            known = codes[~np.isnan(codes[:, place]), place]
            figures = [float(each(known)) if len(known) else np.nan for each in (np.mean, np.min, np.max)]
            missing = int(asked[:, place].sum()) - len(known) - not_allowed[item]
            found.append(
                ItemSummary(instrument.id, item, columns[item], len(known), missing, not_allowed[item], *figures)
            )
    return found


def summarise_people(answers: Answers) -> list[PeopleSummary]:
    """Return how much of each instrument people answered."""
    found = []
    for instrument in answers.instruments:
        counts, size = count_answered(answers, instrument), count_asked(answers, instrument)
        everything, nothing = (counts == size) & (counts > 0), counts == 0
        half = ~everything & ~nothing & (2 * counts >= size)
        less = ~half & ~nothing & ~everything
        figures = [int(each.sum()) for each in (everything, half, less, nothing)]
        found.append(PeopleSummary(instrument.id, *figures))
    return found
