"""Items that run against their scale, everywhere or at some sites or waves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sos_score.check.answers import Answers
from sos_score.check.finding import Finding, Group, Place, make_finding
from sos_score.psychometrics.internal_consistency.key_places import list_suspects

MOST_ROWS = 50_000
"""More rows say nothing new of a key: of larger files as many are drawn at random, the same each time."""


def find_against(answers: Answers) -> Iterator[Finding]:
    """Yield each item that runs against its scale, at the widest place of which that can be said.

    An item of several scales is named with the smallest of them. Places are made by the first two columns of groups.
    """
    drawn = _draw_rows(answers.frame.height)
    first, second = (_read_places(answers, place)[drawn] for place in (0, 1))
    scales = [scale for plan in answers.plans.values() for scale in plan.scales]
    for scale, item, each in list_suspects(scales, lambda items: answers.counted(items)[drawn], first, second):
        places = zip(answers.by, (each.site, each.wave), strict=False)
        group: Group = tuple((name, value) for name, value in places if value)
        place = Place(item, group=group, count=each.n, of=answers.frame.height)
        yield make_finding("keys", "warning", "item_against", place, scale=scale.scale)


def _draw_rows(height: int) -> NDArray[np.int64]:
    """Return the rows to look at, all of them in files that are not very large."""
    if height <= MOST_ROWS:
        return np.arange(height)
    return np.sort(np.random.default_rng(1).choice(height, MOST_ROWS, replace=False))


def _read_places(answers: Answers, place: int) -> NDArray[np.str_]:
    """Return the value of a column of groups in each row, empty where unknown."""
    column = answers.by[place] if place < len(answers.by) else None
    if column is None:
        return np.full(answers.frame.height, "", dtype=str)
    return answers.frame[column].fill_null("").to_numpy().astype(str)
