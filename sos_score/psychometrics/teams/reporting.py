"""Whether team means may be reported: agreement over teams, and the verdict on each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sos_score.notes import Note, note
from sos_score.psychometrics.teams.agreement import TeamAgreement

ENOUGH = 0.70
"""Agreement from which a team mean is customarily reported (James, Demaree & Wolf 1984)."""

RULE = note("team_rule")
"""The rule and where it comes from."""


@dataclass(frozen=True, slots=True)
class AgreementSummary:
    """Agreement over teams.

    Attributes
    ----------
    teams : int
        Teams with a value.
    mean, median, sd, minimum, maximum : float
        Of the values.
    share_enough : float
        Share of these teams with .70 or more.
    """

    teams: int
    mean: float
    median: float
    sd: float
    minimum: float
    maximum: float
    share_enough: float


@dataclass(frozen=True, slots=True)
class TeamMeanVerdict:
    """Whether a team's mean may be reported as the team's.

    Attributes
    ----------
    may_report : bool or None
        None when agreement is not known.
    rule : Note
        The rule and where it comes from.
    reason : Note
        Why; ``team_agrees`` holds its caveats.
    """

    may_report: bool | None
    rule: Note
    reason: Note

    @property
    def caveats(self) -> tuple[Note, ...]:
        """What speaks against a mean that may be reported."""
        found = dict(self.reason.values).get("caveats", ())
        assert isinstance(found, tuple)
        return found


def summarise_agreement(values: ArrayLike) -> AgreementSummary:
    """Summarise agreement over teams.

    Examples
    --------
    >>> s = summarise_agreement([0.6, 0.8, float("nan")])
    >>> s.teams, round(s.mean, 2), s.share_enough
    (2, 0.7, 0.5)
    """
    all_values = np.asarray(values, dtype=float)
    v = all_values[~np.isnan(all_values)]
    if not len(v):
        return AgreementSummary(0, *[np.nan] * 6)
    return AgreementSummary(
        teams=len(v),
        mean=float(v.mean()),
        median=float(np.median(v)),
        sd=float(v.std(ddof=1)) if len(v) > 1 else np.nan,
        minimum=float(v.min()),
        maximum=float(v.max()),
        share_enough=float((v >= ENOUGH).mean()),
    )


def judge_team_mean(agreement: TeamAgreement) -> TeamMeanVerdict:
    """Say whether the mean of a team may be reported as the team's.

    Examples
    --------
    >>> from sos_score.psychometrics.teams.agreement import team_agreement
    >>> judge_team_mean(team_agreement([[3, 2], [4, 4], [3, 3]], options=5)).may_report
    True
    """
    if np.isnan(agreement.rwg):
        return TeamMeanVerdict(may_report=None, rule=RULE, reason=note("team_unknown"))
    if agreement.rwg < ENOUGH:
        return TeamMeanVerdict(may_report=False, rule=RULE, reason=note("team_disagrees"))
    caveats = []
    if agreement.rwg_slight < ENOUGH:
        caveats.append(note("team_not_if_skewed"))
    if agreement.ad_m > agreement.ad_cutoff:
        caveats.append(note("team_deviates"))
    return TeamMeanVerdict(may_report=True, rule=RULE, reason=note("team_agrees", caveats=tuple(caveats)))
