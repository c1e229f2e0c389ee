"""Whether the members of a team answer alike enough for the team's mean to stand for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sos_score.notes import Note, note
from sos_score.psychometrics.moments import complete_rows

# Shares of the answers 1 to 5 of people who do not agree but lean to one side (LeBreton & Senter 2008).
_SLIGHT_FIVE = (0.05, 0.15, 0.20, 0.35, 0.25)
_MODERATE_FIVE = (0.00, 0.10, 0.15, 0.40, 0.35)

# Variances (slight, moderate) that LeBreton & Senter (2008) publish for other numbers of options.
_SKEWED_VARIANCES = {
    6: (1.85, 1.26),
    7: (2.90, 2.14),
    8: (3.47, 2.79),
    9: (5.66, 4.73),
    10: (6.30, 5.09),
    11: (7.31, 6.32),
}


@dataclass(frozen=True, slots=True)
class NullVariances:
    """Variance of an item when nobody agrees, under three ideas of what people then answer."""

    uniform: float  # every response option is as likely as another
    # answers lean slightly or moderately to one side; NaN where no such distribution is published
    slight: float
    moderate: float


@dataclass(frozen=True, slots=True)
class TeamAgreement:
    """How far the members of one team agree."""

    members: int  # members who answered anything
    n: int  # members with complete answers; the others are left out
    items: int  # items used; one that nobody in the team answered is left out
    mean_variance: float  # mean of the item variances between members (divisor n - 1), in squared answer points
    # rwg(j), or rwg for a single item, against the three null variances; between 0 and 1
    rwg: float
    rwg_slight: float
    rwg_moderate: float
    # Lindell's r*wg(j) against the uniform null, not cut: negative when members differ more than by chance
    r_star: float
    ad_m: float  # mean absolute deviation from the item means, in answer points
    ad_cutoff: float  # number of options / 6; a deviation up to it counts as agreement
    notes: tuple[Note, ...]  # what could not be computed


def null_variances(options: int) -> NullVariances:
    """Return the variance of an item when nobody agrees.

    Examples
    --------
    >>> v = null_variances(5)
    >>> v.uniform, round(v.slight, 2), round(v.moderate, 2)
    (2.0, 1.34, 0.9)
    """
    if options < 2:
        raise ValueError("an item needs at least two response options")
    uniform = (options**2 - 1) / 12
    if options == 5:
        return NullVariances(uniform, _variance(_SLIGHT_FIVE), _variance(_MODERATE_FIVE))
    return NullVariances(uniform, *_SKEWED_VARIANCES.get(options, (np.nan, np.nan)))


def team_agreement(matrix: ArrayLike, options: int) -> TeamAgreement:
    """Return the agreement of one team from its members' answers.

    Examples
    --------
    >>> t = team_agreement([[3, 2], [4, 4], [3, 3]], options=5)
    >>> round(t.rwg, 3), round(t.r_star, 3), round(t.ad_m, 3)
    (0.8, 0.667, 0.556)
    """
    x = np.asarray(matrix, dtype=float)
    if x.ndim != 2:
        raise ValueError("answers must be a matrix of members by items")
    members = int((~np.isnan(x)).any(axis=1).sum())
    x = x[complete_rows(x)]
    x = x[:, ~np.isnan(x).any(axis=0)]
    n = len(x)
    if n < 2:
        unknown = np.full(x.shape[1], np.nan)
        return agreement_from_moments(n, unknown, options, members=members)
    deviations = np.abs(x - x.mean(axis=0)).mean(axis=0)
    return agreement_from_moments(n, x.var(axis=0, ddof=1), options, deviations=deviations, members=members)


def agreement_from_moments(
    n: int,
    variances: ArrayLike,
    options: int,
    *,
    deviations: ArrayLike | None = None,
    members: int | None = None,
) -> TeamAgreement:
    """Return the agreement of one team from the item variances between its members.

    Examples
    --------
    >>> round(agreement_from_moments(4, [0.5, 0.7], options=5).rwg, 3)
    0.824
    """
    null = null_variances(options)
    spread = np.asarray(variances, dtype=float)
    k, notes = len(spread), []
    known = n >= 2 and k > 0
    mean_variance = float(spread.mean()) if known else np.nan
    if not known:
        notes.append(note("agreement_nobody" if n == 0 else "agreement_one_member"))
    elif np.isnan(null.slight):
        notes.append(note("agreement_no_skewed_null", options=options))
    return TeamAgreement(
        members=n if members is None else members,
        n=n,
        items=k,
        mean_variance=mean_variance,
        rwg=_rwg(mean_variance, k, null.uniform),
        rwg_slight=_rwg(mean_variance, k, null.slight),
        rwg_moderate=_rwg(mean_variance, k, null.moderate),
        r_star=1 - mean_variance / null.uniform,
        ad_m=float(np.asarray(deviations, dtype=float).mean()) if known and deviations is not None else np.nan,
        ad_cutoff=options / 6,
        notes=tuple(notes),
    )


def _rwg(mean_variance: float, k: int, null: float) -> float:
    if np.isnan(mean_variance) or np.isnan(null):
        return np.nan
    q = min(mean_variance / null, 1.0)
    return k * (1 - q) / (k * (1 - q) + q)


def _variance(shares: tuple[float, ...]) -> float:
    answers = np.arange(1, len(shares) + 1)
    mean = np.dot(answers, shares)
    return float(np.dot((answers - mean) ** 2, shares))
