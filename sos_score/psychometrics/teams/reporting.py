"""Whether team means may be reported: agreement over teams, and the verdict on each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sos_score.notes import Note, note
from sos_score.psychometrics.teams.agreement import TeamAgreement

ENOUGH = 0.70
"""Agreement from which a team mean is customarily reported (James, Demaree & Wolf 1984)."""

MODERATE = 0.50
"""r*wg(j) up to which agreement on single items is weak (LeBreton & Senter 2008), however long the scale."""

FEWEST_COMPLETE = 5
"""Members with every answer below which agreement says nothing of the team."""

RULE = note("team_rule")
"""The rule and where it comes from."""


@dataclass(frozen=True, slots=True)
class AgreementSummary:
    """Agreement over teams."""

    teams: int  # teams with a value
    # of the values
    mean: float
    median: float
    sd: float
    minimum: float
    maximum: float
    share_enough: float  # share of these teams with .70 or more


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


def judge_team_mean(agreement: TeamAgreement, *, is_pooled: bool = False) -> TeamMeanVerdict:
    """Say whether the mean of a team may be reported as the team's.

    Parameters
    ----------
    is_pooled : bool
        Whether somebody is there more than once, so that rows are no members; then it is not known.

    Notes
    -----
    Yes from rwg(j) of .70 against the uniform null (James, Demaree & Wolf 1984), which rises with the number of items
    whatever the members answer; so r*wg(j), which does not (Lindell, Brandt & Whitney 1999), must be .50 or more, above
    the bands that LeBreton and Senter (2008) call lack of agreement and weak agreement, and the mean absolute deviation
    no more than a sixth of the options (Burke & Dunlap 2002). Below .70 of r*wg(j), or of rwg(j) against a slightly
    skewed null, only with that caveat. Not known where fewer than five members, or fewer than half of those who
    answered anything, answered every item.

    Examples
    --------
    >>> from sos_score.psychometrics.teams.agreement import team_agreement
    >>> judge_team_mean(team_agreement([[3, 2], [4, 4], [3, 3], [3, 3], [4, 3]], options=5)).may_report
    True
    >>> str(judge_team_mean(team_agreement([[2] * 10, [4] * 10] * 5, options=5)).reason)
    'The members disagree on single items (r*wg(j) below .50), which a long scale hides: they may be two camps.'
    """
    if np.isnan(agreement.rwg):
        return TeamMeanVerdict(may_report=None, rule=RULE, reason=note("team_unknown"))
    if is_pooled:
        return TeamMeanVerdict(may_report=None, rule=RULE, reason=note("team_pooled"))
    if agreement.n < FEWEST_COMPLETE or 2 * agreement.n < agreement.members:
        return TeamMeanVerdict(may_report=None, rule=RULE, reason=note("team_few_complete", least=FEWEST_COMPLETE))
    failed = [
        note(code)
        for code, is_failed in (
            ("team_disagrees", agreement.rwg < ENOUGH),
            ("team_disagrees_on_items", agreement.rwg >= ENOUGH and agreement.r_star < MODERATE),
            ("team_deviates", agreement.ad_m > agreement.ad_cutoff),
        )
        if is_failed
    ]
    if failed:
        return TeamMeanVerdict(may_report=False, rule=RULE, reason=failed[0])
    caveats = []
    if agreement.r_star < ENOUGH:
        caveats.append(note("team_agrees_moderately"))
    if agreement.rwg_slight < ENOUGH:
        caveats.append(note("team_not_if_skewed"))
    return TeamMeanVerdict(may_report=True, rule=RULE, reason=note("team_agrees", caveats=tuple(caveats)))
