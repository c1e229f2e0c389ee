"""Whether the mean of a site's staff may be reported as their team's, and what speaks against it."""

from __future__ import annotations

from sos_score.comparison.outcome import OutcomeScores
from sos_score.notes import Note
from sos_score.psychometrics.teams.agreement import TeamAgreement, team_agreement
from sos_score.psychometrics.teams.reporting import TeamMeanVerdict, judge_team_mean

_TEAM_SCORES = ("staff",)


def speaks_for_teams(outcome: OutcomeScores) -> bool:
    """Return whether those who answered speak for their team, and whether their agreement can be judged."""
    return outcome.respondent in _TEAM_SCORES and outcome.items is not None and outcome.options > 1


def judge_team(outcome: OutcomeScores, site: str, wave: str) -> tuple[TeamAgreement, TeamMeanVerdict]:
    """Return how far a team agrees, and whether its mean may be reported."""
    assert outcome.items is not None
    members = (outcome.site == site) & (outcome.wave == wave)
    agreement = team_agreement(outcome.items[members], outcome.options)
    return agreement, judge_team_mean(agreement)


def list_against(outcome: OutcomeScores, site: str, wave: str) -> tuple[Note, ...]:
    """Return why a mean may not be reported as the team's, or only with a caveat; nothing where it may."""
    if not speaks_for_teams(outcome):
        return ()
    _, verdict = judge_team(outcome, site, wave)
    return () if verdict.may_report and not verdict.caveats else (verdict.reason,)
