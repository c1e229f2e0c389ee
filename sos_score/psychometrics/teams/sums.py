"""Answers and scores summed by team, in one pass over any number of rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sos_score.psychometrics.batches import Group, Known, Values, number_groups, read_batches, read_terms
from sos_score.psychometrics.columns import ScaleColumns
from sos_score.scoring.files import BatchSink
from sos_score.scoring.responses import Responses
from sos_score.statistics.arrays import Floats

if TYPE_CHECKING:
    import polars as pl

Codes = NDArray[np.int64]

_SITE = "site"
# What is left of a variance of 0 after sums of scores are subtracted.
_NOISE = 1e-12


@dataclass(frozen=True, slots=True)
class TeamSums:
    """The answers and scores of one team on one scale."""

    members: int  # people who answered anything of the scale
    complete: int  # people with an answer to every term that anybody in the team answered
    # variance between the complete people (divisor n - 1) of each term that anybody answered; NaN for fewer than two
    variances: Floats
    # mean absolute deviation of the same terms from their mean; None where the terms are scores
    deviations: Floats | None
    scored: int  # people with a score
    # of the scores, divisor n - 1; NaN for too few
    mean: float
    variance: float


def sum_teams(
    responses: Responses, scales: Sequence[ScaleColumns], ids: Sequence[str]
) -> tuple[dict[tuple[str, Group], TeamSums], list[Group]]:
    """Return the sums of every scale in every team, and the teams that are at several sites, where that is known."""
    columns = [name for scale in scales for name in (*scale.columns, scale.plan.column)]
    reading = _Reading(scales, ids)
    site = [_SITE] if _SITE in responses.ids and _SITE not in ids else []
    read_batches(responses, [*ids, *site], columns, reading)
    if any(tally.lacks_terms for tally in reading.tallies):
        reading.is_second = True
        for tally in reading.tallies:
            tally.start_again()
        read_batches(responses, ids, columns, reading)
    sums = {
        (tally.scale.plan.scale, team): tally.read(row)
        for tally in reading.tallies
        for team, row in reading.teams.items()
    }
    return sums, [team for team, sites in reading.sites.items() if len(sites) > 1]


class _Reading:
    """What has been added up so far."""

    def __init__(self, scales: Sequence[ScaleColumns], ids: Sequence[str]) -> None:
        self.ids, self.is_second = ids, False
        self.teams: dict[Group, int] = {}
        self.sites: dict[Group, set[str]] = {}
        self.tallies = [_Tally(scale) for scale in scales]

    @contextmanager
    def open_sink(self) -> Iterator[BatchSink]:
        """Take rows; what has been taken is forgotten where an error ends the part."""
        before = deepcopy((self.teams, self.sites, self.tallies))
        try:
            yield self._take
        except BaseException:
            self.teams, self.sites, self.tallies = before
            raise

    def start_part(self) -> _Reading:
        """Return the same with nothing added up yet; the second time it knows what each team was asked."""
        part = _Reading([tally.scale for tally in self.tallies], self.ids)
        if self.is_second:
            part.is_second, part.teams, part.tallies = True, dict(self.teams), deepcopy(self.tallies)
            for tally in part.tallies:
                tally.start_again()
        return part

    def add(self, part: _Reading) -> None:
        """Add what was added up of a part."""
        for team in part.teams:
            self.teams.setdefault(team, len(self.teams))
        for team, sites in part.sites.items():
            self.sites.setdefault(team, set()).update(sites)
        places = np.array([self.teams[team] for team in part.teams], dtype=np.int64)
        for tally, other in zip(self.tallies, part.tallies, strict=True):
            tally.add(other, places, len(self.teams), has_people=not self.is_second)

    def _take(self, batch: pl.DataFrame) -> None:
        """Add up the rows of a batch that name a team."""
        batch = batch.drop_nulls(self.ids)
        if not batch.height:
            return
        team = number_groups(batch, self.ids, self.teams)
        if _SITE in batch.columns and _SITE not in self.ids:
            for *name, site in batch.select(*self.ids, _SITE).unique().drop_nulls(_SITE).iter_rows():
                self.sites.setdefault(tuple(name), set()).add(site)
        for tally in self.tallies:
            x, known = read_terms(batch, tally.scale.columns)
            if not self.is_second:
                score = batch[tally.scale.plan.column].to_numpy()
                tally.count_people(known, score, team, len(self.teams))
            tally.count_complete(x, known, team, len(self.teams))


class _Tally:
    """What has been added up for one scale; the first axis of each array is the team."""

    def __init__(self, scale: ScaleColumns) -> None:
        k = len(scale.columns)
        self.scale, self.middle = scale, (scale.low + scale.high) / 2
        self.score_middle = (scale.plan.low + scale.plan.high) / 2
        self.members, self.scores, self.answered = np.zeros(0), np.zeros((0, 3)), np.zeros((0, k))
        # The different answers that each term can have, where they are whole numbers.
        options = [term.options for term in scale.plan.terms]
        self.options = options if all(options) else []
        self.asked = np.ones((0, k), dtype=bool)
        self.start_again()

    def start_again(self) -> None:
        """Forget the complete people, and take as complete who answered what anybody in the team answered."""
        k = len(self.scale.columns)
        self.asked = self.answered > 0
        self.complete, self.powers = np.zeros(0), np.zeros((0, 2, k))
        self.counts = [np.zeros((0, options)) for options in self.options]

    @property
    def lacks_terms(self) -> bool:
        """Whether a term was answered by nobody in a team that answered others."""
        seen = self.answered > 0
        return bool((seen.any(axis=1) & ~seen.all(axis=1)).any())

    def count_people(self, known: Known, score: Floats, team: Codes, teams: int) -> None:
        """Add a batch: who answered anything, each answer, and the scores."""
        self.members = _grow(self.members, teams) + np.bincount(team[known.any(axis=0)], minlength=teams)
        # What is missing is little as a rule, and quicker to count.
        missing = [np.bincount(team[np.flatnonzero(term)], minlength=teams) for term in ~known]
        self.answered = _grow(self.answered, teams) + (np.bincount(team, minlength=teams) - np.array(missing)).T
        self.asked = np.ones((teams, len(known)), dtype=bool)
        has = ~np.isnan(score)
        off = score[has] - self.score_middle
        self.scores = _grow(self.scores, teams) + _add_up(np.stack([off**0, off, off**2]), team[has], teams)

    def count_complete(self, x: Values, known: Known, team: Codes, teams: int) -> None:
        """Add a batch: the answers of the people who answered all they were asked."""
        asked = self.asked.T[:, team] if not self.asked.all() else np.True_
        whole = np.flatnonzero((known | ~asked).all(axis=0) & np.any(asked, axis=0))
        x, known, group = x.take(whole, axis=1), known.take(whole, axis=1), team[whole]
        self.complete = _grow(self.complete, teams) + np.bincount(group, minlength=teams)
        if not self.options:
            off = np.where(known, x - self.middle[:, None], 0.0)
            both = np.stack([_add_up(off, group, teams), _add_up(off**2, group, teams)], axis=1)
            self.powers = _grow(self.powers, teams) + both
        for term, options in enumerate(self.options):
            has = slice(None) if known[term].all() else known[term]
            code = group[has] * options - int(self.scale.low[term]) + x[term, has]
            found = np.bincount(code, minlength=teams * options).reshape(teams, options)
            self.counts[term] = _grow(self.counts[term], teams) + found

    def add(self, other: _Tally, places: Codes, teams: int, *, has_people: bool) -> None:
        """Add what another has added up, whose teams are numbered so here."""

        def join(mine: Floats, theirs: Floats) -> Floats:
            both = _grow(mine, teams).copy()
            both[places[: len(theirs)]] += theirs
            return both

        if has_people:
            self.members, self.scores = join(self.members, other.members), join(self.scores, other.scores)
            self.answered = join(self.answered, other.answered)
        self.complete, self.powers = join(self.complete, other.complete), join(self.powers, other.powers)
        self.counts = [join(mine, theirs) for mine, theirs in zip(self.counts, other.counts, strict=True)]

    def read(self, row: int) -> TeamSums:
        """Return the sums of one team."""
        n, asked = int(self.complete[row]), self.answered[row] > 0
        variances = np.full(int(asked.sum()), np.nan)
        deviations = None if self.scale.plan.of_scores else variances
        if n > 1:
            total, squares = self._add_powers(row)[:, asked]
            variances = np.maximum(squares - total**2 / n, 0.0) / (n - 1)
            variances = np.where(variances < _NOISE, 0.0, variances)
            if self.scale.options:
                options = np.arange(self.scale.options)
                shares = np.stack([counts[row] for counts in self.counts])[asked] / n
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

    def _add_powers(self, row: int) -> Floats:
        """Return the sums of the answers to each term, and of their squares, off the middle of its range."""
        if not self.options:
            powers: Floats = self.powers[row]
            return powers
        off = [np.arange(options) - (options - 1) / 2 for options in self.options]
        both = list(zip(self.counts, off, strict=True))
        return np.array([[counts[row] @ each**power for counts, each in both] for power in (1, 2)])


def _grow(array: Floats, teams: int) -> Floats:
    """Return the array with rows of 0 for the teams that are new."""
    more = np.zeros((teams - len(array), *array.shape[1:]))
    return np.concatenate([array, more]) if len(more) else array


def _add_up(values: Floats, team: Codes, teams: int) -> Floats:
    return np.stack([np.bincount(team, weights=term, minlength=teams) for term in values], axis=1)
