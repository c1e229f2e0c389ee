"""Reliability within teams: from how colleagues differ from each other, differences between teams left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sos_score.psychometrics.batches import Group, read_batches
from sos_score.psychometrics.columns import ScaleColumns
from sos_score.psychometrics.moments import Missing, Moments, PairSums, complete_rows
from sos_score.psychometrics.sums import AnswerSums, Reading
from sos_score.scoring.responses import Responses
from sos_score.statistics.arrays import Floats


@dataclass(frozen=True, slots=True)
class WithinTeams:
    """The answers to a scale as they differ within teams."""

    teams: int  # with any row that is used
    # the pooled within covariance; `complete` is the rows less the teams, plus one: its degrees of freedom plus one
    moments: Moments


def centre_teams(matrix: Floats, teams: NDArray[np.str_]) -> Floats:
    """Return the complete rows less the means of their team: alpha and omega of these are those within teams."""
    whole = complete_rows(matrix)
    x, team = matrix[whole], teams[whole]
    centred = x.copy()
    for name in np.unique(team):
        centred[team == name] -= x[team == name].mean(axis=0)
    return centred


class _Masks(dict[tuple[str, Group], set[bytes]]):
    """Which terms a complete row of a team must have: those asked in the team's group, and in all rows."""

    def __init__(self, sums: Mapping[tuple[str, Group], AnswerSums]) -> None:
        super().__init__()
        self.asked = {place: find_asked(each) for place, each in sums.items()}

    def __missing__(self, place: tuple[str, Group]) -> set[bytes]:
        name, group = place
        self[place] = {self.asked[name, ()], self.asked[name, group[:-1]]}
        return self[place]


def find_asked(sums: AnswerSums) -> bytes:
    """Return which terms anybody in a group answered; all of them where nobody answered one."""
    asked = sums.answered > 0
    return (asked if asked.any() else ~asked).tobytes()


def read_within(
    responses: Responses,
    scales: Sequence[ScaleColumns],
    by: Sequence[str],
    team: str,
    *,
    missing: Missing,
    sums: Mapping[tuple[str, Group], AnswerSums],
) -> dict[tuple[str, Group], WithinTeams]:
    """Return, for every scale and group, how answers differ within teams; rows without a team are left out.

    `sums` are those of the groups: they say which terms were asked there.
    """
    reading = Reading(scales, [*by, team], missing, has_tables=False)
    masks = _Masks(sums) if missing == "listwise" else None
    if masks is not None:
        reading.masks = masks
    read_batches(responses, [*by, team], [name for scale in scales for name in scale.columns], reading)
    parts: dict[tuple[str, Group], list[AnswerSums]] = defaultdict(list)
    for (name, group, mask), each in reading.sums.items():
        if group[-1] is None:
            continue
        for whole in {(), group[:-1]}:
            if masks is None or mask == masks.asked[name, whole]:
                parts[name, whole].append(each)
    plans = {scale.plan.scale: scale for scale in scales}
    return {place: _pool(plans[place[0]], each, missing) for place, each in parts.items()}


def _pool(scale: ScaleColumns, teams: Sequence[AnswerSums], missing: Missing) -> WithinTeams:
    """Return the covariance of the terms within teams, under the scale's key."""
    squares, products, degrees = (sum(each) for each in zip(*(_centre(one.pairs) for one in teams), strict=True))
    turned = np.outer(scale.factors, scale.factors)
    known = degrees > 0
    divisor = np.where(known, degrees, 1.0)
    covariance = np.where(known, products * turned / divisor, np.nan)
    squares = squares * scale.weights[:, None] ** 2
    spread = squares * squares.T
    varies = known & (spread > 0)
    correlation = np.where(varies, products * turned / np.sqrt(np.where(varies, spread, 1.0)), np.nan)
    used = [one for one in teams if one.pairs.counts.any()]
    answered = np.sum([one.answered for one in teams], axis=0)
    counts = np.where(np.outer(answered > 0, answered > 0), degrees + 1, 0).astype(np.int64)
    complete = int(sum(one.complete for one in teams)) - sum(one.complete > 0 for one in teams) + 1
    unknown = np.full(len(answered), np.nan)
    within = Moments(
        missing, sum(one.rows for one in teams), complete, np.diag(counts).copy(), unknown, counts,
        np.where(counts > 0, covariance, np.nan), np.clip(correlation, -1.0, 1.0),
    )  # fmt: skip
    return WithinTeams(len(used), within)


def _centre(pairs: PairSums) -> tuple[Floats, Floats, Floats]:
    """Return the squares and products about a team's means, and their degrees of freedom, pair by pair."""
    divisor = np.maximum(pairs.counts, 1.0)
    squares = pairs.squares - pairs.sums**2 / divisor
    squares = np.where(squares <= 1e-13 * np.maximum(pairs.squares, 1.0), 0.0, squares)
    products = pairs.cross_products - pairs.sums * pairs.sums.T / divisor
    np.fill_diagonal(products, np.diag(squares))
    return squares, products, np.maximum(pairs.counts - 1, 0.0)
