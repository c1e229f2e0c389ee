"""How much of the differences between people are differences between their teams: ICC(1) and ICC(2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sos_score.notes import Note, note
from sos_score.statistics.estimate import CONFIDENCE

FEW_TEAMS = 10
"""Teams below which the intervals are so wide that ICCs say next to nothing."""

# A mean square this small beside the size of the answers is rounding noise.
_NOISE = 1e-24


@dataclass(frozen=True, slots=True)
class TeamIcc:
    """Intraclass correlations of teams from a one-way analysis of variance."""

    # teams and people with a value
    teams: int
    n: int
    # plain mean team size, and the size that stands for unequal teams in the analysis of variance
    mean_size: float
    n0: float
    # the analysis of variance
    ms_between: float
    ms_within: float
    f: float
    df1: int
    df2: int
    p: float
    # share of the variance that lies between teams, for the mean team size
    icc1: float
    icc1_low: float
    icc1_high: float
    # reliability of the team means; 0 where 1 - 1 / F is below it
    icc2: float
    icc2_low: float
    icc2_high: float
    icc1_n0: float  # ICC(1) for n0 instead of the mean team size; the same when teams are equal
    notes: tuple[Note, ...]  # what could not be computed, and what to beware of


def team_icc(values: ArrayLike, teams: ArrayLike) -> TeamIcc:
    """Return ICC(1) and ICC(2) from one value a person.

    Examples
    --------
    >>> r = team_icc([1, 2, 3, 4, 6, 5], ["a", "a", "b", "b", "c", "c"])
    >>> round(r.icc1, 3), round(r.icc2, 3), round(r.p, 3)
    (0.882, 0.938, 0.025)
    """
    x = np.asarray(values, dtype=float)
    known = ~np.isnan(x)
    x = x[known]
    _, team = np.unique(np.asarray(teams)[known], return_inverse=True)
    counts = np.bincount(team)
    means = np.bincount(team, weights=x) / counts
    squares = np.bincount(team, weights=(x - means[team]) ** 2)
    return team_icc_from_moments(counts, means, squares / np.maximum(counts - 1, 1))


def team_icc_from_moments(counts: ArrayLike, means: ArrayLike, variances: ArrayLike) -> TeamIcc:
    """Return ICC(1) and ICC(2) from the size, mean and variance of each team.

    Examples
    --------
    >>> r = team_icc_from_moments([2, 2, 2], [1.5, 3.5, 5.5], [0.5, 0.5, 0.5])
    >>> round(r.icc1, 3), round(r.icc1_low, 3), round(r.icc1_high, 3)
    (0.882, -0.001, 0.997)
    """
    size, mean, variance = (np.asarray(a, dtype=float) for a in (counts, means, variances))
    some = size > 0
    size, mean, variance = size[some], mean[some], np.where(size[some] > 1, variance[some], 0.0)
    teams, n = len(size), int(size.sum())
    if teams < 2 or n == teams:
        return _nothing(teams, n, note("team_icc_too_few" if teams < 2 else "team_icc_only_ones"))
    df1, df2 = teams - 1, n - teams
    between = float(np.dot(size, (mean - np.dot(size, mean) / n) ** 2) / df1)
    within = float(np.dot(size - 1, variance) / df2)
    k, n0 = n / teams, float((n - np.dot(size, size) / n) / df1)
    noise = _NOISE * max(float((mean**2).max()), 1.0)
    within = 0.0 if within <= noise else within
    between = 0.0 if between <= max(noise, 1e-14 * within) else between
    f, p, low, high = _f_test(between, within, df1, df2)
    return TeamIcc(
        teams=teams,
        n=n,
        mean_size=k,
        n0=n0,
        ms_between=between,
        ms_within=within,
        f=f,
        df1=df1,
        df2=df2,
        p=p,
        icc1=_icc1(f, k),
        icc1_low=_icc1(low, k),
        icc1_high=_icc1(high, k),
        icc2=_icc2(f),
        icc2_low=_icc2(low),
        icc2_high=_icc2(high),
        icc1_n0=_icc1(f, n0),
        notes=_notes(teams, between, within),
    )


def find_icc_interval(f: float, k: int, teams: int) -> tuple[float, float]:
    """Return the interval of ICC(1) where F of so many teams of k people has come out as f.

    Examples
    --------
    >>> [round(end, 3) for end in find_icc_interval(16.0, 2, 3)]
    [-0.001, 0.997]
    """
    _, _, low, high = _f_test(f, 1.0, teams - 1, teams * (k - 1))
    return _icc1(low, k), _icc1(high, k)


def _notes(teams: int, between: float, within: float) -> tuple[Note, ...]:
    notes = []
    if teams < FEW_TEAMS:
        notes.append(note("team_icc_few_teams", n=teams))
    if between == 0:
        notes.append(note("team_icc_means_equal"))
    elif within == 0:
        notes.append(note("team_icc_perfect"))
    elif between < within:
        notes.append(note("team_icc_negative"))
    return tuple(notes)


def _f_test(between: float, within: float, df1: int, df2: int) -> tuple[float, float, float, float]:
    """Return F, its p, and the ends of the interval of the ratio of expected mean squares."""
    from scipy.special import fdtrc, fdtri

    if within == 0:
        f = np.nan if between == 0 else np.inf
        return f, 0.0 if between > 0 else np.nan, f, f
    f = between / within
    tail = (1 + CONFIDENCE) / 2
    low = f / float(fdtri(df1, df2, tail))
    high = f * float(fdtri(df2, df1, tail))
    return f, float(fdtrc(df1, df2, f)), low, high


def _icc1(f: float, k: float) -> float:
    if f == 0:
        return np.nan
    return 1.0 if np.isinf(f) else (f - 1) / (f + k - 1)


def _icc2(f: float) -> float:
    """Return the reliability of the team means, 0 where they differ less than chance would make them."""
    return np.nan if f == 0 or np.isnan(f) else max(0.0, 1 - 1 / f)


def _nothing(teams: int, n: int, why: Note) -> TeamIcc:
    k = n / teams if teams else np.nan
    nan = np.nan
    unknown = (nan, nan, nan, nan, nan, nan, nan)
    return TeamIcc(teams, n, k, nan, nan, nan, nan, max(teams - 1, 0), n - teams, nan, *unknown, (why,))
