"""Answers and scores summed by team, in one pass over any number of rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sos_score.psychometrics.answer_batches import Group, iterate_batches, number_groups
from sos_score.psychometrics.scale_columns import ScaleColumns
from sos_score.scoring.responses import Responses

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

# What is left of a variance of 0 after sums of scores are subtracted.
_NOISE = 1e-12


@dataclass(frozen=True, slots=True)
class TeamSums:
    """The answers and scores of one team on one scale.

    Attributes
    ----------
    members : int
        People who answered anything of the scale.
    complete : int
        People with an answer to every term that anybody in the team answered.
    variances : ndarray
        Variance between the complete people (divisor n - 1) of each term that anybody answered; NaN for fewer than two.
    deviations : ndarray or None
        Mean absolute deviation of the same terms from their mean; None where the terms are scores.
    scored : int
        People with a score.
    mean, variance : float
        Of the scores, divisor n - 1; NaN for too few.
    """

    members: int
    complete: int
    variances: Floats
    deviations: Floats | None
    scored: int
    mean: float
    variance: float


def sum_teams(
    responses: Responses, scales: Sequence[ScaleColumns], ids: Sequence[str]
) -> dict[tuple[str, Group], TeamSums]:
    """Return the sums of every scale in every team.

    Parameters
    ----------
    responses : Responses
    scales : sequence of ScaleColumns
    ids : sequence of str
        Id columns whose values together name a team; rows where one is blank are left out.

    Returns
    -------
    dict
        (scale, team) to `TeamSums`. Where a term was answered by nobody in a team, the rows are read a second time.
    """
    columns = [name for scale in scales for name in (*scale.columns, scale.plan.column)]
    teams: dict[Group, int] = {}
    tallies = {scale.plan.scale: _Tally(scale) for scale in scales}
    for batch, team in number_groups(_name_teams(responses, ids, columns), ids, teams):
        for scale in scales:
            tally = tallies[scale.plan.scale]
            answers = batch.select(scale.columns).to_numpy()
            tally.count_people(answers, batch[scale.plan.column].to_numpy(), team, len(teams))
            tally.count_complete(answers, team, len(teams))
    if any(tally.lacks_terms for tally in tallies.values()):
        for tally in tallies.values():
            tally.start_again()
        for batch, team in number_groups(_name_teams(responses, ids, columns), ids, teams):
            for scale in scales:
                tallies[scale.plan.scale].count_complete(batch.select(scale.columns).to_numpy(), team, len(teams))
    return {(name, team): tally.read(row) for name, tally in tallies.items() for team, row in teams.items()}


def _name_teams(responses: Responses, ids: Sequence[str], columns: Sequence[str]) -> Iterator[pl.DataFrame]:
    """Yield the rows that name a team."""
    for batch in iterate_batches(responses, ids, columns):
        yield batch.drop_nulls(ids)


class _Tally:
    """What has been added up for one scale; the first axis of each array is the team."""

    def __init__(self, scale: ScaleColumns) -> None:
        k = len(scale.columns)
        self.scale, self.middle = scale, (scale.low + scale.high) / 2
        self.score_middle = (scale.plan.low + scale.plan.high) / 2
        self.members, self.scores, self.answered = np.zeros(0), np.zeros((0, 3)), np.zeros((0, k))
        self.asked = np.ones((0, k), dtype=bool)
        self.start_again()

    def start_again(self) -> None:
        """Forget the complete people, and take as complete who answered what anybody in the team answered."""
        k = len(self.scale.columns)
        self.asked = self.answered > 0
        self.complete, self.powers = np.zeros(0), np.zeros((0, 2, k))
        self.counts = np.zeros((0, k, self.scale.options))

    @property
    def lacks_terms(self) -> bool:
        """Whether a term was answered by nobody in a team that answered others."""
        seen = self.answered > 0
        return bool((seen.any(axis=1) & ~seen.all(axis=1)).any())

    def count_people(self, answers: Floats, score: Floats, team: Codes, teams: int) -> None:
        """Add a batch: who answered anything, each answer, and the scores."""
        known = ~np.isnan(answers)
        self.members = _grow(self.members, teams) + np.bincount(team[known.any(axis=1)], minlength=teams)
        self.answered = _grow(self.answered, teams) + _add_up(known.astype(float), team, teams)
        self.asked = np.ones((teams, answers.shape[1]), dtype=bool)
        has = ~np.isnan(score)
        off = score[has] - self.score_middle
        self.scores = _grow(self.scores, teams) + _add_up(np.column_stack([off**0, off, off**2]), team[has], teams)

    def count_complete(self, answers: Floats, team: Codes, teams: int) -> None:
        """Add a batch: the answers of the people who answered all they were asked."""
        known = ~np.isnan(answers)
        asked = self.asked[team]
        whole = (known | ~asked).all(axis=1) & asked.any(axis=1)
        x, group = answers[whole], team[whole]
        off = np.where(np.isnan(x), 0.0, x - self.middle)
        self.complete = _grow(self.complete, teams) + np.bincount(group, minlength=teams)
        both = np.stack([_add_up(off, group, teams), _add_up(off**2, group, teams)], axis=1)
        self.powers = _grow(self.powers, teams) + both
        options = self.scale.options
        if options:
            self.counts = _grow(self.counts, teams)
            for item, column in enumerate(x.T):
                has = ~np.isnan(column)
                code = (column[has] - self.scale.low[item]).astype(np.int64)
                found = np.bincount(group[has] * options + code, minlength=teams * options)
                self.counts[:, item] += found.reshape(teams, options)

    def read(self, row: int) -> TeamSums:
        """Return the sums of one team."""
        n, asked = int(self.complete[row]), self.answered[row] > 0
        variances = np.full(int(asked.sum()), np.nan)
        deviations = None if self.scale.plan.of_scores else variances
        if n > 1:
            total, squares = self.powers[row][:, asked]
            variances = np.maximum(squares - total**2 / n, 0.0) / (n - 1)
            variances = np.where(variances < _NOISE, 0.0, variances)
            if self.scale.options:
                options = np.arange(self.scale.options)
                shares = self.counts[row][asked] / n
                deviations = (shares * np.abs(options - (shares @ options)[:, None])).sum(axis=1)
        scored, off, squares_off = self.scores[row]
        several = scored > 1
        variance = max(squares_off - off**2 / scored, 0.0) / (scored - 1) if several else np.nan
        return TeamSums(
            members=int(self.members[row]),
            complete=n,
            variances=variances,
            deviations=deviations,
            scored=int(scored),
            mean=self.score_middle + off / scored if scored else np.nan,
            variance=0.0 if variance < _NOISE else float(variance),
        )


def _grow(array: Floats, teams: int) -> Floats:
    """Return the array with rows of 0 for the teams that are new."""
    more = np.zeros((teams - len(array), *array.shape[1:]))
    return np.concatenate([array, more]) if len(more) else array


def _add_up(values: Floats, team: Codes, teams: int) -> Floats:
    return np.column_stack([np.bincount(team, weights=column, minlength=teams) for column in values.T])
